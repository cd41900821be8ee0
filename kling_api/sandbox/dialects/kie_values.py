"""The kinds of values that kie.ai takes, each checked as strictly as its pages have it, and its refusals.

Seen live in 2026: the texts on an option and on a length. Inferred: the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ..refusals import Refused

INVALID = 422
#: Looks at the value of the field that is named, and refuses it.
Check = Callable[[str, Any], None]


class KieRefused(Refused):
    """A refusal with a code of kie.ai's own. `upload`: written as its upload address does."""

    def __init__(self, kie_code: int, message: str, upload: bool = False) -> None:
        super().__init__(1201, message)
        self.kie_code = kie_code
        self.upload = upload
        self.status = kie_code


@dataclass(frozen=True)
class Field:
    check: Check
    required: bool = False
    may_be_empty: bool = False


def text(limit: int) -> Check:
    def check(name: str, value: Any) -> None:
        _must_be(isinstance(value, str), name, "a string")
        if len(value) > limit:
            raise KieRefused(INVALID, f"length of '{name}' must not exceed {limit} characters")

    return check


def one_of(*allowed: str) -> Check:
    def check(name: str, value: Any) -> None:
        _must_be(isinstance(value, str), name, "a string")
        if value not in allowed:
            raise KieRefused(INVALID, f"{name} is not within the range of allowed options")

    return check


def flag(name: str, value: Any) -> None:
    _must_be(isinstance(value, bool), name, "a boolean")


def tenths(name: str, value: Any) -> None:
    _must_be(isinstance(value, int | float) and not isinstance(value, bool), name, "a number")
    if not 0 <= value <= 1 or abs(value * 10 - round(value * 10)) > 1e-6:
        raise KieRefused(INVALID, f"{name} must be between 0 and 1 in steps of 0.1")


def url(name: str, value: Any) -> None:
    _must_be(isinstance(value, str) and _is_url(value), name, "a URL")


def urls(most: int) -> Check:
    def check(name: str, value: Any) -> None:
        _must_be(
            isinstance(value, list) and all(isinstance(item, str) and _is_url(item) for item in value), name, "URLs"
        )
        if len(value) > most:
            raise KieRefused(INVALID, f"{name} must not have more than {most} entries")

    return check


def shots(name: str, value: Any) -> None:
    _must_be(isinstance(value, list) and all(isinstance(item, dict) for item in value), name, "a list of shots")
    if len(value) > 5:
        raise KieRefused(INVALID, f"{name} must not have more than 5 entries")
    for shot in value:
        text(500)(f"{name}.prompt", shot.get("prompt"))
        seconds = shot.get("duration")
        if not isinstance(seconds, int) or isinstance(seconds, bool) or not 1 <= seconds <= 12:
            raise KieRefused(INVALID, f"{name}.duration must be an integer between 1 and 12")


def elements(name: str, value: Any) -> None:
    _must_be(isinstance(value, list) and all(isinstance(item, dict) for item in value), name, "a list of elements")
    if len(value) > 3:
        raise KieRefused(INVALID, f"{name} must not have more than 3 entries")
    for element in value:
        for part in ("name", "description"):
            text(500)(f"{name}.{part}", element.get(part))
        urls(4)(f"{name}.element_input_urls", element.get("element_input_urls"))


def _must_be(is_so: bool, name: str, what: str) -> None:
    if not is_so:
        raise KieRefused(INVALID, f"{name} must be {what}")


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
