"""What each node is about: the operation that it orders, or the feature of other nodes that it is for."""

from __future__ import annotations

OPERATIONS = {
    "KlingText2Video": "text2video",
    "KlingImage2Video": "image2video",
    "KlingOmniVideo": "omni-video",
    "KlingMultiImage2Video": "multi-image2video",
    "KlingMotionControl": "motion-control",
    "KlingVideoExtend": "video-extend",
    "KlingVideoEffects": "effects",
    "KlingAvatar": "avatar/image2video",
    "KlingLipSync": "advanced-lip-sync",
    "KlingImageGeneration": "generations",
    "KlingOmniImage": "omni-image",
    "KlingMultiImage2Image": "multi-image2image",
    "KlingImageExpand": "editing/expand",
    "KlingVirtualTryOn": "kolors-virtual-try-on",
    "KlingImageRecognize": "image-recognize",
    "KlingMultiShotImages": "ai-multi-shot",
    "KlingTextToSpeech": "tts",
    "KlingTextToAudio": "text-to-audio",
    "KlingVideoToAudio": "video-to-audio",
    "KlingVoice": "custom-voices",
    "KlingElement": "advanced-custom-elements",
}
#: Node -> the feature of `capabilities` that its output is for.
FEATURES = {
    "KlingCameraControl": "camera",
    "KlingCameraPreset": "camera",
    "KlingShots": "shots",
    "KlingVoice": "voices",
    "KlingElement": "elements",
}
#: A field of an operation -> the inputs that may hold it, where they are not called so.
INPUTS_OF_FIELDS = {
    "image_list": ("image_1", "reference_images"),
    "images": ("image_1",),
    "subject_image_list": ("subject_image_1",),
    "element_list": ("element_1",),
    "voice_list": ("voice_1",),
    "sound_file": ("audio",),
    "voice_url": ("audio",),
    "image_tail": ("end_image",),
    "mask_image": ("mask",),
    "video_url": ("video",),
    "refer_video": ("video",),
    "image_url": ("image",),
    "tag_list": ("tags",),
    "element_voice_id": ("voice",),
    "*": ("human_image", "cloth_image"),
}


def inputs_of(field: str, sockets: list[str]) -> list[str]:
    """Those of a node's inputs that hold the field; of several with numbers the first."""
    wanted = INPUTS_OF_FIELDS.get(field, (field,))
    return [name for name in wanted if name in sockets]


def nodes_with(operation: str) -> str:
    """The node that orders the operation; "" where none does."""
    return next((node for node, kind in OPERATIONS.items() if kind == operation), "")
