"""KlingVirtualTryOn: a person in a picture wears a garment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..kling_api import capabilities
from ..kling_api.errors import InvalidRequest
from . import inputs, pictures
from .host import advanced, io, search_aliases
from .judging import at_most_one, exactly_one, first_problem, linked

if TYPE_CHECKING:
    from ..kling_api.operations import TryOnVideo, VirtualTryOn
    from ..kling_api.operations.rules import Picture

_KIND = "kolors-virtual-try-on"
_LIMITS = "At least 300 pixels on each side, at most 2048 on the longer one, 10 MB."


class KlingVirtualTryOn(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingVirtualTryOn",
            display_name="Kling Virtual Try-On",
            category="Kling/Image",
            description="A person in a picture wears the garment of another picture, with your own key. The same "
            "inputs and seed are paid for once. A gateway of dialect newapi dresses the person by prompt, in a clip of "
            "5 s, whose frames are the images then.",
            inputs=[
                pictures.model_name(
                    _KIND, "virtual_try_on is the one of 2026; the others were announced for retirement."
                ),
                *_kept(),
                inputs.seed(),
                io.Image.Input("human_image", optional=True, tooltip=f"The person. One picture. {_LIMITS}"),
                io.Image.Input(
                    "cloth_image",
                    optional=True,
                    tooltip=f"The garment, or an upper and a lower one side by side. One picture. {_LIMITS}",
                ),
                pictures.url("human_image"),
                pictures.url("cloth_image"),
                io.String.Input(
                    "prompt",
                    multiline=True,
                    default="",
                    optional=True,
                    tooltip="What the person should wear, for a gateway of dialect newapi alone; it takes no "
                    "cloth_image. Kling's own platform takes no prompt.",
                    **advanced(),
                ),
                *inputs.profile_and_callback(),
            ],
            outputs=pictures.outputs(),
            **search_aliases("可灵", "虚拟试穿", "试衣", "换装", "try on", "vton", "outfit", "fashion"),
        )

    @classmethod
    def validate_inputs(
        cls,
        model_name: str | None = None,
        human_image: Any = inputs.NOT_GIVEN,
        human_image_url: str | None = "",
        cloth_image: Any = inputs.NOT_GIVEN,
        cloth_image_url: str | None = "",
        profile: str | None = "",
    ) -> str | bool:
        if profile is not None and _is_a_clip(profile):
            return exactly_one(human_image=linked(human_image), human_image_url=human_image_url)
        return first_problem(
            exactly_one(human_image=linked(human_image), human_image_url=human_image_url),
            at_most_one(cloth_image=linked(cloth_image), cloth_image_url=cloth_image_url),
            inputs.problem(_KIND, profile, model_name),
        )

    @classmethod
    async def execute(
        cls,
        model_name: str = "",
        keep_face: bool = True,
        keep_pose: bool = True,
        keep_background: bool = True,
        seed: int = 0,
        human_image: Any = None,
        cloth_image: Any = None,
        human_image_url: str = "",
        cloth_image_url: str = "",
        prompt: str = "",
        profile: str = "",
        callback_url: str = "",
    ) -> io.NodeOutput:
        def build() -> VirtualTryOn | TryOnVideo:
            from ..kling_api.operations import VirtualTryOn

            person = pictures.needed("human_image", human_image, human_image_url)
            garment = pictures.picture("cloth_image", cloth_image, cloth_image_url)
            if _is_a_clip(profile):
                return _clip(person, garment, prompt, model_name, seed, callback_url)
            if garment is None:
                raise InvalidRequest("cloth_image is missing.", "Connect cloth_image, or fill in cloth_image_url.")
            return VirtualTryOn(
                human_image=person,
                cloth_image=garment,
                model_name=model_name,
                keep_face=keep_face,
                keep_pose=keep_pose,
                keep_background=keep_background,
                seed=seed,
                callback_url=callback_url,
            )

        return await pictures.make_pictures(build, profile)


def _kept() -> list[Any]:
    """keep_face, keep_pose, keep_background."""
    return [
        io.Boolean.Input(
            f"keep_{what}", default=True, tooltip=f"Leave the person's {what} as it is. Only virtual_try_on has it."
        )
        for what in ("face", "pose", "background")
    ]


def _is_a_clip(profile: str) -> bool:
    """Whether the provider of that profile has no try-on but the one that makes a clip."""
    dialect = inputs.dialect(profile)
    return bool(dialect.fields("try-on-video")) and not dialect.fields(_KIND)


def _clip(
    person: Picture, garment: Picture | None, prompt: str, model_name: str, seed: int, callback_url: str
) -> TryOnVideo:
    from ..kling_api.operations import TryOnVideo

    if garment is not None:
        raise InvalidRequest(
            "This provider's try-on takes no cloth_image.", "Disconnect it, and write into prompt what is to be worn."
        )
    model = TryOnVideo.model_name if model_name in capabilities.models_for(_KIND) else model_name
    return TryOnVideo(image=person, prompt=prompt, model_name=model, seed=seed, callback_url=callback_url)
