"""What the renderer cannot draw, refused in any dialect; the rules of a provider itself are its twin's."""

from __future__ import annotations

import re

from .models import USUAL_RESOLUTION
from .refusals import Refused, invalid
from .video_request import ImageRequest, VideoRequest

MOST_IMAGES = 9
IMAGE_RESOLUTIONS = ("1k", "2k", "4k")
_MOST_PICTURES = 10
_LONGEST = 60.0
_MOST_RATIO = 4.0


def refuse_undrawable(request: VideoRequest | ImageRequest) -> None:
    """Raises Refused (1201)."""
    _check_ratio(request.aspect_ratio)
    if len(request.pictures) > _MOST_PICTURES:
        raise invalid(f"image_list: size must be between 0 and {_MOST_PICTURES}")
    if isinstance(request, ImageRequest):
        _check_word("resolution", request.resolution, request.resolution in IMAGE_RESOLUTIONS)
        _check_word("n", request.n, request.n in range(1, MOST_IMAGES + 1))
        return
    _check_word("mode", request.mode, request.mode in USUAL_RESOLUTION)
    _check_word("duration", f"{request.seconds:g}", 0 < request.seconds <= _LONGEST)
    if request.operation == "multi-image2video" and not request.pictures:
        raise invalid("image_list: must not be empty")
    if request.operation in ("image2video", "motion-control", "avatar") and not (request.first or request.last):
        raise invalid("image can not be null")


def _check_ratio(ratio: str) -> None:
    found = re.fullmatch(r"([1-9]\d?):([1-9]\d?)", ratio)
    fits = found and 1 / _MOST_RATIO <= int(found[1]) / int(found[2]) <= _MOST_RATIO
    if ratio not in ("", "auto") and not fits:
        raise _wrong("aspect_ratio", ratio)


def _check_word(name: str, value: object, fits: bool) -> None:
    if not fits:
        raise _wrong(name, value)


def _wrong(name: str, value: object) -> Refused:
    return invalid(f"{name} value '{value}' is invalid")
