"""Checks a legacy request (`/v1/videos/...`) in the order of the real validator and reads it.

Fields one by one first, then what goes together, then whether Base64 can be decoded; ids, units and slots come later
and elsewhere. The text on camera config and on exclusive fields is inferred, all else was seen live or is documented.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace

from .capability import Wish, refuse_impossible
from .fields import Fields
from .models import Model, aspect_ratios, find_model, max_image_bytes
from .refusals import invalid
from .video_request import AXES, CAMERA_TYPES, Camera, Picture, VideoRequest

PROMPT_LIMIT = 2500
_DEFAULT_MODEL = "kling-v1"
_MODES = ("std", "pro", "4k")
_DURATIONS = range(3, 16)
#: Motion brush: modes per model, 5 s only (capability map of 2026-02).
_BRUSH = {"kling-v1": ("std", "pro"), "kling-v1-5": ("pro",)}


def read_text2video(body: Fields, retired: bool = False) -> VideoRequest:
    """Raises Refused. `retired`: models that Kling announced to retire are gone."""
    model = read_model(body, "text2video", retired)
    prompt = read_prompt(body, PROMPT_LIMIT, required=not _is_storyboard(body))
    return _read_shared(body, model, "text2video", prompt, body.word("aspect_ratio", aspect_ratios(), "16:9"))


def read_image2video(body: Fields, retired: bool = False) -> VideoRequest:
    model = read_model(body, "image2video", retired)
    if not body.has("image") and not body.has("image_tail"):
        raise invalid("image can not be null")
    return _read_shared(body, model, "image2video", read_prompt(body, PROMPT_LIMIT, required=False), "")


def read_model(body: Fields, operation: str, retired: bool) -> Model:
    name = body.text("model_name") or _DEFAULT_MODEL
    model = find_model(name, operation, "legacy")
    if model is None:
        raise body.wrong_value("model_name", name)
    refuse_retired(model, retired)
    return model


def refuse_retired(model: Model, retired: bool) -> None:
    if retired and model.retired:
        raise invalid(f"The model '{model.id}' has been discontinued and is no longer available.")


def read_prompt(body: Fields, limit: int, required: bool, name: str = "prompt") -> str:
    prompt = body.bounded_text(name, limit)
    if required and not prompt.strip():
        raise body.broken_rule(name, "must not be blank")
    return prompt


def read_picture(value: str, generation: str) -> Picture:
    """A URL stays one (fetched later), Base64 becomes bytes. Raises Refused for what is neither."""
    if not value:
        return None
    if value.startswith(("http://", "https://")):
        return value
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data:
        raise invalid("File is not in a valid base64 format")
    if len(data) > max_image_bytes(generation):
        raise invalid(f"Image size can not exceed {max_image_bytes(generation) // 1_000_000}MB")
    return data


def _read_shared(body: Fields, model: Model, operation: str, prompt: str, aspect_ratio: str) -> VideoRequest:
    negative_prompt = body.bounded_text("negative_prompt", PROMPT_LIMIT)
    sound = body.word("sound", ("on", "off"), "off")
    cfg_scale = body.bounded_number("cfg_scale", 0, 1, 0.5)
    mode = body.word("mode", _MODES, "std")
    camera = read_camera(body)
    seconds = _read_duration(body, model, operation)
    watermark = body.child("watermark_info")
    first, last = (body.text("image"), body.text("image_tail")) if operation == "image2video" else ("", "")
    request = VideoRequest(
        operation, model, prompt, negative_prompt, cfg_scale, mode, seconds, sound == "on", aspect_ratio, camera,
        first or None, last or None, body.text("external_task_id"), body.text("callback_url"),
        watermark is not None and watermark.flag("enabled"),
    )  # fmt: skip
    _check_together(body, request)
    return _with_pictures(request)


def _read_duration(body: Fields, model: Model, operation: str) -> int:
    seconds = body.whole_number("duration", _DURATIONS, 5)
    if not any(seconds in way.duration for way in model.ways[operation]):
        raise body.wrong_value("duration", body.text("duration"))
    return seconds


def read_camera(body: Fields) -> Camera | None:
    camera = body.child("camera_control")
    if camera is None:
        return None
    if not camera.has("type"):
        raise camera.broken_rule("type", "must not be blank")
    kind = camera.word("type", CAMERA_TYPES, "")
    config = camera.child("config")
    axes = _read_axes(config) if config else {}
    if kind != "simple" and config is not None:
        raise camera.broken_rule("config", f"must be null when type is {kind}")
    if kind == "simple" and config is None:
        raise camera.broken_rule("config", "must not be null")
    if kind == "simple" and len([value for value in axes.values() if value]) != 1:
        raise camera.broken_rule("config", f"exactly one of {', '.join(AXES)} must be non-zero")
    return Camera(kind, axes)


def _read_axes(config: Fields) -> dict[str, float]:
    return {axis: config.bounded_number(axis, -10, 10, 0.0) for axis in AXES}


def _check_together(body: Fields, request: VideoRequest) -> None:
    wish = Wish(
        operation=request.operation,
        mode=request.mode,
        duration=int(request.seconds),
        sound="on" if request.sound else "off",
        frames=request.frames,
        camera=request.camera.type if request.camera else "none",
    )
    refuse_impossible(request.model, wish)
    if request.operation != "image2video":
        return
    brush = body.has("static_mask") or body.has("dynamic_masks")
    if brush:
        _check_brush(request)
    if sum([request.last is not None, brush, request.camera is not None]) > 1:
        raise invalid("Only one of image_tail, static_mask/dynamic_masks and camera_control can be used")


def _check_brush(request: VideoRequest) -> None:
    if request.model.id not in _BRUSH:
        raise invalid("Motion brush is not supported by the current model")
    if request.mode not in _BRUSH[request.model.id] or request.seconds != 5:
        place = f"{request.model.id}/{request.mode}/{request.seconds}"
        raise invalid(f"model/mode/duration({place}) is not supported with motion brush")


def _with_pictures(request: VideoRequest) -> VideoRequest:
    first, last = (read_picture(str(value or ""), "legacy") for value in (request.first, request.last))
    return replace(request, first=first, last=last)


def _is_storyboard(body: Fields) -> bool:
    """A multi-shot request whose shots carry the prompts."""
    return body.flag("multi_shot") and body.text("shot_type") == "customize"
