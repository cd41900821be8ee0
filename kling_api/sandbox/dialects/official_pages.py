"""An address of Kling's own platform, and how its lists are paged. What is there is in the modules beside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from ..config import Account
from ..desk import Desk
from ..fields import Fields, read_body
from ..refusals import invalid
from ..validation import Customer
from ..wire import Call

T = TypeVar("T")


@dataclass(frozen=True)
class Page:
    """`answer` gives what the envelope's `data` holds. `new_standard`: a JWT is not taken."""

    method: str
    pattern: str
    operation: str
    answer: Callable[[Call, Account], Any]
    new_standard: bool = False


@dataclass(frozen=True)
class Numbered:
    """Which part of a list is asked for: page `number` (from 1) of `size` entries."""

    number: int
    size: int

    def of(self, entries: Sequence[T]) -> Sequence[T]:
        return entries[(self.number - 1) * self.size : self.number * self.size]


def numbered(call: Call, most: int = 500) -> Numbered:
    query = Fields(dict(call.query))
    number = int(query.bounded_number("pageNum", 1, 1000, 1))
    return Numbered(number, int(query.bounded_number("pageSize", 1, most, 30)))


def read_order(call: Call, account: Account, desk: Desk) -> tuple[Fields, Customer]:
    return read_body(call.body), Customer(desk, account)


def task_not_found(key: str) -> Exception:
    """Seen live; not 404."""
    return invalid(f"Task not found by id/external id: {key}")
