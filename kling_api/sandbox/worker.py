"""Threads that render what tasks order, oldest first. They look into the store, so a restart loses no work."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from .core import Platform
from .store import Row, Store

#: More at a time only makes each of them slower.
THREADS = 2
#: The lease on a task is renewed while it is worked on; when its process has died, another takes it up after this.
_LEASE_MS = 3_000
#: Seconds between looks for work that another process has left behind.
_LOOK_AROUND = 1.0

_log = logging.getLogger(__name__)


class Stopped(Exception):
    """The sandbox ends; the task is left for the next start."""


class Unusable(Exception):
    """The task fails, with this text as the reason that the customer is given."""


#: Makes the files of a task's work and gives their names; calls its second argument with every frame.
Render = Callable[[str, Callable[[], None]], Sequence[str]]


class Worker:
    def __init__(self, store: Store, platform: Platform, render: Render) -> None:
        self._store = store
        self._platform = platform
        self._render = render
        self._news = threading.Condition()
        self._stopping = False
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        self._threads = [
            threading.Thread(target=self._run, name=f"sandbox-render-{n}", daemon=True) for n in range(THREADS)
        ]
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        with self._news:
            self._news.notify()

    def stop(self) -> None:
        with self._news:
            self._stopping = True
            self._news.notify_all()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while not self._stopping:
            now = self._platform.now()
            row = self._store.lease_next(now, now + _LEASE_MS)
            if row:
                self._finish(row)
                continue
            with self._news:
                if not self._stopping:
                    self._news.wait(_LOOK_AROUND)

    def _finish(self, row: Row) -> None:
        failure = result = ""
        try:
            result = ",".join(self._render(row.work, self._check_in(row.id)))
        except Stopped:
            self._store.release(row.id)
            return
        except Unusable as error:
            failure = str(error)
        except Exception as error:  # noqa: BLE001 - the outermost edge of this thread: the task must end
            _log.exception("task %s cannot be rendered", row.id)
            failure = f"Internal error of the sandbox: {type(error).__name__}"
        self._store.settle(row.id, self._platform.now(), failure, result)

    def _check_in(self, task: int) -> Callable[[], None]:
        """To be called with every frame: renews the lease now and then, raises Stopped when the sandbox ends."""
        renewed = self._platform.now()

        def check_in() -> None:
            nonlocal renewed
            if self._stopping:
                raise Stopped
            now = self._platform.now()
            if now - renewed > _LEASE_MS // 5:
                renewed = now
                self._store.extend_lease(task, now + _LEASE_MS)

        return check_in
