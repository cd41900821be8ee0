"""What can be asked: a frozen dataclass per operation, with the API's own field names.

An operation checks at the door what is wrong everywhere; what depends on the model is in `checks`, how a provider
writes it in `dialects`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import urlsplit

from .capabilities import default_model
from .errors import InvalidRequest
from .stills import Still

CAMERA_AXES = ("horizontal", "vertical", "pan", "tilt", "roll", "zoom")
CAMERA_TYPES = ("simple", "down_back", "forward_up", "right_turn_forward", "left_turn_forward")
CAMERA_LIMIT = 10.0
#: ComfyUI's own range of a seed.
MAX_SEED = 0xFFFFFFFFFFFFFFFF


@dataclass(frozen=True)
class CameraControl:
    """A camera move. `simple` takes exactly one axis that is not 0, each -10..10; the other types take none.

    Signs: horizontal - left + right; vertical - down + up; pan - left + right; tilt - down + up;
    roll - counter-clockwise + clockwise; zoom - narrower + wider view (official docs CN 2026, EN 2026).
    """

    type: str = "simple"
    horizontal: float = 0.0
    vertical: float = 0.0
    pan: float = 0.0
    tilt: float = 0.0
    roll: float = 0.0
    zoom: float = 0.0

    def __post_init__(self) -> None:
        _one_of("camera_control type", self.type, CAMERA_TYPES)
        for axis in CAMERA_AXES:
            _within(f"camera_control {axis}", getattr(self, axis), -CAMERA_LIMIT, CAMERA_LIMIT)
        moved = [f"{axis} {getattr(self, axis):g}" for axis in CAMERA_AXES if getattr(self, axis)]
        if self.type != "simple" and moved:
            raise InvalidRequest(
                f"camera_control type {self.type} takes no axis values, but has {', '.join(moved)}.",
                "Set all six axes to 0, or choose type simple.",
            )
        if self.type == "simple" and len(moved) != 1:
            had = f"has {len(moved)}: {', '.join(moved)}" if moved else "has none"
            raise InvalidRequest(
                f"camera_control type simple moves along exactly one axis, but {had}.",
                "Leave one of horizontal, vertical, pan, tilt, roll, zoom other than 0 and set the rest to 0.",
            )

    def config(self) -> dict[str, float] | None:
        """The six axes for `simple`, None for the types that must not have a config."""
        return {axis: getattr(self, axis) for axis in CAMERA_AXES} if self.type == "simple" else None


@dataclass(frozen=True)
class Text2Video:
    """A prompt becomes a clip of `duration` seconds."""

    kind: ClassVar[str] = "text2video"
    category: ClassVar[str] = "videos"
    slots: ClassVar[int] = 1

    prompt: str
    model_name: str = field(default_factory=default_model)
    mode: str = "std"
    duration: int = 5
    aspect_ratio: str = "16:9"
    negative_prompt: str = ""
    cfg_scale: float = 0.5
    sound: bool = False
    seed: int = 0
    camera_control: CameraControl | None = None
    callback_url: str = ""

    def __post_init__(self) -> None:
        if not self.prompt.strip():
            raise InvalidRequest("prompt is empty.", "Write what the clip should show.")
        _check_shared(self)


@dataclass(frozen=True)
class Image2Video:
    """A picture becomes a clip. `image` is the first frame, `image_tail` the last; a str is an http(s) URL.

    `aspect_ratio` "" or "auto": the clip follows the picture (Kling's own platform knows nothing else here).
    """

    kind: ClassVar[str] = "image2video"
    category: ClassVar[str] = "videos"
    slots: ClassVar[int] = 1

    image: Still | str | None
    image_tail: Still | str | None = None
    prompt: str = ""
    model_name: str = field(default_factory=default_model)
    mode: str = "std"
    duration: int = 5
    aspect_ratio: str = ""
    negative_prompt: str = ""
    cfg_scale: float = 0.5
    sound: bool = False
    seed: int = 0
    camera_control: CameraControl | None = None
    callback_url: str = ""

    def __post_init__(self) -> None:
        if self.image is None and self.image_tail is None:
            raise InvalidRequest(
                "Both the first frame (image) and the end frame (image_tail) are missing.", "Give at least one picture."
            )
        if self.image_tail is not None and self.camera_control is not None:
            raise InvalidRequest(
                "An end frame and a camera move cannot be used together.", "Remove image_tail or camera_control."
            )
        for name in ("image", "image_tail"):
            value = getattr(self, name)
            if isinstance(value, str):
                _check_url(name, value)
        _check_shared(self)

    @property
    def frames(self) -> str:
        """Which frames are given: "first", "first+last" or "last"."""
        if self.image_tail is None:
            return "first"
        return "last" if self.image is None else "first+last"


Operation = Text2Video | Image2Video


def _check_shared(operation: Operation) -> None:
    if not operation.model_name.strip():
        raise InvalidRequest("model_name is empty.", f"Choose a model, for example {default_model()}.")
    if operation.duration < 1:
        raise InvalidRequest(f"duration is {operation.duration}.", "Give whole seconds, for example 5.")
    _within("cfg_scale", operation.cfg_scale, 0.0, 1.0)
    if not 0 <= operation.seed <= MAX_SEED:
        raise InvalidRequest(f"seed is {operation.seed}.", f"Give a whole number from 0 to {MAX_SEED}.")
    if operation.callback_url:
        _check_url("callback_url", operation.callback_url)


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # also catches NaN
        raise InvalidRequest(f"{name} is {value:g}.", f"Give a number from {low:g} to {high:g}.")


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InvalidRequest(f"{name} is '{value}'.", f"Choose one of: {', '.join(allowed)}.")


def _check_url(name: str, value: str) -> None:
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidRequest(f"{name} is not an http(s) URL.", "Give a full URL that begins with https://.")
