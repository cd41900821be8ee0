"""The pictures, sounds and clips of an operation, wherever its fields hold them: alone or in a tuple."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from ..recordings import Footage, Sound
from ..stills import Still

if TYPE_CHECKING:
    from . import Operation

AnyOperation = TypeVar("AnyOperation", bound="Operation")
Medium = Still | Sound | Footage


def media_of(operation: Operation) -> dict[str, Medium]:
    """What we hold ourselves, by the name of its field; "image_list, picture 2" for one of several."""
    found: dict[str, Medium] = {}
    for field in dataclasses.fields(operation):
        value = getattr(operation, field.name)
        if isinstance(value, Medium):
            found[field.name] = value
        elif isinstance(value, tuple):
            found |= {
                f"{field.name}, picture {number}": item
                for number, item in enumerate(value, 1)
                if isinstance(item, Medium)
            }
    return found


def stills_of(operation: Operation) -> dict[str, Still]:
    """The pictures among them."""
    return {name: medium for name, medium in media_of(operation).items() if isinstance(medium, Still)}


def with_media(operation: AnyOperation, replace: Callable[[Medium], Medium | str]) -> AnyOperation:
    """The same operation with everything that we hold as `replace` gives it."""
    values = {field.name: getattr(operation, field.name) for field in dataclasses.fields(operation)}
    changed = {name: _replaced(value, replace) for name, value in values.items()}
    return dataclasses.replace(operation, **{name: new for name, new in changed.items() if new is not values[name]})


def without_media(operation: AnyOperation) -> AnyOperation:
    """The same with the digest of everything that we hold in its place, written as a URL that leads nowhere."""
    return with_media(operation, lambda medium: f"https://{_WORDS[type(medium)]}.invalid/{medium.digest()}")


_WORDS: dict[type, str] = {Still: "still", Sound: "sound", Footage: "footage"}


def _replaced(value: Any, replace: Callable[[Medium], Medium | str]) -> Any:
    if isinstance(value, Medium):
        return replace(value)
    if isinstance(value, tuple) and any(isinstance(item, Medium) for item in value):
        return tuple(replace(item) if isinstance(item, Medium) else item for item in value)
    return value
