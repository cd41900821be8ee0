"""What reaches the user's terminal or pipe: results on stdout, all else on stderr."""

from __future__ import annotations

import json
from typing import Any

import typer


def show(text: str) -> None:
    """A line of the result."""
    typer.echo(printable(text))


def show_error(text: str) -> None:
    """A line that is not part of the result."""
    typer.echo(printable(text), err=True)


def show_json(document: dict[str, Any]) -> None:
    """The one object of a command with --json. ASCII, so that no console can spoil it."""
    typer.echo(json.dumps(document))


def printable(text: str) -> str:
    """Without control characters: a server's message must not be able to drive the terminal."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "\N{REPLACEMENT CHARACTER}" for letter in text)
