"""Checks text to video and image to video of the old standard (`/v1/videos/...`) and reads them.

The texts on camera config and on exclusive fields are inferred, all else was seen live or is documented.
"""

from __future__ import annotations

from dataclasses import replace

from .capability import Wish, refuse_impossible
from .fields import Fields
from .models import Model, aspect_ratios
from .refusals import invalid
from .validation import (
    MODES,
    PROMPT_LIMIT,
    Customer,
    read_camera,
    read_extras,
    read_model,
    read_picture,
    read_prompt,
    unsupported,
)
from .validation_cast import MOST_ELEMENTS, read_elements, read_voices
from .validation_shots import is_storyboard, read_shots
from .video_request import VideoRequest

_DEFAULT_MODEL = "kling-v1"
_DURATIONS = range(3, 16)
#: Motion brush: modes per model, 5 s only (capability map of 2026-02).
_BRUSH = {"kling-v1": ("std", "pro"), "kling-v1-5": ("pro",)}
#: Models with shots and elements, and with voices (pages of 2026-02-25 on).
_DIRECTED = ("kling-v3",)
_SPEAKING = ("kling-v2-6", "kling-v3")


def read_text2video(body: Fields, customer: Customer) -> VideoRequest:
    """Raises Refused."""
    model = read_model(body, "text2video", customer, _DEFAULT_MODEL)
    prompt = read_prompt(body, PROMPT_LIMIT, required=not is_storyboard(body))
    ratio = body.word("aspect_ratio", aspect_ratios(), "16:9")
    return _read_shared(body, customer, VideoRequest("text2video", model, prompt, aspect_ratio=ratio))


def read_image2video(body: Fields, customer: Customer) -> VideoRequest:
    model = read_model(body, "image2video", customer, _DEFAULT_MODEL)
    first, last = body.text("image") or None, body.text("image_tail") or None
    if not first and not last:
        raise invalid("image can not be null")
    prompt = read_prompt(body, PROMPT_LIMIT, required=False)
    return _read_shared(body, customer, VideoRequest("image2video", model, prompt, first=first, last=last))


def _read_shared(body: Fields, customer: Customer, begun: VideoRequest) -> VideoRequest:
    model = begun.model
    negative_prompt = body.bounded_text("negative_prompt", PROMPT_LIMIT)
    sound = body.word("sound", ("on", "off"), "off") == "on"
    request = replace(
        begun,
        negative_prompt=negative_prompt,
        sound=sound,
        cfg_scale=body.bounded_number("cfg_scale", 0, 1, 0.5),
        mode=body.word("mode", MODES, "std"),
        camera=read_camera(body),
        seconds=_read_duration(body, model, begun.operation),
        **read_extras(body),
    )
    _check_together(body, request)
    return _with_pictures(_with_cast(body, customer, request))


def _read_duration(body: Fields, model: Model, operation: str) -> int:
    seconds = body.whole_number("duration", _DURATIONS, 5)
    if not any(seconds in way.duration for way in model.ways[operation]):
        raise body.wrong_value("duration", body.text("duration"))
    return seconds


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
        raise unsupported("Motion brush")
    if request.mode not in _BRUSH[request.model.id] or request.seconds != 5:
        place = f"{request.model.id}/{request.mode}/{request.seconds}"
        raise invalid(f"model/mode/duration({place}) is not supported with motion brush")


def _with_cast(body: Fields, customer: Customer, request: VideoRequest) -> VideoRequest:
    directed = request.model.id in _DIRECTED
    shots = read_shots(body, request.prompt, request.seconds, directed)
    voices = read_voices(body, customer, request.model.id in _SPEAKING, request.sound)
    elements = read_elements(body, customer, directed, MOST_ELEMENTS)
    if voices and elements:
        raise invalid("voice_list and element_list can not be used together")
    return replace(request, shots=shots, voices=voices, elements=elements)


def _with_pictures(request: VideoRequest) -> VideoRequest:
    first, last = (read_picture(str(value or ""), "legacy") for value in (request.first, request.last))
    return replace(request, first=first, last=last)
