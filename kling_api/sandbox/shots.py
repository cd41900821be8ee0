"""The frames of a clip in several shots, each with its own view and caption."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from .clip_spec import ClipSpec
from .render import Size, draw_shot, size_for

#: The part of a picture that a later shot shows.
_CLOSER = 0.6


def draw_shots(spec: ClipSpec, first: np.ndarray | None, last: np.ndarray | None) -> tuple[Iterator[np.ndarray], Size]:
    """All frames ([H, W, 3] uint8) and their size: the first shot starts on `first`, the last one ends on `last`."""
    size = size_for(spec, first, last)
    return _frames(spec, first, last, size), size


def _frames(spec: ClipSpec, first: np.ndarray | None, last: np.ndarray | None, size: Size) -> Iterator[np.ndarray]:
    picture = first if first is not None else last
    for index, (text, seconds) in enumerate(spec.shots):
        begin = first if index == 0 else _other_view(picture, index)
        end = last if index == len(spec.shots) - 1 else None
        yield from draw_shot(replace(spec, shots=(), prompt=text, seconds=seconds), begin, end, size)


def _other_view(picture: np.ndarray | None, index: int) -> np.ndarray | None:
    """The picture from closer by and, at every second time, mirrored: a cut that can be seen."""
    if picture is None:
        return None
    height, width = picture.shape[:2]
    tall, wide = round(height * _CLOSER), round(width * _CLOSER)
    left = 0 if index % 2 else width - wide
    part = picture[(height - tall) // 2 :][:tall, left : left + wide]
    return np.ascontiguousarray(part[:, ::-1] if index % 2 else part)
