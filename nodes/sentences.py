"""One line of our English texts in Chinese: its sentences by their templates, with their values put in.

A sentence is translated whole or not at all; what no template fits (Kling's own words, a path) stays as it is.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from . import chinese
from .message_templates import LETTERS, SHORT, Template, bare, messages

log = logging.getLogger(__name__)

_ENDS = re.compile(r"(?<=[^\s.][.!?])\s+")
#: Words of a text that is neither a name nor a value: three in a row.
_PROSE = re.compile(r"(?<![\w./-])[A-Za-z']{2,}(?: [A-Za-z']+){2,}(?![\w/-])")
#: What a list of values may hold: names, numbers, a name with its value.
_NAME = re.compile(r"[^\s,;/\\'\"][^\s,;\\'\"]*(?: [^\s,;/\\'\"]+){0,2}")
_NAMES = re.compile(r"[\w./-]+(?: -?\d\S*)?(?:, [\w./-]+(?: -?\d\S*)?)+")
_NUMBERS = re.compile(r"[\d:.]+(?:, [\d:.]+)+")
_SECONDS = re.compile(r"\d+ 秒$")
#: What can be nothing but a value.
_VALUE = re.compile(r"\S*[\d_<]\S*|-?(?:nan|inf)|'.*'|`.*`|\".*\"")
_PATH = re.compile(r"[/~]|[A-Za-z]:\\")
_BRACKET = re.compile(r"([^()]+) \(((?:[^()]|\([^()]*\))+)\)")
_HELD = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|'[^']*'|`[^`]*`")
#: An input of several pictures: one word while a line is looked at.
_PICTURE = re.compile(r"(\w+), picture (\d+)(,?)(?=[ .]|$)")
_PICTURE_WORD = re.compile("(\\w+)([\ue000\ue001])(\\d+)( ?)")
#: How values are listed, the loosest first, and how that is written in Chinese.
_LISTS = (("; or ", "；或 "), ("; ", "；"), (", ", "、"), (" and ", " 和 "), (" or ", " 或 "))
#: Something is said of what stands before a colon if so many letters of it are ours.
_SAID = 9
#: So many ways to read the values of a template are tried.
_WAYS = 24
#: So many parts of a line are looked at: what has more is somebody else's text, and would take minutes.
_MOST_PARTS = 600
#: A value may hold so many sentences.
_TOGETHER = 6


@lru_cache(maxsize=512)
def line_in_chinese(line: str) -> str:
    """Never raises; what is not ours comes back as it is."""
    try:
        return _Line(line).translated()
    except Exception:  # the outermost edge: an error must be told, in whatever language
        log.debug("A text could not be translated.", exc_info=True)
        return line


class _TooMuch(Exception):
    """A line of more parts than any of ours."""


@dataclass(frozen=True)
class _Said:
    """A part in Chinese. `letters`: of ours that were recognised; the more, the surer."""

    text: str
    letters: int


class _Line:
    """One line of a text."""

    def __init__(self, line: str) -> None:
        self._mark = "- " if line.startswith("- ") else ""
        self._text = _PICTURE.sub(_as_one_word, line[len(self._mark) :])
        self._templates = messages().fitting(self._text)
        self._known: dict[str, _Said | None] = {}

    def translated(self) -> str:
        text = self._sentences(self._text)[0]
        return self._mark + _PICTURE_WORD.sub(_in_chinese if chinese.HAN.search(text) else _in_english, text)

    def _sentences(self, text: str) -> tuple[str, bool, int]:
        """The text, whether all of it was translated, and the letters that were recognised.

        A value may hold sentences itself: of all ways to cut the text, the one with the least English left.
        """
        starts = [0, *(end.end() for end in _ENDS.finditer(text))]
        ends = [*(end.start() for end in _ENDS.finditer(text)), len(text)]
        best: list[tuple[int, int, tuple[str, ...]]] = [(0, 0, ())]
        for last, end in enumerate(ends):
            ways = []
            for first in range(max(0, last + 1 - _TOGETHER), last + 1):
                part = text[starts[first] : end]
                left, sure, said = best[first]
                if (found := self._part(part)) and found.letters:
                    ways.append((left, sure - found.letters, (*said, found.text)))
                elif first == last:
                    ways.append((left + len(part), sure, (*said, part)))
            best.append(min(ways, key=lambda way: way[:2]))
        left, sure, said = best[-1]
        return chinese.joined(said), not left, -sure

    def _part(self, part: str) -> _Said | None:
        """A sentence, or a part of one. None: it is not ours."""
        if part not in self._known:
            if len(self._known) >= _MOST_PARTS:
                raise _TooMuch
            self._known[part] = self._look_up(part)
        return self._known[part]

    def _look_up(self, part: str) -> _Said | None:
        core = bare(part)
        end = "。" if core != part else ""
        if (phrase := messages().phrase(core)) is not None:
            return _Said(chinese.ended(phrase, end), len(LETTERS.findall(core)) + 1)
        found = [
            (said.letters, template.letters, said.text)
            for template in self._templates
            if template.longest in core and (said := self._by(template, core))
        ]
        # A short template fits a whole list as well: "job {}" in "job kn-1, task id 842".
        if max(found, default=(0, 0, ""))[1] <= SHORT and (said := self._by_structure(core)):
            found.append((said.letters, 0, said.text))
        if not found:
            return None
        letters, _, text = max(found)
        return _Said(chinese.ended(text, end), letters)

    def _by(self, template: Template, core: str) -> _Said | None:
        """By the way of reading the values that recognises most."""
        best = None
        for values in islice(template.values(core), _WAYS):
            said = [self._value(template, number, value) for number, value in enumerate(values)]
            words = [value for value in said if value]
            letters = template.letters + sum(one.letters for one in words)
            if len(words) == len(said) and (best is None or letters > best.letters):
                best = _Said(chinese.filled(template.chinese, [one.text for one in words]), letters)
        return best

    def _value(self, template: Template, number: int, value: str) -> _Said | None:
        """None: this cannot be a value here."""
        if template.is_quoted(number):
            return _Said(value, 0)
        introduced, is_last = template.introduces(number), not template.pieces[number + 1]
        if not value:
            return _Said("", 0) if template.is_free(number) else None
        if value != value.strip(" ,;") or value.count("(") != value.count(")"):
            return None
        if ": " in value and not is_last and not introduced:
            return None
        if not introduced and len(_cut(value.partition(": ")[0], ", ")) > 1:
            return None if template.is_weak and not template.pieces[0] else self._by_list(value, plain=True)
        if _ENDS.search(value):
            text, whole, letters = self._sentences(value)
            return _Said(text, letters) if introduced and whole else self._raw(template, number, value)
        said = self._part(value)
        # Words that are listed may be a sentence of somebody else's.
        is_sure = not template.is_free(number) and not template.is_strict(number)
        if said and (said.letters or is_sure or _NAMES.fullmatch(value)):
            return said
        return self._raw(template, number, value)

    def _raw(self, template: Template, number: int, value: str) -> _Said | None:
        """A value that stays as it is."""
        if template.is_free(number):
            return _Said(value.replace(", ", "、") if _NUMBERS.fullmatch(value) else value, 0)
        if template.is_strict(number) and not self._is_a_value(template, number, value):
            return None
        if _ENDS.search(value):
            return None
        is_prose = _PROSE.search(value) or any(len(_cut(value, sign)) > 1 for sign in (": ", ", ", "; "))
        return _Said(value, 0) if _PATH.match(value) or not is_prose else None

    def _is_a_value(self, template: Template, number: int, value: str) -> bool:
        """What can be nothing else; asked where a template fits much that is not ours."""
        if number or template.pieces[0]:
            return bool(_VALUE.fullmatch(value))
        return template.is_about_a_name() or bool(re.fullmatch(r"[\d.,]+", value))

    def _by_structure(self, core: str) -> _Said | None:
        """Something in brackets, something said of what stands before a colon, or a list."""
        if core.startswith("(") and core.endswith(")"):
            inner = self._part(core[1:-1])
            return inner and _Said(f"（{inner.text}）", inner.letters)
        if core.endswith(")") and (bracket := _BRACKET.fullmatch(core)):
            return self._in_brackets(bracket[1], bracket[2])
        about, colon, rest = core.partition(": ")
        name = self._part(about) if colon else None
        if colon and (self._mark or name or not _PROSE.search(about)):
            said = self._part(rest)
            if said and (name or said.letters >= _SAID):
                return _Said(f"{name.text if name else about}：{said.text}", said.letters)
        return self._by_list(core)

    def _in_brackets(self, head: str, inner: str) -> _Said | None:
        said, more = self._part(head), self._part(inner)
        if not (said or more) or (not said and " " in head) or (not more and _PROSE.search(inner)):
            return None
        text = f"{said.text if said else head}（{more.text if more else inner}）"
        return _Said(text, (said.letters if said else 0) + (more.letters if more else 0))

    def _by_list(self, core: str, plain: bool = False) -> _Said | None:
        """`plain`: of names and values alone."""
        for separator, in_chinese in _LISTS:
            parts = _cut(core, separator)
            if len(parts) == 1:
                continue
            said = [None if plain else self._part(part) for part in parts]
            raw = [part for one, part in zip(said, parts, strict=True) if one is None]
            if (raw and separator == "; ") or not all(_NAME.fullmatch(part) for part in raw):
                return None
            if len({part.isdecimal() for part in raw}) > 1 or (len(raw) < len(parts) and any(map(_is_phrase, raw))):
                return None
            words = [one.text if one else part for one, part in zip(said, parts, strict=True)]
            of_clauses = separator == ", " and any(
                chinese.HAN.search(word) and not _SECONDS.match(word) for word in words
            )
            return _Said(
                chinese.listed(words, "，" if of_clauses else in_chinese), sum(one.letters for one in said if one)
            )
        return None


def _is_phrase(part: str) -> bool:
    """More words than a name with its value: a sentence of which one part looks like one of ours."""
    return bool(re.match(r"(?:an?|the|no|what|then) ", part, re.IGNORECASE)) or _PROSE.search(part) is not None


def _cut(text: str, separator: str) -> list[str]:
    """At the separator, but for what stands in brackets, quotes or the marks of a command."""
    if separator not in text:
        return [text]
    held = _HELD.sub(lambda found: "\0" * len(found[0]), text)
    parts, start = [], 0
    while (end := held.find(separator, start)) >= 0:
        parts.append(text[start:end])
        start = end + len(separator)
    return [*parts, text[start:]]


def _as_one_word(picture: re.Match[str]) -> str:
    mark = "\ue001" if picture[3] else "\ue000"
    return f"{picture[1]}{mark}{picture[2]}"


def _in_chinese(word: re.Match[str]) -> str:
    return f"{word[1]} 的第 {word[3]} 张图片"


def _in_english(word: re.Match[str]) -> str:
    comma = "," if word[2] == "\ue001" else ""
    return f"{word[1]}, picture {word[3]}{comma}{word[4]}"
