"""Why a model cannot do what is asked, in a sentence with the values that would do. Words only; decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .models import Model, Way, models_with

_LABEL = {
    "mode": "mode",
    "duration": "duration",
    "sound": "sound",
    "camera": "camera_control type",
    "aspect_ratio": "aspect_ratio",
    "resolution": "resolution",
    "image_reference": "image_reference",
    "result_type": "result_type",
}
#: Features that are spoken of in whole phrases.
_PHRASES: dict[str, dict[str, str]] = {
    "frames": {
        "none": "no first frame",
        "first": "a first frame alone",
        "first+last": "a first frame with an end frame",
        "last": "an end frame without a first frame",
    },
    "video": {
        "none": "no clip",
        "feature": "a clip with refer_type feature",
        "base": "a clip with refer_type base",
    },
    "references": {"none": "no reference picture", "some": "a reference picture"},
    "elements": {"none": "no element_list", "some": "element_list"},
    "voices": {"none": "no voice_list", "some": "voice_list"},
    "shots": {"none": "no multi_shot", "customize": "multi_shot customize", "intelligence": "multi_shot intelligence"},
    "image_reference": {"none": "no image_reference"},
}
_OUR_WORDS = frozenset(_PHRASES["frames"].values()) | {"no clip", "a reference picture", "no reference picture"}
#: What a node gets from another one. Whoever writes the request themselves leaves it out.
_CONNECTED = ("camera", "video", "references", "elements", "voices", "shots")
#: Not worth a word when the circumstances are told.
_USUAL = ("none", "first", "off", "single")
#: Of these it helps to know what is possible as things are, beside what would have to change.
_CHOICES = ("duration", "aspect_ratio", "resolution", "image_reference")


def cannot_do(model: Model, operation: str) -> str:
    """The model has no way to do the operation at all."""
    able = [other for other in models_with(operation).values() if other.ways.get(operation)]
    return f"model_name {model.id} cannot do {operation}. These can: {_advised(able)}."


def not_possible(model: Model, operation: str, wanted: Mapping[str, Any], ways: Sequence[Way]) -> str:
    """`wanted` ends with the feature that none of `ways` allows; they allow all those before it."""
    feature = list(wanted)[-1]
    before = {name: value for name, value in wanted.items() if name != feature}
    asked = _sentence(_words(feature, wanted[feature]))
    choices = _choices(feature, ways)
    elsewhere = [way for way in model.ways[operation] if _offers(way, feature, wanted[feature])]
    if elsewhere:
        options = "; or ".join(dict.fromkeys(_requirements(way, before) for way in elsewhere))
        now = f" {choices}" if choices and feature in _CHOICES else ""
        return f"{asked} is not possible with {_here(model, before)}.{now} {model.id} can do it with {options}."
    table = models_with(operation).values()
    others = [other for other in table if _somehow(other, operation, feature, wanted[feature])]
    able = f" Models that can: {_advised(others)}." if others else ""
    without = "Disconnect it or leave it out." if feature in _CONNECTED else "Leave it out."
    return f"{asked} is not possible with {model.id}. {choices or without}{able}"


def _here(model: Model, before: Mapping[str, Any]) -> str:
    told = ", ".join(_words(name, value) for name, value in before.items() if value not in _USUAL)
    return f"{model.id} ({told})" if told else model.id


def _choices(feature: str, ways: Iterable[Way]) -> str:
    values = dict.fromkeys(value for way in ways for value in getattr(way, feature) if value != "none")
    return f"Possible here: {', '.join(_value(feature, value) for value in values)}." if values else ""


def _requirements(way: Way, before: Mapping[str, Any]) -> str:
    """The features that would have to change, with the values that would do."""
    missing = [name for name, value in before.items() if not way.allows(name, value)]
    choices = ((name, [_value(name, value) for value in getattr(way, name)]) for name in missing)
    return " and ".join(f"{_label(name)} {' or '.join(values)}".strip() for name, values in choices)


def _advised(models: list[Model]) -> str:
    """The live ones; where there is none, those that some gateways still serve."""
    live = [model.id for model in models if not model.retired]
    return ", ".join(live or [f"{model.id} (retirement announced for {model.retired})" for model in models])


def _somehow(model: Model, operation: str, feature: str, value: Any) -> bool:
    return any(_offers(way, feature, value) for way in model.ways.get(operation, ()))


def _offers(way: Way, feature: str, value: Any) -> bool:
    """Where the feature may be anything there is nothing to choose: what was asked for cannot be had there either."""
    return bool(getattr(way, feature)) and way.allows(feature, value)


def _words(feature: str, value: Any) -> str:
    if feature == "camera" and value == "any":
        return "camera_control"
    phrase = _PHRASES.get(feature, {}).get(value)
    return phrase or f"{_label(feature)} {_value(feature, value)}".strip()


def _label(feature: str) -> str:
    return _LABEL.get(feature, "")


def _value(feature: str, value: Any) -> str:
    if feature == "duration":
        return f"{value} s"
    return _PHRASES.get(feature, {}).get(value, str(value))


def _sentence(words: str) -> str:
    """A field's name keeps its own spelling; words of ours begin with a capital."""
    return words[0].upper() + words[1:] if words in _OUR_WORDS or words.startswith(("no ", "a clip")) else words
