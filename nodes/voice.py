"""KlingVoice: a voice for clips, by its id or made from somebody's speech."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..kling_api.bounds import LONGEST_NAME
from ..kling_api.steps import Steps
from ..kling_api.watch import Progress
from . import host, inputs, judging, previews, sources, wording
from .clips import last_words, order
from .host import io, search_aliases
from .workers import Work, run_visibly

if TYPE_CHECKING:
    from ..kling_api.operations import CustomVoice


class KlingVoice(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingVoice",
            display_name="Kling Voice",
            category="Kling/Library",
            description="A voice for a video node's voice_1 or voice_2: by its id, or made from 5 to 30 seconds in "
            "which one person speaks (0.05 units, paid for once; the account keeps the voice).",
            inputs=[
                io.String.Input(
                    "voice_id",
                    default="",
                    tooltip="The id of a preset or of a voice of your account. Empty: a voice is made.",
                ),
                io.String.Input(
                    "voice_name",
                    default="",
                    tooltip=f"Of a voice that is made: its name, up to {LONGEST_NAME} characters.",
                ),
                inputs.seed(),
                io.Audio.Input(
                    "audio",
                    optional=True,
                    tooltip="The speech, 5 to 30 s. It is uploaded to the profile's upload target, which "
                    "user/__kling/profiles.toml names.",
                ),
                io.String.Input(
                    "audio_url",
                    default="",
                    optional=True,
                    tooltip="The URL of an mp3 or wav file in place of audio. Kling must be able to fetch it.",
                ),
                io.String.Input(
                    "video_id",
                    default="",
                    optional=True,
                    tooltip="A clip of your account in which somebody speaks, in place of audio: kling-v2-6 with "
                    "sound, an avatar or a lip sync.",
                ),
                *inputs.profile_and_callback(),
            ],
            outputs=[
                inputs.VoiceType.Output(
                    "voice", display_name="voice", tooltip="For voice_1 or voice_2 of a video node, or a Kling Element."
                ),
                io.String.Output("voice_id", display_name="voice_id", tooltip="The voice's id; keep it for later."),
                io.Audio.Output("audio", display_name="audio", tooltip="How a voice that was made sounds."),
                io.String.Output("task_id", display_name="task_id", tooltip="Of a voice that was made: the task's id."),
            ],
            **search_aliases("可灵", "音色", "声音克隆", "voice clone", "custom voice", "kling voice"),
        )

    @classmethod
    def validate_inputs(
        cls,
        voice_id: str | None = "",
        voice_name: str | None = None,
        audio: Any = inputs.NOT_GIVEN,
        audio_url: str | None = "",
        video_id: str | None = "",
        profile: str | None = "",
    ) -> str | bool:
        given = judging.exactly_one(
            voice_id=voice_id, audio=judging.linked(audio), audio_url=audio_url, video_id=video_id
        )
        if given is not True or voice_id is None or voice_id.strip():
            return given
        return judging.first_problem(
            judging.text("voice_name", voice_name, LONGEST_NAME), inputs.problem("custom-voices", profile, "")
        )

    @classmethod
    async def execute(
        cls,
        voice_id: str = "",
        voice_name: str = "",
        seed: int = 0,
        audio: Any = None,
        audio_url: str = "",
        video_id: str = "",
        profile: str = "",
        callback_url: str = "",
    ) -> io.NodeOutput:
        with wording.of_a_node():
            sources.exactly_one(voice_id=voice_id, audio=audio, audio_url=audio_url, video_id=video_id)
        if known := voice_id.strip():
            why = "A voice that is given by its id has no trial sound: disconnect audio."
            return io.NodeOutput(known, known, host.blocked(why), "")

        def build() -> CustomVoice:
            from ..kling_api.operations import CustomVoice

            sound = audio_url.strip() if audio is None else sources.sound(audio)
            return CustomVoice(voice_name.strip(), sound, video_id.strip(), seed, callback_url)

        made, trial, task_id, shown = await run_visibly(_making(build, profile))
        return io.NodeOutput(made, made, trial, task_id, ui=shown)


def _making(build: Callable[[], CustomVoice], profile: str) -> Work[tuple[str, Any, str, dict[str, Any]]]:
    """The voice's id, its trial sound, the task's id and what the node shows."""

    def work(
        progress: Callable[[Progress], None], stop: threading.Event
    ) -> Steps[tuple[str, Any, str, dict[str, Any]]]:
        from ..kling_api.media import read_audio

        result = yield from order(build, profile)(progress, stop)
        trial = read_audio(result.files[0]) if result.files else host.blocked("This voice has no trial sound.")
        progress(last_words(result, f"voice {result.video_id}"))
        return result.video_id, trial, result.task_id, previews.of(result.files)

    return work
