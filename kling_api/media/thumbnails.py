"""A small JPEG of a clip's first frame or of a picture, for a list of results."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import cv2
import numpy as np

from ..errors import MediaError
from .canvas import resize
from .pixels import read_pixels
from .stills import decode_picture

LONGEST_SIDE = 256
_QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 80]


def thumbnail(path: Path) -> bytes:
    """JPEG bytes; a picture that is smaller than LONGEST_SIDE keeps its size. MediaError for what is neither."""
    image = _first_frame(path) if path.suffix.lower() == ".mp4" else _picture(path)
    height, width = image.shape[:2]
    share = min(1.0, LONGEST_SIDE / max(height, width))
    small = resize(image, (max(1, round(width * share)), max(1, round(height * share))))
    done, data = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), _QUALITY)
    if not done:
        raise MediaError(f"A small picture of {path} cannot be encoded.")
    return data.tobytes()


def _first_frame(path: Path) -> np.ndarray:
    with closing(read_pixels(path)) as frames:  # pyright: ignore[reportArgumentType] - a generator
        frame = next(frames, None)
    if frame is None:
        raise MediaError(f"{path} holds no frame.")
    return frame


def _picture(path: Path) -> np.ndarray:
    try:
        return decode_picture(path.read_bytes(), str(path))
    except OSError as error:
        raise MediaError(f"{path} cannot be read: {error.strerror or error}.", "Check its owner and mode.") from None
