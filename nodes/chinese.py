"""Chinese beside other letters: values in their places, lists and sentences one after the other."""

from __future__ import annotations

import re
from collections.abc import Sequence

HAN = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_WORD = re.compile(r"[\u4e00-\u9fff]")
_STOPS = ("。", "！", "？", "）")


def filled(chinese: str, values: Sequence[str]) -> str:
    """The values in the places {1}, {2} ..."""
    text = ""
    for piece in re.split(r"(\{\d+\})", chinese):
        is_value = re.fullmatch(r"\{\d+\}", piece)
        text = _beside(text, values[int(piece[1:-1]) - 1] if is_value else piece)
    return text


def listed(words: Sequence[str], separator: str) -> str:
    text = words[0]
    for word in words[1:]:
        text = _beside(_beside(text, separator), word)
    return text


def joined(sentences: Sequence[str]) -> str:
    """A space between two sentences, but after a Chinese stop."""
    text = ""
    for sentence in sentences:
        text += sentence if not text or text.endswith(_STOPS) else f" {sentence}"
    return text


def ended(text: str, end: str) -> str:
    return text if text.endswith(_STOPS[:3]) else text + end


def _beside(before: str, after: str) -> str:
    """A space between a Chinese word and another one, none between two that are Chinese."""
    if before.endswith(" ") and HAN.match(before[-2:-1]) and HAN.match(after):
        return before[:-1] + after
    if after.startswith(" ") and HAN.match(before[-1:]) and HAN.match(after[1:]):
        return before + after[1:]
    touching = _WORD.match(before[-1:]) and _is_other(after[:1])
    touching = touching or (_is_other(before[-1:]) and _WORD.match(after))
    return f"{before} {after}" if touching else before + after


def _is_other(letter: str) -> bool:
    return bool(re.match(r"[A-Za-z0-9`<>\[\]()]", letter))
