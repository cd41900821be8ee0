"""Small pictures of results, made two at a time and kept in memory; a file that was collected does not change."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from ..kling_api.errors import MediaError

#: About 10 kB each.
KEPT = 200
AT_ONCE = 2

_Mark = tuple[str, int, int]


@dataclass
class Thumbnails:
    """Safe to share between threads."""

    _threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(AT_ONCE, thread_name_prefix="kling thumbnails")
    )
    _kept: OrderedDict[_Mark, Future[bytes | None]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, path: Path) -> Future[bytes | None]:
        """JPEG bytes, to come; None for a file of which none can be made. Raises OSError when there is no file."""
        mark = _mark(path)
        with self._lock:
            found = self._kept.get(mark)
            if found is None:
                found = self._kept[mark] = self._threads.submit(_made, path)
            self._kept.move_to_end(mark)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found


def etag(path: Path) -> str:
    """Another one as soon as the file is another one. Raises OSError when there is none."""
    name, size, changed = _mark(path)
    return f"{name}-{size:x}-{changed:x}"


def _mark(path: Path) -> _Mark:
    status = path.stat()
    return path.name, status.st_size, status.st_mtime_ns


def _made(path: Path) -> bytes | None:
    # Here, not above: it loads cv2 and av.
    from ..kling_api.media.thumbnails import thumbnail

    try:
        return thumbnail(path)
    except MediaError:
        return None
