"""KlingVideoToAudio: a clip gets sound effects and music."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..kling_api.bounds import LONGEST_SOUND_PROMPT
from ..kling_api.steps import Steps
from ..kling_api.watch import Progress
from . import inputs, judging, sources
from .clips import hand_on, outputs, steps_of
from .host import io, search_aliases

if TYPE_CHECKING:
    from ..kling_api.client import Result


class KlingVideoToAudio(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingVideoToAudio",
            display_name="Kling Video to Audio",
            category="Kling/Audio",
            description="A clip of 3 to 20 seconds gets sound effects and music; 0.25 units.",
            inputs=[
                _prompt("sound_effect_prompt", "The sound effects."),
                _prompt("bgm_prompt", "The music."),
                io.Boolean.Input(
                    "asmr_mode", default=False, tooltip="Stronger details in the sound effects, for close-ups."
                ),
                inputs.seed(),
                inputs.decode(),
                inputs.video_id(optional=True),
                *inputs.clip("The clip, in place of video_id: mp4 or mov, 3 to 20 s, 100 MB at most."),
                *inputs.profile_and_callback(),
            ],
            outputs=outputs(),
            **search_aliases(
                "可灵", "视频生音效", "视频配音", "音效", "配乐", "video to audio", "v2a", "foley", "bgm", "kling audio"
            ),
        )

    @classmethod
    def validate_inputs(
        cls,
        sound_effect_prompt: str | None = None,
        bgm_prompt: str | None = None,
        video_id: str | None = "",
        video: Any = inputs.NOT_GIVEN,
        video_url: str | None = "",
        profile: str | None = "",
    ) -> str | bool:
        return judging.first_problem(
            judging.exactly_one(video_id=video_id, video_url=video_url, video=judging.linked(video)),
            judging.not_longer("sound_effect_prompt", sound_effect_prompt, LONGEST_SOUND_PROMPT),
            judging.not_longer("bgm_prompt", bgm_prompt, LONGEST_SOUND_PROMPT),
            inputs.problem("video-to-audio", profile, ""),
        )

    @classmethod
    async def execute(
        cls,
        sound_effect_prompt: str = "",
        bgm_prompt: str = "",
        asmr_mode: bool = False,
        seed: int = 0,
        decode: str = "all",
        video_id: str = "",
        video: Any = None,
        video_url: str = "",
        profile: str = "",
        callback_url: str = "",
    ) -> io.NodeOutput:
        def run(progress: Callable[[Progress], None], stop: threading.Event) -> Steps[Result]:
            from ..kling_api.operations import VideoToAudio

            with sources.clip(video, video_url) as clip:
                steps = steps_of(
                    VideoToAudio(
                        video_id=video_id.strip(),
                        video_url=clip,
                        sound_effect_prompt=sound_effect_prompt,
                        bgm_prompt=bgm_prompt,
                        asmr_mode=asmr_mode,
                        seed=seed,
                        callback_url=callback_url,
                    ),
                    profile,
                    progress,
                    stop,
                )
                return (yield from steps)

        return await hand_on(run, decode)


def _prompt(name: str, what: str) -> Any:
    return io.String.Input(
        name,
        multiline=True,
        default="",
        tooltip=f"{what} Up to {LONGEST_SOUND_PROMPT} characters. Empty: as the clip suggests.",
    )
