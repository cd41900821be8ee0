"""Which pictures are to be drawn, as JSON that a restarted sandbox can still read."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass, replace

from .clip_spec import even, title_of
from .sources import Sources
from .video_request import ImageRequest

#: An image task takes the time of a clip of this length.
IMAGE_SECONDS = 2.0
#: The long side of a square picture; others have as many pixels.
_SIDE = {"1k": 1024, "2k": 2048, "4k": 4096}


@dataclass(frozen=True)
class ImageSpec:
    """Pictures as in a clip's spec."""

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
    series: int = 0
    expansion: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    scene: str = ""
    style: str = ""
    elements: tuple[str, ...] = ()

    @property
    def caption(self) -> str:
        """What the pictures say."""
        return title_of(self.operation, self.model, self.prompt)

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


def image_spec_of(request: ImageRequest, sources: Sources) -> ImageSpec:
    """Raises Refused for what `sources` does not have."""
    return ImageSpec(
        operation=request.operation,
        model=request.model,
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        n=request.n,
        aspect_ratio=request.aspect_ratio,
        resolution=request.resolution,
        pictures=sources.pictures(request.pictures),
        mask=sources.picture(request.mask),
        note=request.note,
        series=request.series,
        expansion=request.expansion,
        scene=sources.picture(request.scene),
        style=sources.picture(request.style),
        elements=sources.elements(request.elements),
    )


def read_image_spec(text: str) -> ImageSpec:
    values = json.loads(text)
    lists = {name: tuple(values[name]) for name in ("pictures", "expansion", "elements") if name in values}
    return ImageSpec(**values | lists)
