"""A profile's own limits: the decisions, and the ledger's count of what is under way and what was spent."""

from __future__ import annotations

import dataclasses
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from kling_api import ledger_file
from kling_api.errors import LedgerError
from kling_api.estimate import estimate
from kling_api.job import Claim, Job, NewJob, State
from kling_api.ledger import FILE_NAME, Ledger, Wanted
from kling_api.limits import SLOT_HELD, BudgetSpent, Limits, NoTurn, midnight
from kling_api.operations import Image2Video, Text2Video

NEW = NewJob("", "host#1", "studio", "official", "/v1/videos/text2video", "text2video", "kling-v3", "std", 5, "3")
DAY = Limits(budget_per_day=Decimal(10))
ALL = Limits(budget_total=Decimal(10))


class Clock:
    """Noon of a day, so that an hour more or less does not change the date."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 12).timestamp()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(home: Path, clock: Clock) -> Ledger:
    return Ledger(home, clock)


def claim(ledger: Ledger, name: str, **values: object) -> Claim:
    return ledger.claim(dataclasses.replace(NEW, fingerprint=name, **values))  # pyright: ignore[reportArgumentType]


def send(ledger: Ledger, name: str, limits: Limits, **values: object) -> Claim:
    claimed = claim(ledger, name, **values)
    try:
        ledger.sending(claimed, "/tasks", limits)
    except (NoTurn, BudgetSpent):
        ledger.release(claimed)
        raise
    return claimed


def test_the_last_slot_is_given_once_and_again_when_its_job_has_ended(ledger: Ledger) -> None:
    one = Limits(max_parallel=1)
    first = send(ledger, "first", one)
    second = claim(ledger, "second")
    ledger.accepted(first, "42", "")
    with pytest.raises(NoTurn, match="1 of 1 in use"):
        ledger.sending(second, "/tasks", one)
    ledger.finished(first, "3", "", None)  # the provider is done; the download takes no slot
    assert ledger.sending(second, "/tasks", one).state is State.SENDING


def test_whoever_waits_longer_goes_first(ledger: Ledger, clock: Clock) -> None:
    one = Limits(max_parallel=1)
    first = claim(ledger, "first")
    clock.now += 1
    second = claim(ledger, "second")
    with pytest.raises(NoTurn):
        ledger.sending(second, "/tasks", one)
    ledger.sending(first, "/tasks", one)
    ledger.finished(first, "3", "", None)
    assert ledger.sending(second, "/tasks", one).state is State.SENDING


def test_a_job_that_takes_several_slots_waits_for_all_of_them_but_not_for_ever(ledger: Ledger) -> None:
    three = Limits(max_parallel=3)
    first = send(ledger, "first", three)
    images = claim(ledger, "nine images", slots=3)
    with pytest.raises(NoTurn, match="1 of 3 in use"):
        ledger.sending(images, "/tasks", three)
    ledger.refused(first, "no", "1301", "")
    ledger.sending(images, "/tasks", three)
    ledger.refused(images, "no", "1301", "")
    assert send(ledger, "more images than slots", three, slots=9).owner  # alone, or it would never be made


@pytest.mark.parametrize("state", ["sending", "unknown", "running"])
def test_a_living_run_holds_its_slot_however_long_it_takes(ledger: Ledger, clock: Clock, state: str) -> None:
    first = send(ledger, "first", Limits())
    if state == "unknown":
        ledger.unanswered(first, "no answer")
    if state == "running":
        ledger.accepted(first, "42", "")
    clock.now += 5 * SLOT_HELD
    with pytest.raises(NoTurn):
        send(ledger, "second", Limits(max_parallel=1))


def test_a_task_that_nobody_waits_for_holds_its_slot_only_for_a_while(ledger: Ledger, clock: Clock) -> None:
    first = send(ledger, "first", Limits())
    ledger.accepted(first, "42", "")
    ledger.release(first)
    with pytest.raises(NoTurn):
        send(ledger, "second", Limits(max_parallel=1))
    clock.now += SLOT_HELD
    assert send(ledger, "second", Limits(max_parallel=1)).owner


@pytest.mark.parametrize("state", ["sending", "unknown"])
def test_a_request_of_a_killed_process_may_have_been_made_and_holds_its_slot_for_a_while(
    ledger: Ledger, clock: Clock, state: str
) -> None:
    first = send(ledger, "first", Limits())
    if state == "unknown":
        ledger.unanswered(first, "no answer")
    ledger.release(first)
    with pytest.raises(NoTurn):
        send(ledger, "second", Limits(max_parallel=1))
    clock.now += SLOT_HELD
    assert send(ledger, "second", Limits(max_parallel=1)).owner


def test_a_job_that_the_provider_turned_away_keeps_nobody_waiting(ledger: Ledger, clock: Clock) -> None:
    first = send(ledger, "first", Limits(max_parallel=1))
    ledger.nothing_made(first)  # its model has no free slot there; the run still lives and tries again later
    clock.now += 1
    assert send(ledger, "second", Limits(max_parallel=1)).owner


def test_a_job_that_was_never_sent_is_paid_by_the_profile_that_sends_it(ledger: Ledger) -> None:
    ledger.release(claim(ledger, "first", estimate=""))
    taken = claim(ledger, "first", profile="another", estimate="5")
    assert (taken.job.profile, taken.job.estimate) == ("another", "5")
    ledger.sending(taken, "/tasks", DAY)
    assert (ledger.spent("studio"), ledger.spent("another")) == (0, 5)
    ledger.release(taken)
    assert claim(ledger, "first").job.profile == "another"  # it may have been made: the bill stays where it is


def test_a_job_is_found_under_the_fingerprint_of_before_and_then_under_the_present_one(ledger: Ledger) -> None:
    first = claim(ledger, "with the key")
    ledger.accepted(first, "42", "")
    ledger.release(first)
    named = dataclasses.replace(NEW, fingerprint="with the name", account="host#me")
    second = ledger.claim(named, "with the key")
    assert (second.job.key, second.job.account) == (first.job.key, "host#me")
    ledger.release(second)
    assert ledger.claim(named, "with the next key").job.key == first.job.key


def test_a_repetition_that_was_allowed_needs_a_budget_of_its_own(ledger: Ledger) -> None:
    limits = Limits(budget_total=Decimal(5))
    first = send(ledger, "first", limits)
    ledger.unanswered(first, "no answer")
    ledger.release(first)
    ledger.allow_repeat(first.job.key)
    with pytest.raises(BudgetSpent, match="3 of 5 units"):
        send(ledger, "first", limits)
    assert ledger.get(first.job.key).state is State.UNKNOWN  # pyright: ignore[reportOptionalMemberAccess]


def test_a_job_that_has_moved_on_is_not_forgotten(ledger: Ledger) -> None:
    first = send(ledger, "first", Limits())
    ledger.accepted(first, "42", "")
    ledger.release(first)
    with pytest.raises(LedgerError, match="is running by now"):
        ledger.forget(first.job.key, State.CREATED)
    assert ledger.forget(first.job.key, State.RUNNING).forgotten_at


def test_what_is_known_of_a_finished_job_is_not_forgotten_when_the_provider_says_less(ledger: Ledger) -> None:
    first = send(ledger, "first", Limits())
    ledger.finished(first, "9", "v-1", 60.0)
    job = ledger.finished(first, "", "", None)
    assert (job.units, job.video_id, job.seconds) == ("9", "v-1", 60.0)


def test_slots_belong_to_an_account(ledger: Ledger) -> None:
    send(ledger, "first", Limits())
    assert send(ledger, "second", Limits(max_parallel=1), account="host#2").owner


@pytest.mark.parametrize("limits", [DAY, ALL], ids=["per day", "in all"])
def test_a_budget_is_spent_up_to_its_last_unit_and_not_further(ledger: Ledger, limits: Limits) -> None:
    for number in range(3):
        send(ledger, f"{number}", limits)
    with pytest.raises(BudgetSpent, match="about 3 units; 9 of 10 units"):
        send(ledger, "fourth", limits)
    assert ledger.get(claim(ledger, "fourth").job.key).state is State.CREATED  # pyright: ignore[reportOptionalMemberAccess]
    assert send(ledger, "smaller", limits, estimate="1").owner


def test_tomorrow_is_another_day(ledger: Ledger, clock: Clock) -> None:
    for number in range(3):
        send(ledger, f"{number}", DAY)
    clock.now += 86400
    assert send(ledger, "fourth", DAY).owner
    with pytest.raises(BudgetSpent):
        send(ledger, "fifth", ALL)


def test_a_clock_that_is_set_back_gives_no_new_budget(ledger: Ledger, clock: Clock) -> None:
    for number in range(3):
        send(ledger, f"{number}", DAY)
    clock.now -= 3 * 86400
    with pytest.raises(BudgetSpent):
        send(ledger, "fourth", DAY)


@pytest.mark.parametrize(
    ("end", "left"),
    [
        (lambda ledger, job: ledger.nothing_made(job), "10"),
        (lambda ledger, job: ledger.refused(job, "no", "1301", ""), "10"),
        (lambda ledger, job: ledger.failed(job, "no face", "0"), "10"),
        (lambda ledger, job: ledger.failed(job, "no face", ""), "10"),
        (lambda ledger, job: ledger.unanswered(job, "no answer"), "7"),
        (lambda ledger, job: ledger.accepted(job, "42", ""), "7"),
        (lambda ledger, job: ledger.finished(ledger.accepted(job, "42", "") and job, "2.5", "", None), "7.5"),
    ],
    ids=["not delivered", "refused", "failed for 0", "failed", "unknown", "accepted", "finished for less"],
)
def test_a_job_counts_with_what_it_cost_or_may_cost(
    ledger: Ledger, end: Callable[[Ledger, Claim], object], left: str
) -> None:
    end(ledger, send(ledger, "first", Limits()))
    assert Decimal(10) - ledger.spent("studio") == Decimal(left)
    assert ledger.spent("another profile") == 0


def test_a_request_without_a_known_price_is_not_held_to_a_budget_but_refused(ledger: Ledger) -> None:
    with pytest.raises(BudgetSpent, match="no price is known"):
        send(ledger, "first", DAY, estimate="")
    assert send(ledger, "first", Limits(max_parallel=1), estimate="").owner


def test_a_job_that_may_have_been_made_needs_no_second_budget_and_no_second_slot(ledger: Ledger) -> None:
    limits = Limits(1, Decimal(3), Decimal(3))
    first = send(ledger, "first", limits)
    ledger.unanswered(first, "no answer")
    assert ledger.sending(first, "/tasks", limits).state is State.SENDING


def test_a_task_that_others_made_costs_this_profile_nothing(ledger: Ledger) -> None:
    fetched = claim(ledger, "task 42", task_id="42", elsewhere=True, slots=0, estimate="")
    ledger.found_elsewhere(fetched, "42", "/tasks", 1000.0)
    ledger.finished(fetched, "30", "", None)
    assert ledger.spent("studio") == 0
    assert send(ledger, "first", Limits(max_parallel=1)).owner


def test_a_job_is_forgotten_for_its_request_and_kept_for_the_sums(ledger: Ledger) -> None:
    first = send(ledger, "first", Limits())
    ledger.accepted(first, "42", "")
    with pytest.raises(LedgerError, match="worked on by another run"):
        ledger.forget(first.job.key)
    ledger.release(first)
    assert ledger.forget(first.job.key).forgotten_at
    assert ledger.spent("studio") == 3
    assert ledger.jobs() == []
    assert [job.key for job in ledger.jobs(Wanted(forgotten=True))] == [first.job.key]
    assert ledger.get("42") == ledger.get(first.job.key)
    again = claim(ledger, "first")
    assert again.job.key != first.job.key
    with pytest.raises(LedgerError, match="There is no job kn-none"):
        ledger.forget("kn-none")


def test_a_repetition_that_was_allowed_is_allowed_once(ledger: Ledger) -> None:
    first = send(ledger, "first", Limits())
    ledger.unanswered(first, "no answer")
    ledger.release(first)
    assert ledger.allow_repeat(first.job.key).may_repeat
    second = claim(ledger, "first")
    assert ledger.sending(second, "/tasks").may_repeat  # a stop or a crash before it was sent does not use it up
    assert not ledger.unanswered(second, "no answer again").may_repeat


def test_rows_are_filtered(ledger: Ledger, clock: Clock) -> None:
    first = claim(ledger, "first", model="kling-v1", profile="one")
    clock.now += 100
    second = claim(ledger, "second", operation="image2video")
    ledger.refused(second, "no", "1301", "")

    def keys(**values: object) -> list[str]:
        return [job.key for job in ledger.jobs(Wanted(**values))]  # pyright: ignore[reportArgumentType]

    assert keys() == [second.job.key, first.job.key]
    assert keys(model="kling-v1") == keys(profile="one") == keys(states=(State.CREATED,)) == [first.job.key]
    assert keys(operation="image2video") == keys(since=clock.now - 50) == keys(limit=1) == [second.job.key]
    assert keys(states=(State.CREATED, State.REFUSED), limit=None) == keys()
    assert keys(model="' OR 1=1 --") == []


def test_a_ledger_of_the_first_version_is_brought_up_to_date_with_its_jobs(home: Path) -> None:
    with closing(sqlite3.connect(home / FILE_NAME)) as old, old:
        for statement in ledger_file._MIGRATIONS[0].split(";\n"):
            old.execute(statement)
        old.execute("PRAGMA user_version = 1")
        old.execute(
            "INSERT INTO jobs (key, fingerprint, state, account, profile, dialect, route, operation, model, mode,"
            " duration, task_id, units, files, created_at, accepted_at, collected_at) VALUES ('kn-1', 'f', 'collected',"
            " 'host#1', 'studio', 'official', '/tasks', 'text2video', 'kling-v3', 'std', 5, '42', '2.5', '[\"a.mp4\"]',"
            " ?, ?, ?)",
            (1000.0, 1001.0, 1002.0),
        )
    ledger = Ledger(home)
    job = ledger.get("kn-1")
    assert isinstance(job, Job)
    assert (job.state, job.units, job.files) == (State.COLLECTED, "2.5", ("a.mp4",))
    assert (job.sent_at, job.finished_at, job.estimate, job.slots, job.elsewhere) == (1001.0, 1002.0, "", 1, False)
    assert ledger.spent("studio") == Decimal("2.5")
    assert claim(ledger, "f").job.key == "kn-1"


@pytest.mark.parametrize(
    ("operation", "units"),
    [
        (Text2Video("a"), "3"),
        (Text2Video("a", mode="pro", sound=True, duration=10), "12"),
        (Text2Video("a", model_name="kling-3.0-turbo"), "4"),  # always with sound
        (Image2Video("https://host.example/a.png", model_name="kling-v2-6"), "1.5"),
        (Text2Video("a", model_name="kling-v99"), None),
    ],
)
def test_an_estimate_is_the_price_of_the_seconds_asked_for(operation: Text2Video, units: str | None) -> None:
    assert estimate(operation) == (None if units is None else Decimal(units))


def test_the_day_begins_at_midnight_of_this_computer() -> None:
    now = time.time()
    begun = datetime.fromtimestamp(midnight(now))
    assert (begun.hour, begun.minute, begun.date()) == (0, 0, datetime.fromtimestamp(now).date())
