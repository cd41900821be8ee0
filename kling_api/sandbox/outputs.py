"""What tasks have made: the files behind result URLs, their measures, and clips that other tasks start from."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..media.picture_header import read_header
from ..media.probe import probe
from .core import Platform, State, Task
from .links import Links
from .refusals import invalid
from .results import ResultFolder

_NO_SUCH_FILE = "There is no such file."
_NAME = re.compile(r"(\d{1,18})(?:\.mp4|-(\d)\.png)")


@dataclass(frozen=True)
class Made:
    """One output: `kind` video or image; `seconds` and `rate` (frames per second) are 0 for an image."""

    kind: str
    id: str
    url: str
    seconds: float
    width: int
    height: int
    rate: float


class Outputs:
    def __init__(self, platform: Platform, links: Links, results: ResultFolder) -> None:
        self._platform = platform
        self._links = links
        self._results = results

    def of(self, task: Task) -> list[Made]:
        """Those of a task that has succeeded."""
        names = task.row.result.split(",")
        return [self._made(task, index, name) for index, name in enumerate(names)]

    def file(self, name: str, expires: str, signature: str) -> Path | str:
        """The file of a result URL, or why it is not given."""
        return self._links.refuses(name, expires, signature) or self._file(name) or _NO_SUCH_FILE

    def clip_of(self, account: str, video: str, is_visible: Callable[[Task], bool]) -> str:
        """A video id or URL -> what the renderer reads: a result of this sandbox by its name, else the URL.

        Raises Refused for an id that is no output of a task of the account that has succeeded.
        """
        if video.startswith(("http://", "https://")):
            file = self._file(self._links.name_in(video))
            return self._results.name_of(file) if file else video
        task = self._platform.maker_of(account, video)
        if task is None or not is_visible(task) or not _is_clip(task) or video != task.output_id():
            raise invalid(f"Video not found by id: {video}")
        return self._results.name_of(self._results.path_of(task.row.result))

    def length_of(self, clip: str) -> float | None:
        """Seconds of what `clip_of` found, None for a URL elsewhere."""
        file = self._results.named(clip)
        return _measures(file)[0] if file else None

    def _file(self, name: str) -> Path | None:
        found = _NAME.fullmatch(name)
        task = self._platform.result_of(found[1]) if found else None
        if not found or task is None or task.state is not State.SUCCEEDED:
            return None
        names, index = task.row.result.split(","), int(found[2] or 0)
        fits = index < len(names) and names[index].endswith(Path(name).suffix)
        return self._results.path_of(names[index]) if fits else None

    def _made(self, task: Task, index: int, name: str) -> Made:
        is_clip = name.endswith(".mp4")
        url = self._links.url_of(task, "" if is_clip else f"{task.row.id}-{index}.png")
        kind = "video" if is_clip else "image"
        return Made(kind, task.output_id(index), url, *_measures(self._results.path_of(name)))


@lru_cache(maxsize=256)
def _measures(file: Path) -> tuple[float, int, int, float]:
    """Seconds, width, height and rate. A file of a result never changes."""
    if file.suffix == ".mp4":
        clip = probe(file)
        return clip.duration, clip.width, clip.height, float(clip.rate)
    with file.open("rb") as opened:
        header = read_header(opened.read(64))
    return (0.0, header.width, header.height, 0.0) if header else (0.0, 0, 0, 0.0)


def _is_clip(task: Task) -> bool:
    return task.state is State.SUCCEEDED and task.row.result.endswith(".mp4")
