"""Checks text and image to video of the new standard (`/text-to-video/<model>` ...) and reads them.

"A bad value is rejected with its field path" was seen live; the wording of each rule is otherwise inferred. Fields
that the new standard does not have (mode, negative_prompt, camera_control ...) are unknown keys and never looked at.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from .capability import NEW_WORDS, Wish, refuse_impossible
from .fields import Fields
from .models import Model, aspect_ratios, find_model
from .refusals import Refused, invalid
from .validation import Customer, needed, read_extras, read_picture, read_prompt, refuse_retired
from .validation_cast import MOST_ELEMENTS, MOST_VOICES, check_voices, element_kinds
from .validation_shots import Shots, cut, written_shots
from .video_request import VideoRequest

#: Resolutions of the new standard and the old modes they stand for (new-standard pages, 2026-09).
RESOLUTIONS = {"720p": "std", "1080p": "pro", "4k": "4k"}
_FRAMES = ("first_frame", "last_frame")
#: Models whose clip is cut unless `multi_shot` is false, and the one that reads shots in the prompt and has no field.
_DIRECTED, _READS_SHOTS = "kling-3.0", "kling-3.0-turbo"
_SPEAKING = "kling-2.6"


def read_text_to_video(body: Fields, model_id: str, customer: Customer) -> VideoRequest:
    """Raises Refused."""
    model = read_path_model(model_id, "text2video", customer)
    prompt = read_prompt(body, model.prompt_limit("text2video"), required=True)
    settings = part(body, "settings")
    ratio = settings.word("aspect_ratio", aspect_ratios(), "16:9")
    return _read_shared(body, settings, model, prompt, {"aspect_ratio": ratio}, "none")


def read_image_to_video(body: Fields, model_id: str, customer: Customer) -> VideoRequest:
    model = read_path_model(model_id, "image2video", customer)
    pieces = read_pieces(body, ("prompt", *_FRAMES, *_cast_pieces(model)), _FRAMES)
    prompt = read_text(pieces, model.prompt_limit("image2video"))
    if "first_frame" not in pieces:
        raise invalid("contents: first_frame can not be null")
    urls = {kind: needed(pieces[kind][0], "url") for kind in _FRAMES if kind in pieces}
    shape = "first+last" if "last_frame" in urls else "first"
    request = _read_shared(body, part(body, "settings"), model, prompt, _read_cast(pieces, customer), shape)
    if request.voices:
        check_voices(request.voices, customer, True, request.sound)
    first, last = (read_picture(urls.get(kind, ""), "new") for kind in _FRAMES)
    return replace(request, first=first, last=last)


def read_path_model(model_id: str, operation: str, customer: Customer) -> Model:
    """The model in the path; an unknown one is a resource that does not exist."""
    model = find_model(model_id, operation, "new")
    if model is None:
        raise no_such_model(model_id)
    refuse_retired(model, customer.retired)
    return model


def no_such_model(model_id: str) -> Refused:
    return Refused(1203, f"The requested resource does not exist: {model_id}")


def read_pieces(body: Fields, kinds: tuple[str, ...], single: tuple[str, ...]) -> dict[str, list[Fields]]:
    """`contents[]` by type; those of `single`, and the prompt, at most once. Ids must differ."""
    pieces: dict[str, list[Fields]] = {}
    for piece in body.children("contents"):
        kind = piece.text("type")
        if kind not in kinds or (kind in pieces and kind in (*single, "prompt")):
            raise piece.wrong_value("type", kind)
        pieces.setdefault(kind, []).append(piece)
    ids = Counter(piece.text("id") for listed in pieces.values() for piece in listed if piece.has("id"))
    if ids and max(ids.values()) > 1:
        raise invalid(f"contents: id {ids.most_common(1)[0][0]} is used more than once")
    return pieces


def read_text(pieces: dict[str, list[Fields]], limit: int, required: bool = False) -> str:
    if "prompt" in pieces:
        return read_prompt(pieces["prompt"][0], limit, required, name="text")
    if required:
        raise invalid("contents: prompt can not be null")
    return ""


def cited(pieces: dict[str, list[Fields]], kind: str, field: str, most: int) -> tuple[str, ...]:
    """The ids of elements or voices; each needs the name by which the prompt calls it."""
    listed = pieces.get(kind, [])
    if len(listed) > most:
        raise invalid(f"contents: at most {most} pieces of type {kind}")
    for piece in listed:
        needed(piece, "id")
    return tuple(needed(piece, field) for piece in listed)


def read_multi_shot(settings: Fields, prompt: str, seconds: float) -> Shots:
    """True unless it is said to be false: then a clip without written shots is cut as the model likes."""
    if not settings.flag("multi_shot", True):
        return ()
    return written_shots(prompt, seconds) or cut(prompt, seconds)


def read_options(body: Fields) -> dict[str, Any]:
    return read_extras(part(body, "options"))


def part(body: Fields, name: str) -> Fields:
    return body.child(name) or Fields({}, body.path_of(name))


def _cast_pieces(model: Model) -> tuple[str, ...]:
    """What else `contents[]` may hold."""
    return {_DIRECTED: ("element",), _SPEAKING: ("voice",)}.get(model.id, ())


def _read_cast(pieces: dict[str, list[Fields]], customer: Customer) -> dict[str, Any]:
    elements = cited(pieces, "element", "element_id", MOST_ELEMENTS)
    element_kinds(elements, customer)
    return {"elements": elements, "voices": cited(pieces, "voice", "voice_id", MOST_VOICES)}


def _read_shared(
    body: Fields, settings: Fields, model: Model, prompt: str, more: dict[str, Any], shape: str
) -> VideoRequest:
    resolution = settings.word("resolution", tuple(RESOLUTIONS), "720p")
    if RESOLUTIONS[resolution] not in model.resolution:
        raise settings.wrong_value("resolution", resolution)
    operation = "text2video" if shape == "none" else "image2video"
    durations = sorted({seconds for way in model.ways[operation] for seconds in way.duration})
    seconds = settings.whole_number("duration", durations, 5)
    sound = _read_sound(settings, model, operation)
    wish = Wish(operation, RESOLUTIONS[resolution], seconds, sound, shape, mode_word=resolution)
    refuse_impossible(model, wish, NEW_WORDS)
    return VideoRequest(
        operation,
        model,
        prompt,
        mode=wish.mode,
        seconds=seconds,
        sound=sound == "on",
        shots=_read_shots(settings, model, prompt, seconds),
        **read_options(body),
        **more,
    )


def _read_shots(settings: Fields, model: Model, prompt: str, seconds: float) -> Shots:
    if model.id == _READS_SHOTS:
        return written_shots(prompt, seconds)
    return read_multi_shot(settings, prompt, seconds) if model.id == _DIRECTED else ()


def _read_sound(settings: Fields, model: Model, operation: str) -> str:
    """ "on" or "off". A model that is always or never silent has no `audio` field; there it is an unknown key."""
    possible = {sound for way in model.ways[operation] for sound in way.sound}
    if len(possible) == 1:
        return possible.pop()
    return "on" if settings.word("audio", ("native", "off"), "off") == "native" else "off"
