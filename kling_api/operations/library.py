"""What an account keeps for later clips: voices and elements of its own. Their result is an id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..bounds import LONGEST_DESCRIPTION, LONGEST_NAME
from ..errors import InvalidRequest
from .rules import (
    Clip,
    Picture,
    Recording,
    check_clip,
    check_picture,
    check_pictures,
    check_shared,
    check_sound,
    exactly_one,
    not_empty,
    not_longer,
    one_of,
)

REFERENCE_TYPES = ("image_refer", "video_refer")


@dataclass(frozen=True)
class CustomVoice:
    """A voice from 5 to 30 s in which one person speaks, by URL or file, or from a clip of the account with speech."""

    kind: ClassVar[str] = "custom-voices"
    category: ClassVar[str] = "general"
    slots: ClassVar[int] = 0

    voice_name: str
    voice_url: Recording = ""
    video_id: str = ""
    seed: int = 0
    callback_url: str = ""

    def __post_init__(self) -> None:
        not_empty("voice_name", self.voice_name, "Give the voice a name.")
        not_longer("voice_name", self.voice_name, LONGEST_NAME)
        exactly_one({"voice_url": self.voice_url, "video_id": self.video_id})
        if self.voice_url:
            check_sound("voice_url", self.voice_url)
        check_shared("voice", self.seed, self.callback_url, "")


@dataclass(frozen=True)
class CustomElement:
    """A person or thing that prompts can cite: from one frontal picture and one to three more, or from a clip.

    The clip: 3 to 8 s, 1080p (official docs, 2026-09). `tag_list`: ids of kling_api.catalog.element_tags.
    """

    kind: ClassVar[str] = "advanced-custom-elements"
    category: ClassVar[str] = "general"
    slots: ClassVar[int] = 0

    element_name: str
    element_description: str
    reference_type: str = "image_refer"
    frontal_image: Picture | None = None
    refer_images: tuple[Picture, ...] = ()
    refer_video: Clip = ""
    element_voice_id: str = ""
    tag_list: tuple[str, ...] = ()
    seed: int = 0
    callback_url: str = ""

    def __post_init__(self) -> None:
        not_empty("element_name", self.element_name, "Give the element a name.")
        not_longer("element_name", self.element_name, LONGEST_NAME)
        not_empty("element_description", self.element_description, "Write in a few words what it is.")
        not_longer("element_description", self.element_description, LONGEST_DESCRIPTION)
        one_of("reference_type", self.reference_type, REFERENCE_TYPES)
        if self.reference_type == "image_refer":
            self._check_images()
        else:
            self._check_video()
        check_shared("element", self.seed, self.callback_url, "")

    def _check_images(self) -> None:
        if self.frontal_image is None:
            raise InvalidRequest("frontal_image is missing.", "Give a picture that shows it from the front.")
        if self.refer_video:
            raise InvalidRequest("A clip is given for an element of pictures.", "Set reference_type to video_refer.")
        check_picture("frontal_image", self.frontal_image)
        check_pictures("refer_images", self.refer_images, 1, 3)

    def _check_video(self) -> None:
        if not self.refer_video:
            raise InvalidRequest("The clip of the element is missing.", "Connect a clip of 3 to 8 s, or give its URL.")
        if self.frontal_image is not None or self.refer_images:
            raise InvalidRequest("Pictures are given for an element of a clip.", "Set reference_type to image_refer.")
        check_clip("refer_video", self.refer_video)
