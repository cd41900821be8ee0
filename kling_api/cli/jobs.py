"""`kling jobs`: what the ledger knows, as a table, as JSON, or summed up. Asks nobody and costs nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from ..costs import sum_costs, when_paid
from ..dialects import unit_of
from ..errors import InvalidRequest
from ..job import Job, State
from ..ledger import Wanted, open_ledger
from ..settings import data_folder
from . import flags, wanted
from .console import show, show_error, show_json
from .decisions import forget, retry
from .sums import costs_document, show_costs
from .table import aligned

_HEADINGS = ("JOB", "STATE", "PROFILE", "OPERATION", "MODEL", "MODE", "SECONDS", "AGE", "UNITS", "TASK ID")
_PUBLIC = (
    *("key", "operation", "model", "mode", "duration", "profile", "dialect", "task_id", "request_id", "video_id"),
    *("units", "estimate", "slots", "elsewhere", "unanswered", "may_repeat", "error", "error_code", "created_at"),
    *("sent_at", "accepted_at", "finished_at", "collected_at", "forgotten_at", "seconds"),
)
#: Rows of a table, unless --limit says otherwise.
_SCREENFUL = 20

app = typer.Typer(invoke_without_command=True)
app.command()(forget)
app.command()(retry)


@app.callback()
def jobs(
    context: typer.Context,
    open_only: wanted.OpenOnly = False,
    states: wanted.States = None,
    profile: wanted.ProfileName = "",
    operation: wanted.OperationName = "",
    model: wanted.Model = "",
    since: wanted.Since = "",
    forgotten: wanted.Forgotten = False,
    limit: wanted.Limit = None,
    costs: Annotated[
        bool, typer.Option("--costs", help="Sum the units up by day, model and operation, forgotten jobs included.")
    ] = False,
    as_json: flags.AsJson = False,
) -> None:
    """List the jobs of the ledger, the newest first, or decide about one of them.

    States: created - not sent; sending, unknown - perhaps made;
    running - made, not fetched yet; collected - on disk;
    refused - nothing was made; failed - made, then failed at the provider.

    UNITS are what the provider took; with a ~ they are an estimate.
    EXPECTED (--costs) is the estimate of jobs whose units the provider
    has not told yet.
    """
    if context.invoked_subcommand:
        _must_be_alone(context)
        return
    if costs and limit is not None:
        raise InvalidRequest("--costs sums up all jobs of the filters; --limit would leave some out.", "Use --since.")
    which = Wanted(
        states=wanted.read_states(states or (), open_only),
        profile=profile.strip(),
        operation=operation.strip(),
        model=model.strip(),
        since=wanted.read_since(since, time.time()),
        forgotten=forgotten,
        limit=limit or (None if limit == 0 or as_json or costs else _SCREENFUL),
    )
    (_sum_up if costs else _list)(which, as_json)


def age(seconds: float) -> str:
    """How long ago, in the largest unit that fits."""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"


def _list(which: Wanted, as_json: bool) -> None:
    home = data_folder()
    one_more = replace(which, limit=which.limit + 1) if which.limit else which
    found = open_ledger(home).jobs(one_more)
    shown = found[: which.limit]
    if as_json:
        show_json({"jobs": [_document(job, home / "results") for job in shown]})
    elif shown:
        _show_table(shown, time.time())
    else:
        show(f"No {'' if which == Wanted(limit=which.limit) else 'such '}jobs in {home}.")
    if not found:
        _hint_at_names(which, show_error if as_json else show)
    if len(found) > len(shown) and not as_json:
        show_error(f"Only the newest {which.limit} are shown; --limit 0 shows all.")


def _hint_at_names(which: Wanted, tell: Callable[[str], None]) -> None:
    """Where a filter finds nothing because of a slip: what the ledger does know."""
    every = open_ledger(data_folder()).jobs(Wanted(forgotten=True, limit=None))
    for name in ("profile", "operation", "model"):
        asked, known = getattr(which, name), sorted({getattr(job, name) for job in every} - {""})
        if asked and asked not in known and known:
            tell(f"{name} may be: {', '.join(known)}.")


def _sum_up(which: Wanted, as_json: bool) -> None:
    """A forgotten job has cost what it has cost; and what counts is the day that it was sent on."""
    everything = replace(which, since=0.0, forgotten=True, limit=None)
    found = [job for job in open_ledger(data_folder()).jobs(everything) if when_paid(job) >= which.since]
    if not found:
        _hint_at_names(which, show_error)
    costs = {unit: sum_costs(jobs) for unit, jobs in _by_unit(found).items()}
    if as_json:
        show_json(costs_document(costs))
    else:
        show_costs(costs)


def _by_unit(found: list[Job]) -> dict[str, list[Job]]:
    """Units, credits and a gateway's quota cannot be added up."""
    units = dict.fromkeys(unit_of(job.dialect, job.operation) for job in found) or {"units": None}
    return {unit: [job for job in found if unit_of(job.dialect, job.operation) == unit] for unit in units}


def _must_be_alone(context: typer.Context) -> None:
    """An option that is silently ignored would mislead, --json most of all."""
    for name in context.params:
        source = context.get_parameter_source(name)
        if source is not None and source.name == "COMMANDLINE":
            raise InvalidRequest(
                f"Options of the list stand before `{context.invoked_subcommand}`.",
                f"Write `kling jobs {context.invoked_subcommand} KEY`, and options after it.",
            )


def _show_table(found: list[Job], now: float) -> None:
    """An error has its own line."""
    heading, *lines = aligned([_HEADINGS, *(_row(job, now) for job in found)])
    show(heading)
    for line, job in zip(lines, found, strict=True):
        show(line)
        if job.error:
            show(f"    {job.error}")


def _row(job: Job, now: float) -> tuple[str, ...]:
    state = f"{job.state.value}, forgotten" if job.forgotten_at else job.state.value
    return (
        *(job.key, state, job.profile, job.operation, job.model, job.mode, str(job.duration or "")),
        *(age(now - job.created_at), _units(job), job.task_id),
    )


def _units(job: Job) -> str:
    """What the provider told; before that "~3", the estimate of a job that may cost something.

    "60 credits" where the provider counts in something else than units.
    """
    told = job.charged
    if not told and job.estimate and job.state not in (State.REFUSED, State.FAILED):
        told = f"~{job.estimate}"
    unit = unit_of(job.dialect, job.operation)
    return f"{told} {unit}" if told and unit != "units" else told


def _document(job: Job, results: Path) -> dict[str, Any]:
    values = {name: getattr(job, name) for name in _PUBLIC} | {"unit": unit_of(job.dialect, job.operation)}
    return values | {"state": job.state.value, "files": [str(results / name) for name in job.files]}
