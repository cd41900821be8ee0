"""What kie.ai takes for each model, field by field, as its pages of 2026-06 and 2026-09 have it.

Seen live in 2026: what an avatar answers to a field too many, and the modes of kling-3.0/motion-control. Inferred: that
other models refuse a field too many as well, so that a mistake shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .kie_values import INVALID, Field, KieRefused, elements, flag, one_of, shots, tenths, text, url, urls


@dataclass(frozen=True)
class KieModel:
    """`likeness`: the model of Kling's that it is drawn as. `mode` "" is read from the field `mode` or `resolution`.

    `credits`: per second without and with sound, where a price was seen.
    """

    operation: str
    likeness: str
    fields: Mapping[str, Field]
    mode: str = ""
    sounds: bool = False
    credits: tuple[int, int] | None = None
    too_much: tuple[int, str] = (INVALID, "{name} is not a parameter of this model")


def check_input(model: KieModel, given: Mapping[str, Any]) -> None:
    """Raises KieRefused for the first field that is missing, wrong or too many."""
    for name, field in model.fields.items():
        if _is_missing(given.get(name), field):
            if field.required:
                raise KieRefused(INVALID, f"{name} cannot be empty")
        elif given[name] != "":
            field.check(name, given[name])
    for name in given:
        if name not in model.fields:
            code, said = model.too_much
            raise KieRefused(code, said.format(name=name))


def _is_missing(value: Any, field: Field) -> bool:
    return value is None or (value in ("", []) and not field.may_be_empty)


_FIVE_OR_TEN = one_of("5", "10")
_THREE_TO_FIFTEEN = one_of(*map(str, range(3, 16)))
_RATIO = one_of("16:9", "9:16", "1:1")
_LINES = one_of("720p", "1080p")
_SOUND = Field(flag, required=True)
_OPTIONS = {"duration": Field(_FIVE_OR_TEN), "cfg_scale": Field(tenths)}


def _prompt(limit: int) -> dict[str, Field]:
    return {"prompt": Field(text(limit), required=True)}


def _negative(limit: int) -> dict[str, Field]:
    return {"negative_prompt": Field(text(limit))}


_PICTURE = {"image_url": Field(url, required=True)}
_ONE_PICTURE = {"image_urls": Field(urls(1), required=True)}
_TAIL = {"tail_image_url": Field(url)}
_TURBO = {"duration": Field(_THREE_TO_FIFTEEN, required=True), "resolution": Field(_LINES, required=True)}
_MOTION = {
    "prompt": Field(text(2500)),
    "input_urls": Field(urls(1), required=True),
    "video_urls": Field(urls(1), required=True),
}
_AVATAR = {
    **_PICTURE,
    "audio_url": Field(url, required=True),
    "prompt": Field(text(5000), required=True, may_be_empty=True),
}
_BROKEN = (500, "internal error, please try again later.")

MODELS: Mapping[str, KieModel] = {
    "kling-3.0/video": KieModel(
        "text2video",  # image2video as soon as it has a picture
        "kling-v3",
        {
            "prompt": Field(text(2500)),
            "image_urls": Field(urls(2)),
            "sound": Field(flag),
            "duration": Field(_THREE_TO_FIFTEEN, required=True),
            "aspect_ratio": Field(_RATIO),
            "mode": Field(one_of("std", "pro", "4K"), required=True),
            "multi_shots": Field(flag, required=True),
            "multi_prompt": Field(shots),
            "kling_elements": Field(elements),
        },
    ),
    "kling/v3-turbo-text-to-video": KieModel(
        "text2video",
        "kling-3.0-turbo",
        {**_prompt(2500), **_TURBO, "aspect_ratio": Field(_RATIO, required=True)},
        sounds=True,
    ),
    "kling/v3-turbo-image-to-video": KieModel(
        "image2video", "kling-3.0-turbo", {**_prompt(2500), **_ONE_PICTURE, **_TURBO}, sounds=True
    ),
    "kling-2.6/text-to-video": KieModel(
        "text2video",
        "kling-v2-6",
        {
            **_prompt(1000),
            "sound": _SOUND,
            "aspect_ratio": Field(_RATIO, required=True),
            "duration": Field(_FIVE_OR_TEN, required=True),
        },
        mode="std",
        credits=(11, 22),
    ),
    "kling-2.6/image-to-video": KieModel(
        "image2video",
        "kling-v2-6",
        {**_prompt(1000), **_ONE_PICTURE, "sound": _SOUND, "duration": Field(_FIVE_OR_TEN, required=True)},
        mode="std",
        credits=(11, 22),
    ),
    "kling/v2-5-turbo-text-to-video-pro": KieModel(
        "text2video",
        "kling-v2-5-turbo",
        {**_prompt(2500), **_OPTIONS, "aspect_ratio": Field(_RATIO), **_negative(2500)},
        mode="pro",
    ),
    "kling/v2-5-turbo-image-to-video-pro": KieModel(
        "image2video",
        "kling-v2-5-turbo",
        {**_prompt(2500), **_PICTURE, **_TAIL, **_OPTIONS, **_negative(2496)},
        mode="pro",
    ),
    "kling/v2-1-master-text-to-video": KieModel(
        "text2video",
        "kling-v2-1-master",
        {**_prompt(5000), **_OPTIONS, "aspect_ratio": Field(_RATIO), **_negative(500)},
        mode="pro",
    ),
    "kling/v2-1-master-image-to-video": KieModel(
        "image2video", "kling-v2-1-master", {**_prompt(5000), **_PICTURE, **_OPTIONS, **_negative(500)}, mode="pro"
    ),
    "kling/v2-1-standard": KieModel(
        "image2video", "kling-v2-1", {**_prompt(5000), **_PICTURE, **_OPTIONS, **_negative(500)}, mode="std"
    ),
    "kling/v2-1-pro": KieModel(
        "image2video", "kling-v2-1", {**_prompt(5000), **_PICTURE, **_TAIL, **_OPTIONS, **_negative(500)}, mode="pro"
    ),
    "kling-2.6/motion-control": KieModel(
        "motion-control",
        "kling-v2-6",
        {
            **_MOTION,
            "character_orientation": Field(one_of("image", "video"), required=True),
            "mode": Field(_LINES, required=True),
        },
    ),
    "kling-3.0/motion-control": KieModel(
        "motion-control",
        "kling-v3",
        {
            **_MOTION,
            "character_orientation": Field(one_of("image", "video")),
            "mode": Field(_LINES),
            "background_source": Field(one_of("input_video", "input_image")),
        },
    ),
    "kling/ai-avatar-standard": KieModel("avatar", "avatar", _AVATAR, mode="std", too_much=_BROKEN),
    "kling/ai-avatar-pro": KieModel("avatar", "avatar", _AVATAR, mode="pro", too_much=_BROKEN),
}
