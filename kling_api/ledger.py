"""The jobs on disk (SQLite): every job has a row before its first byte is sent, and each step of it is one statement.

The ledger keeps no prompt, no picture and no secret. It is safe for many threads and several processes on one folder.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import statistics
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

from . import ledger_file
from .errors import LedgerError
from .processes import is_alive, this_process

log = logging.getLogger(__name__)

FILE_NAME = "ledger.sqlite3"
#: Seconds between two signs of life of an owner.
HEARTBEAT = 10.0


class State(Enum):
    """Where a job is. OPEN states may still cost or hold money; a new run of the same request adopts them."""

    CREATED = "created"  # recorded, nothing sent
    SENDING = "sending"  # a request is on its way, or was when the process died
    UNKNOWN = "unknown"  # sent, no usable answer, not found by our key
    RUNNING = "running"  # the provider has accepted it; task_id is known
    COLLECTED = "collected"  # the files are on disk
    REFUSED = "refused"  # the provider said no; nothing was made
    FAILED = "failed"  # accepted, then failed at the provider


OPEN = (State.CREATED, State.SENDING, State.UNKNOWN, State.RUNNING)


@dataclass(frozen=True)
class NewJob:
    """What is known of a job before it is sent."""

    fingerprint: str
    account: str
    profile: str
    dialect: str
    route: str
    operation: str
    model: str
    mode: str
    duration: int


@dataclass(frozen=True)
class Job:
    """A row. Times are epoch seconds; `seconds` is how long the provider worked; `files` are names in results/.

    `unanswered` counts the requests whose outcome nobody told us.
    """

    key: str
    fingerprint: str
    state: State
    account: str
    profile: str
    dialect: str
    route: str
    operation: str
    model: str
    mode: str
    duration: int
    task_id: str
    request_id: str
    video_id: str
    units: str
    files: tuple[str, ...]
    error: str
    error_code: str
    unanswered: int
    created_at: float
    accepted_at: float | None
    collected_at: float | None
    seconds: float | None
    owner: str
    heartbeat: float

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


@dataclass(frozen=True)
class Claim:
    """The job of a request, and the name under which this run owns it ("" when another live run does)."""

    job: Job
    owner: str


class Ledger:
    """One data folder's jobs. Raises LedgerError whenever something cannot be recorded or read."""

    def __init__(self, home: Path, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._runs: set[str] = set()
        self._beating = False
        self._pid = os.getpid()
        self._file = home / FILE_NAME
        if home.exists() and not home.is_dir():
            raise LedgerError(f"The data folder {home} is not a folder.", "Set KLING_HOME to a folder.")
        with self._explained():
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._connection = ledger_file.connect(self._file)
            self._identity = ledger_file.identity(self._file)
        with self._transaction():
            ledger_file.migrate(self._connection, self._file)

    def claim(self, new: NewJob) -> Claim:
        """The job of this request: the one that is there already, or a new row. Exactly one live run gets to own it."""
        with self._transaction():
            row = self._row("fingerprint = ? AND state NOT IN ('refused', 'failed')", new.fingerprint)
            if row is None:
                return self._insert(new)
            return self._take(row)

    def adopt(self, key: str) -> Claim:
        """Takes over a job by its key, unless another live run owns it."""
        with self._transaction():
            row = self._row("key = ?", key)
            if row is None:
                raise LedgerError(f"There is no job {key} in {self._file}.", "`kling jobs` lists the jobs.")
            return self._take(row)

    def release(self, claim: Claim) -> None:
        """Ends the ownership; the job stays as it is."""
        with self._lock:  # first of all: also a row that cannot be written must not keep the next run waiting
            self._runs.discard(claim.owner)
            _living_runs.discard(claim.owner)
        with self._transaction():
            self._connection.execute("UPDATE jobs SET owner = '' WHERE owner = ?", (claim.owner,))

    def sending(self, claim: Claim, route: str) -> Job:
        return self._change(claim, "state = 'sending', route = ?", route)

    def nothing_made(self, claim: Claim) -> Job:
        """Back to `created`, unless an earlier request of this job went without an answer."""
        return self._change(claim, "state = CASE WHEN unanswered > 0 THEN 'unknown' ELSE 'created' END")

    def unanswered(self, claim: Claim, error: str) -> Job:
        return self._change(claim, "state = 'unknown', unanswered = unanswered + 1, error = ?", error)

    def accepted(self, claim: Claim, task_id: str, request_id: str) -> Job:
        change = "state = 'running', task_id = ?, request_id = ?, error = '', error_code = '', accepted_at = ?"
        return self._change(claim, change, task_id, request_id, self._clock())

    def refused(self, claim: Claim, error: str, code: str, request_id: str) -> Job:
        change = "state = 'refused', error = ?, error_code = ?, request_id = ?"
        return self._change(claim, change, error, code, request_id)

    def failed(self, claim: Claim, error: str, units: str) -> Job:
        return self._change(claim, "state = 'failed', error = ?, units = ?", error, units)

    def finished(self, claim: Claim, units: str, video_id: str, seconds: float | None) -> Job:
        """The provider is done; the files are still to be fetched, so the job stays `running`."""
        return self._change(claim, "units = ?, video_id = ?, seconds = ?", units, video_id, seconds)

    def collected(self, claim: Claim, files: list[str]) -> Job:
        change = "state = 'collected', files = ?, error = '', collected_at = ?"
        return self._change(claim, change, json.dumps(files), self._clock())

    def get(self, key_or_task_id: str) -> Job | None:
        """The job with that key or task id."""
        with self._explained():
            row = self._row("key = ?", key_or_task_id) or self._row("task_id = ? AND task_id <> ''", key_or_task_id)
            return _job(row) if row else None

    def jobs(self, *, open_only: bool = False, limit: int = 100) -> list[Job]:
        """The newest jobs first."""
        where = f"WHERE state IN ({', '.join(repr(state.value) for state in OPEN)})" if open_only else ""
        with self._explained():
            rows = self._connection.execute(
                f"SELECT * FROM jobs {where} ORDER BY created_at DESC, key DESC LIMIT ?",  # noqa: S608 - our own constants
                (limit,),
            )
            return [_job(row) for row in rows]

    def median_seconds(self, new: NewJob) -> float | None:
        """How long the last such jobs of this account took at the provider; None when there was none."""
        with self._explained():
            rows = self._connection.execute(
                "SELECT seconds FROM jobs WHERE seconds IS NOT NULL AND account = ? AND operation = ? AND model = ?"
                " AND mode = ? AND duration = ? ORDER BY collected_at DESC LIMIT 20",
                (new.account, new.operation, new.model, new.mode, new.duration),
            )
            seconds = [row["seconds"] for row in rows]
        return statistics.median(seconds) if seconds else None

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
        if row["owner"] and self._lives(row["owner"], row["heartbeat"]):
            return Claim(_job(row), "")
        owner = f"{this_process()}/{uuid.uuid4().hex[:12]}"
        self._connection.execute(
            "UPDATE jobs SET owner = ?, heartbeat = ? WHERE key = ?", (owner, self._clock(), row["key"])
        )
        self._keep_alive(owner)
        return Claim(_job(self._row("key = ?", row["key"])), owner)

    def _lives(self, owner: str, heartbeat: float) -> bool:
        process, _, _ = owner.rpartition("/")
        if process == this_process():
            return owner in _living_runs
        return is_alive(process, heartbeat, self._clock())

    def _change(self, claim: Claim, change: str, *values: object) -> Job:
        """One transition of a job that this run owns."""
        with self._transaction():
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

    def _keep_alive(self, owner: str) -> None:
        """Adds a run to those for which a thread gives signs of life; the thread ends with the last run."""
        _living_runs.add(owner)
        self._runs.add(owner)
        if not self._beating:
            self._beating = True
            threading.Thread(target=self._beat, name="kling heartbeat", daemon=True).start()

    def _beat(self) -> None:
        while True:
            time.sleep(HEARTBEAT)
            with self._lock:
                if not self._runs:
                    self._beating = False
                    return
                try:
                    self._sign_of_life()
                except LedgerError as error:
                    # The run meets the same trouble at its next step and reports it; a thread has nobody to tell.
                    log.warning("No sign of life could be written: %s", error.what)

    def _sign_of_life(self) -> None:
        with self._transaction():
            for owner in self._runs:
                self._connection.execute("UPDATE jobs SET heartbeat = ? WHERE owner = ?", (self._clock(), owner))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """BEGIN IMMEDIATE: the write lock comes first, so that what was read is still true when it is changed."""
        with self._explained():
            self._must_be_the_same_file()
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield
                self._connection.execute("COMMIT")
            finally:
                # Whatever happened, also Ctrl-C right after BEGIN: no lock may stay behind.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def _must_be_the_same_file(self) -> None:
        """SQLite goes on with a file that was deleted; a row in it would be gone with this process."""
        if ledger_file.identity(self._file) != self._identity:
            raise LedgerError(f"The ledger {self._file} was moved or deleted while in use.", "Restart the program.")
        if os.getpid() != self._pid:
            raise LedgerError("This process is a fork of one that uses the ledger.", "Make a new Client in it.")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except (sqlite3.Error, OSError) as error:
                raise LedgerError(
                    f"The ledger {self._file} cannot be used: {error}.",
                    "Check that the folder exists, can be written and has room. Move the file away only if it is "
                    "damaged: it is what keeps jobs from being paid twice.",
                ) from error


#: The runs of this process that are under way, over all ledgers.
_living_runs: set[str] = set()


def _job(row: sqlite3.Row | None) -> Job:
    assert row is not None
    values = dict(row)
    return Job(**values | {"state": State(values["state"]), "files": tuple(json.loads(values["files"]))})


def open_ledger(home: Path) -> Ledger:
    """One per folder and process: the threads of a process share its connection, a forked child gets its own."""
    return _open_ledger(home, os.getpid())


@cache
def _open_ledger(home: Path, _pid: int) -> Ledger:
    return Ledger(home)
