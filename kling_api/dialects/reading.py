"""Reads the values of an answer, whoever wrote it: nothing in it is trusted to be of its kind. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from ..redaction import redact
from .wire import Answer, Refusal, Reply

_LONGEST_TEXT = 500
#: Characters that are looked through for secrets: the time for it grows with more than their number.
_MOST_READ = 3000
_LONGEST_ID = 1000
#: Places before and after the point: a number is shown and kept with all of them.
_MOST_DIGITS, _MOST_PLACES = 12, 30
#: HTTP statuses that say "not processed" even when the body cannot be read. Not among them: 408, 409 and 499, which a
#: server also sends when it gave up on work that it had begun, and 302 and 303, with which some answer finished work.
PLAIN_REFUSALS = frozenset(
    {301, 307, 308, 400, 401, 402, 403, 404, 405, 407, 410, 411, 413, 414, 415, 417, 421, 422, 426, 431, 451, 501, 505}
)


def fields(value: Any) -> dict[str, Any]:
    """The value if it is an object, else one without fields."""
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; an answer that holds anything else there holds nothing for us."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def texts(value: Any) -> list[str]:
    """The texts of a list."""
    return [text(item) for item in value if isinstance(item, str)] if isinstance(value, list) else []


def words(value: Any) -> str:
    """A server's text for people: one line, not endless, and without secrets (a server may quote the key)."""
    told = " ".join(text(value).split())
    if len(told) > _MOST_READ:  # without the word that the end would cut in two: half a key is not recognized
        told = told[:_MOST_READ].rpartition(" ")[0]
    return redact(told)[:_LONGEST_TEXT]


def text(value: Any) -> str:
    """JSON may hold half a character (a lone surrogate), which no file and no URL can take."""
    return str(value or "").encode("utf-8", "replace").decode("utf-8")


def task_id(value: Any) -> str:
    """ "" for what is no id: another kind of value, or one that holds a key, which a server may write anywhere."""
    found = text(value) if type(value) in (str, int) else ""
    return found if len(found) <= _LONGEST_ID and redact(found) == found else ""


def first_id(places: Iterable[dict[str, Any]], names: Iterable[str] = ("task_id",)) -> str:
    """The first task that one of the objects names; "" where none does."""
    names = tuple(names)
    return next((found for place in places for name in names if (found := task_id(place.get(name)))), "")


def naming(refusal: Refusal, task_id: str) -> Refusal:
    """Whoever names a task may have made it, whatever else is said. `task_id`: "" where none is named."""
    if not task_id:
        return refusal
    answer = refusal.answer if refusal.answer is Answer.DUPLICATE else Answer.UNCLEAR
    return replace(refusal, answer=answer, task_id=task_id)


def code_number(value: Any) -> int | None:
    """A whole number, also one that is written as text; None for anything else."""
    if type(value) is int:
        return value
    return int(value) if isinstance(value, str) and re.fullmatch("[0-9]{1,6}", value) else None


def inner_json(value: Any) -> Any:
    """What JSON inside a text says; None for anything else. An object that is one already stays."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def decimal(value: Any) -> Decimal | None:
    """A number that can be written out, also one that is text; None for anything else, such as 1e-20000000."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    places = number.as_tuple().exponent
    if isinstance(value, bool) or not isinstance(places, int):  # the latter: infinite, or not a number
        return None
    return number if places >= -_MOST_PLACES and number.adjusted() < _MOST_DIGITS else None


def seconds(value: Any) -> float | None:
    number = decimal(value)
    return None if number is None else float(number)


def milliseconds(value: Any) -> int:
    """Gateways were seen sending these as text."""
    digits = str(value)
    return int(digits) if re.fullmatch("[0-9]{1,18}", digits) else 0


def epoch_milliseconds(value: Any) -> int:
    """A time that some gateways write in seconds (seen live, 2026); 0 where nothing is said."""
    number = milliseconds(value)
    return number * 1000 if number < 100_000_000_000 else number


def unreadable(reply: Reply, whose: str) -> Refusal:
    """An answer that is not one of the provider's. `whose`: "Kling's", "kie.ai's"."""
    said = f"The answer (HTTP {reply.status}) is not one of {whose}: check the base URL of this profile."
    advice = "`kling doctor` shows what is in force."
    if reply.status in PLAIN_REFUSALS:
        return Refusal(Answer.FINAL, said, advice, f"HTTP {reply.status}")
    if reply.status == 429:
        return Refusal(Answer.LATER, said, advice, "HTTP 429", retry_after=reply.retry_after)
    return Refusal(Answer.UNCLEAR, said, advice, f"HTTP {reply.status}")
