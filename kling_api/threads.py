"""A bounded number of threads for blocking work. They are daemons: a program can end while one of them waits."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")
#: Seconds without work after which a thread ends.
_IDLE = 10.0


class Threads:
    """At most `most` of them, begun when there is work that no other one is free for; more work waits for its turn.

    Unlike those of the standard library's executor they never keep the interpreter from ending.
    """

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._condition = threading.Condition()
        self._work: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._alive = 0
        self._idle = 0

    def run(self, work: Callable[[], T]) -> Future[T]:
        """Whatever `work` raises, also what is no Exception, is the future's."""
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()
        with self._condition:
            self._work.append((future, work))
            if self._idle >= len(self._work):
                self._condition.notify()
            elif self._alive < self._most:
                self._begin()
        return future

    def _begin(self) -> None:
        try:
            threading.Thread(target=self._serve, name=self._name, daemon=True).start()
        except RuntimeError:  # the system gives no more; those that there are do the work in turn
            if not self._alive:
                self._work.pop()
                raise
        else:
            self._alive += 1

    def _serve(self) -> None:
        while (item := self._next()) is not None:
            _do(*item)
            del item  # what it holds, such as pictures, must not stay until there is more to do

    def _next(self) -> tuple[Future[Any], Callable[[], Any]] | None:
        """None when there has been nothing to do for a while: the thread ends."""
        with self._condition:
            self._idle += 1
            try:
                self._condition.wait_for(lambda: self._work, _IDLE)
            finally:
                self._idle -= 1
            if self._work:
                return self._work.popleft()
            self._alive -= 1
            return None


def _do(future: Future[T], work: Callable[[], T]) -> None:
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 - handed to whoever waits for the future
        future.set_exception(error)
    else:
        future.set_result(result)
