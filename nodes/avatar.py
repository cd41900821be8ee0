"""KlingAvatar: a portrait speaks or sings."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..kling_api import capabilities
from ..kling_api.steps import Steps
from ..kling_api.watch import Progress
from . import inputs, judging, pictures, sources, wording
from .clips import client_of, hand_on, outputs
from .host import io, search_aliases
from .speech import DEFAULT_VOICE, Heard, Speech, problem_of_sound, run_with_speech, sound_inputs

if TYPE_CHECKING:
    from ..kling_api.client import Result
    from ..kling_api.operations import Avatar


class KlingAvatar(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingAvatar",
            display_name="Kling Avatar",
            category="Kling/Video",
            description="A portrait speaks or sings what is heard: a sound, its URL, or a text with a voice. The clip "
            "is as long as the sound, 2 to 300 s. Each second costs 0.4 units in mode std, 0.8 in pro.",
            inputs=[
                io.String.Input(
                    "prompt",
                    multiline=True,
                    default="",
                    tooltip=f"How the person acts. May be empty. {inputs.characters('avatar/image2video')}",
                ),
                inputs.mode(("std", "pro"), "The clip's size. std: 720p, pro: 1080p. pro costs twice as much."),
                inputs.seed(),
                inputs.decode(),
                pictures.socket("image", "The portrait."),
                pictures.url("image"),
                *sound_inputs("2 to 300"),
                *inputs.profile_and_callback(),
            ],
            outputs=outputs(),
            **search_aliases(
                "可灵", "数字人", "对口型", "avatar", "digital human", "talking head", "talking photo", "kling avatar"
            ),
        )

    @classmethod
    def validate_inputs(
        cls,
        prompt: str | None = None,
        image: Any = inputs.NOT_GIVEN,
        image_url: str | None = "",
        audio: Any = inputs.NOT_GIVEN,
        audio_url: str | None = "",
        text: str | None = "",
        audio_id: str | None = "",
        voice_id: str | None = DEFAULT_VOICE,
        voice_language: str | None = "zh",
        profile: str | None = "",
    ) -> str | bool:
        return judging.first_problem(
            judging.exactly_one(image=judging.linked(image), image_url=image_url),
            problem_of_sound(profile, audio, audio_url, text, audio_id, voice_id, voice_language),
            judging.not_longer("prompt", prompt, capabilities.prompt_limit("", "avatar/image2video")),
            inputs.problem("avatar/image2video", profile, ""),
        )

    @classmethod
    async def execute(
        cls,
        prompt: str = "",
        mode: str = "std",
        seed: int = 0,
        decode: str = "all",
        image: Any = None,
        image_url: str = "",
        audio: Any = None,
        audio_url: str = "",
        text: str = "",
        voice_id: str = DEFAULT_VOICE,
        voice_language: str = "zh",
        voice_speed: float = 1.0,
        audio_id: str = "",
        profile: str = "",
        callback_url: str = "",
    ) -> io.NodeOutput:
        with wording.of_a_node():
            speech = Speech(audio, audio_url, audio_id, text, voice_id, voice_language, voice_speed)

        def build(heard: Heard) -> Avatar:
            from ..kling_api.operations import Avatar

            return Avatar(
                image=sources.needed_picture("image", image, image_url),
                sound_file=heard.sound_file,
                audio_id=heard.audio_id,
                prompt=prompt,
                mode=mode,
                seed=seed,
                callback_url=callback_url,
            )

        def run(progress: Callable[[Progress], None], stop: threading.Event) -> Steps[Result]:
            return (yield from run_with_speech(speech, build, client_of(profile), progress, stop))

        return await hand_on(run, decode)
