"""Checks omni video of the old standard and reads it, and what both generations of omni video may hold together.

The text on 5 or 10 seconds was seen live; the others are inferred from the documented rules.
"""

from __future__ import annotations

from dataclasses import dataclass

from .fields import Fields
from .models import any_model, aspect_ratios
from .refusals import invalid
from .validation import (
    MODES,
    PROMPT_LIMIT,
    Customer,
    check_size,
    needed,
    read_extras,
    read_picture,
    read_prompt,
    read_url,
    unsupported,
)
from .validation_cast import element_kinds, read_elements
from .validation_shots import is_storyboard, read_shots
from .video_request import VideoRequest

_FIRST, _LAST = "first_frame", "end_frame"


@dataclass(frozen=True)
class OmniModel:
    """What a model of omni video can do; `longest` clip that it makes and that it looks at, in seconds."""

    id: str
    longest: int
    longest_clip: float
    modes: tuple[str, ...]
    is_directed: bool  # sound of its own, shots, elements made from clips


@dataclass(frozen=True)
class OmniMedia:
    """What is given, by number. `role` of the clip: "", feature or base; `kinds` of the elements."""

    references: int
    first: bool
    last: bool
    role: str
    kinds: tuple[str, ...]

    @property
    def pictures(self) -> int:
        return self.references + self.first + self.last

    @property
    def filmed(self) -> int:
        """Elements that were made from a clip."""
        return self.kinds.count("video_refer")


O1 = OmniModel("kling-video-o1", 10, 10.05, MODES[:2], False)
V3 = OmniModel("kling-v3-omni", 15, 15.5, MODES, True)
_MODELS = {model.id: model for model in (O1, V3)}
_SHORTEST = 3


def read_omni_video(body: Fields, customer: Customer) -> VideoRequest:
    """Raises Refused."""
    model = _MODELS[body.word("model_name", tuple(_MODELS), O1.id)]
    prompt = read_prompt(body, PROMPT_LIMIT, required=not is_storyboard(body))
    mode, sound = body.word("mode", MODES, "pro"), body.word("sound", ("on", "off"), "off") == "on"
    if mode not in model.modes:
        raise invalid(f"4k mode is not supported by the current model: {model.id}")
    images, (video, role, keeps_sound) = _read_images(body), _read_clip(body)
    elements = read_elements(body, customer, True, 7)
    media = _media(images, role, element_kinds(elements, customer))
    check_omni(model, media)
    if sound and (role or not model.is_directed):
        raise invalid("sound is not supported with video_list") if role else unsupported("Sound")
    seconds = _read_seconds(body, model, media, customer, video)
    shots = read_shots(body, prompt, seconds, model.is_directed and role != "base")
    return VideoRequest(
        "omni-video",
        any_model(model.id),
        prompt,
        mode=mode,
        seconds=seconds,
        sound=keeps_sound if role else sound,
        aspect_ratio=_read_ratio(body, media),
        first=read_picture(_of(images, _FIRST), "legacy"),
        last=read_picture(_of(images, _LAST), "legacy"),
        pictures=tuple(read_picture(url, "legacy") for url, kind in images if not kind),
        video=video,
        video_role=role,
        shots=shots,
        elements=elements,
        **read_extras(body),
    )


def check_omni(model: OmniModel, media: OmniMedia) -> None:
    """What one request may hold (official docs, 2026-02 and 2026-09)."""
    if media.last and not media.first:
        raise invalid("end_frame is not supported without first_frame")
    if media.last and media.pictures > 2:
        raise invalid("end_frame is not supported with more than 2 images")
    if media.role == "base" and media.first:
        raise invalid("first_frame and end_frame are not supported with a base video")
    if not model.is_directed and media.filmed:
        raise unsupported("Video character element")
    if not model.is_directed and media.last and (media.role or media.kinds):
        raise invalid("end_frame is not supported with a video or elements")
    if model.is_directed and media.first and len(media.kinds) > 3:
        raise invalid("The number of elements can not exceed 3 with first_frame")
    _check_numbers(media)


def check_seconds(model: OmniModel, media: OmniMedia, seconds: float) -> None:
    """O1 makes 5 or 10 s from a prompt alone, or from a prompt and a first frame."""
    is_plain = not (media.references or media.role or media.kinds or media.last)
    if is_plain and not model.is_directed and seconds not in (5, 10):
        raise invalid("Duration only supports 5 or 10 seconds when no refer_image is provided")


def clip_length(model: OmniModel, customer: Customer, video: str, seconds: float, role: str) -> float:
    """The seconds of the result: those of a clip that is edited, else those that are asked for."""
    found = customer.seconds_of(video) if video else None
    if found is not None and not _SHORTEST <= round(found, 1) <= model.longest_clip:
        raise invalid(f"Video duration must be between {_SHORTEST}s and {model.longest_clip:g}s")
    return found if role == "base" and found is not None else seconds


def _check_numbers(media: OmniMedia) -> None:
    """Pictures and elements together: 7, or 4 beside a clip or beside elements that were made from clips."""
    drawn = len(media.kinds) - media.filmed
    if media.role and media.filmed and (drawn or media.pictures):
        raise invalid("video character elements are not supported with a video and other references")
    if media.filmed > (1 if media.role else 3):
        raise invalid("too many video character elements")
    most = 4 if media.role or (media.filmed and drawn) else 7
    if media.pictures + drawn > most:
        raise invalid(f"The sum of images and elements can not exceed {most}")


def _read_images(body: Fields) -> list[tuple[str, str]]:
    """(picture, "" or which frame it is)"""
    images = body.children("image_list")
    read = [(needed(image, "image_url"), image.word("type", ("", _FIRST, _LAST), "")) for image in images]
    check_size(body, "image_list", len(read), 0, 7)
    kinds = [kind for _, kind in read if kind]
    if len(kinds) > len(set(kinds)):
        raise body.wrong_value("image_list.type", kinds[-1])
    return read


def _read_clip(body: Fields) -> tuple[str, str, bool]:
    """URL, role and whether its own sound stays."""
    clips = body.children("video_list")
    check_size(body, "video_list", len(clips), 0, 1)
    if not clips:
        return "", "", False
    clip = clips[0]
    role = clip.word("refer_type", ("base", "feature"), "base")
    return read_url(clip, "video_url"), role, clip.word("keep_original_sound", ("yes", "no"), "yes") == "yes"


def _media(images: list[tuple[str, str]], role: str, kinds: tuple[str, ...]) -> OmniMedia:
    frames = [kind for _, kind in images]
    return OmniMedia(frames.count(""), _FIRST in frames, _LAST in frames, role, kinds)


def _read_seconds(body: Fields, model: OmniModel, media: OmniMedia, customer: Customer, video: str) -> float:
    """`duration` means nothing where a clip is edited."""
    seconds = 5 if media.role == "base" else body.whole_number("duration", range(_SHORTEST, model.longest + 1), 5)
    check_seconds(model, media, seconds)
    return clip_length(model, customer, video, seconds, media.role)


def _read_ratio(body: Fields, media: OmniMedia) -> str:
    """Needed unless a first frame or a clip gives it; with a first frame or a clip that is edited it means nothing."""
    if media.first or media.role == "base" or (media.role and not body.has("aspect_ratio")):
        return ""
    needed(body, "aspect_ratio")
    return body.word("aspect_ratio", aspect_ratios(), "")


def _of(images: list[tuple[str, str]], kind: str) -> str:
    return next((url for url, found in images if found == kind), "")
