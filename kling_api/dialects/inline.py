"""Pictures, sounds and clips as they stand in a request: raw Base64, or the URL where they lie. Pure."""

from __future__ import annotations

from ..errors import InvalidRequest
from ..operations.rules import Clip, Picture, Recording
from ..recordings import Footage, Sound
from ..stills import Still


def inline(medium: Picture | Recording | None) -> str:
    """Base64 without a `data:` prefix, or the URL; "" for nothing."""
    return medium.base64() if isinstance(medium, Still | Sound) else medium or ""


def address(medium: Clip | Recording) -> str:
    """The URL of what is taken by URL alone; "" for nothing. Raises InvalidRequest for what has none yet."""
    if isinstance(medium, Footage | Sound):
        what = "clip" if isinstance(medium, Footage) else "sound"
        raise InvalidRequest(
            f"The {what} is on this machine; Kling takes it here by URL alone.", "Upload it, and give its URL."
        )
    return medium
