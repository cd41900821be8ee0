"""A run in steps: where it waits for others (the provider, a free slot, another run) it hands out a `Wait`.

Whoever has a thread to spare lets it sleep (`to_the_end`); whoever has not, such as a graph of a hundred nodes, sleeps
in its own way and goes on when the wait is over.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from concurrent.futures import Future
from typing import Any, TypeVar

from .watch import TICK, Watch

T = TypeVar("T")
#: Yields what to wait for, returns its result, and raises what the blocking form would raise.
Steps = Generator["Wait", None, T]
#: Seconds between two looks at the stop flag while something else is waited for.
_LOOK = 0.2


class Wait:
    """Over when its `seconds` have passed, its `future` is done, or the user wants to stop."""

    def __init__(self, watch: Watch, seconds: float | None = None, future: Future[Any] | None = None) -> None:
        self.watch = watch
        self.future = future
        self._end = None if seconds is None else time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds until its time is up, infinite where it waits for something else."""
        return float("inf") if self._end is None else max(0.0, self._end - time.monotonic())

    @property
    def is_over(self) -> bool:
        return self.watch.is_stopped or self.left <= 0 or (self.future is not None and self.future.done())

    def block(self) -> None:
        """Sleeps until it is over. Reports each second, and whenever the state is another one."""
        done = threading.Event()
        if self.future is not None:
            self.future.add_done_callback(lambda _: done.set())
        reported, state = time.monotonic(), self.watch.state
        while not self.is_over:
            done.wait(min(self.left, _LOOK))
            if time.monotonic() - reported >= TICK or state != self.watch.state:
                reported, state = time.monotonic(), self.watch.state
                self.watch.report()


def pause(watch: Watch, seconds: float) -> Steps[None]:
    """Raises Stopped within a moment of a stop."""
    yield Wait(watch, seconds)
    watch.check()


def to_the_end(steps: Steps[T]) -> T:
    """The result, with this thread asleep where the run waits."""
    try:
        while True:
            next(steps).block()
    except StopIteration as end:
        return end.value
    finally:
        steps.close()  # after Ctrl-C in a wait: what the run holds is let go here and now
