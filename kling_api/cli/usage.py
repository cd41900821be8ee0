"""What is wrong with a command line, in plain words: the parser's own speak of parsing. Pure."""

from __future__ import annotations

import re
from typing import Any

#: Kinds of pydantic's errors, which typer reads numbers with since 0.27.
_KINDS = {
    "int_parsing": "'{input}' is no whole number.",
    "int_parsing_size": "'{input}' is no whole number of a usable size.",
    "float_parsing": "'{input}' is no number.",
    "greater_than_equal": "{input} is too small; give at least {ge}.",
    "less_than_equal": "{input} is too large; give at most {le}.",
}
#: The same in earlier versions of typer, which use click's words.
_WORDS = {r"is not a valid integer( range)?": "is no whole number", r"is not a valid float( range)?": "is no number"}


def wrong_usage(error: Exception) -> str:
    """A sentence or two for an error of the parser; names the option."""
    told: str = error.format_message() if hasattr(error, "format_message") else str(error)  # pyright: ignore
    message = getattr(error, "message", "")
    details = _details(error.__cause__)
    if message and details.get("type") in _KINDS:
        values = {"input": str(details.get("input", ""))[:60]} | details.get("ctx", {})
        return told.replace(message, _KINDS[details["type"]].format(**{"ge": "", "le": ""} | values))
    for words, plain in _WORDS.items():
        told = re.sub(words, plain, told)
    return told


def _details(cause: BaseException | None) -> dict[str, Any]:
    """The first thing that pydantic complains of; {} for any other cause."""
    listed = getattr(cause, "errors", None)
    found = listed() if callable(listed) else []
    return dict(found[0]) if isinstance(found, list) and found else {}
