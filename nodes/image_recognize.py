"""KlingImageRecognize: where the object, the head, the face and the clothes of a picture are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import host, inputs, pictures
from .clips import order
from .host import io, search_aliases
from .judging import exactly_one, first_problem, linked
from .workers import run_visibly

if TYPE_CHECKING:
    from ..kling_api.client import Result
    from ..kling_api.operations import ImageRecognize

#: In the order of the outputs: what is found, and how its file's name ends.
FOUND = {"object": "object_seg", "head": "head_seg", "face": "face_seg", "cloth": "cloth_seg"}


_SHOWN = {
    "object": "the main object is",
    "head": "the head is",
    "face": "the face is",
    "cloth": "the clothes are",
}


class KlingImageRecognize(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingImageRecognize",
            display_name="Kling Image Recognize",
            category="Kling/Image",
            description="Masks of the main object, the head, the face and the clothes of a picture, with your own key; "
            "0.1 units. The same picture and seed are paid for once.",
            inputs=[
                inputs.seed(),
                pictures.socket("image", "What is looked at. One picture."),
                pictures.url("image"),
                inputs.paying_profile(),
            ],
            outputs=[*(_mask(name) for name in FOUND), pictures.task_id()],
            **search_aliases("可灵", "抠图", "分割", "遮罩", "蒙版", "mask", "segment", "matting"),
        )

    @classmethod
    def validate_inputs(
        cls, image: Any = inputs.NOT_GIVEN, image_url: str | None = "", profile: str | None = ""
    ) -> str | bool:
        return first_problem(
            exactly_one(image=linked(image), image_url=image_url), inputs.problem("image-recognize", profile, "")
        )

    @classmethod
    async def execute(cls, seed: int = 0, image: Any = None, image_url: str = "", profile: str = "") -> io.NodeOutput:
        def build() -> ImageRecognize:
            from ..kling_api.operations import ImageRecognize

            return ImageRecognize(image=pictures.needed("image", image, image_url), seed=seed)

        def read(result: Result) -> list[Any]:
            return _masks(result.files, image)

        result, masks, shown = await run_visibly(pictures.reading(order(build, profile), read))
        return io.NodeOutput(*masks, result.task_id, ui=shown)


def _mask(name: str) -> Any:
    return io.Mask.Output(
        name,
        display_name=name,
        tooltip=f"1 where {_SHOWN[name]}, of the picture's size; all 0 where there is none.",
    )


def _masks(files: Sequence[Path], image: Any) -> list[Any]:
    """[1, H, W] float32 each, in the order of FOUND."""
    from ..kling_api.media import read_pictures

    there = {
        name: read_pictures([path]).mean(dim=-1)
        for name, ending in FOUND.items()
        for path in files
        if path.stem.endswith(f"-{ending}")
    }
    nothing = _nothing(there, image)
    return [there.get(name, nothing) for name in FOUND]


def _nothing(there: dict[str, Any], image: Any) -> Any:
    """An empty mask of the picture's size. Of a picture by URL that is known from the other masks alone."""
    if image is not None:
        return image.new_zeros((1, *image.shape[-3:-1]))
    return next((mask.new_zeros(mask.shape) for mask in there.values()), host.blocked("Kling found nothing in it."))
