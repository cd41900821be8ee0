"""What a checked request for a clip or for pictures amounts to, whatever dialect it came in. No checks, no drawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .models import Model

AXES = ("horizontal", "vertical", "pan", "tilt", "roll", "zoom")
CAMERA_TYPES = ("simple", "down_back", "forward_up", "right_turn_forward", "left_turn_forward")

#: A URL, the encoded bytes, or none. Sound comes in the same way.
Picture = str | bytes | None


@dataclass(frozen=True)
class Camera:
    """A camera move; `axes` (-10..10) is empty unless the type is simple."""

    type: str
    axes: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Speech:
    """Sound to be put into a clip: its part from `start` to `end` (0: to its end) goes to `insert`, all in ms."""

    file: Picture = field(repr=False)
    start: int = 0
    end: int = 0
    insert: int = 0
    volume: float = 1.0
    original_volume: float = 1.0


@dataclass(frozen=True)
class VideoRequest:
    """`operation`: text2video, image2video, multi-image2video, motion-control, video-extend, avatar or lip-sync.

    `aspect_ratio` "" follows the picture. `mode` is std, pro or 4k in every generation. `first` is the picture of every
    operation that has one, `pictures` those of multi-image2video. `video` is the id or URL of the clip to extend
    (`video-extend`, an id), to speak in (`lip-sync`) or to move like (`motion-control`). `seconds` is only the estimate
    for the price where another clip or a sound gives the length. `note` comes back from `Desk.note`.
    """

    operation: str
    model: Model
    prompt: str = ""
    negative_prompt: str = ""
    cfg_scale: float = 0.5
    mode: str = "std"
    seconds: float = 5
    sound: bool = False
    aspect_ratio: str = ""
    camera: Camera | None = None
    first: Picture = field(default=None, repr=False)
    last: Picture = field(default=None, repr=False)
    external_id: str = ""
    callback_url: str = ""
    watermark: bool = False
    pictures: tuple[Picture, ...] = field(default=(), repr=False)
    video: str = ""
    speech: Speech | None = None
    note: str = ""

    @property
    def frames(self) -> str:
        if self.operation == "text2video":
            return "none"
        if self.last is None:
            return "first"
        return "last" if self.first is None else "first+last"


@dataclass(frozen=True)
class ImageRequest:
    """`operation`: generations or omni-image; `n` pictures (1-9).

    `aspect_ratio` "auto" or "" follows the first picture; `resolution` is 1k, 2k or 4k. With `mask`, only the part of
    the first picture is changed in which it is white. Fidelities do not show. `note` comes back from `Desk.note`.
    """

    operation: str
    model: str
    prompt: str = ""
    negative_prompt: str = ""
    n: int = 1
    aspect_ratio: str = "16:9"
    resolution: str = "1k"
    pictures: tuple[Picture, ...] = field(default=(), repr=False)
    mask: Picture = field(default=None, repr=False)
    image_reference: str = ""
    image_fidelity: float = 0.5
    human_fidelity: float = 0.45
    external_id: str = ""
    callback_url: str = ""
    watermark: bool = False
    note: str = ""
