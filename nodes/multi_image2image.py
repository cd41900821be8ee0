"""KlingMultiImage2Image: one to four subjects come together in a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import inputs, pictures
from .host import advanced, io, search_aliases
from .judging import at_most_one, first_problem, linked, refused, some

if TYPE_CHECKING:
    from ..kling_api.operations import MultiImage2Image

MOST_SUBJECTS = 4


class KlingMultiImage2Image(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingMultiImage2Image",
            display_name="Kling Multi-Image to Image",
            category="Kling/Image",
            description="Brings one to four subjects together in a picture, in a given scene and a given style if you "
            "like, with your own key. The same inputs and seed are paid for once.",
            inputs=[
                pictures.prompt(required=False),
                pictures.model_name("multi-image2image"),
                pictures.aspect_ratio("multi-image2image"),
                pictures.count(),
                inputs.seed(),
                *_subjects(),
                pictures.socket("scene_image", "Where they are. One picture."),
                pictures.socket("style_image", "How it should look. One picture."),
                pictures.url("scene_image"),
                pictures.url("style_image"),
                *inputs.profile_and_callback(),
            ],
            outputs=pictures.outputs(),
            **search_aliases(
                "可灵", "多图参考", "主体参考", "风格参考", "multi image", "subject reference", "style reference"
            ),
        )

    @classmethod
    def validate_inputs(
        cls,
        model_name: str | None = None,
        aspect_ratio: str | None = None,
        subject_image_1: Any = inputs.NOT_GIVEN,
        subject_image_2: Any = inputs.NOT_GIVEN,
        subject_image_3: Any = inputs.NOT_GIVEN,
        subject_image_4: Any = inputs.NOT_GIVEN,
        subject_image_urls: str | None = "",
        scene_image: Any = inputs.NOT_GIVEN,
        scene_image_url: str | None = "",
        style_image: Any = inputs.NOT_GIVEN,
        style_image_url: str | None = "",
        profile: str | None = "",
    ) -> str | bool:
        subjects = map(linked, (subject_image_1, subject_image_2, subject_image_3, subject_image_4))
        if some(*subjects, subject_image_urls) == "none":
            return refused("There is no subject.", "Connect subject_image_1, or fill in subject_image_urls.")
        return first_problem(
            at_most_one(scene_image=linked(scene_image), scene_image_url=scene_image_url),
            at_most_one(style_image=linked(style_image), style_image_url=style_image_url),
            inputs.problem("multi-image2image", profile, model_name, aspect_ratio=aspect_ratio),
        )

    @classmethod
    async def execute(
        cls,
        prompt: str = "",
        model_name: str = "",
        aspect_ratio: str = "16:9",
        n: int = 1,
        seed: int = 0,
        subject_image_1: Any = None,
        subject_image_2: Any = None,
        subject_image_3: Any = None,
        subject_image_4: Any = None,
        subject_image_urls: str = "",
        scene_image: Any = None,
        style_image: Any = None,
        scene_image_url: str = "",
        style_image_url: str = "",
        profile: str = "",
        callback_url: str = "",
    ) -> io.NodeOutput:
        subjects = (subject_image_1, subject_image_2, subject_image_3, subject_image_4)

        def build() -> MultiImage2Image:
            from ..kling_api.operations import MultiImage2Image

            stills = [
                pictures.still(f"subject_image_{number}", image)
                for number, image in enumerate(subjects, 1)
                if image is not None
            ]
            return MultiImage2Image(
                subject_image_list=(*stills, *subject_image_urls.split()),
                prompt=prompt,
                scene_image=pictures.picture("scene_image", scene_image, scene_image_url),
                style_image=pictures.picture("style_image", style_image, style_image_url),
                model_name=model_name,
                aspect_ratio=aspect_ratio,
                n=n,
                seed=seed,
                callback_url=callback_url,
            )

        return await pictures.make_pictures(build, profile)


def _subjects() -> list[Any]:
    """subject_image_1 to subject_image_4, subject_image_urls."""
    return [
        *(
            pictures.socket(f"subject_image_{number}", "A subject: a person or a thing. One picture.")
            for number in range(1, MOST_SUBJECTS + 1)
        ),
        io.String.Input(
            "subject_image_urls",
            default="",
            multiline=True,
            optional=True,
            tooltip="Further subjects by URL, one on each line, which Kling must be able to fetch. One to four "
            "subjects in all.",
            **advanced(),
        ),
    ]
