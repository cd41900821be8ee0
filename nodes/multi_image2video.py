"""KlingMultiImage2Video: one to four pictures of subjects or a scene become one clip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..kling_api import capabilities
from . import inputs, judging, pictures, sources
from .clips import make_clip, outputs
from .host import io, search_aliases

if TYPE_CHECKING:
    from ..kling_api.operations import MultiImage2Video

MOST_PICTURES = 4


class KlingMultiImage2Video(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingMultiImage2Video",
            display_name="Kling Multi-Image to Video",
            category="Kling/Video",
            description="Makes one clip from one to four pictures of subjects or a scene. Kling itself has it with "
            "kling-v1-6 alone, whose retirement was announced; Kling Omni Video is its successor.",
            inputs=[
                inputs.prompt("multi-image2video"),
                pictures.model_name("multi-image2video", "At Kling itself kling-v1-6 alone."),
                inputs.mode(("std", "pro"), "The clip's size. std: 720p, pro: 1080p. pro costs more."),
                inputs.duration("5 or 10."),
                io.Combo.Input(
                    "aspect_ratio",
                    options=list(capabilities.aspect_ratios()),
                    default="16:9",
                    tooltip="Width : height of the clip.",
                ),
                inputs.negative_prompt(),
                inputs.cfg_scale("Some gateways take it, Kling does not."),
                inputs.seed(),
                inputs.decode(),
                *inputs.cited_pictures(MOST_PICTURES, "A subject or the scene."),
                pictures.socket("end_image", "The last frame, which some gateways take."),
                pictures.url("end_image"),
                *inputs.profile_and_callback(),
            ],
            outputs=outputs(),
            **search_aliases(
                "可灵", "多图参考", "多图生视频", "multi image", "elements", "reference to video", "kling multi-image"
            ),
        )

    @classmethod
    def validate_inputs(
        cls,
        model_name: str | None = None,
        mode: str | None = None,
        duration: int | None = None,
        image_1: Any = inputs.NOT_GIVEN,
        image_urls: str | None = "",
        end_image: Any = inputs.NOT_GIVEN,
        end_image_url: str | None = "",
        profile: str | None = "",
    ) -> str | bool:
        return judging.first_problem(
            judging.some_picture(image_1, image_urls),
            judging.at_most_one(end_image=judging.linked(end_image), end_image_url=end_image_url),
            inputs.problem("multi-image2video", profile, model_name, mode=mode, duration=duration),
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
        seed: int = 0,
        decode: str = "all",
        image_1: Any = None,
        image_2: Any = None,
        image_3: Any = None,
        image_4: Any = None,
        image_urls: str = "",
        end_image: Any = None,
        end_image_url: str = "",
        profile: str = "",
        callback_url: str = "",
    ) -> io.NodeOutput:
        def build() -> MultiImage2Video:
            from ..kling_api.operations import MultiImage2Video

            return MultiImage2Video(
                image_list=sources.several((image_1, image_2, image_3, image_4), image_urls),
                prompt=prompt,
                image_tail=sources.picture("end_image", end_image, end_image_url),
                model_name=model_name,
                mode=mode,
                duration=duration,
                aspect_ratio=aspect_ratio,
                negative_prompt=negative_prompt,
                cfg_scale=cfg_scale,
                seed=seed,
                callback_url=callback_url,
            )

        return await make_clip(build, profile, decode)
