"""What is to be rendered, as JSON that a restarted sandbox can still read. Drawing is in `render`."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from .video_request import Camera, Picture, VideoRequest

_LINES = {"720p": 720, "1080p": 1080, "4k": 2160}
_STORED = "sha256:"


@dataclass(frozen=True)
class ClipSpec:
    """`first` and `last` are "", a URL, or "sha256:..." of a picture that `store_picture` has kept."""

    operation: str
    model: str
    prompt: str
    negative_prompt: str
    cfg_scale: float
    mode: str
    resolution: str
    aspect_ratio: str
    rate: int
    seconds: int
    sound: bool
    camera_type: str = ""
    camera_axes: Mapping[str, float] = field(default_factory=dict)
    first: str = ""
    last: str = ""

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    def digest(self) -> str:
        """Same request, same digest, same file. Only meaningful once no URL is left in it."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def size(self, picture: tuple[int, int] | None) -> tuple[int, int]:
        """Width and height of the clip, both even: the ratio of the picture (width, height), else of the request."""
        lines = _LINES[self.resolution]
        if picture is None:
            across, down = (int(part) for part in self.aspect_ratio.split(":"))
            short, long = lines, lines * max(across, down) // min(across, down)
            return (long, short) if across >= down else (short, long)
        # The same number of pixels as a 16:9 clip has.
        width = math.sqrt(lines * lines * 16 / 9 * picture[0] / picture[1])
        return _even(width), _even(width * picture[1] / picture[0])


def spec_of(request: VideoRequest, keep: Callable[[bytes], str]) -> ClipSpec:
    """`keep` stores the bytes of a picture and says how it is called from then on."""
    camera = request.camera or Camera("")
    return ClipSpec(
        operation=request.operation,
        model=request.model.id,
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        cfg_scale=request.cfg_scale,
        mode=request.mode,
        resolution=request.model.resolution[request.mode],
        aspect_ratio=request.aspect_ratio,
        rate=request.model.rate[request.operation],
        seconds=request.seconds,
        sound=request.sound,
        camera_type=camera.type,
        camera_axes=dict(camera.axes),
        first=_kept(request.first, keep),
        last=_kept(request.last, keep),
    )


def read_spec(text: str) -> ClipSpec:
    return ClipSpec(**json.loads(text))


def with_stored_pictures(spec: ClipSpec, fetch: Callable[[str], bytes], keep: Callable[[bytes], str]) -> ClipSpec:
    """The same with every URL fetched and kept."""
    first, last = (name if _is_stored(name) else keep(fetch(name)) for name in (spec.first, spec.last))
    return replace(spec, first=first, last=last)


class PictureFolder:
    """Pictures by the digest of their bytes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        file = self._folder / digest
        if not file.exists():
            file.write_bytes(data)
        return _STORED + digest

    def read(self, name: str) -> bytes:
        return (self._folder / name.removeprefix(_STORED)).read_bytes()


def _kept(picture: Picture, keep: Callable[[bytes], str]) -> str:
    return keep(picture) if isinstance(picture, bytes) else picture or ""


def _is_stored(name: str) -> bool:
    return not name or name.startswith(_STORED)


def _even(length: float) -> int:
    return max(2, round(length / 2) * 2)
