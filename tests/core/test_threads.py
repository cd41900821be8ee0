"""A bounded number of threads, begun when they are needed and gone when they are not."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import time
import weakref

import pytest

from kling_api import threads
from kling_api.threads import Threads


def _alive(name: str) -> int:
    return sum(thread.name == name for thread in threading.enumerate())


def test_no_more_threads_than_allowed_do_all_the_work() -> None:
    pool, most, gate = Threads(3, "test bound"), 0, threading.Event()
    futures = [pool.run(gate.wait) for _ in range(20)]
    most = _alive("test bound")
    gate.set()
    assert [future.result(5) for future in futures] == [True] * 20
    assert most == 3


def test_a_thread_that_is_free_takes_the_next_work() -> None:
    pool = Threads(8, "test reuse")
    for _ in range(5):
        pool.run(lambda: None).result(5)
        time.sleep(0.01)  # it hands the result over before it waits again
    assert _alive("test reuse") == 1


def test_each_work_that_waits_for_another_gets_a_thread_of_its_own() -> None:
    pool, first, second = Threads(2, "test both"), threading.Event(), threading.Event()
    waiting = pool.run(lambda: (first.set(), second.wait(5))[1])
    assert first.wait(5)
    pool.run(second.set).result(5)
    assert waiting.result(5)


def test_threads_end_when_there_is_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_IDLE", 0.05)
    pool = Threads(2, "test idle")
    pool.run(lambda: None).result(5)
    end = time.monotonic() + 5
    while _alive("test idle") and time.monotonic() < end:
        time.sleep(0.02)
    assert _alive("test idle") == 0
    assert pool.run(lambda: "again").result(5) == "again"


def test_whatever_the_work_raises_is_the_futures() -> None:
    pool = Threads(1, "test raise")

    def leave() -> None:
        raise SystemExit("enough")

    with pytest.raises(SystemExit, match="enough"):
        pool.run(leave).result(5)
    assert pool.run(lambda: 1).result(5) == 1


def test_what_the_work_held_is_let_go_when_it_is_done() -> None:
    class Picture:
        pass

    pool, picture = Threads(1, "test memory"), Picture()
    gone = weakref.ref(picture)
    pool.run(lambda picture=picture: None).result(5)
    del picture
    end = time.monotonic() + 5
    while gone() is not None and time.monotonic() < end:
        gc.collect()
        time.sleep(0.01)
    assert gone() is None


def test_a_program_can_end_while_a_thread_waits() -> None:
    script = "import threading; from kling_api.threads import Threads; Threads(1, 'x').run(threading.Event().wait)"
    assert subprocess.run([sys.executable, "-c", script], timeout=20, check=False).returncode == 0


def test_where_no_thread_can_be_had_the_work_is_not_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    pool, begun = Threads(4, "test none"), []
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        with pytest.raises(RuntimeError, match="can't start"):
            pool.run(lambda: begun.append("refused"))
    assert pool.run(lambda: "served").result(5) == "served"
    assert begun == []
    gate = threading.Event()
    first = pool.run(gate.wait)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        second = pool.run(lambda: "in its turn")
    gate.set()
    assert (first.result(5), second.result(5)) == (True, "in its turn")
