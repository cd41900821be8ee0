"""Reads the fields of a JSON body the way Kling's server does, and refuses them in its two templates.

`<field> value '<v>' is invalid` for a word that is not in a list, `<camelCasePath>: <text>` for a blank, a size or a
range (both seen live in 2026). Unknown keys are never looked at; a number in quotes is a number, 5 is as good as "5".
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from .refusals import Refused, invalid, unreadable_body


class Fields:
    """One JSON object. `path` is where it stands in the body ("settings"), for the messages."""

    def __init__(self, values: dict[str, Any], path: str = "") -> None:
        self._values = values
        self._path = path

    def text(self, name: str, default: str = "") -> str:
        value = self._values.get(name)
        if isinstance(value, dict | list):
            raise unreadable_body()
        if value is None:
            return default
        if isinstance(value, str) and not _is_text(value):
            raise unreadable_body()
        return json.dumps(value) if isinstance(value, bool | float) else str(value)

    def number(self, name: str, default: float) -> float:
        value = self._values.get(name)
        try:
            return default if value is None or value == "" else float(value)
        except (TypeError, ValueError, OverflowError):
            raise unreadable_body() from None

    def flag(self, name: str, default: bool = False) -> bool:
        value = self._values.get(name)
        if value is None:
            return default
        if str(value).lower() not in ("true", "false"):
            raise unreadable_body()
        return str(value).lower() == "true"

    def has(self, name: str) -> bool:
        return self._values.get(name) not in (None, "", [], {})

    def child(self, name: str) -> Fields | None:
        value = self._values.get(name)
        if value is not None and not isinstance(value, dict):
            raise unreadable_body()
        return None if value is None else Fields(value, self.path_of(name))

    def children(self, name: str) -> list[Fields]:
        values = self._values.get(name) or []
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            raise unreadable_body()
        return [Fields(value, f"{self.path_of(name)}[{index}]") for index, value in enumerate(values)]

    def texts(self, name: str) -> list[str]:
        values = self._values.get(name) or []
        if not isinstance(values, list) or any(isinstance(value, dict | list) for value in values):
            raise unreadable_body()
        return [str(value) for value in values]

    def word(self, name: str, allowed: Sequence[str], default: str) -> str:
        """One of the words; absent or empty is the default."""
        value = self.text(name) or default
        if value not in allowed:
            raise self.wrong_value(name, value)
        return value

    def bounded_text(self, name: str, limit: int) -> str:
        value = self.text(name)
        if len(value) > limit:
            raise self.broken_rule(name, f"size must be between 0 and {limit}")
        return value

    def bounded_number(self, name: str, low: float, high: float, default: float) -> float:
        value = self.number(name, default)
        if not value <= high:
            raise self.broken_rule(name, f"must be less than or equal to {high:g}")
        if not value >= low:
            raise self.broken_rule(name, f"must be greater than or equal to {low:g}")
        return value

    def whole_number(self, name: str, allowed: Sequence[int], default: int) -> int:
        """A number such as 5, "5" or 5.0 out of those allowed."""
        text = self.text(name) or str(default)
        if re.fullmatch(r"\d{1,4}(\.0+)?", text) and int(float(text)) in allowed:
            return int(float(text))
        raise self.wrong_value(name, text)

    def wrong_value(self, name: str, value: object) -> Refused:
        return invalid(f"{self.path_of(name)} value '{value}' is invalid")

    def broken_rule(self, name: str, text: str) -> Refused:
        return invalid(f"{_camel_case(self.path_of(name))}: {text}")

    def path_of(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name


def read_body(data: bytes) -> Fields:
    """The JSON object of a request body. Raises Refused."""
    try:
        values = json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise unreadable_body() from None
    if not isinstance(values, dict):
        raise unreadable_body()
    return Fields(values)


def _is_text(value: str) -> bool:
    """Half a surrogate pair can be written in JSON, but not be kept anywhere."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _camel_case(path: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), path)
