"""A job costs no more when many were made before it: counted in SQLite's own steps, whatever the machine is doing."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kling_api.job import Claim, NewJob
from kling_api.ledger import FILE_NAME, Ledger, Wanted
from kling_api.ledger_file import must_not_be_lost
from kling_api.limits import Limits
from kling_api.sandbox.core import Platform
from kling_api.sandbox.orders import Allowance, Order
from kling_api.sandbox.store import Store

NEW = NewJob(
    "", "api.example#0123456789abcdef", "studio", "official", "/tasks", "text2video", "kling-v3", "std", 5, "3"
)
LIMITS = Limits(max_parallel=1000, budget_per_day=Decimal(10**6), budget_total=Decimal(10**6))
FEW, MANY = 100, 1000
#: A tree of rows gets a little deeper; a look at all of them would be ten times as much.
MORE = 1.2
#: Only indexes that hold the few rows that are under way.
ALL_ROWS = re.compile(r"SCAN (TABLE )?(jobs|answers|tasks)\b(?! USING (COVERING )?INDEX (jobs_open|open_tasks))")


class Counted:
    """A connection that counts the steps of SQLite's machine and remembers the statements."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.steps = 0
        self.statements: dict[str, Any] = {}
        connection.execute("PRAGMA synchronous = OFF")  # no power cut here
        connection.set_progress_handler(self._step, 1)

    def _step(self) -> None:
        self.steps += 1

    def execute(self, statement: str, values: Any = ()) -> sqlite3.Cursor:
        self.statements.setdefault(statement, values)
        return self._connection.execute(statement, values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def plans(self) -> Iterator[tuple[str, str]]:
        for statement, values in self.statements.items():
            if statement.split()[0] in ("SELECT", "UPDATE", "DELETE", "INSERT"):
                rows = self._connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)
                yield statement, "; ".join(row[3] for row in rows)


def counted(ledger: Ledger) -> Counted:
    ledger._connection = connection = Counted(ledger._connection)  # pyright: ignore[reportAttributeAccessIssue]
    return connection


def make_job(ledger: Ledger, number: int) -> Claim:
    """From the claim to the end, with what a profile with limits asks for in between."""
    claim = ledger.claim(replace(NEW, fingerprint=f"{number:064x}"))
    task = f"{850_000_000_000_000_000 + number}"
    ledger.check_budget(claim.job, LIMITS)
    ledger.sending(claim, "/tasks", LIMITS)
    ledger.accepted(claim, task, f"request {number}")
    ledger.past_seconds(NEW)
    ledger._signs_of_life([claim.owner])
    ledger.finished(claim, "3", f"{number}", 60.0)
    ledger.collected(claim, [f"{claim.job.key}.mp4"], [12_345_678])
    ledger.release(claim)
    return claim


def look_at(ledger: Ledger, number: int) -> None:
    """What is asked of the ledger beside a job's own steps."""
    ledger.get(f"{850_000_000_000_000_000 + number}")
    ledger.jobs(open_only=True)
    ledger.jobs(Wanted(limit=20))
    ledger.spent("studio")


def take_another_way(ledger: Ledger, number: int) -> None:
    """The steps of a job that meets trouble, and answers that are kept."""
    claim = ledger.claim(replace(NEW, fingerprint=f"{number:064x}"), f"{number + 1:064x}")
    ledger.book_steps(claim, "0.05", LIMITS)
    ledger.sending(claim, "/tasks", LIMITS)
    ledger.nothing_made(claim)
    ledger.sending(claim, "/tasks", LIMITS)
    ledger.unanswered(claim, "no answer")
    ledger.release(claim)
    ledger.allow_repeat(claim.job.key)
    claim = ledger.adopt(claim.job.key)
    ledger.refused(claim, "no", "1301", "")
    ledger.release(claim)
    ledger.forget(claim.job.key)
    ledger.keep_answer(f"task {number}", "{}", 3600.0)
    ledger.kept_answer(f"task {number}")
    assert ledger.lease("faces", 10.0)
    ledger.end_lease("faces")


@pytest.mark.parametrize("make", [make_job, look_at, take_another_way], ids=lambda make: make.__name__)
def test_no_statement_of_a_job_looks_at_all_rows(home: Path, make: Callable[[Ledger, int], object]) -> None:
    ledger = Ledger(home)
    connection = counted(ledger)
    make(ledger, 1)
    plans = dict(connection.plans())
    assert len(plans) >= 4
    assert not {statement: plan for statement, plan in plans.items() if ALL_ROWS.search(plan)}


def test_a_look_at_all_rows_is_noticed(home: Path) -> None:
    ledger = Ledger(home)
    connection = counted(ledger)
    connection.execute("SELECT * FROM jobs WHERE units = ?", ("3",))
    assert [plan for _, plan in connection.plans() if ALL_ROWS.search(plan)]


def test_a_job_costs_the_same_after_a_thousand_others(home: Path) -> None:
    ledger = Ledger(home)
    connection = counted(ledger)
    spent: dict[int, dict[str, int]] = {}
    for number in range(MANY + 1):
        connection.steps = 0
        make_job(ledger, number)
        made = connection.steps
        if number in (FEW, MANY):
            connection.steps = 0
            look_at(ledger, number)
            spent[number] = {"make": made, "look": connection.steps}
    for what, steps in spent[MANY].items():
        assert steps <= MORE * spent[FEW][what], f"{what}: {steps} steps, {spent[FEW][what]} before"
    size = sum(file.stat().st_size for file in home.glob(f"{FILE_NAME}*"))
    assert size / (MANY + 1) < 2000  # bytes in the ledger per job


def test_a_ledger_that_is_there_is_opened_without_a_look_through_the_results(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Ledger(home)

    def never(folder: Path, pattern: str) -> list[Path]:
        raise AssertionError(f"{folder} was looked through")

    monkeypatch.setattr(Path, "glob", never)
    must_not_be_lost(home / FILE_NAME)


def test_an_order_at_the_sandbox_costs_the_same_after_a_thousand_others(tmp_path: Path) -> None:
    store = Store(tmp_path / "sandbox.sqlite3")
    store._db = connection = Counted(store._db)  # pyright: ignore[reportAttributeAccessIssue]
    platform, allowance = Platform(store, pace=0.0), Allowance("me", milliunits=10**9, slots=5)
    steps: dict[int, int] = {}
    for number in range(MANY + 1):
        connection.steps = 0
        order = Order("/tasks", "video", "v3", 5.0, 3000, "{}", external_id=f"kn-{number}")
        task = platform.place(order, allowance)
        platform.find("me", f"kn-{number}")
        platform.find_by_ids("me", [str(task.row.id)])
        assert store.lease_next(0, 1) == task.row
        store.settle(task.row.id, platform.now(), "", "a.mp4")
        steps[number] = connection.steps
    assert steps[MANY] <= MORE * steps[FEW]
    assert not {statement: plan for statement, plan in connection.plans() if ALL_ROWS.search(plan)}
    store.close()
