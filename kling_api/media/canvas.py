"""Drawing on pictures ([H, W, 3] uint8 RGB arrays): the sandbox's scenes and the contact sheets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from ..errors import MediaError
from .lettering import text_strip

_BORDERS = {"reflect": cv2.BORDER_REFLECT_101, "replicate": cv2.BORDER_REPLICATE, "black": cv2.BORDER_CONSTANT}
_BAND_DARKNESS = 0.6
_THUMBNAIL_HEIGHT = 180
_GAP = 8
_PAPER = 24  # grey level behind a contact sheet


def warp(
    image: np.ndarray,
    matrix: np.ndarray,
    size: tuple[int, int],
    border: Literal["reflect", "replicate", "black"] = "reflect",
) -> np.ndarray:
    """Move the picture by the affine 2 x 3 `matrix` (old pixel -> new pixel) onto a canvas of (width, height)."""
    return cv2.warpAffine(image, matrix, size, flags=cv2.INTER_LINEAR, borderMode=_BORDERS[border])


def resize(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Scale to `size` (width, height); averages when it gets smaller."""
    shrinks = size[0] * size[1] < image.shape[0] * image.shape[1]
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)


def blend(a: np.ndarray, b: np.ndarray, alpha: float) -> np.ndarray:
    """`a` at alpha 0, `b` at alpha 1."""
    return cv2.addWeighted(a, 1.0 - alpha, b, alpha, 0.0)


def caption(image: np.ndarray, text: str, alpha: float = 1.0) -> np.ndarray:
    """A copy with `text`, wrapped, on a dark band at the bottom; `alpha` 0..1 fades both. The lettering is cached."""
    drawn = image.copy()
    if text.strip() and alpha > 0:
        height, width = image.shape[:2]
        strip = text_strip(text, width, max(12, round(height / 22)), height // 3)
        band = drawn[height - strip.shape[0] :]
        band[:] = cv2.addWeighted(band, 1.0 - _BAND_DARKNESS * alpha, strip, alpha, 0.0)
    return drawn


def contact_sheet(rows: Sequence[tuple[str, Sequence[np.ndarray]]]) -> np.ndarray:
    """Labelled rows of thumbnails, each row a label and its pictures (of any sizes)."""
    if not any(images for _, images in rows):
        raise MediaError("A contact sheet needs at least one picture.")
    strips = [_row([_thumbnail(image) for image in images]) for _, images in rows]
    width = max(320, *(strip.shape[1] for strip in strips))
    parts: list[np.ndarray] = []
    for (label, _), strip in zip(rows, strips, strict=True):
        parts += [_label(label, width), _widen(strip, width)]
    return np.concatenate(parts)


def write_picture(path: Path | str, image: np.ndarray) -> None:
    """Write PNG or JPEG, as the file name says."""
    path = Path(path)
    try:
        done, data = cv2.imencode(path.suffix.lower(), cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    except cv2.error as error:
        raise MediaError(f"{path.name} is not a name for a picture; use .png or .jpg.") from error
    if not done:
        raise MediaError(f"The picture {path.name} of {image.shape[1]} x {image.shape[0]} pixels cannot be encoded.")
    path.write_bytes(data.tobytes())


def _thumbnail(image: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    return resize(image, (max(1, round(width * _THUMBNAIL_HEIGHT / height)), _THUMBNAIL_HEIGHT))


def _row(thumbnails: list[np.ndarray]) -> np.ndarray:
    gap = np.full((_THUMBNAIL_HEIGHT, _GAP, 3), _PAPER, np.uint8)
    parts = [part for thumbnail in thumbnails for part in (gap, thumbnail)]
    return np.concatenate([*parts, gap], axis=1)


def _label(text: str, width: int) -> np.ndarray:
    if not text.strip():
        return np.full((_GAP, width, 3), _PAPER, np.uint8)
    return np.maximum(text_strip(text, width, 20, 120), np.uint8(_PAPER))


def _widen(strip: np.ndarray, width: int) -> np.ndarray:
    sheet = np.full((strip.shape[0] + _GAP, width, 3), _PAPER, np.uint8)
    sheet[: strip.shape[0], : strip.shape[1]] = strip
    return sheet
