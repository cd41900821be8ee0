"""KlingVideoEffects: a ready-made scene with the people of one picture, or of two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..kling_api import catalog
from . import inputs, judging, sources
from .clips import make_clip, outputs
from .host import io, search_aliases

if TYPE_CHECKING:
    from ..kling_api.operations import Effects


class KlingVideoEffects(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingVideoEffects",
            display_name="Kling Video Effects",
            category="Kling/Video",
            description="Makes a clip of a ready-made scene with the people or animals of one picture, or of two. "
            "What it costs depends on the scene.",
            inputs=[
                io.Combo.Input(
                    "effect_scene",
                    options=list(catalog.effects()),
                    default=catalog.effect_scenes(1)[0],
                    tooltip=f"The scene. Two pictures: {', '.join(_live(2))}; the others one. The last ones of the "
                    "list are retired at Kling itself. Scenes of Kling's own list that are not in this menu are "
                    "taken too.",
                ),
                inputs.seed(),
                inputs.decode(),
                *inputs.cited_pictures(2, "Who is in the scene; of two pictures, the person on the left first."),
                *inputs.profile_and_callback(),
            ],
            outputs=outputs(),
            **search_aliases("可灵", "视频特效", "特效", "effects", "vfx", "hug", "kling effects"),
        )

    @classmethod
    def validate_inputs(
        cls,
        effect_scene: str | None = None,
        image_1: Any = inputs.NOT_GIVEN,
        image_2: Any = inputs.NOT_GIVEN,
        image_urls: str | None = "",
        profile: str | None = "",
    ) -> str | bool:
        given = judging.linked(image_1) + judging.linked(image_2) + len((image_urls or "").split())
        return judging.first_problem(
            judging.some_picture(image_1, image_urls),
            True if image_urls is None else _problem_of_pictures(effect_scene, given),
            inputs.problem("effects", profile, ""),
        )

    @classmethod
    async def execute(
        cls,
        effect_scene: str,
        seed: int = 0,
        decode: str = "all",
        image_1: Any = None,
        image_2: Any = None,
        image_urls: str = "",
        profile: str = "",
        callback_url: str = "",
    ) -> io.NodeOutput:
        def build() -> Effects:
            from ..kling_api.operations import Effects

            images = sources.several((image_1, image_2), image_urls)
            return Effects(effect_scene=effect_scene, images=images, seed=seed, callback_url=callback_url)

        return await make_clip(build, profile, decode)


def _live(pictures: int) -> list[str]:
    return [effect.scene for effect in catalog.effects().values() if effect.pictures == pictures and not effect.retired]


def _problem_of_pictures(scene: str | None, given: int) -> str | bool:
    """A scene that is not in the catalogue is passed on."""
    effect = catalog.effects().get(scene or "")
    if effect is None or given == effect.pictures:
        return True
    if effect.pictures == 2:
        return judging.refused(f"effect_scene {scene} is made from two pictures.", "Connect image_1 and image_2.")
    return judging.refused(f"effect_scene {scene} is made from one picture.", "Leave image_2 and image_urls empty.")
