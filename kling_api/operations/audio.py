"""The operations whose result is a sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..bounds import LONGEST_SOUND_PROMPT, LONGEST_SPEECH, VOICE_LANGUAGES
from .rules import Clip, check_clip, check_shared, exactly_one, not_empty, not_longer, one_of, within


@dataclass(frozen=True)
class TextToSpeech:
    """A text of up to 1000 characters is spoken by a voice; `voice_speed` 0.8..2.

    It is answered at once, and can hardly be asked for again.
    """

    kind: ClassVar[str] = "tts"
    category: ClassVar[str] = "audio"
    slots: ClassVar[int] = 0

    text: str
    voice_id: str
    voice_language: str = "zh"
    voice_speed: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        not_empty("text", self.text, "Write what is to be said.")
        not_longer("text", self.text, LONGEST_SPEECH)
        not_empty("voice_id", self.voice_id, "Choose a voice.")
        one_of("voice_language", self.voice_language, VOICE_LANGUAGES)
        within("voice_speed", self.voice_speed, 0.8, 2.0)
        check_shared("tts", self.seed, "", "")


@dataclass(frozen=True)
class TextToAudio:
    """A sound of `duration` (3.0 to 10.0) seconds, as the prompt describes it."""

    kind: ClassVar[str] = "text-to-audio"
    category: ClassVar[str] = "audio"
    slots: ClassVar[int] = 1

    prompt: str
    duration: float = 5.0
    seed: int = 0
    callback_url: str = ""

    def __post_init__(self) -> None:
        not_empty("prompt", self.prompt, "Write what is to be heard.")
        not_longer("prompt", self.prompt, LONGEST_SOUND_PROMPT)
        within("duration", self.duration, 3.0, 10.0)
        check_shared("text-to-audio", self.seed, self.callback_url, "")


@dataclass(frozen=True)
class VideoToAudio:
    """A clip of 3 to 20 s gets sound effects and music; the result is that clip with sound, and the sound alone."""

    kind: ClassVar[str] = "video-to-audio"
    category: ClassVar[str] = "audio"
    slots: ClassVar[int] = 1

    video_id: str = ""
    video_url: Clip = ""
    sound_effect_prompt: str = ""
    bgm_prompt: str = ""
    asmr_mode: bool = False
    seed: int = 0
    callback_url: str = ""

    def __post_init__(self) -> None:
        exactly_one({"video_id": self.video_id, "video_url": self.video_url})
        if self.video_url:
            check_clip("video_url", self.video_url)
        not_longer("sound_effect_prompt", self.sound_effect_prompt, LONGEST_SOUND_PROMPT)
        not_longer("bgm_prompt", self.bgm_prompt, LONGEST_SOUND_PROMPT)
        check_shared("video-to-audio", self.seed, self.callback_url, "")
