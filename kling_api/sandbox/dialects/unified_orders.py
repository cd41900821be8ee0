"""Reads the orders of the unified project's paths: the fields of its document, with the kinds that it names.

Not in it and therefore Kling's: 2,500 characters, at most four pictures, Base64 where a picture belongs, what is
required, and at most one axis of a camera move.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from ..models import Model, any_model
from ..refusals import invalid
from ..validation import refuse_retired
from ..video_request import AXES, Camera, ImageRequest, Picture, Speech, VideoRequest
from .typed import Typed, pictures

_LONGEST_PROMPT = 2500
_FEWEST_PICTURES, _MOST_PICTURES = 2, 4
_DEFAULT_MODEL = "kling-v2-1-master"
_DEFAULT_IMAGE_MODEL = "kling-v2-1"
_OMNI_MODEL = "kling-image-o1"
_CLIPS = (".mp4", ".mov", ".mkv", ".webm")


def is_clip(figure: object) -> bool:
    """Whether the figure that is to speak is a clip, by the end of its address."""
    try:
        return isinstance(figure, str) and urlsplit(figure).path.lower().endswith(_CLIPS)
    except ValueError:
        return False


def _text2video(body: Typed, retired: bool) -> VideoRequest:
    return _clip("text2video", body, retired, body.needed("prompt", _LONGEST_PROMPT), aspect_ratio="16:9")


def _image2video(body: Typed, retired: bool) -> VideoRequest:
    first = body.needed_picture("image")
    return _clip("image2video", body, retired, body.text("prompt", _LONGEST_PROMPT), first=first)


def _multi_image2video(body: Typed, retired: bool) -> VideoRequest:
    given = body.items("image_list")
    if not _FEWEST_PICTURES <= len(given) <= _MOST_PICTURES:
        raise invalid(f"image_list must hold {_FEWEST_PICTURES} to {_MOST_PICTURES} pictures")
    media: dict[str, Any] = {"pictures": pictures(given, "image_list"), "last": body.picture("image_tail")}
    prompt = body.needed("prompt", _LONGEST_PROMPT)
    return _clip("multi-image2video", body, retired, prompt, aspect_ratio="16:9", **media)


def _motion_control(body: Typed, retired: bool) -> VideoRequest:
    return VideoRequest(
        "motion-control",
        _model(body, retired),
        body.text("prompt", _LONGEST_PROMPT),
        mode=body.word("mode", ("std", "pro"), "std"),
        sound=True,
        first=body.needed_picture("image_url"),
        video=body.url("video_url"),
    )


def _video_extend(body: Typed, retired: bool) -> VideoRequest:
    return VideoRequest(
        "video-extend",
        any_model(_DEFAULT_MODEL),
        body.text("prompt", _LONGEST_PROMPT),
        body.text("negative_prompt", _LONGEST_PROMPT),
        body.number("cfg_scale", 0, 1, 0.5),
        video=body.needed("video_id"),
    )


def _lip_sync(body: Typed, retired: bool) -> VideoRequest:
    speech = Speech(body.url("audio_url"))
    return VideoRequest("lip-sync", any_model("lip-sync"), video=body.url("avatar_url"), speech=speech)


def _avatar(body: Typed, retired: bool) -> VideoRequest:
    speech = Speech(body.url("audio_url"))
    return VideoRequest("avatar", any_model("avatar"), first=body.url("avatar_url"), speech=speech)


def _generations(body: Typed, retired: bool) -> ImageRequest:
    picture = body.picture("image")
    if picture and body.text("negative_prompt"):
        raise invalid("negative_prompt is not supported with image")
    return ImageRequest(
        "generations",
        body.text("model_name") or _DEFAULT_IMAGE_MODEL,
        body.needed("prompt", _LONGEST_PROMPT),
        body.text("negative_prompt", _LONGEST_PROMPT),
        pictures=(picture,) if picture else (),
    )


def _omni_image(body: Typed, retired: bool) -> ImageRequest:
    model, prompt = body.word("model_name", (_OMNI_MODEL,)), body.needed("prompt", _LONGEST_PROMPT)
    listed, picture, mask = _listed(body), body.picture("image"), body.picture("mask_image")
    for number in map(int, re.findall(r"<<<image_(\d{1,4})>>>", prompt)):
        if not 1 <= number <= len(listed):
            raise invalid(f"<<<image_{number}>>> is not in image_list")
    if mask and not picture:
        raise invalid("mask_image needs image")
    edited = (picture,) if picture and picture not in listed[:1] else ()
    return ImageRequest("omni-image", model, prompt, aspect_ratio="auto", pictures=edited + listed, mask=mask)


#: By what faults call the order.
READERS: dict[str, Callable[[Typed, bool], VideoRequest | ImageRequest]] = {
    "text2video": _text2video,
    "image2video": _image2video,
    "multi-image2video": _multi_image2video,
    "motion-control": _motion_control,
    "video-extend": _video_extend,
    "lip-sync": _lip_sync,
    "avatar": _avatar,
    "generations": _generations,
    "omni-image": _omni_image,
}


def _clip(operation: str, body: Typed, retired: bool, prompt: str, **others: Any) -> VideoRequest:
    return VideoRequest(
        operation,
        _model(body, retired),
        prompt,
        body.text("negative_prompt", _LONGEST_PROMPT),
        body.number("cfg_scale", 0, 1, 0.5),
        body.word("mode", ("std", "pro"), "std"),
        int(body.word("duration", ("5", "10"), "5")),
        camera=_camera(body.child("camera_control")),
        **others,
    )


def _model(body: Typed, retired: bool) -> Model:
    """The document's list of models ends with "etc."."""
    name = body.text("model_name") or _DEFAULT_MODEL
    if not re.fullmatch(r"kling-[a-z0-9.-]+", name):
        raise body.wrong("model_name", name)
    refuse_retired(any_model(name), retired)
    return any_model(name)


def _camera(camera: Typed | None) -> Camera | None:
    """The document's own example is all zeros: no move."""
    if camera is None:
        return None
    camera.word("type", ("simple",))
    config = camera.child("config")
    if config is None:
        raise invalid("camera_control.config is required")
    if unknown := sorted(config.names() - set(AXES)):
        raise invalid(f"camera_control.config.{unknown[0]} is unknown")
    axes = {axis: config.number(axis, -10, 10, 0.0) for axis in AXES}
    if sum(value != 0 for value in axes.values()) > 1:
        raise invalid("camera_control.config must have one axis other than 0")
    return Camera("simple", axes)


def _listed(body: Typed) -> tuple[Picture, ...]:
    given = body.items("image_list")
    if not all(isinstance(item, dict) for item in given):
        raise invalid("image_list must be an array of objects with image")
    return tuple(Typed(item, f"image_list[{number}].").needed_picture("image") for number, item in enumerate(given))
