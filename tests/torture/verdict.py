"""Reads the ledger and the sandbox's tasks after a schedule, and says what was lost, paid twice or broken.

Independent of the library: the rows are read as they lie on the disk, the files are compared byte by byte.
"""

from __future__ import annotations

import filecmp
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .provider import Task

OPEN = ("created", "sending", "unknown", "running")


@dataclass(frozen=True)
class Finding:
    """`kind`: lost, double or broken."""

    kind: str
    text: str


@dataclass(frozen=True)
class Row:
    """What the verdict needs of a row of the ledger."""

    key: str
    fingerprint: str
    state: str
    task_id: str
    files: tuple[str, ...]
    unanswered: int
    error: str


@dataclass(frozen=True)
class Evidence:
    """Everything that is known of a schedule at one moment. `clips`: the sandbox's own files."""

    tasks: Sequence[Task]
    rows: Sequence[Row]
    results: Path
    clips: Path

    def row(self, key: str) -> Row | None:
        return next((row for row in self.rows if row.key == key), None)

    def task(self, key: str) -> Task | None:
        return next((task for task in self.tasks if task.external_id == key), None)


def read_rows(home: Path) -> list[Row]:
    """Every row of the ledger; none while there is no ledger."""
    file = home / "ledger.sqlite3"
    if not file.exists():
        return []
    with closing(sqlite3.connect(file, timeout=30)) as connection:
        connection.row_factory = sqlite3.Row
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'jobs'").fetchone():
            return []
        return [_row(row) for row in connection.execute("SELECT * FROM jobs ORDER BY created_at")]


def accepted_are_kept(evidence: Evidence) -> Iterator[Finding]:
    """At any moment: what the sandbox has accepted is in the ledger, and its row says what is true."""
    for task in evidence.tasks:
        row = evidence.row(task.external_id)
        if row is None:
            yield Finding("lost", f"task {task.id} has no row {task.external_id}")
        elif trouble := _untrue(row, task, evidence):
            yield Finding("lost", f"task {task.id}, row {row.key}, {row.state}: {trouble}")
    for row in evidence.rows:
        if row.state == "collected" and evidence.task(row.key) is None:
            yield Finding("broken", f"row {row.key} is collected, and no such task was made")


def wanted_are_collected(evidence: Evidence, told: Sequence[Mapping[str, Any]], requests: int) -> Iterator[Finding]:
    """After the clean run: each request is collected, or waits for what only time or a person can settle."""
    for number in range(requests):
        last = [fact for fact in told if fact.get("request") == number and "outcome" in fact][-1:]
        row = evidence.row(last[0]["key"] or "") if last else None
        if not last or row is None:
            yield Finding("lost", f"request {number} ended without a job: {last}")
        elif last[0]["outcome"] != "collected" and not _may_wait(row, evidence):
            yield Finding(
                "lost", f"request {number} was not collected: {last[0]}; row {row.state}, error {row.error!r}"
            )
        elif last[0]["outcome"] == "collected" and row.state != "collected":
            yield Finding("lost", f"request {number} was given as collected, but its row {row.key} is {row.state}")


def paid_once(evidence: Evidence, requests: int) -> Iterator[Finding]:
    """At the end: at most one charged task per request, and no charge beside the collected and the waiting ones."""
    live = [row for row in evidence.rows if row.state not in ("refused", "failed")]
    if len({row.fingerprint for row in live}) > requests:
        yield Finding("broken", f"{requests} requests have {len(live)} live rows")
    charged: dict[str, list[str]] = defaultdict(list)
    for task in evidence.tasks:
        row = evidence.row(task.external_id)
        if task.charged and row:
            charged[row.fingerprint].append(task.id)
    twice = [ids for ids in charged.values() if len(ids) > 1]
    for ids in twice:
        yield Finding("double", f"one request was charged {len(ids)} times: tasks {', '.join(ids)}")
    charges = sum(task.charged for task in evidence.tasks)
    if charges > requests and not twice:
        yield Finding("double", f"{requests} requests were charged {charges} times")


def sent_once(told: Sequence[Mapping[str, Any]], rows: Sequence[Row]) -> Iterator[Finding]:
    """A gateway gets no second POST of a request while neither it nor a person has said that the first made nothing."""
    unclear = unclear_posts(told)
    by_request: dict[str, int] = defaultdict(int)
    for row in rows:
        by_request[row.key if row.state == "failed" else row.fingerprint] += unclear.get(row.key, 0)
    for request, count in by_request.items():
        if count > 1:
            yield Finding("double", f"a gateway got {count} POSTs for one request, {request}")


def unclear_posts(told: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """By key: POSTs that have left, without those that were plainly refused or that somebody has written off."""
    count: dict[str, int] = defaultdict(int)
    for fact in told:
        if "posted" in fact:
            count[fact["posted"]] += 1
        elif settled := fact.get("refused") or fact.get("allowed"):
            count[settled] -= 1
    return count


def _row(row: sqlite3.Row) -> Row:
    return Row(
        key=row["key"],
        fingerprint=row["fingerprint"],
        state=row["state"],
        task_id=row["task_id"],
        files=tuple(json.loads(row["files"])),
        unanswered=row["unanswered"],
        error=row["error"],
    )


def _untrue(row: Row, task: Task, evidence: Evidence) -> str:
    """What the row says wrong about its task, "" if nothing."""
    if row.task_id not in ("", task.id):
        return f"it names task {row.task_id}"
    if row.state in OPEN:
        return ""
    if row.state == "failed":
        return "" if task.state == "failed" else "the task has not failed"
    if row.state == "collected":
        return _file_trouble(row, task, evidence) if task.state == "succeeded" else "the task has not succeeded"
    return "nobody will ask for it again"


def _file_trouble(row: Row, task: Task, evidence: Evidence) -> str:
    clips = [name for name in row.files if name.endswith(".mp4")]
    if len(clips) != 1:
        return f"it names the files {row.files}"
    file = evidence.results / clips[0]
    if not file.exists():
        return f"{file.name} is not there"
    return "" if filecmp.cmp(file, evidence.clips / task.clip, shallow=False) else f"{file.name} is not the task's clip"


def _may_wait(row: Row, evidence: Evidence) -> bool:
    """An open row of a task that never ends, or one whose only request nobody has answered and that made no task."""
    task = evidence.task(row.key)
    if task:
        return row.state == "running" and task.never_finishes
    return row.state == "unknown" and row.unanswered > 0
