"""Small labelled pictures in the upper corner of a frame: what a prompt refers to, and that it has arrived."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..media import blend, caption, resize

Size = tuple[int, int]
_HEIGHT = 0.22  # of the frame's shorter side
_GAP = 0.02
_WHITE = 255
_EDGE = 2


def labelled(picture: np.ndarray, label: str, size: Size) -> np.ndarray:
    """A thumbnail for a frame of `size` (width, height), with its name."""
    height = round(min(size) * _HEIGHT)
    width = min(round(picture.shape[1] * height / picture.shape[0]), size[0] // 3)
    return edged(caption(resize(picture, (width, height)), label))


def edged(picture: np.ndarray) -> np.ndarray:
    """The same size with a white edge."""
    inner = picture[_EDGE:-_EDGE, _EDGE:-_EDGE]
    return np.pad(inner, ((_EDGE, _EDGE), (_EDGE, _EDGE), (0, 0)), constant_values=_WHITE)


def put(frame: np.ndarray, thumbnails: Sequence[np.ndarray], strength: float = 1.0) -> np.ndarray:
    """A copy of the frame with the thumbnails in rows from left to right, as many as there is room for."""
    drawn, gap = frame.copy(), round(min(frame.shape[:2]) * _GAP)
    left = top = gap
    for thumbnail in thumbnails:
        height, width = thumbnail.shape[:2]
        if left + width > drawn.shape[1]:
            left, top = gap, top + height + gap
        place = drawn[top : top + height, left : left + width]
        if place.shape != thumbnail.shape:
            break
        place[:] = blend(place, thumbnail, strength)
        left += width + gap
    return drawn


def numbered(
    pictures: Sequence[np.ndarray], elements: Sequence[np.ndarray], size: Size, first: int = 1
) -> list[np.ndarray]:
    """Thumbnails with the names that a prompt has for them; the pictures are counted from `first`."""
    names = [f"image_{number}" for number in range(first, first + len(pictures))]
    names += [f"element_{number}" for number in range(1, len(elements) + 1)]
    return [labelled(picture, name, size) for picture, name in zip([*pictures, *elements], names, strict=True)]
