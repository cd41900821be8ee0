"""Omni video: a prompt that cites pictures, a clip and elements becomes a clip. And effects: a ready-made scene."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..bounds import MOST_BESIDE_CLIP, MOST_REFERENCES, REFER_TYPES
from ..errors import InvalidRequest
from .rules import (
    Clip,
    Picture,
    at_least_a_second,
    check_citations,
    check_clip,
    check_ids,
    check_picture,
    check_pictures,
    check_shared,
    counted,
    not_empty,
    one_of,
)
from .shots import MultiShot, check_shots, texts_of


@dataclass(frozen=True)
class OmniVideo:
    """A clip from a prompt that cites what is given as `<<<image_1>>>`, `<<<video_1>>>`, `<<<element_1>>>`.

    The numbers of pictures count `image_list` first, then `image` (the first frame) and `image_tail` (the end frame).
    `video_url` with `refer_type` feature: what to follow in style or movement; base: the clip that is edited, whose
    length the result has. `keep_original_sound`: of that clip.
    """

    kind: ClassVar[str] = "omni-video"
    category: ClassVar[str] = "videos"
    slots: ClassVar[int] = 1

    prompt: str
    model_name: str = "kling-v3-omni"
    image: Picture | None = None
    image_tail: Picture | None = None
    image_list: tuple[Picture, ...] = ()
    video_url: Clip = ""
    refer_type: str = "feature"
    keep_original_sound: bool = True
    element_list: tuple[str, ...] = ()
    mode: str = "std"
    duration: int = 5
    aspect_ratio: str = "16:9"
    sound: bool = False
    multi_shot: MultiShot | None = None
    seed: int = 0
    callback_url: str = ""

    def __post_init__(self) -> None:
        if not (self.multi_shot and self.multi_shot.is_written):
            not_empty("prompt", self.prompt, "Write what the clip should show.")
        check_picture("image", self.image)
        check_picture("image_tail", self.image_tail)
        if self.image_tail is not None and self.image is None:
            raise InvalidRequest("An end frame is given without a first frame.", "Give image as well.")
        check_pictures("image_list", self.image_list, 0, MOST_REFERENCES)
        if self.video_url:
            check_clip("video_url", self.video_url)
        one_of("refer_type", self.refer_type, REFER_TYPES)
        self._check_together()
        at_least_a_second(self.duration)
        check_shots(self.multi_shot, self.duration)
        check_shared(self.model_name, self.seed, self.callback_url, "kling-v3-omni")

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All of them, in the order in which the prompt counts them."""
        return tuple(picture for picture in (*self.image_list, self.image, self.image_tail) if picture is not None)

    def _check_together(self) -> None:
        """What one request may hold (official docs, 2026-02, and the new-standard pages, 2026-09)."""
        check_ids("element_list", self.element_list, MOST_REFERENCES)
        given, most = (
            len(self.pictures) + len(self.element_list),
            MOST_BESIDE_CLIP if self.video_url else MOST_REFERENCES,
        )
        if given > most:
            beside = " beside a clip" if self.video_url else ""
            raise InvalidRequest(
                f"{counted(len(self.pictures), 'picture')} and {counted(len(self.element_list), 'element')} are given.",
                f"Give at most {most} together{beside}.",
            )
        if self.image_tail is not None and len(self.pictures) > 2:
            raise InvalidRequest(
                f"An end frame is given with {len(self.pictures)} pictures.",
                "Beside first and end frame there can be no reference pictures: disconnect them or the end frame.",
            )
        if self.video_url and self.refer_type == "base" and self.image is not None:
            raise InvalidRequest(
                "A first frame and a clip to edit (refer_type base) cannot be used together.", "Disconnect one of them."
            )
        if self.video_url and self.sound:
            raise InvalidRequest(
                "sound cannot be made beside a clip.", "Turn sound off; keep_original_sound keeps the clip's own."
            )
        check_citations(
            texts_of(self.prompt, self.multi_shot),
            image=len(self.pictures),
            video=int(bool(self.video_url)),
            element=len(self.element_list),
        )


@dataclass(frozen=True)
class Effects:
    """A ready-made scene with the people of one picture, or of two (official effect list: kling_api.catalog)."""

    kind: ClassVar[str] = "effects"
    category: ClassVar[str] = "videos"
    slots: ClassVar[int] = 1

    effect_scene: str
    images: tuple[Picture, ...]
    seed: int = 0
    callback_url: str = ""

    def __post_init__(self) -> None:
        not_empty("effect_scene", self.effect_scene, "Choose an effect, for example hug_pro.")
        check_pictures("images", self.images, 1, 2)
        check_shared("effects", self.seed, self.callback_url, "")
