"""Gets and opens the pictures of a task when it is rendered, and fails the task in the platform's words."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import numpy as np

from ..errors import MediaError
from ..media import decode_picture
from ..settings import is_loopback
from .models import max_image_bytes, max_image_ratio, min_image_side
from .worker import Unusable

#: Seen live: the first for a picture of wrong measures, the second for a URL that cannot be fetched.
_BAD_PICTURE = "Image pixel is invalid"
_NOT_FETCHED = "Something went wrong when we tried to get the contents of the file."
_SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_TIMEOUT = 10.0


def fetch_picture(url: str) -> bytes:
    """The bytes behind a URL on this machine; no other host is asked. Raises Unusable."""
    try:
        parts = urlsplit(url)
        if not is_loopback(url):
            raise Unusable(_NOT_FETCHED)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT)
        try:
            connection.request("GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
            response = connection.getresponse()
            data = response.read(max_image_bytes("new") + 1)
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError):
        raise Unusable(_NOT_FETCHED) from None
    if response.status != 200 or len(data) > max_image_bytes("new"):
        raise Unusable(_NOT_FETCHED)
    return data


def open_picture(data: bytes) -> np.ndarray:
    """[H, W, 3] uint8 RGB. Raises Unusable for what is no PNG or JPEG, too small, or too narrow."""
    if not data.startswith(_SIGNATURES):
        raise Unusable(_BAD_PICTURE)
    try:
        picture = decode_picture(data)
    except MediaError:
        raise Unusable(_BAD_PICTURE) from None
    short, long = sorted(picture.shape[:2])
    if short < min_image_side() or long > short * max_image_ratio():
        raise Unusable(_BAD_PICTURE)
    return picture
