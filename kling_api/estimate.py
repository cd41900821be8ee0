"""What a request will cost, from the price tables, before it is sent. Pure."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

from . import capabilities
from .checks.features import features
from .models import image_document, video_document
from .operations import (
    Avatar,
    Image2Video,
    ImageExpand,
    ImageGeneration,
    LipSync,
    MotionControl,
    MultiImage2Image,
    MultiImage2Video,
    OmniImage,
    OmniVideo,
    Operation,
    Text2Video,
    VirtualTryOn,
)
from .operations.rules import Clip
from .recordings import Footage, Sound

UNITS, IMAGE_UNITS = "units", "image units"
_FILE = Path(__file__).parent / "data" / "prices.json"
_IMAGE_OPERATIONS = frozenset(
    {
        *(ImageGeneration.kind, OmniImage.kind, MultiImage2Image.kind, ImageExpand.kind, VirtualTryOn.kind),
        "ai-multi-shot",
    }
)


def estimate(operation: Operation) -> Decimal | None:
    """Units of Kling's own price lists (2026-09), of `unit_of_operation`; None where no price is known.

    Kling bills whole seconds of the result, the nearest (its updates, 2025-12-22), when the task succeeds, and was not
    seen to bill a failed one.
    """
    if isinstance(operation, Text2Video | Image2Video | MultiImage2Video | OmniVideo | MotionControl):
        return _clip(operation)
    if isinstance(operation, ImageGeneration | OmniImage | MultiImage2Image | VirtualTryOn):
        return _images(operation)
    if isinstance(operation, LipSync):
        return _lip_sync(operation)
    if isinstance(operation, Avatar):
        return _avatar(operation)
    if isinstance(operation, ImageExpand):
        return Decimal(_prices()["per_image"][operation.kind]) * operation.n
    price = {**_prices()["per_call"], **_prices()["per_image"]}.get(operation.kind)
    return None if price is None else Decimal(price)


def unit_of_operation(operation: str) -> str:
    """What an operation of that kind is counted in: Kling sells units for pictures apart from those for the rest."""
    return IMAGE_UNITS if operation in _IMAGE_OPERATIONS else UNITS


def worth_of(unit: str) -> Decimal:
    """How many units (of clips and sounds) one of `unit` is worth, by their list prices."""
    if unit != IMAGE_UNITS:
        return Decimal(1)
    return Decimal(image_document()["unit_price_usd"]) / Decimal(video_document()["unit_price_usd"])


def price_of_faces() -> Decimal:
    """Units for looking for faces in a clip, once before a lip sync."""
    return Decimal(_prices()["per_call"]["identify-face"])


def _clip(operation: Text2Video | Image2Video | MultiImage2Video | OmniVideo | MotionControl) -> Decimal | None:
    seconds = _seconds(operation)
    price = capabilities.units_per_second(operation.model_name, operation.mode, _sort(operation), operation.kind)
    return None if price is None or seconds is None else price * seconds


def _sort(operation: Text2Video | Image2Video | MultiImage2Video | OmniVideo | MotionControl) -> str:
    """What the price depends on beside model and mode: "off", "on", "voice" or "video"."""
    if isinstance(operation, MotionControl | MultiImage2Video):
        return "off"
    if isinstance(operation, OmniVideo):
        if operation.video_url:
            return "video"
    elif operation.voice_list:
        return "voice"
    return capabilities.sound_of(operation.model_name, operation.kind, operation.sound)


def _seconds(operation: Text2Video | Image2Video | MultiImage2Video | OmniVideo | MotionControl) -> int | None:
    """Of the result: those asked for, or those of the clip that it is made from, None where that is a URL."""
    if isinstance(operation, MotionControl):
        return _seconds_of(operation.video_url)
    if isinstance(operation, OmniVideo) and operation.video_url and operation.refer_type == "base":
        return _seconds_of(operation.video_url)
    return operation.duration


def _seconds_of(clip: Clip) -> int | None:
    return _whole(clip.seconds) if isinstance(clip, Footage) else None


def _images(operation: ImageGeneration | OmniImage | MultiImage2Image | VirtualTryOn) -> Decimal | None:
    price = capabilities.units_per_image(operation.model_name, operation.kind, features(operation))
    count = _count(operation)
    return None if price is None or not count else price * count


def _count(operation: ImageGeneration | OmniImage | MultiImage2Image | VirtualTryOn) -> int:
    """How many pictures; 0 where the model decides."""
    if isinstance(operation, OmniImage) and operation.result_type == "series":
        return operation.series_amount
    return 1 if isinstance(operation, VirtualTryOn) else operation.n


def _lip_sync(operation: LipSync) -> Decimal:
    """Looking for the faces is paid as well, where it is still to be done."""
    lip_sync = _prices()["lip_sync"]
    seconds = (operation.sound_end_time - operation.sound_start_time) / 1000
    price = math.ceil(seconds / lip_sync["seconds"]) * Decimal(lip_sync["units"])
    return price if operation.session_id and operation.face_id else price + price_of_faces()


def _avatar(operation: Avatar) -> Decimal | None:
    price = _prices()["per_second"][operation.kind].get(operation.mode)
    if price is None or not isinstance(operation.sound_file, Sound):
        return None
    return Decimal(price) * _whole(operation.sound_file.seconds)


def _whole(seconds: float) -> int:
    """The nearest, a half upwards."""
    return int(Decimal(str(seconds)).quantize(Decimal(1), ROUND_HALF_UP))


@cache
def _prices() -> Mapping[str, Any]:
    return json.loads(_FILE.read_text(encoding="utf-8"))
