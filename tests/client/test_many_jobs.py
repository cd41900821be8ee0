"""What each of many jobs takes: requests, and changes of the ledger, for each of which a disk is waited for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import requests

from kling_api.operations import Text2Video

from .conftest import Stage

JOBS, AT_A_TIME = 24, 6


def requests_to(stage: Stage) -> Counter[str]:
    answer = requests.get(f"{stage.sandbox.url}/sandbox/state", timeout=10).json()
    return Counter({name.split("{")[0]: count for name, count in answer["requests"].items()})


def test_many_quick_jobs_take_few_requests_and_few_changes_of_the_ledger_each(
    make_stage: Callable[..., Stage],
) -> None:
    stage = make_stage(pace=0.0, slots=JOBS)
    client = stage.client()
    client.run(Text2Video("A paper boat."))  # the clip is drawn: from now on it is ready at once
    before, changes = requests_to(stage), Counter[str]()
    client.ledger._connection.set_trace_callback(lambda statement: changes.update([statement.split()[0]]))
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        results = list(pool.map(lambda seed: client.run(Text2Video("A paper boat.", seed=seed)), range(1, JOBS + 1)))
    client.ledger._connection.set_trace_callback(None)
    assert len({result.task_id for result in results}) == JOBS
    sent = requests_to(stage) - before
    assert sum(count for name, count in sent.items() if name.startswith("POST /v1/videos")) == JOBS
    assert sent["GET /results/"] == JOBS
    assert sum(sent.values()) <= 5 * JOBS
    assert changes["COMMIT"] <= 7 * JOBS
