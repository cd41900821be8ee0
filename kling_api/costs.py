"""What jobs have cost and will cost: rows of the ledger -> sums by day, model and operation. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from .job import Job, State

Name = TypeVar("Name", bound=Hashable)

#: A task may have been made; all others cost nothing.
_MAY_HAVE_COST = (State.SENDING, State.UNKNOWN, State.RUNNING, State.COLLECTED, State.FAILED)


@dataclass(frozen=True)
class Cost:
    """The sum over some jobs. `units`: as the provider told them. `expected`: estimates of those that it has told
    nothing of yet and that did not fail. `failed`: how many failed. `unpriced`: how many have neither.

    `units` + `expected`, in units of their `Job.worth`, is what a budget of the profile counts.
    """

    jobs: int = 0
    units: Decimal = Decimal(0)
    expected: Decimal = Decimal(0)
    failed: int = 0
    unpriced: int = 0


@dataclass(frozen=True)
class Costs:
    """`rows`: by (day, model, operation), the newest day first; a day is one of this computer, "2026-11-14".

    `elsewhere`: how many tasks that others made are in none of the sums.
    """

    rows: dict[tuple[str, str, str], Cost] = field(default_factory=dict)
    profiles: dict[str, Cost] = field(default_factory=dict)
    total: Cost = Cost()
    elsewhere: int = 0


def sum_costs(jobs: Iterable[Job]) -> Costs:
    """Only of jobs that were accepted, or that may have been. All of them count in one unit."""
    may_have_cost = [job for job in jobs if job.state in _MAY_HAVE_COST or job.charged]
    ours = [job for job in may_have_cost if not job.elsewhere]
    rows = _sums_by(lambda job: (_day(job), job.model, job.operation), ours)
    newest_first = sorted(sorted(rows), key=lambda row: row[0], reverse=True)
    return Costs(
        rows={row: rows[row] for row in newest_first},
        profiles=dict(sorted(_sums_by(lambda job: job.profile, ours).items())),
        total=_sum(ours),
        elsewhere=len(may_have_cost) - len(ours),
    )


def when_paid(job: Job) -> float:
    """Epoch seconds of the last request; of rows from before these were kept, of the row."""
    return job.sent_at or job.created_at


def _day(job: Job) -> str:
    return datetime.fromtimestamp(when_paid(job)).date().isoformat()


def _sums_by(name_of: Callable[[Job], Name], jobs: list[Job]) -> dict[Name, Cost]:
    groups: defaultdict[Name, list[Job]] = defaultdict(list)
    for job in jobs:
        groups[name_of(job)].append(job)
    return {name: _sum(group) for name, group in groups.items()}


def _sum(jobs: list[Job]) -> Cost:
    untold = [job for job in jobs if not job.charged and job.state is not State.FAILED]
    return Cost(
        jobs=len(jobs),
        units=sum((Decimal(job.charged) for job in jobs if job.charged), Decimal(0)),
        expected=sum((Decimal(job.estimate) for job in untold if job.estimate), Decimal(0)),
        failed=sum(job.state is State.FAILED for job in jobs),
        unpriced=sum(not job.estimate for job in untold),
    )
