"""KlingOmniImage: a prompt that cites pictures makes or edits pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import inputs, pictures
from .host import io, search_aliases
from .judging import at_most_one, first_problem, linked
from .sources import in_order
from .wording import INPUTS

if TYPE_CHECKING:
    from ..kling_api.operations import OmniImage

#: Stands for as many pictures of a series as the model likes.
AS_MANY_AS_IT_LIKES = 0


class KlingOmniImage(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingOmniImage",
            display_name="Kling Omni Image",
            category="Kling/Image",
            description="Makes or edits pictures as a prompt says that cites pictures: another background, a face or a "
            "garment of another picture, a new style. The same inputs and seed are paid for once.",
            inputs=[
                pictures.prompt(
                    "Cite pictures as <<<image_1>>>: image is the first, those of reference_images follow."
                ),
                pictures.model_name("omni-image", "4k and series are for kling-v3-omni."),
                pictures.aspect_ratio("omni-image", auto=True),
                pictures.resolution("omni-image"),
                pictures.count(),
                inputs.seed(),
                pictures.socket("image", "What is edited: <<<image_1>>>. One picture."),
                pictures.socket("reference_images", "What the prompt refers to. One picture, or a batch of up to 10."),
                io.Mask.Input(
                    "mask",
                    optional=True,
                    tooltip="Where image may change. Reaches only gateways that have a mask (dialect unified).",
                ),
                *inputs.profile_and_callback(),
                *_series(),
                *inputs.elements(3, "Pictures and elements together: at most 10."),
                pictures.url("image"),
                pictures.url("reference_images", lines=True),
                pictures.url("mask"),
            ],
            outputs=pictures.outputs(),
            **search_aliases(
                "可灵",
                "图片编辑",
                "换脸",
                "换背景",
                "omni",
                "o1",
                "image edit",
                "face swap",
                "inpaint",
                "reference image",
            ),
        )

    @classmethod
    def validate_inputs(
        cls,
        model_name: str | None = None,
        aspect_ratio: str | None = None,
        resolution: str | None = None,
        result_type: str | None = None,
        image: Any = inputs.NOT_GIVEN,
        image_url: str | None = "",
        reference_images: Any = inputs.NOT_GIVEN,
        reference_images_url: str | None = "",
        mask: Any = inputs.NOT_GIVEN,
        mask_url: str | None = "",
        profile: str | None = "",
    ) -> str | bool:
        return first_problem(
            at_most_one(image=linked(image), image_url=image_url),
            at_most_one(reference_images=linked(reference_images), reference_images_url=reference_images_url),
            at_most_one(mask=linked(mask), mask_url=mask_url),
            inputs.problem(
                "omni-image",
                profile,
                model_name,
                aspect_ratio=aspect_ratio,
                resolution=resolution,
                result_type=result_type,
            ),
        )

    @classmethod
    async def execute(
        cls,
        prompt: str,
        model_name: str,
        aspect_ratio: str = "auto",
        resolution: str = "1k",
        n: int = 1,
        seed: int = 0,
        image: Any = None,
        reference_images: Any = None,
        mask: Any = None,
        profile: str = "",
        callback_url: str = "",
        result_type: str = "single",
        series_amount: int = 4,
        element_1: str | None = None,
        element_2: str | None = None,
        element_3: str | None = None,
        image_url: str = "",
        reference_images_url: str = "",
        mask_url: str = "",
    ) -> io.NodeOutput:
        def build() -> OmniImage:
            from ..kling_api.operations import OmniImage

            return OmniImage(
                prompt=prompt,
                model_name=model_name,
                image=pictures.picture("image", image, image_url),
                image_list=pictures.pictures("reference_images", reference_images, reference_images_url),
                mask_image=pictures.mask("mask", mask, mask_url),
                aspect_ratio=aspect_ratio,
                resolution=resolution,
                n=n,
                seed=seed,
                callback_url=callback_url,
                element_list=in_order("element", (element_1, element_2, element_3)),
                result_type=result_type,
                series_amount=series_amount,
            )

        return await pictures.make_pictures(build, profile, INPUTS | {"image_list": "reference_images"})


def _series() -> list[Any]:
    """result_type and series_amount."""
    return [
        io.Combo.Input(
            "result_type",
            options=["single", "series"],
            default="single",
            optional=True,
            tooltip="What is made. single: n pictures, each for itself. series: pictures that belong together "
            "(kling-v3-omni).",
        ),
        io.Int.Input(
            "series_amount",
            default=4,
            min=AS_MANY_AS_IT_LIKES,
            max=9,
            optional=True,
            tooltip="Pictures of a series, 2 to 9; 0: as many as the model likes. Each is paid for.",
        ),
    ]
