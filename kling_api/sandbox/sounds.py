"""The files of a sound task: speech, a sound from words, or a clip with a new sound. Tones only, no words."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..media import write_clip
from ..media.mp3 import encode_mp3
from . import footage
from .sound_spec import SoundSpec
from .speech import speak
from .tones import SAMPLE_RATE, chord
from .worker import Unusable

#: What video-to-audio takes (official docs, 2026-02), in seconds; a frame more or less does not matter.
_SHORTEST_CLIP, _LONGEST_CLIP, _TOLERANCE = 3.0, 20.0, 0.1
_BAD_LENGTH = "Video duration must be between 3 and 20 seconds"
_MOST_BYTES = 50_000_000


def write_sound(
    spec: SoundSpec, video: Path | None, path_of: Callable[[str], Path], check_stop: Callable[[], None]
) -> None:
    """Writes the files of `suffixes_of(spec)` to `path_of` each. Raises Unusable and what `check_stop` raises."""
    if spec.operation == "tts":
        path_of(".mp3").write_bytes(as_mp3(speak(spec.text, spec.voice, spec.language, spec.speed)))
        return
    seed = int(spec.digest()[:15], 16)
    if spec.operation == "video-to-audio":
        sound = _clip_with_sound(video, seed, path_of(".mp4"), check_stop)
    else:
        sound = chord(seed, spec.seconds)
    path_of(".mp3").write_bytes(as_mp3(sound))
    write_wav(path_of(".wav"), sound)


def suffixes_of(spec: SoundSpec) -> tuple[str, ...]:
    if spec.operation == "tts":
        return (".mp3",)
    return (".mp4", ".mp3", ".wav") if spec.operation == "video-to-audio" else (".mp3", ".wav")


def as_mp3(sound: np.ndarray) -> bytes:
    return encode_mp3(sound, SAMPLE_RATE, _MOST_BYTES)


def write_wav(path: Path, sound: np.ndarray) -> None:
    """`sound` [C, T] float32 -1..1 at SAMPLE_RATE, as 16 bit."""
    with wave.open(str(path), "wb") as opened:
        opened.setparams((sound.shape[0], 2, SAMPLE_RATE, 0, "NONE", ""))
        opened.writeframes((sound.T.clip(-1, 1) * 32767).astype("<i2").tobytes())


def _clip_with_sound(video: Path | None, seed: int, target: Path, check_stop: Callable[[], None]) -> np.ndarray:
    if video is None:
        raise Unusable(footage.BAD_CLIP)
    clip = footage.open_clip(video)
    if not _SHORTEST_CLIP - _TOLERANCE <= clip.duration <= _LONGEST_CLIP + _TOLERANCE:
        raise Unusable(_BAD_LENGTH)
    sound = chord(seed, clip.duration)
    frames = footage.watched(footage.frames_of(video), check_stop)
    write_clip(target, frames, (clip.width, clip.height), clip.rate, sound, SAMPLE_RATE)
    return sound
