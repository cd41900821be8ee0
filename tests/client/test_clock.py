"""The computer's clock is set back or forward between the steps of a job: it is neither lost nor made again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kling_api import polling
from kling_api.client import Client
from kling_api.errors import StillRunning
from kling_api.ledger import Ledger, NewJob, State
from kling_api.operations import Text2Video
from kling_api.sandbox.config import SandboxConfig
from kling_api.sandbox.server import Sandbox
from kling_api.watch import Progress

from .conftest import Stage
from .counted import CountedStage

HOUR = 3600.0
YEARS = 10 * 365.25 * 86400
JUMPS = [-YEARS, -HOUR, HOUR, YEARS]
NAMES = ["ten years back", "an hour back", "an hour on", "ten years on"]
jumps = pytest.mark.parametrize("jump", JUMPS, ids=NAMES)
far_jumps = pytest.mark.parametrize("jump", [-YEARS, YEARS], ids=[NAMES[0], NAMES[3]])
JOB = Text2Video(prompt="A paper boat on a river", duration=3)


@dataclass
class Clock:
    """The clock of this computer; the provider has its own."""

    wrong_by: float = 0.0
    right: Callable[[], float] = time.time

    def __call__(self) -> float:
        return self.right() + self.wrong_by


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "time", clock)
    return clock


@pytest.fixture(scope="module")
def sandbox(sandbox_folder: Callable[[], Path]) -> Iterator[Sandbox]:
    with Sandbox(SandboxConfig(folder=sandbox_folder(), pace=0.1, slots=100, shrink=4)) as sandbox:
        yield sandbox


@pytest.fixture
def shared(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CountedStage:
    """A 3 s clip takes 0.3 s here."""
    monkeypatch.setattr(polling, "LOCAL_SECONDS", 0.2)
    return CountedStage.new(sandbox, tmp_path / "home")


def client_of(stage: Stage, clock: Clock) -> Client:
    """As a program that begins now: nothing is known but what is on disk."""
    client = stage.client()
    client.ledger = Ledger(stage.home, clock)
    return client


@far_jumps
@pytest.mark.parametrize("state", ["submitting", "submitted", "processing", "downloading"])
def test_a_clock_that_jumps_in_the_middle_of_a_run_does_no_harm(
    shared: CountedStage, clock: Clock, jump: float, state: str
) -> None:
    seen: list[Progress] = []

    def told(progress: Progress) -> None:
        seen.append(progress)
        if progress.state.startswith(state):
            clock.wrong_by = jump

    client = client_of(shared, clock)
    result = client.run(JOB, told)
    assert clock.wrong_by == jump
    assert result.files[0].exists()
    assert all(0 <= progress.seconds < 60 and 0 <= progress.share < 1 for progress in seen)
    (job,) = client.ledger.jobs()
    assert job.state is State.COLLECTED
    assert job.seconds is None or 0 < job.seconds < 60
    assert (shared.tasks_made, shared.charges) == (1, 1)


@jumps
def test_a_job_that_was_accepted_by_another_clock_is_waited_for(
    shared: CountedStage, clock: Clock, jump: float
) -> None:
    leave(client_of(shared, clock))
    clock.wrong_by = jump
    seen: list[Progress] = []
    client = client_of(shared, clock)
    begun = time.monotonic()
    assert client.run(JOB, seen.append).files[0].exists()
    assert time.monotonic() - begun < 10
    assert all(progress.seconds >= 0 and 0 <= progress.share < 1 for progress in seen)
    assert (shared.tasks_made, shared.charges) == (1, 1)


@far_jumps
def test_a_job_of_unknown_outcome_is_found_by_another_clock(shared: CountedStage, clock: Clock, jump: float) -> None:
    shared.fault("drop_after")

    def jump_when_lost(progress: Progress) -> None:
        if progress.state.startswith("no clear answer"):
            clock.wrong_by = jump

    assert client_of(shared, clock).run(JOB, jump_when_lost).files[0].exists()
    assert (shared.tasks_made, shared.charges) == (1, 1)


@far_jumps
def test_a_finished_job_is_known_by_another_clock(shared: CountedStage, clock: Clock, jump: float) -> None:
    first = client_of(shared, clock).run(JOB)
    clock.wrong_by = jump
    first.files[0].unlink()
    assert client_of(shared, clock).run(JOB) == first
    assert client_of(shared, clock).collect(first.task_id) == first
    assert (shared.tasks_made, shared.charges) == (1, 1)


@pytest.mark.parametrize("jump", JUMPS[:3], ids=NAMES[:3])
def test_a_young_task_that_the_provider_does_not_know_is_not_called_gone(
    shared: CountedStage, clock: Clock, jump: float
) -> None:
    client = client_of(shared, clock)
    leave(client)
    client.ledger._connection.execute("UPDATE jobs SET task_id = '111111111111111111'")
    clock.wrong_by = jump
    with pytest.raises(StillRunning, match="does not know task 111111111111111111 now"):
        client_of(shared, clock).run(JOB)
    assert shared.tasks_made == 1


def test_keys_differ_whatever_the_clock_says(tmp_path: Path, clock: Clock) -> None:
    ledger = Ledger(tmp_path, clock)
    frozen = Clock(right=lambda: 1_800_000_000.0)
    other = Ledger(tmp_path, frozen)
    keys: list[str] = []
    for number in range(40):
        clock.wrong_by = JUMPS[number % 4]
        keys += [ledger.claim(new_job(f"{number}")).job.key, other.claim(new_job(f"frozen {number}")).job.key]
    assert len(set(keys)) == len(keys)
    assert len(ledger.jobs()) == len(keys)


@pytest.mark.parametrize("jump", [-YEARS, -HOUR], ids=["ten years back", "an hour back"])
def test_what_was_spent_by_a_later_clock_counts_as_spent_today(tmp_path: Path, clock: Clock, jump: float) -> None:
    ledger = Ledger(tmp_path, clock)
    claim = ledger.claim(new_job("one"))
    ledger.sending(claim, "/route")
    ledger.accepted(claim, "1", "")
    ledger.finished(claim, "2.5", "", None)
    clock.wrong_by = jump
    assert str(ledger.spent("test", clock() - HOUR)) == "2.5"


def leave(client: Client) -> None:
    """Stops waiting as soon as the task is accepted."""
    stop = threading.Event()
    with pytest.raises(StillRunning):
        client.run(JOB, progress=lambda progress: stop.set() if progress.task_id else None, stop=stop)


def new_job(fingerprint: str) -> NewJob:
    return NewJob(
        fingerprint=fingerprint,
        account="host#account",
        profile="test",
        dialect="official",
        route="/route",
        operation="text2video",
        model="kling-v3",
        mode="std",
        duration=3,
    )
