"""Opens the pictures of a task when it is rendered, and fails the task in the platform's words."""

from __future__ import annotations

import numpy as np

from ..errors import MediaError
from ..media import decode_picture
from .models import max_image_ratio, min_image_side
from .worker import Unusable

#: Seen live, for a picture of wrong measures.
_BAD_PICTURE = "Image pixel is invalid"
SIGNATURES = {".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff"}


def open_picture(data: bytes) -> np.ndarray:
    """[H, W, 3] uint8 RGB. Raises Unusable for what is no PNG or JPEG, too small, or too narrow."""
    if not data.startswith(tuple(SIGNATURES.values())):
        raise Unusable(_BAD_PICTURE)
    try:
        picture = decode_picture(data)
    except MediaError:
        raise Unusable(_BAD_PICTURE) from None
    short, long = sorted(picture.shape[:2])
    if short < min_image_side() or long > short * max_image_ratio():
        raise Unusable(_BAD_PICTURE)
    return picture


def open_mask(data: bytes) -> np.ndarray:
    """The same for a mask, which may be of any size. Raises Unusable."""
    try:
        return decode_picture(data)
    except MediaError:
        raise Unusable(_BAD_PICTURE) from None
