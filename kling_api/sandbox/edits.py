"""Pictures that another picture is made into: grown, dressed, seen from other sides, and the masks of what is in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..media import blend, caption, warp
from .camera import View, matrix
from .clip_spec import even
from .image_spec import ImageSpec
from .insets import edged
from .palettes import PALETTES
from .render import cover

Named = tuple[str, np.ndarray]

_SETS, _VIEWS, _VIEW_SIDE = 3, ("front", "side", "back"), 1024
#: How strongly the new edge of a picture is coloured.
_EDGE_TINT = 0.35
#: Where the garment is put on the person: top, height and width as parts of the picture.
_GARMENT = (0.35, 0.4, 0.5)
#: Ellipses: centre down and across, half height and half width, as parts of the picture.
_PARTS = {
    "object_seg": ((0.5, 0.5, 0.42, 0.3),),
    "head_seg": ((0.24, 0.5, 0.16, 0.12),),
    "face_seg": ((0.26, 0.5, 0.11, 0.08),),
    "cloth_seg": ((0.64, 0.5, 0.26, 0.24),),
}
#: A picture whose grey levels differ less than this holds nothing.
_PLAIN = 2.0


def expand(spec: ImageSpec, pictures: Sequence[np.ndarray]) -> Iterator[Named]:
    """The picture at its place in one that is larger by its ratios; around it, its own mirror image in another tint."""
    picture = pictures[0]
    height, width = picture.shape[:2]
    up, down, left, right = spec.expansion
    size = (even(width * (1 + left + right)), even(height * (1 + up + down)))
    place = (round(width * left), round(height * up))
    around = warp(picture, np.array([[1.0, 0.0, place[0]], [0.0, 1.0, place[1]]]), size)
    for index in range(spec.n):
        palette = PALETTES[(int(spec.digest()[:15], 16) + index) % len(PALETTES)]
        grown = caption(blend(around, np.full_like(around, palette.sky[1]), _EDGE_TINT), spec.caption)
        inner = grown[place[1] : place[1] + height, place[0] : place[0] + width]
        inner[:] = picture[: inner.shape[0], : inner.shape[1]]
        yield str(index), grown


def try_on(spec: ImageSpec, pictures: Sequence[np.ndarray]) -> Iterator[Named]:
    """The garment on the middle of the person, whose picture keeps its size."""
    person, garment = pictures[:2]
    height, width = person.shape[:2]
    top, tall, wide = (round(part * side) for part, side in zip(_GARMENT, (height, height, width), strict=True))
    left = (width - wide) // 2
    dressed = person.copy()
    dressed[top : top + tall, left : left + wide] = edged(cover(garment, (wide, tall)))
    yield "0", caption(dressed, spec.caption)


def recognize(_: ImageSpec, pictures: Sequence[np.ndarray]) -> Iterator[Named]:
    """White where the thing is; nothing is found in a picture of one plain colour."""
    picture = pictures[0]
    if float(picture.std()) < _PLAIN:
        return
    for name, ellipses in _PARTS.items():
        mask = np.zeros(picture.shape[:2], bool)
        for ellipse in ellipses:
            mask |= _ellipse(picture.shape[:2], *ellipse)
        yield name, np.repeat(mask[..., None] * np.uint8(255), 3, axis=2)


def views(spec: ImageSpec, pictures: Sequence[np.ndarray]) -> Iterator[Named]:
    """Three sets of three views of the subject: from the front, slanted from the side, mirrored from behind."""
    size = (_VIEW_SIDE, _VIEW_SIDE)
    still = cover(pictures[0], size)
    for number in range(_SETS):
        palette = PALETTES[(int(spec.digest()[:15], 16) + number) % len(PALETTES)]
        for view, word in enumerate(_VIEWS):
            seen = np.ascontiguousarray(still[:, ::-1]) if word == "back" else still
            slant = View(keystone=0.25 * (word == "side"), zoom=1.0 + 0.08 * number)
            turned = warp(seen, matrix(slant, size, size), size)
            tinted = blend(turned, np.full_like(turned, palette.sky[2]), 0.15 + 0.25 * (word == "back"))
            yield f"{number}-{view}", caption(tinted, f"{spec.operation}: set {number + 1}, {word}")


def _ellipse(shape: tuple[int, ...], down: float, across: float, tall: float, wide: float) -> np.ndarray:
    rows = (np.arange(shape[0])[:, None] / shape[0] - down) / tall
    columns = (np.arange(shape[1])[None] / shape[1] - across) / wide
    return rows**2 + columns**2 <= 1
