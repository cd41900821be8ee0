"""Open connections of this process, kept for the next request of any thread: one request at a time on each.

They hold no key and no cookie, so that the accounts of one host can share them.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import requests

#: Seconds without a request after which a connection is closed; many servers do so after 60 s or more.
IDLE = 50.0
#: Connections that are kept: as many as are used at a time for questions. Each order brings a new one.
MOST_FREE = 8


class Sessions:
    """Those to one base URL. Safe to share between threads."""

    def __init__(
        self, base_url: str, make: Callable[[str], requests.Session], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._base_url = base_url
        self._make = make
        self._clock = clock
        self._lock = threading.Lock()
        self._free: list[tuple[float, requests.Session]] = []

    @contextmanager
    def borrowed(self, new: bool = False) -> Iterator[requests.Session]:
        """One that was used before, or a new one. After an error it is not used again.

        `new` for an order: a server may close a connection at any moment, and one that is closed while an order is on
        its way leaves nobody knowing whether that has arrived.
        """
        session = (None if new else self._take()) or self._new()
        try:
            yield session
        except BaseException:
            session.close()
            raise
        with self._lock:
            self._free.append((self._clock(), session))
            surplus = self._free[:-MOST_FREE]
            del self._free[:-MOST_FREE]
        for _, left in surplus:
            left.close()

    def _take(self) -> requests.Session | None:
        """The one that was used last, so that those too many grow old. The old ones are closed."""
        now = self._clock()
        with self._lock:
            old = [entry for entry in self._free if now - entry[0] > IDLE]
            self._free = [entry for entry in self._free if now - entry[0] <= IDLE]
            found = self._free.pop()[1] if self._free else None
        for _, session in old:
            session.close()
        return found

    def _new(self) -> requests.Session:
        session = self._make(self._base_url)
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        return session


def sessions_of(base_url: str, make: Callable[[str], requests.Session]) -> Sessions:
    """The same for all customers of that address; a forked child must not answer on its parent's connections."""
    key = base_url, make, os.getpid()
    return _sessions.setdefault(key, Sessions(base_url, make))  # in one step: threads that come at once share one


_sessions: dict[tuple[str, Callable[[str], requests.Session], int], Sessions] = {}
