"""What a checked request for a clip amounts to, whatever dialect it came in. No checks and no drawing here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .models import Model

AXES = ("horizontal", "vertical", "pan", "tilt", "roll", "zoom")
CAMERA_TYPES = ("simple", "down_back", "forward_up", "right_turn_forward", "left_turn_forward")

#: A URL, the encoded bytes, or none.
Picture = str | bytes | None


@dataclass(frozen=True)
class Camera:
    """A camera move; `axes` (-10..10) is empty unless the type is simple."""

    type: str
    axes: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class VideoRequest:
    """`aspect_ratio` "" follows the picture. `mode` is std, pro or 4k in every generation."""

    operation: str
    model: Model
    prompt: str = ""
    negative_prompt: str = ""
    cfg_scale: float = 0.5
    mode: str = "std"
    seconds: int = 5
    sound: bool = False
    aspect_ratio: str = ""
    camera: Camera | None = None
    first: Picture = field(default=None, repr=False)
    last: Picture = field(default=None, repr=False)
    external_id: str = ""
    callback_url: str = ""
    watermark: bool = False

    @property
    def frames(self) -> str:
        if self.operation == "text2video":
            return "none"
        if self.last is None:
            return "first"
        return "last" if self.first is None else "first+last"
