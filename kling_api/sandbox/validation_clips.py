"""Checks the orders of the old standard that make a clip from pictures, a sound or another clip, and reads them.

Not here: text and image to video (`validation_frames`), omni video (`validation_omni`), lip sync. The texts on modes,
orientation and clips that are too short were seen live, the others are inferred.
"""

from __future__ import annotations

import json

from ..catalog import Effect, effects
from .fields import Fields
from .models import any_model, aspect_ratios
from .refusals import invalid
from .validation import (
    PROMPT_LIMIT,
    Customer,
    check_size,
    discontinued,
    exactly_one,
    needed,
    read_extras,
    read_picture,
    read_prompt,
    read_sound,
    read_url,
    refuse_retired,
    unsupported,
)
from .validation_cast import read_elements
from .video_request import Picture, Speech, VideoRequest

_MULTI_IMAGE_MODEL = "kling-v1-6"
_MOTION_MODELS = ("kling-v2-6", "kling-v3")
_EXTENDED_MODELS = ("1.0", "1.5", "1.6")
_EXTENDED = ("text2video", "image2video", "video-extend")
_EXTENSION = 5
_MODES = ("std", "pro")
#: Seconds: the shortest and the longest clip, by the orientation of the character (official docs, 2026-02).
_SHORTEST_MOTION, _LONGEST_MOTION = 3, {"image": 10, "video": 30}
#: Seconds of a sound that an avatar speaks.
_SHORTEST_SPEECH, _LONGEST_SPEECH = 2, 300


def read_multi_image2video(body: Fields, customer: Customer) -> VideoRequest:
    """Raises Refused."""
    model = any_model(body.word("model_name", (_MULTI_IMAGE_MODEL,), _MULTI_IMAGE_MODEL))
    refuse_retired(model, customer.retired)
    images = [needed(image, "image") for image in body.children("image_list")]
    check_size(body, "image_list", len(images), 1, 4)
    return VideoRequest(
        "multi-image2video",
        model,
        read_prompt(body, PROMPT_LIMIT, required=True),
        body.bounded_text("negative_prompt", PROMPT_LIMIT),
        mode=body.word("mode", _MODES, "std"),
        seconds=body.whole_number("duration", (5, 10), 5),
        aspect_ratio=body.word("aspect_ratio", aspect_ratios(), "16:9"),
        pictures=tuple(read_picture(image, "legacy") for image in images),
        **read_extras(body),
    )


def read_motion_control(body: Fields, customer: Customer) -> VideoRequest:
    """In the order that was seen live: model, picture, clip, mode, orientation, then the clip itself."""
    model = body.word("model_name", _MOTION_MODELS, _MOTION_MODELS[0])
    image, video = needed(body, "image_url"), read_url(body, "video_url")
    for name, text in (("mode", "video mode"), ("character_orientation", "character orientation")):
        if not body.has(name):
            raise invalid(f"{text} must be specified")
    mode = body.word("mode", _MODES, "")
    orientation = body.word("character_orientation", tuple(_LONGEST_MOTION), "")
    keeps_sound = body.word("keep_original_sound", ("yes", "no"), "yes") == "yes"
    prompt = read_prompt(body, PROMPT_LIMIT, required=False)
    elements = read_elements(body, customer, model == "kling-v3", 1)
    picture, clip = read_picture(image, "legacy"), customer.fetched(video)
    return VideoRequest(
        "motion-control",
        any_model(model),
        prompt,
        mode=mode,
        sound=keeps_sound,
        first=picture,
        video=clip,
        seconds=check_motion(customer, clip, orientation),
        elements=elements,
        **read_extras(body),
    )


def check_motion(customer: Customer, video: str, orientation: str) -> float:
    """The seconds of the clip that gives the movement."""
    seconds = customer.seconds_of(video)
    if seconds is None:
        raise invalid("The video file is invalid")
    if round(seconds, 1) < _SHORTEST_MOTION:
        raise invalid(f"Video duration can not less than {_SHORTEST_MOTION}s")
    if round(seconds, 1) > _LONGEST_MOTION[orientation]:
        raise invalid(f"Video duration can not more than {_LONGEST_MOTION[orientation]}s")
    return seconds


def read_video_extend(body: Fields, customer: Customer) -> VideoRequest:
    """With the model and the mode of the clip itself: v1, v1-5 and v1-6 only, made from text, a picture or a clip."""
    video = needed(body, "video_id")
    prompt = read_prompt(body, PROMPT_LIMIT, required=False)
    negative_prompt = body.bounded_text("negative_prompt", PROMPT_LIMIT)
    cfg_scale = body.bounded_number("cfg_scale", 0, 1, 0.5)
    customer.seconds_of(video)
    maker = customer.maker_of(video)
    work = json.loads(maker.row.work) if maker else {}
    if maker is None or maker.row.version not in _EXTENDED_MODELS or work["operation"] not in _EXTENDED:
        raise unsupported("Video extend")
    return VideoRequest(
        "video-extend",
        any_model(f"kling-v{maker.row.version.removesuffix('.0').replace('.', '-')}"),
        prompt,
        negative_prompt,
        cfg_scale,
        work["mode"],
        _EXTENSION,
        video=video,
        **read_extras(body),
    )


def read_effects(body: Fields, customer: Customer) -> VideoRequest:
    """`input.image` of a scene for one, `input.images` of a scene for two."""
    scene = needed(body, "effect_scene")
    effect = effects().get(scene)
    if effect is None:
        raise body.wrong_value("effect_scene", scene)
    if effect.retired and customer.retired:
        raise discontinued(scene)
    given = body.child("input")
    if given is None:
        raise body.broken_rule("input", "must not be null")
    pictures = tuple(read_picture(picture, "legacy") for picture in _effect_pictures(given, effect))
    extras = read_extras(body)
    return VideoRequest("effects", any_model("effects"), pictures=pictures, effect=scene, **extras)


def read_avatar(body: Fields, customer: Customer) -> VideoRequest:
    image = needed(body, "image")
    name, value = exactly_one(body, ("audio_id", "sound_file"))
    prompt = read_prompt(body, PROMPT_LIMIT, required=False)
    mode = body.word("mode", _MODES, "std")
    picture, sound = read_picture(image, "legacy"), spoken(name, value)
    seconds = check_speech(customer, sound, _LONGEST_SPEECH)
    return VideoRequest(
        "avatar",
        any_model("avatar"),
        prompt,
        mode=mode,
        first=picture,
        speech=Speech(sound),
        seconds=5 if seconds is None else seconds,
        **read_extras(body),
    )


def spoken(name: str, value: str) -> Picture:
    """The sound of `audio_id` or of `sound_file`."""
    return f"audio:{value}" if name == "audio_id" else read_sound(value)


def check_speech(customer: Customer, sound: Picture, longest: int) -> float | None:
    """Its seconds, None where they cannot be seen."""
    seconds = customer.seconds_of(sound)
    if seconds is not None and not _SHORTEST_SPEECH <= seconds <= longest:
        raise invalid(f"Audio duration must be between {_SHORTEST_SPEECH}s and {longest}s")
    return seconds


def _effect_pictures(given: Fields, effect: Effect) -> list[str]:
    if effect.pictures == 1:
        return [needed(given, "image")]
    pictures = given.texts("images")
    check_size(given, "images", len(pictures), 2, 2)
    return pictures
