"""A result that breaks off on its way goes on from there, however often; and it never has to fit into memory."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from kling_api import download, part_file
from kling_api.client import Result
from kling_api.errors import Charged, DownloadFailed, StillRunning
from kling_api.operations import Text2Video
from kling_api.watch import Progress

from .conftest import Stage

ROOT = Path(__file__).resolve().parents[2]
JOB = Text2Video(prompt="A paper boat on a river", duration=3)


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """A piece that breaks is lost; the clips of the tests are hardly larger than one."""
    monkeypatch.setattr(download, "_CHUNK", 2000)


@pytest.fixture
def clip(quick: Stage) -> bytes:
    """What the job gives when nothing breaks; the file is away again."""
    path = quick.client().run(JOB).files[0]
    content = path.read_bytes()
    path.unlink()
    assert len(content) > 100_000
    return content


def fetched(stage: Stage) -> int:
    """How often a file was asked for so far."""
    state = requests.get(f"{stage.sandbox.url}/sandbox/state", timeout=10).json()
    return state["requests"]["GET /results/{name}"]


def assert_whole(result: Result, content: bytes) -> None:
    assert result.files[0].read_bytes() == content
    kept = {path.name for path in result.files[0].parent.iterdir()}
    assert kept == {result.files[0].name, f"{result.job_key}.json"}


def at_try(number: int, act: Callable[[], object]) -> Callable[[Progress], None]:
    """Acts when the download begins for that time."""
    seen: list[Progress] = []

    def progress(told: Progress) -> None:
        if told.state == "downloading":
            seen.append(told)
            if len(seen) == number:
                act()

    return progress


def test_a_host_that_sends_a_third_at_a_time_gives_the_file_in_three_requests(quick: Stage, clip: bytes) -> None:
    before = fetched(quick)
    quick.fault("truncated_download", times=None, bytes=len(clip) // 3 + 2000)
    assert_whole(quick.client().run(JOB), clip)
    assert fetched(quick) - before == 3
    assert (quick.tasks_made, quick.charges) == (1, 1)


def test_a_line_that_breaks_more_often_than_there_are_tries_comes_to_an_end(
    quick: Stage, clip: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part_file, "PROGRESS", 8_000)
    before = fetched(quick)
    quick.fault("truncated_download", times=None, bytes=10_000)
    assert_whole(quick.client().run(JOB), clip)
    assert len(clip) // 10_000 <= fetched(quick) - before <= len(clip) // 8_000 + 1


def test_a_host_without_ranges_gives_the_file_when_the_line_holds(quick: Stage, clip: bytes) -> None:
    quick.fault("no_ranges", times=None)
    quick.fault("truncated_download", times=2)
    assert_whole(quick.client().run(JOB), clip)


def test_the_same_half_again_and_again_is_not_asked_for_without_end(
    quick: Stage, clip: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part_file, "PROGRESS", 8_000)
    quick.fault("no_ranges", times=None)
    quick.fault("truncated_download", times=None)
    client = quick.client()
    with pytest.raises(DownloadFailed, match="could not be fetched in 4 tries") as caught:
        client.run(JOB)
    assert caught.value.charged is Charged.ONCE
    assert list((quick.home / "results").glob("*.part")) == []
    quick.clear_faults()
    assert_whole(client.run(JOB), clip)


def test_a_link_that_ends_in_the_middle_goes_on_under_a_fresh_one(quick: Stage, clip: bytes) -> None:
    quick.fault("truncated_download", times=None, bytes=len(clip) // 2 + 2000)
    gone = at_try(2, lambda: quick.fault("refuse", operation="download", status=403))
    before = fetched(quick)
    assert_whole(quick.client().run(JOB, progress=gone), clip)
    assert fetched(quick) - before == 3


def test_a_stop_between_two_tries_leaves_nothing_and_the_next_run_fetches_it(quick: Stage, clip: bytes) -> None:
    stop = threading.Event()
    quick.fault("truncated_download", times=None, bytes=50_000)
    with pytest.raises(StillRunning):
        quick.client().run(JOB, progress=at_try(2, stop.set), stop=stop)
    assert list((quick.home / "results").glob("*.part")) == []
    quick.clear_faults()
    assert_whole(quick.client().run(JOB), clip)
    assert (quick.tasks_made, quick.charges) == (1, 1)


def test_a_file_of_100_megabytes_goes_through_less_than_16_of_memory() -> None:
    """In processes of their own; what it measures is measured with 500 MB by the benchmark."""
    command = [sys.executable, "-m", "benchmarks.downloads", "100"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=100, check=True)
    measured = json.loads(done.stdout)
    assert measured["sent"] == 100 * 10**6
    assert measured["growth"] < 16 * 10**6
