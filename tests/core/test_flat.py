"""The dialect without an envelope: every example of its document both ways, and each of its refusals."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_api.dialects import named
from kling_api.dialects.offer import table
from kling_api.dialects.wire import Answer, KeyKind, Output, Refusal, Reply, Request, Task, TaskState
from kling_api.errors import InvalidRequest
from kling_api.operations import (
    OPERATIONS,
    CameraControl,
    Image2Video,
    LipSync,
    MultiImage2Video,
    Operation,
    Text2Video,
)
from kling_api.stills import Still

FLAT = named("flat")
PATH = "/v1/videos/image2video"
EXAMPLE = "https://example.com"
STILL = Still(b"\x89PNG\r\n\x1a\n first", 640, 480)
BASE64 = base64.b64encode(STILL.data).decode()
ID = "CmYgjmbyMToAAAAAAF6svw"

#: Each example of the document, and the operation in our words; what has the document's own default is not sent.
EXAMPLES: dict[str, tuple[dict[str, Any], Operation]] = {
    "basic": (
        {
            "model_name": "kling-v1-6",
            "mode": "pro",
            "image": f"{EXAMPLE}/input.jpg",
            "prompt": "让图片中的人物微笑并轻轻点头",
            "duration": 10,
            "aspect_ratio": "16:9",
        },
        Image2Video(
            f"{EXAMPLE}/input.jpg",
            prompt="让图片中的人物微笑并轻轻点头",
            model_name="kling-v1-6",
            mode="pro",
            duration=10,
            aspect_ratio="16:9",
        ),
    ),
    "camera": (
        {
            "model_name": "kling-v1-6",
            "mode": "pro",
            "image": f"{EXAMPLE}/input.jpg",
            "prompt": "风景画面缓缓展开，云朵飘动，光影变化",
            "duration": 10,
            "aspect_ratio": "16:9",
            "cfg_scale": 0.7,
            "camera_control": {"type": "zoom", "config": {"value": -5}},
        },
        Image2Video(
            f"{EXAMPLE}/input.jpg",
            prompt="风景画面缓缓展开，云朵飘动，光影变化",
            model_name="kling-v1-6",
            mode="pro",
            duration=10,
            aspect_ratio="16:9",
            cfg_scale=0.7,
            camera_control=CameraControl(zoom=-5),
        ),
    ),
    "end frame": (
        {
            "model_name": "kling-v1-6",
            "mode": "pro",
            "image": f"{EXAMPLE}/start.jpg",
            "image_tail": f"{EXAMPLE}/end.jpg",
            "prompt": "从起始画面平滑过渡到结束画面",
            "duration": 10,
        },
        Image2Video(
            f"{EXAMPLE}/start.jpg",
            f"{EXAMPLE}/end.jpg",
            "从起始画面平滑过渡到结束画面",
            "kling-v1-6",
            "pro",
            10,
        ),
    ),
    "several pictures": (
        {
            "model_name": "kling-v2-master",
            "mode": "pro",
            "image_list": [f"{EXAMPLE}/ref{number}.jpg" for number in (1, 2, 3)],
            "prompt": "综合三张参考图片的风格，创建一个动态的艺术视频",
            "duration": 10,
            "aspect_ratio": "16:9",
        },
        MultiImage2Video(
            tuple(f"{EXAMPLE}/ref{number}.jpg" for number in (1, 2, 3)),
            "综合三张参考图片的风格，创建一个动态的艺术视频",
            model_name="kling-v2-master",
            mode="pro",
            duration=10,
        ),
    ),
}
CREATED = {"task_id": ID, "task_status": "submitted", "created_at": 1727338013674, "updated_at": 1727338013674}
FINISHED = {
    "task_id": ID,
    "task_status": "completed",
    "task_status_msg": "任务完成",
    "created_at": 1727338013674,
    "updated_at": 1727338113674,
    "task_result": {"videos": [{"id": "video_001", "url": f"{EXAMPLE}/output.mp4", "duration": 10}]},
}


def _create(operation: Operation) -> dict[str, Any]:
    """What would be sent, as JSON."""
    FLAT.check(operation)
    request = FLAT.create(operation, "kn-1")
    assert (request.method, request.path, request.route) == ("POST", PATH, PATH)
    return json.loads(json.dumps(request.body))


def _read(document: Any, status: int = 200) -> Task | Refusal:
    return FLAT.read(Reply(status, document))


def _task(document: Any) -> Task:
    task = _read(document)
    assert isinstance(task, Task)
    return task


def _refusal(document: Any, status: int) -> Refusal:
    refusal = _read(document, status)
    assert isinstance(refusal, Refusal)
    return refusal


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_of_the_document_is_what_we_send(name: str) -> None:
    example, operation = EXAMPLES[name]
    assert _create(operation) == example


def test_the_answer_to_an_order_is_a_submitted_task() -> None:
    assert _task(CREATED) == Task(ID, TaskState.SUBMITTED, created=1727338013674, updated=1727338013674)


def test_the_answer_of_a_finished_task_names_its_clip_and_its_length() -> None:
    assert _task(FINISHED) == Task(
        ID,
        TaskState.SUCCEEDED,
        "任务完成",
        (Output("video", f"{EXAMPLE}/output.mp4", "video_001", 10.0),),
        created=1727338013674,
        updated=1727338113674,
    )


def test_a_task_is_asked_for_where_it_was_made() -> None:
    assert FLAT.query(PATH, ID) == Request("GET", f"{PATH}/{ID}", route=PATH)
    assert FLAT.query(PATH, "../a?b").path == f"{PATH}/..%2Fa%3Fb"
    assert FLAT.routes("image2video") == FLAT.routes("multi-image2video") == (PATH,)
    assert FLAT.routes("text2video") == ()


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("submitted", TaskState.SUBMITTED),
        ("processing", TaskState.PROCESSING),
        ("completed", TaskState.SUCCEEDED),
        ("failed", TaskState.FAILED),
        ("succeed", TaskState.SUCCEEDED),
        ("SUCCEEDED", TaskState.SUCCEEDED),
        ("fail", TaskState.FAILED),
        ("queued", TaskState.SUBMITTED),
        ("running", TaskState.PROCESSING),
        ("dreaming", TaskState.UNFAMILIAR),
    ],
)
def test_a_status_word_is_one_of_the_document_s(word: str, state: TaskState) -> None:
    task = _task(CREATED | {"task_status": word})
    assert task.state is state
    assert (word in task.message) is (state is TaskState.UNFAMILIAR)


def test_a_failed_task_says_why() -> None:
    task = _task(CREATED | {"task_status": "failed", "task_status_msg": "too dark", "error": {"code": 0}})
    assert (task.state, task.message, task.units) == (TaskState.FAILED, "too dark", "")


def test_a_task_is_not_lost_to_an_envelope() -> None:
    for envelope in ({"code": 0}, {"code": 200}, {"code": "success"}, {}):
        assert _task({**envelope, "data": FINISHED}) == _task(FINISHED)
    assert _task({"data": [FINISHED]}) == _task(FINISHED)


@pytest.mark.parametrize("code", ["SUCCESS", "ok", 1, 201])
def test_a_task_is_not_lost_to_an_odd_code(code: Any) -> None:
    assert _task({"code": code, "message": "ok", "data": CREATED}) == _task(CREATED)
    assert _task({"code": code, "data": {"task_id": ID}}) == Task(ID, TaskState.SUBMITTED)
    refusal = _refusal({"code": code, "message": "cannot save", "data": CREATED}, 200)
    assert (refusal.answer, refusal.task_id) == (Answer.UNCLEAR, ID)


def test_the_record_of_a_task_that_has_ended_counts_although_a_code_stands_beside_it() -> None:
    assert _task({"code": 400, "message": "bad", "data": FINISHED}) == _task(FINISHED)
    failed = _task(CREATED | {"task_status": "failed", "code": 400, "message": "moderation"})
    assert (failed.state, failed.message) == (TaskState.FAILED, "moderation")


def test_an_empty_account_is_not_waited_for_although_it_comes_as_too_many_requests() -> None:
    for said in ({"error": {"code": "insufficient_quota", "message": "no"}}, {"message": "Account balance not enough"}):
        refusal = _refusal(said, 429)
        assert refusal.answer is Answer.FINAL
        assert "Top up" in refusal.advice
    assert _refusal({"message": "quota exceeded: 10 requests in a minute"}, 429).answer is Answer.LATER


def test_everything_has_its_place_and_pictures_go_as_base64() -> None:
    operation = Image2Video(STILL, STILL, "a", "kling-v2-1", negative_prompt="no", aspect_ratio="3:2", cfg_scale=0.0)
    assert _create(operation) == {
        "model_name": "kling-v2-1",
        "mode": "std",
        "image": BASE64,
        "image_tail": BASE64,
        "prompt": "a",
        "negative_prompt": "no",
        "duration": 5,
        "aspect_ratio": "3:2",
        "cfg_scale": 0.0,
    }
    several = MultiImage2Video((STILL, f"{EXAMPLE}/b.jpg"), "both", negative_prompt="no", cfg_scale=1.0)
    body = _create(several)
    assert body["image_list"] == [BASE64, f"{EXAMPLE}/b.jpg"]
    assert (body["negative_prompt"], body["cfg_scale"], "image" in body) == ("no", 1.0, False)


@pytest.mark.parametrize("axis", ["zoom", "pan", "tilt"])
def test_the_one_axis_of_a_move_is_its_type_there(axis: str) -> None:
    move = CameraControl(**{axis: 2.5})  # pyright: ignore[reportArgumentType]
    body = _create(Image2Video(STILL, prompt="a", camera_control=move))
    assert body["camera_control"] == {"type": axis, "config": {"value": 2.5}}


@pytest.mark.parametrize("ratio", ["16:9", "9:16", "1:1", "3:2", "2:3", "3:4", "4:3"])
def test_each_of_the_seven_ratios_can_be_said(ratio: str) -> None:
    assert _create(Image2Video(STILL, aspect_ratio=ratio))["aspect_ratio"] == ratio


@pytest.mark.parametrize(
    ("width", "height", "ratio"),
    [
        (1920, 1080, "16:9"),
        (1080, 1920, "9:16"),
        (700, 700, "1:1"),
        (600, 400, "3:2"),
        (400, 600, "2:3"),
        (300, 400, "3:4"),
        (640, 480, "4:3"),
        (1000, 401, "16:9"),
    ],
)
def test_a_clip_that_follows_its_picture_gets_the_nearest_ratio(width: int, height: int, ratio: str) -> None:
    for wanted in ("", "auto"):
        operation = Image2Video(Still(b"p", width, height), aspect_ratio=wanted, model_name="kling-v2-1")
        assert FLAT.create(operation, "").body["aspect_ratio"] == ratio  # pyright: ignore[reportOptionalSubscript]


def test_the_user_is_told_where_the_clip_cannot_quite_follow_its_picture() -> None:
    (told,) = FLAT.check(Image2Video(Still(b"p", 1000, 401), model_name="kling-v2-1"))
    assert "1000 x 401 pixels" in told
    assert "16:9, the nearest" in told
    (told,) = FLAT.check(Image2Video(f"{EXAMPLE}/a.jpg", model_name="kling-v2-1"))
    assert "will be 16:9" in told
    assert FLAT.check(Image2Video(Still(b"p", 640, 480), model_name="kling-v2-1")) == ()
    assert FLAT.check(Image2Video(f"{EXAMPLE}/a.jpg", model_name="kling-v2-1", aspect_ratio="9:16")) == ()


def test_every_default_and_value_of_the_document_is_in_the_table() -> None:
    offer = table("flat")["operations"]["image2video"]
    assert offer["required"] == ["model_name", "mode", "image"]
    assert table("flat")["defaults"] == {"aspect_ratio": "16:9", "cfg_scale": 0.5}
    assert FLAT.models_for("image2video") == ("kling-v1-6", "kling-v2-master", "kling-v2-1", "kling-v2-1-master")
    assert FLAT.models_for("multi-image2video") == FLAT.models_for("image2video")


def test_it_takes_an_api_key_and_names_no_host_and_no_price() -> None:
    assert FLAT.keys("api.example.com") == {KeyKind.API_KEY}
    assert (FLAT.hosts, FLAT.base_url, FLAT.keyed) == ((), "", False)
    assert FLAT.estimate(Image2Video(STILL)) is None
    assert FLAT.look_up(PATH, "kn-1") is None
    assert "kn-1" not in json.dumps(FLAT.create(Image2Video(STILL, seed=7), "kn-1").body)


WRONG: list[tuple[Operation, str]] = [
    (Text2Video("a"), "cannot do text2video: its document names no address .* Dialects that can: official, newapi"),
    (Image2Video(STILL, sound=True), "sound is not possible .* Dialects that can: official"),
    (Image2Video(STILL, mode="4k"), "mode 4k is not possible .* Possible: std, pro"),
    (Image2Video(STILL, duration=7), "duration 7 is not possible .* Possible: 5, 10"),
    (Image2Video(STILL, aspect_ratio="21:9"), "aspect_ratio 21:9 is not .* 16:9, 9:16, 1:1, 3:2, 2:3, 3:4, 4:3"),
    (Image2Video(STILL, prompt="a" * 2501), "prompt has 2501 characters; dialect flat takes at most 2500"),
    (Image2Video(STILL, negative_prompt="a" * 2501), "negative_prompt has 2501 characters"),
    (Image2Video(None, STILL), "image is missing; dialect flat requires it"),
    (MultiImage2Video((STILL,), "a", image_tail=STILL), "image_tail is not .* Dialects that can: .*unified"),
    (
        Image2Video(STILL, model_name="kling-v1-6", camera_control=CameraControl(roll=1)),
        "camera_control along roll is not .* Possible: zoom, pan, tilt. Dialects that can: newapi, unified, wrapper",
    ),
    (
        Image2Video(STILL, model_name="kling-v1-6", camera_control=CameraControl("down_back")),
        r"camera_control type down_back .* Possible: simple \(along zoom, pan, tilt\). Dialects .* newapi, wrapper",
    ),
    (
        LipSync(f"{EXAMPLE}/a.mp3", video_id="1"),
        "cannot do advanced-lip-sync: its document names no address .* Dialects that can: .*unified",
    ),
]


@pytest.mark.parametrize(("operation", "sentence"), WRONG, ids=lambda value: value if isinstance(value, str) else "")
def test_what_the_document_does_not_have_is_refused_before_it_is_sent(operation: Operation, sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        FLAT.check(operation)


def test_a_camera_move_that_cannot_be_made_is_known_before_the_picture_is_there() -> None:
    assert "Possible: simple" in FLAT.problem("image2video", "kling-v1-6", {"camera": "forward_up"})
    for camera in ("any", "none", "simple"):
        assert FLAT.problem("image2video", "kling-v1-6", {"camera": camera}) == ""


def test_every_other_operation_is_refused_with_a_sentence() -> None:
    done = {operation.kind for operation in OPERATIONS if FLAT.fields(operation.kind)}
    assert done == {"image2video", "multi-image2video"}
    with pytest.raises(InvalidRequest, match="cannot do text2video"):
        FLAT.create(Text2Video("a"), "")


def test_another_model_is_passed_on_and_a_callback_is_not_sent_both_with_a_warning() -> None:
    operation = Image2Video(STILL, model_name="kling-v3", callback_url=f"{EXAMPLE}/hook")
    model, callback = FLAT.check(operation)
    assert "kling-v3 is passed on as it is" in model
    assert callback == "Dialect flat has no callback_url for image2video; it is not sent."
    assert "callback_url" not in _create(operation)


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (400, Answer.FINAL, "a parameter is wrong"),
        (401, Answer.FINAL, "the key is not accepted"),
        (402, Answer.FINAL, "the account cannot pay"),
        (403, Answer.FINAL, "the account may not do this"),
        (404, Answer.ABSENT, "there is no such task or address"),
        (405, Answer.FINAL, "not in the documentation"),
        (408, Answer.UNCLEAR, "not in the documentation"),
        (429, Answer.LATER, "requests come too fast"),
        (500, Answer.UNCLEAR, "internal error of the provider"),
        (502, Answer.UNCLEAR, "not in the documentation"),
        (200, Answer.UNCLEAR, "not in the documentation"),
    ],
)
def test_an_error_of_any_shape_is_sorted_by_its_http_status(status: int, answer: Answer, said: str) -> None:
    shapes: list[dict[str, Any]] = [
        {"error": {"code": "some_word", "message": "no"}},
        {"error": {"message": "no", "type": "x"}},
        {"error": "no"},
        {"message": "no"},
        {"msg": "no"},
        {"detail": "no"},
        {"detail": [{"loc": ["body"], "msg": "no"}]},
    ]
    for shape in shapes:
        refusal = _refusal(shape, status)
        assert (refusal.answer, refusal.message.endswith("('no').")) == (answer, True)
        assert said in refusal.message


def test_the_code_in_the_body_counts_where_the_http_status_says_nothing() -> None:
    assert _refusal({"error": {"code": 401, "message": "no"}}, 200).answer is Answer.FINAL
    assert _refusal({"code": 429, "message": "no"}, 200).answer is Answer.LATER
    assert _refusal({"code": 400, "message": "no"}, 500).answer is Answer.UNCLEAR


def test_a_code_of_kling_s_own_keeps_its_meaning() -> None:
    empty = _refusal({"code": 1102, "message": "Account balance not enough", "request_id": "r-1"}, 429)
    assert (empty.answer, empty.code, empty.request_id) == (Answer.FINAL, "1102", "r-1")
    assert "with this provider" in empty.advice
    assert _refusal({"code": 1303, "message": "parallel task over resource pack limit"}, 429).answer is Answer.LATER
    assert _refusal({"code": 1201, "message": "Task not found by id/external id: a"}, 400).answer is Answer.ABSENT
    assert _refusal({"code": 1201, "message": "image is invalid"}, 400).answer is Answer.FINAL
    assert _refusal({"code": 5000, "message": "Server internal error"}, 500).answer is Answer.UNCLEAR
    for broken in ({"code": "5002", "message": "no"}, {"error": {"code": 5002, "message": "no"}}):
        assert (_refusal(broken, 400).answer, _refusal(broken, 400).code) == (Answer.UNCLEAR, "5002")


@pytest.mark.parametrize("said", ["task not found: x", "Task does not exist", "task_not_exist", "任务不存在"])
def test_an_unknown_task_is_known_by_its_words_too(said: str) -> None:
    refusal = _refusal({"error": {"message": said}}, 400)
    assert (refusal.answer, refusal.code) == (Answer.ABSENT, "HTTP 400")


@pytest.mark.parametrize("document", [None, "OK", [], {}, {"task_id": ""}, {"task_status": "submitted"}])
def test_an_answer_without_a_task_leaves_the_outcome_open(document: Any) -> None:
    assert _refusal(document, 200).answer is Answer.UNCLEAR
    assert _refusal(document, 500).answer is Answer.UNCLEAR
    assert _refusal(document, 404).answer is Answer.ABSENT
    assert _refusal(document, 401).answer is Answer.FINAL
    assert FLAT.read(Reply(429, document, 7.0)) == Refusal(
        Answer.LATER,
        "The answer (HTTP 429) is not one of this kind of provider's: check the base URL of this profile.",
        "`kling doctor` shows what is in force.",
        "HTTP 429",
        retry_after=7.0,
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
WORDS = (
    *("task_id", "task_status", "task_status_msg", "task_result", "videos", "images", "url", "duration"),
    *("code", "message", "error", "detail", "data", "msg", "created_at"),
)
LIKE_OURS = st.recursive(
    JSON, lambda inner: st.dictionaries(st.sampled_from(WORDS), inner, max_size=5) | st.lists(inner, max_size=2)
)
STATUSES = st.sampled_from([200, 201, 302, 400, 401, 404, 408, 422, 429, 500, 503])


@given(LIKE_OURS, STATUSES)
def test_whatever_a_server_sends_is_read(document: Any, status: int) -> None:
    assert isinstance(_read(document, status), Task | Refusal)


@given(
    LIKE_OURS,
    STATUSES,
    st.sampled_from(["", "data", "error", "detail"]),
    st.sampled_from([0, 400, 401, 429, 1102, 1201, "task_not_exist"]),
)
def test_an_answer_that_names_a_task_is_never_the_end(rest: Any, status: int, place: str, code: Any) -> None:
    answer: dict[str, Any] = {"code": code} | (rest if isinstance(rest, dict) else {"message": rest})
    answer |= {place: {"task_id": ID}} if place else {"task_id": ID}
    found = _read(answer, status)
    assert isinstance(found, Task) or found.answer is Answer.UNCLEAR
