"""Which clip is to be rendered, as JSON that a restarted sandbox can still read. Drawing is in `render`."""

from __future__ import annotations

import hashlib
import json
import math
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from .refusals import invalid
from .video_request import Camera, Picture, Speech, VideoRequest

_LINES = {"720p": 720, "1080p": 1080, "4k": 2160}
_STORED = "sha256:"
#: Not in the JSON where they are empty: a clip that has none of them is the same as before they existed.
_RARE = ("pictures", "video", "speech", "note")


@dataclass(frozen=True)
class ClipSpec:
    """Pictures, `video` and the sound of `speech` are "", a URL, or "sha256:..." of what `MediaFolder` keeps.

    `video` may also be a result of this sandbox, as `ResultFolder.name_of` calls it.
    """

    operation: str
    model: str
    prompt: str
    negative_prompt: str
    cfg_scale: float
    mode: str
    resolution: str
    aspect_ratio: str
    rate: int
    seconds: float
    sound: bool
    camera_type: str = ""
    camera_axes: Mapping[str, float] = field(default_factory=dict)
    first: str = ""
    last: str = ""
    pictures: tuple[str, ...] = ()
    video: str = ""
    speech: Speech | None = None
    note: str = ""

    def to_json(self) -> str:
        values = {name: value for name, value in asdict(self).items() if value or name not in _RARE}
        return json.dumps(values, sort_keys=True, ensure_ascii=False)

    def digest(self) -> str:
        """Same request, same digest, same file. Only meaningful once no URL is left in it."""
        return hashlib.sha256(replace(self, note="").to_json().encode()).hexdigest()

    def size(self, picture: tuple[int, int] | None) -> tuple[int, int]:
        """Width and height of the clip, both even: the ratio of the request, else of the picture (width, height)."""
        lines = _LINES[self.resolution]
        if ":" in self.aspect_ratio or picture is None:
            across, down = (
                int(part) for part in (self.aspect_ratio if ":" in self.aspect_ratio else "16:9").split(":")
            )
            short, long = lines, even(lines * max(across, down) / min(across, down))
            return (long, short) if across >= down else (short, long)
        # The same number of pixels as a 16:9 clip has.
        width = math.sqrt(lines * lines * 16 / 9 * picture[0] / picture[1])
        return even(width), even(width * picture[1] / picture[0])


def spec_of(request: VideoRequest, keep: Callable[[bytes], str], clip_of: Callable[[str], str]) -> ClipSpec:
    """`keep` stores bytes and says how they are called from then on, `clip_of` finds the clip of an id or URL."""
    camera, speech = request.camera or Camera(""), request.speech
    return ClipSpec(
        operation=request.operation,
        model=request.model.id,
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        cfg_scale=request.cfg_scale,
        mode=request.mode,
        resolution=request.model.lines(request.mode),
        aspect_ratio=request.aspect_ratio,
        rate=request.model.frames_per_second(request.operation),
        seconds=int(request.seconds) if request.seconds == int(request.seconds) else request.seconds,
        sound=request.sound,
        camera_type=camera.type,
        camera_axes=dict(camera.axes),
        first=kept(request.first, keep),
        last=kept(request.last, keep),
        pictures=tuple(kept(picture, keep) for picture in request.pictures),
        video=clip_of(request.video) if request.video else "",
        speech=replace(speech, file=kept(speech.file, keep)) if speech else None,
        note=request.note,
    )


def read_spec(text: str) -> ClipSpec:
    values: dict[str, Any] = json.loads(text)
    speech = values.get("speech")
    rare = {"pictures": tuple(values.get("pictures", ())), "speech": Speech(**speech) if speech else None}
    return ClipSpec(**values | rare)


class MediaFolder:
    """Pictures, clips and sounds by the digest of their bytes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        file = self.path_of(digest)
        if not file.exists():
            part = file.with_name(f"{digest}.{os.getpid()}-{threading.get_ident()}.part")
            part.write_bytes(data)
            part.replace(file)
        return _STORED + digest

    def path_of(self, name: str) -> Path:
        return self._folder / name.removeprefix(_STORED)

    def read(self, name: str) -> bytes:
        return self.path_of(name).read_bytes()


def is_stored(name: str) -> bool:
    return name.startswith(_STORED)


def kept(media: Picture, keep: Callable[[bytes], str]) -> str:
    """Raises Refused for a text that is no URL: it must not be taken for the name of a file."""
    if media and isinstance(media, str) and not media.startswith(("http://", "https://")):
        raise invalid("File is not in a valid base64 format")
    return keep(media) if isinstance(media, bytes) else media or ""


def even(length: float) -> int:
    return max(2, round(length / 2) * 2)
