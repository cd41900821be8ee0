"""Slots and budgets of a profile over real HTTP: nothing is sent that they do not allow."""

from __future__ import annotations

import dataclasses
import itertools
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from kling_api.client import Client
from kling_api.errors import Charged, NotConfigured, OverBudget, StillRunning
from kling_api.ledger import State
from kling_api.limits import Limits
from kling_api.operations import Text2Video
from kling_api.settings import load_profile
from kling_api.watch import Progress

from .conftest import Stage


def take(seed: int) -> Text2Video:
    return Text2Video(prompt="A paper boat on a river", duration=3, seed=seed)  # 1.8 units


def client_of(stage: Stage, limits: Limits) -> Client:
    return Client(dataclasses.replace(stage.profile(), limits=limits))


def run_side_by_side(client: Client, takes: range) -> list[str]:
    """All progress texts of all runs."""
    told: list[str] = []
    threads = [
        threading.Thread(target=client.run, args=(take(seed), lambda progress: told.append(str(progress))))
        for seed in takes
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return told


def test_a_profile_with_one_slot_makes_its_jobs_one_after_the_other_and_says_so(
    make_stage: Callable[..., Stage],
) -> None:
    stage = make_stage(slots=5, pace=0.1)
    client = client_of(stage, Limits(max_parallel=1))
    told = run_side_by_side(client, range(3))
    jobs = sorted(client.ledger.jobs(), key=lambda job: job.accepted_at or 0)
    assert [job.state for job in jobs] == [State.COLLECTED] * 3
    for earlier, later in itertools.pairwise(jobs):
        assert earlier.finished_at is not None
        assert later.sent_at is not None
        assert earlier.finished_at <= later.sent_at
    assert any("waiting for a free slot (1 of 1 in use: max_parallel of profile test)" in text for text in told)
    assert any("submitting, about 1.8 units" in text for text in told)
    assert stage.charges == 3


def test_waiting_for_a_slot_ends_with_a_stop_and_costs_nothing(make_stage: Callable[..., Stage]) -> None:
    stage = make_stage(pace=1.0)
    client = client_of(stage, Limits(max_parallel=1))
    first = threading.Thread(target=client.run, args=(take(1),))
    first.start()
    stop = threading.Event()
    pressed: list[float] = []

    def press(progress: Progress) -> None:
        if progress.state.startswith("waiting for a free slot") and not stop.is_set():
            pressed.append(time.monotonic())
            stop.set()

    while not client.ledger.jobs():
        time.sleep(0.01)
    with pytest.raises(StillRunning, match="Stopped before anything was made") as caught:
        client.run(take(2), press, stop)
    assert time.monotonic() - pressed[0] < 1
    assert caught.value.charged is Charged.NO
    first.join(60)
    assert stage.tasks_made == 1


def test_a_job_that_would_pass_the_budget_is_refused_before_anything_is_sent(stage: Stage) -> None:
    client = client_of(stage, Limits(budget_per_day=Decimal(4)))
    client.run(take(1))
    client.run(take(2))
    with pytest.raises(OverBudget) as caught:
        client.run(take(3))
    what, advice, charged = str(caught.value).split("\n")
    assert what == (
        "The budget of profile test does not allow this job: it costs about 1.8 units; "
        "3.6 of 4 units today are spent or promised (budget_per_day)."
    )
    assert advice == "Raise budget_per_day in profiles.toml, make a shorter or cheaper clip, or wait for a new day."
    assert charged.startswith("Not charged.")
    assert client.ledger.jobs()[0].state is State.REFUSED
    assert (stage.tasks_made, stage.charges) == (2, 2)
    assert client.run(take(1)).files  # what was paid for is given whatever the budget says
    assert client_of(stage, Limits(budget_per_day=Decimal(6))).run(take(3)).files


def test_jobs_at_the_same_moment_do_not_pass_the_budget_together(stage: Stage) -> None:
    client = client_of(stage, Limits(budget_total=Decimal(4)))
    ends: list[str] = []

    def run(seed: int) -> None:
        try:
            client.run(take(seed))
            ends.append("made")
        except OverBudget:
            ends.append("refused")

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(ends) == ["made"] * 2 + ["refused"] * 4
    assert stage.tasks_made == 2


def test_a_lost_answer_does_not_make_a_job_pass_its_own_budget(stage: Stage) -> None:
    stage.fault("error_before")
    client = client_of(stage, Limits(1, Decimal("1.8"), Decimal("1.8")))
    assert client.run(take(1)).files
    assert (stage.tasks_made, stage.charges) == (1, 1)


TWO = """
    import sys
    from decimal import Decimal
    from pathlib import Path
    from kling_api.client import Client
    from kling_api.limits import Limits
    from kling_api.operations import Text2Video
    from kling_api.settings import Credentials, Profile

    key = Credentials(api_key="api-key-kling-sandbox")
    profile = Profile("test", sys.argv[1], "official", key, Path(sys.argv[2]), Limits(max_parallel=1))
    print(Client(profile).run(Text2Video("A paper boat on a river", duration=3, seed=int(sys.argv[3]))).job_key)
"""


def test_two_processes_share_the_slots(make_stage: Callable[..., Stage]) -> None:
    stage = make_stage(pace=0.2)
    command = [sys.executable, "-c", textwrap.dedent(TWO), stage.sandbox.url, str(stage.home)]
    processes = [subprocess.Popen([*command, str(seed)], stdout=subprocess.PIPE, text=True) for seed in (1, 2)]
    assert [process.wait(60) for process in processes] == [0, 0]
    for process in processes:
        assert process.stdout
        process.stdout.close()
    first, second = sorted(stage.client().ledger.jobs(), key=lambda job: job.accepted_at or 0)
    assert (first.finished_at or 0) <= (second.sent_at or 0)


def test_limits_come_from_the_file_also_when_the_key_is_in_the_environment(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "profiles.toml").write_text(
        "[default]\napi_key = 'sk-xxxxxxxx'\naccount = 'me'\nmax_parallel = 3\nbudget_per_day = 20\n"
        "[sandbox]\nbudget_total = 7.5\n"
    )
    assert load_profile("").limits == Limits(3, Decimal(20))
    assert load_profile("").account() == "api-singapore.klingai.com#me"
    assert load_profile("sandbox").limits == Limits(budget_total=Decimal("7.5"))
    monkeypatch.setenv("KLING_API_KEY", "sk-yyyyyyyy")
    assert load_profile("").limits == Limits(3, Decimal(20))
    assert load_profile("").account() != "api-singapore.klingai.com#me"  # the name is of the account in the file


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("max_parallel = 0", "max_parallel is 0"),
        ("max_parallel = 1.5", "max_parallel is 1.5"),
        ("budget_per_day = -1", "budget_per_day is '-1'"),
        ("budget_total = 'much'", "budget_total is 'much'"),
        ("budget_total = nan", "budget_total is 'nan'"),
        ("budget_total = true", "a wrong value for budget_total"),
        ("max_parallel = -2", "max_parallel is -2"),
        ("dialect = 5", "a wrong value for dialect"),
    ],
)
def test_a_limit_that_is_no_number_is_named(home: Path, line: str, sentence: str) -> None:
    (home / "profiles.toml").write_text(f"[default]\napi_key = 'sk-xxxxxxxx'\n{line}\n")
    with pytest.raises(NotConfigured, match=sentence):
        load_profile("")


def test_jobs_that_were_made_before_the_account_had_a_name_are_known_after(stage: Stage) -> None:
    before = stage.client().run(take(1))
    named = Client(dataclasses.replace(stage.profile(), account_name="me"))
    after = named.run(take(1))
    assert (after, after.paid_before, before.paid_before) == (before, True, False)
    assert named.run(take(2)).job_key != before.job_key
    assert stage.charges == 2


@pytest.mark.parametrize("slip", ["Studio", "sandbx", "Sandbox"])
def test_a_slip_in_the_name_of_the_profile_does_not_pay_without_its_budget(
    home: Path, monkeypatch: pytest.MonkeyPatch, slip: str
) -> None:
    (home / "profiles.toml").write_text("[studio]\nbudget_per_day = 3\n")
    monkeypatch.setenv("KLING_API_KEY", "sk-xxxxxxxx")
    monkeypatch.setenv("KLING_PROFILE", slip)
    with pytest.raises(NotConfigured, match=f"There is no profile '{slip}'"):
        load_profile()
    monkeypatch.setenv("KLING_PROFILE", "studio")
    assert load_profile().limits.budget_per_day == 3


def test_a_renewed_key_of_a_named_account_is_the_same_account(make_stage: Callable[..., Stage]) -> None:
    from kling_api.sandbox.config import Account
    from kling_api.settings import Credentials

    stage = make_stage(accounts=(Account("sandbox", ("api-key-kling-old-xxxx", "api-key-kling-new-xxxx")),))
    keys = [
        dataclasses.replace(stage.profile(Credentials(api_key=key)), account_name="me")
        for key in ("api-key-kling-old-xxxx", "api-key-kling-new-xxxx")
    ]
    assert len({Client(profile).run(take(1)).job_key for profile in keys}) == 1
    assert stage.charges == 1
