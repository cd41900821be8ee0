"""The rules that every provider shares: each names the field, the value and what would be accepted."""

from __future__ import annotations

from urllib.parse import urlsplit

from ..errors import InvalidRequest
from ..stills import Still

#: ComfyUI's own range of a seed.
MAX_SEED = 0xFFFFFFFFFFFFFFFF

#: A picture that we hold, or the http(s) URL of one.
Picture = Still | str


def check_shared(model_name: str, seed: int, callback_url: str, example: str) -> None:
    """What every operation has; `example` is a model that would do."""
    if not model_name.strip():
        raise InvalidRequest("model_name is empty.", f"Choose a model, for example {example}.")
    if not 0 <= seed <= MAX_SEED:
        raise InvalidRequest(f"seed is {seed}.", f"Give a whole number from 0 to {MAX_SEED}.")
    if callback_url:
        check_url("callback_url", callback_url)


def within(name: str, value: float, low: float, high: float) -> None:
    if not isinstance(value, int | float) or not low <= value <= high:  # also catches NaN
        shown = f"{value:g}" if isinstance(value, int | float) else repr(value)
        raise InvalidRequest(f"{name} is {shown}.", f"Give a number from {low:g} to {high:g}.")


def at_least_a_second(duration: int) -> None:
    if not isinstance(duration, int) or duration < 1:
        raise InvalidRequest(f"duration is {duration}.", "Give whole seconds, for example 5.")


def one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InvalidRequest(f"{name} is '{value}'.", f"Choose one of: {', '.join(allowed)}.")


def not_empty(name: str, value: str, advice: str) -> None:
    if not isinstance(value, str) or not value.strip():
        raise InvalidRequest(f"{name} is empty." if isinstance(value, str | None) else f"{name} is no text.", advice)


def check_picture(name: str, picture: Picture | None) -> None:
    """A picture that is named by a str must be a URL."""
    if picture is not None and not isinstance(picture, Still | str):
        raise InvalidRequest(
            f"{name} is a {type(picture).__name__}.",
            "Give a Still (kling_api.media.read_still reads a file), or a URL.",
        )
    if isinstance(picture, str):
        check_url(name, picture, " kling_api.media.read_still reads a picture from a file.")


def check_url(name: str, value: str, advice: str = "") -> None:
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidRequest(
            f"{name} is not an http(s) URL.",
            f"Give a full URL that begins with https://.{advice}",
        )
