"""Tasks that are there already: of unknown outcome, in the provider's list, or made by others; and their sidecars."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from kling_api import sidecar
from kling_api.client import Client
from kling_api.describe import describe
from kling_api.dialects import official_routes
from kling_api.dialects.official import Official
from kling_api.dialects.wire import Output, Refusal, Reply, Task, TaskState
from kling_api.errors import (
    Charged,
    DownloadFailed,
    InvalidRequest,
    KlingError,
    LedgerError,
    OutcomeUnknown,
    Refused,
    StillRunning,
)
from kling_api.ledger import Ledger, State, Wanted
from kling_api.media import encode_still
from kling_api.operations import Image2Video, Text2Video
from kling_api.settings import Credentials

from .conftest import API_KEY, KEY_PAIR, Stage

JOB = Text2Video(prompt="A paper boat on a river", duration=3)
SANDBOX_KEY = {"Authorization": "Bearer api-key-kling-sandbox"}
TEXT2VIDEO = "/v1/videos/text2video"


@pytest.fixture
def by_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if text2video documented no query by our key, as advanced-lip-sync does not."""
    monkeypatch.setattr(official_routes, "_ASKED_BY_TASK_ID_ONLY", frozenset({TEXT2VIDEO}))


def order(stage: Stage, path: str = TEXT2VIDEO, **body: Any) -> str:
    """A task that another program orders."""
    body = body or {"model_name": "kling-v3", "prompt": "A kite", "duration": "3"}
    data = requests.post(stage.sandbox.url + path, json=body, headers=SANDBOX_KEY, timeout=10).json()["data"]
    return data.get("task_id") or data["id"]


@pytest.mark.usefixtures("by_list")
@pytest.mark.parametrize("fault", ["drop_after", "error_after", "garbage_after", "drop_before"])
def test_where_no_query_by_our_key_is_documented_a_lost_answer_is_found_in_the_list(stage: Stage, fault: str) -> None:
    for _ in range(3):
        order(stage)
    stage.fault(fault)
    assert stage.client().run(JOB).files[0].exists()
    assert stage.tasks_made == 4


@pytest.mark.usefixtures("by_list")
def test_the_list_is_looked_through_page_by_page(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(official_routes, "_PAGE", 2)
    client = Client(stage.profile())
    client.dialect = Official(keyed=False)  # would not be sent a second time
    stage.fault("drop_after")
    others = _and_then(client.transport.send, lambda: [order(stage) for _ in range(4)])
    monkeypatch.setattr(client.transport, "send", others)
    assert client.run(JOB).files[0].exists()
    assert stage.tasks_made == 5


def _and_then(send: Callable[..., object], afterwards: Callable[[], object]) -> Callable[..., object]:
    """Does something once, right after the first order."""
    waiting = [afterwards]

    def both(request: object) -> object:
        try:
            return send(request)
        finally:
            if waiting:
                waiting.pop()()

    return both


@pytest.mark.usefixtures("by_list")
def test_a_list_without_our_key_is_no_proof_for_a_gateway(stage: Stage) -> None:
    client = stage.client()
    client.dialect = Official(keyed=False)
    order(stage)
    stage.fault("drop_before")
    with pytest.raises(OutcomeUnknown):
        client.run(JOB)
    assert stage.tasks_made == 1


def unknown_at_a_gateway(stage: Stage) -> tuple[Client, str]:
    client = stage.client()
    client.dialect = Official(keyed=False)
    stage.fault("drop_before")
    with pytest.raises(OutcomeUnknown) as caught:
        client.run(JOB)
    return client, str(caught.value.job_key)


def test_an_unknown_outcome_is_sent_again_when_somebody_decides_it_and_only_then(stage: Stage) -> None:
    client, key = unknown_at_a_gateway(stage)
    with pytest.raises(OutcomeUnknown):
        client.run(JOB)
    assert client.allow_repeat(key).may_repeat
    assert client.run(JOB).job_key == key
    assert (stage.tasks_made, stage.charges) == (1, 1)


def test_a_decision_holds_for_one_request(stage: Stage) -> None:
    client, key = unknown_at_a_gateway(stage)
    client.allow_repeat(key)
    stage.fault("drop_before")
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            client.run(JOB)
    assert stage.tasks_made == 0


def test_before_a_repetition_is_allowed_the_task_is_looked_up_once_more(stage: Stage) -> None:
    client, key = unknown_at_a_gateway(stage)
    body = {"model_name": "kling-v3", "prompt": "A paper boat", "duration": "3"}
    task_id = order(stage, **body, external_task_id=key)  # it did arrive
    job = client.allow_repeat(key)
    assert (job.state, job.task_id, job.may_repeat) == (State.RUNNING, task_id, False)
    assert client.run(JOB).task_id == task_id
    assert stage.tasks_made == 1


def test_only_a_doubtful_job_can_be_allowed_again(stage: Stage) -> None:
    client = stage.client()
    key = client.run(JOB).job_key
    with pytest.raises(InvalidRequest, match="is collected; only a job of unknown outcome"):
        client.allow_repeat(key)
    with pytest.raises(InvalidRequest, match="There is no job kn-none"):
        client.allow_repeat("kn-none")


def test_a_forgotten_job_is_made_anew_and_can_still_be_collected(stage: Stage) -> None:
    client = stage.client()
    first = client.run(JOB)
    first.files[0].unlink()
    client.ledger.forget(first.job_key)
    assert client.run(JOB).job_key != first.job_key
    assert client.collect(first.task_id).files[0].exists()
    assert stage.charges == 2


@pytest.mark.parametrize("credentials", [API_KEY, KEY_PAIR], ids=["API key", "key pair"])
def test_a_task_made_elsewhere_is_fetched_by_its_id_and_operation(stage: Stage, credentials: Credentials) -> None:
    task_id = order(stage)
    client = stage.client(credentials)
    result = client.collect(task_id, operation="text2video")
    assert result.files[0].exists()
    assert (result.task_id, result.units) == (task_id, "1.8")
    assert client.collect(task_id) == client.collect(result.job_key) == result
    assert client.ledger.spent("test") == 0
    assert (stage.tasks_made, stage.charges) == (1, 1)


def test_a_task_of_the_new_standard_made_elsewhere_is_fetched_with_an_api_key(stage: Stage) -> None:
    path = "/text-to-video/kling-3.0-turbo"
    task_id = order(stage, path, prompt="A kite", settings={"resolution": "720p", "duration": 3, "aspect_ratio": "1:1"})
    assert stage.client().collect(task_id, operation="text2video").task_id == task_id
    with pytest.raises(InvalidRequest, match="knows no text2video task"):
        stage.client(KEY_PAIR).collect(f"{int(task_id) + 16}", operation="text2video")


def test_a_task_that_is_not_there_is_a_sentence_and_leaves_no_row(stage: Stage) -> None:
    client = stage.client()
    for _ in range(2):
        with pytest.raises(InvalidRequest, match="knows no text2video task 111111111111111111"):
            client.collect("111111111111111111", operation="text2video")
    assert client.ledger.jobs() == []
    with pytest.raises(InvalidRequest, match="operation is 'text3video'"):
        client.collect("111111111111111111", operation="text3video")
    with pytest.raises(InvalidRequest, match="name its operation as well"):
        client.collect("111111111111111111")
    with pytest.raises(InvalidRequest, match="There is no job kn-1"):
        client.collect("kn-1", operation="text2video")


def test_a_wrong_key_does_not_hide_a_task_made_elsewhere(stage: Stage) -> None:
    task_id = order(stage)
    with pytest.raises(Refused, match="the key is not accepted"):
        stage.client(Credentials(api_key="api-key-kling-xxxxxxxx")).collect(task_id, operation="text2video")
    assert stage.client().collect(task_id, operation="text2video").files[0].exists()


def test_two_runs_that_fetch_the_same_foreign_task_fetch_it_once(stage: Stage) -> None:
    task_id = order(stage)
    keys: list[str] = []
    threads = [
        threading.Thread(target=lambda: keys.append(stage.client().collect(task_id, operation="text2video").job_key))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(keys) == 3
    assert len(set(keys)) == 1


def test_a_foreign_task_that_is_still_being_made_is_waited_for_and_can_be_left(
    make_stage: Callable[..., Stage],
) -> None:
    stage = make_stage(pace=0.5)
    task_id = order(stage)
    stop = threading.Event()
    client = stage.client()
    with pytest.raises(StillRunning):
        client.collect(task_id, lambda progress: stop.set(), stop, "text2video")
    assert client.collect(task_id, operation="text2video").files[0].exists()


def read_sidecar(path: Path | None) -> dict[str, Any]:
    assert path
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_result_has_a_description_beside_it_without_media_and_without_secrets(stage: Stage) -> None:
    import torch

    still = encode_still(torch.full((400, 640, 3), 0.5), 10_000_000)
    job = Image2Video(
        image=still,
        prompt="小船 & a key sk-zzzzzzzzzz",
        duration=3,
        seed=7,
        callback_url="https://user:pass@hook.example/x?token=hidden",
    )
    result = stage.client().run(job)
    assert result.sidecar == result.files[0].with_suffix(".json")
    described = read_sidecar(result.sidecar)
    assert described["parameters"] == {
        "image": {"width": 640, "height": 400},
        "prompt": "小船 & a key sk-***",
        "model_name": "kling-v3",
        "mode": "std",
        "duration": 3,
        "cfg_scale": 0.5,
        "sound": False,
        "seed": 7,
        "callback_url": "a URL",
    }
    assert described["job_key"] == result.job_key
    assert (described["operation"], described["model"], described["task_id"]) == (
        "image2video",
        "kling-v3",
        result.task_id,
    )
    assert (described["units"], described["estimate"], described["files"]) == ("1.8", "1.8", [result.files[0].name])
    assert str(described["created_at"]) <= str(described["accepted_at"]) <= str(described["finished_at"])
    text = json.dumps(described)
    assert len(text) < 2000
    assert not [secret for secret in ("hidden", "pass@", "sk-z", "base64", "signature") if secret in text]


def test_whoever_collects_by_key_alone_has_the_parameters_too(make_stage: Callable[..., Stage]) -> None:
    stage = make_stage(pace=0.5)
    stop = threading.Event()
    with pytest.raises(StillRunning) as caught:
        stage.client().run(JOB, lambda progress: stop.set() if progress.task_id else None, stop)
    described = read_sidecar(stage.client().collect(str(caught.value.task_id)).sidecar)
    assert described["units"] == "1.8"
    assert described["parameters"]["prompt"] == JOB.prompt


def test_a_description_that_cannot_be_written_costs_no_result(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_values: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kling_api.sidecar._write", fail)
    result = stage.client().run(JOB)
    assert result.files[0].exists()
    assert result.sidecar is None
    assert "No space left on device" in result.warnings[0]


def test_the_packs_of_the_account_are_told(stage: Stage) -> None:
    client = stage.client()
    client.run(JOB)
    clips, pictures = client.packs()
    assert (f"{clips.total:f}", f"{clips.remaining:f}", clips.unit) == ("100000.0", "99998.2", "")
    assert clips.is_online
    assert (pictures.unit, pictures.total == pictures.remaining) == ("image units", True)
    assert clips.expires > clips.effective > 0


def test_a_provider_that_does_not_tell_the_packs_is_a_sentence(stage: Stage) -> None:
    stage.fault("garbage", operation="costs")
    with pytest.raises(KlingError, match="not one of Kling's"):
        stage.client().packs()
    stage.fault("drop_before", operation="costs")
    with pytest.raises(KlingError, match="did not answer"):
        stage.client().packs()
    assert stage.client().ledger.jobs(Wanted(forgotten=True)) == []


@pytest.mark.parametrize(
    "pasted",
    ["api-key-kling-sandbox", "sk-xxxxxxxxxxxx", "access|secret", "https://host.example/x?y=1", " ", "a" * 200],
)
def test_what_is_no_task_id_is_neither_asked_for_nor_written_down(stage: Stage, pasted: str) -> None:
    client = stage.client()
    with pytest.raises(InvalidRequest) as caught:
        client.collect(pasted, operation="text2video")
    assert "api-key-kling-sandbox" not in str(caught.value)
    assert client.ledger.jobs(Wanted(forgotten=True)) == []


def test_an_accepted_task_that_cannot_be_recorded_is_named(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_values: object) -> None:
        raise LedgerError("The disk is full.", "Make room.")

    monkeypatch.setattr(Ledger, "accepted", fail)
    with pytest.raises(LedgerError) as caught:
        stage.client().run(JOB)
    assert caught.value.task_id
    assert caught.value.charged is Charged.UNKNOWN


class Says(Official):
    """A gateway that answers every question with these words."""

    def __init__(self, answer: Callable[[], Task | Refusal]) -> None:
        super().__init__(keyed=False)
        self.answer = answer

    def read(self, reply: Reply) -> Task | Refusal:
        return self.answer()


@pytest.mark.parametrize("task_id", ["111111111111111111", ".", ".."])
def test_a_strangers_task_is_not_taken_for_the_one_that_was_asked_for(stage: Stage, task_id: str) -> None:
    order(stage)
    client = stage.client()
    client.dialect = Says(lambda: Task("999", TaskState.SUCCEEDED, outputs=(Output("video", "https://x.example/a"),)))
    with pytest.raises(InvalidRequest):
        client.collect(task_id, operation="text2video")


def test_a_paid_job_whose_file_is_gone_stays_paid_when_the_provider_calls_its_task_failed(stage: Stage) -> None:
    client = stage.client()
    first = client.run(JOB)
    first.files[0].unlink()
    client.dialect = Says(lambda: Task(first.task_id, TaskState.FAILED, "it has expired"))
    with pytest.raises(DownloadFailed) as caught:
        client.run(JOB)
    assert caught.value.charged is Charged.ONCE
    job = client.ledger.get(first.job_key)
    assert job is not None
    assert (job.state, job.units) == (State.COLLECTED, "1.8")


def test_a_gateway_that_cannot_be_asked_by_our_key_is_sent_again_when_somebody_decides_it(stage: Stage) -> None:
    client, key = unknown_at_a_gateway(stage)
    stage.fault("refuse", code=1200, operation="query", times=2)
    assert client.allow_repeat(key).may_repeat
    assert client.run(JOB).job_key == key
    assert (stage.tasks_made, stage.charges) == (1, 1)


def test_collecting_a_forgotten_job_of_unknown_outcome_advises_nobody_to_pay_again(stage: Stage) -> None:
    client, key = unknown_at_a_gateway(stage)
    client.ledger.forget(key)
    with pytest.raises(OutcomeUnknown) as caught:
        client.collect(key)
    assert "the same request is a new job and is paid anew" in caught.value.advice
    with pytest.raises(InvalidRequest, match="was forgotten"):
        client.allow_repeat(key)


def test_a_foreign_task_that_was_asked_for_in_the_wrong_place_is_fetched_from_the_right_one(stage: Stage) -> None:
    task_id = order(stage)
    stop = threading.Event()
    wrong = Client(replace(stage.profile(), base_url="http://127.0.0.1:9"))
    with pytest.raises(StillRunning):
        wrong.collect(task_id, lambda progress: stop.set(), stop, "text2video")
    assert stage.client().collect(task_id, operation="text2video").files[0].exists()


def test_half_a_character_in_a_prompt_costs_no_result(stage: Stage) -> None:
    client = stage.client()
    job = Text2Video(prompt="A kite \ud83d", duration=3)
    path = stage.home / "described.json"
    sidecar._write(path, {"parameters": sidecar.parameters_of(job)})
    assert read_sidecar(path)["parameters"]["prompt"] == "A kite \ud83d"
    assert client.ledger.jobs() == []


def test_a_row_whose_run_ended_while_the_ledger_could_not_be_written_is_freed_later(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kling_api.owners.HEARTBEAT", 0.1)
    client = stage.client()
    claim = client.ledger.claim(describe(JOB, client.profile, client.dialect))
    with closing(sqlite3.connect(stage.home / "ledger.sqlite3", isolation_level=None)) as other:
        client.ledger._connection.execute("PRAGMA busy_timeout = 50")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError):
            client.ledger.release(claim)
        other.execute("ROLLBACK")
    end = time.monotonic() + 5
    while client.ledger.jobs()[0].owner and time.monotonic() < end:
        time.sleep(0.05)
    assert client.ledger.jobs()[0].owner == ""
