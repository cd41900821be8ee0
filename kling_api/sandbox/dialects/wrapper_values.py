"""Reads JSON by request models in the way of the wrapping service's framework: all problems of a body at once.

Kinds and texts are the framework's own. The models are in `wrapper_models`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..refusals import Refused

Loc = tuple[str | int, ...]
#: Reads a value or raises Unprocessable.
Check = Callable[[Any, Loc], Any]
REQUIRED = object()

_PROMPT_LIMIT = 2500


class Unprocessable(Refused):
    """A 422: each problem with its `type`, `loc`, `msg` and `input`."""

    def __init__(self, problems: list[dict[str, Any]]) -> None:
        super().__init__(1201, f"{len(problems)} problems")
        self.problems = problems
        self.status = 422


@dataclass(frozen=True)
class Model:
    """`fields`: how each is read and its default; `rule` says what is wrong with them together, "" for nothing."""

    fields: Mapping[str, tuple[Check, Any]]
    rule: Callable[[dict[str, Any]], str] = lambda _values: ""

    def __call__(self, value: Any, loc: Loc) -> dict[str, Any]:
        if not isinstance(value, dict):
            said = "Input should be a valid dictionary or object to extract fields from"
            raise _wrong("model_attributes_type", loc, said, value)
        read: dict[str, Any] = {}
        problems: list[dict[str, Any]] = []
        for name, (check, default) in self.fields.items():
            try:
                read |= _read_field(value, name, check, default, loc)
            except Unprocessable as error:
                problems += error.problems
        if problems:
            raise Unprocessable(problems)
        if trouble := self.rule(read):
            raise _wrong("value_error", loc, f"Value error, {trouble}", value, ctx={"error": {}})
        return read


def read_body(data: bytes, model: Model) -> dict[str, Any]:
    """The fields of a body with their defaults. Raises Unprocessable."""
    if not data:
        raise _wrong("missing", ("body",), "Field required", None)
    try:
        value = json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise _wrong("json_invalid", ("body", 0), "JSON decode error", {}, ctx={"error": "Expecting value"}) from None
    return model(value, ("body",))


def _read_field(values: dict[str, Any], name: str, check: Check, default: Any, loc: Loc) -> dict[str, Any]:
    """A field that is left out or null has its default; without one, nothing is passed on."""
    if values.get(name) is not None:
        return {name: check(values[name], (*loc, name))}
    if default is REQUIRED and name in values:
        return {name: check(None, (*loc, name))}
    if default is REQUIRED:
        raise _wrong("missing", (*loc, name), "Field required", values)
    return {} if default is None else {name: default}


def text(value: Any, loc: Loc) -> str:
    if not isinstance(value, str):
        raise _wrong("string_type", loc, "Input should be a valid string", value)
    try:
        value.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        said = "Input should be a valid string, unable to parse raw data as a unicode string"
        raise _wrong("string_unicode", loc, said, "") from None
    return value


def prompt(value: Any, loc: Loc) -> str:
    read = text(value, loc)
    if len(read) > _PROMPT_LIMIT:
        said = f"String should have at most {_PROMPT_LIMIT} characters"
        raise _wrong("string_too_long", loc, said, read, ctx={"max_length": _PROMPT_LIMIT})
    return read


def file(value: Any, loc: Loc) -> str:
    """A `data:` prefix is taken off."""
    read = text(value, loc)
    return read.partition(",")[2] if read.startswith("data:") and "," in read else read


def number(value: Any, loc: Loc) -> float:
    if not isinstance(value, int | float | str):
        raise _wrong("float_type", loc, "Input should be a valid number", value)
    try:
        return float(value)
    except (ValueError, OverflowError):
        said = "Input should be a valid number, unable to parse string as a number"
        raise _wrong("float_parsing", loc, said, value) from None


def axis(value: Any, loc: Loc) -> float:
    read = number(value, loc)
    if not read >= -10:
        raise _wrong("greater_than_equal", loc, "Input should be greater than or equal to -10", value)
    if not read <= 10:
        raise _wrong("less_than_equal", loc, "Input should be less than or equal to 10", value)
    return read


def whole(value: Any, loc: Loc) -> int:
    if not isinstance(value, int | float | str):
        raise _wrong("int_type", loc, "Input should be a valid integer", value)
    if isinstance(value, float) and not value.is_integer():
        said = "Input should be a valid integer, got a number with a fractional part"
        raise _wrong("int_from_float", loc, said, value)
    try:
        return int(value)
    except ValueError:
        said = "Input should be a valid integer, unable to parse string as an integer"
        raise _wrong("int_parsing", loc, said, value) from None


def one_of(*allowed: str) -> Check:
    def check(value: Any, loc: Loc) -> str:
        if value in allowed:
            return value
        quoted = [f"'{word}'" for word in allowed]
        expected = f"{', '.join(quoted[:-1])} or {quoted[-1]}"
        raise _wrong("enum", loc, f"Input should be {expected}", value, ctx={"expected": expected})

    return check


def list_of(item: Check, least: int = 0, most: int | None = None) -> Check:
    """`least` 0 or 1."""

    def check(value: Any, loc: Loc) -> list[Any]:
        if not isinstance(value, list):
            raise _wrong("list_type", loc, "Input should be a valid list", value)
        if len(value) < least:
            raise _wrong("too_short", loc, f"List should have at least {least} item after validation, not 0", value)
        if most is not None and len(value) > most:
            said = f"List should have at most {most} items after validation, not {len(value)}"
            raise _wrong("too_long", loc, said, value)
        return [item(entry, (*loc, index)) for index, entry in enumerate(value)]

    return check


def _wrong(kind: str, loc: Loc, said: str, value: Any, **extra: Any) -> Unprocessable:
    return Unprocessable([{"type": kind, "loc": list(loc), "msg": said, "input": value} | extra])


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
