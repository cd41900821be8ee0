"""The KEY on the command line: how it is read, and what is said when no job has it."""

from __future__ import annotations

from typing import Annotated

import typer

from ..errors import Charged, InvalidRequest
from ..redaction import named

Key = Annotated[str, typer.Argument(metavar="KEY", help="A job key or a task id, as `kling jobs` lists them.")]
_LISTED = "`kling jobs` lists what is there."


def read_key(text: str, charged: Charged | None = None) -> str:
    """Without the spaces that were copied along. Raises InvalidRequest when nothing is left."""
    if not text.strip():
        raise InvalidRequest("KEY is empty.", "Give a job key or a task id: `kling jobs` lists them.", charged=charged)
    return text.strip()


def no_such_job(key: str, advice: str = "", charged: Charged | None = None) -> InvalidRequest:
    what = f"There is no {named('job or task', key)} in the ledger."
    return InvalidRequest(what, f"{_LISTED} {advice}".strip(), charged=charged)


def shortened(text: str, length: int = 60) -> str:
    """What a user gave, for a message: a whole file may have been pasted."""
    return text if len(text) <= length else f"{text[: length - 3]}..."
