"""KlingCameraPreset: a camera move by its name, for the video nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..kling_api.bounds import CAMERA_LIMIT
from .host import io, search_aliases
from .inputs import camera_output

if TYPE_CHECKING:
    from ..kling_api.operations import CameraControl

#: Name -> the one axis that moves, and its sign.
ON_AN_AXIS = {
    "push in": ("zoom", -1),
    "pull out": ("zoom", 1),
    "move left": ("horizontal", -1),
    "move right": ("horizontal", 1),
    "move down": ("vertical", -1),
    "move up": ("vertical", 1),
    "pan left": ("pan", -1),
    "pan right": ("pan", 1),
    "tilt down": ("tilt", -1),
    "tilt up": ("tilt", 1),
    "roll counter-clockwise": ("roll", -1),
    "roll clockwise": ("roll", 1),
}
#: Name -> the API's own composed move, which has no strength.
COMPOSED = {
    "down and back": "down_back",
    "forward and up": "forward_up",
    "turn right and forward": "right_turn_forward",
    "turn left and forward": "left_turn_forward",
}
MOVES = (*ON_AN_AXIS, *COMPOSED)


def control(move: str, strength: float) -> CameraControl:
    """Raises KeyError for a name that is none, InvalidRequest for a strength beyond 10."""
    from ..kling_api.operations import CameraControl

    if move in COMPOSED:
        return CameraControl(COMPOSED[move])
    axis, sign = ON_AN_AXIS[move]
    moved: dict[str, Any] = {axis: sign * strength}
    return CameraControl(**moved)


class KlingCameraPreset(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingCameraPreset",
            display_name="Kling Camera Preset",
            category="Kling/Video",
            description="A camera move by its name, always one that Kling takes. Only kling-v1 (text, std, 5 s) has "
            "all of them; kling-v1-5 (image, pro, 5 s) has those on one axis, not the last four.",
            inputs=[
                io.Combo.Input(
                    "move",
                    options=list(MOVES),
                    default="push in",
                    tooltip="push and pull change the focal length, move shifts the camera; pan, tilt and roll turn "
                    "it. The last four are composed moves of Kling's own.",
                ),
                io.Float.Input(
                    "strength",
                    default=5.0,
                    min=0.1,
                    max=CAMERA_LIMIT,
                    step=0.1,
                    tooltip="How far: 0.1 to 10. The last four moves have no strength.",
                ),
            ],
            outputs=[camera_output()],
            **search_aliases("可灵", "运镜", "推拉摇移", "camera", "camera move", "camera motion", "kling camera"),
        )

    @classmethod
    def execute(cls, move: str = "push in", strength: float = 5.0) -> io.NodeOutput:
        return io.NodeOutput(control(move, strength))
