"""Stopping a wait costs nothing: the job goes on, and `kling collect` or the same command fetches it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from .conftest import SHORT, Ended, Kling

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

REQUEST = ("text2video", "--prompt", "A paper boat", *SHORT, "--json")


def test_a_stopped_job_is_collected_later_and_charged_once(slow_kling: Kling) -> None:
    tasks, charges = slow_kling.counts()
    ended, seconds = _stop(slow_kling.start(*REQUEST), signal.SIGINT, "submitted")
    assert (ended.exit_code, ended.document["status"]) == (3, "stopped")
    assert seconds < 1
    key, task = ended.document["job_key"], ended.document["task_id"]
    assert f"kling collect {key}" in ended.document["error"]
    assert slow_kling("jobs", "--open", "--json").document["jobs"][0]["key"] == key

    by_key = slow_kling("collect", key, "--json", "--output", "clips")
    assert by_key.exit_code == 0, by_key.stderr
    assert by_key.document["task_id"] == task
    assert by_key.document["files"] == [str(slow_kling.folder / "clips" / f"text2video-{key}.mp4")]
    assert slow_kling("collect", task, "--json", "--output", "clips").document == by_key.document
    assert slow_kling.counts() == (tasks + 1, charges + 1)


def test_a_stop_while_the_request_is_on_its_way_ends_soon_and_pays_once(slow_kling: Kling) -> None:
    tasks, charges = slow_kling.counts()
    slow_kling.fault("slow_after", seconds=3)
    ended, seconds = _stop(slow_kling.start(*REQUEST), signal.SIGTERM, "submitting")
    assert (ended.exit_code, ended.document["status"]) == (3, "stopped")
    assert seconds < 1.5
    assert "It may have been charged." in ended.document["error"]
    again = slow_kling(*REQUEST)
    assert again.document["job_key"] == ended.document["job_key"]
    assert slow_kling.counts() == (tasks + 1, charges + 1)


def test_collecting_what_is_not_there_says_so(kling: Kling) -> None:
    ended = kling("collect", "kn-nothing", "--json")
    assert (ended.exit_code, ended.document["status"]) == (2, "invalid")
    assert "kn-nothing" in ended.document["error"]


def test_collecting_with_a_key_that_is_not_accepted_leaves_the_job_as_it_is(slow_kling: Kling) -> None:
    ended, _ = _stop(slow_kling.start(*REQUEST), signal.SIGINT, "submitted")
    other = slow_kling("collect", ended.document["job_key"], "--json", KLING_API_KEY="api-key-kling-other")
    assert (other.exit_code, other.document["status"]) == (3, "stopped")
    assert "the key is not accepted" in other.document["error"]
    assert slow_kling("collect", ended.document["job_key"], "--json").exit_code == 0


def _stop(process: subprocess.Popen[str], number: signal.Signals, state: str) -> tuple[Ended, float]:
    """Sends the signal once stderr tells of the state; seconds until the process was gone."""
    assert process.stderr
    while not (line := process.stderr.readline()).startswith(state):
        assert line, process.wait()
    time.sleep(0.2)
    begun = time.monotonic()
    process.send_signal(number)
    process.wait(30)
    seconds = time.monotonic() - begun
    return Kling.end(process), seconds
