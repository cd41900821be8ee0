"""KlingText2Video: a prompt becomes a clip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import inputs, judging, sources
from .clips import make_clip, outputs
from .host import io, search_aliases

if TYPE_CHECKING:
    from ..kling_api.operations import CameraControl, MultiShot, Text2Video


class KlingText2Video(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingText2Video",
            display_name="Kling Text to Video",
            category="Kling/Video",
            description="Makes a clip from a prompt with your own key. The same inputs and seed are paid for once.",
            inputs=[
                inputs.prompt("text2video"),
                *inputs.model_and_length("text2video"),
                io.Combo.Input(
                    "aspect_ratio",
                    options=["16:9", "9:16", "1:1"],
                    default="16:9",
                    tooltip="Width : height of the clip.",
                ),
                *inputs.negative_prompt_to_decode(),
                inputs.camera_control(),
                *inputs.profile_and_callback(),
                *inputs.shots_and_voices("kling-v2-6"),
            ],
            outputs=outputs(),
            **search_aliases("可灵", "文生视频", "文字生成视频", "text to video", "text2video", "t2v", "kling t2v"),
        )

    @classmethod
    def validate_inputs(
        cls,
        model_name: str | None = None,
        mode: str | None = None,
        duration: int | None = None,
        sound: bool | None = None,
        camera_control: CameraControl | str | None = inputs.NOT_GIVEN,
        profile: str | None = "",
        voice_1: Any = inputs.NOT_GIVEN,
        voice_2: Any = inputs.NOT_GIVEN,
        multi_shot: Any = inputs.NOT_GIVEN,
    ) -> str | bool:
        return judging.first_problem(
            judging.voices(sound, voice_1, voice_2),
            inputs.problem(
                "text2video",
                profile,
                model_name,
                mode=mode,
                duration=duration,
                sound=inputs.on_or_off(sound),
                camera=None if camera_control == inputs.NOT_GIVEN else "any",
                **judging.cast(voice_1, voice_2, multi_shot),
            ),
        )

    @classmethod
    async def execute(
        cls,
        prompt: str,
        model_name: str,
        mode: str = "std",
        duration: int = 5,
        aspect_ratio: str = "16:9",
        negative_prompt: str = "",
        cfg_scale: float = 0.5,
        sound: bool = False,
        seed: int = 0,
        decode: str = "all",
        camera_control: CameraControl | None = None,
        profile: str = "",
        callback_url: str = "",
        multi_shot: MultiShot | None = None,
        voice_1: str | None = None,
        voice_2: str | None = None,
    ) -> io.NodeOutput:
        def build() -> Text2Video:
            from ..kling_api.operations import Text2Video

            return Text2Video(
                prompt=prompt,
                model_name=model_name,
                mode=mode,
                duration=duration,
                aspect_ratio=aspect_ratio,
                negative_prompt=negative_prompt,
                cfg_scale=cfg_scale,
                sound=sound,
                seed=seed,
                camera_control=camera_control,
                callback_url=callback_url,
                multi_shot=multi_shot,
                voice_list=sources.in_order("voice", (voice_1, voice_2)),
            )

        return await make_clip(build, profile, decode)
