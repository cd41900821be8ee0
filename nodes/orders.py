"""What each node orders: its operation, and which inputs bring which fields. One table, for the advice while editing.

Nothing is read from a socket: what is linked is not known before the graph runs, and a name stands in for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from . import wording
from .avatar import KlingAvatar
from .element import KlingElement
from .image2video import KlingImage2Video
from .image_expand import KlingImageExpand
from .image_generation import NO_REFERENCE, KlingImageGeneration
from .image_recognize import KlingImageRecognize
from .lip_sync import KlingLipSync
from .motion_control import KlingMotionControl
from .multi_image2image import MOST_SUBJECTS, KlingMultiImage2Image
from .multi_image2video import MOST_PICTURES, KlingMultiImage2Video
from .multi_shot_images import KlingMultiShotImages
from .omni_image import KlingOmniImage
from .omni_video import MOST_REFERENCES, KlingOmniVideo
from .text2video import KlingText2Video
from .text_to_audio import KlingTextToAudio
from .text_to_speech import KlingTextToSpeech
from .video_effects import KlingVideoEffects
from .video_extend import KlingVideoExtend
from .video_to_audio import KlingVideoToAudio
from .virtual_try_on import KlingVirtualTryOn
from .voice import KlingVoice


@dataclass(frozen=True)
class Brought:
    """A field that sockets bring, or the texts in their place. `many`: it holds all of them, in order.

    `ids`: of voices or elements, which are no addresses. `batch`: one socket may bring several.
    """

    sockets: tuple[str, ...]
    texts: tuple[str, ...] = ()
    many: bool = False
    ids: bool = False
    batch: bool = False


@dataclass(frozen=True, eq=False)
class Order:
    """`node`: its class. `brought`: by field. `left_out`: values that stand for none.

    `names`: the words in which the node tells of fields (see `wording`). `spoken`: a text that is made into a sound
    first. `made_before`: an id with which nothing is ordered.
    """

    node: Any
    kind: str
    brought: Mapping[str, Brought] = field(default_factory=dict)
    left_out: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=lambda: wording.INPUTS)
    spoken: bool = False
    made_before: str = ""

    @property
    def id(self) -> str:
        """The node's id."""
        return self.node.__name__

    def inputs_of(self, name: str) -> tuple[str, ...]:
        """The inputs that bring the field."""
        if name in self.brought:
            return (*self.brought[name].sockets, *self.brought[name].texts)
        return (name,)


def _numbered(name: str, most: int) -> tuple[str, ...]:
    return tuple(f"{name}_{number}" for number in range(1, most + 1))


def _one(name: str, text: str = "") -> Brought:
    """A picture, a sound or a clip, or the URL in its place."""
    return Brought((name,), (text or f"{name}_url",))


def _ids(name: str, most: int) -> Brought:
    return Brought(_numbered(name, most), many=True, ids=True)


def _cited(most: int) -> Brought:
    return Brought(_numbered("image", most), ("image_urls",), many=True)


_VOICES = _ids("voice", 2)
_SPEECH = {"sound_file": Brought(("audio",), ("audio_url",))}
_CLIP = {"video_url": _one("video")}


_ORDERS: tuple[Order, ...] = (
    Order(KlingText2Video, "text2video", {"voice_list": _VOICES}),
    Order(
        KlingImage2Video,
        "image2video",
        {
            "image": Brought(("image",)),
            "image_tail": Brought(("end_image",)),
            "voice_list": _VOICES,
            "element_list": _ids("element", 3),
        },
        left_out={"aspect_ratio": "auto"},
    ),
    Order(
        KlingOmniVideo,
        "omni-video",
        {
            "image": _one("image"),
            "image_tail": _one("end_image"),
            "image_list": _cited(MOST_REFERENCES),
            **_CLIP,
            "element_list": _ids("element", MOST_REFERENCES),
        },
    ),
    Order(
        KlingMultiImage2Video,
        "multi-image2video",
        {"image_list": _cited(MOST_PICTURES), "image_tail": _one("end_image")},
    ),
    Order(
        KlingMotionControl,
        "motion-control",
        {"image_url": _one("image"), **_CLIP, "element_list": _ids("element", 1)},
    ),
    Order(KlingVideoExtend, "video-extend"),
    Order(KlingVideoEffects, "effects", {"images": _cited(2)}),
    Order(KlingAvatar, "avatar/image2video", {"image": _one("image"), **_SPEECH}, spoken=True),
    Order(KlingLipSync, "advanced-lip-sync", {**_CLIP, **_SPEECH}, spoken=True),
    Order(
        KlingImageGeneration,
        "generations",
        {"image": _one("image"), "element_list": _ids("element", 3)},
        left_out={"image_reference": NO_REFERENCE},
    ),
    Order(
        KlingOmniImage,
        "omni-image",
        {
            "image": _one("image"),
            "image_list": Brought(("reference_images",), ("reference_images_url",), many=True, batch=True),
            "mask_image": _one("mask"),
            "element_list": _ids("element", 3),
        },
        names=wording.INPUTS | {"image_list": "reference_images"},
    ),
    Order(
        KlingMultiImage2Image,
        "multi-image2image",
        {
            "subject_image_list": Brought(
                _numbered("subject_image", MOST_SUBJECTS), ("subject_image_urls",), many=True
            ),
            "scene_image": _one("scene_image"),
            "style_image": _one("style_image"),
        },
    ),
    Order(KlingImageExpand, "editing/expand", {"image": _one("image")}),
    Order(
        KlingVirtualTryOn,
        "kolors-virtual-try-on",
        {"human_image": _one("human_image"), "cloth_image": _one("cloth_image")},
    ),
    Order(KlingImageRecognize, "image-recognize", {"image": _one("image")}),
    Order(KlingMultiShotImages, "ai-multi-shot", {"element_frontal_image": _one("element_frontal_image")}),
    Order(KlingTextToSpeech, "tts"),
    Order(KlingTextToAudio, "text-to-audio"),
    Order(KlingVideoToAudio, "video-to-audio", _CLIP),
    Order(KlingVoice, "custom-voices", {"voice_url": _one("audio")}, made_before="voice_id"),
    Order(
        KlingElement,
        "advanced-custom-elements",
        {
            "frontal_image": _one("frontal_image"),
            "refer_images": Brought(("refer_images",), ("refer_images_url",), many=True, batch=True),
            "refer_video": _one("video"),
            "element_voice_id": Brought(("voice",), ids=True),
        },
        made_before="element_id",
    ),
)


@cache
def orders() -> Mapping[str, Order]:
    """By the node's id."""
    return {order.id: order for order in _ORDERS}
