"""The filters of `kling jobs` as they are written on the command line -> Wanted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

import typer

from ..errors import InvalidRequest
from ..job import OPEN, State
from ..limits import midnight
from .job_key import shortened

_STATES = ", ".join(state.value for state in State)
_FILTERS = "Which jobs"

OpenOnly = Annotated[
    bool,
    typer.Option(
        "--open",
        help=f"Only jobs that are not settled yet: {', '.join(state.value for state in OPEN)}.",
        rich_help_panel=_FILTERS,
    ),
]
States = Annotated[
    list[str] | None,
    typer.Option(
        "--state", metavar="STATE", help=f"One of {_STATES}; may be given several times.", rich_help_panel=_FILTERS
    ),
]
ProfileName = Annotated[
    str, typer.Option("--profile", metavar="NAME", help="Only jobs of this profile.", rich_help_panel=_FILTERS)
]
OperationName = Annotated[
    str,
    typer.Option(
        "--operation", metavar="NAME", help="Only this operation, such as text2video.", rich_help_panel=_FILTERS
    ),
]
Model = Annotated[
    str, typer.Option("--model", metavar="NAME", help="Only this model, such as kling-v3.", rich_help_panel=_FILTERS)
]
Since = Annotated[
    str,
    typer.Option(
        metavar="DATE|DAYS",
        help="Only since that day: 2026-11-01, or 7d for seven days ago, or 0d for today.",
        rich_help_panel=_FILTERS,
    ),
]
Forgotten = Annotated[
    bool, typer.Option("--forgotten", help="Also jobs that were forgotten by hand.", rich_help_panel=_FILTERS)
]
Limit = Annotated[
    int | None,
    typer.Option(
        min=0,
        help="How many, the newest first; 0 for all. Default: 20 as a table, all with --json. Not with --costs.",
        rich_help_panel=_FILTERS,
    ),
]


def read_states(names: Sequence[str], open_only: bool) -> tuple[State, ...]:
    """() for any state; an empty name is as if it were not given. Raises InvalidRequest for a word that is none."""
    names = [name.strip() for name in names if name.strip()]
    if names and open_only:
        raise InvalidRequest("--open and --state exclude each other.", "Leave one of them out.")
    known = {state.value: state for state in State}
    for name in names:
        if name not in known:
            raise InvalidRequest(f"state is '{shortened(name)}'.", f"Choose one of: {_STATES}.")
    return OPEN if open_only else tuple(dict.fromkeys(known[name] for name in names))


def read_since(text: str, now: float) -> float:
    """Epoch seconds at which a day of this computer began: "2026-11-01", "7d" for seven days before `now`; "" is ever.

    Raises InvalidRequest for anything else.
    """
    if not text.strip():
        return 0.0
    days = re.fullmatch(r"([0-9]{1,5})d", text.strip())
    try:
        if days:
            return (datetime.fromtimestamp(midnight(now)) - timedelta(days=int(days[1]))).timestamp()
        return datetime.strptime(text.strip(), "%Y-%m-%d").timestamp()
    except (ValueError, OverflowError, OSError):  # the latter two for years that the system's clock does not have
        raise InvalidRequest(
            f"since is '{shortened(text)}'.", "Give a day such as 2026-11-01, or days such as 7d."
        ) from None
