"""Tasks, slots, units and external ids of a local Kling, and what time makes of them.

Knows no HTTP and none of the words in which a dialect says things. Tasks are kept by `store`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from .orders import Allowance, DuplicateExternalId, Fate, NoFreeSlot, NoUnitsLeft, Order
from .store import Row, Store

#: A task is "submitted" for this part of its time, then "processing".
SUBMITTED_PART = 0.2
#: Ids look like Kling's: 18 decimal digits that grow with time. The last four bits number the outputs of a task.
_ID_EPOCH = 1_500_000_000_000
_OUTPUTS = 16


class State(Enum):
    SUBMITTED = "submitted"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True)
class Task:
    """A task as it is at the moment `now`: its state is a function of its row and the time, and nothing else."""

    row: Row
    now: int

    @property
    def state(self) -> State:
        row = self.row
        if row.settled is not None and self.now >= row.due:
            return State.FAILED if row.failure else State.SUCCEEDED
        return State.SUBMITTED if self.now < self._started else State.PROCESSING

    @property
    def updated(self) -> int:
        """When it came into its present state, epoch milliseconds."""
        if self.state is State.SUBMITTED:
            return self.row.created
        return self._started if self.state is State.PROCESSING else max(self.row.due, self.row.settled or 0)

    @property
    def is_terminal(self) -> bool:
        return self.state in (State.SUCCEEDED, State.FAILED)

    @property
    def charged(self) -> int:
        """Thousandths of a unit: the price once it has succeeded, 0 before and for a failed task."""
        return self.row.milliunits if self.state is State.SUCCEEDED else 0

    def output_id(self, index: int = 0) -> str:
        return str(self.row.id + 1 + index)

    @property
    def _started(self) -> int:
        return self.row.created + int((self.row.due - self.row.created) * SUBMITTED_PART)


class Platform:
    """The tasks of all accounts."""

    def __init__(self, store: Store, pace: float, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._pace = pace
        self._clock = clock

    def now(self) -> int:
        return int(self._clock() * 1000)

    def place(self, order: Order, allowance: Allowance, fate: Callable[[], Fate] = Fate) -> Task:
        """Makes the task. `fate` is asked once it is certain that there will be one.

        Raises DuplicateExternalId, NoUnitsLeft or NoFreeSlot, looked at in this order.
        """
        with self._store.transaction():
            now = self.now()
            self._check_external_id(order, allowance)
            self._check_units(order.pack, order.milliunits, allowance, now)
            self._check_slots(order, allowance, now)
            row = self._new_row(order, allowance.account, now, fate())
            self._store.add(row)
        return Task(row, now)

    def find(self, account: str, key: str, product: str | None = None) -> Task | None:
        """By task id or external id; with `product` only among the tasks ordered there."""
        for task in self._find_by("id", account, [key]) or self._find_by("external_id", account, [key]):
            if product in (None, task.row.product):
                return task
        return None

    def find_by_ids(self, account: str, ids: Sequence[str]) -> list[Task]:
        """In the order of the ids; unknown ones are left out."""
        return self._find_by("id", account, ids)

    def find_by_external_ids(self, account: str, external_ids: Sequence[str]) -> list[Task]:
        return self._find_by("external_id", account, external_ids)

    def page(self, account: str, product: str, number: int, size: int) -> list[Task]:
        """Page `number` (from 1) of the tasks ordered at `product`, the newest first."""
        rest = f"ORDER BY id DESC LIMIT {int(size)} OFFSET {(int(number) - 1) * int(size)}"
        return self._tasks(self._store.select("account = ? AND product = ?", (account, product), rest))

    def between(self, account: str, start: int, end: int, before_id: int = 0) -> list[Task]:
        """Tasks created from `start` to `end` (epoch ms), the newest first; with `before_id` only older ones."""
        condition = "account = ? AND created >= ? AND created <= ? AND id < ?"
        return self._tasks(self._store.select(condition, (account, start, end, before_id or 2**62)))

    def open_callbacks(self) -> list[Task]:
        """Tasks whose callback URL has not heard of the end yet."""
        condition = "callback_url <> '' AND told NOT IN ('succeeded', 'failed')"
        return self._tasks(self._store.select(condition, rest="ORDER BY id"))

    def result_of(self, key: str) -> Task | None:
        """Any account's task: whoever has the signed URL may fetch the file."""
        rows = self._store.select("id = ?", (int(key),)) if _is_id(key) else []
        return self._tasks(rows)[0] if rows else None

    def maker_of(self, account: str, output_id: str) -> Task | None:
        """The account's task that has an output of this id."""
        number = int(output_id) if _is_id(output_id) else 0
        found = self._find_by("id", account, [str(number // _OUTPUTS * _OUTPUTS)]) if number % _OUTPUTS else []
        return found[0] if found else None

    def versions(self, account: str, version: str) -> list[Task]:
        """The account's tasks with this version of a model, the newest first; without those that are deleted."""
        deleted = self._store.deleted()
        tasks = self._tasks(self._store.select("account = ? AND version = ?", (account, version)))
        return [task for task in tasks if task.row.id not in deleted]

    def delete(self, task: Task) -> None:
        """It is no more among the `versions`."""
        self._store.mark_deleted(task.row.id)

    def charge(self, allowance: Allowance, pack: str, milliunits: int) -> None:
        """Takes something from a pack for which no task is made. Raises NoUnitsLeft."""
        with self._store.transaction():
            self._check_units(pack, milliunits, allowance, self.now())
            self._store.add_fee(allowance.account, pack, milliunits)

    def charged(self, account: str | None = None, pack: str = "") -> int:
        """Thousandths of a unit deducted so far, of one kind of pack or of all."""
        for_tasks = self._store.number("SUM(milliunits)", *self._succeeded(account, pack))
        return for_tasks + self._store.fees(account or "", pack)

    def charges(self, account: str | None = None) -> int:
        """How many tasks were charged."""
        return self._store.number("COUNT(*)", *self._succeeded(account))

    def made(self, account: str | None = None) -> int:
        """How many tasks exist."""
        return self._store.number("COUNT(*)", "? IN ('', account)", (account or "",))

    def _succeeded(self, account: str | None, pack: str = "") -> tuple[str, tuple[object, ...]]:
        condition = "settled IS NOT NULL AND due <= ? AND failure = '' AND ? IN ('', account) AND ? IN ('', pack)"
        return condition, (self.now(), account or "", pack)

    def _check_external_id(self, order: Order, allowance: Allowance) -> None:
        if order.external_id and self._find_by("external_id", allowance.account, [order.external_id]):
            raise DuplicateExternalId(order.external_id)

    def _check_units(self, pack: str, milliunits: int, allowance: Allowance, now: int) -> None:
        """Tasks under way count with their price, else several at once could overdraw the pack (inferred)."""
        failed = "account = ? AND pack = ? AND failure <> '' AND settled IS NOT NULL AND due <= ?"
        bound = self._store.prices(allowance.account, pack)
        bound -= self._store.number("SUM(milliunits)", failed, (allowance.account, pack, now))
        if bound + self._store.fees(allowance.account, pack) + milliunits > allowance.milliunits:
            raise NoUnitsLeft

    def _check_slots(self, order: Order, allowance: Allowance, now: int) -> None:
        of_its_kind = "account = ? AND pack = ? AND version = ?"
        values = (allowance.account, order.pack, order.version)
        taken = self._store.number("SUM(slots)", f"{of_its_kind} AND settled IS NULL", values)
        # By itself: with OR between the two, SQLite would look at all tasks that ever were.
        taken += self._store.number("SUM(slots)", f"{of_its_kind} AND settled IS NOT NULL AND due > ?", (*values, now))
        if taken + order.slots > allowance.slots:
            raise NoFreeSlot

    def _new_row(self, order: Order, account: str, now: int, fate: Fate) -> Row:
        is_over = bool(fate.failure) or order.result is not None
        return Row(
            id=self._new_id(now),
            account=account,
            product=order.product,
            pack=order.pack,
            version=order.version,
            external_id=order.external_id,
            callback_url=order.callback_url,
            told="",
            watermark=order.watermark,
            slots=order.slots,
            milliunits=order.milliunits,
            seconds=order.seconds,
            work=order.work,
            created=now,
            due=now + int(order.seconds * self._pace * 1000),
            settled=now if is_over and not fate.stuck else None,
            failure=fate.failure,
            stuck=fate.stuck,
            result="" if fate.failure else order.result or "",
        )

    def _new_id(self, now: int) -> int:
        from_time = ((now - _ID_EPOCH) << 20) + random.randrange(1 << 20)
        after_last = self._store.number("MAX(id)") + _OUTPUTS
        return max(from_time, after_last) // _OUTPUTS * _OUTPUTS

    def _find_by(self, column: str, account: str, keys: Sequence[str]) -> list[Task]:
        wanted = [int(key) if column == "id" else key for key in dict.fromkeys(keys) if column != "id" or _is_id(key)]
        if not wanted:
            return []
        holders = ", ".join("?" for _ in wanted)
        condition = f"account = ? AND {column} IN ({holders})"
        if column == "external_id":
            condition += " AND external_id <> ''"  # as in its index, or SQLite does not use it
        rows = self._store.select(condition, (account, *wanted))
        return sorted(self._tasks(rows), key=lambda task: wanted.index(getattr(task.row, column)))

    def _tasks(self, rows: list[Row]) -> list[Task]:
        now = self.now()
        return [Task(row, now) for row in rows]


def units_text(milliunits: int) -> str:
    """Units as a decimal string: "2.5", "3"."""
    return f"{(Decimal(milliunits) / 1000).normalize():f}"


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18
