"""The clips of Kling's old standard: the body of each order, without our key. Pure.

Facts: official docs as copied 2026-02, and 2026-09 for shots, elements and the scenes of effects.
"""

from __future__ import annotations

from typing import Any

from .. import capabilities
from ..operations import (
    Avatar,
    Effects,
    Image2Video,
    MotionControl,
    MultiImage2Video,
    MultiShot,
    OmniVideo,
    VideoExtend,
    VideoOperation,
)
from .inline import address, inline

#: The API's own, which need not be sent: for clips of kling-v1 there is no such field.
_USUAL_CFG_SCALE = 0.5


def clip(operation: VideoOperation) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model_name": operation.model_name,
        "prompt": operation.prompt,
        "negative_prompt": operation.negative_prompt,
        "cfg_scale": operation.cfg_scale,
        "mode": operation.mode,
        "duration": str(operation.duration),
        "voice_list": [{"voice_id": voice} for voice in operation.voice_list],
        "element_list": elements(operation.element_list),
    }
    if isinstance(operation, Image2Video):
        body |= {"image": inline(operation.image), "image_tail": inline(operation.image_tail)}
    else:
        body["aspect_ratio"] = operation.aspect_ratio
    if operation.camera_control:
        config = operation.camera_control.config()
        body["camera_control"] = {"type": operation.camera_control.type} | ({"config": config} if config else {})
    return body | _sound(operation) | _shots(operation.multi_shot)


def omni(operation: OmniVideo) -> dict[str, Any]:
    """The mode is always said: the API's own is "pro", which costs more."""
    is_base = bool(operation.video_url) and operation.refer_type == "base"
    body: dict[str, Any] = {
        "model_name": operation.model_name,
        "prompt": operation.prompt,
        "mode": operation.mode,
        "image_list": _pictures(operation),
        "element_list": elements(operation.element_list),
    }
    if operation.video_url:
        body["video_list"] = [_reference(operation)]
    if not is_base:  # what is edited keeps its length
        body["duration"] = str(operation.duration)
    if not is_base and operation.image is None:
        body["aspect_ratio"] = operation.aspect_ratio
    return body | _sound(operation) | _shots(operation.multi_shot)


def multi_image(operation: MultiImage2Video) -> dict[str, Any]:
    return {
        "model_name": operation.model_name,
        "image_list": [{"image": inline(picture)} for picture in operation.image_list],
        "prompt": operation.prompt,
        "negative_prompt": operation.negative_prompt,
        "mode": operation.mode,
        "duration": str(operation.duration),
        "aspect_ratio": operation.aspect_ratio,
    }


def motion(operation: MotionControl) -> dict[str, Any]:
    return {
        "model_name": operation.model_name,
        "image_url": inline(operation.image_url),
        "video_url": address(operation.video_url),
        "prompt": operation.prompt,
        "mode": operation.mode,
        "character_orientation": operation.character_orientation,
        "keep_original_sound": _yes(operation.keep_original_sound),
        "element_list": elements(operation.element_list),
    }


def extend(operation: VideoExtend) -> dict[str, Any]:
    usual = operation.cfg_scale == _USUAL_CFG_SCALE
    return {
        "video_id": operation.video_id,
        "prompt": operation.prompt,
        "negative_prompt": operation.negative_prompt,
        "cfg_scale": None if usual else operation.cfg_scale,
    }


def effects(operation: Effects) -> dict[str, Any]:
    pictures = [inline(picture) for picture in operation.images]
    return {
        "effect_scene": operation.effect_scene,
        "input": {"image": pictures[0]} if len(pictures) == 1 else {"images": pictures},
    }


def avatar(operation: Avatar) -> dict[str, Any]:
    return {
        "image": inline(operation.image),
        "audio_id": operation.audio_id,
        "sound_file": inline(operation.sound_file),
        "prompt": operation.prompt,
        "mode": operation.mode,
    }


def elements(ids: tuple[str, ...]) -> list[dict[str, Any]]:
    """The old standard writes the id of an element as a number."""
    return [{"element_id": int(one) if one.isascii() and one.isdigit() else one} for one in ids]


def has_sound_switch(operation: VideoOperation | OmniVideo) -> bool:
    """Whether the model has one: a model that is always silent or never silent takes no such field."""
    model = capabilities.model_for(operation.model_name, operation.kind)
    if model is None:
        return operation.sound
    return {sound for way in model.ways.get(operation.kind, ()) for sound in way.sound} == {"on", "off"}


def _sound(operation: VideoOperation | OmniVideo) -> dict[str, str]:
    return {"sound": "on" if operation.sound else "off"} if has_sound_switch(operation) else {}


def _shots(multi_shot: MultiShot | None) -> dict[str, Any]:
    """Here one shot is the API's own choice."""
    if multi_shot is None:
        return {}
    shots = [
        {"index": number, "prompt": shot.prompt, "duration": str(shot.duration)}
        for number, shot in enumerate(multi_shot.multi_prompt, 1)
    ]
    return {"multi_shot": True, "shot_type": multi_shot.shot_type, "multi_prompt": shots}


def _pictures(operation: OmniVideo) -> list[dict[str, str]]:
    """In the order in which the prompt counts them."""
    references = [{"image_url": inline(picture)} for picture in operation.image_list]
    frames = {"first_frame": operation.image, "end_frame": operation.image_tail}
    return references + [
        {"image_url": inline(picture), "type": kind} for kind, picture in frames.items() if picture is not None
    ]


def _reference(operation: OmniVideo) -> dict[str, str]:
    return {
        "video_url": address(operation.video_url),
        "refer_type": operation.refer_type,
        "keep_original_sound": _yes(operation.keep_original_sound),
    }


def _yes(wanted: bool) -> str:
    return "yes" if wanted else "no"
