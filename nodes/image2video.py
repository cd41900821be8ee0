"""KlingImage2Video: a picture becomes a clip; an end frame says where it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import inputs, judging, sources
from .clips import make_clip, outputs
from .host import advanced, io, search_aliases

if TYPE_CHECKING:
    from ..kling_api.operations import CameraControl, Image2Video, MultiShot

_PICTURE = "At least 300 pixels on each side, at most 2.5 : 1. Sent as PNG, or as JPEG where the PNG is over the limit."


class KlingImage2Video(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingImage2Video",
            display_name="Kling Image to Video",
            category="Kling/Video",
            description="Makes a clip that starts on a picture, and may end on another, with your own Kling key. "
            "The same inputs and seed are paid for once.",
            inputs=[
                io.Image.Input("image", tooltip=f"The first frame. One picture. {_PICTURE}"),
                inputs.prompt("image2video", "How the picture should move. May be empty."),
                *inputs.model_and_length("image2video"),
                *inputs.negative_prompt_to_decode(),
                io.Image.Input(
                    "end_image",
                    optional=True,
                    tooltip=f"The last frame. One picture; not with camera_control. {_PICTURE}",
                ),
                inputs.camera_control(),
                io.Combo.Input(
                    "aspect_ratio",
                    options=["auto", "16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3"],
                    default="auto",
                    optional=True,
                    tooltip="Width : height. auto: the clip follows the picture. Other values reach only gateways that "
                    "have the field.",
                    **advanced(),
                ),
                *inputs.profile_and_callback(),
                *inputs.shots_and_voices("kling-v2-6 and kling-2.6"),
                *inputs.elements(3, "Only kling-v3 and kling-3.0."),
            ],
            outputs=outputs(),
            **search_aliases(
                "可灵",
                "图生视频",
                "首帧",
                "尾帧",
                "首尾帧",
                "image to video",
                "image2video",
                "i2v",
                "first last frame",
                "kling i2v",
            ),
        )

    @classmethod
    def validate_inputs(
        cls,
        model_name: str | None = None,
        mode: str | None = None,
        duration: int | None = None,
        sound: bool | None = None,
        end_image: Any = inputs.NOT_GIVEN,
        camera_control: Any = inputs.NOT_GIVEN,
        profile: str | None = "",
        voice_1: Any = inputs.NOT_GIVEN,
        voice_2: Any = inputs.NOT_GIVEN,
        element_1: Any = inputs.NOT_GIVEN,
        multi_shot: Any = inputs.NOT_GIVEN,
    ) -> str | bool:
        has_end, has_camera = (value is not inputs.NOT_GIVEN for value in (end_image, camera_control))
        if has_end and has_camera:
            return judging.refused("end_image and camera_control cannot be used together.", "Disconnect one of them.")
        return judging.first_problem(
            judging.voices(sound, voice_1, voice_2),
            inputs.problem(
                "image2video",
                profile,
                model_name,
                mode=mode,
                duration=duration,
                sound=inputs.on_or_off(sound),
                frames="first+last" if has_end else "first",
                camera="any" if has_camera else None,
                elements=judging.some(judging.linked(element_1)),
                **judging.cast(voice_1, voice_2, multi_shot),
            ),
        )

    @classmethod
    async def execute(
        cls,
        image: Any,
        prompt: str = "",
        model_name: str = "",
        mode: str = "std",
        duration: int = 5,
        negative_prompt: str = "",
        cfg_scale: float = 0.5,
        sound: bool = False,
        seed: int = 0,
        decode: str = "all",
        end_image: Any = None,
        camera_control: CameraControl | None = None,
        aspect_ratio: str = "auto",
        profile: str = "",
        callback_url: str = "",
        multi_shot: MultiShot | None = None,
        voice_1: str | None = None,
        voice_2: str | None = None,
        element_1: str | None = None,
        element_2: str | None = None,
        element_3: str | None = None,
    ) -> io.NodeOutput:
        def build() -> Image2Video:
            from ..kling_api.operations import Image2Video

            return Image2Video(
                image=sources.still("image", image, model_name),
                image_tail=None if end_image is None else sources.still("end_image", end_image, model_name),
                prompt=prompt,
                model_name=model_name,
                mode=mode,
                duration=duration,
                aspect_ratio="" if aspect_ratio == "auto" else aspect_ratio,
                negative_prompt=negative_prompt,
                cfg_scale=cfg_scale,
                sound=sound,
                seed=seed,
                camera_control=camera_control,
                callback_url=callback_url,
                multi_shot=multi_shot,
                voice_list=sources.in_order("voice", (voice_1, voice_2)),
                element_list=sources.in_order("element", (element_1, element_2, element_3)),
            )

        return await make_clip(build, profile, decode)
