"""A lip sync looks for faces first, which Kling charges: once for a clip, and never blindly again."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
import requests

from kling_api import prepare
from kling_api.client import Client
from kling_api.costs import sum_costs
from kling_api.errors import Charged, NotDelivered, OutcomeUnknown, OverBudget, Refused
from kling_api.job import State
from kling_api.limits import Limits
from kling_api.operations import LipSync, Text2Video
from kling_api.recordings import Sound

from .conftest import Stage

ROUTE = "POST /v1/videos/identify-face"


def _looks(stage: Stage) -> int:
    return requests.get(f"{stage.sandbox.url}/sandbox/state", timeout=10).json()["requests"].get(ROUTE, 0)


@pytest.fixture
def client(quick: Stage) -> Client:
    return quick.client()


@pytest.fixture
def speaking(client: Client, spoken: Sound) -> LipSync:
    clip = client.run(Text2Video("A person by a river", duration=3))
    return LipSync(spoken, clip.video_id, sound_end_time=2500)


def test_two_takes_on_one_clip_look_for_faces_once(quick: Stage, client: Client, speaking: LipSync) -> None:
    first = client.run(speaking)
    second = client.run(dataclasses.replace(speaking, seed=1))
    assert first.files[0].suffix == ".mp4"
    assert first.job_key != second.job_key
    assert _looks(quick) == 1


def test_the_look_counts_in_the_estimate_the_units_and_the_budget(client: Client, speaking: LipSync) -> None:
    before = client.ledger.spent("test")
    assert client.run(speaking).units == "0.55"
    assert client.ledger.jobs()[0].estimate == "0.55"
    assert client.run(dataclasses.replace(speaking, seed=1)).units == "0.5"  # nobody looked again
    assert client.ledger.spent("test") - before == Decimal("1.05")


def test_a_look_without_an_order_counts_as_well(client: Client, speaking: LipSync) -> None:
    before = client.ledger.spent("test")
    with pytest.raises(Refused):
        client.run(dataclasses.replace(speaking, face_index=3))
    assert client.ledger.spent("test") - before == Decimal("0.05")
    jobs = client.ledger.jobs()
    assert (jobs[0].state, jobs[0].charged) == (State.REFUSED, "0.05")
    assert sum_costs(jobs[:1]).total.units == Decimal("0.05")


@pytest.mark.parametrize("kind", ["drop_after", "error_after", "drop_before", "error_before", "garbage_after"])
def test_a_look_without_an_answer_is_told_and_repeated_only_by_another_run(
    quick: Stage, client: Client, speaking: LipSync, kind: str
) -> None:
    quick.fault(kind, operation="identify-face")
    with pytest.raises(OutcomeUnknown, match=r"0\.05 units.*Run the same request again"):
        client.run(speaking)
    assert client.ledger.jobs()[0].state is State.CREATED  # no order was sent
    assert _looks(quick) == 1
    assert client.run(speaking).files[0].exists()
    assert _looks(quick) == 2


def test_a_look_that_was_turned_away_is_repeated(quick: Stage, client: Client, speaking: LipSync) -> None:
    quick.fault("rate_429", operation="identify-face", times=2)
    assert client.run(speaking).files[0].exists()


def test_a_face_that_is_not_there_says_how_many_there_are_and_what_was_charged(
    quick: Stage, client: Client, speaking: LipSync
) -> None:
    with pytest.raises(Refused, match=r"has one face; face_index 3[\s\S]*only the step before it was charged"):
        client.run(dataclasses.replace(speaking, face_index=3))
    assert client.run(speaking).files[0].exists()
    assert _looks(quick) == 1  # the answer was kept: another index asks nobody


def test_after_a_refused_order_the_next_one_looks_anew(quick: Stage, client: Client, speaking: LipSync) -> None:
    client.run(speaking)
    quick.fault("refuse", operation="lip-sync", code=1201, message="session expired")
    again = dataclasses.replace(speaking, seed=1)
    with pytest.raises(Refused, match="session expired"):
        client.run(again)
    assert client.run(again).files[0].exists()
    assert _looks(quick) == 2


def test_what_is_kept_of_a_look_holds_no_address(client: Client, speaking: LipSync) -> None:
    client.run(speaking)
    written = (client.profile.home / "ledger.sqlite3").read_bytes()
    assert b"face_data" in written
    assert b'face_image": "http' not in written


def test_a_refusal_that_has_nothing_to_do_with_the_look_keeps_it(
    quick: Stage, client: Client, speaking: LipSync
) -> None:
    quick.fault("refuse", operation="lip-sync", code=1301, message="not allowed")
    with pytest.raises(Refused, match="not allowed"):
        client.run(speaking)
    assert client.run(speaking).files[0].exists()
    assert _looks(quick) == 1


def test_runs_at_the_same_time_that_need_the_same_look_pay_for_it_once(
    quick: Stage, client: Client, speaking: LipSync
) -> None:
    quick.fault("slow", operation="identify-face", seconds=1.0)
    takes = [dataclasses.replace(speaking, seed=seed) for seed in range(3)]
    with ThreadPoolExecutor(3) as pool:
        files = [result.files[0] for result in pool.map(lambda take: quick.client().run(take), takes)]
    assert all(file.exists() for file in files)
    assert _looks(quick) == 1


def test_a_budget_holds_the_looks_that_are_on_their_way(quick: Stage, client: Client, speaking: LipSync) -> None:
    clips = [client.run(Text2Video("A person", duration=3, seed=seed)).video_id for seed in range(1, 4)]
    limits = Limits(budget_total=client.ledger.spent("test") + Decimal("0.6"))
    limited = Client(dataclasses.replace(quick.profile(), limits=limits))
    before = client.ledger.spent("test")
    limited.run(dataclasses.replace(speaking, video_id=clips[0]))
    for clip in clips[1:]:
        with pytest.raises(OverBudget, match="Not charged"):
            limited.run(dataclasses.replace(speaking, video_id=clip))
    assert client.ledger.spent("test") - before <= Decimal("0.6")


@pytest.mark.parametrize("kind", ["rate_429", "refuse"])
def test_a_look_that_came_to_nothing_is_not_counted(quick: Stage, client: Client, speaking: LipSync, kind: str) -> None:
    before = client.ledger.spent("test")
    quick.fault(kind, operation="identify-face", **({"code": 1201} if kind == "refuse" else {"times": 2}))
    if kind == "refuse":
        with pytest.raises(Refused) as caught:
            client.run(speaking)
        assert caught.value.charged is Charged.NO
        assert client.ledger.spent("test") == before
    else:
        assert client.run(speaking).units == "0.55"


def test_a_look_that_is_turned_away_again_and_again_ends_in_a_sentence_and_orders_nothing(
    quick: Stage, client: Client, speaking: LipSync, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "TRIES", 2)
    quick.fault("rate_429", operation="identify-face", times=2)
    before = client.ledger.spent("test")
    with pytest.raises(NotDelivered, match=r"No order was sent now[\s\S]*Not charged"):
        client.run(speaking)
    assert (client.ledger.jobs()[0].state, client.ledger.spent("test")) == (State.CREATED, before)
    assert client.run(speaking).files[0].exists()
