"""Checks a request of the new standard (`/text-to-video/<model>` ...) and reads it.

"A bad value is rejected with its field path" was seen live; the wording of each rule is otherwise inferred. Fields
that the new standard does not have (mode, negative_prompt, camera_control ...) are unknown keys and never looked at.
"""

from __future__ import annotations

from .capability import NEW_WORDS, Wish, refuse_impossible
from .fields import Fields
from .models import Model, aspect_ratios, find_model
from .refusals import Refused, invalid
from .validation import read_picture, read_prompt, refuse_retired
from .video_request import Picture, VideoRequest

#: Resolutions of the new standard and the old modes they stand for (new-standard pages, 2026-09).
MODES = {"720p": "std", "1080p": "pro", "4k": "4k"}
_FRAMES = ("first_frame", "last_frame")
#: Pieces of `contents[]` that exist; those of models and voices we accept and ignore.
_PIECES = ("prompt", *_FRAMES, "element", "voice")


def read_text_to_video(body: Fields, model_id: str, retired: bool = False) -> VideoRequest:
    """Raises Refused."""
    model = read_path_model(model_id, "text2video", retired)
    prompt = read_prompt(body, model.prompt_limit("text2video"), required=True)
    settings = _part(body, "settings")
    return _read_shared(body, settings, model, prompt, settings.word("aspect_ratio", aspect_ratios(), "16:9"), {})


def read_image_to_video(body: Fields, model_id: str, retired: bool = False) -> VideoRequest:
    model = read_path_model(model_id, "image2video", retired)
    prompt, frames = "", {}
    for piece in body.children("contents"):
        kind = piece.text("type")
        if kind not in _PIECES:
            raise piece.wrong_value("type", kind)
        if kind == "prompt":
            prompt = read_prompt(piece, model.prompt_limit("image2video"), required=False, name="text")
        elif kind in _FRAMES:
            frames[kind] = _read_url(piece, kind in frames)
    if "first_frame" not in frames:
        raise invalid("contents: first_frame can not be null")
    return _read_shared(body, _part(body, "settings"), model, prompt, "", frames)


def read_path_model(model_id: str, operation: str, retired: bool) -> Model:
    """The model in the path; an unknown one is a resource that does not exist."""
    model = find_model(model_id, operation, "new")
    if model is None:
        raise Refused(1203, f"The requested resource does not exist: {model_id}")
    refuse_retired(model, retired)
    return model


def _read_shared(
    body: Fields, settings: Fields, model: Model, prompt: str, aspect_ratio: str, frames: dict[str, str]
) -> VideoRequest:
    resolution = settings.word("resolution", tuple(MODES), "720p")
    if MODES[resolution] not in model.resolution:
        raise settings.wrong_value("resolution", resolution)
    operation = "image2video" if frames else "text2video"
    durations = sorted({seconds for way in model.ways[operation] for seconds in way.duration})
    seconds = settings.whole_number("duration", durations, 5)
    sound = _read_sound(settings, model, operation)
    shape = "first+last" if "last_frame" in frames else "first" if frames else "none"
    wish = Wish(operation, MODES[resolution], seconds, sound, shape, mode_word=resolution)
    refuse_impossible(model, wish, NEW_WORDS)
    first, last = (_picture(frames.get(name, "")) for name in _FRAMES)
    options = _part(body, "options")
    return VideoRequest(
        operation, model, prompt, mode=wish.mode, seconds=seconds, sound=sound == "on", aspect_ratio=aspect_ratio,
        first=first, last=last, external_id=options.text("external_task_id"),
        callback_url=options.text("callback_url"), watermark=_part(options, "watermark_info").flag("enabled"),
    )  # fmt: skip


def _read_sound(settings: Fields, model: Model, operation: str) -> str:
    """ "on" or "off". A model that is always or never silent has no `audio` field; there it is an unknown key."""
    possible = {sound for way in model.ways[operation] for sound in way.sound}
    if len(possible) == 1:
        return possible.pop()
    return "on" if settings.word("audio", ("native", "off"), "off") == "native" else "off"


def _read_url(piece: Fields, is_second: bool) -> str:
    if is_second:
        raise piece.wrong_value("type", piece.text("type"))
    if not piece.has("url"):
        raise piece.broken_rule("url", "must not be blank")
    return piece.text("url")


def _picture(value: str) -> Picture:
    return read_picture(value, "new")


def _part(body: Fields, name: str) -> Fields:
    return body.child(name) or Fields({}, body.path_of(name))
