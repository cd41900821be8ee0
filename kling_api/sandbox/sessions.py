"""Faces that were looked for in clips, as a lip sync needs them. In memory: they end with the process.

There is always one face, from the beginning to the end of the clip.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_hex

from .refusals import invalid

#: The length of a clip on another host, which is not looked at.
_UNKNOWN_MS = 5000


@dataclass(frozen=True)
class Face:
    """Seen from `start` to `end`, milliseconds."""

    id: str
    start: int
    end: int


@dataclass(frozen=True)
class Session:
    """`video`: the id or URL that was given, as `VideoRequest.video` takes it."""

    id: str
    account: str
    video: str
    faces: tuple[Face, ...]


class Sessions:
    """`length_of`: seconds of a clip, None if it is elsewhere."""

    def __init__(self, length_of: Callable[[str], float | None]) -> None:
        self._length_of = length_of
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}

    def open(self, account: str, video: str, clip: str) -> Session:
        seconds = self._length_of(clip)
        end = _UNKNOWN_MS if seconds is None else round(seconds * 1000)
        session = Session(f"sess_{token_hex(8)}", account, video, (Face("0", 0, end),))
        with self._lock:
            self._sessions[session.id] = session
        return session

    def find(self, account: str, session_id: str) -> Session:
        with self._lock:
            session = self._sessions.get(session_id)
        if session is None or session.account != account:
            raise invalid(f"Session not found by id: {session_id}")
        return session
