"""What Kling makes of the bodies that the wrapping service passes on: its own rules, and what is to be made.

Rules and texts of Kling's platform (official docs as copied 2026-02; texts seen live in 2026 or in their templates).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ..fields import Fields
from ..models import any_model
from ..refusals import invalid
from ..sessions import Face, Session
from ..validation import PROMPT_LIMIT, read_camera, read_picture, read_prompt, refuse_retired
from ..video_request import ImageRequest, Speech, VideoRequest

_RATIOS = ("16:9", "9:16", "1:1")
_PICTURE_RATIOS = (*_RATIOS, "4:3", "3:4", "3:2", "2:3", "21:9")
_MOST_PICTURES = 10
#: Milliseconds: the shortest sound, and how long it and the face must be in the clip together.
_SHORTEST = 2000
#: Operations without a model of their own.
_MOTION_MODEL, _LIP_SYNC_MODEL, _EXTEND_MODEL = "kling-v2-6", "lip-sync", "kling-v1-6"
_EXTENDS_BY = 5

Order = VideoRequest | ImageRequest


def read_order(name: str, values: dict[str, Any], retired: bool) -> Order:
    """`name`: the last piece of the address. Raises Refused."""
    return _READERS[name](Fields(values), retired)


def read_lip_sync(values: dict[str, Any], session: Session) -> VideoRequest:
    """Raises Refused."""
    faces = Fields(values).children("face_choose")
    if len(faces) != 1:
        raise invalid("faceChoose: size must be between 1 and 1")
    return VideoRequest(
        "lip-sync",
        any_model(_LIP_SYNC_MODEL),
        seconds=max(face.end for face in session.faces) / 1000,
        video=session.video,
        speech=_speech(faces[0], session.faces),
        callback_url=Fields(values).text("callback_url"),
    )


def _text2video(body: Fields, retired: bool) -> VideoRequest:
    prompt = read_prompt(body, PROMPT_LIMIT, required=True)
    return _clip("text2video", body, retired, prompt, body.word("aspect_ratio", _RATIOS, "16:9"))


def _image2video(body: Fields, retired: bool) -> VideoRequest:
    if not body.has("image"):
        raise invalid("image can not be null")
    first, last = (read_picture(body.text(name), "legacy") for name in ("image", "image_tail"))
    prompt = read_prompt(body, PROMPT_LIMIT, required=False)
    return _clip("image2video", body, retired, prompt, "", first=first, last=last)


def _multi_image2video(body: Fields, retired: bool) -> VideoRequest:
    pictures = tuple(read_picture(picture, "legacy") for picture in body.texts("image_list"))
    if not all(pictures):
        raise invalid("imageList: must not be blank")
    prompt = read_prompt(body, PROMPT_LIMIT, required=True)
    ratio = body.word("aspect_ratio", _RATIOS, "16:9")
    return _clip("multi-image2video", body, retired, prompt, ratio, pictures=pictures)


def _motion_control(body: Fields, retired: bool) -> VideoRequest:
    if not body.has("image_url"):
        raise body.broken_rule("image_url", "must not be blank")
    if not body.has("video_url"):
        raise body.broken_rule("video_url", "must not be blank")
    body.word("character_orientation", ("image", "video"), "")
    return VideoRequest(
        "motion-control",
        any_model(_MOTION_MODEL),
        read_prompt(body, PROMPT_LIMIT, required=False),
        mode=body.word("mode", ("std", "pro"), "std"),
        sound=body.word("keep_original_sound", ("yes", "no"), "yes") == "yes",
        first=read_picture(body.text("image_url"), "legacy"),
        video=body.text("video_url"),
        callback_url=body.text("callback_url"),
    )


def _video_extend(body: Fields, retired: bool) -> VideoRequest:
    if not body.has("video_id"):
        raise body.broken_rule("video_id", "must not be blank")
    return VideoRequest(
        "video-extend",
        any_model(_EXTEND_MODEL),
        read_prompt(body, PROMPT_LIMIT, required=False),
        body.bounded_text("negative_prompt", PROMPT_LIMIT),
        body.bounded_number("cfg_scale", 0, 1, 0.5),
        seconds=_EXTENDS_BY,
        video=body.text("video_id"),
        callback_url=body.text("callback_url"),
    )


def _generations(body: Fields, retired: bool) -> ImageRequest:
    """Of a picture that goes to kling-v1-5 Kling wants to know what to keep; the service says subject for it."""
    picture = read_picture(body.text("image"), "legacy")
    reference = body.text("image_reference")
    if reference and reference not in ("subject", "face"):
        raise body.wrong_value("image_reference", reference)
    if picture and body.has("negative_prompt"):
        raise invalid("negative_prompt is not supported with image")
    pictures = (picture,) if picture else ()
    return ImageRequest(
        **_pictures(body, "generations", retired, _PICTURE_RATIOS, ("1k", "2k")),
        negative_prompt=body.bounded_text("negative_prompt", PROMPT_LIMIT),
        pictures=pictures,
        image_reference=reference or ("subject" if pictures else ""),
        image_fidelity=body.bounded_number("image_fidelity", 0, 1, 0.5),
        human_fidelity=body.bounded_number("human_fidelity", 0, 1, 0.45),
    )


def _omni_image(body: Fields, retired: bool) -> ImageRequest:
    pictures = tuple(read_picture(picture, "legacy") for picture in body.texts("image_list"))
    if len(pictures) > _MOST_PICTURES or not all(pictures):
        raise body.broken_rule("image_list", f"size must be between 0 and {_MOST_PICTURES}")
    shared = _pictures(body, "omni-image", retired, (*_PICTURE_RATIOS, "auto"), ("1k", "2k", "4k"))
    return ImageRequest(**shared, pictures=pictures)


_READERS: dict[str, Callable[[Fields, bool], Order]] = {
    "text2video": _text2video,
    "image2video": _image2video,
    "multi-image2video": _multi_image2video,
    "motion-control": _motion_control,
    "video-extend": _video_extend,
    "generations": _generations,
    "omni-image": _omni_image,
}


def _clip(operation: str, body: Fields, retired: bool, prompt: str, ratio: str, **pictures: Any) -> VideoRequest:
    return VideoRequest(
        operation,
        any_model(_model_name(body, retired)),
        prompt,
        body.bounded_text("negative_prompt", PROMPT_LIMIT),
        body.bounded_number("cfg_scale", 0, 1, 0.5),
        body.word("mode", ("std", "pro"), "std"),
        body.whole_number("duration", (5, 10), 5),
        aspect_ratio=ratio,
        camera=read_camera(body),
        callback_url=body.text("callback_url"),
        **pictures,
    )


def _pictures(
    body: Fields, operation: str, retired: bool, ratios: tuple[str, ...], resolutions: tuple[str, ...]
) -> dict[str, Any]:
    return {
        "operation": operation,
        "model": _model_name(body, retired),
        "prompt": read_prompt(body, PROMPT_LIMIT, required=True),
        "n": body.whole_number("n", range(1, 10), 1),
        "aspect_ratio": body.word("aspect_ratio", ratios, ratios[0]),
        "resolution": body.word("resolution", resolutions, "1k"),
        "callback_url": body.text("callback_url"),
    }


def _model_name(body: Fields, retired: bool) -> str:
    """Kling's capability map is not looked into: which model does what is left open here."""
    name = body.text("model_name")
    if not re.fullmatch(r"kling-[a-z0-9-]+", name):
        raise body.wrong_value("model_name", name)
    refuse_retired(any_model(name), retired)
    return name


def _speech(face: Fields, known: tuple[Face, ...]) -> Speech:
    found = next((one for one in known if one.id == face.text("face_id")), None)
    if found is None:
        raise face.wrong_value("face_id", face.text("face_id"))
    if face.has("audio_id"):
        raise invalid(f"Audio not found by id: {face.text('audio_id')}")
    if not face.has("sound_file"):
        raise invalid("Either audio_id or sound_file must be provided")
    start, end, insert = (int(face.number(f"sound_{name}_time", 0)) for name in ("start", "end", "insert"))
    _check_times(start, end, insert, found, max(one.end for one in known))
    return Speech(
        read_picture(face.text("sound_file"), "legacy"),
        start,
        end,
        insert,
        face.bounded_number("sound_volume", 0, 2, 1.0),
        face.bounded_number("original_audio_volume", 0, 2, 1.0),
    )


def _check_times(start: int, end: int, insert: int, face: Face, length: int) -> None:
    """`length` of the clip, as far as it is known. The texts are inferred, the rules are documented."""
    if start < 0 or insert < 0:
        raise invalid("sound_start_time and sound_insert_time can not be negative")
    if end - start < _SHORTEST:
        raise invalid("The duration of the sound can not be less than 2 seconds")
    if insert + end - start > length:
        raise invalid("The inserted sound can not end after the video")
    if min(face.end, insert + end - start) - max(face.start, insert) < _SHORTEST:
        raise invalid("The sound and the face must overlap for at least 2 seconds")
