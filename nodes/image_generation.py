"""KlingImageGeneration: a prompt, or a prompt and a picture, becomes pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import inputs, pictures
from .host import io, search_aliases
from .judging import at_most_one, first_problem, linked, refused, some
from .sources import in_order

if TYPE_CHECKING:
    from ..kling_api.operations import ImageGeneration

#: Stands for an empty image_reference, which a menu cannot show.
NO_REFERENCE = "none"


class KlingImageGeneration(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingImageGeneration",
            display_name="Kling Image Generation",
            category="Kling/Image",
            description="Makes pictures from a prompt, or from a prompt and a picture, with your own key. The same "
            "inputs and seed are paid for once.",
            inputs=[
                pictures.prompt(),
                pictures.model_name(
                    "generations", "image_reference is for kling-v1-5 and kling-v2-1, elements are for kling-v3."
                ),
                pictures.aspect_ratio("generations"),
                pictures.resolution("generations"),
                pictures.count(),
                io.String.Input(
                    "negative_prompt",
                    multiline=True,
                    default="",
                    tooltip="What should not appear. Up to 2500 characters. Not with image.",
                ),
                *_references(),
                inputs.seed(),
                pictures.socket("image", "What to start from. One picture."),
                pictures.url("image"),
                *inputs.elements(3, "Only kling-v3."),
                *inputs.profile_and_callback(),
            ],
            outputs=pictures.outputs(),
            **search_aliases(
                "可灵",
                "图片生成",
                "文生图",
                "图生图",
                "text to image",
                "text2image",
                "t2i",
                "image to image",
                "i2i",
                "kling image",
            ),
        )

    @classmethod
    def validate_inputs(
        cls,
        model_name: str | None = None,
        aspect_ratio: str | None = None,
        resolution: str | None = None,
        negative_prompt: str | None = "",
        image_reference: str | None = None,
        image: Any = inputs.NOT_GIVEN,
        image_url: str | None = "",
        element_1: Any = inputs.NOT_GIVEN,
        profile: str | None = "",
    ) -> str | bool:
        if (linked(image) or image_url) and negative_prompt:
            return refused(
                "negative_prompt and image cannot be used together.", "Empty negative_prompt, or disconnect image."
            )
        return first_problem(
            at_most_one(image=linked(image), image_url=image_url),
            inputs.problem(
                "generations",
                profile,
                model_name,
                references=some(linked(image), image_url),
                image_reference=image_reference,
                elements=some(linked(element_1)),
                resolution=resolution,
                aspect_ratio=aspect_ratio,
            ),
        )

    @classmethod
    async def execute(
        cls,
        prompt: str,
        model_name: str,
        aspect_ratio: str = "16:9",
        resolution: str = "1k",
        n: int = 1,
        negative_prompt: str = "",
        image_reference: str = NO_REFERENCE,
        image_fidelity: float = 0.5,
        human_fidelity: float = 0.45,
        seed: int = 0,
        image: Any = None,
        image_url: str = "",
        element_1: str | None = None,
        element_2: str | None = None,
        element_3: str | None = None,
        profile: str = "",
        callback_url: str = "",
    ) -> io.NodeOutput:
        def build() -> ImageGeneration:
            from ..kling_api.operations import ImageGeneration

            return ImageGeneration(
                prompt=prompt,
                model_name=model_name,
                image=pictures.picture("image", image, image_url),
                image_reference="" if image_reference == NO_REFERENCE else image_reference,
                image_fidelity=image_fidelity,
                human_fidelity=human_fidelity,
                negative_prompt=negative_prompt,
                aspect_ratio=aspect_ratio,
                resolution=resolution,
                n=n,
                seed=seed,
                callback_url=callback_url,
                element_list=in_order("element", (element_1, element_2, element_3)),
            )

        return await pictures.make_pictures(build, profile)


def _references() -> list[Any]:
    """image_reference, image_fidelity, human_fidelity."""
    return [
        io.Combo.Input(
            "image_reference",
            options=[NO_REFERENCE, "subject", "face"],
            default=NO_REFERENCE,
            tooltip="What of image is kept: the subject or the face. kling-v1-5 needs one with image; face needs "
            "exactly one face in the picture.",
        ),
        io.Float.Input(
            "image_fidelity",
            default=0.5,
            min=0.0,
            max=1.0,
            step=0.05,
            tooltip="0 to 1: how closely image is followed. Without image it has no effect.",
        ),
        io.Float.Input(
            "human_fidelity",
            default=0.45,
            min=0.0,
            max=1.0,
            step=0.05,
            tooltip="0 to 1: how alike the face is. Only with image_reference subject.",
        ),
    ]
