"""Reads what is ordered at kie.ai into what the sandbox can draw. Uploads are read in `kie_uploads`.

Inferred: the texts for a body that is no order and for shots without sound, that a mode is drawn as Kling draws it,
and 20 credits for a unit.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from ..models import Model, any_model
from ..video_request import Picture, Speech, VideoRequest
from ..wire import Call
from .kie_models import MODELS, KieModel, check_input
from .kie_values import INVALID, KieRefused

#: So that the seconds of Kling 2.6 cost what kie.ai was seen to take for them.
CREDITS_PER_UNIT = 20
_MODES = {"std": "std", "pro": "pro", "4K": "4k", "720p": "std", "1080p": "pro"}
_KEYS = ("model", "callBackUrl", "input")
_UNKNOWN = (
    "The model name you specified is not supported. Please verify your input and use one of the supported models "
    "provided by KIE."
)
#: Seconds that are reckoned with where another clip or a sound gives the length.
_USUAL_SECONDS = "5"


@dataclass(frozen=True)
class Order:
    """A createTask that has been looked through; `text` is its JSON as it came."""

    model: str
    given: dict[str, Any] = field(repr=False)
    callback_url: str
    text: str = field(repr=False)

    @property
    def page(self) -> KieModel:
        return MODELS[self.model]

    def request(self) -> VideoRequest:
        given, page = self.given, self.page
        mode = page.mode or _MODES[given.get("mode") or given.get("resolution") or "720p"]
        request = VideoRequest(
            _operation(page, given),
            _priced(page, mode),
            prompt=" ".join(shot["prompt"] for shot in _shots(given)) or given.get("prompt", ""),
            negative_prompt=given.get("negative_prompt", ""),
            cfg_scale=given.get("cfg_scale", 0.5),
            mode=mode,
            seconds=int(given.get("duration") or _USUAL_SECONDS),
            sound=page.sounds or given.get("sound", given.get("multi_shots", False)),
            aspect_ratio=given.get("aspect_ratio") or ("" if _pictures(given) else "16:9"),
            callback_url=self.callback_url,
            note=self.text,
            shots=tuple((shot["prompt"], float(shot["duration"])) for shot in _shots(given)),
        )
        return _with_media(request, given)


def operation_of(call: Call) -> str:
    """What a createTask is about, for the faults, before anybody has looked at it."""
    try:
        body = json.loads(call.body)
        page = MODELS[body["model"]]
        return _operation(page, body["input"]) if isinstance(body["input"], dict) else page.operation
    except (ValueError, KeyError, TypeError, RecursionError):
        return "text2video"


def read_order(data: bytes) -> Order:
    """Raises KieRefused."""
    body, text = read_object(data)
    model, given, callback = body.get("model"), body.get("input"), body.get("callBackUrl") or ""
    if not model:
        raise KieRefused(INVALID, "model cannot be empty")
    if not isinstance(model, str) or model not in MODELS:
        raise KieRefused(INVALID, _UNKNOWN)
    if not isinstance(given, dict) or not given:
        raise KieRefused(INVALID, "input cannot be empty")
    if not isinstance(callback, str):
        raise KieRefused(INVALID, "callBackUrl must be a string")
    for name in body:
        if name not in _KEYS:
            raise KieRefused(INVALID, f"{name} is not a parameter")
    check_input(MODELS[model], given)
    if model == "kling-3.0/video":
        _check_shots(given)
    return Order(model, given, callback, text)


def read_object(data: bytes) -> tuple[dict[str, Any], str]:
    """The body, and its JSON as text that can be kept."""
    try:
        body = json.loads(data)
        text = json.dumps(body, ensure_ascii=False, allow_nan=False)
        text.encode()  # JSON can hold half a character
    except (ValueError, RecursionError):
        body, text = None, ""
    if not isinstance(body, dict):
        raise KieRefused(400, "The request body is not a JSON object")
    return body, text


def _check_shots(given: dict[str, Any]) -> None:
    """What goes together for kling-3.0/video."""
    pictures = _pictures(given)
    if given["multi_shots"]:
        if not given.get("multi_prompt"):
            raise KieRefused(INVALID, "multi_prompt cannot be empty")
        if given.get("sound") is False:
            raise KieRefused(INVALID, "sound must be true when multi_shots is true")
        if len(pictures) > 1:
            raise KieRefused(INVALID, "image_urls must not have more than 1 entries")
        return
    for name in ("prompt", "sound", *(() if pictures else ("aspect_ratio",))):
        if given.get(name) in (None, ""):
            raise KieRefused(INVALID, f"{name} cannot be empty")


def _operation(page: KieModel, given: dict[str, Any]) -> str:
    return "image2video" if page.operation == "text2video" and _pictures(given) else page.operation


def _shots(given: dict[str, Any]) -> list[dict[str, Any]]:
    return given.get("multi_prompt", []) if given.get("multi_shots") else []


def _pictures(given: dict[str, Any]) -> list[str]:
    found = given.get("image_urls") or given.get("input_urls") or [given.get("image_url"), given.get("tail_image_url")]
    return [url for url in found if url]


def _with_media(request: VideoRequest, given: dict[str, Any]) -> VideoRequest:
    pictures: list[Picture] = [*_pictures(given), None, None]
    if request.operation == "motion-control":
        return replace(request, first=pictures[0], video=given["video_urls"][0], sound=True)
    if request.operation == "avatar":
        return replace(request, first=pictures[0], speech=Speech(given["audio_url"]))
    return replace(request, first=pictures[0], last=pictures[1])


def _priced(page: KieModel, mode: str) -> Model:
    """The model that it is drawn as, at kie.ai's price where one was seen."""
    model = any_model(page.likeness)
    if page.credits is None:
        return model
    off, on = (str(credits / CREDITS_PER_UNIT) for credits in page.credits)
    return replace(model, units={mode: {"off": off, "on": on}})
