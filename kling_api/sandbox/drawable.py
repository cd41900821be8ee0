"""What the renderer cannot draw, refused in any dialect; the rules of a provider itself are its twin's."""

from __future__ import annotations

import re

from .config import MOST_IMAGES
from .models import USUAL_RESOLUTION
from .refusals import Refused, invalid
from .video_request import ImageRequest, Picture, Request, SoundRequest, VideoRequest

IMAGE_RESOLUTIONS = ("1k", "2k", "4k")
_MOST_PICTURES = 10
_LONGEST = 60.0
_MOST_RATIO = 4.0
_FASTEST = 4.0
_MOST_GROWTH = 2.0


def refuse_undrawable(request: Request) -> None:
    """Raises Refused (1201)."""
    if isinstance(request, ImageRequest):
        _check_images(request)
    elif isinstance(request, VideoRequest):
        _check_clip(request)
    elif isinstance(request, SoundRequest):
        _check_seconds(request.seconds)
        _check_word("voice_speed", f"{request.speed:g}", 0 < request.speed <= _FASTEST)


def _check_images(request: ImageRequest) -> None:
    _check_ratio(request.aspect_ratio)
    _check_count(request.pictures)
    _check_word("resolution", request.resolution, request.resolution in IMAGE_RESOLUTIONS)
    _check_word("n", request.n, request.n in range(1, MOST_IMAGES + 1))
    _check_word("series_amount", request.series, request.series in range(MOST_IMAGES + 1))
    _check_word("expansion_ratio", request.expansion, all(0 <= part <= _MOST_GROWTH for part in request.expansion))


def _check_clip(request: VideoRequest) -> None:
    _check_ratio(request.aspect_ratio)
    _check_count(request.pictures)
    _check_word("mode", request.mode, request.mode in USUAL_RESOLUTION)
    _check_seconds(request.seconds)
    for _, seconds in request.shots:
        _check_seconds(seconds)
    if request.operation in ("multi-image2video", "effects") and not request.pictures:
        raise invalid("image_list: must not be empty")
    if request.operation in ("image2video", "motion-control", "avatar") and not (request.first or request.last):
        raise invalid("image can not be null")


def _check_count(pictures: tuple[Picture, ...]) -> None:
    if len(pictures) > _MOST_PICTURES:
        raise invalid(f"image_list: size must be between 0 and {_MOST_PICTURES}")


def _check_seconds(seconds: float) -> None:
    _check_word("duration", f"{seconds:g}", 0 < seconds <= _LONGEST)


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
