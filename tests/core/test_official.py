"""The dialect of Kling's own platform: bodies letter by letter, and every answer that was ever seen."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_api.dialects.official import Official
from kling_api.dialects.wire import Answer, Output, Refusal, Reply, Request, Task, TaskState
from kling_api.operations import CameraControl, Image2Video, Text2Video
from kling_api.redaction import remember
from kling_api.stills import Still

PICTURE = Still(b"\x89PNG\r\n\x1a\n first", 640, 480)
LAST_PICTURE = Still(b"\x89PNG\r\n\x1a\n last", 640, 480)
FIRST_BASE64 = base64.b64encode(PICTURE.data).decode()
LAST_BASE64 = base64.b64encode(LAST_PICTURE.data).decode()
UUID = "13fef8e2-f5a0-4ee0-a81f-f40872d96095"
OFFICIAL = Official()


def _body(operation: Text2Video | Image2Video) -> dict[str, Any]:
    body = OFFICIAL.create(operation, "kn-1").body
    assert body is not None
    return json.loads(json.dumps(body))


def test_text_to_video_on_the_old_paths() -> None:
    request = OFFICIAL.create(Text2Video("a cat", callback_url="https://me.example/hook"), "kn-1")
    assert (request.method, request.path, request.route) == ("POST", "/v1/videos/text2video", "/v1/videos/text2video")
    assert not request.needs_api_key
    assert request.body == {
        "model_name": "kling-v3",
        "prompt": "a cat",
        "cfg_scale": 0.5,
        "mode": "std",
        "duration": "5",
        "sound": "off",
        "aspect_ratio": "16:9",
        "external_task_id": "kn-1",
        "callback_url": "https://me.example/hook",
    }


def test_text_to_video_with_a_camera_move_and_everything_else() -> None:
    operation = Text2Video(
        "a cat",
        "kling-v1",
        aspect_ratio="9:16",
        negative_prompt="dogs",
        cfg_scale=0.0,
        seed=7,
        camera_control=CameraControl(pan=-2.5),
    )
    assert _body(operation) == {
        "model_name": "kling-v1",
        "prompt": "a cat",
        "negative_prompt": "dogs",
        "cfg_scale": 0.0,
        "mode": "std",
        "duration": "5",
        "aspect_ratio": "9:16",
        "camera_control": {
            "type": "simple",
            "config": {"horizontal": 0, "vertical": 0, "pan": -2.5, "tilt": 0, "roll": 0, "zoom": 0},
        },
        "external_task_id": "kn-1",
    }


def test_a_preset_camera_move_has_no_config() -> None:
    body = _body(Text2Video("a cat", "kling-v1", camera_control=CameraControl("down_back")))
    assert body["camera_control"] == {"type": "down_back"}


def test_image_to_video_on_the_old_paths() -> None:
    operation = Image2Video(PICTURE, LAST_PICTURE, "it moves", "kling-v2-6", "pro", 10)
    request = OFFICIAL.create(operation, "kn-1")
    assert (request.path, request.route) == ("/v1/videos/image2video", "/v1/videos/image2video")
    assert request.body == {
        "model_name": "kling-v2-6",
        "prompt": "it moves",
        "cfg_scale": 0.5,
        "mode": "pro",
        "duration": "10",
        "sound": "off",
        "image": FIRST_BASE64,
        "image_tail": LAST_BASE64,
        "external_task_id": "kn-1",
    }


def test_a_picture_may_be_a_url_and_the_first_one_may_be_missing() -> None:
    body = _body(Image2Video(None, "https://me.example/last.png", model_name="kling-v1-6", mode="pro"))
    assert "image" not in body
    assert "prompt" not in body
    assert body["image_tail"] == "https://me.example/last.png"


def test_text_to_video_of_the_new_standard() -> None:
    operation = Text2Video("a cat", "kling-3.0", "4k", 7, "1:1", sound=True, callback_url="https://me.example/hook")
    request = OFFICIAL.create(operation, "kn-1")
    assert request == Request("POST", "/text-to-video/kling-3.0", request.body, None, "/tasks", needs_api_key=True)
    assert request.body == {
        "prompt": "a cat",
        "settings": {
            "resolution": "4k",
            "duration": 7,
            "multi_shot": False,
            "audio": "native",
            "aspect_ratio": "1:1",
        },
        "options": {"external_task_id": "kn-1", "callback_url": "https://me.example/hook"},
    }


def test_image_to_video_of_the_new_standard() -> None:
    request = OFFICIAL.create(Image2Video(PICTURE, LAST_PICTURE, "it moves", "kling-3.0", "pro"), "kn-1")
    assert request.path == "/image-to-video/kling-3.0"
    assert request.body == {
        "contents": [
            {"type": "prompt", "text": "it moves"},
            {"type": "first_frame", "url": FIRST_BASE64},
            {"type": "last_frame", "url": LAST_BASE64},
        ],
        "settings": {"resolution": "1080p", "duration": 5, "multi_shot": False, "audio": "off"},
        "options": {"external_task_id": "kn-1"},
    }


def test_a_model_that_is_never_silent_gets_no_field_for_sound_and_none_for_shots() -> None:
    body = _body(Text2Video("a cat", "kling-3.0-turbo"))
    assert body["settings"] == {"resolution": "720p", "duration": 5, "aspect_ratio": "16:9"}


@pytest.mark.parametrize(("model", "switch"), [("kling-v3", True), ("kling-v2-6", True), ("kling-v2-5-turbo", False)])
def test_sound_is_sent_only_where_the_model_has_the_switch(model: str, switch: bool) -> None:
    assert ("sound" in _body(Text2Video("a cat", model))) is switch
    assert ("sound" in _body(Image2Video(PICTURE, model_name=model))) is switch


def test_sound_is_sent_to_an_unknown_model_when_it_is_wanted() -> None:
    assert _body(Text2Video("a cat", "kling-v9", sound=True))["sound"] == "on"
    assert "sound" not in _body(Text2Video("a cat", "kling-v9"))
    assert _body(Text2Video("a cat", "kling-9.0", sound=True))["settings"]["audio"] == "native"


def test_the_seed_and_the_aspect_ratio_of_a_picture_are_never_sent() -> None:
    assert _body(Image2Video(PICTURE, seed=1, aspect_ratio="16:9")) == _body(Image2Video(PICTURE, seed=2))


def test_no_picture_shows_when_a_request_is_printed() -> None:
    assert FIRST_BASE64 not in repr(OFFICIAL.create(Image2Video(PICTURE), "kn-1"))


def test_a_task_is_asked_for_on_the_path_that_made_it() -> None:
    route = "/v1/videos/image2video"
    assert OFFICIAL.query(route, "42") == Request("GET", f"{route}/42", route=route)
    assert OFFICIAL.query("/tasks", "42") == Request(
        "GET", "/tasks", query={"task_ids": "42"}, route="/tasks", needs_api_key=True
    )


def test_a_task_is_found_by_our_own_key() -> None:
    route = "/v1/videos/text2video"
    assert OFFICIAL.look_up(route, "kn-1") == Request("GET", f"{route}/kn-1", route=route)
    assert OFFICIAL.look_up("/tasks", "kn-1") == Request(
        "GET", "/tasks", query={"external_task_ids": "kn-1"}, route="/tasks", needs_api_key=True
    )


def test_a_strange_task_id_does_not_lead_to_another_path() -> None:
    assert OFFICIAL.query("/v1/videos/text2video", "../a?b#c").path == "/v1/videos/text2video/..%2Fa%3Fb%23c"


def _read(document: Any, status: int = 200) -> Task | Refusal:
    return OFFICIAL.read(Reply(status, document))


def _envelope(data: Any) -> dict[str, Any]:
    return {"code": 0, "message": "SUCCEED", "request_id": UUID, "data": data}


def _task(document: Any) -> Task:
    task = _read(document)
    assert isinstance(task, Task)
    return task


def _refusal(document: Any, status: int) -> Refusal:
    refusal = _read(document, status)
    assert isinstance(refusal, Refusal)
    return refusal


OLD_SUBMITTED = {
    "task_id": "829611643369439283",
    "task_status": "submitted",
    "task_info": {"external_task_id": ""},
    "created_at": 1765823347996,
    "updated_at": 1765823347996,
}
OLD_SUCCEED = {
    "task_id": "829611643369439283",
    "task_status": "succeed",
    "task_status_msg": "",
    "task_info": {"external_task_id": "kn-1"},
    "watermark_info": {"enabled": False},
    "task_result": {
        "videos": [{"id": "v-1", "url": "https://cdn.example/a.mp4?x=1", "watermark_url": "", "duration": "5.1"}]
    },
    "final_unit_deduction": "2.5",
    "created_at": 1765823347996,
    "updated_at": 1765823467996,
}


def test_an_old_create_is_a_submitted_task() -> None:
    assert _task(_envelope(OLD_SUBMITTED)) == Task(
        "829611643369439283",
        TaskState.SUBMITTED,
        created=1765823347996,
        updated=1765823347996,
        request_id=UUID,
    )


@pytest.mark.parametrize("extra", [{}, {"task_info": None}, {"task_result": {}}, {"task_result": None}])
def test_an_old_query_while_it_works(extra: dict[str, Any]) -> None:
    task = _task(_envelope(OLD_SUBMITTED | {"task_status": "processing", "task_status_msg": ""} | extra))
    assert (task.state, task.outputs, task.message) == (TaskState.PROCESSING, (), "")


def test_an_old_query_when_it_is_done() -> None:
    assert _task(_envelope(OLD_SUCCEED)) == Task(
        id="829611643369439283",
        state=TaskState.SUCCEEDED,
        outputs=(Output("video", "https://cdn.example/a.mp4?x=1", "v-1", 5.1),),
        units="2.5",
        created=1765823347996,
        updated=1765823467996,
        request_id=UUID,
        job_key="kn-1",
    )


def test_an_old_query_of_a_failed_task_is_an_answer_with_http_200() -> None:
    failed = {
        "task_id": "842",
        "task_status": "failed",
        "task_status_msg": "Image pixel is invalid",
        "task_info": {},
        "task_result": {},
        "created_at": 1766737710125,
        "updated_at": 1766737711775,
    }
    task = _task(_envelope(failed))
    assert (task.state, task.message, task.outputs) == (TaskState.FAILED, "Image pixel is invalid", ())


def test_an_old_list_gives_its_first_task_and_an_empty_one_says_absent() -> None:
    assert _task(_envelope([OLD_SUCCEED, OLD_SUBMITTED])).state is TaskState.SUCCEEDED
    assert _refusal(_envelope([]), 200).answer is Answer.ABSENT


def test_an_empty_list_has_no_code_that_would_make_a_refusal_of_it_and_only_a_success_has_one() -> None:
    assert _refusal(_envelope([]), 200).code == ""
    assert _refusal({"code": 1201, "message": "Task not found"}, 400).code == "1201"
    assert [_refusal(_envelope([]), status).answer for status in (500, 404)] == [UNCLEAR, FINAL]


def test_a_new_create_is_a_submitted_task() -> None:
    data = {
        "id": "930831534075682845",
        "status": "submitted",
        "create_time": 5,
        "update_time": 6,
        "external_id": "kn-1",
    }
    assert _task(_envelope(data)) == Task(
        "930831534075682845", TaskState.SUBMITTED, created=5, updated=6, request_id=UUID, job_key="kn-1"
    )


def test_a_new_query_when_it_is_done() -> None:
    data = {
        "id": "930831534075682845",
        "status": "succeeded",
        "message": "",
        "create_time": "1781080778802",
        "update_time": 1781080794151,
        "external_id": "kn-1",
        "outputs": [
            {
                "type": "video",
                "id": "v-1",
                "url": "https://cdn.example/a.mp4",
                "watermark_url": "",
                "duration": "3.041",
            },
            {"type": "image", "url": "https://cdn.example/a.png", "group_id": "g"},
            {"type": "audio", "id": "a", "mp3_url": "https://cdn.example/a.mp3"},
        ],
        "billing": [
            {"charge_type": "cash", "cash_type": "balance", "amount": "0.42", "currency": "USD"},
            {"charge_type": "unit", "amount": "2.4", "package_type": "video"},
        ],
    }
    task = _task(_envelope([data]))
    assert task.outputs == (
        Output("video", "https://cdn.example/a.mp4", "v-1", 3.041),
        Output("image", "https://cdn.example/a.png"),
        Output("audio", "https://cdn.example/a.mp3", "a"),
    )
    assert (task.units, task.created, task.updated) == ("2.4", 1781080778802, 1781080794151)


def test_a_new_query_of_a_failed_task_carries_its_reason() -> None:
    task = _task(_envelope([{"id": "9", "status": "failed", "message": "Failure to pass the risk control system"}]))
    assert (task.state, task.message) == (TaskState.FAILED, "Failure to pass the risk control system")


@pytest.mark.parametrize("word", ["completed", "SUCCEED", "", None, 7])
def test_an_unknown_status_word_fails_by_name(word: Any) -> None:
    task = _task(_envelope({"task_id": "42", "task_status": word}))
    assert task.state is TaskState.UNFAMILIAR
    assert f"'{word or ''}'" in task.message


LATER, FINAL, UNCLEAR, DUPLICATE, ABSENT = (
    Answer.LATER,
    Answer.FINAL,
    Answer.UNCLEAR,
    Answer.DUPLICATE,
    Answer.ABSENT,
)


@pytest.mark.parametrize(
    ("status", "code", "answer"),
    [
        *[(401, code, FINAL) for code in (1000, 1001, 1002, 1003, 1004)],
        *[(429, code, FINAL) for code in (1100, 1101, 1102, 1304)],
        (403, 1103, FINAL),
        *[(400, code, FINAL) for code in (1200, 1201, 1300, 1301)],
        *[(404, code, FINAL) for code in (1202, 1203)],
        *[(429, code, LATER) for code in (1302, 1303)],
        (500, 5000, UNCLEAR),
        (503, 5001, UNCLEAR),
        (504, 5002, UNCLEAR),
    ],
)
def test_every_error_code_of_the_table_is_sorted_by_what_it_did_to_the_money(
    status: int, code: int, answer: Answer
) -> None:
    refusal = _refusal({"code": code, "message": "what Kling says", "request_id": UUID}, status)
    assert (refusal.answer, refusal.code, refusal.request_id) == (answer, str(code), UUID)
    assert "'what Kling says'" in refusal.message
    assert refusal.advice


@pytest.mark.parametrize(
    ("status", "code", "message", "answer"),
    [
        (400, 1201, "External_task_id kn-1 already exists", DUPLICATE),
        (400, 1200, "external_task_id kn-1 already exists", DUPLICATE),
        (400, 1201, "External_task_id already exists", DUPLICATE),
        (409, 1299, "External_task_id already exists", DUPLICATE),
        (408, 1299, "request timed out", UNCLEAR),
        (409, 1299, "conflict", UNCLEAR),
        (499, 1299, "client closed", UNCLEAR),
        (400, 5003, "busy", UNCLEAR),
        (302, 1299, "see elsewhere", UNCLEAR),
        (400, 1201, "Task not found by id/external id: kn-1", ABSENT),
        (404, 1203, "Task not found by id/external id: kn-1", ABSENT),
        (400, 1201, "model/mode/duration(kling-v2-5-turbo/std/5) is not supported with image_tail", FINAL),
        (400, 1201, "External_task_id is invalid", FINAL),
        (500, 5000, "External_task_id kn-1 already exists", UNCLEAR),
        (401, 1001, "Authorization is empty", FINAL),
        (401, 1002, "api key not found", FINAL),
        (429, 1102, "Account balance not enough", FINAL),
        (429, 1303, "parallel task over resource pack limit", LATER),
    ],
)
def test_answers_as_they_were_seen_live(status: int, code: int, message: str, answer: Answer) -> None:
    assert _refusal({"code": code, "message": message}, status).answer is answer


@pytest.mark.parametrize(
    ("status", "code", "answer"),
    [
        (400, 9999, FINAL),
        (403, -1, FINAL),
        (429, 9999, FINAL),
        (429, 429, LATER),
        (200, 9999, UNCLEAR),
        (500, 9999, UNCLEAR),
        (502, 502, UNCLEAR),
    ],
)
def test_an_unknown_code_is_sorted_by_its_http_status(status: int, code: int, answer: Answer) -> None:
    refusal = _refusal({"code": code, "message": "?"}, status)
    assert (refusal.answer, refusal.code) == (answer, str(code))


def test_a_busy_account_is_asked_again_at_the_pace_that_it_names() -> None:
    refusal = OFFICIAL.read(Reply(429, {"code": 1303, "message": "parallel task over resource pack limit"}, 12.0))
    assert isinstance(refusal, Refusal)
    assert refusal.retry_after == 12.0


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, UNCLEAR),
        (201, UNCLEAR),
        (301, FINAL),
        (302, UNCLEAR),
        (303, UNCLEAR),
        (308, FINAL),
        (400, FINAL),
        (401, FINAL),
        (404, FINAL),
        (408, UNCLEAR),
        (413, FINAL),
        (429, LATER),
        (500, UNCLEAR),
        (502, UNCLEAR),
        (504, UNCLEAR),
    ],
)
@pytest.mark.parametrize(
    "document", [None, [], {}, "text", 7, {"code": "0"}, {"code": True}, {"code": 1.0}, {"code": None}]
)
def test_an_answer_that_is_not_klings_is_sorted_by_its_http_status(status: int, document: Any, answer: Answer) -> None:
    refusal = _refusal(document, status)
    assert refusal.answer is answer
    assert f"HTTP {status}" in refusal.message
    assert "kling doctor" in refusal.advice


@pytest.mark.parametrize("data", [None, {}, "text", 7, [None], [[]], [{}], {"task_id": ""}, {"status": "succeed"}])
def test_a_success_without_a_task_leaves_the_outcome_open(data: Any) -> None:
    assert _refusal(_envelope(data), 200).answer is UNCLEAR


def test_a_number_as_task_id_is_taken_as_text() -> None:
    assert _task(_envelope({"task_id": 42, "task_status": "submitted"})).id == "42"


def test_what_the_server_says_is_one_line_not_endless_and_without_a_key() -> None:
    remember("FAKE_KEY_THAT_THE_SERVER_QUOTES")
    said = "no such key\r\n FAKE_KEY_THAT_THE_SERVER_QUOTES " + "x" * 10_000
    refusal = _refusal({"code": 1002, "message": said, "request_id": said}, 401)
    task = _task(_envelope({"task_id": "42", "task_status": "failed", "task_status_msg": said}))
    for text in (refusal.message, refusal.request_id, task.message):
        assert "FAKE_KEY" not in text
        assert "\n" not in text
        assert len(text) < 700


def test_no_link_shows_when_a_task_is_printed() -> None:
    assert "cdn.example" not in repr(_task(_envelope(OLD_SUCCEED)))


@pytest.mark.parametrize("said", [f"{'x' * 2970} FAKE_KEY_AT_THE_CUT and more", "x" * 2975 + "FAKE_KEY_AT_THE_CUT"])
def test_an_endless_text_does_not_show_the_half_of_a_key_that_is_read(said: str) -> None:
    remember("FAKE_KEY_AT_THE_CUT")
    message = _refusal({"code": 1201, "message": f"https://a.example/?{said}"}, 400).message
    assert "FAKE" not in message
    assert len(message) < 700


@pytest.mark.parametrize("text", ["http://" * 12_000, "a." * 40_000, "a?" * 40_000])
def test_a_text_of_many_kilobytes_is_read_at_once(text: str) -> None:
    start = time.perf_counter()
    _refusal({"code": 1201, "message": text}, 400)
    assert time.perf_counter() - start < 1.0


@pytest.mark.parametrize("number", ["1e-20000000", "1e-999999999999", "0e-20000000", "1e999999999999", "1e13"])
def test_a_number_that_would_fill_pages_is_none(number: str) -> None:
    task = _task(_envelope(OLD_SUCCEED | {"final_unit_deduction": number}))
    assert task.units == ""
    assert _task(_envelope(OLD_SUCCEED | {"final_unit_deduction": 0.1 + 0.2})).units == "0.30000000000000004"


@pytest.mark.parametrize(
    "odd", ["text", 7, True, [], [7], ["text"], [None], [[]], {"a": 1}, {"videos": "text"}, {"videos": [7]}]
)
@pytest.mark.parametrize("field", ["task_result", "outputs", "billing", "task_info", "final_unit_deduction"])
def test_a_part_of_the_wrong_kind_is_passed_over(field: str, odd: Any) -> None:
    task = _task(_envelope({"task_id": "42", "task_status": "processing", field: odd}))
    assert (task.state, task.outputs) == (TaskState.PROCESSING, ())


@pytest.mark.parametrize("odd", ["soon", [], {}, None, 10**400, "\u00b2", ""])
def test_a_number_of_the_wrong_kind_is_passed_over(odd: Any) -> None:
    video = {"id": 7, "url": "https://cdn.example/a.mp4", "duration": odd}
    data = {"task_id": "42", "task_status": "succeed", "task_result": {"videos": [video]}}
    task = _task(_envelope(data | {"created_at": odd, "updated_at": odd}))
    assert task.outputs == (Output("video", "https://cdn.example/a.mp4", "7", None),)
    assert (task.created, task.updated) == (0, 0)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["²", "\ud800", "9" * 400]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
NAMES = (
    "task_id id task_status status task_status_msg message created_at create_time updated_at update_time "
    "final_unit_deduction billing outputs task_result"
)
VIDEO = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("id", "url", "duration", "type", "amount", "charge_type"), JSON)
)
RESULT = (
    JSON | st.lists(JSON | VIDEO, max_size=2) | st.fixed_dictionaries({"videos": JSON | st.lists(VIDEO, max_size=2)})
)
TASK = st.fixed_dictionaries(
    {"task_id": JSON | st.just("42")}, optional={name: RESULT for name in NAMES.split() if name != "task_id"}
)
DOCUMENT = JSON | st.fixed_dictionaries(
    {"code": st.just(0) | st.integers() | JSON},
    optional={"data": JSON | TASK | st.lists(TASK, max_size=2), "message": JSON, "msg": JSON, "request_id": JSON},
)


@given(status=st.integers(100, 599), document=DOCUMENT)
def test_whatever_a_server_sends_is_read_without_an_error(status: int, document: Any) -> None:
    answer = OFFICIAL.read(Reply(status, document))
    if isinstance(answer, Task):
        assert answer.id
        texts = [answer.id, answer.message, answer.units, answer.request_id, *(output.id for output in answer.outputs)]
    else:
        texts = [answer.message, answer.advice, answer.code, answer.request_id]
    "".join(texts).encode("utf-8")  # the ledger and the log must be able to take them


@given(document=JSON)
def test_a_task_id_of_any_kind_is_one_step_of_a_path(document: Any) -> None:
    answer = _read(_envelope({"task_id": document, "task_status": "submitted"}))
    if isinstance(answer, Task):
        assert OFFICIAL.query("/v1/videos/text2video", answer.id).path.count("/") == 4


def test_an_answer_that_names_a_task_is_never_refused_for_good() -> None:
    body = {"code": 201, "message": "created", "data": {"task_id": "1"}}
    assert _refusal(body, 201).answer is UNCLEAR
    assert _refusal(body | {"code": 1201}, 400).answer is UNCLEAR


@pytest.mark.parametrize(
    "names",
    [
        {"data": {"task_id": "1"}},
        {"data": {"id": "1", "status": "submitted"}},
        {"data": [{"task_id": 1}]},
        {"task_id": "1"},
        {"error": {"task_id": "1"}},
    ],
)
@pytest.mark.parametrize("code", [1201, 1303, 201, "1303", "refused", None])
@pytest.mark.parametrize("status", [200, 400, 404, 429, 500])
def test_the_task_that_a_refusal_names_is_kept(names: dict[str, Any], code: Any, status: int) -> None:
    for message in ("no", "Task not found by id/external id: kn-1"):
        refusal = _refusal({"code": code, "message": message} | names, status)
        assert (refusal.answer, refusal.task_id) == (UNCLEAR, "1")
    assert _refusal({"code": code, "message": "no"}, status).task_id == ""


def test_a_duplicate_that_names_its_task_is_still_a_duplicate() -> None:
    said = {"code": 1201, "message": "External_task_id kn-1 already exists", "data": {"task_id": "1"}}
    refusal = _refusal(said, 400)
    assert (refusal.answer, refusal.task_id) == (DUPLICATE, "1")


@pytest.mark.parametrize("envelope", [{"code": "success"}, {"code": "0"}, {"code": "ok", "message": "OK"}, {}])
def test_a_task_is_not_lost_to_a_code_that_is_no_number(envelope: dict[str, Any]) -> None:
    assert _task(envelope | {"data": OLD_SUCCEED}) == _task({"code": 0, "data": OLD_SUCCEED})
    assert _task(envelope | {"data": {"task_id": "1"}}).id == "1"


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ({"code": "success", "data": {"task_id": "1", "task_status": "dreaming"}}, 200),
        ({"code": "success", "data": {"task_id": "1", "task_status": "submitted"}}, 500),
        ({"code": "failed", "message": "no", "data": {"task_id": "1", "task_status": "submitted"}}, 200),
        ({"error": "no", "data": {"task_id": "1", "task_status": "submitted"}}, 200),
        ({"data": [{"id": "1", "object": "model"}]}, 200),
    ],
)
def test_what_only_looks_like_a_task_leaves_the_outcome_open(document: Any, status: int) -> None:
    refusal = _refusal(document, status)
    assert (refusal.answer, refusal.task_id) == (UNCLEAR, "1")


def test_a_code_that_is_written_as_text_keeps_its_meaning() -> None:
    assert _refusal({"code": "1303", "message": "parallel"}, 429).answer is LATER
    assert _refusal({"code": "1102", "message": "empty"}, 429).answer is FINAL
    assert _refusal({"code": "5000", "message": "internal"}, 400).answer is UNCLEAR


@pytest.mark.parametrize("odd", ["FAKE_KEY_FOR_AN_ID", "sk-FAKE-of-a-gateway", {"a": 1}, [1], True, 1.5, "x" * 2000])
def test_a_key_or_another_kind_of_value_is_no_task_id(odd: Any) -> None:
    remember("FAKE_KEY_FOR_AN_ID")
    refusal = _refusal(_envelope({"task_id": odd, "task_status": "submitted"}), 200)
    assert (refusal.answer, refusal.task_id) == (UNCLEAR, "")


@pytest.mark.parametrize(("word", "state"), [("failed", TaskState.FAILED), ("succeed", TaskState.SUCCEEDED)])
def test_the_record_of_a_task_that_is_over_counts_under_the_code_of_an_error_too(word: str, state: TaskState) -> None:
    data = {"task_id": "829611643369439283", "task_status": word, "task_result": {}}
    answer = OFFICIAL.read(Reply(400, {"code": 1301, "message": "content safety", "data": data}))
    assert isinstance(answer, Task)
    assert (answer.id, answer.state) == ("829611643369439283", state)
