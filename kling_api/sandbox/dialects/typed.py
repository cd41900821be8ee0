"""JSON objects whose fields must be of the kinds that a document names: no text for a number, no number for a text.

Unknown fields are never looked at; null is as good as left out. All refusals are Kling's 1201, for a twin to translate.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..refusals import Refused, invalid
from ..validation import read_picture
from ..video_request import Picture


class Typed:
    """`path` is where the object stands in the body, for the messages."""

    def __init__(self, values: Mapping[str, Any], path: str = "") -> None:
        self._values = values
        self._path = path

    def has(self, name: str) -> bool:
        return self._values.get(name) is not None

    def text(self, name: str, limit: int = 0) -> str:
        """ "" where it is left out."""
        value = self._read(name, str, "a string", "")
        if limit and len(value) > limit:
            raise invalid(f"{self._path}{name} must not exceed {limit} characters")
        return value

    def needed(self, name: str, limit: int = 0) -> str:
        value = self.text(name, limit)
        if not value.strip():
            raise invalid(f"{self._path}{name} is required")
        return value

    def word(self, name: str, allowed: Sequence[str], default: str = "") -> str:
        """Without a default it must be given."""
        value = self.text(name) if default else self.needed(name)
        if value and value not in allowed:
            raise self.wrong(name, value)
        return value or default

    def whole(self, name: str, allowed: Sequence[int], default: int) -> int:
        value = self._read(name, int, "an int", default)
        if value not in allowed:
            raise self.wrong(name, value)
        return value

    def number(self, name: str, low: float, high: float, default: float | None = None) -> float:
        """Without a default it must be given."""
        value = self._read(name, (int, float), "a number", default)
        if value is None:
            raise invalid(f"{self._path}{name} is required")
        if not math.isfinite(value) or not low <= value <= high:
            raise invalid(f"{self._path}{name} must be from {low:g} to {high:g}")
        return float(value)

    def url(self, name: str) -> str:
        value = self.needed(name)
        if not value.startswith(("http://", "https://")):
            raise invalid(f"{self._path}{name} must be a URL")
        return value

    def picture(self, name: str) -> Picture:
        """A URL or Base64; None where it is left out."""
        return read_picture(self.text(name), "legacy")

    def needed_picture(self, name: str) -> Picture:
        self.needed(name)
        return self.picture(name)

    def child(self, name: str) -> Typed | None:
        value = self._read(name, dict, "an object", None)
        return None if value is None else Typed(value, f"{self._path}{name}.")

    def items(self, name: str) -> list[Any]:
        return self._read(name, list, "an array", [])

    def names(self) -> set[str]:
        return set(self._values)

    def wrong(self, name: str, value: object) -> Refused:
        return invalid(f"{self._path}{name} value '{value}' is invalid")

    def _read(self, name: str, kinds: Any, called: str, default: Any) -> Any:
        value = self._values.get(name)
        if value is None:
            return default
        if not isinstance(value, kinds) or isinstance(value, bool):
            raise invalid(f"{self._path}{name} must be {called}")
        return value


def read_typed(data: bytes) -> Typed:
    """The JSON object of a request body. Raises Refused."""
    try:
        values = json.loads(data, parse_constant=_no_constant)
        json.dumps(values, ensure_ascii=False).encode()  # half a surrogate pair can be kept nowhere
    except (ValueError, RecursionError):
        raise invalid("the body is not JSON") from None
    if not isinstance(values, dict):
        raise invalid("the body is not a JSON object")
    return Typed(values)


def loose(data: bytes) -> dict[str, Any]:
    """A look at a body before it is checked; {} for what is no object."""
    try:
        values = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def pictures(values: Sequence[Any], path: str) -> tuple[Picture, ...]:
    """Texts that are URLs or Base64."""
    return tuple(Typed({path: value or ""}).needed_picture(path) for value in values)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
