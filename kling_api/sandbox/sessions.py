"""Faces that were looked for in clips, as a lip sync needs them. In memory: they end with the process.

There is one face, from the beginning to the end of the clip; in a clip whose prompt says so there are two.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import numpy as np

from . import footage
from .refusals import invalid
from .worker import Unusable

#: In the prompt of a clip of this sandbox: somebody else comes in after a third of it.
TWO_FACES = "[two faces]"
#: The length of a clip on another host, which is not looked at.
_UNKNOWN_MS = 5000


@dataclass(frozen=True)
class Face:
    """Seen from `start` to `end`, milliseconds; `image`: the URL of its picture, "" for a clip on another host."""

    id: str
    start: int
    end: int
    image: str = ""


@dataclass(frozen=True)
class Session:
    """`video`: the id or URL that was given, as `VideoRequest.video` takes it."""

    id: str
    account: str
    video: str
    faces: tuple[Face, ...]


class Sessions:
    """`keep_picture`: [H, W, 3] uint8 -> its URL."""

    def __init__(self, keep_picture: Callable[[np.ndarray], str]) -> None:
        self._keep_picture = keep_picture
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}

    def open(self, account: str, video: str, seconds: float | None, file: Path | None, prompt: str) -> Session:
        """`seconds` and `file` None for a clip elsewhere. Raises Refused for a file that is no clip."""
        end = _UNKNOWN_MS if seconds is None else round(seconds * 1000)
        starts = (0, end // 3) if TWO_FACES in prompt else (0,)
        images = self._portraits(file, len(starts))
        faces = tuple(Face(str(number), start, end, images[number]) for number, start in enumerate(starts))
        session = Session(f"sess_{token_hex(8)}", account, video, faces)
        with self._lock:
            self._sessions[session.id] = session
        return session

    def find(self, account: str, session_id: str) -> Session:
        with self._lock:
            session = self._sessions.get(session_id)
        if session is None or session.account != account:
            raise invalid(f"Session not found by id: {session_id}")
        return session

    def _portraits(self, file: Path | None, count: int) -> Sequence[str]:
        """The middle of each part of the first frame, from left to right."""
        if file is None:
            return [""] * count
        try:
            frame = next(footage.frames_of(file))
        except (Unusable, StopIteration):
            raise invalid(footage.BAD_CLIP) from None
        parts = np.array_split(frame, count, axis=1)
        return [self._keep_picture(np.ascontiguousarray(_middle(part))) for part in parts]


def _middle(part: np.ndarray) -> np.ndarray:
    height, width = part.shape[:2]
    return part[height // 4 : height * 3 // 4, width // 4 : width * 3 // 4]
