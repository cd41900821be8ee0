"""The pack's nodes in menu order: a table of contents.

All that is imported from here slows ComfyUI's start: at its top a node's module imports what its schema needs, and
what a run needs where it runs.
"""

from __future__ import annotations

from .account import KlingAccount
from .avatar import KlingAvatar
from .camera_control import KlingCameraControl
from .camera_preset import KlingCameraPreset
from .collect import KlingCollect
from .element import KlingElement
from .estimate import KlingEstimate
from .host import ComfyExtension, io
from .image2video import KlingImage2Video
from .image_expand import KlingImageExpand
from .image_generation import KlingImageGeneration
from .image_recognize import KlingImageRecognize
from .labels import known_by_name
from .lip_sync import KlingLipSync
from .motion_control import KlingMotionControl
from .multi_image2image import KlingMultiImage2Image
from .multi_image2video import KlingMultiImage2Video
from .multi_shot_images import KlingMultiShotImages
from .omni_image import KlingOmniImage
from .omni_video import KlingOmniVideo
from .routes import register
from .shots import KlingShots
from .text2video import KlingText2Video
from .text_to_audio import KlingTextToAudio
from .text_to_speech import KlingTextToSpeech
from .video_effects import KlingVideoEffects
from .video_extend import KlingVideoExtend
from .video_frames import KlingLastFrame, KlingVideoFrames
from .video_to_audio import KlingVideoToAudio
from .virtual_try_on import KlingVirtualTryOn
from .voice import KlingVoice


class KlingExtension(ComfyExtension):
    async def get_node_list(self) -> list[type[io.ComfyNode]]:
        nodes: list[type[io.ComfyNode]] = [
            KlingText2Video,
            KlingImage2Video,
            KlingOmniVideo,
            KlingMultiImage2Video,
            KlingMotionControl,
            KlingVideoExtend,
            KlingVideoEffects,
            KlingAvatar,
            KlingLipSync,
            KlingShots,
            KlingCameraControl,
            KlingCameraPreset,
            KlingImageGeneration,
            KlingOmniImage,
            KlingMultiImage2Image,
            KlingImageExpand,
            KlingVirtualTryOn,
            KlingImageRecognize,
            KlingMultiShotImages,
            KlingTextToSpeech,
            KlingTextToAudio,
            KlingVideoToAudio,
            KlingVoice,
            KlingElement,
            KlingVideoFrames,
            KlingLastFrame,
            KlingEstimate,
            KlingCollect,
            KlingAccount,
        ]
        return [known_by_name(node) for node in nodes]


async def comfy_entrypoint() -> ComfyExtension:
    register()
    return KlingExtension()
