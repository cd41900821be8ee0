"""What a face says: a sound, its URL, or a text that a voice speaks first. For the lip sync and the avatar."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..kling_api import catalog
from ..kling_api.bounds import LONGEST_SPEECH, VOICE_LANGUAGES
from ..kling_api.errors import Charged, InvalidRequest, KlingError
from ..kling_api.steps import Steps
from ..kling_api.watch import Progress
from . import inputs, judging, sources
from .host import advanced, io

if TYPE_CHECKING:
    from ..kling_api.client import Client, Result
    from ..kling_api.operations import Operation, TextToSpeech
    from ..kling_api.operations.rules import Recording

#: A voice that speaks both languages.
DEFAULT_VOICE = "ai_shatang"
#: Stands for the sound of a text that has not been spoken yet.
_UNSPOKEN = "https://sound.invalid/"
_SPOKEN = "The same text is not charged again; a changed text is a new speech, which is charged."


@dataclass(frozen=True)
class Heard:
    """A sound as an operation takes it: `sound_file` or `audio_id`. `seconds` None: nobody knows."""

    sound_file: Recording = ""
    audio_id: str = ""
    seconds: float | None = None


@dataclass(frozen=True)
class Speech:
    """A node's inputs of that name; exactly one of the first four is given."""

    audio: Any = None
    audio_url: str = ""
    audio_id: str = ""
    text: str = ""
    voice_id: str = DEFAULT_VOICE
    voice_language: str = "zh"
    voice_speed: float = 1.0

    def __post_init__(self) -> None:
        sources.exactly_one(audio=self.audio, audio_url=self.audio_url, text=self.text, audio_id=self.audio_id)

    def spoken(self) -> TextToSpeech:
        """The same for every take of the face: the node's seed is not the speech's."""
        from ..kling_api.operations import TextToSpeech

        return TextToSpeech(self.text.strip(), self.voice_id, self.voice_language, self.voice_speed)


def sound_inputs(seconds: str) -> list[Any]:
    """audio, audio_url, text, voice_id, voice_language, voice_speed, audio_id; all optional. `seconds`: "2 to 60"."""
    first = io.String.Input(
        "text",
        default="",
        multiline=True,
        optional=True,
        tooltip=f"Said by voice_id, in place of audio: up to {LONGEST_SPEECH} characters. It is made first, as a job "
        "of its own (0.05 units).",
    )
    return [
        io.Audio.Input(
            "audio", optional=True, tooltip=f"What is heard: {seconds} seconds, sent as mp3 of at most 5 MB."
        ),
        io.String.Input(
            "audio_url",
            default="",
            optional=True,
            tooltip="The URL of an mp3, wav, m4a or aac file in place of audio. Kling must be able to fetch it.",
            **advanced(),
        ),
        first,
        *voice_inputs(optional=True),
        io.String.Input(
            "audio_id",
            default="",
            optional=True,
            tooltip="The audio_id of Kling Text to Speech, in place of audio.",
        ),
    ]


def voice_inputs(optional: bool = False) -> list[Any]:
    """voice_id, voice_language, voice_speed."""
    return [
        io.Combo.Input(
            "voice_id",
            options=list(dict.fromkeys(voice.id for voice in catalog.voices())),
            default=DEFAULT_VOICE,
            optional=optional,
            tooltip="The voice. Each speaks Chinese or English, some speak both; voice_language must be one that it "
            "speaks. Other ids of Kling's text to speech are taken too.",
        ),
        io.Combo.Input(
            "voice_language",
            options=list(VOICE_LANGUAGES),
            default="zh",
            optional=optional,
            tooltip="zh: Chinese, en: English. The voice must speak it.",
        ),
        io.Float.Input(
            "voice_speed",
            default=1.0,
            min=0.8,
            max=2.0,
            step=0.1,
            optional=optional,
            tooltip="How fast the voice speaks: 0.8 to 2 times its usual speed.",
        ),
    ]


def problem_of_sound(
    profile: str | None,
    audio: Any,
    audio_url: str | None,
    text: str | None,
    audio_id: str | None,
    voice_id: str | None,
    voice_language: str | None,
) -> str | bool:
    """For validate_inputs, with the values that it is given."""
    given = judging.exactly_one(audio=judging.linked(audio), audio_url=audio_url, text=text, audio_id=audio_id)
    if given is not True or not (text or "").strip():
        return given
    return judging.first_problem(
        judging.not_longer("text", text, LONGEST_SPEECH),
        problem_of_voice(voice_id, voice_language),
        inputs.problem("tts", profile, ""),
    )


def problem_of_voice(voice_id: str | None, voice_language: str | None) -> str | bool:
    """A voice of the catalogue that does not speak the language; an unknown one is passed on."""
    if voice_id is None or voice_language is None or not (known := catalog.voice(voice_id)):
        return True
    if voice_language not in VOICE_LANGUAGES:
        from ..kling_api.operations import rules

        return judging.judged(lambda: rules.one_of("voice_language", voice_language, VOICE_LANGUAGES))
    if catalog.voice(voice_id, voice_language):
        return True
    speaks = f"voice_id {voice_id} speaks {known.language} alone."
    return judging.refused(speaks, f"Set voice_language to {known.language}.")


def run_with_speech(
    speech: Speech,
    build: Callable[[Heard], Operation],
    client: Client,
    progress: Callable[[Progress], None],
    stop: threading.Event,
    at_least: float = 2.0,
) -> Steps[Result]:
    """Runs the operation; of a text, the speech first. `at_least`: seconds that the sound must have.

    A text is not spoken, and paid for, before all that can be known of the operation has been checked.
    """
    if not speech.text.strip():
        return (yield from client.steps(build(_given(speech)), progress, stop))
    client.must_be_possible(build(Heard(_UNSPOKEN, seconds=at_least)))
    said = yield from client.steps(speech.spoken(), _as_first_step(progress), stop)
    heard = _read(said)
    try:
        result = yield from client.steps(build(heard), progress, stop)
    except KlingError as error:
        if error.charged in (Charged.NO, Charged.STEP_BEFORE):
            _tell_of_speech(error, heard, at_least)
        raise
    return dataclasses.replace(result, warnings=(*said.warnings, *result.warnings))


def _given(speech: Speech) -> Heard:
    if speech.audio is not None:
        sound = sources.sound(speech.audio)
        return Heard(sound, seconds=sound.seconds)
    if speech.audio_url.strip():
        return Heard(speech.audio_url.strip())
    return Heard(audio_id=speech.audio_id.strip())


def _read(said: Result) -> Heard:
    from ..kling_api.media import read_sound

    sound = read_sound(said.files[0], sources.LARGEST_SOUND)
    return Heard(sound, seconds=sound.seconds)


def _tell_of_speech(error: KlingError, heard: Heard, at_least: float) -> None:
    """Of what failed once the text was spoken: what to do with the text, and what that costs."""
    if isinstance(error, InvalidRequest) and heard.seconds is not None and heard.seconds < at_least:
        lasts = int(heard.seconds * 100) / 100
        error.what = f"The text lasts {lasts:g} s when it is spoken; the sound must last {at_least:g} s or more."
        error.advice = "Write a longer text, or lower voice_speed."
    error.advice = f"{error.advice} {_SPOKEN}".lstrip()
    error.charged = Charged.STEP_BEFORE


def _as_first_step(progress: Callable[[Progress], None]) -> Callable[[Progress], None]:
    """The bar does not go by the speech, which takes a moment."""
    return lambda report: progress(dataclasses.replace(report, state=f"speech: {report.state}", usual=None))
