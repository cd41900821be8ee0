"""KlingLipSync: the mouth of a face in a clip follows a sound."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..kling_api.bounds import SHORTEST_SOUND
from ..kling_api.errors import InvalidRequest
from ..kling_api.steps import Steps
from ..kling_api.watch import Progress
from . import inputs, judging, sources, wording
from .clips import client_of, hand_on, outputs
from .host import io, search_aliases
from .speech import DEFAULT_VOICE, Heard, Speech, problem_of_sound, run_with_speech, sound_inputs

if TYPE_CHECKING:
    from ..kling_api.client import Result
    from ..kling_api.operations import LipSync

#: Milliseconds; longer than any clip that is taken.
_LONGEST = 600_000


class KlingLipSync(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingLipSync",
            display_name="Kling Lip Sync",
            category="Kling/Video",
            description="The mouth of a face in a clip follows a sound, its URL, or a text with a voice. Costs 0.05 "
            "units to find the faces, and 0.5 units for each 5 s of sound.",
            inputs=[
                io.Int.Input(
                    "face_index",
                    default=0,
                    min=0,
                    max=9,
                    tooltip="Which face speaks, 0 to 9: 0 for the first that is found.",
                ),
                *_times(),
                _volume("sound_volume", "The sound's"),
                _volume("original_audio_volume", "The clip's own"),
                inputs.seed(),
                inputs.decode(),
                inputs.video_id(optional=True),
                *inputs.clip(
                    "The clip, in place of video_id: mp4 or mov, 2 to 60 s, sides of 512 to 2160 pixels, 100 MB at "
                    "most."
                ),
                *sound_inputs("2 to 60"),
                *inputs.profile_and_callback(),
            ],
            outputs=outputs(),
            **search_aliases("可灵", "口型同步", "对口型", "lip sync", "lipsync", "dub", "kling lip sync"),
        )

    @classmethod
    def validate_inputs(
        cls,
        sound_start_time: int | None = 0,
        sound_end_time: int | None = 0,
        video_id: str | None = "",
        video: Any = inputs.NOT_GIVEN,
        video_url: str | None = "",
        audio: Any = inputs.NOT_GIVEN,
        audio_url: str | None = "",
        text: str | None = "",
        audio_id: str | None = "",
        voice_id: str | None = DEFAULT_VOICE,
        voice_language: str | None = "zh",
        profile: str | None = "",
    ) -> str | bool:
        return judging.first_problem(
            judging.exactly_one(video_id=video_id, video_url=video_url, video=judging.linked(video)),
            problem_of_sound(profile, audio, audio_url, text, audio_id, voice_id, voice_language),
            _problem_of_times(sound_start_time, sound_end_time, bool(audio_url or audio_id), profile),
            inputs.problem("advanced-lip-sync", profile, ""),
        )

    @classmethod
    async def execute(
        cls,
        face_index: int = 0,
        sound_start_time: int = 0,
        sound_end_time: int = 0,
        sound_insert_time: int = 0,
        sound_volume: float = 1.0,
        original_audio_volume: float = 1.0,
        seed: int = 0,
        decode: str = "all",
        video_id: str = "",
        video: Any = None,
        video_url: str = "",
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

        def run(progress: Callable[[Progress], None], stop: threading.Event) -> Steps[Result]:
            from ..kling_api.operations import LipSync

            client = client_of(profile)
            cuts = "sound_end_time" in client.dialect.fields(LipSync.kind)
            with sources.clip(video, video_url) as clip:

                def build(heard: Heard) -> LipSync:
                    return LipSync(
                        sound_file=heard.sound_file,
                        audio_id=heard.audio_id,
                        video_id=video_id.strip(),
                        video_url=clip,
                        face_index=face_index,
                        sound_start_time=sound_start_time,
                        sound_end_time=sound_end_time or (_end_of(heard) if cuts else LipSync.sound_end_time),
                        sound_insert_time=sound_insert_time,
                        sound_volume=sound_volume,
                        original_audio_volume=original_audio_volume,
                        seed=seed,
                        callback_url=callback_url,
                    )

                least = (sound_start_time + SHORTEST_SOUND) / 1000
                return (yield from run_with_speech(speech, build, client, progress, stop, least))

        return await hand_on(run, decode)


def _times() -> list[Any]:
    return [
        io.Int.Input(name, default=0, min=0, max=_LONGEST, tooltip=f"Milliseconds. {what}")
        for name, what in (
            ("sound_start_time", "Where the sound begins to be used."),
            ("sound_end_time", "Where it ends; 0: to the end of the sound. At least 2000 after its start."),
            ("sound_insert_time", "Where in the clip it begins. It must end before the clip does."),
        )
    ]


def _volume(name: str, whose: str) -> Any:
    return io.Float.Input(
        name,
        default=1.0,
        min=0.0,
        max=2.0,
        step=0.1,
        tooltip=f"{whose} volume, 0 to 2: 0 is silent, 1 leaves it as it is.",
    )


def _problem_of_times(start: int | None, end: int | None, unknown: bool, profile: str | None) -> str | bool:
    """`unknown`: nobody knows how long the sound is. A provider that always takes all of it need not know."""
    if start is None or end is None or (end == 0 and not unknown):
        return True
    if end == 0:
        takes_a_part = inputs.has("advanced-lip-sync", "sound_end_time", profile)
        return judging.refused(_UNKNOWN_END, _GIVE_END) if takes_a_part else True
    if end < start:
        what = f"sound_end_time lies before sound_start_time: {end} ms and {start} ms."
        return judging.refused(what, f"The sound must last at least {SHORTEST_SOUND} ms: change one of them.")
    if end - start < SHORTEST_SOUND:
        return judging.refused(
            f"The sound from {start} to {end} ms lasts {end - start} ms.",
            f"It must last at least {SHORTEST_SOUND} ms: change sound_start_time or sound_end_time.",
        )
    return True


_UNKNOWN_END = "sound_end_time is 0, to the end of the sound, but nobody here knows how long that is."
_GIVE_END = "Give sound_end_time in milliseconds, or connect the sound to audio."


def _end_of(heard: Heard) -> int:
    if heard.seconds is None:
        raise InvalidRequest(_UNKNOWN_END, _GIVE_END)
    return int(heard.seconds * 1000)
