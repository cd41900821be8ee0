"""The pictures of an operation, wherever its fields hold them: alone or in a tuple."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from ..stills import Still
from .rules import Picture

if TYPE_CHECKING:
    from . import Operation

AnyOperation = TypeVar("AnyOperation", bound="Operation")


def stills_of(operation: Operation) -> dict[str, Still]:
    """The pictures that we hold, by the name of their field; "image_list, picture 2" for one of several."""
    found: dict[str, Still] = {}
    for field in dataclasses.fields(operation):
        value = getattr(operation, field.name)
        if isinstance(value, Still):
            found[field.name] = value
        elif isinstance(value, tuple):
            found |= {
                f"{field.name}, picture {number}": item
                for number, item in enumerate(value, 1)
                if isinstance(item, Still)
            }
    return found


def with_stills(operation: AnyOperation, replace: Callable[[Still], Picture]) -> AnyOperation:
    """The same operation with each picture that we hold as `replace` gives it."""
    values = {field.name: getattr(operation, field.name) for field in dataclasses.fields(operation)}
    changed = {name: _replaced(value, replace) for name, value in values.items()}
    return dataclasses.replace(operation, **{name: new for name, new in changed.items() if new is not values[name]})


def _replaced(value: Any, replace: Callable[[Still], Picture]) -> Any:
    if isinstance(value, Still):
        return replace(value)
    if isinstance(value, tuple) and any(isinstance(item, Still) for item in value):
        return tuple(replace(item) if isinstance(item, Still) else item for item in value)
    return value
