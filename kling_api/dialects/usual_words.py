"""Words that many providers use, for where a dialect's own table has none: data/usual_words.json. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from .offer import table
from .wire import TaskState

_TABLE = "usual_words"


def state_of(word: str, own: Mapping[str, str]) -> TaskState:
    """By the dialect's own words, then by those of others; UNFAMILIAR for a word that nobody knows."""
    name = own.get(word) or table(_TABLE)["states"].get(word.lower())
    return TaskState[name] if name else TaskState.UNFAMILIAR


def says_well(message: str) -> bool:
    """Whether it is no message of an error; also for none at all."""
    return message.lower().rstrip(" .!。！") in table(_TABLE)["well"]


def says_no_money(message: str) -> bool:
    """Whether it tells of an account that cannot pay, which waiting does not mend."""
    return _holds(message.replace("_", " "), "no_money")


def says_broke_down(message: str) -> bool:
    """Whether something behind the gateway gave up in the middle: the task may have been made."""
    return _holds(message, "broke_down")


def _holds(message: str, kind: str) -> bool:
    return any(phrase in message.lower() for phrase in table(_TABLE)[kind])
