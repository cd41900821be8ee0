"""What reaches the user's terminal or pipe: results on stdout, all else on stderr."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

from .. import __name__ as library


def show(text: str) -> None:
    """A line of the result."""
    typer.echo(printable(text))


def show_error(text: str) -> None:
    """A line that is not part of the result."""
    typer.echo(printable(text), err=True)


def show_json(document: dict[str, Any]) -> None:
    """The one object of a command with --json. ASCII, so that no console can spoil it."""
    typer.echo(json.dumps(document))


@contextmanager
def warnings_shown() -> Iterator[None]:
    """While it lasts, what the library warns of is shown: each warning of a Result is logged there as well."""
    handler = _Shown(logging.WARNING)
    logger = logging.getLogger(library)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


def printable(text: str) -> str:
    """Without control characters: a server's message must not be able to drive the terminal."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "\N{REPLACEMENT CHARACTER}" for letter in text)


class _Shown(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        show_error(f"Warning: {self.format(record)}")
