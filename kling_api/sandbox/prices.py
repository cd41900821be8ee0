"""What a request costs, in thousandths of a unit: Kling's price list of 2026-09, and the seconds and counts asked for.

Written here on its own and not read from the client's tables, so that a mistake in those shows against the sandbox.
"""

from __future__ import annotations

import math
from decimal import Decimal

from .models import any_model
from .video_request import AssetRequest, ImageRequest, SoundRequest, VideoRequest

#: Units per second of a clip: (std, pro) with another clip to follow or to edit, and with voices.
_WITH_CLIP = {
    "kling-v3-omni": ("0.9", "1.2"),
    "kling-3.0-omni": ("0.9", "1.2"),
    "kling-video-o1": ("0.9", "1.2"),
    "kling-o1": ("0.9", "1.2"),
}
_WITH_VOICES = {
    "kling-v2-6": ("1.2", "1.2"),
    "kling-2.6": ("1.2", "1.2"),
    "kling-v3": ("1.1", "1.4"),
    "kling-3.0": ("1.1", "1.4"),
    "kling-v3-omni": ("1.1", "1.4"),
    "kling-3.0-omni": ("1.1", "1.4"),
}
_MOTION = {
    "kling-v2-6": ("0.5", "0.8"),
    "kling-2.6": ("0.5", "0.8"),
    "kling-v3": ("0.9", "1.2"),
    "kling-3.0": ("0.9", "1.2"),
}
_AVATAR = ("0.4", "0.8")
_OLD_MODELS = {
    ("multi-image2video", "kling-v1-6"): ("0.4", "0.7"),
    ("video-extend", "kling-v1"): ("0.2", "0.2"),
    ("video-extend", "kling-v1-5"): ("0.4", "0.7"),
    ("video-extend", "kling-v1-6"): ("0.4", "0.7"),
}
_OMNI = {"off": ("0.6", "0.8"), "on": ("0.8", "1.0")}
_OMNI_4K = "3.0"
#: Units per 5 seconds begun.
_LIP_SYNC, _LIP_SYNC_SECONDS = "0.5", 5
#: Units per order.
_SOUNDS = {"tts": "0.05", "text-to-audio": "0.25", "video-to-audio": "0.25"}
_ASSETS = {"custom-voices": "0.05", "advanced-custom-elements": "0"}
_RECOGNIZE = "0.1"
#: Image units per picture: from text, and with a picture; 8 where none is published.
_IMAGES = {"kling-v1": ("1", "1"), "kling-v1-5": ("4", "8"), "kling-v2": ("4", "8"), "kling-v2-1": ("4", "8")}
_IMAGE_ELSE, _IMAGE_4K, _MULTI_IMAGE, _EXPANDED = "8", "16", "16", "8"
#: Image units per order. The old try-on cost as much in money (2026); that of the new one is not known.
_TRY_ON, _VIEWS = "20", "20"


def video_milliunits(request: VideoRequest) -> int:
    """A dialect with prices of its own has put them into the model."""
    model = request.model
    if model.units != any_model(model.id).units:
        return model.milliunits(request.mode, request.sound, request.seconds)
    if request.operation == "lip-sync" and model.id == "lip-sync":
        return _milli(_LIP_SYNC, math.ceil(request.seconds / _LIP_SYNC_SECONDS))
    price = _per_second(request)
    if price is None:
        return model.milliunits(request.mode, request.sound, request.seconds)
    return _milli(price, math.floor(request.seconds + 0.5))  # whole seconds, the nearest (Kling's updates, 2025-12-22)


def image_milliunits(request: ImageRequest) -> int:
    """Of an image unit, but for image-recognize, which costs video units."""
    per_order = {"image-recognize": _RECOGNIZE, "kolors-virtual-try-on": _TRY_ON, "ai-multi-shot": _VIEWS}
    if request.operation in per_order:
        return _milli(per_order[request.operation])
    return _milli(_per_image(request), request.series or request.n)


def sound_milliunits(request: SoundRequest) -> int:
    return _milli(_SOUNDS[request.operation])


def asset_milliunits(request: AssetRequest) -> int:
    return _milli(_ASSETS[request.operation])


def _per_second(request: VideoRequest) -> str | None:
    """None: as the model's own table has it."""
    operation, model = request.operation, request.model.id
    if operation == "avatar" and model == "avatar":
        return _of_mode(_AVATAR, request.mode)
    if operation == "motion-control":
        return _of_mode(_MOTION.get(model), request.mode)
    if operation == "omni-video":
        return _omni(request)
    prices = _WITH_VOICES.get(model) if request.voices else _OLD_MODELS.get((operation, model))
    return _of_mode(prices, request.mode)


def _omni(request: VideoRequest) -> str | None:
    model = request.model.id
    if model not in _WITH_CLIP:
        return None
    if request.mode == "4k":
        return _OMNI_4K
    if request.video:
        return _of_mode(_WITH_CLIP[model], request.mode)
    if request.voices:
        return _of_mode(_WITH_VOICES.get(model), request.mode)
    return _of_mode(_OMNI["on" if request.sound else "off"], request.mode)


def _of_mode(prices: tuple[str, str] | None, mode: str) -> str | None:
    return None if prices is None or mode == "4k" else prices[mode == "pro"]


def _per_image(request: ImageRequest) -> str:
    if request.operation == "multi-image2image":
        return _MULTI_IMAGE
    if request.operation == "expand":
        return _EXPANDED
    if request.resolution == "4k":
        return _IMAGE_4K
    return _IMAGES.get(request.model, (_IMAGE_ELSE, _IMAGE_ELSE))[bool(request.pictures)]


def _milli(price: str, times: float = 1) -> int:
    return int(Decimal(price) * Decimal(str(times)) * 1000)
