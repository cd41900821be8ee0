"""`kling jobs` and `kling collect`: what the ledger knows, and fetching what was paid for."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from ..client import Client
from ..errors import InvalidRequest
from ..ledger import Job, open_ledger
from ..settings import data_folder
from . import flags
from .console import show, show_json
from .outcome import collected
from .output import deliver, prepare_folder
from .video import show_outcome
from .waiting import run_visibly

_HEADINGS = ("JOB", "STATE", "PROFILE", "OPERATION", "MODEL", "MODE", "SECONDS", "AGE", "UNITS", "TASK ID")
_PUBLIC = (
    *("key", "operation", "model", "mode", "duration", "profile", "dialect", "task_id", "request_id", "video_id"),
    *("units", "error", "error_code", "created_at", "accepted_at", "collected_at", "seconds"),
)


def jobs(
    open_only: Annotated[bool, typer.Option("--open", help="Only jobs that are not settled yet.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 20,
    as_json: flags.AsJson = False,
) -> None:
    """List the jobs of the ledger, the newest first. Asks nobody and costs nothing."""
    home = data_folder()
    found = open_ledger(home).jobs(open_only=open_only, limit=limit)
    if as_json:
        show_json({"jobs": [_document(job, home / "results") for job in found]})
    elif found:
        show_table(found, time.time())
    else:
        show(f"No {'open ' if open_only else ''}jobs in {home}.")


def collect(
    key: Annotated[str, typer.Argument(metavar="KEY", help="A job key or a task id, as `kling jobs` lists them.")],
    profile: Annotated[str, typer.Option(metavar="NAME", help="Default: the profile that made the job.")] = "",
    output: flags.Output = Path(),
    as_json: flags.AsJson = False,
) -> None:
    """Fetch the result of a job that was made before. Never orders anything."""
    job = open_ledger(data_folder()).get(key)
    if job is None:
        raise InvalidRequest(f"There is no job or task {key} in the ledger.", "`kling jobs` lists what is there.")
    client = Client(profile or job.profile)
    folder = prepare_folder(output)
    result = run_visibly(client, lambda progress, stop: client.collect(job.key, progress, stop))
    files = deliver(result, folder, f"{job.operation}-{job.key}")
    show_outcome(collected(result, files), as_json)


def show_table(found: list[Job], now: float) -> None:
    """Aligned columns of full width: a key that is cut off cannot be collected. An error has its own line."""
    rows = [_HEADINGS, *(_row(job, now) for job in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    for row, job in zip(rows, [None, *found], strict=True):
        show("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if job and job.error:
            show(f"    {job.error}")


def age(seconds: float) -> str:
    """How long ago, in the largest unit that fits."""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"


def _row(job: Job, now: float) -> tuple[str, ...]:
    return (
        *(job.key, job.state.value, job.profile, job.operation, job.model, job.mode, str(job.duration)),
        *(age(now - job.created_at), job.units, job.task_id),
    )


def _document(job: Job, results: Path) -> dict[str, Any]:
    values = {name: getattr(job, name) for name in _PUBLIC}
    return values | {"state": job.state.value, "files": [str(results / name) for name in job.files]}
