"""What can be asked: a frozen dataclass per operation, with the API's own field names. A table of contents.

An operation checks at the door what is wrong everywhere; what depends on the model is in `checks`, how a provider
writes it, and what it cannot do, in `dialects`.
"""

from __future__ import annotations

from .camera import CAMERA_AXES, CAMERA_LIMIT, CAMERA_TYPES, CameraControl
from .images import ImageGeneration, OmniImage
from .lip_sync import LipSync
from .rules import MAX_SEED
from .video import Avatar, Image2Video, MotionControl, MultiImage2Video, Text2Video, TryOnVideo, VideoExtend

#: In the order of the tables.
OPERATIONS = (
    Text2Video,
    Image2Video,
    MultiImage2Video,
    MotionControl,
    VideoExtend,
    Avatar,
    LipSync,
    TryOnVideo,
    ImageGeneration,
    OmniImage,
)
#: Those that Kling's capability tables know.
VideoOperation = Text2Video | Image2Video
Operation = (
    Text2Video
    | Image2Video
    | MultiImage2Video
    | MotionControl
    | VideoExtend
    | Avatar
    | LipSync
    | TryOnVideo
    | ImageGeneration
    | OmniImage
)

__all__ = [
    "CAMERA_AXES",
    "CAMERA_LIMIT",
    "CAMERA_TYPES",
    "MAX_SEED",
    "OPERATIONS",
    "Avatar",
    "CameraControl",
    "Image2Video",
    "ImageGeneration",
    "LipSync",
    "MotionControl",
    "MultiImage2Video",
    "OmniImage",
    "Operation",
    "Text2Video",
    "TryOnVideo",
    "VideoExtend",
    "VideoOperation",
]
