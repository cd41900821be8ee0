"""The runs that own jobs: signs of life for those of this process, and whether those of another one still come."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterable

from .errors import LedgerError
from .processes import is_alive, this_process

log = logging.getLogger(__name__)

#: Seconds between two signs of life of an owner.
HEARTBEAT = 10.0
#: An owner that cannot be looked up otherwise is dead when its sign of life has stayed the same for so many seconds.
STALE_AFTER = 45.0

#: The runs of this process that are under way, over all ledgers.
_living: set[str] = set()


class Owners:
    """One ledger's view of its owners. `write` records a sign of life of the given owners."""

    def __init__(
        self,
        write: Callable[[Iterable[str], Iterable[str]], None],
        lock: threading.RLock,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._write = write
        self._lock = lock
        self._clock = clock
        self._runs: set[str] = set()
        self._ended: set[str] = set()
        self._beating = False
        self._seen: dict[str, tuple[float, float]] = {}

    def new(self) -> str:
        """The name of a run that begins now; a thread gives signs of life for it until `end`."""
        owner = f"{this_process()}/{uuid.uuid4().hex[:12]}"
        _living.add(owner)
        self._runs.add(owner)
        self._begin()
        return owner

    def _begin(self) -> None:
        if not self._beating:
            self._beating = True
            threading.Thread(target=self._beat, name="kling heartbeat", daemon=True).start()

    def end_later(self, owner: str) -> None:
        """The row of an ended run could not be written; the thread that gives signs of life goes on trying."""
        with self._lock:
            self._ended.add(owner)
            self._begin()

    def end(self, owner: str) -> None:
        with self._lock:
            self._runs.discard(owner)
            _living.discard(owner)

    def end_all(self) -> None:
        with self._lock:
            for owner in tuple(self._runs):
                self.end(owner)

    def lives(self, owner: str, heartbeat: float) -> bool:
        """Whether that run is under way, as far as can be known from here; `heartbeat` is its last sign of life."""
        process, _, _ = owner.rpartition("/")
        if process == this_process():
            return owner in _living
        alive = is_alive(process)
        return self._still_comes(owner, heartbeat) if alive is None else alive

    def _still_comes(self, owner: str, heartbeat: float) -> bool:
        """By a change of the sign, timed on our own steady clock: no two machines' clocks are compared, and none that

        was set back makes a dead owner live or a living one dead. Whoever looks for the first time waits.
        """
        value, since = self._seen.get(owner, (None, 0.0))
        if value != heartbeat:
            self._seen[owner] = (heartbeat, self._clock())
            return True
        return self._clock() - since < STALE_AFTER

    def _beat(self) -> None:
        while True:
            time.sleep(HEARTBEAT)
            with self._lock:
                if not self._runs and not self._ended:
                    self._beating = False
                    return
                try:
                    self._write(self._runs, self._ended)
                    self._ended.clear()
                except LedgerError as error:
                    # The run meets the same trouble at its next step and reports it; a thread has nobody to tell.
                    log.warning("No sign of life could be written: %s", error.what)
