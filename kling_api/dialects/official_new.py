"""Kling's new standard: the model in the path; `contents` or a prompt, `settings`, `options`. Operation -> request.

Facts: new-standard pages as copied 2026-09, the page of virtual try-on among them.
"""

from __future__ import annotations

import re
from typing import Any

from .. import capabilities
from ..errors import InvalidRequest
from ..operations import MotionControl, OmniVideo, Operation, Text2Video, VideoOperation, VirtualTryOn
from .inline import address, inline
from .official_videos import has_sound_switch
from .wire import Request

TASKS, SOLUTIONS = "/tasks", "/solutions"
TRY_ON = "virtual_try_on"
#: What try-on may keep of the person's picture.
KEPT = ("keep_face", "keep_pose", "keep_background")
_PRODUCTS = {
    "text2video": "text-to-video",
    "image2video": "image-to-video",
    "omni-video": "omni-video",
    "motion-control": "motion-control",
}
#: std = 720p, pro = 1080p, 4k = 4k.
_RESOLUTIONS = {"std": "720p", "pro": "1080p", "4k": "4k"}
_CITED = r"<<<((?:image|video|element|voice)_\d{1,4})>>>"

#: What the new standard can say at all.
Sayable = VideoOperation | OmniVideo | MotionControl | VirtualTryOn


def sayable(operation: Operation) -> Sayable | None:
    """The operation if it goes to the new standard, by its model; else None."""
    if isinstance(operation, VirtualTryOn):
        return operation if operation.model_name == TRY_ON else None
    if isinstance(operation, Sayable) and capabilities.generation_of(operation.model_name) == "new":
        return operation
    return None


def order(operation: Sayable, job_key: str) -> Request:
    """Raises InvalidRequest for what the new standard has no place for."""
    options = {"external_task_id": job_key}
    options |= {"callback_url": operation.callback_url} if operation.callback_url else {}
    if isinstance(operation, VirtualTryOn):
        body = {**_try_on(operation), "options": options}
        return Request("POST", f"{SOLUTIONS}/{TRY_ON}", body, route=SOLUTIONS, needs_api_key=True)
    path = f"/{_PRODUCTS[operation.kind]}/{operation.model_name}"
    return Request("POST", path, {**_body(operation), "options": options}, route=TASKS, needs_api_key=True)


def _body(operation: VideoOperation | OmniVideo | MotionControl) -> dict[str, Any]:
    settings = {"resolution": _RESOLUTIONS.get(operation.mode, operation.mode)}
    if isinstance(operation, MotionControl):
        settings["character_orientation"] = operation.character_orientation
        settings["audio"] = "original" if operation.keep_original_sound else "off"
        media = {"image": inline(operation.image_url), "video": address(operation.video_url)}
        contents = _prompt(operation.prompt) + [{"type": kind, "url": url} for kind, url in media.items()]
        return {"contents": contents + _elements(operation.element_list), "settings": settings}
    settings |= _omni_settings(operation) if isinstance(operation, OmniVideo) else _settings(operation)
    if isinstance(operation, Text2Video):
        _must_have_no_references(operation)
        return {"prompt": _written(operation), "settings": settings}
    return {"contents": _contents(operation), "settings": settings}


def _settings(operation: VideoOperation) -> dict[str, Any]:
    settings: dict[str, Any] = {"duration": operation.duration, **_shot_switch(operation)}
    if has_sound_switch(operation):
        settings["audio"] = "native" if operation.sound else "off"
    if isinstance(operation, Text2Video):
        settings["aspect_ratio"] = operation.aspect_ratio
    return settings


def _omni_settings(operation: OmniVideo) -> dict[str, Any]:
    settings: dict[str, Any] = {"audio": _audio(operation), **_shot_switch(operation)}
    is_base = bool(operation.video_url) and operation.refer_type == "base"
    if not is_base:  # what is edited keeps its length
        settings["duration"] = operation.duration
    if not is_base and operation.image is None:
        settings["aspect_ratio"] = operation.aspect_ratio
    return settings


def _audio(operation: OmniVideo) -> str:
    if not operation.video_url:
        return "native" if operation.sound else "off"
    can_keep = operation.refer_type == "base" or not _has_shot_switch(operation)
    return "original" if operation.keep_original_sound and can_keep else "off"


def _shot_switch(operation: VideoOperation | OmniVideo) -> dict[str, bool]:
    """The API's default is true, which would cut the clip into shots that nobody asked for."""
    if not _has_shot_switch(operation):
        return {}
    # A clip that follows another cannot be had with false (page of 3.0 Omni, 2026-09).
    return {"multi_shot": bool(operation.multi_shot) or _follows(operation)}


def _has_shot_switch(operation: VideoOperation | OmniVideo) -> bool:
    """A model that we do not know is taken to have one: a field that it does not know is ignored (seen live, 2026)."""
    model = capabilities.model_for(operation.model_name, operation.kind)
    return model is None or model.multi_shot_default


def _follows(operation: VideoOperation | OmniVideo) -> bool:
    return isinstance(operation, OmniVideo) and bool(operation.video_url) and operation.refer_type == "feature"


def _contents(operation: VideoOperation | OmniVideo) -> list[dict[str, str]]:
    contents = _prompt(_written(operation))
    if isinstance(operation, OmniVideo):
        return contents + _pictures(operation) + _reference(operation) + _elements(operation.element_list)
    frames = {"first_frame": getattr(operation, "image", None), "last_frame": getattr(operation, "image_tail", None)}
    contents += [{"type": kind, "url": inline(frame)} for kind, frame in frames.items() if frame is not None]
    voices = [
        {"type": "voice", "voice_id": voice, "id": f"voice_{number}"}
        for number, voice in enumerate(operation.voice_list, 1)
    ]
    return contents + _elements(operation.element_list) + voices


def _prompt(text: str) -> list[dict[str, str]]:
    return [{"type": "prompt", "text": _cited(text)}] if text else []


def _pictures(operation: OmniVideo) -> list[dict[str, str]]:
    """Each with the name by which the prompt cites it: references first, then the frames."""
    kinds = ["refer_image"] * len(operation.image_list) + ["first_frame", "last_frame"]
    return [
        {"type": kind, "url": inline(picture), "id": f"image_{number}"}
        for number, (kind, picture) in enumerate(zip(kinds, operation.pictures, strict=False), 1)
    ]


def _reference(operation: OmniVideo) -> list[dict[str, str]]:
    if not operation.video_url:
        return []
    return [{"type": f"{operation.refer_type}_video", "url": address(operation.video_url), "id": "video_1"}]


def _elements(ids: tuple[str, ...]) -> list[dict[str, str]]:
    return [
        {"type": "element", "element_id": element, "id": f"element_{number}"} for number, element in enumerate(ids, 1)
    ]


def _cited(text: str) -> str:
    """The new standard cites `@image_1` where the old one has `<<<image_1>>>`; a name ends where a word would."""
    return re.sub(_CITED, r"@\1", re.sub(rf"{_CITED}(?=\w)", r"@\1 ", text))


def _written(operation: VideoOperation | OmniVideo) -> str:
    """The prompt; shots are written into it: "shot 1, 5, words; shot 2, 3, words;".

    A semicolon ends a shot, so those in its words become commas.
    """
    shots = operation.multi_shot
    if shots is None or not shots.is_written:
        return operation.prompt
    if operation.prompt:
        raise InvalidRequest(
            f"{operation.model_name} takes the shots as its prompt, but there is a prompt as well.",
            "Empty prompt and say it in the shots, or choose kling-v3 or kling-v3-omni, which take both.",
        )
    return " ".join(
        f"shot {number}, {shot.duration}, {shot.prompt.strip().replace(';', ',')};"
        for number, shot in enumerate(shots.multi_prompt, 1)
    )


def _must_have_no_references(operation: Text2Video) -> None:
    for name in ("element_list", "voice_list"):
        if getattr(operation, name):
            raise InvalidRequest(
                f"{operation.model_name} takes no {name} for a clip from text alone.",
                "Disconnect it, or make the clip from a picture (image2video).",
            )


def _try_on(operation: VirtualTryOn) -> dict[str, Any]:
    kept = {name: getattr(operation, name) for name in KEPT}
    contents = [
        {"type": "product_image", "url": inline(operation.cloth_image)},
        {"type": "person_image", "url": inline(operation.human_image)},
    ]
    return {"contents": contents, "settings": kept}
