"""The rules that every provider shares: each names the field, the value and what would be accepted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from ..bounds import MAX_SEED
from ..errors import InvalidRequest
from ..recordings import Footage, Sound
from ..stills import Still

#: No input of pictures, elements or voices has a higher number; clips have none.
_MOST_SOCKETS = 7

#: A picture, a sound or a clip that we hold, or the http(s) URL of one.
Picture = Still | str
Recording = Sound | str
Clip = Footage | str


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


def check_pictures(name: str, pictures: tuple[Picture, ...], fewest: int, most: int) -> None:
    if not fewest <= len(pictures) <= most:
        raise InvalidRequest(
            f"{name} has {len(pictures)} picture{'' if len(pictures) == 1 else 's'}.",
            f"Give {fewest} to {most}." if fewest < most else f"Give {most}.",
        )
    for number, picture in enumerate(pictures, 1):
        check_picture(f"{name}, picture {number},", picture)


def check_sound(name: str, sound: Recording) -> None:
    """A sound that is named by a str must be a URL."""
    if isinstance(sound, str):
        check_url(name, sound, " kling_api.media.read_sound reads a sound from a file.")
    elif not isinstance(sound, Sound):
        raise InvalidRequest(
            f"{name} is a {type(sound).__name__}.",
            "Give a Sound (kling_api.media.read_sound reads a file), or a URL.",
        )


def check_clip(name: str, clip: Clip) -> None:
    """A clip that is named by a str must be a URL."""
    if isinstance(clip, str):
        check_url(name, clip, " kling_api.media.read_footage takes a clip from a file.")
    elif not isinstance(clip, Footage):
        raise InvalidRequest(
            f"{name} is a {type(clip).__name__}.",
            "Give a Footage (kling_api.media.read_footage takes a file), or a URL.",
        )


def exactly_one(given: dict[str, object]) -> None:
    """Raises unless exactly one of the values is there."""
    there = [name for name, value in given.items() if value]
    if not there:
        raise InvalidRequest(f"Of {', '.join(given)}, none is given.", "Give exactly one of them.")
    if len(there) > 1:
        had = f"{len(there)} are given: {', '.join(there)}"
        raise InvalidRequest(f"Of {', '.join(given)}, {had}.", "Give exactly one of them.")


def not_longer(name: str, text: str, most: int) -> None:
    if len(text) > most:
        raise InvalidRequest(
            f"{name} has {len(text)} characters; the most is {most}.", f"Shorten it by {len(text) - most}."
        )


def check_ids(name: str, ids: tuple[str, ...], most: int) -> None:
    """Ids of elements or voices at the provider."""
    if len(ids) > most:
        raise InvalidRequest(f"{name} has {len(ids)} entries.", f"Give at most {most}.")
    for given in ids:
        not_empty(f"An id in {name}", given, "Connect the node that makes it, or remove it.")


def check_citations(texts: Mapping[str, str], **given: int) -> None:
    """`texts`: by what each is called; `given`: how many there are of image, video, element or voice. What is not named

    there is not looked at. A number that nothing has would be paid for and ignored.
    """
    for where, text in texts.items():
        for what, number in re.findall(r"<<<(image|video|element|voice)_(\d{1,18})>>>", text):
            there = given.get(what)
            if there is not None and not 1 <= int(number) <= there:
                is_one = what != "video" and 1 <= int(number) <= _MOST_SOCKETS
                raise InvalidRequest(
                    f"{where} cites <<<{what}_{number}>>>, but {counted(there, what)} {'is' if there == 1 else 'are'} "
                    "given.",
                    f"Connect {f'{what}_{number}' if is_one else f'the {what}'}, or correct the text.",
                )


def counted(number: int, what: str) -> str:
    """ "no images", "1 image", "2 images"."""
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"


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
