"""The ledger's file: opened so that what was written stays written, and brought to the present schema."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import LedgerError

#: Seconds that a statement waits for another process to finish its own.
BUSY_TIMEOUT = 30.0
_DAMAGED = ("malformed", "damaged", "not a database")
WITHOUT_BACKUP = (
    "Only if there is none, move it (with its -wal and -shm) and the folder results away: jobs that it knew would be "
    "paid again. Each .json in results names a task; `kling collect TASK_ID --operation NAME` fetches it for free."
)

#: One script per version of the schema, applied in order; never edited once landed.
_MIGRATIONS = (
    """
    CREATE TABLE jobs (
        key          TEXT PRIMARY KEY,
        fingerprint  TEXT NOT NULL,
        state        TEXT NOT NULL,
        account      TEXT NOT NULL,
        profile      TEXT NOT NULL,
        dialect      TEXT NOT NULL,
        route        TEXT NOT NULL,
        operation    TEXT NOT NULL,
        model        TEXT NOT NULL,
        mode         TEXT NOT NULL,
        duration     INTEGER NOT NULL,
        task_id      TEXT NOT NULL DEFAULT '',
        request_id   TEXT NOT NULL DEFAULT '',
        video_id     TEXT NOT NULL DEFAULT '',
        units        TEXT NOT NULL DEFAULT '',
        files        TEXT NOT NULL DEFAULT '[]',
        error        TEXT NOT NULL DEFAULT '',
        error_code   TEXT NOT NULL DEFAULT '',
        unanswered   INTEGER NOT NULL DEFAULT 0,
        created_at   REAL NOT NULL,
        accepted_at  REAL,
        collected_at REAL,
        seconds      REAL,
        owner        TEXT NOT NULL DEFAULT '',
        heartbeat    REAL NOT NULL DEFAULT 0
    );
    -- Two identical requests are one job: at most one row of a fingerprint may still hold or have made something.
    CREATE UNIQUE INDEX jobs_live ON jobs (fingerprint) WHERE state NOT IN ('refused', 'failed');
    CREATE INDEX jobs_task ON jobs (task_id);
    CREATE INDEX jobs_usual ON jobs (account, operation, model, mode, duration, collected_at) WHERE seconds IS NOT NULL;
    CREATE INDEX jobs_created ON jobs (created_at);
    CREATE INDEX jobs_owner ON jobs (owner) WHERE owner <> '';
    """,
    """
    ALTER TABLE jobs ADD COLUMN estimate     TEXT NOT NULL DEFAULT '';
    ALTER TABLE jobs ADD COLUMN sizes        TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE jobs ADD COLUMN slots        INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE jobs ADD COLUMN elsewhere    INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE jobs ADD COLUMN may_repeat   INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE jobs ADD COLUMN sent_at      REAL;
    ALTER TABLE jobs ADD COLUMN finished_at  REAL;
    ALTER TABLE jobs ADD COLUMN forgotten_at REAL;
    UPDATE jobs SET sent_at = COALESCE(accepted_at, created_at), finished_at = collected_at
        WHERE state NOT IN ('created', 'refused');
    CREATE INDEX jobs_spent ON jobs (profile, sent_at) WHERE sent_at IS NOT NULL;
    CREATE INDEX jobs_under_way ON jobs (account) WHERE state IN ('created', 'sending', 'unknown', 'running');
    """,
    """
    -- Answers that were paid for and cannot be asked for again, until the time (epoch seconds) when they are of no use.
    CREATE TABLE answers (
        name  TEXT PRIMARY KEY,
        value TEXT NOT NULL,
        until REAL NOT NULL
    );
    -- What one of the job's units is worth in those of its profile's budget (an image unit is less than one for clips).
    ALTER TABLE jobs ADD COLUMN worth TEXT NOT NULL DEFAULT '1';
    -- What small steps before the order were charged (the look for faces of a lip sync).
    ALTER TABLE jobs ADD COLUMN steps TEXT NOT NULL DEFAULT '';
    """,
    """
    -- What a job counts for in the sums of its profile: `nano` billionths of a unit, in a `quarter` of an hour, with
    -- one of which a day begins in every time zone. While its outcome is unknown its estimate counts: it may be made.
    CREATE VIEW costs AS
        SELECT key, profile, dialect, COALESCE(sent_at, created_at) AS at,
            CAST(COALESCE(sent_at, created_at) / 900 AS INTEGER) AS quarter,
            CAST(ROUND(COALESCE(worth * CASE
                WHEN units <> '' THEN units
                WHEN state IN ('created', 'refused', 'failed') THEN steps
                ELSE estimate END, 0) * 1000000000) AS INTEGER) AS nano
        FROM jobs
        WHERE elsewhere = 0
            AND (state IN ('sending', 'unknown', 'running', 'collected', 'failed') OR steps <> '');
    -- Their sums, brought up to date by triggers, so in the transaction of each change. To add up 10,000 jobs twice
    -- before each order took longer (18 ms) than all else that this program does for one (13 ms).
    CREATE TABLE spent (
        profile TEXT NOT NULL,
        dialect TEXT NOT NULL,
        quarter INTEGER NOT NULL,
        nano    INTEGER NOT NULL,
        PRIMARY KEY (profile, dialect, quarter)
    ) WITHOUT ROWID;
    INSERT INTO spent
        SELECT profile, dialect, quarter, CAST(TOTAL(nano) AS INTEGER) FROM costs GROUP BY profile, dialect, quarter;
    CREATE TRIGGER cost_of_new AFTER INSERT ON jobs BEGIN
        INSERT INTO spent SELECT profile, dialect, quarter, nano FROM costs WHERE key = NEW.key
            ON CONFLICT (profile, dialect, quarter) DO UPDATE SET nano = nano + excluded.nano; END;
    CREATE TRIGGER cost_before BEFORE UPDATE OF
        state, units, steps, estimate, worth, elsewhere, profile, dialect, sent_at, created_at, key ON jobs BEGIN
        INSERT INTO spent SELECT profile, dialect, quarter, -nano FROM costs WHERE key = OLD.key
            ON CONFLICT (profile, dialect, quarter) DO UPDATE SET nano = nano + excluded.nano; END;
    CREATE TRIGGER cost_after AFTER UPDATE OF
        state, units, steps, estimate, worth, elsewhere, profile, dialect, sent_at, created_at, key ON jobs BEGIN
        INSERT INTO spent SELECT profile, dialect, quarter, nano FROM costs WHERE key = NEW.key
            ON CONFLICT (profile, dialect, quarter) DO UPDATE SET nano = nano + excluded.nano; END;
    CREATE TRIGGER cost_of_deleted BEFORE DELETE ON jobs BEGIN
        INSERT INTO spent SELECT profile, dialect, quarter, -nano FROM costs WHERE key = OLD.key
            ON CONFLICT (profile, dialect, quarter) DO UPDATE SET nano = nano + excluded.nano; END;
    DROP INDEX jobs_spent;
    -- The few that are under way are found without a look at all that ever were.
    DROP INDEX jobs_under_way;
    CREATE INDEX jobs_open ON jobs (created_at) WHERE state IN ('created', 'sending', 'unknown', 'running');
    CREATE INDEX answers_until ON answers (until);
    """,
)


class LedgerFile:
    """The open file: one connection, shared by the threads of a process. Raises LedgerError for all its troubles."""

    def __init__(self, file: Path) -> None:
        home = file.parent
        self._lock = threading.RLock()
        self._pid = os.getpid()
        self._file = file
        if home.exists() and not home.is_dir():
            raise LedgerError(f"The data folder {home} is not a folder.", "Set KLING_HOME to a folder.")
        with self._explained():
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            must_not_be_lost(file)
            file.touch(mode=0o600)  # SQLite's own would be for all to read, and the folder may be older than we
            self._connection = connect(file)
            self._identity = identity(file)
        with self._transaction():
            migrate(self._connection, file)
            _add_up(self._connection)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """BEGIN IMMEDIATE: the write lock comes first, so that what was read is still true when it is changed."""
        with self._explained():
            self._must_be_the_same_file()
            if self._connection.in_transaction:  # this thread's own, in whose middle an abandoned run was collected
                raise LedgerError(f"The ledger {self._file} is being written by this very thread.", "Try again.")
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
        if identity(self._file) != self._identity:
            raise LedgerError(f"The ledger {self._file} was moved or deleted while in use.", "Restart the program.")
        if os.getpid() != self._pid:
            raise LedgerError("This process is a fork of one that uses the ledger.", "Make a new Client in it.")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except (sqlite3.Error, OSError) as error:
                reason = (isinstance(error, OSError) and error.strerror) or error
                advice = "Check that the folder exists, can be written and has room."
                if any(word in str(error) for word in _DAMAGED):
                    advice = f"Put it back from a backup. {WITHOUT_BACKUP}"
                raise LedgerError(f"The ledger {self._file} cannot be used: {reason}.", advice) from error


def connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    try:
        # Readers do not wait for a writer, and a killed process leaves no half-written page.
        _switch_to_wal(connection)
        # A row must outlive a power cut: it is all that we have of a paid job.
        connection.execute("PRAGMA synchronous = FULL")
        # Each row is in the main file at once (0.7 ms more): whoever copies that file alone, or deletes the journal as
        # rubbish, loses nothing. By default all jobs of a year would be in the journal only.
        connection.execute("PRAGMA wal_autocheckpoint = 1")
        _must_be_sound(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def must_not_be_lost(file: Path) -> None:
    """Raises LedgerError rather than begin a new ledger beside the traces of one that knew of paid jobs.

    SQLite takes an empty file for a new ledger, and deletes the journal of an empty or missing one unread.
    """
    if _has_rows(file):
        return  # without a look through all results
    journal = file.with_name(f"{file.name}-wal")
    # The traces first: another process that is making the ledger right now fills the file before it leaves any.
    with_journal = journal.exists() and journal.stat().st_size > 0
    with_results = any(file.parent.glob("results/kn-*"))
    missing = not file.exists()
    empty = not missing and not _has_rows(file)
    if (with_results or with_journal) and (empty or missing):
        raise LedgerError(
            f"The ledger {file} is {'empty' if empty else 'missing'}, but there are traces of its jobs beside it.",
            f"Put it back from a backup. {WITHOUT_BACKUP}",
        )


def _has_rows(file: Path) -> bool:
    return file.exists() and file.stat().st_size > 0


def identity(file: Path) -> tuple[int, int] | None:
    """Device and inode, None when there is no such file."""
    try:
        status = file.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def migrate(connection: sqlite3.Connection, file: Path) -> None:
    """Brings the schema up to date, inside the caller's transaction. Raises LedgerError for a file of the future."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(_MIGRATIONS):
        raise LedgerError(
            f"{file} was written by a newer version of kling-nodes (schema {version}).",
            "Update kling-nodes; nothing was sent.",
        )
    for number, script in enumerate(_MIGRATIONS[version:], version + 1):
        for statement in filter(str.strip, script.split(";\n")):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")


def _add_up(connection: sqlite3.Connection) -> None:
    """Sums that a budget is held to must not stay wrong for good (25 ms for 10,000 jobs, once per process)."""
    right = "SELECT profile, dialect, quarter, CAST(TOTAL(nano) AS INTEGER) AS nano FROM costs GROUP BY 1, 2, 3"
    some = f"SELECT * FROM ({right}) WHERE nano <> 0"  # noqa: S608 - ours
    kept = "SELECT profile, dialect, quarter, nano FROM spent WHERE nano <> 0"
    differences = f"SELECT * FROM ({some} EXCEPT {kept}) UNION ALL SELECT * FROM ({kept} EXCEPT {some})"  # noqa: S608
    if connection.execute(differences).fetchone():
        connection.execute("DELETE FROM spent")
        connection.execute(f"INSERT INTO spent {right}")


def _must_be_sound(connection: sqlite3.Connection) -> None:
    """A damaged index can hide a job that was paid for (40 ms for 10,000 jobs, once per process)."""
    verdict: str = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if verdict != "ok":
        raise sqlite3.DatabaseError(f"it is damaged ({verdict.splitlines()[-1]})")


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """SQLite does not wait for this lock by itself when several processes make the file at the same moment."""
    end = time.monotonic() + BUSY_TIMEOUT
    while True:
        try:
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.02)
