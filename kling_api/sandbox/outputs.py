"""What tasks have made: the files behind result URLs, their measures, and what other tasks start from."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .core import Platform, State, Task
from .intake import Intake, name_of_result
from .links import Links
from .measures import Measures, measures_of, sound_seconds
from .refusals import invalid
from .results import ResultFolder
from .uploads import Uploads
from .video_request import ASSETS

_NO_SUCH_FILE = "There is no such file."
_NAME = re.compile(r"(\d{1,18})(?:-(\d))?\.(?:mp4|png|mp3|wav)")
_KINDS = {".mp4": "video", ".png": "image", ".mp3": "audio", ".wav": "audio"}
_ASSET_KINDS = {"custom-voices": "voice", "advanced-custom-elements": "element"}
#: Operations whose pictures have names of their own.
_NAMED = ("image-recognize", "ai-multi-shot")

IsVisible = Callable[[Task], bool]


@dataclass(frozen=True)
class Made:
    """One file: `kind` video, image, audio, voice (its trial sound) or element (its first picture).

    `seconds`, the size and `rate` (frames per second) are 0 where there are none. A sound in two formats is two files
    with one id and `name` mp3 and wav. `name` is also what the pictures of some operations, and assets, are called.
    """

    kind: str
    id: str
    url: str
    seconds: float
    width: int
    height: int
    rate: float
    name: str = ""


class Outputs:
    def __init__(
        self, platform: Platform, links: Links, results: ResultFolder, intake: Intake, uploads: Uploads
    ) -> None:
        self._platform = platform
        self._links = links
        self._results = results
        self._intake = intake
        self._uploads = uploads

    def of(self, task: Task) -> list[Made]:
        """Those of a task that has succeeded."""
        return [self._made(task, index, name) for index, name in enumerate(_names(task))]

    def file(self, name: str, expires: str, signature: str) -> Path | str:
        """The file of a result URL, or why it is not given."""
        return self._links.refuses(name, expires, signature) or self._file(name) or _NO_SUCH_FILE

    def clip_of(self, account: str, video: str, is_visible: IsVisible) -> str:
        """A video id or URL -> how a spec calls it: what this sandbox has by its name, else the URL.

        Raises Refused for an id that is no output of a task of the account that has succeeded.
        """
        if _is_url(video):
            file = self._file(self._links.name_in(video))
            return name_of_result(file) if file else self._uploads.name_in(video) or video
        task = self._maker(account, video, is_visible)
        if task is None or not _names(task)[0].endswith(".mp4") or video != task.output_id():
            raise invalid(f"Video not found by id: {video}")
        return self._name(_names(task)[0])

    def sound_of(self, account: str, audio: str, is_visible: IsVisible) -> str:
        """The same for the id of a sound: its mp3 file. Raises Refused."""
        task = self._maker(account, audio, is_visible)
        for made, name in zip(self.of(task) if task else [], _names(task) if task else [], strict=True):
            if made.kind == "audio" and made.id == audio and name.endswith(".mp3"):
                return self._name(name)
        raise invalid(f"Audio not found by id: {audio}")

    def picture_of(self, task: Task) -> str:
        """How a spec calls the first file of a task, a picture."""
        return self._name(_names(task)[0])

    def prompt_of(self, account: str, video: str) -> str:
        """That of the task which has made the clip of an id or URL, "" for what comes from elsewhere."""
        if _is_url(video):
            task = self._platform.result_of(self._links.name_in(video).partition(".")[0])
        else:
            task = self._platform.maker_of(account, video)
        return json.loads(task.row.work).get("prompt", "") if task else ""

    def file_of(self, name: str) -> Path | None:
        """The file of what a spec names, None for a URL elsewhere."""
        return self._intake.file(name)

    def length_of(self, name: str) -> float | None:
        """Seconds of the clip or sound that a spec names, None for a URL elsewhere."""
        file = self._intake.file(name)
        return sound_seconds(file) if file else None

    def _maker(self, account: str, key: str, is_visible: IsVisible) -> Task | None:
        task = self._platform.maker_of(account, key)
        fits = task and is_visible(task) and task.state is State.SUCCEEDED and _names(task)
        return task if fits else None

    def _file(self, name: str) -> Path | None:
        found = _NAME.fullmatch(name)
        task = self._platform.result_of(found[1]) if found else None
        if not found or task is None or task.state is not State.SUCCEEDED:
            return None
        names, index = _names(task), int(found[2] or 0)
        fits = index < len(names) and names[index].endswith(Path(name).suffix)
        return self._results.path_of(names[index]) if fits else None

    def _name(self, file: str) -> str:
        return name_of_result(self._results.path_of(file))

    def _made(self, task: Task, index: int, name: str) -> Made:
        work, suffix = json.loads(task.row.work), Path(name).suffix
        address = f"{task.row.id}{'' if suffix == '.mp4' else f'-{index}'}{suffix}"
        measures = measures_of(self._results.path_of(name))
        kind, called = _KINDS[suffix], ""
        if work["operation"] in ASSETS:
            kind, called, measures = _ASSET_KINDS[work["operation"]], work["name"], Measures(measures.seconds)
        elif kind == "audio":
            called = suffix.removeprefix(".")
            index -= suffix == ".wav"
        elif work["operation"] in _NAMED:
            called = Path(name).stem.partition("-")[2]
        url = self._links.url_of(task, address)
        return Made(
            kind, task.output_id(index), url, measures.seconds, measures.width, measures.height, measures.rate, called
        )


def _names(task: Task) -> list[str]:
    return [name for name in task.row.result.split(",") if name]


def _is_url(text: str) -> bool:
    return text.startswith(("http://", "https://"))
