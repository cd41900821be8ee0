"""The pictures of an image task: landscapes, or the first given picture in another colour. Clips are in `films`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..media import blend, caption
from .image_spec import ImageSpec
from .palettes import PALETTES
from .pictures import open_mask, open_picture
from .render import LARGEST_PAINTED, cover, enlarge, fit
from .scenes import Landscape

#: How far the colour of a reworked picture goes over its own.
_TINT = 0.45


def draw_images(spec: ImageSpec, pictures: Sequence[bytes], mask: bytes | None) -> Iterator[np.ndarray]:
    """`spec.n` pictures, [H, W, 3] uint8 each. With a mask all but its white part is as it was. Raises Unusable."""
    opened = [open_picture(data) for data in pictures]
    size = spec.size(opened[0].shape[1::-1] if opened else None)
    changeable = None if mask is None else cover(open_mask(mask), size)
    seed = int(spec.digest()[:15], 16)
    for index in range(spec.n):
        if opened:
            yield _reworked(spec, cover(opened[0], size), changeable, seed + index)
        else:
            scene = Landscape(seed + index, fit(size, LARGEST_PAINTED), 1.0)
            yield caption(enlarge(scene.draw(0.5), size), spec.prompt)


def _reworked(spec: ImageSpec, picture: np.ndarray, mask: np.ndarray | None, seed: int) -> np.ndarray:
    palette, mean = PALETTES[seed % len(PALETTES)], picture.mean(axis=(0, 1))
    other = max(palette.sky, key=lambda colour: float(np.abs(colour - mean).sum()))
    changed = caption(blend(picture, np.full_like(picture, other), _TINT), spec.prompt)
    return changed if mask is None else np.where(mask > 127, changed, picture)
