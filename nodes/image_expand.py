"""KlingImageExpand: a picture grows at its edges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import inputs, pictures
from .host import io, search_aliases
from .judging import exactly_one, first_problem, judged, linked

if TYPE_CHECKING:
    from ..kling_api.operations import ImageExpand

_SIDES = {"up": "height", "down": "height", "left": "width", "right": "width"}


class KlingImageExpand(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingImageExpand",
            display_name="Kling Image Expand",
            category="Kling/Image",
            description="Lets a picture grow at its edges, with your own key; 8 image units for each picture. The same "
            "inputs and seed are paid for once.",
            inputs=[
                *(_ratio(side, measure) for side, measure in _SIDES.items()),
                pictures.prompt(required=False),
                pictures.count(),
                inputs.seed(),
                pictures.socket("image", "What is to grow. One picture."),
                pictures.url("image"),
                *inputs.profile_and_callback(),
            ],
            outputs=pictures.outputs(),
            **search_aliases("可灵", "扩图", "outpaint", "outpainting", "expand", "uncrop"),
        )

    @classmethod
    def validate_inputs(
        cls,
        up_expansion_ratio: float | None = None,
        down_expansion_ratio: float | None = None,
        left_expansion_ratio: float | None = None,
        right_expansion_ratio: float | None = None,
        image: Any = inputs.NOT_GIVEN,
        image_url: str | None = "",
        profile: str | None = "",
    ) -> str | bool:
        return first_problem(
            _judge_ratios(up_expansion_ratio, down_expansion_ratio, left_expansion_ratio, right_expansion_ratio),
            exactly_one(image=linked(image), image_url=image_url),
            inputs.problem("editing/expand", profile, ""),
        )

    @classmethod
    async def execute(
        cls,
        up_expansion_ratio: float = 0.25,
        down_expansion_ratio: float = 0.25,
        left_expansion_ratio: float = 0.25,
        right_expansion_ratio: float = 0.25,
        prompt: str = "",
        n: int = 1,
        seed: int = 0,
        image: Any = None,
        image_url: str = "",
        profile: str = "",
        callback_url: str = "",
    ) -> io.NodeOutput:
        def build() -> ImageExpand:
            from ..kling_api.operations import ImageExpand

            return ImageExpand(
                image=pictures.needed("image", image, image_url),
                up_expansion_ratio=up_expansion_ratio,
                down_expansion_ratio=down_expansion_ratio,
                left_expansion_ratio=left_expansion_ratio,
                right_expansion_ratio=right_expansion_ratio,
                prompt=prompt,
                n=n,
                seed=seed,
                callback_url=callback_url,
            )

        return await pictures.make_pictures(build, profile)


def _ratio(side: str, measure: str) -> Any:
    return io.Float.Input(
        f"{side}_expansion_ratio",
        default=0.25,
        min=0.0,
        max=2.0,
        step=0.05,
        tooltip=f"How far it grows {side}: 0 to 2 times its {measure}. All sides together: at most 3 times its area.",
    )


def _judge_ratios(up: float | None, down: float | None, left: float | None, right: float | None) -> str | bool:
    """Only together do they say how large the new picture is."""
    if up is None or down is None or left is None or right is None:
        return True
    from ..kling_api.operations import ImageExpand

    return judged(lambda: ImageExpand("https://still.invalid", up, down, left, right))
