"""KlingTextToSpeech: a voice speaks a text."""

from __future__ import annotations

from ..kling_api.bounds import LONGEST_SPEECH
from . import inputs, judging
from .host import io, search_aliases
from .sounds import make_sound, outputs
from .speech import problem_of_voice, voice_inputs


class KlingTextToSpeech(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingTextToSpeech",
            display_name="Kling Text to Speech",
            category="Kling/Audio",
            description="A voice speaks a text. Answered at once; 0.05 units.",
            inputs=[
                io.String.Input(
                    "text",
                    multiline=True,
                    default="",
                    tooltip=f"What is said. Up to {LONGEST_SPEECH} characters, in one language.",
                ),
                *voice_inputs(),
                inputs.seed(),
                inputs.paying_profile(),
            ],
            outputs=outputs(),
            **search_aliases(
                "可灵", "语音合成", "文字转语音", "配音", "tts", "text to speech", "voice over", "kling tts"
            ),
        )

    @classmethod
    def validate_inputs(
        cls,
        text: str | None = None,
        voice_id: str | None = None,
        voice_language: str | None = None,
        profile: str | None = "",
    ) -> str | bool:
        return judging.first_problem(
            judging.text("text", text, LONGEST_SPEECH),
            problem_of_voice(voice_id, voice_language),
            inputs.problem("tts", profile, ""),
        )

    @classmethod
    async def execute(
        cls,
        text: str,
        voice_id: str,
        voice_language: str = "zh",
        voice_speed: float = 1.0,
        seed: int = 0,
        profile: str = "",
    ) -> io.NodeOutput:
        said = text.strip()  # a line break at its end is no other job
        from ..kling_api.operations import TextToSpeech

        return await make_sound(lambda: TextToSpeech(said, voice_id, voice_language, voice_speed, seed), profile)
