"""The words between the data of a help page, by language. What a page says of its own is in `help_texts`."""

from __future__ import annotations

from .chinese import CHINESE
from .english import ENGLISH

WORDS: dict[str, dict[str, str]] = {"en": ENGLISH, "zh": CHINESE}
LANGUAGES = tuple(WORDS)
