"""Units that an account has left at the sandbox: kept as a sum, the same as adding up all its tasks."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kling_api.sandbox.core import Platform, Task
from kling_api.sandbox.orders import Allowance, Fate, NoUnitsLeft, Order
from kling_api.sandbox.store import Store

PACKS = ("video", "image")
PLENTY = Allowance("me", milliunits=10**9, slots=10**6)
SMALL = Order("/tasks", "video", "v3", 5.0, 1, "{}")


def place_some(store: Store, seed: int) -> dict[str, int]:
    """What is bound of each pack in the end: the prices of all tasks that have not failed, and what was charged."""
    platform, chance = Platform(store, pace=0.0), random.Random(seed)
    bound: dict[str, int] = dict.fromkeys(PACKS, 0)
    for _ in range(60):
        pack, price = chance.choice(PACKS), chance.randrange(1, 5000)
        fails = chance.random() < 0.3
        order = Order("/tasks", pack, "v3", 5.0, price, "{}")
        task: Task = platform.place(order, PLENTY, lambda fails=fails: Fate(failure="no face" if fails else ""))
        if chance.random() < 0.5:
            store.settle(task.row.id, platform.now(), "", "a.mp4")  # the first end stays
        bound[pack] += 0 if fails else price
        if chance.random() < 0.2:
            platform.charge(PLENTY, pack, 50)
            bound[pack] += 50
    return bound


def check(store: Store, bound: dict[str, int]) -> None:
    """One thousandth more than is left is refused, and all that is left is not."""
    platform = Platform(store, pace=0.0)
    for pack in PACKS:
        full = Allowance("me", milliunits=bound[pack], slots=10**6)
        with pytest.raises(NoUnitsLeft):
            platform.charge(full, pack, 1)
        platform.charge(full, pack, 0)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_left_is_the_pack_without_all_that_did_not_fail(tmp_path: Path, seed: int) -> None:
    store = Store(tmp_path / "sandbox.sqlite3")
    check(store, place_some(store, seed))
    store.close()


def test_a_file_from_before_the_sums_were_kept_has_them_from_its_tasks(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.sqlite3"
    store = Store(file)
    bound = place_some(store, 4)
    store.close()
    with closing(sqlite3.connect(file)) as older, older:
        older.execute("DROP TABLE prices")
    for _ in range(2):  # the second time they are there
        store = Store(file)
        check(store, bound)
        store.close()


def test_units_of_another_account_are_its_own(tmp_path: Path) -> None:
    store = Store(tmp_path / "sandbox.sqlite3")
    bound = place_some(store, 5)
    Platform(store, pace=0.0).place(SMALL, Allowance("another", milliunits=1, slots=1))
    check(store, bound)
    store.close()


def test_charges_without_a_task_are_one_sum(tmp_path: Path) -> None:
    store = Store(tmp_path / "sandbox.sqlite3")
    platform = Platform(store, pace=0.0)
    for account, pack in (("me", "video"), ("me", "image"), ("another", "video"), ("me", "video")):
        platform.charge(Allowance(account, 10**6, 1), pack, 50)
    assert [store.fees(*asked) for asked in (("", ""), ("me", ""), ("me", "video"), ("", "image"))] == [
        200,
        150,
        100,
        50,
    ]
    assert store._execute("SELECT COUNT(*) FROM fees") == [(3,)]
    store.close()
