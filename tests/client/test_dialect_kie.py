"""The client with kie.ai: every operation becomes a file, pictures are uploaded first, no fault makes a second task."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import requests

from kling_api.client import Client
from kling_api.errors import InvalidRequest, OutcomeUnknown, Refused, TaskFailed
from kling_api.ledger import State
from kling_api.media import read_audio
from kling_api.media.probe import probe
from kling_api.operations import Avatar, Image2Video, MotionControl, Text2Video
from kling_api.settings import Credentials, Profile

from .conftest import Stage
from .test_whole_path import picture

KITE = Text2Video("A kite", "kling-v2-6", aspect_ratio="1:1")
UPLOADS, ORDERS = "POST /kie/api/file-base64-upload", "POST /kie/api/v1/jobs/createTask"
SECONDS = 5.0


def client(stage: Stage) -> Client:
    return Client(Profile("test", f"{stage.sandbox.url}/kie", "kie", Credentials(api_key="sk-sandbox"), stage.home))


def requests_of(stage: Stage, name: str) -> int:
    return requests.get(f"{stage.sandbox.url}/sandbox/state", timeout=10).json()["requests"].get(name, 0)


def test_text_becomes_a_clip_and_costs_what_was_said(large: Stage) -> None:
    ours = client(large)
    result = ours.run(KITE)
    clip = probe(result.files[0])
    assert (clip.width, clip.height, clip.duration) == (720, 720, SECONDS)
    job = ours.ledger.get(result.job_key)
    assert job is not None
    assert (job.state, job.route, job.estimate, job.units) == (State.COLLECTED, "/api/v1/jobs/recordInfo", "55", "55")
    assert result.task_id.startswith("task_kling-2.6_")
    (pack,) = ours.packs()
    assert (pack.name, pack.remaining) == ("kie.ai credits", 2_000_000 - 55)


def test_two_pictures_are_uploaded_and_become_a_clip(quick: Stage) -> None:
    operation = Image2Video(picture(400), picture(400, shift=200), "it moves", "kling-v3", duration=3)
    result = client(quick).run(operation)
    assert probe(result.files[0]).duration == pytest.approx(3, abs=0.1)
    assert (requests_of(quick, UPLOADS), requests_of(quick, ORDERS), quick.tasks_made) == (2, 1, 1)
    assert client(quick).run(operation).paid_before
    assert requests_of(quick, UPLOADS) == 2


def test_a_picture_moves_like_a_clip(quick: Stage) -> None:
    ours = client(quick)
    first = ours.run(KITE)
    record = ours.transport.send(ours.dialect.query("/api/v1/jobs/recordInfo", first.task_id)).body["data"]
    url = json.loads(record["resultJson"])["resultUrls"][0]
    moved = ours.run(MotionControl(picture(400), url))
    assert probe(moved.files[0]).duration == pytest.approx(SECONDS, abs=0.2)


def test_a_portrait_speaks(quick: Stage, sound: str) -> None:
    result = client(quick).run(Avatar(picture(400), sound))
    assert probe(result.files[0]).duration == pytest.approx(3, abs=0.2)
    assert read_audio(result.files[0])["waveform"].abs().max() > 0.1


def test_an_upload_that_got_no_answer_is_done_again_and_orders_nothing_twice(quick: Stage) -> None:
    for fault in ("drop_before", "drop_after", "error_before", "garbage", "rate_429"):
        quick.fault(fault, operation="upload")
    assert client(quick).run(Image2Video(picture(400), None, "it moves", "kling-v2-6")).files
    assert (requests_of(quick, UPLOADS), requests_of(quick, ORDERS), quick.tasks_made) == (6, 1, 1)


def test_an_upload_that_is_refused_orders_nothing(quick: Stage) -> None:
    quick.fault("refuse", operation="upload", code=401)
    with pytest.raises(Refused, match="API key is missing or wrong") as caught:
        client(quick).run(Image2Video(picture(400), None, "it moves", "kling-v2-6"))
    assert "Not charged." in str(caught.value)
    assert (requests_of(quick, ORDERS), quick.tasks_made) == (0, 0)


def test_an_answer_lost_on_its_way_is_never_followed_by_a_second_order(quick: Stage) -> None:
    ours = client(quick)
    for fault in ("drop_after", "error_after", "garbage_after"):
        made, sent = quick.tasks_made, requests_of(quick, ORDERS)
        quick.fault(fault)
        order = replace(KITE, prompt=fault)
        for _ in range(2):
            with pytest.raises(OutcomeUnknown):
                ours.run(order)
        assert (quick.tasks_made, requests_of(quick, ORDERS)) == (made + 1, sent + 1)


def test_a_limit_is_waited_out_under_either_http_status(quick: Stage) -> None:
    quick.fault("rate_429", retry_after=0.1)
    quick.fault("rate_429", status=200)
    assert client(quick).run(KITE).files
    assert (quick.tasks_made, requests_of(quick, ORDERS)) == (1, 3)


@pytest.mark.parametrize("status", [None, 200])
@pytest.mark.parametrize(
    ("code", "said"), [(402, "too few credits"), (1301, "not allowed"), (1002, "API key is missing or wrong")]
)
def test_a_refusal_is_told_and_nothing_is_made(quick: Stage, code: int, said: str, status: int | None) -> None:
    quick.fault("refuse", code=code, message="no", status=status)
    with pytest.raises(Refused, match=said) as caught:
        client(quick).run(KITE)
    assert "Not charged." in str(caught.value)
    assert (quick.tasks_made, requests_of(quick, ORDERS)) == (0, 1)


def test_a_question_that_fails_is_asked_again(quick: Stage) -> None:
    for fault in ("error_before", "garbage", "rate_429", "drop_before"):
        quick.fault(fault, operation="query")
    assert client(quick).run(KITE).files
    assert quick.tasks_made == 1


def test_the_same_request_again_is_paid_once(quick: Stage) -> None:
    first = client(quick).run(KITE)
    again = client(quick).run(KITE)
    same = client(quick).run(replace(KITE, model_name="kling-2.6/text-to-video", callback_url="http://127.0.0.1:9/"))
    assert [result.files for result in (again, same)] == [first.files] * 2
    assert client(quick).run(replace(KITE, seed=1)).task_id != first.task_id
    assert quick.charges == 2


def test_a_failed_task_is_told_with_its_reason(quick: Stage) -> None:
    quick.fault("fail_task", message="Internal Error, Please try again later.")
    with pytest.raises(TaskFailed, match=r"Internal Error, Please try again later\. \(failCode 501\)"):
        client(quick).run(KITE)
    assert quick.charges == 0


def test_a_task_made_elsewhere_is_fetched_by_its_id(quick: Stage) -> None:
    made = client(quick).run(KITE)
    elsewhere = client(Stage(quick.sandbox, quick.home.with_name("another home")))
    fetched = elsewhere.collect(made.task_id, operation="text2video")
    assert fetched.files[0].read_bytes() == made.files[0].read_bytes()
    assert quick.tasks_made == 1


def test_what_kie_cannot_do_never_reaches_it(quick: Stage) -> None:
    with pytest.raises(InvalidRequest, match="no kling-v1 for text2video"):
        client(quick).run(Text2Video("a", "kling-v1"))
    assert requests_of(quick, ORDERS) == 0
