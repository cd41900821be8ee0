"""KlingCameraControl: a camera move for the video nodes."""

from __future__ import annotations

from ..kling_api.bounds import CAMERA_AXES, CAMERA_LIMIT, CAMERA_TYPES
from . import judging, wording
from .host import io, search_aliases
from .inputs import camera_output

_SIGNS = {
    "horizontal": "The camera moves: - left, + right.",
    "vertical": "The camera moves: - down, + up.",
    "pan": "The camera turns: - left, + right.",
    "tilt": "The camera turns: - down, + up.",
    "roll": "The camera rolls: - counter-clockwise, + clockwise.",
    "zoom": "The view: - narrower, + wider.",
}


class KlingCameraControl(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingCameraControl",
            display_name="Kling Camera Control",
            category="Kling/Video",
            description="A camera move. Type simple takes exactly one axis; the other types take none. "
            "Only kling-v1 (text, std, 5 s) and kling-v1-5 (image, pro, 5 s, simple) have camera control.",
            inputs=[
                io.Combo.Input(
                    "type",
                    options=list(CAMERA_TYPES),
                    default="simple",
                    tooltip="simple: along one axis below. The others are composed moves of Kling's own, without "
                    "an axis.",
                ),
                *(
                    io.Float.Input(
                        axis,
                        default=0.0,
                        min=-CAMERA_LIMIT,
                        max=CAMERA_LIMIT,
                        step=0.1,
                        tooltip=f"{_SIGNS[axis]} -10 to 10; exactly one axis may differ from 0.",
                    )
                    for axis in CAMERA_AXES
                ),
            ],
            outputs=[camera_output()],
            **search_aliases("可灵", "运镜", "镜头控制", "camera", "camera move", "camera motion", "kling camera"),
        )

    @classmethod
    def validate_inputs(
        cls,
        type: str | None = None,
        horizontal: float | None = None,
        vertical: float | None = None,
        pan: float | None = None,
        tilt: float | None = None,
        roll: float | None = None,
        zoom: float | None = None,
    ) -> str | bool:
        values = (type, horizontal, vertical, pan, tilt, roll, zoom)
        if any(value is None for value in values):  # linked: known only when the graph runs
            return True
        from ..kling_api.operations import CameraControl

        return judging.judged(lambda: CameraControl(*values))  # pyright: ignore[reportArgumentType]

    @classmethod
    def execute(
        cls,
        type: str = "simple",
        horizontal: float = 0.0,
        vertical: float = 0.0,
        pan: float = 0.0,
        tilt: float = 0.0,
        roll: float = 0.0,
        zoom: float = 0.0,
    ) -> io.NodeOutput:
        from ..kling_api.operations import CameraControl

        with wording.of_a_node():
            return io.NodeOutput(CameraControl(type, horizontal, vertical, pan, tilt, roll, zoom))
