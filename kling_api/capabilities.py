"""What each video model can do and costs, read from data/video_models.json. Menus, checks and estimates come from here.

No I/O but that one file; nothing about how a request is written. Source and date of the facts stand in the file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent / "data" / "video_models.json"

#: The features that decide together whether a request is possible, in the order in which a problem is explained.
FEATURES = ("mode", "duration", "sound", "frames", "camera")


@dataclass(frozen=True)
class Way:
    """One way in which a model can be used: a request fits when each of its features is allowed here."""

    mode: tuple[str, ...]
    duration: tuple[int, ...]
    sound: tuple[str, ...]
    frames: tuple[str, ...]
    camera: tuple[str, ...]

    def allows(self, feature: str, value: Any) -> bool:
        """`camera` "none" is always possible; "any" asks for some camera type that is not known yet."""
        if feature == "camera" and value in ("none", "any"):
            return value == "none" or bool(self.camera)
        return value in getattr(self, feature)


@dataclass(frozen=True)
class VideoModel:
    """A model: `ways` by operation, `generation` ("legacy" or "new"), units per second by mode and sound."""

    id: str
    generation: str
    ways: Mapping[str, tuple[Way, ...]]
    prompt_limit: Mapping[str, int]
    units: Mapping[str, Mapping[str, str]]
    multi_shot_default: bool
    retired: str
    successor: str


@dataclass(frozen=True)
class ImageLimits:
    """Still pictures: sides in pixels, ratio of the longer to the shorter side, bytes per generation of the API."""

    min_side: int
    max_ratio: float
    max_bytes: Mapping[str, int]


@cache
def video_models() -> Mapping[str, VideoModel]:
    """Every known model by id, the live ones first."""
    return {entry["id"]: _model(entry) for entry in _document()["models"]}


def default_model() -> str:
    return _document()["default_model"]


def aspect_ratios() -> tuple[str, ...]:
    return tuple(_document()["aspect_ratio"])


def image_limits() -> ImageLimits:
    image = _document()["image"]
    return ImageLimits(
        min_side=image["min_side"],
        max_ratio=image["max_ratio"],
        max_bytes={"legacy": image["legacy_max_bytes"], "new": image["new_max_bytes"]},
    )


def models_for(operation: str) -> tuple[str, ...]:
    """Ids of the models that can do the operation, live ones first: the node's menu."""
    return tuple(model.id for model in video_models().values() if model.ways.get(operation))


def modes() -> tuple[str, ...]:
    return ("std", "pro", "4k")


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
    model = video_models().get(model_id)
    return (model.prompt_limit if model else {}).get(operation, _document()["prompt_limit"])


def problem(model_id: str, operation: str, asked: Mapping[str, Any]) -> str:
    """Why the model cannot do this, with the values that would do; "" when it can or when the model is unknown.

    `asked` maps some or all of FEATURES to the wanted values; a feature that is left out may be anything.
    """
    model = video_models().get(model_id)
    if model is None:
        return ""
    ways = model.ways.get(operation, ())
    if not ways:
        able = [other for other in video_models().values() if other.ways.get(operation)]
        return f"model_name {model_id} cannot do {operation}. These can: {_advised(able)}."
    wanted = {feature: asked[feature] for feature in FEATURES if feature in asked}
    for index, feature in enumerate(wanted):
        fitting = [way for way in ways if way.allows(feature, wanted[feature])]
        if not fitting:
            return _explain(model, operation, dict(list(wanted.items())[: index + 1]), ways)
        ways = fitting
    return ""


def sound_of(model_id: str, operation: str, wanted: bool) -> str:
    """ "on" or "off"; a model that cannot be silent is "on" whatever is wanted."""
    model = video_models().get(model_id)
    ways = model.ways.get(operation, ()) if model else ()
    always_on = bool(ways) and all(way.sound == ("on",) for way in ways)
    return "on" if wanted or always_on else "off"


def units_per_second(model_id: str, mode: str, sound: str) -> Decimal | None:
    """Video units per second of result, None where no price is known."""
    model = video_models().get(model_id)
    price = (model.units if model else {}).get(mode, {}).get(sound)
    return Decimal(price) if price else None


def _explain(model: VideoModel, operation: str, wanted: Mapping[str, Any], ways: Sequence[Way]) -> str:
    """`wanted` ends with the feature that none of `ways` allows; they allow all those before it."""
    feature = list(wanted)[-1]
    before = {name: value for name, value in wanted.items() if name != feature}
    asked = _words(feature, wanted[feature])
    usual = ("none", "first", "off")
    circumstances = ", ".join(_words(name, value) for name, value in before.items() if value not in usual)
    here = f"{model.id} ({circumstances})" if circumstances else model.id
    elsewhere = [way for way in model.ways[operation] if way.allows(feature, wanted[feature])]
    if elsewhere:
        options = "; or ".join(dict.fromkeys(_requirements(way, before) for way in elsewhere))
        return f"{_sentence(asked)} is not possible with {here}. {model.id} can do it with {options}."
    instead = dict.fromkeys(value for way in ways for value in getattr(way, feature))
    others = [other for other in video_models().values() if _somehow(other, operation, feature, wanted[feature])]
    able = f" Possible here: {', '.join(_value(feature, value) for value in instead)}." if instead else " Leave it out."
    return f"{_sentence(asked)} is not possible with {model.id}.{able}" + (
        f" Models that can: {_advised(others)}." if others else ""
    )


def _requirements(way: Way, before: Mapping[str, Any]) -> str:
    """The features that would have to change, with the values that would do."""
    missing = [name for name, value in before.items() if not way.allows(name, value)]
    choices = ((name, [_value(name, value) for value in getattr(way, name)]) for name in missing)
    return " and ".join(f"{_LABEL[name]} {' or '.join(values)}".strip() for name, values in choices)


def _advised(models: list[VideoModel]) -> str:
    """The live ones; where there is none, those that some gateways still serve."""
    live = [model.id for model in models if not model.retired]
    return ", ".join(live or [f"{model.id} (retirement announced for {model.retired})" for model in models])


def _somehow(model: VideoModel, operation: str, feature: str, value: Any) -> bool:
    return any(way.allows(feature, value) for way in model.ways.get(operation, ()))


_LABEL = {"mode": "mode", "duration": "duration", "sound": "sound", "frames": "", "camera": "camera_control type"}
_FRAMES = {
    "first": "a first frame alone",
    "first+last": "a first frame with an end frame",
    "last": "an end frame without a first frame",
}


def _words(feature: str, value: Any) -> str:
    if feature == "camera" and value == "any":
        return "camera_control"
    return f"{_LABEL[feature]} {_value(feature, value)}".strip()


def _value(feature: str, value: Any) -> str:
    if feature == "frames":
        return _FRAMES.get(value, str(value))
    return f"{value} s" if feature == "duration" else str(value)


def _sentence(words: str) -> str:
    """A field's name keeps its own spelling; words of ours begin with a capital."""
    return words[0].upper() + words[1:] if words in _FRAMES.values() else words


@cache
def _document() -> dict[str, Any]:
    return json.loads(_FILE.read_text(encoding="utf-8"))


def _model(entry: dict[str, Any]) -> VideoModel:
    operations = ("text2video", "image2video")
    return VideoModel(
        id=entry["id"],
        generation=entry["generation"],
        ways={name: tuple(_way(row) for row in entry[name]) for name in operations},
        prompt_limit=entry.get("prompt_limit", {}),
        units=entry["units"],
        multi_shot_default=entry.get("multi_shot_default", False),
        retired=entry.get("retired", ""),
        successor=entry.get("successor", ""),
    )


def _way(row: dict[str, list[Any]]) -> Way:
    return Way(**{feature: tuple(row[feature]) for feature in FEATURES})
