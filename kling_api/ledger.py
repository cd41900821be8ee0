"""The jobs on disk (SQLite): every job has a row before its first byte is sent, and each step of it is one statement.

The ledger keeps no prompt, no picture and no secret. It is safe for many threads and several processes on one folder.
"""

from __future__ import annotations

import json
import math
import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from .errors import LedgerError
from .job import OPEN, Claim, Job, NewJob, State
from .ledger_file import LedgerFile
from .limits import NO_LIMITS, SLOT_HELD, Limits, midnight
from .owners import Owners

__all__ = ["FILE_NAME", "OPEN", "Claim", "Job", "Ledger", "NewJob", "State", "Wanted", "open_ledger"]

FILE_NAME = "ledger.sqlite3"
#: As in the index of the open jobs, or SQLite does not use it.
_IS_OPEN = "state IN ('created', 'sending', 'unknown', 'running')"
#: With the condition of the index of the jobs that are owned.
_LET_GO = "UPDATE jobs SET owner = '' WHERE owner = ? AND owner <> ''"
#: Seconds of each of the sums that the ledger keeps of costs; a day begins with one of them in every time zone.
_QUARTER = 900
#: By process: one that another thread of the parent held at a fork would stay locked in the child.
_opening: dict[int, threading.Lock] = {}


@dataclass(frozen=True)
class Wanted:
    """Which rows to list; "" and None stand for any. `states`: () for any; `since`: created at or after, epoch seconds.

    `forgotten`: also those that were forgotten by hand. `limit`: how many, None for all.
    """

    states: tuple[State, ...] = ()
    profile: str = ""
    operation: str = ""
    model: str = ""
    since: float = 0.0
    forgotten: bool = False
    limit: int | None = 100


class Ledger(LedgerFile):
    """One data folder's jobs. Raises LedgerError whenever something cannot be recorded or read."""

    def __init__(self, home: Path, clock: Callable[[], float] = time.time) -> None:
        super().__init__(home / FILE_NAME)
        self._clock = clock
        self._owners = Owners(self._signs_of_life, self._lock)

    def claim(self, new: NewJob, also: str = "") -> Claim:
        """The job of this request: the one that is there already, or a new row. Exactly one live run gets to own it.

        `also`: another fingerprint under which the request may have been recorded.
        """
        with self._transaction():
            lives = "fingerprint = ? AND state NOT IN ('refused', 'failed')"
            row = self._row(lives, new.fingerprint) or (self._row(lives, also) if also else None)
            if row is None:
                return self._insert(new)
            claim = self._take(row)
            return self._brought_up_to_date(claim, new) if claim.owner else claim

    def adopt(self, key: str) -> Claim:
        """Takes over a job by its key, unless another live run owns it."""
        with self._transaction():
            row = self._row("key = ?", key)
            if row is None:
                raise self._no_job(key)
            return self._take(row)

    def release(self, claim: Claim) -> None:
        """Ends the ownership; the job stays as it is."""
        self._owners.end(claim.owner)  # first: also a row that cannot be written must not keep the next run waiting
        try:
            with self._transaction():
                self._connection.execute(_LET_GO, (claim.owner,))
        except LedgerError:
            self._owners.end_later(claim.owner)  # else other processes wait for it as long as this one lives
            raise

    def sending(self, claim: Claim, route: str, limits: Limits = NO_LIMITS) -> Job:
        """Before each request. Raises NoTurn or BudgetSpent, with the row unchanged, when `limits` do not allow it.

        Counting and taking are one transaction, so that two runs never take the same last slot or unit.
        """
        with self._transaction():
            row = self._row("key = ?", claim.job.key)
            assert row is not None
            # One that may have been made has its slot and its units already, unless a second one was allowed by hand.
            if not row["unanswered"] or row["may_repeat"]:
                self.check_budget(_job(row), limits)
                self._check_turn(_job(row), limits)
            change = "state = 'sending', route = ?, sent_at = ?"
            return self._write_change(claim, change, route, self._clock())

    def check_budget(self, job: Job, limits: Limits) -> None:
        """Raises BudgetSpent when the limits of the job's profile do not allow it now. Takes nothing."""
        if limits.has_budget and (not job.unanswered or job.may_repeat):
            but = "" if job.may_repeat else job.key
            today = self.spent(job.profile, midnight(self._clock()), but, job.dialect)
            price = Decimal(job.estimate) * Decimal(job.worth) if job.estimate else None
            limits.check_budget(price, today, self.spent(job.profile, but=but, dialect=job.dialect))

    def nothing_made(self, claim: Claim) -> Job:
        """Back to `created`, unless an earlier request of this job went without an answer."""
        return self._change(claim, "state = CASE WHEN unanswered > 0 THEN 'unknown' ELSE 'created' END")

    def unanswered(self, claim: Claim, error: str) -> Job:
        return self._change(claim, "state = 'unknown', unanswered = unanswered + 1, may_repeat = 0, error = ?", error)

    def accepted(self, claim: Claim, task_id: str, request_id: str) -> Job:
        change = "state = 'running', task_id = ?, request_id = ?, error = '', error_code = '', may_repeat = 0"
        return self._change(claim, f"{change}, accepted_at = ?", task_id, request_id, self._clock())

    def found_elsewhere(self, claim: Claim, task_id: str, route: str, accepted_at: float) -> Job:
        """A task that somebody else made is there; nothing was sent for it. `accepted_at` 0: nobody says when."""
        change = "state = 'running', task_id = ?, route = ?, error = '', error_code = '', accepted_at = ?"
        return self._change(claim, change, task_id, route, accepted_at or self._clock())

    def refused(self, claim: Claim, error: str, code: str, request_id: str) -> Job:
        """A task of others that is not there leaves no trace in the lists, and what was taken for its id none at all:
        it may have been a key.
        """
        change = "state = 'refused', error = ?, error_code = ?, request_id = ?"
        change += (
            ", forgotten_at = CASE WHEN elsewhere THEN ? END, task_id = CASE WHEN elsewhere THEN '' ELSE task_id END"
        )
        return self._change(claim, change, error, code, request_id, self._clock())

    def book_steps(self, claim: Claim, units: str, limits: Limits = NO_LIMITS) -> Job:
        """Before such a step is sent: `units` of all small steps that may have been charged before the order, "" for
        none. Raises BudgetSpent, with the row unchanged, when `limits` do not allow the job.
        """
        with self._transaction():
            row = self._row("key = ?", claim.job.key)
            assert row is not None
            self.check_budget(_job(row), limits)
            return self._write_change(claim, "steps = ?", units)

    def failed(self, claim: Claim, error: str, units: str) -> Job:
        change = "state = 'failed', error = ?, units = ?, finished_at = ?"
        return self._change(claim, change, error, units, self._clock())

    def finished(self, claim: Claim, units: str, video_id: str, seconds: float | None) -> Job:
        """The provider is done; the files are still to be fetched, so the job stays `running`."""
        change = "units = COALESCE(NULLIF(?, ''), units), video_id = COALESCE(NULLIF(?, ''), video_id), "
        change += "seconds = COALESCE(?, seconds), finished_at = COALESCE(finished_at, ?)"
        return self._change(claim, change, units, video_id, seconds, self._clock())

    def collected(self, claim: Claim, files: list[str], sizes: Sequence[int] = ()) -> Job:
        """`sizes`: of the files, in bytes."""
        change = "state = 'collected', files = ?, sizes = ?, error = '', collected_at = ?"
        return self._change(claim, change, json.dumps(files), json.dumps(list(sizes)), self._clock())

    def forget(self, key: str, seen: State | None = None) -> Job:
        """Cuts the row off from its request: the same request is a new job from now on. The row stays for the sums.

        Raises LedgerError while a live run owns it, or when it is not in the state `seen` any more.
        """
        with self._transaction():
            self._must_be_free(key)
            job = _job(self._row("key = ?", key))
            if seen not in (None, job.state):
                raise LedgerError(f"Job {key} is {job.state.value} by now.", "Look at it with `kling jobs`.")
            self._connection.execute(
                "UPDATE jobs SET forgotten_at = ?, fingerprint = key WHERE key = ?", (self._clock(), key)
            )
            return _job(self._row("key = ?", key))

    def allow_repeat(self, key: str) -> Job:
        """Somebody has decided that a job of unknown outcome may be sent once more by the next run of its request."""
        with self._transaction():
            self._must_be_free(key)
            self._connection.execute("UPDATE jobs SET may_repeat = 1 WHERE key = ? AND state = 'unknown'", (key,))
            return _job(self._row("key = ?", key))

    def get(self, key_or_task_id: str) -> Job | None:
        """The job with that key or task id; by task id never a forgotten one while there is another."""
        with self._explained():
            by_task = "task_id = ? AND task_id <> '' ORDER BY forgotten_at IS NOT NULL, created_at DESC"
            row = self._row("key = ?", key_or_task_id) or self._row(by_task, key_or_task_id)
            return _job(row) if row else None

    def jobs(self, wanted: Wanted | None = None, *, open_only: bool = False, limit: int = 100) -> list[Job]:
        """The newest jobs first; `open_only` and `limit` are the short form of a `Wanted`."""
        wanted = wanted or Wanted(states=OPEN if open_only else (), limit=limit)
        where, values = _conditions(wanted)
        with self._explained():
            rows = self._connection.execute(
                f"SELECT * FROM jobs WHERE {where} ORDER BY created_at DESC, key DESC LIMIT ?",  # noqa: S608 - ours
                (*values, -1 if wanted.limit is None else wanted.limit),
            )
            return [_job(row) for row in rows]

    def spent(self, profile: str, since: float = 0.0, but: str = "", dialect: str = "") -> Decimal:
        """What the profile's jobs have cost, or are expected to cost, since then, in units of a budget; without `but`.

        Only those of `dialect` if it is given: another provider counts in another unit.
        A job whose outcome is unknown counts with its estimate, as it may have been made.
        """
        whole = math.ceil(since / _QUARTER)
        jobs = "FROM costs WHERE profile = :profile AND :dialect IN ('', dialect) AND at >= :since"
        parts = [
            "SELECT nano FROM spent WHERE profile = :profile AND :dialect IN ('', dialect) AND quarter >= :whole",
            f"SELECT -nano {jobs} AND key = :but",
        ]
        if since % _QUARTER:  # never for the beginning of a day
            parts.append(f"SELECT nano {jobs} AND quarter = :whole - 1")
        statement = f"SELECT TOTAL(nano) FROM ({' UNION ALL '.join(parts)})"  # noqa: S608 - ours
        values = {"profile": profile, "dialect": dialect, "since": since, "whole": whole, "but": but}
        with self._explained():
            row = self._connection.execute(statement, values).fetchone()
        return Decimal(str(round(row[0] / 1e9, 6)))

    def keep_answer(self, name: str, value: str, seconds: float) -> None:
        """Keeps an answer that cannot be asked for again; those whose time has passed are dropped."""
        now = self._clock()
        with self._transaction():
            self._connection.execute("DELETE FROM answers WHERE until < ?", (now,))
            self._connection.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", (name, value, now + seconds))

    def kept_answer(self, name: str) -> str:
        """ "" when there is none."""
        with self._explained():
            row = self._connection.execute(
                "SELECT value FROM answers WHERE name = ? AND until >= ?", (name, self._clock())
            ).fetchone()
        return row["value"] if row else ""

    def lease(self, name: str, seconds: float) -> bool:
        """Whether this run may go for that answer now; False while another one does, of any process."""
        now = self._clock()
        with self._transaction():
            self._connection.execute("DELETE FROM answers WHERE until < ?", (now,))
            row = (f"asking {name}", "", now + seconds)
            return self._connection.execute("INSERT OR IGNORE INTO answers VALUES (?, ?, ?)", row).rowcount == 1

    def end_lease(self, name: str) -> None:
        self.drop_answer(f"asking {name}")

    def drop_answer(self, name: str) -> None:
        with self._transaction():
            self._connection.execute("DELETE FROM answers WHERE name = ?", (name,))

    def past_seconds(self, new: NewJob) -> tuple[float, ...]:
        """How long the last such jobs of this account took at the provider, up to 20, the newest first."""
        with self._explained():
            rows = self._connection.execute(
                "SELECT seconds FROM jobs WHERE seconds IS NOT NULL AND account = ? AND operation = ? AND model = ?"
                " AND mode = ? AND duration = ? ORDER BY collected_at DESC LIMIT 20",
                (new.account, new.operation, new.model, new.mode, new.duration),
            )
            return tuple(row["seconds"] for row in rows)

    def _insert(self, new: NewJob) -> Claim:
        now = self._clock()
        key = f"kn-{time.strftime('%Y%m%d', time.gmtime(now))}-{uuid.uuid4().hex[:20]}"
        names = (*NewJob.__dataclass_fields__, "key", "state", "created_at")
        values = (*(getattr(new, name) for name in NewJob.__dataclass_fields__), key, State.CREATED.value, now)
        marks = ", ".join("?" * len(names))
        self._connection.execute(f"INSERT INTO jobs ({', '.join(names)}) VALUES ({marks})", values)  # noqa: S608
        return self._take(self._row("key = ?", key))

    def _take(self, row: sqlite3.Row | None) -> Claim:
        assert row is not None
        if row["owner"] and self._owners.lives(row["owner"], row["heartbeat"]):
            return Claim(_job(row), "")
        owner = self._owners.new()
        self._connection.execute(
            "UPDATE jobs SET owner = ?, heartbeat = ? WHERE key = ?", (owner, self._clock(), row["key"])
        )
        return Claim(_job(self._row("key = ?", row["key"])), owner)

    def _brought_up_to_date(self, claim: Claim, new: NewJob) -> Claim:
        """A job that was recorded under an earlier name of its account gets the present one, or a renewed key would not
        find it. One of which nothing was sent is paid by whoever sends it, at today's price.
        """
        names = ("fingerprint", "account") if claim.job.fingerprint != new.fingerprint else ()
        names += ("profile", "estimate", "slots") if claim.job.state is State.CREATED else ()
        for name in names:
            value = getattr(new, name)
            self._connection.execute(f"UPDATE jobs SET {name} = ? WHERE key = ?", (value, claim.job.key))  # noqa: S608
        return Claim(_job(self._row("key = ?", claim.job.key)), claim.owner) if names else claim

    def _must_be_free(self, key: str) -> None:
        row = self._row("key = ?", key)
        if row is None:
            raise self._no_job(key)
        if row["owner"] and self._owners.lives(row["owner"], row["heartbeat"]):
            raise LedgerError(f"Job {key} is being worked on by another run.", "Stop that one first.")

    def _no_job(self, key: str) -> LedgerError:
        return LedgerError(f"There is no job {key} in {self._file}.", "`kling jobs` lists the jobs.")

    def _check_turn(self, job: Job, limits: Limits) -> None:
        if limits.max_parallel is not None:
            limits.check_turn(self._slots_before(job), job.slots)

    def _slots_before(self, job: Job) -> int:
        """Slots of this account that are taken, or that a run which has waited for longer will take first."""
        others = f"{_IS_OPEN} AND account = ? AND key <> ? AND finished_at IS NULL AND elsewhere = 0"
        rows = self._connection.execute(f"SELECT * FROM jobs WHERE {others}", (job.account, job.key))  # noqa: S608
        return sum(row["slots"] for row in rows if self._goes_before(row, job))

    def _goes_before(self, row: sqlite3.Row, job: Job) -> bool:
        lives = bool(row["owner"]) and self._owners.lives(row["owner"], row["heartbeat"])
        if row["state"] == State.CREATED.value:  # with a sent_at: the provider turned it away, it is not in our queue
            waits = lives and row["sent_at"] is None
            return waits and (row["created_at"], row["key"]) < (job.created_at, job.key)
        # A task that may have been made holds its slot, also when its process was killed.
        return lives or 0 <= self._clock() - (row["sent_at"] or 0.0) < SLOT_HELD

    def _change(self, claim: Claim, change: str, *values: object) -> Job:
        """One transition of a job that this run owns."""
        with self._transaction():
            return self._write_change(claim, change, *values)

    def _write_change(self, claim: Claim, change: str, *values: object) -> Job:
        cursor = self._connection.execute(
            f"UPDATE jobs SET {change} WHERE key = ? AND owner = ?",  # noqa: S608 - `change` is ours
            (*values, claim.job.key, claim.owner),
        )
        if cursor.rowcount != 1:
            raise LedgerError(
                f"Job {claim.job.key} was taken over by another process.", "Run again: it will wait for that one."
            )
        return _job(self._row("key = ?", claim.job.key))

    def _row(self, where: str, *values: object) -> sqlite3.Row | None:
        return self._connection.execute(f"SELECT * FROM jobs WHERE {where}", values).fetchone()  # noqa: S608

    def _signs_of_life(self, owners: Iterable[str], ended: Iterable[str] = ()) -> None:
        with self._transaction():
            for owner in ended:
                self._connection.execute(_LET_GO, (owner,))
            for owner in owners:
                sign = "UPDATE jobs SET heartbeat = ? WHERE owner = ? AND owner <> ''"
                self._connection.execute(sign, (self._clock(), owner))


def _conditions(wanted: Wanted) -> tuple[str, list[object]]:
    """As SQL: our own words and marks, the values beside them."""
    values: dict[str, object] = {"created_at >= ?": wanted.since}
    values |= {f"{name} = ?": value for name in ("profile", "operation", "model") if (value := getattr(wanted, name))}
    conditions = [*values] + ([] if wanted.forgotten else ["forgotten_at IS NULL"])
    if wanted.states and set(wanted.states) <= set(OPEN):
        conditions.append(_IS_OPEN)
    if wanted.states:
        conditions.append(f"state IN ({', '.join('?' * len(wanted.states))})")
    return " AND ".join(conditions), [*values.values(), *(state.value for state in wanted.states)]


def _job(row: sqlite3.Row | None) -> Job:
    assert row is not None
    values: dict[str, Any] = {name: row[name] for name in Job.__dataclass_fields__}
    values |= {"state": State(values["state"])}
    values |= {name: tuple(json.loads(values[name])) for name in ("files", "sizes")}
    values |= {name: bool(values[name]) for name in ("elsewhere", "may_repeat")}
    return Job(**values)


def open_ledger(home: Path) -> Ledger:
    """One per folder and process: the threads of a process share its connection, a forked child gets its own."""
    with _opening.setdefault(os.getpid(), threading.Lock()):  # the cache alone lets threads that come at once open many
        return _open_ledger(home, os.getpid())


@cache
def _open_ledger(home: Path, _pid: int) -> Ledger:
    return Ledger(home)
