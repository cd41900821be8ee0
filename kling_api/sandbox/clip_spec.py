"""Which clip is to be rendered, as JSON that a restarted sandbox can still read. Drawing is in `render`."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from .sources import Sources
from .video_request import Camera, Speech, VideoRequest

_LINES = {"720p": 720, "1080p": 1080, "4k": 2160}
#: Not in the JSON where they are as usual: a clip that has none of them is the same as before they existed.
_RARE: Mapping[str, object] = {
    "pictures": (),
    "video": "",
    "speech": None,
    "note": "",
    "video_role": "",
    "shots": (),
    "effect": "",
    "elements": (),
    "shrink": 1,
}


@dataclass(frozen=True)
class ClipSpec:
    """Pictures, `video` and the sound of `speech` are "", a URL, or a name that `Intake` knows.

    `shrink`: as in SandboxConfig.
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
    video_role: str = ""
    shots: tuple[tuple[str, float], ...] = ()
    effect: str = ""
    elements: tuple[str, ...] = ()
    shrink: int = 1

    @property
    def caption(self) -> str:
        """What the frames say."""
        if self.operation == "effects":
            return f"effects: {self.effect}"
        return title_of(self.operation, self.model, self.prompt) if self.operation == "omni-video" else self.prompt

    def to_json(self) -> str:
        values = {name: value for name, value in asdict(self).items() if name not in _RARE or value != _RARE[name]}
        return json.dumps(values, sort_keys=True, ensure_ascii=False)

    def digest(self) -> str:
        """Same request, same digest, same file. Only meaningful once no URL is left in it."""
        return hashlib.sha256(replace(self, note="").to_json().encode()).hexdigest()

    def size(self, picture: tuple[int, int] | None) -> tuple[int, int]:
        """Width and height of the clip, both even: the ratio of the request, else of the picture (width, height)."""
        width, height = self._whole_size(picture)
        return even(width / self.shrink), even(height / self.shrink)

    def _whole_size(self, picture: tuple[int, int] | None) -> tuple[int, int]:
        """That of Kling's clip."""
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


def spec_of(request: VideoRequest, sources: Sources, shrink: int) -> ClipSpec:
    """Raises Refused for what `sources` does not have."""
    camera, speech = request.camera or Camera(""), request.speech
    for voice in request.voices:
        sources.check_voice(voice)
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
        first=sources.picture(request.first),
        last=sources.picture(request.last),
        pictures=sources.pictures(request.pictures),
        video=sources.clip(request.video),
        speech=replace(speech, file=sources.sound(speech.file)) if speech else None,
        note=request.note,
        video_role=request.video_role,
        shots=request.shots,
        effect=request.effect,
        elements=sources.elements(request.elements),
        shrink=shrink,
    )


def read_spec(text: str) -> ClipSpec:
    values: dict[str, Any] = json.loads(text)
    speech = values.get("speech")
    rare = {
        "pictures": tuple(values.get("pictures", ())),
        "elements": tuple(values.get("elements", ())),
        "shots": tuple((text, seconds) for text, seconds in values.get("shots", ())),
        "speech": Speech(**speech) if speech else None,
    }
    return ClipSpec(**values | rare)


def title_of(operation: str, model: str, prompt: str) -> str:
    named = " ".join(part for part in (operation, model) if part)
    return f"{named}: {prompt}" if prompt else named


def even(length: float) -> int:
    return max(2, round(length / 2) * 2)
