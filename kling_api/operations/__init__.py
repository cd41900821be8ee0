"""What can be asked: a frozen dataclass per operation, with the API's own field names. A table of contents.

An operation checks at the door what is wrong everywhere; what depends on the model is in `checks`, how a provider
writes it, and what it cannot do, in `dialects`.
"""

from __future__ import annotations

from ..bounds import CAMERA_AXES, CAMERA_LIMIT, CAMERA_TYPES, MAX_SEED, ONLY_COLLECTED
from .audio import TextToAudio, TextToSpeech, VideoToAudio
from .camera import CameraControl
from .images import (
    ImageExpand,
    ImageGeneration,
    ImageRecognize,
    MultiImage2Image,
    MultiShotImages,
    OmniImage,
    VirtualTryOn,
)
from .library import CustomElement, CustomVoice
from .lip_sync import LipSync
from .omni import Effects, OmniVideo
from .shots import MultiShot, Shot
from .video import Avatar, Image2Video, MotionControl, MultiImage2Video, Text2Video, TryOnVideo, VideoExtend

#: In the order of the tables, and of `bounds.KINDS`.
OPERATIONS = (
    Text2Video,
    Image2Video,
    OmniVideo,
    MultiImage2Video,
    MotionControl,
    VideoExtend,
    Effects,
    Avatar,
    LipSync,
    TryOnVideo,
    ImageGeneration,
    OmniImage,
    MultiImage2Image,
    ImageExpand,
    VirtualTryOn,
    ImageRecognize,
    MultiShotImages,
    TextToSpeech,
    TextToAudio,
    VideoToAudio,
    CustomVoice,
    CustomElement,
)
#: Those that Kling's capability tables know by mode, seconds, sound, frames and camera.
VideoOperation = Text2Video | Image2Video
Operation = (
    Text2Video
    | Image2Video
    | OmniVideo
    | MultiImage2Video
    | MotionControl
    | VideoExtend
    | Effects
    | Avatar
    | LipSync
    | TryOnVideo
    | ImageGeneration
    | OmniImage
    | MultiImage2Image
    | ImageExpand
    | VirtualTryOn
    | ImageRecognize
    | MultiShotImages
    | TextToSpeech
    | TextToAudio
    | VideoToAudio
    | CustomVoice
    | CustomElement
)

__all__ = [
    "CAMERA_AXES",
    "CAMERA_LIMIT",
    "CAMERA_TYPES",
    "MAX_SEED",
    "ONLY_COLLECTED",
    "OPERATIONS",
    "Avatar",
    "CameraControl",
    "CustomElement",
    "CustomVoice",
    "Effects",
    "Image2Video",
    "ImageExpand",
    "ImageGeneration",
    "ImageRecognize",
    "LipSync",
    "MotionControl",
    "MultiImage2Image",
    "MultiImage2Video",
    "MultiShot",
    "MultiShotImages",
    "OmniImage",
    "OmniVideo",
    "Operation",
    "Shot",
    "Text2Video",
    "TextToAudio",
    "TextToSpeech",
    "TryOnVideo",
    "VideoExtend",
    "VideoOperation",
    "VideoToAudio",
    "VirtualTryOn",
]
