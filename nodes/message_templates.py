"""The templates of locales/zh/messages.json: which may fit a text, and what their values would be.

English has a {} for each value, Chinese {1}, {2} ... in an order of its own. Nothing here decides which one it is.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

log = logging.getLogger(__name__)

MESSAGES = Path(__file__).resolve().parents[1] / "locales" / "zh" / "messages.json"
LETTERS = re.compile(r"[A-Za-z]")
#: A template with no more letters of its own fits much that is not ours: it asks more of its values.
SHORT = 6


@dataclass(frozen=True)
class Template:
    """English in pieces, with a value between each two. `letters` of its own; `longest` of its pieces."""

    pieces: tuple[str, ...]
    chinese: str
    letters: int
    longest: str

    def values(self, text: str) -> Iterator[tuple[str, ...]]:
        """What stands for each value, in every way that is possible."""
        first, *rest = self.pieces
        if in_small(text[: len(first)]) == first and text.endswith(rest[-1]):
            yield from _fill(text, len(first), rest)

    @property
    def is_weak(self) -> bool:
        return self.letters <= SHORT and ":" not in "".join(self.pieces)

    @property
    def counts(self) -> bool:
        """ "{} pictures"."""
        return len(self.pieces) == 2 and not self.pieces[0] and bool(re.fullmatch(r" [a-z]+", self.pieces[1]))

    def is_strict(self, number: int) -> bool:
        """Whether this might be anybody's sentence, "duration is {}": only what is surely a value makes it ours."""
        says_what_is = self.pieces[number].endswith((" is ", "there is no ")) and not self.pieces[number + 1]
        return self.is_weak or self.counts or says_what_is

    def is_quoted(self, number: int) -> bool:
        """In quotes stand somebody else's words or a value, and in the marks of a command no word is ours."""
        before = "".join(self.pieces[: number + 1])
        in_quotes = before.endswith("'") and self.pieces[number + 1].startswith("'")
        return in_quotes or before.count("`") % 2 == 1 or before.count('"') % 2 == 1

    def is_about_a_name(self) -> bool:
        """ "{} is {}": what is said of an input, or of a kind of task."""
        return not self.pieces[0] and self.pieces[1].startswith((" is ", " has ", " task "))

    def introduces(self, number: int) -> bool:
        """Whether a whole text of its own may stand there: sentences, or a list."""
        return self.pieces[number].endswith((": ", "("))

    def is_free(self, number: int) -> bool:
        """Where a reason stands, which may be in words of others."""
        before, after = self.pieces[number], self.pieces[number + 1]
        return (before.endswith(": ") and not after) or (before.endswith("(") and after.startswith(")"))


class Messages:
    """All templates. Those without a value are looked up, the others are tried."""

    def __init__(self, texts: dict[str, str]) -> None:
        self._phrases: dict[str, str] = {}
        self._templates: list[Template] = []
        for english, chinese in texts.items():
            pieces = tuple(bare(english).split("{}"))
            if len(pieces) == 1:
                self._phrases[in_small(bare(english))] = bare(chinese)
            else:
                first, *rest = pieces
                letters, longest = len(LETTERS.findall("".join(pieces))), max(first[1:], *rest, key=len)
                self._templates.append(Template((in_small(first), *rest), bare(chinese), letters, longest))

    def phrase(self, text: str) -> str | None:
        return self._phrases.get(in_small(text))

    def fitting(self, text: str) -> list[Template]:
        """Those that may fit a part of the text."""
        return [template for template in self._templates if template.longest in text]


@lru_cache(maxsize=1)
def messages() -> Messages:
    """Read once. Without the file every text stays English."""
    try:
        return Messages(json.loads(MESSAGES.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        log.warning("The Chinese texts cannot be read from %s; texts stay English.", MESSAGES)
        return Messages({})


def bare(text: str) -> str:
    """Without the stop at its end."""
    return text[:-1] if text.endswith((".", "。")) and not text.endswith("..") else text


def in_small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _fill(text: str, start: int, rest: Sequence[str]) -> Iterator[tuple[str, ...]]:
    piece, last = rest[0], len(rest) == 1
    if last:
        end = len(text) - len(piece)
        if end >= start and text.endswith(piece):
            yield (text[start:end],)
        return
    end = text.find(piece, start + 1)
    while end > start:
        for following in _fill(text, end + len(piece), rest[1:]):
            yield (text[start:end], *following)
        end = text.find(piece, end + 1)
