"""A camera move, the same for every provider; how each writes it is in `dialects`."""

from __future__ import annotations

from dataclasses import dataclass

from ..bounds import CAMERA_AXES, CAMERA_LIMIT, CAMERA_TYPES
from ..errors import InvalidRequest
from .rules import one_of, within


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
        one_of("camera_control type", self.type, CAMERA_TYPES)
        for axis in CAMERA_AXES:
            within(f"camera_control {axis}", getattr(self, axis), -CAMERA_LIMIT, CAMERA_LIMIT)
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

    def move(self) -> tuple[str, float]:
        """The one axis that moves and by how much, ("", 0.0) for the types that have none."""
        return next(((axis, getattr(self, axis)) for axis in CAMERA_AXES if getattr(self, axis)), ("", 0.0))
