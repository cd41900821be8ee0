"""Kling's old standard: a path per operation, everything at the top of the body. Operation -> request. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..operations import (
    Avatar,
    CustomElement,
    CustomVoice,
    Effects,
    Image2Video,
    ImageExpand,
    ImageGeneration,
    ImageRecognize,
    LipSync,
    MotionControl,
    MultiImage2Image,
    MultiImage2Video,
    MultiShotImages,
    OmniImage,
    OmniVideo,
    Operation,
    Text2Video,
    TextToAudio,
    TextToSpeech,
    VideoExtend,
    VideoToAudio,
    VirtualTryOn,
)
from . import faces, official_audio, official_images, official_videos
from . import official_routes as routes
from .wire import Request

_BODIES: Mapping[type, Callable[[Any], dict[str, Any]]] = {
    Text2Video: official_videos.clip,
    Image2Video: official_videos.clip,
    OmniVideo: official_videos.omni,
    MultiImage2Video: official_videos.multi_image,
    MotionControl: official_videos.motion,
    VideoExtend: official_videos.extend,
    Effects: official_videos.effects,
    Avatar: official_videos.avatar,
    LipSync: faces.order_of,
    ImageGeneration: official_images.generation,
    OmniImage: official_images.omni,
    MultiImage2Image: official_images.multi_image,
    ImageExpand: official_images.expand,
    VirtualTryOn: official_images.try_on,
    ImageRecognize: official_images.recognize,
    MultiShotImages: official_images.multi_shot,
    TextToSpeech: official_audio.speech,
    TextToAudio: official_audio.sound,
    VideoToAudio: official_audio.sound_of_clip,
    CustomVoice: official_audio.voice,
    CustomElement: official_audio.element,
}


def order(operation: Operation, job_key: str) -> Request:
    """What is answered at once has no place for our key, nor anybody to report to."""
    path = routes.PATHS[operation.kind]
    at_once = routes.is_at_once(path)
    body = _BODIES[type(operation)](operation)
    if not at_once:
        body |= {"external_task_id": job_key, "callback_url": getattr(operation, "callback_url", "")}
    said = {name: value for name, value in body.items() if value not in (None, "", [])}
    return Request("POST", path, said, route=path, at_once=at_once)
