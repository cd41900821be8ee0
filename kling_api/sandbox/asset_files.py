"""The file that stands for a voice (its trial sound) or an element (its first picture), made of what it was given."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..media import write_picture
from . import footage
from .pictures import open_picture
from .sounds import as_mp3
from .tones import SAMPLE_RATE
from .worker import Unusable

#: Official docs (2026-02): a sound of 5 to 30 s; (2026-09): a clip of 3 to 8 s in 1080p.
_VOICE_SECONDS, _CLIP_SECONDS, _CLIP_LINES = (5.0, 30.0), (3.0, 8.0), 1080
_TOLERANCE = 0.1
_TRIAL_SECONDS = 5


def write_trial(path: Path, sound: Path | None, video: Path | None) -> None:
    """Raises Unusable for a sound that is too short or too long, and for a silent clip."""
    source = sound or video
    if source is None:
        raise Unusable(footage.BAD_SOUND)
    if video and not footage.open_clip(video).has_audio:
        raise Unusable("No voice is found in the video")
    samples = footage.sound_of(source)
    if sound:
        _check_seconds("Audio", samples.shape[1] / SAMPLE_RATE, _VOICE_SECONDS)
    path.write_bytes(as_mp3(samples[:, : _TRIAL_SECONDS * SAMPLE_RATE]))


def write_portrait(path: Path, pictures: tuple[bytes, ...], video: Path | None, scale: int) -> None:
    """Raises Unusable for pictures or a clip that are no good. The clip was to be `scale` times as large."""
    opened = [open_picture(data) for data in pictures]
    write_picture(path, opened[0] if opened else _first_frame(video, scale))


def _first_frame(video: Path | None, scale: int) -> np.ndarray:
    if video is None:
        raise Unusable(footage.BAD_CLIP)
    clip = footage.open_clip(video)
    _check_seconds("Video", clip.duration, _CLIP_SECONDS)
    if scale * min(clip.width, clip.height) < _CLIP_LINES:
        raise Unusable(f"Video resolution must be {_CLIP_LINES}p")
    return next(footage.frames_of(video))


def _check_seconds(what: str, seconds: float, limits: tuple[float, float]) -> None:
    """The words are inferred."""
    shortest, longest = limits
    if not shortest - _TOLERANCE <= seconds <= longest + _TOLERANCE:
        raise Unusable(f"{what} duration must be between {shortest:g} and {longest:g} seconds")
