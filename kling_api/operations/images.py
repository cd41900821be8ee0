"""The operations whose result is one picture or several."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from ..errors import InvalidRequest
from .rules import Picture, check_picture, check_shared, not_empty, within

#: The most pictures of one request (official docs, 2026-02), and the most that one may refer to.
MOST_IMAGES = 9
MOST_REFERENCES = 10


@dataclass(frozen=True)
class ImageGeneration:
    """`n` pictures from a prompt, or from a prompt and a picture.

    `image_reference` "", "subject" or "face" says what of `image` is kept; fidelities 0..1 (official docs, 2026-02).
    """

    kind: ClassVar[str] = "generations"
    category: ClassVar[str] = "images"
    slots: ClassVar[int] = 1

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

    def __post_init__(self) -> None:
        not_empty("prompt", self.prompt, "Write what the picture should show.")
        check_picture("image", self.image)
        if self.negative_prompt and self.image is not None:
            raise InvalidRequest("negative_prompt and image cannot be used together.", "Leave one of them out.")
        within("image_fidelity", self.image_fidelity, 0.0, 1.0)
        within("human_fidelity", self.human_fidelity, 0.0, 1.0)
        within("n", self.n, 1, MOST_IMAGES)
        check_shared(self.model_name, self.seed, self.callback_url, "kling-v2-1")


@dataclass(frozen=True)
class OmniImage:
    """`n` pictures made or edited as the prompt says, which cites pictures as `<<<image_1>>>`.

    The numbers count `image` (what is edited) first, then `image_list`. `mask_image`: where `image` may change, which
    some gateways take. `aspect_ratio` "auto" follows the pictures (official docs, 2026-02).
    """

    kind: ClassVar[str] = "omni-image"
    category: ClassVar[str] = "images"
    slots: ClassVar[int] = 1

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

    def __post_init__(self) -> None:
        not_empty("prompt", self.prompt, "Write what the picture should show.")
        for name in ("image", "mask_image"):
            check_picture(name, getattr(self, name))
        for number, picture in enumerate(self.image_list, 1):
            check_picture(f"image_list, picture {number},", picture)
        if self.mask_image is not None and self.image is None:
            raise InvalidRequest("mask_image is given without image.", "Give the picture that it belongs to.")
        given = len(self.image_list) + (self.image is not None)
        if given > MOST_REFERENCES:
            raise InvalidRequest(f"{given} pictures are given.", f"Give at most {MOST_REFERENCES}.")
        _check_citations(self.prompt, given)
        within("n", self.n, 1, MOST_IMAGES)
        check_shared(self.model_name, self.seed, self.callback_url, "kling-image-o1")


def _check_citations(prompt: str, given: int) -> None:
    """A number that no picture has would be paid for and ignored."""
    for number in map(int, re.findall(r"<<<image_(\d{1,4})>>>", prompt)):
        if not 1 <= number <= given:
            raise InvalidRequest(
                f"The prompt cites <<<image_{number}>>>, but {given or 'no'} pictures are given.",
                "Connect the picture, or correct the number.",
            )
