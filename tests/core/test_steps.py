"""A run in steps: what it waits for, by a sleeping thread or otherwise."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future

import pytest

from kling_api.steps import Steps, Wait, pause, to_the_end
from kling_api.watch import Progress, Stopped, Watch


def _run(watch: Watch, answer: Future[str], closed: list[str]) -> Steps[str]:
    try:
        yield from pause(watch, 0.05)
        yield Wait(watch, future=answer)
        watch.check()
        return answer.result()
    finally:
        closed.append("closed")


def test_a_thread_sleeps_until_the_answer_is_there() -> None:
    answer: Future[str] = Future()
    began = time.monotonic()
    threading.Timer(0.15, answer.set_result, ["made"]).start()
    assert to_the_end(_run(Watch(None, None), answer, [])) == "made"
    assert 0.15 <= time.monotonic() - began < 2


def test_a_stop_ends_a_wait_that_would_never_end() -> None:
    stop, closed = threading.Event(), []
    threading.Timer(0.1, stop.set).start()
    began = time.monotonic()
    with pytest.raises(Stopped):
        to_the_end(_run(Watch(None, stop), Future(), closed))
    assert time.monotonic() - began < 1
    assert closed == ["closed"]


def test_a_stop_ends_a_pause() -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        to_the_end(pause(Watch(None, stop), 60))


def test_what_the_answer_raises_is_raised() -> None:
    answer: Future[str] = Future()
    answer.set_exception(ValueError("no such task"))
    with pytest.raises(ValueError, match="no such task"):
        to_the_end(_run(Watch(None, None), answer, []))


def test_a_new_state_is_reported_though_nobody_tells_it() -> None:
    reports: list[Progress] = []
    watch, answer = Watch(reports.append, None), Future()

    def work_on_it() -> None:
        watch.state = "processing"
        time.sleep(0.5)
        answer.set_result("made")

    threading.Timer(0.1, work_on_it).start()
    to_the_end(_run(watch, answer, []))
    assert "processing" in [report.state for report in reports]


def test_a_wait_that_is_broken_off_lets_go_of_what_the_run_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_wait: Wait) -> None:
        raise KeyboardInterrupt

    closed: list[str] = []
    monkeypatch.setattr(Wait, "block", interrupt)
    with pytest.raises(KeyboardInterrupt):
        to_the_end(_run(Watch(None, None), Future(), closed))
    assert closed == ["closed"]


def test_the_time_that_is_left_grows_less_and_is_never_negative() -> None:
    wait = Wait(Watch(None, None), 0.05)
    assert 0 < wait.left <= 0.05
    time.sleep(0.06)
    assert wait.left == 0
    assert wait.is_over
    assert Wait(Watch(None, None), future=Future()).left == float("inf")
