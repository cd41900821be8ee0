"""What a sandbox tells about itself: every task with its money, and the requests that it still works on."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from kling_api.sandbox import DEFAULT_API_KEY, Account, Fault

from .driver import SMALL, TEXT, Api, Start

OTHER_KEY = "api-key-kling-sandbox-other"


def tasks_of(api: Api, **query: str) -> list[dict[str, Any]]:
    return requests.get(f"{api.url}/sandbox/tasks", params=query, timeout=20).json()["tasks"]


def test_every_task_is_told_with_its_external_id_state_units_and_clip(start: Start) -> None:
    api = Api(start(faults=(Fault("fail_task"),)))
    failed, done = api.create(external_task_id="one"), api.create(external_task_id="two")
    api.finished(done)
    assert api.finished(failed)["task_status"] == "failed"
    first, second = tasks_of(api)
    assert first == {
        "id": failed,
        "account": "sandbox",
        "external_id": "one",
        "state": "failed",
        "never_finishes": False,
        "units_charged": "0",
        "clip": "",
    }
    assert (second["id"], second["external_id"], second["state"]) == (done, "two", "succeeded")
    assert float(second["units_charged"]) > 0
    assert second["clip"].endswith(".mp4")


def test_tasks_may_be_asked_for_by_account_and_a_stuck_one_is_named(start: Start) -> None:
    accounts = (Account("one", (DEFAULT_API_KEY,)), Account("other", (OTHER_KEY,)))
    sandbox = start(accounts=accounts, faults=(Fault("never_finish"),))
    stuck, free = Api(sandbox).create(), Api(sandbox, OTHER_KEY).create()
    api = Api(sandbox)
    assert [(task["id"], task["never_finishes"]) for task in tasks_of(api)] == [(stuck, True), (free, False)]
    assert [task["id"] for task in tasks_of(api, account="other")] == [free]
    assert tasks_of(api, account="nobody") == []


def test_a_request_is_under_way_until_it_is_worked_on_though_its_sender_has_gone(start: Start) -> None:
    api = Api(start(faults=(Fault("slow", seconds=0.5),)))
    headers = {"Authorization": f"Bearer {DEFAULT_API_KEY}"}
    with pytest.raises(requests.ReadTimeout):
        requests.post(api.url + TEXT, json=SMALL, headers=headers, timeout=0.1)
    assert (api.state()["under_way"], api.state()["tasks_made"]) == (1, 0)
    end = time.monotonic() + 10
    while api.state()["under_way"] and time.monotonic() < end:
        time.sleep(0.05)
    assert (api.state()["under_way"], api.state()["tasks_made"]) == (0, 1)
