"""Clips and sounds that a task starts from, read; what cannot be used fails the task in the platform's words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from ..errors import MediaError
from ..media import read_audio
from ..media.pixels import read_pixels
from ..media.probe import Clip, check_clip
from .tones import SAMPLE_RATE
from .video_request import Speech
from .worker import Unusable

#: Inferred: what the platform says of a file that it got and cannot read is not known.
BAD_CLIP = "The video file is invalid"
BAD_SOUND = "The sound file is invalid"


def open_clip(path: Path) -> Clip:
    """Its measures. Raises Unusable."""
    try:
        clip = check_clip(path)
    except MediaError:
        raise Unusable(BAD_CLIP) from None
    if clip.rotation or not clip.rate:
        raise Unusable(BAD_CLIP)
    return clip


def frames_of(path: Path) -> Iterator[np.ndarray]:
    """[H, W, 3] uint8 each. Raises Unusable when the file breaks off."""
    try:
        yield from read_pixels(path)
    except MediaError:
        raise Unusable(BAD_CLIP) from None


def watched(frames: Iterator[np.ndarray], check_stop: Callable[[], None]) -> Iterator[np.ndarray]:
    """The same frames; `check_stop` is called with each."""
    for frame in frames:
        check_stop()
        yield frame


def sound_of(path: Path) -> np.ndarray:
    """[2, T] float32 at SAMPLE_RATE; the silence of a clip without sound, too. Raises Unusable."""
    try:
        audio = read_audio(path)
    except MediaError:
        raise Unusable(BAD_SOUND) from None
    waveform, rate = audio["waveform"][0].numpy(), audio["sample_rate"]
    sides = waveform[:2] if len(waveform) > 1 else np.repeat(waveform, 2, axis=0)
    if rate == SAMPLE_RATE:
        return sides
    there = np.arange(sides.shape[1])
    wanted = np.arange(0, sides.shape[1], rate / SAMPLE_RATE)
    return np.stack([np.interp(wanted, there, side) for side in sides]).astype(np.float32)


def cut(sound: np.ndarray, speech: Speech) -> np.ndarray:
    """The part from `start` to `end`. Raises Unusable when nothing is there."""
    end = _samples(speech.end) if speech.end else sound.shape[1]
    part = sound[:, _samples(speech.start) : end]
    if not part.shape[1]:
        raise Unusable(BAD_SOUND)
    return part


def dub(original: np.ndarray, part: np.ndarray, speech: Speech) -> np.ndarray:
    """The sound of a clip with another one in it from `insert` on; what goes beyond its end is left out."""
    mixed = original * np.float32(speech.original_volume)
    place = mixed[:, _samples(speech.insert) :][:, : part.shape[1]]
    place += part[:, : place.shape[1]] * np.float32(speech.volume)
    return np.clip(mixed, -1, 1)


def _samples(milliseconds: int) -> int:
    return milliseconds * SAMPLE_RATE // 1000
