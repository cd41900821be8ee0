"""The operations whose result is a clip, but for lip sync. A str where a picture belongs is its http(s) URL."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from ..capabilities import default_model
from ..errors import InvalidRequest
from .camera import CameraControl
from .rules import (
    Picture,
    at_least_a_second,
    check_picture,
    check_shared,
    check_url,
    not_empty,
    one_of,
    within,
)

_WHAT_TO_SHOW = "Write what the clip should show."


@dataclass(frozen=True)
class Text2Video:
    """A prompt becomes a clip of `duration` seconds."""

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

    def __post_init__(self) -> None:
        not_empty("prompt", self.prompt, _WHAT_TO_SHOW)
        _check_clip(self)


@dataclass(frozen=True)
class Image2Video:
    """A picture becomes a clip. `image` is the first frame, `image_tail` the last.

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
        if not 1 <= len(self.image_list) <= 4:
            raise InvalidRequest(f"image_list has {len(self.image_list)} pictures.", "Give one to four.")
        not_empty("prompt", self.prompt, _WHAT_TO_SHOW)
        for number, picture in enumerate(self.image_list, 1):
            check_picture(f"image_list, picture {number},", picture)
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
    video_url: str
    prompt: str = ""
    model_name: str = "kling-v2-6"
    mode: str = "std"
    character_orientation: str = "video"
    keep_original_sound: bool = True
    seed: int = 0
    callback_url: str = ""

    def __post_init__(self) -> None:
        check_picture("image_url", self.image_url)
        check_url("video_url", self.video_url)
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
    """A portrait speaks or sings a sound file, whose length the clip has. `sound_file` is an http(s) URL."""

    kind: ClassVar[str] = "avatar/image2video"
    category: ClassVar[str] = "videos"
    slots: ClassVar[int] = 1

    image: Picture
    sound_file: str
    prompt: str = ""
    mode: str = "std"
    seed: int = 0
    callback_url: str = ""

    def __post_init__(self) -> None:
        check_picture("image", self.image)
        check_url("sound_file", self.sound_file)
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


def _check_clip(operation: Text2Video | Image2Video) -> None:
    at_least_a_second(operation.duration)
    within("cfg_scale", operation.cfg_scale, 0.0, 1.0)
    check_shared(operation.model_name, operation.seed, operation.callback_url, default_model())
