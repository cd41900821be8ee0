"""Reads the two kinds of order that the gateway new-api takes, with the kinds of value that its document asks for.

Not in the document and therefore inferred: up to 15 seconds, n of 1, and that a model nobody knows has no channel.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ..fields import Fields
from ..models import Model, any_model
from ..refusals import Refused, invalid
from ..validation import read_camera, read_picture, refuse_retired
from ..video_request import VideoRequest

#: The document's table; any other size is 1:1.
RATIOS = {
    (1024, 1024): "1:1", (512, 512): "1:1",
    (1280, 720): "16:9", (1920, 1080): "16:9",
    (720, 1280): "9:16", (1080, 1920): "9:16",
}  # fmt: skip
OTHER_RATIO = "1:1"
#: Names that the document gives to the channels of third parties.
_THIRD_PARTY = ("kling_video", "kling_extend", "kling_effects", "kling_lip_sync", "kling_virtual_try_on")
_DEFAULT_MODEL = "kling-v1"
_LONGEST = 15
_LARGEST = 2**63 - 1


class RefusedByGateway(Refused):
    """The gateway's own no, before anything goes to Kling. `word` is its `code`."""

    def __init__(self, word: str, message: str, status: int = 400) -> None:
        super().__init__(1200, message)
        self.word = word
        self.status = status


class Values:
    """A JSON object whose fields must be of the documented kinds. Null is as good as left out."""

    def __init__(self, values: Mapping[str, Any], path: str = "") -> None:
        self._values = values
        self._path = path

    def text(self, name: str, default: str = "") -> str:
        return self._read(name, str, "string", default)

    def number(self, name: str, default: float | None = None) -> float | None:
        try:
            value = self._read(name, (int, float), "number", default)
            return None if value is None else float(value)
        except OverflowError:
            raise wrong(f"field {self._path}{name} is out of range") from None

    def whole(self, name: str, default: int | None = None) -> int | None:
        value = self._read(name, int, "int", default)
        if value is not None and not -_LARGEST <= value <= _LARGEST:
            raise wrong(f"field {self._path}{name} is out of range")
        return value

    def flag(self, name: str) -> bool:
        return self._read(name, bool, "bool", False)

    def child(self, name: str) -> Values:
        return Values(self._read(name, dict, "object", {}), f"{self._path}{name}.")

    def as_kling_reads(self) -> Fields:
        """For what the gateway passes on without a look."""
        return Fields(dict(self._values))

    def _read(self, name: str, kinds: Any, called: str, default: Any) -> Any:
        value = self._values.get(name)
        if value is None:
            return default
        if not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool):
            raise wrong(f"json: cannot unmarshal into field {self._path}{name} of type {called}")
        return value


def read_values(data: bytes) -> Values:
    """The JSON object of a request body. Raises RefusedByGateway."""
    try:
        values = json.loads(data, parse_constant=_no_constant)
        json.dumps(values, ensure_ascii=False).encode()  # half a surrogate pair can be kept nowhere
    except (ValueError, RecursionError):
        raise wrong("invalid JSON request body") from None
    if not isinstance(values, dict):
        raise wrong("json: cannot unmarshal into an object")
    return Values(values)


def read_generic(body: Values, retired: bool = False) -> VideoRequest:
    """`/v1/video/generations`. Raises Refused. `retired`: models that Kling announced to retire are gone."""
    prompt, seconds = _prompt(body), body.number("duration")
    if seconds is None:
        raise wrong("duration is required")
    _check_unused(body)
    picture, seed = read_picture(body.text("image"), "legacy"), body.whole("seed")
    operation, settings = "image2video" if picture else "text2video", body.child("metadata")
    return VideoRequest(
        operation,
        _model(body.text("model"), retired),
        prompt,
        seconds=_seconds(seconds),
        aspect_ratio=_ratio(settings, _ratio_of_size(body) or ("" if picture else OTHER_RATIO)),
        first=picture,
        note="" if seed is None else str(seed),
        **_klings_own(settings, operation),
    )


def read_native(operation: str, body: Values, retired: bool = False) -> VideoRequest:
    """Kling's own body on the gateway, whose duration is a text. Raises Refused."""
    prompt, duration = _prompt(body), body.text("duration", "5")
    if not re.fullmatch(r"[0-9]{1,4}", duration):
        raise invalid(f"duration value '{duration}' is invalid")
    picture = read_picture(body.text("image"), "legacy") if operation == "image2video" else None
    if operation == "image2video" and not picture:
        raise invalid("image can not be null")
    _check_try_on(body.child("metadata"))
    return VideoRequest(
        operation,
        _model(body.text("model_name") or body.text("model"), retired),
        prompt,
        seconds=_seconds(float(duration)),
        aspect_ratio=_ratio(body, "" if picture else "16:9"),
        first=picture,
        **_klings_own(body, operation),
    )


def wrong(message: str) -> RefusedByGateway:
    return RefusedByGateway("invalid_request", message)


def _klings_own(settings: Values, operation: str) -> dict[str, Any]:
    """The fields that have Kling's names and go to Kling as they are."""
    camera = read_camera(settings.as_kling_reads())
    tail = read_picture(settings.text("image_tail"), "legacy") if operation == "image2video" else None
    if camera and tail:
        raise invalid("Only one of image_tail, static_mask/dynamic_masks and camera_control can be used")
    return {
        "negative_prompt": settings.text("negative_prompt"),
        "cfg_scale": _cfg_scale(settings),
        "mode": _word(settings, "mode", ("std", "pro"), "std"),
        "sound": _word(settings, "sound", ("on", "off"), "off") == "on",
        "camera": camera,
        "last": tail,
        "external_id": settings.text("external_task_id"),
        "callback_url": settings.text("callback_url"),
    }


def _prompt(body: Values) -> str:
    prompt = body.text("prompt")
    if not prompt.strip():
        raise wrong("prompt is required")
    return prompt


def _seconds(seconds: float) -> float:
    if not 0 < seconds <= _LONGEST:
        raise invalid(f"duration value '{seconds:g}' is invalid")
    return seconds


def _model(name: str, retired: bool) -> Model:
    model = any_model(name or _DEFAULT_MODEL)
    if not model.ways and name not in _THIRD_PARTY:
        raise RefusedByGateway("model_not_found", f"No available channel for model {name} under group default", 503)
    refuse_retired(model, retired)
    return model


def _check_unused(body: Values) -> None:
    """What is documented but changes nothing that is drawn: one clip, at the model's own rate, given as a URL."""
    fps, number = body.whole("fps"), body.whole("n")
    if fps is not None and fps < 1:
        raise wrong("fps must be positive")
    if number not in (None, 1):
        raise wrong("n must be 1")
    if body.text("response_format", "url") != "url":
        raise wrong("response_format must be url")


def _ratio_of_size(body: Values) -> str:
    """Of width x height, or of `size`, by which newer versions go; "" where neither is given."""
    width, height, size = body.whole("width"), body.whole("height"), body.text("size")
    if size:
        found = re.fullmatch(r"([0-9]{1,5})x([0-9]{1,5})", size)
        width, height = (int(found[1]), int(found[2])) if found else (0, 0)
    if width is None and height is None:
        return ""
    return RATIOS.get((width or 0, height or 0), OTHER_RATIO)


def _ratio(settings: Values, otherwise: str) -> str:
    """What Kling is told by its own name goes before what the size says."""
    ratio = settings.text("aspect_ratio") or otherwise
    if ratio and not re.fullmatch(r"[1-9][0-9]?:[1-9][0-9]?", ratio):
        raise invalid(f"aspect_ratio value '{ratio}' is invalid")
    return ratio


def _cfg_scale(settings: Values) -> float:
    value = settings.number("cfg_scale", 0.5)
    if value is None or not 0 <= value <= 1:
        raise invalid("cfgScale: must be between 0 and 1")
    return value


def _word(settings: Values, name: str, allowed: tuple[str, ...], default: str) -> str:
    value = settings.text(name) or default
    if value not in allowed:
        raise invalid(f"{name} value '{value}' is invalid")
    return value


def _check_try_on(metadata: Values) -> None:
    """Virtual try-on is an order like any other: its settings change nothing that is drawn."""
    metadata.text("style")
    metadata.text("quality")
    metadata.flag("try_on")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
