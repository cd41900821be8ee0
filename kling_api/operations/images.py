"""The operations whose result is one picture or several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..errors import InvalidRequest
from .rules import (
    Picture,
    check_citations,
    check_ids,
    check_picture,
    check_pictures,
    check_shared,
    counted,
    not_empty,
    one_of,
    within,
)

#: The most pictures of one request (official docs, 2026-02), and the most that one may refer to.
MOST_IMAGES = 9
MOST_REFERENCES = 10
RESULT_TYPES = ("single", "series")
EXPANSIONS = ("up_expansion_ratio", "down_expansion_ratio", "left_expansion_ratio", "right_expansion_ratio")
#: The most that a picture may grow by, as a multiple of its area.
MOST_AREA = 3.0


@dataclass(frozen=True)
class ImageGeneration:
    """`n` pictures from a prompt, or from a prompt and a picture.

    `image_reference` "", "subject" or "face" says what of `image` is kept; fidelities 0..1 (official docs, 2026-02).
    """

    kind: ClassVar[str] = "generations"
    category: ClassVar[str] = "images"

    prompt: str
    model_name: str = "kling-v2-1"
    image: Picture | None = None
    image_reference: str = ""
    image_fidelity: float = 0.5
    human_fidelity: float = 0.45
    negative_prompt: str = ""
    aspect_ratio: str = "16:9"
    resolution: str = "1k"
    n: int = 1
    seed: int = 0
    callback_url: str = ""
    element_list: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        not_empty("prompt", self.prompt, "Write what the picture should show.")
        check_picture("image", self.image)
        check_ids("element_list", self.element_list, MOST_REFERENCES)
        check_citations({"The prompt": self.prompt}, element=len(self.element_list))
        if self.negative_prompt and self.image is not None:
            raise InvalidRequest("negative_prompt and image cannot be used together.", "Leave one of them out.")
        within("image_fidelity", self.image_fidelity, 0.0, 1.0)
        within("human_fidelity", self.human_fidelity, 0.0, 1.0)
        within("n", self.n, 1, MOST_IMAGES)
        check_shared(self.model_name, self.seed, self.callback_url, "kling-v2-1")

    @property
    def slots(self) -> int:
        """Each picture takes one of the account's parallel places (official concurrency page, 2026-09)."""
        return self.n


@dataclass(frozen=True)
class OmniImage:
    """`n` pictures made or edited as the prompt says, which cites pictures as `<<<image_1>>>`.

    The numbers count `image` (what is edited) first, then `image_list`. `mask_image`: where `image` may change, which
    some gateways take. `aspect_ratio` "auto" follows the pictures (official docs, 2026-02). `result_type` series makes
    `series_amount` (2 to 9, 0: as many as the model likes) pictures that belong together, in place of `n`.
    """

    kind: ClassVar[str] = "omni-image"
    category: ClassVar[str] = "images"

    prompt: str
    model_name: str = "kling-image-o1"
    image: Picture | None = None
    image_list: tuple[Picture, ...] = ()
    mask_image: Picture | None = None
    aspect_ratio: str = "auto"
    resolution: str = "1k"
    n: int = 1
    seed: int = 0
    callback_url: str = ""
    element_list: tuple[str, ...] = ()
    result_type: str = "single"
    series_amount: int = 4

    def __post_init__(self) -> None:
        not_empty("prompt", self.prompt, "Write what the picture should show.")
        check_ids("element_list", self.element_list, MOST_REFERENCES)
        one_of("result_type", self.result_type, RESULT_TYPES)
        if self.series_amount:
            within("series_amount", self.series_amount, 2, MOST_IMAGES)
        for name in ("image", "mask_image"):
            check_picture(name, getattr(self, name))
        for number, picture in enumerate(self.image_list, 1):
            check_picture(f"image_list, picture {number},", picture)
        if self.mask_image is not None and self.image is None:
            raise InvalidRequest("mask_image is given without image.", "Give the picture that it belongs to.")
        given = len(self.image_list) + (self.image is not None)
        if given + len(self.element_list) > MOST_REFERENCES:
            elements = f" and {counted(len(self.element_list), 'element')}" if self.element_list else ""
            raise InvalidRequest(
                f"{counted(given, 'picture')}{elements} are given.", f"Give at most {MOST_REFERENCES}."
            )
        check_citations({"The prompt": self.prompt}, image=given, element=len(self.element_list))
        within("n", self.n, 1, MOST_IMAGES)
        check_shared(self.model_name, self.seed, self.callback_url, "kling-image-o1")

    @property
    def slots(self) -> int:
        """A series takes a place for each of its pictures."""
        return self.n if self.result_type == "single" else self.series_amount or MOST_IMAGES


@dataclass(frozen=True)
class MultiImage2Image:
    """`n` pictures that bring one to four subjects together, in a scene and a style if pictures of them are given."""

    kind: ClassVar[str] = "multi-image2image"
    category: ClassVar[str] = "images"

    subject_image_list: tuple[Picture, ...]
    prompt: str = ""
    scene_image: Picture | None = None
    style_image: Picture | None = None
    model_name: str = "kling-v2-1"
    aspect_ratio: str = "16:9"
    n: int = 1
    seed: int = 0
    callback_url: str = ""

    def __post_init__(self) -> None:
        check_pictures("subject_image_list", self.subject_image_list, 1, 4)
        check_picture("scene_image", self.scene_image)
        check_picture("style_image", self.style_image)
        within("n", self.n, 1, MOST_IMAGES)
        check_shared(self.model_name, self.seed, self.callback_url, "kling-v2-1")

    @property
    def slots(self) -> int:
        return self.n


@dataclass(frozen=True)
class ImageExpand:
    """A picture grows at its edges. Ratios 0..2 of its height (up, down) or width (left, right); the new area is at

    most three times the old one (official docs, 2026-02).
    """

    kind: ClassVar[str] = "editing/expand"
    category: ClassVar[str] = "images"

    image: Picture
    up_expansion_ratio: float = 0.0
    down_expansion_ratio: float = 0.0
    left_expansion_ratio: float = 0.0
    right_expansion_ratio: float = 0.0
    prompt: str = ""
    n: int = 1
    seed: int = 0
    callback_url: str = ""

    def __post_init__(self) -> None:
        check_picture("image", self.image)
        for side in EXPANSIONS:
            within(side, getattr(self, side), 0.0, 2.0)
        if not any(getattr(self, side) for side in EXPANSIONS):
            raise InvalidRequest("The picture is to grow on no side.", "Set at least one of the four ratios.")
        height = 1 + self.up_expansion_ratio + self.down_expansion_ratio
        width = 1 + self.left_expansion_ratio + self.right_expansion_ratio
        if height * width > MOST_AREA + 1e-9:
            raise InvalidRequest(
                f"The new picture would have {height * width:.2f} times the area of the old one.",
                f"Choose smaller ratios: at most {MOST_AREA:g} times.",
            )
        within("n", self.n, 1, MOST_IMAGES)
        check_shared("expand", self.seed, self.callback_url, "")

    @property
    def slots(self) -> int:
        return self.n


@dataclass(frozen=True)
class VirtualTryOn:
    """A person in a picture wears the garment of another picture.

    `keep_face`, `keep_pose`, `keep_background` reach the try-on solution of 2026 alone (`virtual_try_on`).
    """

    kind: ClassVar[str] = "kolors-virtual-try-on"
    category: ClassVar[str] = "images"
    slots: ClassVar[int] = 1

    human_image: Picture
    cloth_image: Picture
    model_name: str = "virtual_try_on"
    keep_face: bool = True
    keep_pose: bool = True
    keep_background: bool = True
    seed: int = 0
    callback_url: str = ""

    def __post_init__(self) -> None:
        check_picture("human_image", self.human_image)
        check_picture("cloth_image", self.cloth_image)
        check_shared(self.model_name, self.seed, self.callback_url, "virtual_try_on")


@dataclass(frozen=True)
class ImageRecognize:
    """Where things are in a picture: black and white masks of the object, head, face and clothes. Answered at once."""

    kind: ClassVar[str] = "image-recognize"
    category: ClassVar[str] = "videos"
    slots: ClassVar[int] = 0

    image: Picture
    seed: int = 0

    def __post_init__(self) -> None:
        check_picture("image", self.image)
        check_shared("recognize", self.seed, "", "")


@dataclass(frozen=True)
class MultiShotImages:
    """Three sets of three views of the subject of a picture, seen from the front (official docs, 2026-09)."""

    kind: ClassVar[str] = "ai-multi-shot"
    category: ClassVar[str] = "general"
    slots: ClassVar[int] = 1

    element_frontal_image: Picture
    seed: int = 0
    callback_url: str = ""

    def __post_init__(self) -> None:
        check_picture("element_frontal_image", self.element_frontal_image)
        check_shared("multi-shot", self.seed, self.callback_url, "")
