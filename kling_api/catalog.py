"""The catalogues of Kling's own platform: scenes of video effects, voices of text to speech, tags of elements.

No I/O but the files data/effects.json and data/voices.json, which say what they do not know; nothing about requests.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

_DATA = Path(__file__).parent / "data"

#: Ids and English words of Kling's page on elements (copy of 2026-09-20).
_ELEMENT_TAGS = MappingProxyType(
    {
        "o_101": "Hottest",
        "o_102": "Character",
        "o_103": "Animal",
        "o_104": "Item",
        "o_105": "Costume",
        "o_106": "Scene",
        "o_107": "Effect",
        "o_108": "Others",
    }
)


@dataclass(frozen=True)
class Effect:
    """A scene that is made from one picture or from two (the person on the left first).

    `duration`: the values that the field had, empty if the scene never had one (Kling's page has none since 2026-03).
    `retired`: the day from which Kling's own platform no longer has it, "" for a live one.
    """

    scene: str
    pictures: int
    duration: tuple[str, ...]
    retired: str


@dataclass(frozen=True)
class Voice:
    """A voice in one language, "zh" or "en". Some ids speak both: these are two voices, each with its own name."""

    id: str
    name: str
    language: str


@cache
def effects() -> Mapping[str, Effect]:
    """Every known effect by its scene: the live ones, newest first, then the retired ones."""
    return MappingProxyType({row["scene"]: _effect(row) for row in _rows("effects")})


def effect_scenes(pictures: int) -> tuple[str, ...]:
    """The scenes that are made from so many pictures, in the order of `effects`: the node's menu."""
    return tuple(effect.scene for effect in effects().values() if effect.pictures == pictures)


@cache
def voices(language: str = "") -> tuple[Voice, ...]:
    """The voices of a language, or all of them."""
    every = (Voice(**row) for row in _rows("voices"))
    return tuple(entry for entry in every if language in ("", entry.language))


def voice(id: str, language: str = "") -> Voice | None:
    """The voice with this id in this language; without a language in the first that it speaks, Chinese before English.

    None does not mean that Kling has no such voice: the catalogue may be incomplete.
    """
    return next((entry for entry in voices(language) if entry.id == id), None)


def element_tags() -> Mapping[str, str]:
    """The tags that an element may have: id -> English word."""
    return _ELEMENT_TAGS


def _effect(row: dict[str, Any]) -> Effect:
    return Effect(**{**row, "duration": tuple(row["duration"])})


def _rows(name: str) -> list[dict[str, Any]]:
    """The table `name` of the file of that name."""
    return json.loads((_DATA / f"{name}.json").read_text(encoding="utf-8"))[name]
