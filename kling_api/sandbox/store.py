"""The tasks of a sandbox in a SQLite file, so that a restarted sandbox, or a second one, knows them.

Rows and SQL only; what they mean for money and time is in `core`.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from secrets import token_hex
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS tasks (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    product TEXT NOT NULL,
    pack TEXT NOT NULL,
    version TEXT NOT NULL,
    external_id TEXT NOT NULL,
    callback_url TEXT NOT NULL,
    told TEXT NOT NULL,
    watermark INTEGER NOT NULL,
    slots INTEGER NOT NULL,
    milliunits INTEGER NOT NULL,
    seconds REAL NOT NULL,
    work TEXT NOT NULL,
    created INTEGER NOT NULL,
    due INTEGER NOT NULL,
    settled INTEGER,
    failure TEXT NOT NULL,
    stuck INTEGER NOT NULL,
    result TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS external_ids ON tasks (account, external_id) WHERE external_id <> '';
CREATE INDEX IF NOT EXISTS open_tasks ON tasks (id) WHERE settled IS NULL;
CREATE INDEX IF NOT EXISTS open_callbacks ON tasks (id)
    WHERE callback_url <> '' AND told NOT IN ('succeeded', 'failed');
-- What is under way or has failed is found without a look at all tasks that ever were.
CREATE INDEX IF NOT EXISTS later_tasks ON tasks (due);
CREATE INDEX IF NOT EXISTS failed_tasks ON tasks (account, pack) WHERE failure <> '';
CREATE TABLE IF NOT EXISTS leases (task INTEGER PRIMARY KEY, until INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS fees (account TEXT NOT NULL, pack TEXT NOT NULL, milliunits INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS deleted (task INTEGER PRIMARY KEY);
-- The prices of all tasks together; a file from before there was such a table has it filled.
CREATE TABLE IF NOT EXISTS prices (account TEXT, pack TEXT, milliunits INTEGER NOT NULL, PRIMARY KEY (account, pack));
INSERT OR IGNORE INTO prices SELECT account, pack, SUM(milliunits) FROM tasks GROUP BY account, pack;
"""


@dataclass(frozen=True)
class Row:
    """One task. Times are epoch milliseconds; `due`: not finished before; `settled`: when its result was there.

    `product` is the address under which it was ordered, `work` (JSON) what is to be rendered, `result` the files with
    commas between, `told` the last state that its callback URL heard of.
    """

    id: int
    account: str
    product: str
    pack: str
    version: str
    external_id: str
    callback_url: str
    told: str
    watermark: bool
    slots: int
    milliunits: int
    seconds: float
    work: str
    created: int
    due: int
    settled: int | None
    failure: str
    stuck: bool
    result: str


_COLUMNS = ", ".join(field.name for field in fields(Row))
_HOLDERS = ", ".join("?" for _ in fields(Row))


class Store:
    """One file, one connection, any number of threads and processes."""

    def __init__(self, file: Path) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(file, timeout=30, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")  # readers of other processes never wait
        self._db.execute("PRAGMA synchronous=NORMAL")  # a sandbox may lose its last moment in a power cut
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """No other thread or process writes between the first and the last statement."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def add(self, row: Row) -> None:
        """Only in a transaction."""
        self._execute(f"INSERT INTO tasks ({_COLUMNS}) VALUES ({_HOLDERS})", astuple(row))  # noqa: S608 - constants
        self._execute("INSERT OR IGNORE INTO prices VALUES (?, ?, 0)", (row.account, row.pack))
        change = "UPDATE prices SET milliunits = milliunits + ? WHERE account = ? AND pack = ?"
        self._execute(change, (row.milliunits, row.account, row.pack))

    def select(self, condition: str, values: Sequence[object] = (), rest: str = "ORDER BY id DESC") -> list[Row]:
        """Rows, the newest first. `condition` and `rest` are SQL of this package, never of a request."""
        found = self._execute(f"SELECT {_COLUMNS} FROM tasks WHERE {condition} {rest}", values)  # noqa: S608
        return [_row(values) for values in found]

    def number(self, expression: str, condition: str = "1", values: Sequence[object] = ()) -> int:
        """An aggregate over the rows, 0 for NULL."""
        found = self._execute(f"SELECT {expression} FROM tasks WHERE {condition}", values)  # noqa: S608
        return found[0][0] or 0

    def prices(self, account: str, pack: str) -> int:
        """The sum over all tasks, whatever became of them."""
        found = self._execute("SELECT milliunits FROM prices WHERE account = ? AND pack = ?", (account, pack))
        return found[0][0] if found else 0

    def add_fee(self, account: str, pack: str, milliunits: int) -> None:
        """What was charged without a task."""
        one = "SELECT MIN(rowid) FROM fees WHERE account = ? AND pack = ?"
        with self._lock:
            change = f"UPDATE fees SET milliunits = milliunits + ? WHERE rowid = ({one})"  # noqa: S608 - constants
            if not self._db.execute(change, (milliunits, account, pack)).rowcount:
                self._execute("INSERT INTO fees VALUES (?, ?, ?)", (account, pack, milliunits))

    def fees(self, account: str, pack: str) -> int:
        """Of all accounts or packs for ""."""
        condition = "? IN ('', account) AND ? IN ('', pack)"
        found = self._execute(f"SELECT SUM(milliunits) FROM fees WHERE {condition}", (account, pack))  # noqa: S608
        return found[0][0] or 0

    def mark_deleted(self, task: int) -> None:
        """What the task has made is not kept any more; the task itself stays."""
        self._execute("INSERT OR IGNORE INTO deleted VALUES (?)", (task,))

    def deleted(self) -> set[int]:
        return {row[0] for row in self._execute("SELECT task FROM deleted")}

    def settle(self, task: int, now: int, failure: str, result: str) -> None:
        """The first result stays."""
        self._execute(
            "UPDATE tasks SET settled = ?, failure = ?, result = ? WHERE id = ? AND settled IS NULL",
            (now, failure, result, task),
        )
        self.release(task)

    def lease_next(self, now: int, until: int) -> Row | None:
        """The oldest task that needs work and that no other worker, here or in another process, has in hand."""
        if not self.number("COUNT(*)", "settled IS NULL AND NOT stuck"):
            return None  # no need to lock the file for that
        with self.transaction():
            free = "settled IS NULL AND NOT stuck AND id NOT IN (SELECT task FROM leases WHERE until > ?)"
            rows = self.select(free, (now,), "ORDER BY id LIMIT 1")
            for row in rows:
                self._execute("INSERT OR REPLACE INTO leases VALUES (?, ?)", (row.id, until))
        return rows[0] if rows else None

    def extend_lease(self, task: int, until: int) -> None:
        self._execute("UPDATE leases SET until = ? WHERE task = ?", (until, task))

    def release(self, task: int) -> None:
        self._execute("DELETE FROM leases WHERE task = ?", (task,))

    def tell(self, task: int, before: str, after: str) -> bool:
        """Marks that the callback hears of a state; False when another thread or process was first."""
        with self._lock:
            cursor = self._db.execute("UPDATE tasks SET told = ? WHERE id = ? AND told = ?", (after, task, before))
            return cursor.rowcount == 1

    def secret(self) -> str:
        """A random text that stays the same for this file: signs result URLs."""
        self._execute("INSERT OR IGNORE INTO facts VALUES ('secret', ?)", (token_hex(16),))
        return str(self._execute("SELECT value FROM facts WHERE name = 'secret'")[0][0])

    def _execute(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(statement, values).fetchall()


def _row(values: tuple[Any, ...]) -> Row:
    row: dict[str, Any] = dict(zip((field.name for field in fields(Row)), values, strict=True))
    row["watermark"], row["stuck"] = bool(row["watermark"]), bool(row["stuck"])
    return Row(**row)
