"""The number of pictures that a scene of the effects needs. An unknown scene is Kling's to judge."""

from __future__ import annotations

from ..catalog import effects
from ..errors import InvalidRequest
from ..operations import Effects

_PICTURES = {1: "one picture", 2: "two pictures"}
_GIVEN = {1: "one is", 2: "two are"}


def check_effect(operation: Effects) -> None:
    """Raises InvalidRequest when the scene is made from another number of pictures."""
    scene = effects().get(operation.effect_scene)
    given = len(operation.images)
    if scene and scene.pictures != given:
        raise InvalidRequest(
            f"effect_scene {scene.scene} is made from {_PICTURES[scene.pictures]}, but {_GIVEN[given]} given.",
            "Connect the second picture." if scene.pictures > given else "Disconnect the second picture.",
        )
