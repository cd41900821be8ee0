"""Waiting that can be seen and stopped: tells how a job is doing each second, and ends soon after a stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

#: Seconds between two reports while waiting; also the longest time that a stop goes unnoticed while waiting.
TICK = 1.0


@dataclass(frozen=True)
class Progress:
    """How a job is doing. `seconds` so far of about `usual` seconds; `share` 0..1 of the way, an estimate."""

    state: str
    seconds: float
    usual: float | None
    job_key: str
    task_id: str

    @property
    def share(self) -> float:
        """Never reaches 1 by waiting alone: nine tenths at the usual time, slower and slower after it."""
        if not self.usual:
            return 0.0
        ratio = self.seconds / self.usual
        return 0.9 * ratio if ratio < 1 else 1 - 0.1 / ratio

    def __str__(self) -> str:
        task = f", task {self.task_id}" if self.task_id else ""
        so_far = f", {self.so_far}" if self.seconds or self.usual else ""
        return f"{self.state}{so_far}{task}"

    @property
    def so_far(self) -> str:
        """ "12 of about 60 s", "80 s, usually 60 s", "3 s"."""
        if not self.usual:
            return f"{self.seconds:.0f} s"
        if self.seconds > self.usual:
            return f"{self.seconds:.0f} s, usually {self.usual:.0f} s"
        return f"{self.seconds:.0f} of about {self.usual:.0f} s"


class Stopped(Exception):
    """The user does not want to wait any longer. What that means for the job is for the client to say."""


class Watch:
    """One run's eyes: the client sets `state`, `job_key`, `task_id`, `usual`; the caller's `progress` is told."""

    def __init__(self, progress: Callable[[Progress], None] | None, stop: threading.Event | None) -> None:
        self.state = "preparing"
        self.job_key = ""
        self.task_id = ""
        self.usual: float | None = None
        self._progress = progress
        self._stop = stop or threading.Event()
        self._begun = time.monotonic()

    def begin(self, seconds_ago: float = 0.0) -> None:
        """Starts the clock of the job anew; an adopted job has been going on for some time."""
        self._begun = time.monotonic() - max(0.0, seconds_ago)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._begun

    def tell(self, state: str) -> None:
        self.state = state
        self.report()

    def report(self) -> None:
        if self._progress:
            self._progress(Progress(self.state, self.seconds, self.usual, self.job_key, self.task_id))

    @property
    def is_stopped(self) -> bool:
        """Whether a stop was asked for."""
        return self._stop.is_set()

    def check(self) -> None:
        """Raises Stopped when a stop was asked for."""
        if self.is_stopped:
            raise Stopped

    def pause(self, seconds: float) -> None:
        """Waits, reporting each second. Raises Stopped within a moment of a stop."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._stop.wait(min(left, TICK)):
                raise Stopped
            self.report()
        self.check()
