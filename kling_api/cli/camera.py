"""A camera move as it is written on the command line -> CameraControl. Pure."""

from __future__ import annotations

from ..errors import InvalidRequest
from ..operations import CAMERA_AXES, CAMERA_TYPES, CameraControl

_ADVICE = f"Write for example pan=5, or a preset: {', '.join(CAMERA_TYPES[1:])}."


def read_camera(text: str) -> CameraControl | None:
    """`pan=5`, `type=simple,zoom=-3` or `forward_up`; "" is no move. Raises InvalidRequest."""
    if not text.strip():
        return None
    move_type, axes = "simple", {}
    for part in text.split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals and name in CAMERA_TYPES:
            move_type = name
        elif equals and name == "type":
            move_type = value
        elif equals and name in CAMERA_AXES and name not in axes:
            axes[name] = _number(name, value)
        else:
            raise InvalidRequest(f"camera_control '{text}' cannot be read at '{part.strip()}'.", _ADVICE)
    return CameraControl(move_type, **axes)


def _number(axis: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise InvalidRequest(f"camera_control {axis} is '{value}', which is not a number.", _ADVICE) from None
