"""The parts of a help page that are written by hand: help_texts/<language>/<node>.md, and shared.md for all of them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "help_texts"
SECTIONS = ("about", "picture", "use", "cost", "trouble")
_SHARED = re.compile(r"^@([\w-]+)$", re.MULTILINE)


@cache
def text_of(node: str, language: str) -> dict[str, str]:
    """By section. A line `@name` stands for the shared part of that name. KeyError where there is none."""
    sections = _sections(node, language)
    unknown = set(sections) - set(SECTIONS)
    if unknown:
        raise ValueError(f"{language}/{node}.md has sections that no page has: {', '.join(sorted(unknown))}")
    return {name: _filled(text, language) for name, text in sections.items()}


def shared(name: str, language: str) -> str:
    return _sections("shared", language)[name]


def shared_names(language: str) -> list[str]:
    return list(_sections("shared", language))


def _filled(text: str, language: str) -> str:
    return _SHARED.sub(lambda found: shared(found[1], language), text)


@cache
def _sections(name: str, language: str) -> dict[str, str]:
    text = (FOLDER / language / f"{name}.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return {title.strip(): body.strip() for title, body in zip(parts[1::2], parts[2::2], strict=True)}
