"""Markdown as ComfyUI's help panel shows it: narrow tables, and nothing that it would take for HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise

#: In the text of a tooltip: `<<<image_1>>>` would be taken for a tag, and vanish; so would a `{'@'}` of vue-i18n stay.
_CITATION = re.compile(r"<<<[^<>]+>>>")
_ESCAPED = re.compile(r"\{'([^'])'\}")
_CODE = re.compile(r"`[^`]*`")
_SPECIAL = re.compile(r"([<*|])")


def code(word: object) -> str:
    return f"`{word}`"


def codes(words: Iterable[object]) -> str:
    return ", ".join(map(code, words))


def breakable(name: str) -> str:
    """A long name that may go on in the next line of a narrow panel."""
    return name.replace("_", "_<wbr>")


def plain_text(text: str) -> str:
    """A tooltip or a locale's text: shown as it is, with what the prompt cites as code."""
    text = _CITATION.sub(lambda found: code(found[0]), _ESCAPED.sub(r"\1", text).replace("`", ""))
    ends = [0, *(end for found in _CODE.finditer(text) for end in found.span()), len(text)]
    parts = [text[start:end] for start, end in pairwise(ends)]
    outside = [part if part.startswith("`") else _SPECIAL.sub(r"\\\1", part) for part in parts]
    return "".join(outside).replace("\n", " ").strip()


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (headings, ["---"] * len(headings), *rows))


def bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def figure(value: float | Decimal) -> str:
    """ "0.3", "5" - no zeros at the end and no exponent."""
    return f"{Decimal(str(value)).normalize():f}"


def span(values: Sequence[int]) -> str:
    """ "3-15" or "5, 10"."""
    if len(values) > 2 and list(values) == list(range(values[0], values[-1] + 1)):
        return f"{values[0]}-{values[-1]}"
    return ", ".join(map(str, values))
