"""What kie.ai answers: the examples of its document, every state and error, and whatever else may come."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_api.dialects.kie import Kie
from kling_api.dialects.offer import table
from kling_api.dialects.wire import Answer, Output, Pack, Refusal, Reply, Task, TaskState
from kling_api.operations import Image2Video

from .test_kie import ORDER, PICTURE

KIE = Kie()
#: The document's examples. Its `param` has a backslash before one ’, which no JSON reader takes: left out here.
ACCEPTED = {"code": 200, "msg": "success", "data": {"taskId": "281e5b0*********************f39b9"}}
WAITING = {
    "code": 200,
    "msg": "success",
    "data": {
        "taskId": "281e5b0*********************f39b9",
        "model": "kling-2.6/text-to-video",
        "state": "waiting",
        "param": json.dumps(ORDER, ensure_ascii=False),
        "resultJson": '{"resultUrls":["https://static.aiquickdraw.com/tools/example/1764828873062_0fok52Ym.mp4"]}',
        "failCode": None,
        "failMsg": None,
        "costTime": None,
        "completeTime": None,
        "createTime": 1757584164490,
    },
}
#: The page of task details, 2026-06.
DONE = {
    "taskId": "task_kling-2.6_1765182425861",
    "model": "kling-2.6/text-to-video",
    "state": "success",
    "param": json.dumps(ORDER),
    "resultJson": '{"resultUrls":["https://static.example/clip.mp4"]}',
    "failCode": "",
    "failMsg": "",
    "costTime": 15000,
    "completeTime": 1698765432000,
    "createTime": 1698765400000,
    "updateTime": 1698765433000,
}
FAILED = DONE | {"state": "fail", "resultJson": "", "failCode": "501", "failMsg": "Generation Failed"}


def _read(data: Any, code: Any = 200, status: int = 200, **more: Any) -> Task | Refusal:
    return KIE.read(Reply(status, {"code": code, "msg": "success", "data": data} | more))


def _task(data: dict[str, Any]) -> Task:
    task = _read(data)
    assert isinstance(task, Task)
    return task


def _refusal(body: Any, status: int = 200) -> Refusal:
    refusal = KIE.read(Reply(status, body))
    assert isinstance(refusal, Refusal)
    return refusal


def test_the_documents_answer_to_an_order_is_a_task() -> None:
    task = KIE.read(Reply(200, ACCEPTED))
    assert task == Task("281e5b0*********************f39b9", TaskState.SUBMITTED)


def test_the_documents_waiting_task_has_no_result_yet_although_one_is_written_there() -> None:
    task = KIE.read(Reply(200, WAITING))
    assert task == Task(
        "281e5b0*********************f39b9", TaskState.SUBMITTED, created=1757584164490, updated=1757584164490
    )


def test_a_finished_task_has_the_urls_that_stand_as_json_in_a_text() -> None:
    assert _task(DONE) == Task(
        "task_kling-2.6_1765182425861",
        TaskState.SUCCEEDED,
        outputs=(Output("video", "https://static.example/clip.mp4"),),
        created=1698765400000,
        updated=1698765433000,
    )


def test_a_failed_task_says_why() -> None:
    task = _task(FAILED | {"creditsConsumed": 0})
    assert (task.state, task.message, task.outputs, task.units) == (
        TaskState.FAILED,
        "Generation Failed (failCode 501)",
        (),
        "0",
    )
    assert _task(FAILED | {"failMsg": None, "failCode": None}).message == "no reason was given"


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("waiting", TaskState.SUBMITTED),
        ("queuing", TaskState.SUBMITTED),
        ("generating", TaskState.PROCESSING),
        ("success", TaskState.SUCCEEDED),
        ("fail", TaskState.FAILED),
    ],
)
def test_every_state_of_the_document_is_known(word: str, state: TaskState) -> None:
    task = _task(DONE | {"state": word})
    assert task.state is state
    assert bool(task.outputs) is (state is TaskState.SUCCEEDED)
    assert word in table("kie")["states"]
    assert len(table("kie")["states"]) == 5


def test_an_unknown_state_is_named() -> None:
    task = _task(DONE | {"state": "dreaming"})
    assert task.state is TaskState.UNFAMILIAR
    assert "'dreaming'" in task.message
    assert task.outputs == ()


@pytest.mark.parametrize("field", ["creditsConsumed", "consumeCredits"])
@pytest.mark.parametrize(
    ("said", "units"), [(55, "55"), ("27.50", "27.50"), (0, "0"), (None, ""), ("many", ""), ("1e-20000000", "")]
)
def test_the_credits_that_it_took_are_told_as_a_decimal(field: str, said: Any, units: str) -> None:
    assert _task(DONE | {field: said}).units == units


@pytest.mark.parametrize(("code", "state"), [(200, "success"), (501, "fail")])
def test_the_body_of_a_callback_is_read_like_an_answer(code: int, state: str) -> None:
    data = DONE | {"state": state, "failCode": "500", "failMsg": "Internal Error", "consumeCredits": 55}
    task = _read(data, code, msg="Playground task failed.", remainedCredits=945)
    assert isinstance(task, Task)
    assert (task.state.value, task.units) == ({"success": "succeeded", "fail": "failed"}[state], "55")


@pytest.mark.parametrize(
    ("code", "answer", "said"),
    [
        (400, Answer.FINAL, "请求参数无效"),
        (401, Answer.FINAL, "You do not have access permissions"),
        (402, Answer.FINAL, "账户余额不足"),
        (404, Answer.ABSENT, "资源未找到"),
        (404, Answer.ABSENT, "Task not found"),
        (408, Answer.UNCLEAR, "Upstream silent"),
        (422, Answer.FINAL, "参数验证失败"),
        (422, Answer.ABSENT, "recordInfo is null"),
        (429, Answer.LATER, "超过请求速率限制"),
        (433, Answer.FINAL, "Sub-key limit"),
        (455, Answer.UNCLEAR, "Maintenance"),
        (500, Answer.UNCLEAR, "内部服务器错误"),
        (501, Answer.UNCLEAR, "Generation Failed"),
        (505, Answer.FINAL, "Feature Disabled"),
        (403, Answer.FINAL, "an error that the document does not have"),
        (599, Answer.UNCLEAR, "an error that the document does not have"),
    ],
)
def test_every_error_says_what_it_did_to_the_money_whatever_the_http_status(
    code: int, answer: Answer, said: str
) -> None:
    for status in (200, code):
        refusal = _refusal({"code": code, "msg": said, "data": None}, status)
        assert (refusal.answer, refusal.code) == (answer, str(code))
        assert said in refusal.message


def test_no_error_of_the_table_is_untested() -> None:
    codes = {"400", "401", "402", "404", "408", "422", "429", "433", "455", "500", "501", "505"}
    assert set(table("kie")["errors"]) == codes


def test_a_success_counts_even_under_an_http_error_and_an_error_under_http_200() -> None:
    assert isinstance(KIE.read(Reply(500, ACCEPTED)), Task)
    assert isinstance(KIE.read(Reply(429, ACCEPTED)), Task)
    assert isinstance(KIE.read(Reply(200, ACCEPTED | {"code": "200"})), Task)
    assert _refusal({"code": 401, "msg": "You do not have access permissions"}).answer is Answer.FINAL


def test_one_old_page_writes_message_for_msg() -> None:
    assert "No credits" in _refusal({"code": 402, "message": "No credits"}).message


@pytest.mark.parametrize("body", [None, "<html>", [], {}, {"data": {}}, {"code": True}, {"code": None}, 7])
@pytest.mark.parametrize(
    ("status", "answer"), [(200, Answer.UNCLEAR), (502, Answer.UNCLEAR), (404, Answer.FINAL), (429, Answer.LATER)]
)
def test_without_a_code_in_the_body_the_http_status_counts(body: Any, status: int, answer: Answer) -> None:
    assert _refusal(body, status).answer is answer


@pytest.mark.parametrize("data", [None, {}, [], "id", {"taskId": ""}, {"taskId": None}, {"taskId": {}}])
@pytest.mark.parametrize("status", [200, 400])
def test_a_success_that_names_no_task_is_unclear(data: Any, status: int) -> None:
    assert _refusal({"code": 200, "msg": "success", "data": data}, status).answer is Answer.UNCLEAR


@pytest.mark.parametrize("code", [400, 401, 402, 404, 422, 429, 433, 455, 505, None])
@pytest.mark.parametrize("place", [{"data": {"taskId": "t-1"}}, {"taskId": "t-1"}, {"data": {"task_id": 7}}])
def test_a_refusal_that_names_a_task_is_unclear(code: int | None, place: dict[str, Any]) -> None:
    refusal = _refusal({"code": code, "msg": "no"} | place, code or 400)
    assert (refusal.answer, bool(refusal.task_id)) == (Answer.UNCLEAR, True)


@pytest.mark.parametrize("code", [0, "0", 1, "SUCCESS", "ok", None])
def test_a_task_is_not_lost_to_an_odd_code_or_none(code: Any) -> None:
    for told in ({"msg": "success"}, {"message": "Success."}, {}):
        assert KIE.read(Reply(200, {"code": code, "data": {"taskId": "t-1"}} | told)) == Task(
            "t-1", TaskState.SUBMITTED
        )
        task = KIE.read(Reply(200, {"code": code, "data": FAILED} | told))
        assert isinstance(task, Task)
        assert task.state is TaskState.FAILED


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"code": 500, "msg": "callback failed", "data": {"taskId": "t-1"}}, 200),
        ({"code": 500, "data": {"taskId": "t-1"}}, 200),
        ({"code": 1, "msg": "no", "data": {"taskId": "t-1"}}, 200),
        ({"code": 1, "data": {"taskId": "t-1", "state": "dreaming"}}, 200),
        ({"msg": "success", "data": {"taskId": "t-1"}}, 400),
        ({"code": 200, "taskId": "t-1"}, 200),
    ],
)
def test_the_task_that_a_refusal_names_is_kept(body: dict[str, Any], status: int) -> None:
    refusal = _refusal(body, status)
    assert (refusal.answer, refusal.task_id) == (Answer.UNCLEAR, "t-1")


def test_a_key_is_no_task_id() -> None:
    refusal = _refusal({"code": 200, "msg": "success", "data": {"taskId": "sk-FAKE-of-a-gateway"}})
    assert (refusal.answer, refusal.task_id) == (Answer.UNCLEAR, "")


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("code", [400, 401, 402, 404, 408, 422, 429, 433, 455, 505, 405, 200, None])
def test_a_server_that_broke_down_leaves_the_outcome_open_whatever_code_it_writes(code: Any, status: int) -> None:
    assert _refusal({"code": code, "msg": "recordInfo is null"}, status).answer is Answer.UNCLEAR


@pytest.mark.parametrize(
    ("status", "code", "answer"),
    [(505, 505, Answer.FINAL), (501, 501, Answer.UNCLEAR), (501, None, Answer.UNCLEAR), (505, None, Answer.UNCLEAR)],
)
def test_a_breakdown_is_a_refusal_only_where_the_table_says_so(status: int, code: Any, answer: Answer) -> None:
    assert _refusal({"code": code, "msg": "no"}, status).answer is answer


def test_the_pace_that_the_server_asked_for_is_kept() -> None:
    refusal = KIE.read(Reply(429, {"code": 429, "msg": "Rate limit exceeded"}, retry_after=3.0))
    assert isinstance(refusal, Refusal)
    assert refusal.retry_after == 3.0


def test_the_credits_that_are_left_are_one_pack() -> None:
    request = KIE.packs(0, 1)
    assert request
    assert (request.method, request.path, request.body) == ("GET", "/api/v1/chat/credit", None)
    packs = KIE.read_packs(Reply(200, {"code": 200, "msg": "success", "data": 100.5}))
    assert packs == (Pack("kie.ai credits", None, Decimal("100.5"), "online"),)


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"code": 401, "msg": "You do not have access permissions"}, Answer.FINAL),
        ({"code": 200, "msg": "success", "data": None}, Answer.UNCLEAR),
        ({"code": 200, "msg": "success", "data": "much"}, Answer.UNCLEAR),
    ],
)
def test_credits_that_cannot_be_read_are_a_refusal(body: Any, answer: Answer) -> None:
    refusal = KIE.read_packs(Reply(200, body))
    assert isinstance(refusal, Refusal)
    assert refusal.answer is answer


# Whatever may come

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_DATA = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys((*DONE, "creditsConsumed", "task_id", "downloadUrl"), _JSON)
    | {
        "state": st.sampled_from(["waiting", "success", "fail", "x"]) | _JSON,
        "resultJson": _JSON.map(json.dumps) | _JSON,
    },
)
_CODES = st.sampled_from([200, "200", 400, 401, 404, 422, 429, 455, 500, 501, 999, None, True, -1, "²"])
_BODY = _JSON | st.fixed_dictionaries({}, optional={"code": _CODES, "msg": _JSON, "data": _DATA | _JSON})
_STATUS = st.sampled_from([200, 302, 400, 401, 404, 408, 422, 429, 500, 503])


@given(_STATUS, _BODY)
def test_whatever_a_server_sends_is_read_without_an_exception(status: int, body: Any) -> None:
    reply = Reply(status, body)
    assert isinstance(KIE.read(reply), Task | Refusal)
    assert isinstance(KIE.read_packs(reply), tuple | Refusal)
    completed = KIE.complete(Image2Video(PICTURE, prompt="it moves"), reply)
    assert isinstance(completed, Image2Video | Refusal)
    str(completed).encode()


@given(_STATUS, _CODES, _DATA, st.sampled_from(["taskId", "task_id"]))
def test_an_answer_that_names_a_task_is_never_taken_for_a_refusal(
    status: int, code: Any, data: dict[str, Any], name: str
) -> None:
    answer = KIE.read(Reply(status, {"code": code, "msg": "recordInfo is null", "data": data | {name: "t-1"}}))
    assert isinstance(answer, Task) or answer.answer is Answer.UNCLEAR


def test_a_result_that_is_one_address_and_no_list_is_read() -> None:
    data = {"taskId": "t", "state": "success", "resultJson": '{"resultUrls": "https://cdn.example/a.mp4"}'}
    answer = Kie().read(Reply(200, {"code": 200, "msg": "success", "data": data}))
    assert isinstance(answer, Task)
    assert [output.url for output in answer.outputs] == ["https://cdn.example/a.mp4"]
