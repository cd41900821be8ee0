"""An operation in the words of `capabilities.FEATURES`."""

from __future__ import annotations

from typing import Any

from .. import capabilities
from ..operations import (
    Image2Video,
    ImageGeneration,
    MotionControl,
    MultiImage2Image,
    MultiImage2Video,
    MultiShot,
    OmniImage,
    OmniVideo,
    Operation,
    Text2Video,
)


def features(operation: Operation) -> dict[str, Any]:
    """Those that decide whether its model can do it; {} where there is nothing to decide."""
    if isinstance(operation, Text2Video | Image2Video):
        return _of_clip(operation)
    if isinstance(operation, OmniVideo):
        return _of_omni_video(operation)
    if isinstance(operation, MotionControl):
        return {"mode": operation.mode, "elements": _some(operation.element_list)}
    if isinstance(operation, MultiImage2Video):
        return {"mode": operation.mode, "duration": operation.duration}
    if isinstance(operation, ImageGeneration | OmniImage | MultiImage2Image):
        return _of_images(operation)
    return {}


def _of_clip(operation: Text2Video | Image2Video) -> dict[str, Any]:
    return {
        "mode": operation.mode,
        "duration": operation.duration,
        "sound": capabilities.sound_of(operation.model_name, operation.kind, operation.sound),
        "frames": operation.frames if isinstance(operation, Image2Video) else "none",
        "camera": operation.camera_control.type if operation.camera_control else "none",
        "elements": _some(operation.element_list),
        "voices": _some(operation.voice_list),
        "shots": _shots(operation.multi_shot),
    }


def _of_omni_video(operation: OmniVideo) -> dict[str, Any]:
    frames = "none" if operation.image is None else "first"
    return {
        "mode": operation.mode,
        "duration": operation.duration,
        "sound": capabilities.sound_of(operation.model_name, operation.kind, operation.sound),
        "frames": "first+last" if operation.image_tail is not None else frames,
        "video": operation.refer_type if operation.video_url else "none",
        "references": _some(operation.image_list),
        "elements": _some(operation.element_list),
        "shots": _shots(operation.multi_shot),
    }


def _of_images(operation: ImageGeneration | OmniImage | MultiImage2Image) -> dict[str, Any]:
    found: dict[str, Any] = {"aspect_ratio": operation.aspect_ratio}
    if isinstance(operation, MultiImage2Image):
        return found
    found |= {"resolution": operation.resolution, "elements": _some(operation.element_list)}
    if isinstance(operation, OmniImage):
        given = operation.image_list or operation.image is not None
        return found | {"references": _some(given), "result_type": operation.result_type}
    return found | {
        "references": _some(operation.image is not None),
        "image_reference": operation.image_reference or "none",
    }


def _some(given: object) -> str:
    return "some" if given else "none"


def _shots(multi_shot: MultiShot | None) -> str:
    return multi_shot.shot_type if multi_shot else "none"
