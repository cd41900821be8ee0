"""Checks the orders of sounds, and of the voices and elements that an account keeps, and reads them.

"Voice id not found", "Missing element frontal image" and "The number of element videos must be 1" were seen live, the
other texts are inferred.
"""

from __future__ import annotations

import json
from typing import Any

from ..catalog import element_tags, voice
from .fields import Fields
from .refusals import Refused, invalid
from .validation import (
    Customer,
    check_size,
    exactly_one,
    is_url,
    needed,
    read_extras,
    read_picture,
    read_prompt,
    read_url,
)
from .video_request import AssetRequest, Picture, SoundRequest

_LONGEST_SPEECH, _LONGEST_PROMPT = 1000, 200
_LONGEST_NAME, _LONGEST_DESCRIPTION = 20, 100
#: Seconds: of a sound from text, of a clip that gets one, of a sound from which a voice is made, of a clip that an
#: element is made from.
_SOUND_SECONDS, _CLIP_SECONDS, _VOICE_SECONDS, _ELEMENT_SECONDS = (3.0, 10.0), (3.0, 20.0), (5.0, 30.0), (3.0, 8.0)
#: A clip that announces 5 s may be measured a frame shorter or longer.
_TOLERANCE = 0.1


def read_tts(body: Fields, customer: Customer) -> SoundRequest:
    """Answered at once: no external id, no callback. It has a catalogue of voices of its own."""
    text = read_prompt(body, _LONGEST_SPEECH, required=True, name="text")
    voice_id, language = needed(body, "voice_id"), needed(body, "voice_language")
    body.word("voice_language", ("zh", "en"), "")
    speed = body.bounded_number("voice_speed", 0.8, 2.0, 1.0)
    if voice(voice_id, language) is None:
        raise invalid("Voice id not found")
    return SoundRequest("tts", text, voice_id, language, speed)


def read_text_to_audio(body: Fields, customer: Customer) -> SoundRequest:
    prompt = read_prompt(body, _LONGEST_PROMPT, required=True)
    if not body.has("duration"):
        raise body.broken_rule("duration", "must not be null")
    seconds = body.bounded_number("duration", *_SOUND_SECONDS, 0)
    return SoundRequest("text-to-audio", prompt, seconds=seconds, **read_extras(body, marked=False))


def read_video_to_audio(body: Fields, customer: Customer) -> SoundRequest:
    video = _read_clip(body)
    effect, music = (body.bounded_text(name, _LONGEST_PROMPT) for name in ("sound_effect_prompt", "bgm_prompt"))
    asmr = body.flag("asmr_mode")
    seconds = _check_seconds(customer, video, _CLIP_SECONDS)
    return SoundRequest(
        "video-to-audio",
        seconds=5 if seconds is None else seconds,
        video=video,
        effect_prompt=effect,
        music_prompt=music,
        asmr=asmr,
        **read_extras(body, marked=False),
    )


def read_custom_voice(body: Fields, customer: Customer) -> AssetRequest:
    """From the address of a sound or a clip, or from the id of a clip with speech."""
    name = _read_name(body, "voice_name")
    given, value = exactly_one(body, ("voice_url", "video_id"))
    if given == "voice_url":
        read_url(body, given)
    seconds = customer.seconds_of(value)
    if seconds is not None and not _fits(seconds, _VOICE_SECONDS):
        raise invalid("The duration of the voice must be between 5s and 30s")
    source: dict[str, Any] = {"sound": value} if given == "voice_url" else {"video": value}
    return AssetRequest("custom-voices", name, **source, **read_extras(body, marked=False))


def read_custom_element(body: Fields, customer: Customer) -> AssetRequest:
    name = _read_name(body, "element_name")
    description = read_prompt(body, _LONGEST_DESCRIPTION, required=True, name="element_description")
    needed(body, "reference_type")
    kind = body.word("reference_type", ("image_refer", "video_refer"), "")
    voice_id = body.text("element_voice_id")
    tags = _read_tags(body)
    document: dict[str, Any] = {"element_description": description, "reference_type": kind, "tag_list": tags}
    if voice_id:
        customer.check_voice(voice_id)
        document["element_voice_id"] = voice_id
    if kind == "image_refer":
        media, listed = _read_element_pictures(body, customer)
    else:
        media, listed = _read_element_clip(body, customer)
    return AssetRequest(
        "advanced-custom-elements", name, json.dumps(document | listed), **media, **read_extras(body, marked=False)
    )


def _read_name(body: Fields, name: str) -> str:
    return read_prompt(body, _LONGEST_NAME, required=True, name=name)


def _read_clip(body: Fields) -> str:
    name, value = exactly_one(body, ("video_id", "video_url"))
    return read_url(body, name) if name == "video_url" else value


def _check_seconds(customer: Customer, video: str, limits: tuple[float, float]) -> float | None:
    seconds = customer.seconds_of(video)
    if seconds is not None and not _fits(seconds, limits):
        raise invalid(f"Video duration must be between {limits[0]:.1f}s and {limits[1]:.1f}s")
    return seconds


def _fits(seconds: float, limits: tuple[float, float]) -> bool:
    return limits[0] - _TOLERANCE <= seconds <= limits[1] + _TOLERANCE


def _read_tags(body: Fields) -> list[dict[str, str]]:
    """As the query gives them back."""
    ids = [tag.word("tag_id", tuple(element_tags()), "") for tag in body.children("tag_list")]
    return [{"id": tag, "name": element_tags()[tag], "description": ""} for tag in ids]


def _read_element_pictures(body: Fields, customer: Customer) -> tuple[dict[str, Any], dict[str, Any]]:
    listed = body.child("element_image_list")
    if listed is None or not listed.has("frontal_image"):
        raise invalid("Missing element frontal image")
    others = [needed(image, "image_url") for image in listed.children("refer_images")]
    check_size(listed, "refer_images", len(others), 1, 3)
    pictures = [read_picture(image, "legacy") for image in (listed.text("frontal_image"), *others)]
    urls = [_address(customer, picture) for picture in pictures]
    shown = {"frontal_image": urls[0], "refer_images": [{"image_url": url} for url in urls[1:]]}
    return {"pictures": tuple(pictures)}, {"element_image_list": shown}


def _read_element_clip(body: Fields, customer: Customer) -> tuple[dict[str, Any], dict[str, Any]]:
    listed = body.child("element_video_list")
    clips = listed.children("refer_videos") if listed else []
    if len(clips) != 1:
        raise invalid("The number of element videos must be 1")
    video = read_url(clips[0], "video_url")
    _check_seconds(customer, video, _ELEMENT_SECONDS)
    return {"video": video}, {"element_video_list": {"refer_videos": [{"video_url": video}]}}


def _address(customer: Customer, picture: Picture) -> str:
    """Where the query can show it. What is no picture fails the task later, and is not shown."""
    if isinstance(picture, str) and is_url(picture):
        return picture
    try:
        return customer.desk.upload(picture) if isinstance(picture, bytes) else ""
    except Refused:
        return ""
