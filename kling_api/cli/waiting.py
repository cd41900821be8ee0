"""Runs a job so that it can be watched and stopped: Ctrl-C or SIGTERM ends the wait in order, a second one at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from types import FrameType

from ..client import Client, OnProgress, Result
from ..errors import Charged, LedgerError, StillRunning
from ..job_errors import stopped
from ..watch import Progress
from .progress import displayed

#: Seconds that a stopped run may take to end in order. One that waits for a slow answer is left behind: its row says
#: that a request was on its way, and the next run of the same request looks it up.
_GRACE = 0.6
#: Windows runs a signal handler only between two waits.
_PIECE = 0.2

Work = Callable[[OnProgress, threading.Event], Result]


def run_visibly(client: Client, work: Work) -> Result:
    """Runs `work` in a thread and shows its progress. Raises what it raises, StillRunning after a stop."""
    run = _Run(client)
    with displayed() as show, _signals(run.stop_asked):
        threading.Thread(target=run.work, args=(work, show), name="kling job", daemon=True).start()
        return run.result()


class _Run:
    """One job in its thread. `stop` asks it to end; `hurry` says that nobody waits for that any more."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._stop = threading.Event()
        self._hurry = threading.Event()
        self._future: Future[Result] = Future()
        self._job_key = ""

    def stop_asked(self) -> None:
        (self._hurry if self._stop.is_set() else self._stop).set()

    def work(self, work: Work, show: OnProgress) -> None:
        def progress(now: Progress) -> None:
            self._job_key = now.job_key
            show(now)

        try:
            self._future.set_result(work(progress, self._stop))
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits for it
            self._future.set_exception(error)

    def result(self) -> Result:
        while not self._stop.is_set() and not self._future.done():
            wait([self._future], _PIECE)
        left = _GRACE
        while left > 0 and not self._hurry.is_set() and not self._future.done():
            wait([self._future], _PIECE)
            left -= _PIECE
        if self._future.done():
            return self._future.result()
        raise self._left_behind()

    def _left_behind(self) -> StillRunning:
        try:
            job = self._client.ledger.get(self._job_key)
        except LedgerError as error:
            return StillRunning(f"Stopped. {error.what}", error.advice, charged=Charged.UNKNOWN, job_key=self._job_key)
        if job is None:
            return StillRunning("Stopped before anything was made.", charged=Charged.NO)
        return stopped(job)


@contextmanager
def _signals(stop_asked: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C and SIGTERM ask to stop while this lasts."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop_asked()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
