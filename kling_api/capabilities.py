"""What each model of Kling's own platform can do and costs. Menus, checks and estimates come from here.

The facts are in `models`, the sentences in `explain`; nothing about how a request is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .explain import cannot_do, not_possible
from .models import Model, image_document, image_models, models_with, video_document, video_models

#: The features that decide together whether a request is possible, in the order in which a problem is explained:
#: first those of every clip, then those of clips with more than frames, then those of pictures.
FEATURES = (
    *("mode", "duration", "sound", "frames", "camera"),
    *("video", "references", "elements", "voices", "shots"),
    *("aspect_ratio", "resolution", "image_reference", "result_type"),
)
#: Where the seconds depend on what is given.
_FEATURES_OF = {
    "omni-video": ("video", "references", "elements", "frames", "mode", "sound", "shots", "duration"),
    "generations": ("references", "image_reference", "elements", "resolution", "aspect_ratio"),
}
_TEXT = "text2video"


@dataclass(frozen=True)
class ImageLimits:
    """Still pictures: sides in pixels, ratio of the longer to the shorter side, bytes per generation of the API."""

    min_side: int
    max_ratio: float
    max_bytes: Mapping[str, int]


def default_model(operation: str = _TEXT) -> str:
    """ "" for an operation that has no models."""
    if operation in (_TEXT, "image2video"):
        return video_document()["default_model"]
    return video_document()["further_defaults"].get(operation) or image_document()["defaults"].get(operation, "")


def models_for(operation: str) -> tuple[str, ...]:
    """Ids of the models that can do the operation, live ones first: the node's menu. () where there is no choice."""
    return tuple(model.id for model in models_with(operation).values() if model.ways.get(operation))


def model_for(model_id: str, operation: str) -> Model | None:
    """None for a model that we do not know. A picture's model may have the id of a clip's."""
    return models_with(operation).get(model_id)


def ignores_cfg_scale(model_id: str) -> bool:
    """Whether Kling's page says so of the model."""
    return model_id in video_document()["without_cfg_scale"]["models"]


def modes() -> tuple[str, ...]:
    return ("std", "pro", "4k")


def aspect_ratios(operation: str = _TEXT) -> tuple[str, ...]:
    """The ratios that some model of the operation takes, without "auto"."""
    document = image_document() if models_with(operation) is image_models() else video_document()
    return tuple(document["aspect_ratio"])


def resolutions(operation: str) -> tuple[str, ...]:
    """The sizes that some model of the operation can be asked for; () where there is no choice."""
    ways = [way for model in models_with(operation).values() for way in model.ways.get(operation, ())]
    return tuple(name for name in image_document()["resolution"] if any(name in way.resolution for way in ways))


def image_limits() -> ImageLimits:
    """Of every picture that has no limits of its own in `media_limits`."""
    image = video_document()["image"]
    return ImageLimits(
        min_side=image["min_side"],
        max_ratio=image["max_ratio"],
        max_bytes={"legacy": image["legacy_max_bytes"], "new": image["new_max_bytes"]},
    )


def generation_of(model_id: str) -> str:
    """ "legacy" (/v1/...) or "new" (the model in the path). An unknown id is sorted by how it is written:

    the new standard writes `kling-3.0`, the old one `kling-v3` (new-standard pages, 2026-09).
    """
    model = video_models().get(model_id)
    if model:
        return model.generation
    return "new" if model_id.startswith("kling-") and model_id[6:7].isdigit() else "legacy"


def prompt_limit(model_id: str, operation: str) -> int:
    """Characters that a prompt may have."""
    model = model_for(model_id, operation)
    return (model.prompt_limit if model else {}).get(operation, video_document()["prompt_limit"])


def problem(model_id: str, operation: str, asked: Mapping[str, Any]) -> str:
    """Why the model cannot do this, with the values that would do; "" when it can or when the model is unknown.

    `asked` maps some or all of FEATURES to the wanted values; a feature that is left out may be anything.
    """
    model = model_for(model_id, operation)
    if model is None:
        return ""
    ways = model.ways.get(operation, ())
    if not ways:
        return cannot_do(model, operation)
    wanted = {feature: asked[feature] for feature in features_of(operation) if feature in asked}
    for index, feature in enumerate(wanted):
        fitting = [way for way in ways if way.allows(feature, wanted[feature])]
        if not fitting:
            return not_possible(model, operation, dict(list(wanted.items())[: index + 1]), ways)
        ways = fitting
    return ""


def features_of(operation: str) -> tuple[str, ...]:
    """FEATURES in the order in which a problem of this operation is explained."""
    return _FEATURES_OF.get(operation, FEATURES)


def sound_of(model_id: str, operation: str, wanted: bool) -> str:
    """ "on" or "off"; a model that cannot be silent is "on" whatever is wanted."""
    model = model_for(model_id, operation)
    ways = model.ways.get(operation, ()) if model else ()
    always_on = bool(ways) and all(way.sound == ("on",) for way in ways)
    return "on" if wanted or always_on else "off"


def units_per_second(model_id: str, mode: str, sound: str, operation: str = _TEXT) -> Decimal | None:
    """Video units per second of result, None where no price is known.

    `sound` "off", "on", "voice" (with voices) or "video" (made from a clip).
    """
    model = video_models().get(model_id)
    price = (model.units if model else {}).get(operation, {}).get(mode, {}).get(sound)
    return Decimal(price) if price else None


def units_per_image(model_id: str, operation: str, asked: Mapping[str, Any]) -> Decimal | None:
    """Image units per picture, None where no price is known. `asked` as in `problem`."""
    model = image_models().get(model_id)
    rows = model.image_units.get(operation, ()) if model else ()
    fitting = (price for way, price in rows if all(way.allows(name, value) for name, value in asked.items()))
    price = next(fitting, None)
    return Decimal(price) if price else None
