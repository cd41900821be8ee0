"""The pictures of an image task: landscapes, or the given pictures in another colour, alone or together.

What changes one picture's shape or looks into it is in `edits`; clips are in `films`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..media import blend, caption
from . import edits
from .image_spec import ImageSpec
from .insets import edged, labelled, numbered, put
from .palettes import PALETTES
from .pictures import open_mask, open_picture
from .render import Size, cover, enlarge, fit
from .scenes import Landscape
from .worker import Unusable

#: How far the colour of a reworked picture goes over its own.
_TINT = 0.45
_STYLE_TINT = 0.3
#: Landscapes are painted at most this wide or high and enlarged: painting is what takes the time.
_PAINTED = 640
#: Between two subjects, as a part of the width.
_MARGIN = 0.04


@dataclass(frozen=True)
class Given:
    """The bytes of what a spec names."""

    pictures: tuple[bytes, ...] = ()
    elements: tuple[bytes, ...] = ()
    mask: bytes | None = None
    scene: bytes | None = None
    style: bytes | None = None


#: The name of a picture, which is its number where there is none of its own, and [H, W, 3] uint8.
Named = tuple[str, np.ndarray]


def draw_images(spec: ImageSpec, given: Given) -> Iterator[Named]:
    """With a mask all but its white part is as it was. Raises Unusable."""
    pictures = [open_picture(data) for data in given.pictures]
    if spec.operation in _EDITS:
        if len(pictures) < (2 if spec.operation == "kolors-virtual-try-on" else 1):
            raise Unusable("Image pixel is invalid")
        yield from _EDITS[spec.operation](spec, pictures)
        return
    size = spec.size(pictures[0].shape[1::-1] if pictures else None)
    draw = _painter(spec, given, pictures, size)
    for index in range(spec.series or spec.n):
        yield str(index), draw(index)


_EDITS: dict[str, Callable[[ImageSpec, Any], Iterator[Named]]] = {
    "expand": edits.expand,
    "kolors-virtual-try-on": edits.try_on,
    "image-recognize": edits.recognize,
    "ai-multi-shot": edits.views,
}


def _painter(spec: ImageSpec, given: Given, pictures: list[np.ndarray], size: Size) -> Callable[[int], np.ndarray]:
    """What draws the picture of a number."""
    seed = int(spec.digest()[:15], 16)
    elements = [open_picture(data) for data in given.elements]
    if spec.operation == "multi-image2image":
        together = _together(given, pictures, size, seed)
        return lambda index: _said(spec, _tinted(together, seed + index, _STYLE_TINT / 2), index)
    references = numbered(pictures[1:], elements, size, first=2)
    if pictures:
        still, mask = cover(pictures[0], size), None if given.mask is None else cover(open_mask(given.mask), size)
        return lambda index: _reworked(spec, still, mask, references, seed, index)

    def paint(index: int) -> np.ndarray:
        # A series is one landscape at several times.
        scene = Landscape(seed if spec.series else seed + index, fit(size, _PAINTED), 1.0 + 3 * spec.series)
        return _said(spec, put(enlarge(scene.draw(0.5 + 3 * index * bool(spec.series)), size), references), index)

    return paint


def _reworked(
    spec: ImageSpec, still: np.ndarray, mask: np.ndarray | None, references: list[np.ndarray], seed: int, index: int
) -> np.ndarray:
    changed = _said(spec, put(_tinted(still, seed + index, _TINT), references), index)
    return changed if mask is None else np.where(mask > 127, changed, still)


def _together(given: Given, subjects: list[np.ndarray], size: Size, seed: int) -> np.ndarray:
    """The subjects side by side before the scene, in the mean colour of the style."""
    if not subjects:
        raise Unusable("Image pixel is invalid")
    if given.scene is None:
        ground = enlarge(Landscape(seed, fit(size, _PAINTED), 1.0).draw(0.5), size)
    else:
        ground = cover(open_picture(given.scene), size)
    ground, margin = ground.copy(), round(size[0] * _MARGIN)
    width = (size[0] - margin * (len(subjects) + 1)) // len(subjects)
    height = min(round(size[1] * 0.62), round(width * 1.4))
    top = (size[1] - height) // 2
    for number, subject in enumerate(subjects):
        left = margin + number * (width + margin)
        ground[top : top + height, left : left + width] = edged(cover(subject, (width, height)))
    if given.style is None:
        return ground
    style = open_picture(given.style)
    tinted = blend(ground, np.broadcast_to(style.mean(axis=(0, 1)).astype(np.uint8), ground.shape).copy(), _STYLE_TINT)
    return put(tinted, [labelled(style, "style", size)])


def _tinted(picture: np.ndarray, seed: int, share: float) -> np.ndarray:
    palette, mean = PALETTES[seed % len(PALETTES)], picture.mean(axis=(0, 1))
    other = max(palette.sky, key=lambda colour: float(np.abs(colour - mean).sum()))
    return blend(picture, np.full_like(picture, other), share)


def _said(spec: ImageSpec, picture: np.ndarray, index: int) -> np.ndarray:
    return caption(picture, f"{index + 1} of {spec.series}, {spec.caption}" if spec.series else spec.caption)
