"""kill -9 at each step: the next run ends with the file, one task at the provider and one charge."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kling_api import part_file, polling
from kling_api.ledger import State
from kling_api.operations import Text2Video
from kling_api.sandbox.config import SandboxConfig
from kling_api.sandbox.server import Sandbox

from . import child
from .child import JOB, STEPS, run_child
from .conftest import Stage
from .counted import CountedStage

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")

#: What the row says when the process has died there.
LEFT_AS = {
    "the row is written": State.CREATED,
    "the request is recorded, not sent": State.SENDING,
    "the request is sent, the answer not read": State.SENDING,
    "the answer is read, not recorded": State.SENDING,
    "the file is recorded": State.COLLECTED,
    "the row is released": State.COLLECTED,
}
TWICE = [
    ("the row is written", "the answer is read, not recorded"),
    ("the request is recorded, not sent", "the request is sent, the answer not read"),
    ("the request is sent, the answer not read", "the request is sent, the answer not read"),
    ("the answer is read, not recorded", "the task is recorded"),
    ("the task was asked about", "half of the file is there"),
    ("half of the file is there", "the file is renamed, not recorded"),
]


@pytest.fixture(scope="module")
def sandbox(sandbox_folder: Callable[[], Path]) -> Iterator[Sandbox]:
    with Sandbox(SandboxConfig(folder=sandbox_folder(), pace=0.05, slots=50, shrink=4)) as sandbox:
        yield sandbox


@pytest.fixture
def shared(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CountedStage:
    """One sandbox for all, which renders the clip once; a data folder and counts of its own."""
    monkeypatch.setattr(polling, "LOCAL_SECONDS", 0.2)
    return CountedStage.new(sandbox, tmp_path / "home")


def killed(stage: Stage, step: str) -> None:
    assert run_child(stage.sandbox.url, stage.home, step, "die").killed


@pytest.mark.parametrize("step", STEPS)
def test_a_process_that_is_killed_is_taken_over_at_once_and_paid_once(shared: CountedStage, step: str) -> None:
    killed(shared, step)
    client = shared.client()
    (job,) = client.ledger.jobs()
    assert job.state is LEFT_AS.get(step, State.RUNNING)
    begun = time.monotonic()
    result = client.run(JOB)
    assert time.monotonic() - begun < 10
    assert result.job_key == job.key
    assert result.files[0].stat().st_size > 100_000
    assert (shared.tasks_made, shared.charges) == (1, 1)


@pytest.mark.parametrize(("first", "second"), TWICE)
def test_two_processes_that_are_killed_one_after_the_other_are_paid_once(
    shared: CountedStage, first: str, second: str
) -> None:
    killed(shared, first)
    killed(shared, second)
    assert shared.client().run(JOB).files[0].stat().st_size > 100_000
    assert len(shared.client().ledger.jobs()) == 1
    assert (shared.tasks_made, shared.charges) == (1, 1)


@pytest.mark.parametrize("fault", ["slow", "slow_after"])
def test_a_request_that_outlives_its_process_is_not_made_twice(make_stage: Callable[..., Stage], fault: str) -> None:
    """`slow`: the task is made when its sender is long dead. `slow_after`: it is made, and the answer goes nowhere."""
    stage = make_stage()
    stage.fault(fault, seconds=1.2)
    order = {"url": stage.sandbox.url, "home": str(stage.home), "step": "", "blow": ""}
    with subprocess.Popen([sys.executable, child.__file__, json.dumps(order)], stdout=subprocess.DEVNULL) as process:
        _wait_until(lambda: not stage.sandbox.faults.waiting())
        process.kill()
    result = stage.client().run(JOB)
    _wait_until(lambda: stage.tasks_made == 1)
    time.sleep(1.3 if fault == "slow" else 0.0)  # for the one that is late
    assert result.files[0].exists()
    assert (stage.tasks_made, stage.charges) == (1, 1)


def test_what_a_killed_download_leaves_is_removed_by_a_download_a_day_later(
    shared: CountedStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part_file, "LOOK_AGAIN", 0.0)
    killed(shared, "half of the file is there")
    results = shared.home / "results"
    (half,) = results.glob("*.part")
    assert 0 < half.stat().st_size < 100_000
    client = shared.client()
    client.run(JOB)
    assert half.exists()  # whoever began it might live
    long_ago = time.time() - 2 * 86400
    os.utime(half, (long_ago, long_ago))
    client.run(Text2Video(prompt=JOB.prompt, duration=3, seed=1))
    assert list(results.glob("*.part")) == []


def _wait_until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.02)
