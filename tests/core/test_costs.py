"""Sums over the rows of a ledger: only what may have been made costs anything, and nothing counts twice."""

from __future__ import annotations

import time
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from kling_api.costs import Cost, Costs, sum_costs
from kling_api.job import Claim, Job, NewJob, State
from kling_api.ledger import Ledger, Wanted

DAY = datetime(2026, 11, 14, 9).timestamp()
NEW = NewJob(
    fingerprint="f1",
    account="host#1",
    profile="default",
    dialect="official",
    route="/v1/videos/text2video",
    operation="text2video",
    model="kling-v3",
    mode="std",
    duration=5,
    estimate="3",
)


def _job(state: State = State.COLLECTED, **values: object) -> Job:
    nothing = dict.fromkeys(Job.__dataclass_fields__, "")
    times = dict.fromkeys([name for name in nothing if name.endswith("_at")])
    usual = {"model": "kling-v3", "operation": "text2video", "profile": "default", "files": (), "elsewhere": False}
    return Job(**{**nothing, **times, **usual, "state": state, "created_at": DAY, "sent_at": DAY, **values})  # pyright: ignore


def test_nothing_costs_nothing() -> None:
    assert sum_costs([]) == Costs()


@pytest.mark.parametrize("state", [State.CREATED, State.REFUSED])
def test_what_was_never_made_is_in_no_sum(state: State) -> None:
    assert sum_costs([_job(state, estimate="3")]) == Costs()


@pytest.mark.parametrize("state", [State.SENDING, State.UNKNOWN, State.RUNNING])
def test_an_open_job_is_expected_to_cost_its_estimate(state: State) -> None:
    assert sum_costs([_job(state, estimate="3")]).total == Cost(jobs=1, expected=Decimal(3))


def test_units_that_were_told_take_the_place_of_the_estimate() -> None:
    assert sum_costs([_job(units="2.5", estimate="3")]).total == Cost(jobs=1, units=Decimal("2.5"))
    assert sum_costs([_job(units="0", estimate="3")]).total == Cost(jobs=1)


def test_a_collected_job_of_a_provider_that_tells_no_units_counts_with_its_estimate() -> None:
    assert sum_costs([_job(estimate="3")]).total == Cost(jobs=1, expected=Decimal(3))


def test_a_failed_job_costs_only_what_the_provider_says() -> None:
    assert sum_costs([_job(State.FAILED, estimate="3")]).total == Cost(jobs=1, failed=1)
    charged = sum_costs([_job(State.FAILED, estimate="3", units="1")]).total
    assert charged == Cost(jobs=1, units=Decimal(1), failed=1)


def test_a_job_with_neither_units_nor_a_price_is_counted_as_such() -> None:
    assert sum_costs([_job(), _job(State.RUNNING), _job(State.FAILED)]).total == Cost(jobs=3, failed=1, unpriced=2)


def test_rows_are_by_day_model_and_operation_with_the_newest_day_first() -> None:
    day_before = _job(units="1", sent_at=DAY - 86400)
    costs = sum_costs(
        [
            day_before,
            _job(units="0.1"),
            _job(units="0.2", model="kling-v2-6"),
            _job(units="0.1"),
            _job(units="0.1", operation="image2video"),
        ]
    )
    assert {row: (cost.jobs, str(cost.units)) for row, cost in costs.rows.items()} == {
        ("2026-11-14", "kling-v2-6", "text2video"): (1, "0.2"),
        ("2026-11-14", "kling-v3", "image2video"): (1, "0.1"),
        ("2026-11-14", "kling-v3", "text2video"): (2, "0.2"),
        ("2026-11-13", "kling-v3", "text2video"): (1, "1"),
    }
    assert [day for day, _, _ in costs.rows] == ["2026-11-14", "2026-11-14", "2026-11-14", "2026-11-13"]
    assert costs.total == Cost(jobs=5, units=Decimal("1.5"))


def test_a_day_is_one_of_this_computer_and_the_one_of_sending() -> None:
    late = datetime(2026, 11, 14, 23, 59).timestamp()
    rows = sum_costs([_job(created_at=late, sent_at=late + 120), _job(created_at=late, sent_at=None)]).rows
    assert [day for day, _, _ in rows] == ["2026-11-15", "2026-11-14"]


def test_a_task_of_others_is_counted_apart() -> None:
    costs = sum_costs([_job(units="5", elsewhere=True), _job(units="1"), _job(State.REFUSED, elsewhere=True)])
    assert (costs.elsewhere, costs.total) == (1, Cost(jobs=1, units=Decimal(1)))


def test_each_profile_has_its_own_sum() -> None:
    costs = sum_costs([_job(units="5", profile="studio"), _job(units="1"), _job(units="2", profile="studio")])
    assert costs.profiles == {
        "default": Cost(jobs=1, units=Decimal(1)),
        "studio": Cost(jobs=2, units=Decimal(7)),
    }


def test_units_and_expected_are_together_what_the_budget_counts(home: Path) -> None:
    ledger = Ledger(home)
    for number, steps in enumerate(("", "s", "su", "sa", "sac", "saf", "sr")):
        claim = ledger.claim(NewJob(**{**vars(NEW), "fingerprint": f"f{number}", "estimate": f"{number}.1"}))
        for step in steps:
            _take_step(ledger, claim, step)
        ledger.release(claim)
    costs = sum_costs(ledger.jobs(Wanted(limit=None)))
    assert costs.total == Cost(jobs=5, units=Decimal("0.7"), expected=Decimal("6.3"), failed=1)
    assert ledger.spent("default", time.time() - 60) == costs.total.units + costs.total.expected
    ledger._connection.close()


def _take_step(ledger: Ledger, claim: Claim, step: str) -> None:
    take = {
        "s": lambda: ledger.sending(claim, "/tasks"),
        "u": lambda: ledger.unanswered(claim, "no answer"),
        "a": lambda: ledger.accepted(claim, "t1", ""),
        "c": lambda: (ledger.finished(claim, "0.7", "", None), ledger.collected(claim, [])),
        "f": lambda: ledger.failed(claim, "too dark", ""),
        "r": lambda: ledger.refused(claim, "no", "", ""),
    }
    take[step]()
