"""KlingMultiShotImages: three sets of three views of a subject, for an element or for multi-image nodes."""

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
    from ..kling_api.operations import MultiShotImages

SETS = 3


class KlingMultiShotImages(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingMultiShotImages",
            display_name="Kling Multi-Shot Images",
            category="Kling/Image",
            description="Three sets of three views of the subject of a picture, with your own key; 20 image units. "
            "Choose a set and give it to Kling Element as refer_images. The same picture and seed are paid for once.",
            inputs=[
                inputs.seed(),
                pictures.socket("element_frontal_image", "The subject from the front. One picture."),
                pictures.url("element_frontal_image"),
                *inputs.profile_and_callback(),
            ],
            outputs=[*(_views(number) for number in range(1, SETS + 1)), pictures.task_id()],
            **search_aliases("可灵", "多角度", "三视图", "character sheet", "turnaround", "multi view"),
        )

    @classmethod
    def validate_inputs(
        cls,
        element_frontal_image: Any = inputs.NOT_GIVEN,
        element_frontal_image_url: str | None = "",
        profile: str | None = "",
    ) -> str | bool:
        return first_problem(
            exactly_one(
                element_frontal_image=linked(element_frontal_image), element_frontal_image_url=element_frontal_image_url
            ),
            inputs.problem("ai-multi-shot", profile, ""),
        )

    @classmethod
    async def execute(
        cls,
        seed: int = 0,
        element_frontal_image: Any = None,
        element_frontal_image_url: str = "",
        profile: str = "",
        callback_url: str = "",
    ) -> io.NodeOutput:
        def build() -> MultiShotImages:
            from ..kling_api.operations import MultiShotImages

            image = pictures.needed("element_frontal_image", element_frontal_image, element_frontal_image_url)
            return MultiShotImages(element_frontal_image=image, seed=seed, callback_url=callback_url)

        def read(result: Result) -> list[Any]:
            return [_read_set(result.files, number) for number in range(SETS)]

        result, sets, shown = await run_visibly(pictures.reading(order(build, profile), read))
        return io.NodeOutput(*sets, result.task_id, ui=shown)


def _views(number: int) -> Any:
    return io.Image.Output(
        f"views_{number}",
        display_name=f"views_{number}",
        is_output_list=True,
        tooltip=f"Set {number}: three views as one batch; a list of single pictures where their sizes differ.",
    )


def _read_set(files: Sequence[Path], number: int) -> Any:
    """The views of set `number` (from 0), whose files end with "-0-1" to "-0-3"."""
    own = sorted(path for path in files if path.stem.rpartition("-")[0].endswith(f"-{number}"))
    return pictures.read(own) if own else host.blocked(f"Kling has made no views_{number + 1}.")
