"""What a clip is drawn from and what is drawn: the types that `films` and `omni` share, and the checks of material."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from . import footage
from .clip_spec import ClipSpec
from .pictures import open_picture
from .render import Size, seed_of
from .tones import chord
from .worker import Unusable


@dataclass(frozen=True)
class Material:
    """What a spec names: pictures as bytes, a clip and a sound as files."""

    first: bytes | None
    last: bytes | None
    pictures: tuple[bytes, ...]
    elements: tuple[bytes, ...]
    video: Path | None
    sound: Path | None


@dataclass(frozen=True)
class Film:
    """`sound` [2, T] float32 at SAMPLE_RATE, None for a silent clip."""

    frames: Iterator[np.ndarray]
    size: Size
    rate: Fraction | int
    sound: np.ndarray | None


def opened(data: bytes | None) -> np.ndarray | None:
    """Raises Unusable."""
    return None if data is None else open_picture(data)


def required(file: Path | None) -> Path:
    """Raises Unusable."""
    if file is None:
        raise Unusable(footage.BAD_CLIP)
    return file


def chord_of(spec: ClipSpec) -> np.ndarray | None:
    return chord(seed_of(spec), spec.seconds) if spec.sound else None
