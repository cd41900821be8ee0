"""What the inputs of a node say of its order before the graph runs: read as ComfyUI does, then as fields.

A linked input is None; a name stands in for what it will bring.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields
from functools import cache
from typing import Any

from ..kling_api.operations import OPERATIONS
from .orders import Brought, Order

#: Leads nowhere; the names behind it are those of `kling_api.quote`.
STAND_IN = "https://stand-in.invalid/"


def fields_of(order: Order, given: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    """The operation's fields that the given inputs say, of those that are `known`; None is linked."""
    texts = {name for brought in order.brought.values() for name in (*brought.sockets, *brought.texts)}
    values = {name: given[name] for name in given if name in known and name not in texts}
    said = {name: value for name, value in values.items() if value is not None}
    said = {name: "" if order.left_out.get(name) == value else value for name, value in said.items()}
    held = {name: _held(name, brought, given) for name, brought in order.brought.items() if name in known}
    return said | {name: value for name, value in held.items() if value}


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
