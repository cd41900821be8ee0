"""KlingTextToAudio: a sound as the prompt describes it."""

from __future__ import annotations

from ..kling_api.bounds import LONGEST_SOUND_PROMPT
from . import inputs, judging
from .host import io, search_aliases
from .sounds import make_sound, outputs


class KlingTextToAudio(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingTextToAudio",
            display_name="Kling Text to Audio",
            category="Kling/Audio",
            description="Makes a sound effect of 3 to 10 seconds as the prompt describes it; 0.25 units.",
            inputs=[
                io.String.Input(
                    "prompt",
                    multiline=True,
                    default="",
                    tooltip=f"What is heard. Up to {LONGEST_SOUND_PROMPT} characters.",
                ),
                io.Float.Input("duration", default=5.0, min=3.0, max=10.0, step=0.1, tooltip="Seconds, 3 to 10."),
                inputs.seed(),
                *inputs.profile_and_callback(),
            ],
            outputs=outputs(),
            **search_aliases("可灵", "文生音效", "音效", "sound effect", "sfx", "text to audio", "t2a", "kling audio"),
        )

    @classmethod
    def validate_inputs(cls, prompt: str | None = None, profile: str | None = "") -> str | bool:
        return judging.first_problem(
            judging.text("prompt", prompt, LONGEST_SOUND_PROMPT), inputs.problem("text-to-audio", profile, "")
        )

    @classmethod
    async def execute(
        cls, prompt: str, duration: float = 5.0, seed: int = 0, profile: str = "", callback_url: str = ""
    ) -> io.NodeOutput:
        from ..kling_api.operations import TextToAudio

        return await make_sound(lambda: TextToAudio(prompt, duration, seed, callback_url), profile)
