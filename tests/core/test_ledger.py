"""The ledger on real files: one row per job, one owner per row, and nobody's job is lost."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kling_api import ledger_file, owners
from kling_api.errors import LedgerError
from kling_api.ledger import FILE_NAME, OPEN, Claim, Job, Ledger, NewJob, State, open_ledger

NEW = NewJob(
    fingerprint="f" * 64,
    account="host#1",
    profile="default",
    dialect="official",
    route="/v1/videos/text2video",
    operation="text2video",
    model="kling-v3",
    mode="std",
    duration=5,
)


def _other(number: int) -> NewJob:
    return dataclasses.replace(NEW, fingerprint=f"{number:064x}")


@pytest.fixture(autouse=True)
def _ledgers_end_with_their_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A ledger lives as long as its process; here neither its thread nor its file may outlive the test."""
    made: list[Ledger] = []
    begin = Ledger.__init__

    def begin_and_remember(ledger: Ledger, *values: Any, **named: Any) -> None:
        made.append(ledger)
        begin(ledger, *values, **named)

    monkeypatch.setattr(Ledger, "__init__", begin_and_remember)
    yield
    for ledger in (ledger for ledger in made if hasattr(ledger, "_connection")):
        with ledger._lock:  # SQLite does not survive a close while a statement of another thread runs
            if hasattr(ledger, "_owners"):
                ledger._owners.end_all()
            ledger._connection.close()


@pytest.fixture
def ledger(home: Path) -> Ledger:
    return Ledger(home)


def _sql(home: Path, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(home / FILE_NAME)
    try:
        with connection:
            return connection.execute(statement, values).fetchall()
    finally:
        connection.close()


def test_a_new_request_gets_a_row_and_this_run_owns_it(ledger: Ledger) -> None:
    claim = ledger.claim(NEW)
    assert claim.owner
    assert re.fullmatch(r"kn-\d{8}-[0-9a-f]{20}", claim.job.key)
    assert claim.job.state is State.CREATED
    assert {name: getattr(claim.job, name) for name in NewJob.__dataclass_fields__} == dataclasses.asdict(NEW)
    assert ledger.get(claim.job.key) == claim.job


def test_a_row_is_on_disk_for_other_processes_as_soon_as_it_is_claimed(ledger: Ledger, home: Path) -> None:
    claim = ledger.claim(NEW)
    assert _sql(home, "SELECT key, state FROM jobs") == [(claim.job.key, "created")]


def test_a_second_run_of_the_same_request_gets_the_same_job_but_does_not_own_it(ledger: Ledger, home: Path) -> None:
    first = ledger.claim(NEW)
    for other in (ledger.claim(NEW), Ledger(home).claim(NEW), ledger.adopt(first.job.key)):
        assert other.job.key == first.job.key
        assert other.owner == ""


def test_another_request_is_another_job(ledger: Ledger) -> None:
    assert ledger.claim(_other(1)).job.key != ledger.claim(_other(2)).job.key


def test_a_job_that_was_let_go_is_adopted_with_all_that_is_known_of_it(ledger: Ledger) -> None:
    first = ledger.claim(NEW)
    ledger.sending(first, "/tasks")
    ledger.accepted(first, "42", "r-1")
    ledger.release(first)
    second = ledger.claim(NEW)
    assert second.owner not in ("", first.owner)
    assert (second.job.key, second.job.state, second.job.task_id, second.job.route) == (
        first.job.key,
        State.RUNNING,
        "42",
        "/tasks",
    )


def test_letting_go_twice_does_not_take_the_job_from_its_next_owner(ledger: Ledger) -> None:
    first = ledger.claim(NEW)
    ledger.release(first)
    second = ledger.claim(NEW)
    ledger.release(first)
    assert ledger.claim(NEW).owner == ""
    ledger.sending(second, "/tasks")


def _steps(ledger: Ledger, claim: Claim, state: State) -> Job:
    """Brings a claimed job to that state as a run would."""
    steps = {
        State.CREATED: lambda: ledger.nothing_made(claim),
        State.SENDING: lambda: ledger.sending(claim, "/tasks"),
        State.UNKNOWN: lambda: ledger.unanswered(claim, "no answer"),
        State.RUNNING: lambda: ledger.accepted(claim, "42", "r-1"),
        State.COLLECTED: lambda: ledger.collected(claim, ["a.mp4"]),
        State.REFUSED: lambda: ledger.refused(claim, "no units", "1102", "r-1"),
        State.FAILED: lambda: ledger.failed(claim, "not allowed", "0"),
    }
    return steps[state]()


@pytest.mark.parametrize("state", [State.REFUSED, State.FAILED])
def test_a_job_that_came_to_nothing_does_not_stand_in_the_way_of_a_new_one(ledger: Ledger, state: State) -> None:
    first = ledger.claim(NEW)
    _steps(ledger, first, state)
    second = ledger.claim(NEW)
    assert second.owner
    assert second.job.key != first.job.key
    assert [job.state for job in ledger.jobs()].count(state) == 1


@pytest.mark.parametrize("state", [State.CREATED, State.SENDING, State.UNKNOWN, State.RUNNING, State.COLLECTED])
def test_a_job_that_may_hold_something_is_the_only_one_of_its_request(ledger: Ledger, home: Path, state: State) -> None:
    first = ledger.claim(NEW)
    assert _steps(ledger, first, state).state is state
    ledger.release(first)
    assert ledger.claim(NEW).job.key == first.job.key
    with pytest.raises(sqlite3.IntegrityError):
        _sql(
            home,
            "INSERT INTO jobs SELECT 'kn-other', " + ", ".join(_columns(home)[1:]) + " FROM jobs",
        )


def _columns(home: Path) -> list[str]:
    return [row[1] for row in _sql(home, "PRAGMA table_info(jobs)")]


def test_open_jobs_are_those_that_may_still_cost_or_hold_money(ledger: Ledger) -> None:
    for number, state in enumerate(State):
        job = _steps(ledger, ledger.claim(_other(number)), state)
        assert job.is_open is (state in OPEN)
    assert {job.state for job in ledger.jobs(open_only=True)} == set(OPEN)
    assert len(ledger.jobs()) == len(State)
    assert len(ledger.jobs(limit=2)) == 2


def test_the_newest_jobs_come_first(home: Path) -> None:
    times = iter(range(1000, 100_000))
    ledger = Ledger(home, clock=lambda: float(next(times)))
    keys = [ledger.claim(_other(number)).job.key for number in range(5)]
    assert [job.key for job in ledger.jobs()] == keys[::-1]


def test_each_step_of_a_job_is_kept(ledger: Ledger) -> None:
    claim = ledger.claim(NEW)
    assert ledger.sending(claim, "/other").route == "/other"
    lost = ledger.unanswered(claim, "no answer came")
    assert (lost.state, lost.unanswered, lost.error) == (State.UNKNOWN, 1, "no answer came")
    job = ledger.accepted(claim, "42", "r-1")
    assert (job.task_id, job.request_id, job.error, job.unanswered) == ("42", "r-1", "", 1)
    assert job.accepted_at
    job = ledger.finished(claim, "2.5", "v-1", 61.5)
    assert (job.state, job.units, job.video_id, job.seconds) == (State.RUNNING, "2.5", "v-1", 61.5)
    job = ledger.collected(claim, ["a.mp4", "b.mp4"])
    assert (job.state, job.files) == (State.COLLECTED, ("a.mp4", "b.mp4"))
    assert job.collected_at
    assert ledger.get("42") == ledger.get(claim.job.key) == job


def test_a_request_that_was_not_delivered_is_as_if_never_sent_unless_an_earlier_one_got_no_answer(
    ledger: Ledger,
) -> None:
    claim = ledger.claim(NEW)
    ledger.sending(claim, "/tasks")
    assert ledger.nothing_made(claim).state is State.CREATED
    ledger.sending(claim, "/tasks")
    ledger.unanswered(claim, "no answer")
    ledger.sending(claim, "/tasks")
    assert ledger.nothing_made(claim).state is State.UNKNOWN


@pytest.mark.parametrize("state", list(State))
def test_a_step_of_somebody_elses_job_is_refused_and_changes_nothing(ledger: Ledger, home: Path, state: State) -> None:
    claim = ledger.claim(NEW)
    before = ledger.get(claim.job.key)
    for stranger in (Claim(claim.job, ""), Claim(claim.job, "somebody 1 2 3/4"), ledger.claim(NEW)):
        with pytest.raises(LedgerError, match="taken over by another process"):
            _steps(ledger, stranger, state)
    assert ledger.get(claim.job.key) == before


def test_a_job_that_is_not_there_is_none_to_look_at_and_an_error_to_adopt(ledger: Ledger) -> None:
    assert ledger.get("kn-none") is None
    assert ledger.get("") is None
    with pytest.raises(LedgerError, match="There is no job kn-none"):
        ledger.adopt("kn-none")


def test_past_times_are_those_of_the_same_jobs_of_this_account(ledger: Ledger) -> None:
    assert ledger.past_seconds(NEW) == ()
    for number, seconds in enumerate((10.0, 500.0, 20.0)):
        _finish(ledger, _other(number), seconds)
    for other in ({"account": "host#2"}, {"model": "kling-v1"}, {"mode": "pro"}, {"duration": 10}):
        _finish(ledger, dataclasses.replace(_other(hash(str(other)) % 10**9 + 10), **other), 9999.0)
    assert ledger.past_seconds(NEW) == (20.0, 500.0, 10.0)


def test_past_times_are_those_of_the_last_twenty_jobs_the_newest_first(home: Path) -> None:
    times = iter(range(1, 10**6))
    ledger = Ledger(home, clock=lambda: float(next(times)))
    for number in range(40):
        _finish(ledger, _other(number), 1.0 + number)
    assert ledger.past_seconds(NEW) == tuple(float(seconds) for seconds in range(40, 20, -1))


def _finish(ledger: Ledger, new: NewJob, seconds: float) -> None:
    claim = ledger.claim(new)
    ledger.accepted(claim, "", "")
    ledger.finished(claim, "1", "", seconds)
    ledger.collected(claim, ["a.mp4"])
    ledger.release(claim)


def test_the_ledger_has_no_place_for_a_prompt_a_picture_or_a_secret(ledger: Ledger, home: Path) -> None:
    ledger.claim(NEW)
    assert not {"prompt", "image", "key_secret", "secret", "token", "url", "body"} & set(_columns(home))
    assert set(_columns(home)) == set(Job.__dataclass_fields__)


def test_a_row_survives_a_power_cut_and_readers_do_not_wait(ledger: Ledger, home: Path) -> None:
    assert _sql(home, "PRAGMA journal_mode") == [("wal",)]
    connection = ledger._connection
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL
    assert connection.execute("PRAGMA busy_timeout").fetchone()[0] >= 10_000
    with sqlite3.connect(home / FILE_NAME, isolation_level=None) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert ledger.jobs() == []
        writer.execute("ROLLBACK")
    writer.close()


def test_the_data_folder_is_made_and_private(tmp_path: Path) -> None:
    home = tmp_path / "new" / "folder"
    Ledger(home)
    assert home.stat().st_mode & 0o077 == 0 or sys.platform == "win32"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_the_ledger_is_its_owner_s_alone_also_in_a_folder_that_was_there(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    Ledger(tmp_path).claim(NEW)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("ledger.sqlite3*")} == {0o600}


def test_a_ledger_of_a_newer_version_is_left_alone(ledger: Ledger, home: Path) -> None:
    _sql(home, "PRAGMA user_version = 99")
    with pytest.raises(LedgerError, match=r"newer version of kling-nodes \(schema 99\)"):
        Ledger(home)
    assert _sql(home, "PRAGMA user_version") == [(99,)]


def test_opening_a_ledger_again_keeps_what_is_in_it(ledger: Ledger, home: Path) -> None:
    key = ledger.claim(NEW).job.key
    assert Ledger(home).get(key) is not None


def test_a_damaged_file_is_an_error_that_names_it_and_says_what_to_do(home: Path) -> None:
    (home / FILE_NAME).write_bytes(b"this is no database, whatever its name says" * 100)
    with pytest.raises(LedgerError, match="cannot be used") as caught:
        Ledger(home)
    assert str(home / FILE_NAME) in caught.value.what
    assert caught.value.advice.startswith("Put it back from a backup. Only if there is none")
    assert str(caught.value).endswith("Not charged.")


def test_a_page_damaged_later_is_an_error_too(ledger: Ledger, home: Path) -> None:
    for number in range(50):
        ledger.release(ledger.claim(_other(number)))
    _sql(home, "PRAGMA wal_checkpoint(TRUNCATE)")
    size = (home / FILE_NAME).stat().st_size
    with (home / FILE_NAME).open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    with pytest.raises(LedgerError, match="cannot be used"):
        Ledger(home).claim(_other(7))


def test_a_folder_that_cannot_be_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    with pytest.raises(LedgerError, match="file is not a folder"):
        Ledger(tmp_path / "file")
    with pytest.raises(LedgerError, match="cannot be used"):
        Ledger(tmp_path / "file" / "below")


def test_a_ledger_that_is_locked_for_too_long_is_an_error(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_file, "BUSY_TIMEOUT", 0.1)
    ledger = Ledger(home)
    with sqlite3.connect(home / FILE_NAME, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match="locked"):
            ledger.claim(NEW)
        other.execute("ROLLBACK")
    other.close()
    assert ledger.claim(NEW).owner


FULL_DISK = """
import resource, sys
from pathlib import Path
from kling_api.errors import LedgerError
from kling_api.ledger import Ledger, NewJob
ledger = Ledger(Path(sys.argv[1]))
def new(number): return NewJob(str(number), "a", "p", "d", "r", "text2video", "m", "std", 5)
def limit(size): resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
kept = ledger.claim(new(0))
limit(60_000)
told = 0
for number in range(1, 200):
    try:
        ledger.release(ledger.claim(new(number)))
    except LedgerError as error:
        told += 1
limit(resource.RLIM_INFINITY)
again = ledger.claim(new(1000))
ledger.sending(kept, "/tasks")
print(told > 0, bool(again.owner), len(ledger.jobs(limit=1000)) > 1)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of this kind")
def test_a_full_disk_is_an_error_and_the_ledger_works_again_when_there_is_room(home: Path) -> None:
    assert _run(FULL_DISK, home).split() == ["True", "True", "True"]


def _run(code: str, *arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


CLAIM_AND_HOLD = """
import dataclasses, json, sys
from pathlib import Path
from kling_api.ledger import Ledger, NewJob
new = NewJob(**json.loads(sys.argv[2]))
print("ready", flush=True)
input()
claim = Ledger(Path(sys.argv[1])).claim(new)
print(json.dumps([claim.job.key, claim.owner]), flush=True)
input()
"""


class Claimant:
    """A process that claims a request when told to, and holds it until it is killed."""

    def __init__(self, home: Path, new: NewJob) -> None:
        command = [sys.executable, "-c", CLAIM_AND_HOLD, str(home), json.dumps(dataclasses.asdict(new))]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._line() == "ready"

    def go(self) -> None:
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def result(self) -> tuple[str, str]:
        key, owner = json.loads(self._line())
        return key, owner

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()

    def _line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()


@pytest.fixture
def claimants(home: Path) -> Iterator[list[Claimant]]:
    processes = [Claimant(home, NEW) for _ in range(4)]
    yield processes
    for process in processes:
        process.close()


def test_processes_that_claim_at_the_same_moment_get_one_job_with_one_owner(
    home: Path, claimants: list[Claimant]
) -> None:
    assert not (home / FILE_NAME).exists()  # they also make the file at the same moment
    for process in claimants:
        process.go()
    results = [process.result() for process in claimants]
    assert len({key for key, _ in results}) == 1
    assert len([owner for _, owner in results if owner]) == 1
    assert len(_sql(home, "SELECT key FROM jobs")) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_the_job_of_a_killed_process_is_adopted_at_once(home: Path, claimants: list[Claimant]) -> None:
    claimants[0].go()
    key, owner = claimants[0].result()
    ledger = Ledger(home)
    assert owner
    assert ledger.claim(NEW).owner == ""
    claimants[0].close()
    adopted = ledger.claim(NEW)
    assert adopted.owner
    assert adopted.job.key == key


def test_many_threads_that_claim_the_same_request_get_one_owner(ledger: Ledger) -> None:
    together = threading.Barrier(16)

    def claim(_: int) -> Claim:
        together.wait()
        return ledger.claim(NEW)

    with ThreadPoolExecutor(16) as pool:
        claims = list(pool.map(claim, range(16)))
    assert len([claim.owner for claim in claims if claim.owner]) == 1
    assert len(ledger.jobs()) == 1


def test_many_threads_with_jobs_of_their_own_do_not_disturb_each_other(ledger: Ledger) -> None:
    def live(number: int) -> None:
        for turn in range(3):
            _finish(ledger, _other(number * 10 + turn), 1.0)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(live, range(8)))
    assert {job.state for job in ledger.jobs()} == {State.COLLECTED}
    assert len(ledger.jobs()) == 24


def test_threads_that_wait_for_the_owner_get_the_job_one_after_the_other(ledger: Ledger) -> None:
    owners: list[str] = []

    def run(_: int) -> None:
        claim = ledger.claim(NEW)
        while not claim.owner:
            time.sleep(0.005)
            claim = ledger.adopt(claim.job.key)
        owners.append(claim.owner)
        ledger.sending(claim, "/tasks")
        ledger.release(claim)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(run, range(8)))
    assert len(set(owners)) == 8


def test_an_owner_gives_signs_of_life_until_it_lets_go(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owners, "HEARTBEAT", 0.05)
    ledger = Ledger(home)
    claim = ledger.claim(NEW)
    written = {ledger.get(claim.job.key).heartbeat for _ in _moments(0.3)}  # pyright: ignore[reportOptionalMemberAccess]
    assert len(written) >= 3
    ledger.release(claim)
    time.sleep(0.15)
    last = ledger.get(claim.job.key)
    assert last
    assert last.owner == ""
    assert not ledger._owners._beating
    second = ledger.claim(_other(1))
    assert len({ledger.get(second.job.key).heartbeat for _ in _moments(0.3)}) >= 3  # pyright: ignore[reportOptionalMemberAccess]


def _moments(seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield None
        time.sleep(0.02)


def _owned_by_another_machine(home: Path) -> tuple[Ledger, str, list[float]]:
    """A job whose owner cannot be looked up from here, and the steady clock that times its signs of life."""
    ledger, now = Ledger(home), [1000.0]
    ledger._owners._clock = lambda: now[0]
    key = ledger.claim(NEW).job.key
    _sql(home, "UPDATE jobs SET owner = 'another-machine 1 2 abcd/ef', heartbeat = ?", time.time())
    return ledger, key, now


def test_a_dead_owner_of_another_machine_is_followed_when_its_signs_of_life_stop(home: Path) -> None:
    ledger, key, now = _owned_by_another_machine(home)
    assert ledger.adopt(key).owner == ""
    now[0] += 44
    assert ledger.adopt(key).owner == ""
    now[0] += 2
    assert ledger.adopt(key).owner


@pytest.mark.parametrize("clock", [0.0, 10.0**10], ids=["in the past", "in the future"])
def test_a_living_owner_of_another_machine_is_waited_for_whatever_its_clock_says(home: Path, clock: float) -> None:
    ledger, key, now = _owned_by_another_machine(home)
    for beat in range(5):
        _sql(home, "UPDATE jobs SET heartbeat = ?", clock + beat * 10)
        assert ledger.adopt(key).owner == ""
        now[0] += 30


def test_a_dead_owner_with_a_clock_in_the_future_is_followed_too(home: Path) -> None:
    ledger, key, now = _owned_by_another_machine(home)
    _sql(home, "UPDATE jobs SET heartbeat = 1e10")
    assert ledger.adopt(key).owner == ""
    now[0] += 46
    assert ledger.adopt(key).owner


def test_one_process_has_one_ledger_per_folder(home: Path, tmp_path: Path) -> None:
    assert open_ledger(home) is open_ledger(Path(os.fspath(home)))
    assert open_ledger(home) is not open_ledger(tmp_path / "other")


def test_sums_of_costs_that_are_wrong_are_right_after_the_next_start(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    claim = ledger.claim(dataclasses.replace(NEW, estimate="1.5"))
    ledger.sending(claim, NEW.route)
    assert ledger.spent("default") == Decimal("1.5")
    ledger._connection.execute("UPDATE spent SET nano = 7")
    assert Ledger(tmp_path).spent("default") == Decimal("1.5")


def test_an_abandoned_run_that_is_let_go_in_the_middle_of_a_change_does_not_undo_it(tmp_path: Path) -> None:
    """A collector of garbage may close its generator at any moment, in any thread."""
    ledger = Ledger(tmp_path)
    abandoned, claim = ledger.claim(_other(1)), ledger.claim(_other(2))
    with ledger._transaction():
        ledger._write_change(claim, "task_id = ?", "42")
        with pytest.raises(LedgerError, match="this very thread"):
            ledger.release(abandoned)
    job = ledger.get(claim.job.key)
    assert job is not None
    assert job.task_id == "42"


def test_threads_that_come_at_once_share_one_ledger(tmp_path: Path) -> None:
    barrier = threading.Barrier(16)

    def get(_number: int) -> Ledger:
        barrier.wait(5)
        return open_ledger(tmp_path)

    with ThreadPoolExecutor(16) as threads:
        assert len(set(map(id, threads.map(get, range(16))))) == 1
