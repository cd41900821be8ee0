"""For validate_inputs: which of several inputs are given, and whether that is right, before a prompt is queued.

What a linked text holds is not known yet (None); it is not judged. A linked socket is given. ComfyUI drops an answer
unless one of the arguments that validate_inputs names is in the prompt: it must name one that is always there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..kling_api.errors import InvalidRequest
from .inputs import NOT_GIVEN
from .wording import UNSENT as UNSENT
from .wording import refused, told


def linked(socket: Any) -> bool:
    """Whether a socket is connected; its value is never known before the graph runs."""
    return socket is not NOT_GIVEN


def some(*given: bool | str | None) -> str | None:
    """The feature of what may be given in several ways: "some", "none", or None where nobody knows yet."""
    sure = [value.strip() if isinstance(value, str) else value for value in given]
    return "some" if any(sure) else None if None in sure else "none"


def first_problem(*answers: str | bool) -> str | bool:
    """The first answer that is not True."""
    return next((answer for answer in answers if answer is not True), True)


def judged(check: Callable[[], object]) -> str | bool:
    """True, or what the check finds wrong, in words for the user."""
    try:
        check()
    except InvalidRequest as error:
        return refused(told(error.what), told(error.advice))
    return True


def exactly_one(**given: bool | str | None) -> str | bool:
    """True, or that none or several are given."""
    sure: dict[str, object] = {n: value.strip() if isinstance(value, str) else value for n, value in given.items()}
    if None in sure.values() and sum(map(bool, sure.values())) < 2:
        return True
    from ..kling_api.operations import rules

    return judged(lambda: rules.exactly_one(sure))


def at_most_one(**given: bool | str | None) -> str | bool:
    return exactly_one(**given) if some(*given.values()) == "some" else True


def some_picture(image_1: Any, image_urls: str | None) -> str | bool:
    """True, or that a node which needs pictures has none."""
    if some(linked(image_1), image_urls) != "none":
        return True
    return refused("A picture is missing.", "Connect one to image_1, or give its URL in image_urls.")


def voices(sound: bool | None, *sockets: Any) -> str | bool:
    """True, or that a voice is connected which nobody would hear."""
    if sound is not False or not any(map(linked, sockets)):
        return True
    return refused("A voice is connected, but sound is off.", "Turn sound on, or disconnect the voices.")


def cast(voice_1: Any, voice_2: Any, multi_shot: Any) -> dict[str, str | None]:
    """The features of a clip's voices and shots."""
    return {"voices": some(linked(voice_1), linked(voice_2)), "shots": shots(multi_shot)}


def shots(multi_shot: Any) -> str | None:
    """The feature; what is connected says only when the graph runs how it cuts the clip."""
    return None if linked(multi_shot) else "none"


def text(name: str, value: str | None, most: int) -> str | bool:
    """True, or that a text is missing or too long."""
    if value is None:
        return True
    from ..kling_api.operations import rules

    return judged(lambda: (rules.not_empty(name, value, "Fill it in."), rules.not_longer(name, value, most)))


def not_longer(name: str, value: str | None, most: int) -> str | bool:
    """True, or that a text which may be empty is too long."""
    if value is None:
        return True
    from ..kling_api.operations import rules

    return judged(lambda: rules.not_longer(name, value, most))
