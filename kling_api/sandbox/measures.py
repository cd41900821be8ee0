"""How long, large and fast a file is. Those of a result never change, and are looked for once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..errors import MediaError
from ..media import read_audio
from ..media.picture_header import read_header
from ..media.probe import probe

_SOUNDS = (".mp3", ".wav")


@dataclass(frozen=True)
class Measures:
    """0 for what the file does not have."""

    seconds: float = 0.0
    width: int = 0
    height: int = 0
    rate: float = 0.0


@lru_cache(maxsize=256)
def measures_of(file: Path) -> Measures:
    """By the ending of its name."""
    if file.suffix == ".mp4":
        clip = probe(file)
        return Measures(clip.duration, clip.width, clip.height, float(clip.rate))
    if file.suffix in _SOUNDS:
        return Measures(_sound_seconds(file))
    with file.open("rb") as opened:
        header = read_header(opened.read(64))
    return Measures(0.0, header.width, header.height) if header else Measures()


@lru_cache(maxsize=256)
def sound_seconds(file: Path) -> float | None:
    """The length of a clip or a sound, whatever its name; None for what is neither."""
    try:
        return probe(file).duration
    except MediaError:
        pass
    try:
        return _sound_seconds(file)
    except MediaError:
        return None


def _sound_seconds(file: Path) -> float:
    audio = read_audio(file)
    return audio["waveform"].shape[-1] / audio["sample_rate"]
