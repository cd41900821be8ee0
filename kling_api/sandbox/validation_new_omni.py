"""Checks omni video, motion control and virtual try-on of the new standard and reads them. The texts are inferred."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .fields import Fields
from .models import any_model, aspect_ratios
from .refusals import invalid
from .validation import Customer, needed, read_picture, read_url, unsupported
from .validation_cast import element_kinds
from .validation_clips import check_motion
from .validation_new import (
    RESOLUTIONS,
    cited,
    no_such_model,
    part,
    read_multi_shot,
    read_options,
    read_pieces,
    read_text,
)
from .validation_omni import O1, V3, OmniMedia, OmniModel, check_omni, check_seconds, clip_length
from .validation_shots import Shots, written_shots
from .video_request import ImageRequest, Picture, VideoRequest

_FRAMES = ("first_frame", "last_frame")
_CLIPS = {"feature_video": "feature", "base_video": "base"}
_OMNI_MODELS = {
    "kling-o1": replace(O1, id="kling-o1", longest_clip=10.0),
    "kling-3.0-omni": replace(V3, id="kling-3.0-omni"),
}
_PROMPT_LIMITS = {"kling-o1": 2500, "kling-3.0-omni": 3072}
_MOTION_MODELS = ("kling-2.6", "kling-3.0")
_MOTION_PROMPT = 2500
_TRY_ON_MODEL = "virtual_try_on"
_GARMENT_PIECES = ("person_image", "product_image")

#: `contents[]` by type.
Pieces = dict[str, list[Fields]]


def read_omni(body: Fields, model_id: str, customer: Customer) -> VideoRequest:
    """Raises Refused."""
    if model_id not in _OMNI_MODELS:
        raise no_such_model(model_id)
    model = _OMNI_MODELS[model_id]
    pieces = read_pieces(body, ("prompt", *_FRAMES, "refer_image", *_CLIPS, "element"), (*_FRAMES, *_CLIPS))
    prompt = read_text(pieces, _PROMPT_LIMITS[model_id], required=True)
    urls = {kind: [needed(piece, "url") for piece in pieces.get(kind, [])] for kind in (*_FRAMES, "refer_image")}
    video, role = _read_clip(pieces)
    elements = cited(pieces, "element", "element_id", 7)
    kinds = element_kinds(elements, customer)
    media = OmniMedia(len(urls["refer_image"]), bool(urls["first_frame"]), bool(urls["last_frame"]), role, kinds)
    request = VideoRequest("omni-video", any_model(model_id), prompt, video=video, video_role=role, elements=elements)
    asked = _with_settings(part(body, "settings"), model, media, request, customer)
    frames: dict[str, Any] = {name: _first(urls[kind]) for name, kind in zip(("first", "last"), _FRAMES, strict=True)}
    references = tuple(read_picture(url, "new") for url in urls["refer_image"])
    return replace(asked, **frames, pictures=references, **read_options(body))


def read_motion(body: Fields, model_id: str, customer: Customer) -> VideoRequest:
    if model_id not in _MOTION_MODELS:
        raise no_such_model(model_id)
    more = ("element",) if model_id == "kling-3.0" else ()
    pieces = read_pieces(body, ("prompt", "image", "video", *more), ("image", "video"))
    for kind in ("image", "video"):
        if kind not in pieces:
            raise invalid(f"contents: {kind} can not be null")
    image, url = needed(pieces["image"][0], "url"), read_url(pieces["video"][0], "url")
    elements = cited(pieces, "element", "element_id", 1)
    element_kinds(elements, customer)
    settings = part(body, "settings")
    needed(settings, "character_orientation")
    orientation = settings.word("character_orientation", ("image", "video"), "")
    video = customer.fetched(url)
    return VideoRequest(
        "motion-control",
        any_model(model_id),
        read_text(pieces, _MOTION_PROMPT),
        mode=RESOLUTIONS[settings.word("resolution", ("720p", "1080p"), "720p")],
        sound=settings.word("audio", ("original", "off"), "original") == "original",
        first=read_picture(image, "new"),
        video=video,
        seconds=check_motion(customer, video, orientation),
        elements=elements,
        **read_options(body),
    )


def read_solution(body: Fields, customer: Customer) -> ImageRequest:
    """Virtual try-on of 2026-09: no external id (none is documented), asked for by its task id alone."""
    pieces = read_pieces(body, _GARMENT_PIECES, _GARMENT_PIECES)
    for kind in _GARMENT_PIECES:
        if kind not in pieces:
            raise invalid(f"contents: {kind} can not be null")
    urls = [needed(pieces[kind][0], "url") for kind in _GARMENT_PIECES]
    settings = part(body, "settings")
    for name in ("keep_face", "keep_pose", "keep_background"):
        settings.flag(name)
    callback_url = part(body, "options").text("callback_url")
    pictures = tuple(read_picture(url, "legacy") for url in urls)
    return ImageRequest(
        "kolors-virtual-try-on", _TRY_ON_MODEL, aspect_ratio="", pictures=pictures, callback_url=callback_url
    )


def _with_settings(
    settings: Fields, model: OmniModel, media: OmniMedia, request: VideoRequest, customer: Customer
) -> VideoRequest:
    resolution = settings.word("resolution", tuple(RESOLUTIONS), "720p")
    if RESOLUTIONS[resolution] not in model.modes:
        raise settings.wrong_value("resolution", resolution)
    sound = _read_sound(settings, model, media.role)
    asked = settings.whole_number("duration", range(3, model.longest + 1), 5)
    check_omni(model, media)
    check_seconds(model, media, asked)
    seconds = clip_length(model, customer, request.video, asked, media.role)
    return replace(
        request,
        mode=RESOLUTIONS[resolution],
        sound=sound,
        seconds=seconds,
        aspect_ratio=_read_ratio(settings, media),
        shots=_read_shots(settings, model, request.prompt, seconds, media.role),
    )


def _read_clip(pieces: Pieces) -> tuple[str, str]:
    given = [kind for kind in _CLIPS if kind in pieces]
    if len(given) > 1:
        raise invalid("contents: at most 1 video")
    return (read_url(pieces[given[0]][0], "url"), _CLIPS[given[0]]) if given else ("", "")


def _read_sound(settings: Fields, model: OmniModel, role: str) -> bool:
    """Native sound without a clip, the clip's own with one."""
    words = ["off"]
    if role and not (role == "feature" and model.is_directed):
        words.append("original")
    if not role and model.is_directed:
        words.append("native")
    return settings.word("audio", words, "off") != "off"


def _read_ratio(settings: Fields, media: OmniMedia) -> str:
    """Needed where neither a first frame nor a clip gives it."""
    if media.first or media.role == "base" or (media.role and not settings.has("aspect_ratio")):
        return ""
    needed(settings, "aspect_ratio")
    return settings.word("aspect_ratio", aspect_ratios(), "")


def _read_shots(settings: Fields, model: OmniModel, prompt: str, seconds: float, role: str) -> Shots:
    """Beside a clip to follow `multi_shot` can only be true, beside one to edit only false."""
    if not model.is_directed:
        return ()
    if not role:
        return read_multi_shot(settings, prompt, seconds)
    wanted = settings.flag("multi_shot", role == "feature")
    if wanted != (role == "feature"):
        raise unsupported(f"multi_shot {str(wanted).lower()} with a {role} video")
    return written_shots(prompt, seconds) if wanted else ()


def _first(urls: list[str]) -> Picture:
    return read_picture(urls[0], "new") if urls else None
