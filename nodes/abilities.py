"""What a model can do at a provider, in the inputs of a node: which values are possible, which inputs are of no use.

Asked of the dialect alone, one value at a time and then with each mode, sound and length that the model can do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any

from ..kling_api import capabilities
from ..kling_api.bounds import REFER_TYPES
from ..kling_api.errors import InvalidRequest
from ..kling_api.operations import Operation, Shot
from .image_generation import NO_REFERENCE
from .order_values import CAMERAS, STAND_IN, names_of, plain_inputs, shots_of
from .orders import Order
from .wording import told

if TYPE_CHECKING:
    from ..kling_api.dialects.wire import Dialect

#: Never of no use to a node: what it makes, who pays, and what is ours.
_OURS = frozenset({"prompt", "text", "model_name", "profile", "seed", "decode"})
#: What a warning says of a value that reaches the provider all the same.
_PASSED_ON = "passed on"
#: The longest clip that an input takes.
_LONGEST = 60


@dataclass(frozen=True)
class Abilities:
    """`options`: by input, the values that are possible. `unused`: input -> why it is of no use."""

    options: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    unused: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=512)
def abilities(order: Order, dialect: Dialect, model: str) -> Abilities:
    """Nothing is restricted for a model that nobody knows, nor where the provider cannot do the operation at all."""
    if dialect.problem(order.kind, model, {}) or not dialect.fields(order.kind):
        return Abilities()
    if capabilities.models_for(order.kind) and model not in _known(order.kind, dialect):
        return Abilities()
    options = _options(order, dialect, model)
    return Abilities(options, _unused(order, dialect, model, options))


def _known(operation: str, dialect: Dialect) -> frozenset[str]:
    return frozenset((*capabilities.models_for(operation), *dialect.models_for(operation)))


def _options(order: Order, dialect: Dialect, model: str) -> dict[str, tuple[Any, ...]]:
    found: dict[str, tuple[Any, ...]] = {}
    for name, (feature, values) in _choices(order.kind).items():
        if name not in plain_inputs(order) or name not in dialect.fields(order.kind):
            continue
        able = tuple(value for value in values if _is_possible(order.kind, dialect, model, feature, value))
        if able and len(able) < len(values):
            found[name] = able
    return found


def _choices(kind: str) -> dict[str, tuple[str, tuple[Any, ...]]]:
    """By input: the feature, and all values that some model can have."""
    return {
        "mode": ("mode", capabilities.modes()),
        "duration": ("duration", tuple(range(1, _LONGEST + 1))),
        "sound": ("sound", (False, True)),
        "refer_type": ("video", REFER_TYPES),
        "aspect_ratio": ("aspect_ratio", ("auto", *capabilities.aspect_ratios(kind))),
        "resolution": ("resolution", capabilities.resolutions(kind)),
        "image_reference": ("image_reference", (NO_REFERENCE, "subject", "face")),
        "result_type": ("result_type", ("single", "series")),
    }


def _is_possible(kind: str, dialect: Dialect, model: str, feature: str, value: Any) -> bool:
    if feature == "sound":
        return not dialect.problem(kind, model, {feature: "on" if value else "off"})
    if dialect.problem(kind, model, {feature: value}):
        return False
    return value == "auto" or feature != "aspect_ratio" or dialect.takes(kind, feature, value)


def _unused(order: Order, dialect: Dialect, model: str, options: Mapping[str, tuple[Any, ...]]) -> dict[str, str]:
    usual = list(_usual(order, dialect, model, options))
    found = {}
    for name, values in _probes(order).items():
        if usual and (why := _why_unused(dialect, usual, name, values)):
            found |= dict.fromkeys(order.inputs_of(name), told(why, order.names))
    return found


def _usual(
    order: Order, dialect: Dialect, model: str, options: Mapping[str, tuple[Any, ...]]
) -> Iterator[tuple[Operation, frozenset[str]]]:
    """The plainest orders that are possible, of each mode and with or without sound, and the warnings for them."""
    from ..kling_api.quote import operation_of

    plain = plain_inputs(order)
    said = {name: default for name, (_, default) in plain.items() if name not in ("prompt", "seed") and default != ""}
    said |= {"model_name": model, "voice_name": "x", "element_name": "x", "element_description": "x"}
    said = {name: "" if order.left_out.get(name) == value else value for name, value in said.items()}
    if "sound_end_time" in plain:
        said["sound_end_time"] = 5000
    modes = options.get("mode", ("std", "pro")) if "mode" in plain else (None,)
    sounds = options.get("sound", (False, True)) if "sound" in plain else (None,)
    seconds = options.get("duration", (5,)) if "duration" in plain else (None,)
    for mode, sound in product(modes, sounds):
        chosen = {"mode": mode, "sound": sound, "duration": 5 if 5 in seconds else seconds[0]}
        try:
            kept = {name: value for name, value in chosen.items() if value is not None}
            operation = operation_of(order.kind, said | kept, {}, dialect)
            yield operation, frozenset(dialect.check(operation))
        except InvalidRequest:
            continue


def _probes(order: Order) -> dict[str, tuple[Any, ...]]:
    """By field: values that are no default, of which one must be of use."""
    found: dict[str, tuple[Any, ...]] = {}
    for name, (sort, default) in plain_inputs(order).items():
        if name not in _OURS and name not in _choices(order.kind) and not _is_of_media(order, name):
            found[name] = (f"{STAND_IN}x",) if name.endswith("_url") else _others(sort, default)
    found |= {name: values for name, values in _SOCKETS.items() if name in order.brought or name in _ALWAYS}
    found["aspect_ratio"] = tuple(capabilities.aspect_ratios(order.kind))
    found["sound"] = (True, False)
    found["mode"] = capabilities.modes()
    return {name: values for name, values in found.items() if name in names_of(order.kind)}


def _is_of_media(order: Order, name: str) -> bool:
    return any(name in (*brought.sockets, *brought.texts) for brought in order.brought.values())


def _others(sort: str, default: Any) -> tuple[Any, ...]:
    if sort == "bool":
        return (not default,)
    if sort == "int":
        return default + 1, default + 6000  # a count, or milliseconds
    return (round(default + 0.1, 2), round(default - 0.1, 2)) if sort == "float" else ("x",)


_ALWAYS = ("camera_control", "multi_shot")
_SOCKETS: dict[str, tuple[Any, ...]] = {
    "camera_control": CAMERAS,
    "multi_shot": shots_of(5),
    "voice_list": (("x",),),
    "element_list": (("x",),),
    "image_tail": (f"{STAND_IN}image_tail",),
    "mask_image": (f"{STAND_IN}mask",),
    "scene_image": (f"{STAND_IN}scene_image",),
    "style_image": (f"{STAND_IN}style_image",),
}


def _why_unused(
    dialect: Dialect, usual: list[tuple[Operation, frozenset[str]]], name: str, values: tuple[Any, ...]
) -> str:
    """ "" where one of the values is of use in one of the orders."""
    reasons = []
    for (operation, warnings), value in product(usual, values):
        if getattr(operation, name) == value:
            continue
        if (asked := _with(operation, name, value)) is None:
            continue
        try:
            now = frozenset(dialect.check(asked))
        except InvalidRequest as error:
            reasons.append(error.what)
            continue
        told_of = now ^ warnings if name in ("sound", "mode") else now - warnings
        lost = [warning for warning in told_of if re.search(rf"\b{name}\b", warning) and _PASSED_ON not in warning]
        if not lost:
            return ""
        reasons.append(lost[0])
    model = getattr(usual[0][0], "model_name", "")
    return next((why for why in reasons if model and model in why), reasons[0] if reasons else "")


def _with(operation: Any, name: str, value: Any) -> Operation | None:
    """With what the field needs beside it; None where that is wrong everywhere, and so says nothing of the model."""
    values = {name: value}
    if name == "image_tail" and getattr(operation, "image", True) is None:
        values["image"] = f"{STAND_IN}image"
    if name == "voice_list":
        values["sound"] = True
    if name == "multi_shot" and value.multi_prompt:
        values[name] = replace(value, multi_prompt=(Shot("x", operation.duration),))
    try:
        return replace(operation, **values)
    except InvalidRequest:
        return None
