"""What the inputs of a node say of its order before the graph runs: read as ComfyUI does, then as fields.

A linked input is None; a name stands in for what it will bring.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import fields
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

from ..kling_api.bounds import CAMERA_TYPES, SHOT_TYPES
from ..kling_api.operations import (
    OPERATIONS,
    CameraControl,
    MultiShot,
    Operation,
    Shot,
    TryOnVideo,
)
from .orders import Brought, Order

if TYPE_CHECKING:
    from ..kling_api.dialects.wire import Dialect

#: Leads nowhere; the names behind it are those of `kling_api.quote`.
STAND_IN = "https://stand-in.invalid/"
#: What may be linked to an input of that name.
CAMERAS = tuple(CameraControl(one, zoom=1.0) if one == "simple" else CameraControl(one) for one in CAMERA_TYPES)
_CITATION = re.compile(r"<<<\w+>>>")


def fields_of(order: Order, given: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    """The operation's fields that the given inputs say, of those that are `known`; None is linked."""
    texts = {name for brought in order.brought.values() for name in (*brought.sockets, *brought.texts)}
    values = {name: given[name] for name in given if name in known and name not in texts}
    said = {name: value for name, value in values.items() if value is not None}
    said = {name: "" if order.left_out.get(name) == value else value for name, value in said.items()}
    held = {name: _held(name, brought, given) for name, brought in order.brought.items() if name in known}
    return said | {name: value for name, value in held.items() if value}


def operation_for(order: Order, given: Mapping[str, Any], dialect: Dialect, **more: Any) -> Operation:
    """With stand-ins for what is linked or missing. Raises InvalidRequest."""
    from ..kling_api.quote import operation_of

    kind = kind_at(order, dialect)
    names = names_of(kind)
    said = fields_of(order, given, names) | more
    if order.spoken and not said.get("sound_end_time"):
        said.pop("sound_end_time", None)
    if "reference_type" in names:
        said["reference_type"] = "video_refer" if said.get("refer_video") else "image_refer"
    linked = any(brought.batch and is_linked(given, brought) for brought in order.brought.values())
    said = {name: value for name, value in said.items() if value != "" or name not in ("prompt", "text")}
    if linked and isinstance(said.get("prompt"), str):
        said["prompt"] = _CITATION.sub("<<<>>>", said["prompt"])
    return operation_of(kind, said, {}, dialect)


def is_made_before(order: Order, given: Mapping[str, Any]) -> bool:
    """With the id of what was made before, nothing is ordered; one that is linked will be there."""
    return order.made_before in given and given[order.made_before] != ""


def kind_at(order: Order, dialect: Dialect) -> str:
    """A provider may have no try-on but the one that makes a clip."""
    if (
        not dialect.fields(order.kind)
        and order.node.__name__ == "KlingVirtualTryOn"
        and dialect.fields(TryOnVideo.kind)
    ):
        return TryOnVideo.kind
    return order.kind


def cuts_and_moves(given: Mapping[str, Any], names: frozenset[str]) -> Iterator[dict[str, Any]]:
    """What a linked camera and linked shots may bring, one way after the other; once nothing where none is linked."""
    seconds = int(given.get("duration") or 5)
    found: dict[str, tuple[Any, ...]] = {"camera_control": CAMERAS, "multi_shot": shots_of(seconds)}
    linked = {name: found[name] for name in _KEPT if name in names and name in given}
    for values in product(*linked.values()):
        yield dict(zip(linked, values, strict=True))


def shots_of(seconds: int) -> tuple[MultiShot, ...]:
    """A cut of each sort."""
    return tuple(MultiShot((Shot("x", max(1, seconds)),) if one == "customize" else (), one) for one in SHOT_TYPES)


def is_linked(given: Mapping[str, Any], brought: Brought) -> bool:
    """Whether something brings it whose value is not known yet."""
    return any(name in given and given[name] is None for name in (*brought.sockets, *brought.texts))


def _held(name: str, brought: Brought, given: Mapping[str, Any]) -> Any:
    """Addresses as they are; a stand-in for each socket."""
    linked = [one for one in (*brought.sockets, *brought.texts) if one in given and given[one] is None]
    stand_ins = [one if brought.ids else f"{STAND_IN}{name}" for one in linked]
    written = [line.strip() for one in brought.texts for line in (given.get(one) or "").split() if line.strip()]
    if brought.many:
        return (*stand_ins, *written)
    return next(iter((*stand_ins, *written)), "")


@cache
def plain_inputs(order: Order) -> Mapping[str, tuple[str, Any]]:
    """The type and the default of each input that holds a plain value: "str", "int", "float" or "bool"."""
    found = inspect.signature(order.node.execute).parameters.values()
    return {one.name: (one.annotation, one.default) for one in found if one.annotation in _READ}


@cache
def required_sockets(order: Order) -> tuple[str, ...]:
    """Those without which the node cannot run."""
    found = inspect.signature(order.node.execute).parameters.values()
    sockets = {name for brought in order.brought.values() for name in brought.sockets}
    return tuple(one.name for one in found if one.default is one.empty and one.name in sockets)


#: How ComfyUI reads what a widget holds.
_READ: dict[str, Callable[[Any], Any]] = {"int": int, "float": float, "str": str, "bool": bool}


def given_of(order: Order, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs that the node has, read as ComfyUI does; None is linked. What cannot be read is not given."""
    plain = plain_inputs(order)
    sockets = {name for brought in order.brought.values() for name in brought.sockets} | set(_KEPT)
    given: dict[str, Any] = {}
    for name, value in inputs.items():
        if value is None and (name in plain or name in sockets):
            given[name] = None
        elif name in plain:
            with suppress(TypeError, ValueError, OverflowError):
                given[name] = _READ[plain[name][0]](value)
    return given


#: Sockets whose values decide nothing before the graph runs, but that they are linked.
_KEPT = ("camera_control", "multi_shot")


@cache
def names_of(kind: str) -> frozenset[str]:
    """The fields of that operation."""
    return frozenset(one.name for made in OPERATIONS if made.kind == kind for one in fields(made))
