"""Which pictures are to be drawn, as JSON that a restarted sandbox can still read, and what they cost."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from .clip_spec import even, kept
from .video_request import ImageRequest

#: An image task takes the time of a clip of this length.
IMAGE_SECONDS = 2.0
#: Image units per picture (price list of 2026; with a picture, and at 4k); 8 where none is published.
_UNITS = {"kling-v2-1": 4}
_UNITS_ELSE, _UNITS_4K = 8, 16
#: The long side of a square picture; others have as many pixels.
_SIDE = {"1k": 1024, "2k": 2048, "4k": 4096}


@dataclass(frozen=True)
class ImageSpec:
    """`pictures` and `mask` as in a clip's spec. The JSON is told from a clip's by its `n`."""

    operation: str
    model: str
    prompt: str
    negative_prompt: str
    n: int
    aspect_ratio: str
    resolution: str
    pictures: tuple[str, ...] = ()
    mask: str = ""
    note: str = ""

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    def digest(self) -> str:
        """Same request, same digest, same files. Only meaningful once no URL is left in it."""
        return hashlib.sha256(replace(self, note="").to_json().encode()).hexdigest()

    def size(self, picture: tuple[int, int] | None) -> tuple[int, int]:
        """Width and height, both even: "auto" has the ratio of the picture (width, height), or is square."""
        across, down = picture or (1, 1)
        if ":" in self.aspect_ratio:
            across, down = (int(part) for part in self.aspect_ratio.split(":"))
        side = _SIDE[self.resolution]
        return even(side * math.sqrt(across / down)), even(side * math.sqrt(down / across))


def image_spec_of(request: ImageRequest, keep: Callable[[bytes], str]) -> ImageSpec:
    return ImageSpec(
        operation=request.operation,
        model=request.model,
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        n=request.n,
        aspect_ratio=request.aspect_ratio,
        resolution=request.resolution,
        pictures=tuple(kept(picture, keep) for picture in request.pictures),
        mask=kept(request.mask, keep),
        note=request.note,
    )


def read_image_spec(text: str) -> ImageSpec:
    values = json.loads(text)
    return ImageSpec(**values | {"pictures": tuple(values["pictures"])})


def image_milliunits(request: ImageRequest) -> int:
    """Thousandths of an image unit."""
    plain = _UNITS_ELSE if request.pictures else _UNITS.get(request.model, _UNITS_ELSE)
    return (_UNITS_4K if request.resolution == "4k" else plain) * request.n * 1000
