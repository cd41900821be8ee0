"""KlingMotionControl: the person in a picture moves as the one in a clip does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..kling_api.steps import Steps
from ..kling_api.watch import Progress
from . import inputs, judging, pictures, sources
from .clips import hand_on, outputs, steps_of
from .host import io, search_aliases

if TYPE_CHECKING:
    from ..kling_api.client import Result


class KlingMotionControl(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingMotionControl",
            display_name="Kling Motion Control",
            category="Kling/Video",
            description="The person in a picture moves as the person in a clip does. The result is as long as the "
            "clip, and each second is paid for.",
            inputs=[
                io.String.Input(
                    "prompt",
                    multiline=True,
                    default="",
                    tooltip=f"What surrounds the person. May be empty. {inputs.characters('motion-control')}",
                ),
                pictures.model_name("motion-control", "kling-v3 and kling-3.0 cost more and take an element."),
                inputs.mode(("std", "pro"), "The clip's size. std: 720p, pro: 1080p. pro costs more."),
                io.Combo.Input(
                    "character_orientation",
                    options=["video", "image"],
                    default="video",
                    tooltip="video: the person faces as in the clip, of up to 30 s. image: as in the picture; then the "
                    "clip may have up to 10 s.",
                ),
                io.Boolean.Input(
                    "keep_original_sound", default=True, tooltip="Keep the sound of the clip that is connected."
                ),
                inputs.seed(),
                inputs.decode(),
                io.Image.Input(
                    "image",
                    optional=True,
                    tooltip="The person. At least 340 pixels on each side, at most 2.5 : 1, 10 MB.",
                ),
                pictures.url("image"),
                *inputs.clip("How to move: mp4 or mov, 3 to 30 s, sides of 340 to 3850 pixels, 100 MB at most."),
                *inputs.elements(1, "Only kling-v3 and kling-3.0."),
                *inputs.profile_and_callback(),
            ],
            outputs=outputs(),
            **search_aliases(
                "可灵", "动作控制", "动作迁移", "motion control", "motion transfer", "dance", "kling motion"
            ),
        )

    @classmethod
    def validate_inputs(
        cls,
        model_name: str | None = None,
        mode: str | None = None,
        image: Any = inputs.NOT_GIVEN,
        image_url: str | None = "",
        video: Any = inputs.NOT_GIVEN,
        video_url: str | None = "",
        element_1: Any = inputs.NOT_GIVEN,
        profile: str | None = "",
    ) -> str | bool:
        return judging.first_problem(
            judging.exactly_one(image=judging.linked(image), image_url=image_url),
            judging.exactly_one(video=judging.linked(video), video_url=video_url),
            inputs.problem(
                "motion-control", profile, model_name, mode=mode, elements=judging.some(judging.linked(element_1))
            ),
        )

    @classmethod
    async def execute(
        cls,
        model_name: str,
        prompt: str = "",
        mode: str = "std",
        character_orientation: str = "video",
        keep_original_sound: bool = True,
        seed: int = 0,
        decode: str = "all",
        image: Any = None,
        image_url: str = "",
        video: Any = None,
        video_url: str = "",
        element_1: str | None = None,
        profile: str = "",
        callback_url: str = "",
    ) -> io.NodeOutput:
        def run(progress: Callable[[Progress], None], stop: threading.Event) -> Steps[Result]:
            from ..kling_api.operations import MotionControl

            with sources.clip(video, video_url) as clip:
                steps = steps_of(
                    MotionControl(
                        image_url=sources.needed_picture("image", image, image_url, model_name),
                        video_url=clip,
                        prompt=prompt,
                        model_name=model_name,
                        mode=mode,
                        character_orientation=character_orientation,
                        keep_original_sound=keep_original_sound,
                        element_list=sources.in_order("element", (element_1,)),
                        seed=seed,
                        callback_url=callback_url,
                    ),
                    profile,
                    progress,
                    stop,
                )
                return (yield from steps)

        return await hand_on(run, decode)
