"""Every fault does what the table in `faults` says, once, and to the money what it should."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from kling_api.sandbox import Fault, Sandbox

from .driver import IMAGE, SMALL, TEXT, Api, Start, as_base64, photo, url_of


@pytest.fixture(autouse=True)
def no_faults_before_and_after(shared: Sandbox) -> None:
    shared.faults.clear()


def made_by(api: Api, **fault: object) -> tuple[requests.Response | None, int]:
    """The answer to a create under a fault, None when the connection broke, and how many tasks it made."""
    before = api.state()["tasks_made"]
    api.fault(**fault)
    try:
        answer = api.post(TEXT, SMALL)
    except requests.ConnectionError:
        answer = None
    assert api.post(TEXT, SMALL).status_code == 200, "a fault works once"
    return answer, api.state()["tasks_made"] - before - 1


@pytest.mark.parametrize(("kind", "made"), [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_connection_leaves_no_answer(api: Api, kind: str, made: int) -> None:
    assert made_by(api, kind=kind) == (None, made)


@pytest.mark.parametrize(("kind", "made"), [("error_before", 0), ("error_after", 1)])
def test_an_internal_error_says_nothing_about_the_task(api: Api, kind: str, made: int) -> None:
    answer, count = made_by(api, kind=kind)
    assert answer is not None
    assert (answer.status_code, answer.json()["code"], count) == (500, 5000, made)
    answer, _ = made_by(api, kind=kind, code=5002)
    assert answer is not None
    assert answer.status_code == 504


@pytest.mark.parametrize(("kind", "made"), [("garbage", 0), ("garbage_after", 1)])
def test_garbage_is_no_json_under_http_200(api: Api, kind: str, made: int) -> None:
    answer, count = made_by(api, kind=kind)
    assert answer is not None
    assert (answer.status_code, answer.text[:6], count) == (200, "<html>", made)


def test_a_refusal_has_the_code_message_and_status_that_were_given(api: Api) -> None:
    answer, count = made_by(api, kind="refuse", code=1301, message="risk")
    assert answer is not None
    assert (answer.status_code, answer.json()["code"], answer.json()["message"], count) == (400, 1301, "risk", 0)
    assert "data" not in answer.json()
    answer, _ = made_by(api, kind="refuse", code=1102, status=402)
    assert answer is not None
    assert (answer.status_code, answer.json()["code"]) == (402, 1102)


def test_too_many_requests_may_name_a_pace(api: Api) -> None:
    answer, count = made_by(api, kind="rate_429", retry_after=2)
    assert answer is not None
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"], count) == (429, 1302, "2", 0)
    answer, _ = made_by(api, kind="rate_429")
    assert answer is not None
    assert "Retry-After" not in answer.headers


def test_a_duplicate_is_claimed_though_there_is_none(api: Api) -> None:
    answer, count = made_by(api, kind="duplicate")
    assert answer is not None
    assert answer.json()["code"] == 1201
    assert "already exists" in answer.json()["message"]
    assert count == 0


@pytest.mark.parametrize("kind", ["slow", "slow_after"])
def test_a_slow_answer_comes_after_the_given_time(api: Api, kind: str) -> None:
    began = time.monotonic()
    answer, count = made_by(api, kind=kind, seconds=0.4)
    assert answer is not None
    assert answer.status_code == 200
    assert count == 1
    assert time.monotonic() - began >= 0.4


def test_a_fault_after_the_fact_waits_for_a_request_that_succeeds(api: Api) -> None:
    api.fault(kind="drop_after")
    assert api.refused(duration="99")[1] == 1201
    with pytest.raises(requests.ConnectionError):
        api.post(TEXT, SMALL)


def test_a_truncated_download_breaks_once_and_can_be_taken_up(api: Api) -> None:
    url = url_of(api.finished(api.create()))
    whole = requests.get(url, timeout=20).content
    api.fault(kind="truncated_download")
    begun = read_until_it_breaks(url)
    assert begun == whole[: len(whole) // 2]
    rest = requests.get(url, headers={"Range": f"bytes={len(begun)}-"}, timeout=20).content
    assert begun + rest == whole


def read_until_it_breaks(url: str) -> bytes:
    begun = bytearray()
    try:
        for piece in requests.get(url, stream=True, timeout=20).iter_content(1):
            begun += piece
    except requests.exceptions.ChunkedEncodingError:
        return bytes(begun)
    raise AssertionError("the download did not break")


def test_a_task_that_never_finishes_keeps_its_slot(start: Start) -> None:
    api = Api(start(slots=1, faults=(Fault("never_finish"),)))
    stuck = api.create()
    time.sleep(0.5)
    assert api.task(stuck)["task_status"] == "processing"
    assert api.refused()[1] == 1303


def test_a_fault_may_be_meant_for_one_operation_and_for_several_times(api: Api) -> None:
    key = api.create()
    api.fault(kind="refuse", operation="image2video", times=2)
    api.fault(kind="error_before", operation="query", times=None)
    assert api.create()
    for code in (1301, 1301, 1201):
        assert api.refused(IMAGE, model_name="kling-v9", image=as_base64(photo(300, 300)))[1] == code
    assert [api.get(f"{TEXT}/{key}").status_code for _ in range(3)] == [500] * 3
    requests.delete(f"{api.url}/sandbox/faults", timeout=20)
    assert api.get(f"{TEXT}/{key}").status_code == 200


def test_a_download_can_be_refused_dropped_or_replaced_by_garbage(api: Api) -> None:
    url = url_of(api.finished(api.create()))
    api.fault(kind="error_before", operation="download", code=5001)
    assert requests.get(url, timeout=20).status_code == 503
    api.fault(kind="garbage", operation="download")
    assert requests.get(url, timeout=20).text.startswith("<html>")
    api.fault(kind="drop_before", operation="download")
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=20)
    assert requests.get(url, timeout=20).headers["Content-Type"] == "video/mp4"


def test_faults_are_told_and_counted(api: Api) -> None:
    fired = api.state()["faults"].get("rate_429", 0)
    api.fault(kind="rate_429", times=2)
    api.post(TEXT, SMALL)
    waiting = requests.get(f"{api.url}/sandbox/faults", timeout=20).json()["faults"]
    assert [(fault["kind"], fault["times"]) for fault in waiting] == [("rate_429", 1)]
    assert api.state()["faults"]["rate_429"] == fired + 1


@pytest.mark.parametrize(
    "body", [{"kind": "melt"}, {"kind": "slow", "wait": 1}, {}, {"kind": "slow", "seconds": "x"}, 5]
)
def test_an_unknown_fault_is_refused_with_what_is_known(api: Api, body: Any) -> None:
    answer = requests.post(f"{api.url}/sandbox/faults", json=body, timeout=20)
    assert answer.status_code == 400
    assert answer.json()["error"]
