"""The operations that make a clip from text, pictures or another clip.

A str where a picture, a sound or a clip belongs is its http(s) URL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from ..capabilities import default_model
from ..errors import InvalidRequest
from .camera import CameraControl
from .rules import (
    Clip,
    Picture,
    Recording,
    at_least_a_second,
    check_citations,
    check_clip,
    check_ids,
    check_picture,
    check_pictures,
    check_shared,
    check_sound,
    exactly_one,
    not_empty,
    one_of,
    within,
)
from .shots import MultiShot, check_shots, texts_of

_WHAT_TO_SHOW = "Write what the clip should show."
#: Official docs (2026-02 on): the most elements, and the most voices, of one clip.
MOST_ELEMENTS = 3
MOST_VOICES = 2


@dataclass(frozen=True)
class Text2Video:
    """A prompt becomes a clip of `duration` seconds.

    `multi_shot`: the clip is cut into shots, whose texts may stand in for the prompt. `voice_list`: ids of the voices
    that the prompt cites as `<<<voice_1>>>`; they need `sound`. `element_list`: ids of elements.
    """

    kind: ClassVar[str] = "text2video"
    category: ClassVar[str] = "videos"
    slots: ClassVar[int] = 1

    prompt: str
    model_name: str = field(default_factory=default_model)
    mode: str = "std"
    duration: int = 5
    aspect_ratio: str = "16:9"
    negative_prompt: str = ""
    cfg_scale: float = 0.5
    sound: bool = False
    seed: int = 0
    camera_control: CameraControl | None = None
    callback_url: str = ""
    multi_shot: MultiShot | None = None
    voice_list: tuple[str, ...] = ()
    element_list: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (self.multi_shot and self.multi_shot.is_written):
            not_empty("prompt", self.prompt, _WHAT_TO_SHOW)
        _cites_no_pictures(texts_of(self.prompt, self.multi_shot))
        _check_clip(self)


@dataclass(frozen=True)
class Image2Video:
    """A picture becomes a clip. `image` is the first frame, `image_tail` the last; the rest as in `Text2Video`.

    `aspect_ratio` "" or "auto": the clip follows the picture (Kling's own platform knows nothing else here).
    """

    kind: ClassVar[str] = "image2video"
    category: ClassVar[str] = "videos"
    slots: ClassVar[int] = 1

    image: Picture | None
    image_tail: Picture | None = None
    prompt: str = ""
    model_name: str = field(default_factory=default_model)
    mode: str = "std"
    duration: int = 5
    aspect_ratio: str = ""
    negative_prompt: str = ""
    cfg_scale: float = 0.5
    sound: bool = False
    seed: int = 0
    camera_control: CameraControl | None = None
    callback_url: str = ""
    multi_shot: MultiShot | None = None
    voice_list: tuple[str, ...] = ()
    element_list: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.image is None and self.image_tail is None:
            raise InvalidRequest(
                "Both the first frame (image) and the end frame (image_tail) are missing.", "Give at least one picture."
            )
        if self.image_tail is not None and self.camera_control is not None:
            raise InvalidRequest(
                "An end frame and a camera move cannot be used together.", "Remove image_tail or camera_control."
            )
        check_picture("image", self.image)
        check_picture("image_tail", self.image_tail)
        _check_clip(self)

    @property
    def frames(self) -> str:
        """Which frames are given: "first", "first+last" or "last"."""
        if self.image_tail is None:
            return "first"
        return "last" if self.image is None else "first+last"


@dataclass(frozen=True)
class MultiImage2Video:
    """One to four pictures of subjects or a scene become one clip (official docs, 2026-02: `kling-v1-6` only).

    `image_tail`: a picture that it ends on, which some gateways take.
    """

    kind: ClassVar[str] = "multi-image2video"
    category: ClassVar[str] = "videos"
    slots: ClassVar[int] = 1

    image_list: tuple[Picture, ...]
    prompt: str
    image_tail: Picture | None = None
    model_name: str = "kling-v1-6"
    mode: str = "std"
    duration: int = 5
    aspect_ratio: str = "16:9"
    negative_prompt: str = ""
    cfg_scale: float = 0.5
    seed: int = 0
    callback_url: str = ""

    def __post_init__(self) -> None:
        check_pictures("image_list", self.image_list, 1, 4)
        not_empty("prompt", self.prompt, _WHAT_TO_SHOW)
        check_picture("image_tail", self.image_tail)
        at_least_a_second(self.duration)
        within("cfg_scale", self.cfg_scale, 0.0, 1.0)
        check_shared(self.model_name, self.seed, self.callback_url, "kling-v1-6")


@dataclass(frozen=True)
class MotionControl:
    """The person in a picture moves as the one in a reference clip does; the result is as long as that clip.

    `character_orientation`: as in the "image" or as in the "video" (official docs, 2026-02).
    """

    kind: ClassVar[str] = "motion-control"
    category: ClassVar[str] = "videos"
    slots: ClassVar[int] = 1

    image_url: Picture
    video_url: Clip
    prompt: str = ""
    model_name: str = "kling-v2-6"
    mode: str = "std"
    character_orientation: str = "video"
    keep_original_sound: bool = True
    seed: int = 0
    callback_url: str = ""
    element_list: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_picture("image_url", self.image_url)
        check_clip("video_url", self.video_url)
        check_ids("element_list", self.element_list, 1)
        check_citations({"The prompt": self.prompt}, element=len(self.element_list))
        one_of("character_orientation", self.character_orientation, ("image", "video"))
        check_shared(self.model_name, self.seed, self.callback_url, "kling-v2-6")


@dataclass(frozen=True)
class VideoExtend:
    """A clip of the last 30 days goes on for 4 to 5 seconds, with its own model and mode (official docs, 2026-02)."""

    kind: ClassVar[str] = "video-extend"
    category: ClassVar[str] = "videos"
    slots: ClassVar[int] = 1

    video_id: str
    prompt: str = ""
    negative_prompt: str = ""
    cfg_scale: float = 0.5
    seed: int = 0
    callback_url: str = ""

    def __post_init__(self) -> None:
        not_empty("video_id", self.video_id, "Connect the video_id of the clip.")
        within("cfg_scale", self.cfg_scale, 0.0, 1.0)
        check_shared("of the clip", self.seed, self.callback_url, "")


@dataclass(frozen=True)
class Avatar:
    """A portrait speaks or sings: a sound file, or the sound of text to speech named by its `audio_id`.

    The clip is as long as the sound, 2 to 300 s (official docs, 2026-02).
    """

    kind: ClassVar[str] = "avatar/image2video"
    category: ClassVar[str] = "videos"
    slots: ClassVar[int] = 1

    image: Picture
    sound_file: Recording = ""
    prompt: str = ""
    mode: str = "std"
    seed: int = 0
    callback_url: str = ""
    audio_id: str = ""

    def __post_init__(self) -> None:
        check_picture("image", self.image)
        exactly_one({"sound_file": self.sound_file, "audio_id": self.audio_id})
        if self.sound_file:
            check_sound("sound_file", self.sound_file)
        check_shared("avatar", self.seed, self.callback_url, "")


@dataclass(frozen=True)
class TryOnVideo:
    """A person's picture becomes a clip in which they wear what the prompt says.

    One gateway's own operation, no capability of Kling's: it rides on image2video (its document, 2025).
    """

    kind: ClassVar[str] = "try-on-video"
    category: ClassVar[str] = "videos"
    slots: ClassVar[int] = 1

    image: Picture
    prompt: str
    model_name: str = "kling-v2-master"
    mode: str = "std"
    duration: int = 5
    aspect_ratio: str = "9:16"
    negative_prompt: str = ""
    cfg_scale: float = 0.5
    style: str = "fashion"
    quality: str = "high"
    seed: int = 0
    callback_url: str = ""

    def __post_init__(self) -> None:
        check_picture("image", self.image)
        not_empty("prompt", self.prompt, "Write what the person should wear.")
        at_least_a_second(self.duration)
        within("cfg_scale", self.cfg_scale, 0.0, 1.0)
        check_shared(self.model_name, self.seed, self.callback_url, "kling-v2-master")


def _cites_no_pictures(texts: Mapping[str, str]) -> None:
    """A clip from text alone has none: what is cited would be paid for and ignored."""
    for where, text in texts.items():
        if cited := re.search(r"<<<(?:image|video)_\d{1,18}>>>", text):
            raise InvalidRequest(
                f"{where} cites {cited[0]}, but a clip from text has no pictures and no clips.",
                "Make an omni video, which takes them (node Kling Omni Video), or correct the text.",
            )


def _check_clip(operation: Text2Video | Image2Video) -> None:
    at_least_a_second(operation.duration)
    within("cfg_scale", operation.cfg_scale, 0.0, 1.0)
    check_shots(operation.multi_shot, operation.duration)
    check_ids("voice_list", operation.voice_list, MOST_VOICES)
    check_ids("element_list", operation.element_list, MOST_ELEMENTS)
    check_citations(
        texts_of(operation.prompt, operation.multi_shot),
        element=len(operation.element_list),
        voice=len(operation.voice_list),
    )
    if operation.voice_list and not operation.sound:
        raise InvalidRequest("voice_list is given, but sound is off.", "Turn sound on, or disconnect the voices.")
    check_shared(operation.model_name, operation.seed, operation.callback_url, default_model())
