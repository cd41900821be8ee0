"""KlingVideoExtend: a clip of Kling's own goes on for some seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import inputs, judging
from .clips import make_clip, outputs
from .host import io, search_aliases

if TYPE_CHECKING:
    from ..kling_api.operations import VideoExtend


class KlingVideoExtend(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingVideoExtend",
            display_name="Kling Video Extend",
            category="Kling/Video",
            description="A clip that Kling has made in the last 30 days goes on for 4 to 5 seconds, with its own model "
            "and mode; up to 3 minutes in all. Kling itself extends clips of v1, v1-5 and v1-6 alone.",
            inputs=[
                inputs.video_id(optional=False),
                io.String.Input(
                    "prompt",
                    multiline=True,
                    default="",
                    tooltip=f"How it goes on. May be empty. {inputs.characters('video-extend')}",
                ),
                inputs.negative_prompt("Not with a clip of kling-v1."),
                inputs.cfg_scale("Not with a clip of kling-v1."),
                inputs.seed(),
                inputs.decode(),
                *inputs.profile_and_callback(),
            ],
            outputs=outputs(),
            **search_aliases("可灵", "视频延长", "续写", "extend", "continue", "longer video", "kling extend"),
        )

    @classmethod
    def validate_inputs(cls, video_id: str | None = None, profile: str | None = "") -> str | bool:
        missing = video_id is not None and not video_id.strip()
        return judging.first_problem(
            judging.refused("video_id is empty.", "Connect the video_id of the clip.") if missing else True,
            inputs.problem("video-extend", profile, ""),
        )

    @classmethod
    async def execute(
        cls,
        video_id: str,
        prompt: str = "",
        negative_prompt: str = "",
        cfg_scale: float = 0.5,
        seed: int = 0,
        decode: str = "all",
        profile: str = "",
        callback_url: str = "",
    ) -> io.NodeOutput:
        def build() -> VideoExtend:
            from ..kling_api.operations import VideoExtend

            return VideoExtend(
                video_id=video_id.strip(),
                prompt=prompt,
                negative_prompt=negative_prompt,
                cfg_scale=cfg_scale,
                seed=seed,
                callback_url=callback_url,
            )

        return await make_clip(build, profile, decode)
