"""The dialect of the gateway new-api: every example of its document, both ways, and what newer versions answer."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_api.auth import Authorization
from kling_api.dialects.newapi import NewApi
from kling_api.dialects.offer import table
from kling_api.dialects.wire import Answer, KeyKind, Output, Refusal, Reply, Request, Task, TaskState
from kling_api.errors import InvalidRequest, NotConfigured
from kling_api.operations import (
    OPERATIONS,
    CameraControl,
    Image2Video,
    LipSync,
    Operation,
    Text2Video,
    TryOnVideo,
)
from kling_api.profile import Profile
from kling_api.redaction import remember
from kling_api.settings import load_profile
from kling_api.stills import Still

NEWAPI = NewApi()
PICTURE = Still(b"\x89PNG\r\n\x1a\n first", 640, 480)
URL = "https://example.com/image.jpg"
GENERIC = "/v1/video/generations"
NATIVE_TEXT, NATIVE_IMAGE = "/kling/v1/videos/text2video", "/kling/v1/videos/image2video"
LATER, FINAL, UNCLEAR, ABSENT = Answer.LATER, Answer.FINAL, Answer.UNCLEAR, Answer.ABSENT


def _order(operation: Operation, job_key: str = "") -> tuple[str, Any]:
    """Path and JSON as they travel."""
    request = NEWAPI.create(operation, job_key)
    assert (request.method, request.route) == ("POST", request.path)
    return request.path, json.loads(json.dumps(request.body))


def test_the_documents_generic_example() -> None:
    operation = Text2Video(
        "一只可爱的小猫在阳光明媚的花园里追逐蝴蝶，画面温馨美好",
        "kling-v1-6",
        mode="pro",
        negative_prompt="模糊，低质量，扭曲",
        cfg_scale=0.7,
    )
    path, body = _order(operation)  # with a job key the metadata name it as well: the next test
    assert path == GENERIC
    assert body == {
        "model": "kling-v1-6",
        "prompt": "一只可爱的小猫在阳光明媚的花园里追逐蝴蝶，画面温馨美好",
        "duration": 5.0,
        "width": 1280,
        "height": 720,
        "metadata": {
            "negative_prompt": "模糊，低质量，扭曲",
            "cfg_scale": 0.7,
            "mode": "pro",
            "aspect_ratio": "16:9",
        },
    }


def test_every_other_field_of_the_documents_tables() -> None:
    operation = Image2Video(
        URL,
        prompt="一只小猫在花园里玩耍",
        model_name="kling-v1",
        aspect_ratio="16:9",
        negative_prompt="模糊，低质量",
        cfg_scale=0.7,
        seed=12345,
        callback_url="https://example.com/callback",
    )
    assert _order(operation, "my-task-001") == (
        GENERIC,
        {
            "model": "kling-v1",
            "prompt": "一只小猫在花园里玩耍",
            "image": "https://example.com/image.jpg",
            "duration": 5.0,
            "seed": 12345,
            "metadata": {
                "negative_prompt": "模糊，低质量",
                "cfg_scale": 0.7,
                "mode": "std",
                "aspect_ratio": "16:9",
                "callback_url": "https://example.com/callback",
                "external_task_id": "my-task-001",
            },
        },
    )


def test_the_documents_native_text_to_video() -> None:
    operation = Text2Video(
        "一只小猫在月光下奔跑",
        "kling-v1-6",
        mode="pro",
        negative_prompt="黑暗的场景",
        cfg_scale=0.7,
        camera_control=CameraControl(horizontal=2.5),
        callback_url="https://your.domain/callback",
    )
    assert _order(operation, "custom-task-001") == (
        NATIVE_TEXT,
        {
            "model_name": "kling-v1-6",
            "prompt": "一只小猫在月光下奔跑",
            "negative_prompt": "黑暗的场景",
            "cfg_scale": 0.7,
            "mode": "pro",
            "aspect_ratio": "16:9",
            "duration": "5",
            "camera_control": {
                "type": "simple",
                "config": {"horizontal": 2.5, "vertical": 0, "pan": 0, "tilt": 0, "roll": 0, "zoom": 0},
            },
            "callback_url": "https://your.domain/callback",
            "external_task_id": "custom-task-001",
        },
    )


def test_the_documents_native_image_to_video_but_for_the_end_frame_that_makes_us_take_this_route() -> None:
    operation = Image2Video(
        URL,
        "https://example.com/last.jpg",
        "让图中的小猫动起来，在花园里玩耍",
        "kling-v2-master",
        aspect_ratio="16:9",
        negative_prompt="模糊，低质量",
        cfg_scale=0.7,
        callback_url="https://your.domain/callback",
    )
    path, body = _order(operation, "custom-task-002")
    assert path == NATIVE_IMAGE
    assert body.pop("image_tail") == "https://example.com/last.jpg"
    assert body == {
        "model_name": "kling-v2-master",
        "image": "https://example.com/image.jpg",
        "prompt": "让图中的小猫动起来，在花园里玩耍",
        "negative_prompt": "模糊，低质量",
        "cfg_scale": 0.7,
        "mode": "std",
        "aspect_ratio": "16:9",
        "duration": "5",
        "callback_url": "https://your.domain/callback",
        "external_task_id": "custom-task-002",
    }


TRY_ON = TryOnVideo(
    "https://example.com/person-image.jpg",
    "这个人穿上一件红色的连衣裙，保持原有的姿势和表情",
    mode="pro",
    duration=3,
    negative_prompt="模糊，变形，不自然",
    cfg_scale=0.8,
)


def test_the_documents_virtual_try_on() -> None:
    assert _order(TRY_ON) == (
        NATIVE_IMAGE,
        {
            "model_name": "kling-v2-master",
            "image": "https://example.com/person-image.jpg",
            "prompt": "这个人穿上一件红色的连衣裙，保持原有的姿势和表情",
            "negative_prompt": "模糊，变形，不自然",
            "cfg_scale": 0.8,
            "mode": "pro",
            "aspect_ratio": "9:16",
            "duration": "3",
            "metadata": {"style": "fashion", "quality": "high", "try_on": True},
        },
    )
    assert _order(TRY_ON, "kn-1")[1]["external_task_id"] == "kn-1"
    assert NEWAPI.check(TRY_ON) == ()


def test_a_duration_is_written_without_a_fraction_as_newer_versions_read_no_other() -> None:
    body = NEWAPI.create(Text2Video("a cat", "kling-v1", duration=10), "").body or {}
    assert '"duration": 10,' in json.dumps(body)


@pytest.mark.parametrize(
    ("ratio", "size"),
    [("1:1", (1024, 1024)), ("16:9", (1280, 720)), ("9:16", (720, 1280)), ("21:9", None), ("4:3", None)],
)
@pytest.mark.parametrize("mode", ["std", "pro"])
def test_a_size_is_sent_only_where_the_documents_table_makes_the_same_ratio_of_it(
    ratio: str, size: tuple[int, int] | None, mode: str
) -> None:
    body = _order(Text2Video("a cat", "kling-v1", mode, aspect_ratio=ratio))[1]
    assert body["metadata"]["aspect_ratio"] == ratio
    assert (body.get("width"), body.get("height")) == (size or (None, None))


def test_the_size_table_is_the_documents() -> None:
    assert table("newapi")["sizes"] == {
        "1:1": ["1024x1024", "512x512"],
        "16:9": ["1280x720", "1920x1080"],
        "9:16": ["720x1280", "1080x1920"],
    }
    assert table("newapi")["other_sizes"] == "1:1"


@pytest.mark.parametrize("ratio", ["", "auto"])
def test_a_clip_that_follows_its_picture_names_no_ratio_and_no_size(ratio: str) -> None:
    body = _order(Image2Video(URL, prompt="it moves", model_name="kling-v1", aspect_ratio=ratio))[1]
    assert body == {
        "model": "kling-v1",
        "prompt": "it moves",
        "image": URL,
        "duration": 5,
        "metadata": {"cfg_scale": 0.5, "mode": "std"},
    }


def test_a_picture_that_we_hold_travels_as_base64_on_either_route() -> None:
    encoded = base64.b64encode(PICTURE.data).decode()
    plain = Image2Video(PICTURE, prompt="it moves", model_name="kling-v1")
    moved = Image2Video(PICTURE, prompt="it moves", model_name="kling-v1", camera_control=CameraControl("down_back"))
    assert _order(plain)[1]["image"] == encoded
    path, body = _order(moved)
    assert (path, body["image"], body["camera_control"]) == (NATIVE_IMAGE, encoded, {"type": "down_back"})
    assert encoded not in repr(NEWAPI.create(plain, ""))


def test_sound_is_asked_for_by_name_and_silence_is_not() -> None:
    assert _order(Text2Video("rain", "kling-v2-6", "pro", sound=True))[1]["metadata"]["sound"] == "on"
    assert "sound" not in _order(Text2Video("rain", "kling-v2-6", "pro"))[1]["metadata"]
    assert NEWAPI.check(Text2Video("rain", "kling-v2-6", "pro", sound=True)) == ()


def test_a_seed_is_sent_where_the_document_has_it_and_it_fits() -> None:
    assert _order(Text2Video("a cat", "kling-v1", seed=2**31 - 1))[1]["seed"] == 2147483647
    assert "seed" not in _order(Text2Video("a cat", "kling-v1"))[1]
    assert "seed" not in _order(Text2Video("a cat", "kling-v1", seed=7, camera_control=CameraControl(pan=1)))[1]


def test_a_seed_that_does_not_fit_is_not_sent_and_the_user_is_told() -> None:
    operation = Text2Video("a cat", "kling-v1", seed=2**31)
    assert "seed" not in _order(operation)[1]
    (warning,) = NEWAPI.check(operation)
    assert "2147483648" in warning


def test_a_known_model_that_the_document_does_not_list_is_passed_on_with_a_warning() -> None:
    (warning,) = NEWAPI.check(Text2Video("a cat"))
    assert "kling-v3" in warning
    for model in ("kling-v1", "kling-v1-6", "kling-v2-master", "kling_video"):
        assert NEWAPI.check(Text2Video("a cat", model)) == ()


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (Text2Video("a cat", "kling-v3", "4k"), ("mode 4k", "std, pro")),
        (Image2Video(URL, model_name="kling-v1"), ("prompt is missing", "newapi")),
        (Image2Video(None, URL, "it moves", "kling-v1-6", "pro"), ("image is missing", "newapi")),
        (LipSync("https://example.com/a.mp3", "42"), ("newapi cannot do advanced-lip-sync", "Dialects that can")),
        (Image2Video(Still(b"", 100, 100), prompt="x", model_name="kling-v1"), ("100 x 100",)),
    ],
)
def test_what_the_document_does_not_have_is_refused_before_anything_is_sent(
    operation: Operation, words: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidRequest) as error:
        NEWAPI.check(operation)
    for word in words:
        assert word in str(error.value)


def test_it_can_do_the_documents_operations_and_no_other() -> None:
    able = {operation.kind for operation in OPERATIONS if NEWAPI.fields(operation.kind)}
    assert able == {"text2video", "image2video", "try-on-video"} == set(table("newapi")["operations"])
    with pytest.raises(InvalidRequest):
        NEWAPI.create(LipSync("https://example.com/a.mp3", "42"), "kn-1")


@pytest.mark.parametrize("host", ["api.klingai.com", "klingai.com", "kling.kuaishou.com", "127.0.0.1", "::1"])
def test_a_key_pair_is_taken_at_klings_own_hosts_and_on_this_machine(host: str) -> None:
    assert NEWAPI.keys(host) == {KeyKind.API_KEY, KeyKind.PAIR}


@pytest.mark.parametrize("host", ["api.ephone.chat", "klingai.com.example", "gateway.example", ""])
def test_a_secret_key_is_given_to_no_third_party(host: str) -> None:
    assert NEWAPI.keys(host) == {KeyKind.API_KEY}


def test_a_task_is_asked_for_where_it_was_made_and_its_id_leads_nowhere_else() -> None:
    assert NEWAPI.query(GENERIC, "cls2") == Request("GET", f"{GENERIC}/cls2", route=GENERIC)
    assert NEWAPI.query(NATIVE_TEXT, "../a?b#c").path == f"{NATIVE_TEXT}/..%2Fa%3Fb%23c"


def test_only_a_native_task_can_be_looked_up_by_our_key() -> None:
    assert NEWAPI.look_up(GENERIC, "kn-1") is None
    assert NEWAPI.look_up(NATIVE_TEXT, "kn-1") == Request("GET", f"{NATIVE_TEXT}/kn-1", route=NATIVE_TEXT)
    assert not NEWAPI.keyed


def test_a_task_made_elsewhere_may_be_on_either_route() -> None:
    assert NEWAPI.routes("text2video") == (GENERIC, NATIVE_TEXT)
    assert NEWAPI.routes("image2video") == NEWAPI.routes("try-on-video") == (GENERIC, NATIVE_IMAGE)
    assert NEWAPI.routes("advanced-lip-sync") == ()


def _read(document: Any, status: int = 200) -> Task | Refusal:
    return NEWAPI.read(Reply(status, document))


def _task(document: Any, status: int = 200) -> Task:
    task = _read(document, status)
    assert isinstance(task, Task)
    return task


def _refusal(document: Any, status: int) -> Refusal:
    refusal = _read(document, status)
    assert isinstance(refusal, Refusal)
    return refusal


def test_the_documents_answer_to_an_order() -> None:
    answer = _task({"task_id": "cls2a3b4c5d6e7f8g9h0i1j2"})
    assert answer == Task("cls2a3b4c5d6e7f8g9h0i1j2", TaskState.SUBMITTED)


def test_the_documents_answer_about_a_finished_task() -> None:
    answer = _task(
        {
            "task_id": "cls2a3b4c5d6e7f8g9h0i1j2",
            "status": "succeeded",
            "url": "https://storage.klingai.com/videos/example.mp4",
            "format": "mp4",
            "metadata": {"duration": 5.0, "fps": 30, "width": 1280, "height": 720, "seed": 12345},
        }
    )
    assert answer == Task(
        "cls2a3b4c5d6e7f8g9h0i1j2",
        TaskState.SUCCEEDED,
        outputs=(Output("video", "https://storage.klingai.com/videos/example.mp4", duration=5.0),),
    )


def test_the_documents_answer_about_a_failed_task() -> None:
    answer = _task(
        {
            "task_id": "cls2a3b4c5d6e7f8g9h0i1j2",
            "status": "failed",
            "error": {"code": 4001, "message": "视频生成失败：提示词包含不当内容"},
        }
    )
    assert (answer.state, answer.outputs) == (TaskState.FAILED, ())
    assert answer.message == "视频生成失败：提示词包含不当内容 (code 4001)"


def test_the_documents_native_answer_to_an_order() -> None:
    answer = _task(
        {
            "code": 0,
            "message": "成功",
            "request_id": "Cl6Mq2bftxoAAAAAAA_SxQ",
            "data": {
                "task_id": "Cl6Mq2bftxoAAAAAAA_SxQ",
                "task_status": "submitted",
                "created_at": 1725974776706,
                "updated_at": 1725974776706,
            },
        }
    )
    assert answer == Task(
        "Cl6Mq2bftxoAAAAAAA_SxQ",
        TaskState.SUBMITTED,
        created=1725974776706,
        updated=1725974776706,
        request_id="Cl6Mq2bftxoAAAAAAA_SxQ",
    )


KLING = {
    "code": 0,
    "message": "SUCCEED",
    "request_id": "13fef8e2",
    "data": {
        "task_id": "829611643369439283",
        "task_status": "succeed",
        "task_status_msg": "",
        "task_info": {"external_task_id": "kn-1"},
        "task_result": {
            "videos": [{"id": "v-1", "url": "https://cdn.example/a.mp4?x=1", "duration": "5.1"}],
            "images": None,
        },
        "created_at": 1765823347,
        "updated_at": 1765823467,
    },
}
CLIP = Output("video", "https://cdn.example/a.mp4?x=1", "v-1", 5.1)


def test_klings_own_envelope_as_gateways_hand_it_through_with_times_in_seconds() -> None:
    assert _task(KLING) == Task(
        "829611643369439283",
        TaskState.SUCCEEDED,
        outputs=(CLIP,),
        created=1765823347000,
        updated=1765823467000,
        request_id="13fef8e2",
        job_key="kn-1",
    )


def test_the_answer_of_newer_versions_to_an_order() -> None:
    answer = _task(
        {
            "id": "task_AbCd0123456789",
            "task_id": "task_AbCd0123456789",
            "object": "video",
            "model": "kling-v1-6",
            "status": "queued",
            "progress": 0,
            "created_at": 1765823347,
        }
    )
    assert answer == Task("task_AbCd0123456789", TaskState.SUBMITTED, created=1765823347000)


def _dto(**values: Any) -> dict[str, Any]:
    """A task as newer versions wrap it, with Kling's own envelope inside."""
    data = {
        "id": 77,
        "created_at": 1765823340,
        "updated_at": 1765823470,
        "task_id": "task_AbCd0123456789",
        "platform": "50",
        "user_id": 1,
        "group": "default",
        "channel_id": 3,
        "quota": 250000,
        "action": "generate",
        "status": "SUCCESS",
        "fail_reason": "",
        "submit_time": 1765823347,
        "start_time": 1765823350,
        "finish_time": 1765823467,
        "progress": "100%",
        "properties": {"input": "a cat"},
        "data": KLING,
    }
    return {"code": "success", "message": "", "data": data | values}


def test_a_finished_task_of_newer_versions_has_the_gateways_id_and_klings_result() -> None:
    assert _task(_dto(result_url="https://gateway.example/v1/videos/1/content")) == Task(
        "task_AbCd0123456789",
        TaskState.SUCCEEDED,
        outputs=(CLIP,),
        units="250000",
        created=1765823347000,
        updated=1765823467000,
        job_key="kn-1",
    )


@pytest.mark.parametrize("name", ["result_url", "fail_reason"])
def test_without_klings_result_the_address_is_where_the_version_writes_it(name: str) -> None:
    task = _task(_dto(**{"data": None, name: "https://cdn.example/b.mp4"}))
    assert task.outputs == (Output("video", "https://cdn.example/b.mp4"),)
    assert task.message == ""


def test_a_failed_task_of_newer_versions_says_why_and_cost_nothing() -> None:
    kling = KLING | {"data": {"task_id": "1", "task_status": "failed", "task_status_msg": "Image pixel is invalid"}}
    told = _task(_dto(status="FAILURE", fail_reason="Failure to pass the risk control system", data=kling))
    assert (told.state, told.message, told.units) == (TaskState.FAILED, "Failure to pass the risk control system", "")
    assert _task(_dto(status="FAILURE", data=kling)).message == "Image pixel is invalid"


def test_the_openai_video_object() -> None:
    body = {
        "id": "task_AbCd",
        "object": "video",
        "model": "kling-v1-6",
        "status": "completed",
        "progress": 100,
        "created_at": 1765823347,
        "completed_at": 1765823467,
        "seconds": "5.1",
        "metadata": {"url": "https://cdn.example/a.mp4"},
    }
    assert _task(body) == Task(
        "task_AbCd",
        TaskState.SUCCEEDED,
        outputs=(Output("video", "https://cdn.example/a.mp4", duration=5.1),),
        created=1765823347000,
        updated=1765823467000,
    )
    failed = _task({"id": "task_AbCd", "status": "failed", "error": {"message": "No human", "code": "1201"}})
    assert (failed.state, failed.message) == (TaskState.FAILED, "No human (code 1201)")
    newest = _task({"task_id": "task_AbCd", "status": "completed", "url": "https://cdn.example/a.mp4"})
    assert newest.outputs == (Output("video", "https://cdn.example/a.mp4"),)


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("submitted queued NOT_START SUBMITTED QUEUED", TaskState.SUBMITTED),
        ("processing in_progress unknown IN_PROGRESS UNKNOWN", TaskState.PROCESSING),
        ("succeeded succeed completed SUCCESS", TaskState.SUCCEEDED),
        ("failed FAILURE", TaskState.FAILED),
    ],
)
def test_every_status_word_in_every_shape(words: str, state: TaskState) -> None:
    for word in words.split():
        assert table("newapi")["statuses"][word] == state.name
        for document in (
            {"task_id": "t", "status": word},
            {"code": 0, "message": "", "data": {"task_id": "t", "task_status": word}},
            _dto(status=word, task_id="t"),
        ):
            assert (_task(document).id, _task(document).state) == ("t", state)


def test_there_are_no_other_status_words() -> None:
    assert len(table("newapi")["statuses"]) == 16


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("success", TaskState.SUCCEEDED),
        ("SUCCEEDED", TaskState.SUCCEEDED),
        ("fail", TaskState.FAILED),
        ("failure", TaskState.FAILED),
        ("pending", TaskState.SUBMITTED),
        ("running", TaskState.PROCESSING),
    ],
)
def test_a_status_word_of_other_providers_is_known_too(word: str, state: TaskState) -> None:
    assert word not in table("newapi")["statuses"]
    assert _task({"task_id": "t", "status": word}).state is state


@pytest.mark.parametrize("word", ["done", "", None, 7, []])
def test_an_unknown_status_word_fails_by_name(word: Any) -> None:
    task = _task({"task_id": "42", "status": word})
    assert task.state is TaskState.UNFAMILIAR
    assert f"'{word or ''}'" in task.message


@pytest.mark.parametrize(
    ("status", "answer"), [(400, FINAL), (401, FINAL), (403, FINAL), (429, LATER), (500, UNCLEAR), (502, UNCLEAR)]
)
def test_every_http_error_of_the_document_is_sorted_by_what_it_did_to_the_money(status: int, answer: Answer) -> None:
    body = {"error": {"message": "what it says", "type": "new_api_error", "param": "", "code": ""}}
    refusal = _refusal(body, status)
    assert refusal.answer is answer
    assert "'what it says'" in refusal.message
    assert bool(refusal.advice) is (status != 502)


@pytest.mark.parametrize(
    ("status", "code", "answer"),
    [
        (400, "invalid_request", FINAL),
        (400, "task_failed", FINAL),
        (500, "task_failed", UNCLEAR),
        (400, "fail_to_fetch_task", FINAL),
        (408, "fail_to_fetch_task", UNCLEAR),
        (429, "fail_to_fetch_task", LATER),
        (504, "fail_to_fetch_task", UNCLEAR),
        (400, "task_not_exist", ABSENT),
        (500, "unmarshal_response_failed", UNCLEAR),
        (500, "read_response_body_failed", UNCLEAR),
        (500, "do_request_failed", UNCLEAR),
        (400, "invalid_api_platform", FINAL),
        (400, "model_price_error", FINAL),
        (403, "insufficient_user_quota", FINAL),
        (429, "quota_not_enough", FINAL),
        (503, "model_not_found", FINAL),
        (500, "build_request_failed", UNCLEAR),
        (418, "something_new", UNCLEAR),
        (404, "something_new", FINAL),
        (200, "something_new", UNCLEAR),
    ],
)
def test_every_error_word_in_either_shape(status: int, code: str, answer: Answer) -> None:
    for document in (
        {"code": code, "message": "what it says", "data": None},
        {"error": {"message": "what it says", "type": "new_api_error", "param": None, "code": code}},
    ):
        refusal = _refusal(document, status)
        assert (refusal.answer, refusal.code) == (answer, code)
        assert "'what it says'" in refusal.message


def test_each_known_error_has_a_meaning_and_an_advice() -> None:
    for entry in table("newapi")["errors"].values():
        assert Answer[entry["answer"]]
        assert entry["meaning"]
        assert entry["advice"]


@pytest.mark.parametrize(
    ("status", "code", "answer", "advice"),
    [
        (429, 1303, LATER, "running task"),
        (429, 1302, LATER, "Wait"),
        (429, 1102, FINAL, "gateway's own account"),
        (401, 1002, FINAL, "gateway's own account"),
        (400, 1201, FINAL, "message names"),
        (400, 1301, FINAL, "prompt or the picture"),
        (500, 5000, UNCLEAR, "ask the gateway"),
    ],
)
def test_klings_own_code_inside_a_quoted_answer_decides(status: int, code: int, answer: Answer, advice: str) -> None:
    quoted = json.dumps({"code": code, "message": "what Kling says", "request_id": "r"})
    refusal = _refusal({"code": "fail_to_fetch_task", "message": quoted, "data": None}, status)
    assert refusal.answer is answer
    assert "what Kling says" in refusal.message
    assert advice in refusal.advice


@pytest.mark.parametrize(
    ("status", "code", "message", "answer"),
    [
        (429, 1303, "parallel task over resource pack limit", LATER),
        (400, 1201, "Task not found by id/external id: kn-1", ABSENT),
        (400, 1201, "External_task_id kn-1 already exists", Answer.DUPLICATE),
        (500, 5000, "internal", UNCLEAR),
        (429, 400, "Account balance not enough", FINAL),
    ],
)
def test_klings_refusals_as_gateways_hand_them_through(status: int, code: int, message: str, answer: Answer) -> None:
    assert _refusal({"code": code, "message": message, "request_id": "r"}, status).answer is answer


@pytest.mark.parametrize(
    ("status", "answer"), [(200, UNCLEAR), (302, UNCLEAR), (404, FINAL), (429, LATER), (500, UNCLEAR)]
)
@pytest.mark.parametrize(
    "document", [None, [], {}, "text", 7, {"code": "success", "data": None}, {"error": "no"}, {"message": "x"}]
)
def test_what_is_no_answer_of_such_a_gateway_is_sorted_by_its_http_status(
    document: Any, status: int, answer: Answer
) -> None:
    refusal = _refusal(document, status)
    assert refusal.answer is answer
    assert f"HTTP {status}" in refusal.message


def test_the_pace_that_the_gateway_asks_for_is_kept() -> None:
    busy = {"code": "rate_limited", "message": "slower", "data": None}
    quoted = {"code": "fail_to_fetch_task", "message": '{"code": 1303, "message": "parallel"}', "data": None}
    for document in (busy, quoted, None):
        refusal = NEWAPI.read(Reply(429, document, 12.0))
        assert isinstance(refusal, Refusal)
        assert (refusal.answer, refusal.retry_after) == (LATER, 12.0)


@pytest.mark.parametrize("status", [200, 400, 401, 429, 500])
@pytest.mark.parametrize(
    "document",
    [
        {"code": "task_failed", "message": "no", "data": {"task_id": "1"}},
        {"code": "task_failed", "message": '{"code": 0, "data": {"task_id": "1"}}', "data": None},
        {"code": 1201, "message": "no", "data": {"task_id": "1"}},
        {"code": 1201, "message": "no", "task_id": "1"},
        {"error": {"message": "no", "code": "invalid_request", "task_id": "1"}},
        {"task_id": "1", "error": {"message": "no", "code": "invalid_request"}},
        {"task_id": "1", "code": "task_not_exist", "message": "no"},
    ],
)
def test_an_answer_that_names_a_task_beside_an_error_leaves_the_outcome_open(document: Any, status: int) -> None:
    refusal = _refusal(document, status)
    assert (refusal.answer, refusal.task_id) == (UNCLEAR, "1")


def test_a_duplicate_that_names_its_task_is_still_a_duplicate() -> None:
    said = {"code": 1201, "message": "External_task_id kn-1 already exists", "data": {"task_id": "1"}}
    refusal = _refusal(said, 400)
    assert (refusal.answer, refusal.task_id) == (Answer.DUPLICATE, "1")


@pytest.mark.parametrize("code", ["SUCCESS", "ok", 1, 200, "0"])
def test_a_task_is_not_lost_to_an_odd_code(code: Any) -> None:
    for message in ({}, {"message": "ok"}):
        assert _task({"code": code, "data": {"task_id": "1"}} | message) == Task("1", TaskState.SUBMITTED)
        assert _task({"code": code, "data": {"task_id": "1", "status": "queued"}} | message).id == "1"


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ({"code": 1, "message": "callback failed", "data": {"task_id": "1"}}, 200),
        ({"code": 1303, "data": {"task_id": "1", "status": "queued"}}, 200),
        ({"code": "task_failed", "data": {"task_id": "1", "status": "queued"}}, 200),
        ({"code": "odd", "data": {"task_id": "1", "status": "dreaming"}}, 200),
        ({"code": "odd", "data": {"task_id": "1", "status": "queued"}}, 500),
        ({"code": "odd", "id": "1"}, 200),
    ],
)
def test_an_odd_code_beside_what_may_be_no_task_leaves_the_outcome_open(document: Any, status: int) -> None:
    refusal = _refusal(document, status)
    assert (refusal.answer, refusal.task_id) == (UNCLEAR, "1")


@pytest.mark.parametrize("status", [400, 403, 500])
def test_the_id_and_the_status_of_an_error_are_not_those_of_a_task(status: int) -> None:
    body = {"id": "req-1", "status": "failed", "error": {"message": "prompt is required", "code": "invalid_request"}}
    refusal = _refusal(body, status)
    assert (refusal.answer, refusal.task_id) == (FINAL if status < 500 else UNCLEAR, "")
    named = _read(body | {"task_id": "1"}, status)
    assert isinstance(named, Task)
    assert named.id == "1"


@pytest.mark.parametrize("code", ["task_failed", "fail_to_fetch_task"])
@pytest.mark.parametrize(
    "said", ["internal error, please retry", "Request timed out", "Gateway Time-out: time out", "Server error: 5000"]
)
def test_a_text_from_behind_the_gateway_that_tells_of_a_breakdown_leaves_the_outcome_open(code: str, said: str) -> None:
    assert _refusal({"code": code, "message": said, "data": None}, 400).answer is UNCLEAR
    assert _refusal({"code": "invalid_request", "message": said, "data": None}, 400).answer is FINAL


def test_klings_code_counts_as_text_and_inside_an_error_too() -> None:
    assert _refusal({"code": "5002", "message": "no"}, 400).answer is UNCLEAR
    assert _refusal({"error": {"code": 5000, "message": "no"}}, 400).answer is UNCLEAR
    assert _refusal({"error": {"code": "1303", "message": "parallel"}}, 429).answer is LATER
    empty = _refusal({"error": {"code": "1102", "message": "no"}}, 429)
    assert (empty.answer, empty.code) == (FINAL, "1102")
    assert "gateway's own account" in empty.advice
    quoted = json.dumps({"code": "5000", "message": "no"})
    assert _refusal({"code": "fail_to_fetch_task", "message": quoted, "data": None}, 400).answer is UNCLEAR


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("insufficient_quota", "no"),
        ("", "You exceeded your current quota"),
        ("rate", "余额不足"),
        ("x", "Balance not enough"),
    ],
)
def test_an_empty_account_is_not_waited_for_although_it_comes_as_too_many_requests(code: str, message: str) -> None:
    refusal = _refusal({"error": {"code": code, "message": message}}, 429)
    assert refusal.answer is FINAL
    assert "Top up" in refusal.advice
    assert (
        _refusal({"error": {"code": "rate_limited", "message": "quota of 10 requests in a minute"}}, 429).answer
        is LATER
    )


def test_an_absence_carries_the_code_that_says_so_and_a_success_without_a_task_is_none() -> None:
    assert _refusal({"code": "task_not_exist", "message": "no"}, 400).code == "task_not_exist"
    assert _refusal({"code": 1201, "message": "Task not found by id"}, 400).code == "1201"
    assert _refusal({"code": 0, "message": "SUCCEED", "data": []}, 200).answer is UNCLEAR


def test_a_key_is_no_task_id() -> None:
    refusal = _refusal({"task_id": "sk-FAKE-of-a-gateway", "status": "queued"}, 200)
    assert (refusal.answer, refusal.task_id) == (UNCLEAR, "")


@pytest.mark.parametrize("quota", ["1e-20000000", "1e-999999999999", "1e999999999999"])
def test_a_quota_that_would_fill_pages_is_none(quota: str) -> None:
    assert _task({"task_id": "1", "status": "succeeded", "quota": quota}).units == ""


def test_what_the_gateway_says_is_one_line_without_a_key() -> None:
    remember("FAKE_KEY_THAT_THE_SERVER_QUOTES")
    said = "no such key\r\n FAKE_KEY_THAT_THE_SERVER_QUOTES " + "x" * 10_000
    refusal = _refusal({"code": "invalid_request", "message": said}, 401)
    task = _task({"task_id": "42", "status": "failed", "error": {"message": said}})
    for text in (refusal.message, task.message):
        assert "FAKE_KEY" not in text
        assert "\n" not in text
        assert len(text) < 700


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["²", "\ud800", "9" * 400]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
STATUSES = st.sampled_from(sorted(table("newapi")["statuses"])) | JSON
NAMES = (
    "url result_url fail_reason metadata error quota created_at submit_time finish_time task_info task_result seconds"
)
PARTS = JSON | st.fixed_dictionaries(
    {}, optional={"videos": st.lists(st.fixed_dictionaries({}, optional={"url": JSON, "id": JSON, "duration": JSON}))}
)
TASK = st.fixed_dictionaries(
    {},
    optional={"task_id": JSON | st.just("42"), "id": JSON, "status": STATUSES, "task_status": STATUSES}
    | dict.fromkeys(NAMES.split(), PARTS),
)
CODES = st.sampled_from([0, "success", 1201, 1303, 1102, *table("newapi")["errors"]]) | JSON
ENVELOPE = st.fixed_dictionaries(
    {"code": CODES},
    optional={
        "message": JSON | TASK.map(lambda task: json.dumps({"code": 1201, "data": task})),
        "data": TASK | JSON | st.lists(TASK, max_size=2) | TASK.map(lambda task: {"task_id": "t", "data": task}),
        "error": JSON | st.fixed_dictionaries({}, optional=dict.fromkeys(("code", "message", "type"), JSON)),
        "request_id": JSON,
    },
)


@given(status=st.integers(100, 599), document=JSON | TASK | ENVELOPE)
def test_whatever_a_server_sends_is_read_without_an_error(status: int, document: Any) -> None:
    answer = _read(document, status)
    if isinstance(answer, Task):
        assert answer.id
        texts = [answer.id, answer.message, answer.units, answer.job_key, *(output.id for output in answer.outputs)]
        assert NEWAPI.query(GENERIC, answer.id).path.count("/") == 4
    else:
        texts = [answer.message, answer.advice, answer.code, answer.request_id]
    "".join(texts).encode("utf-8")


@given(status=st.integers(100, 599), document=TASK | ENVELOPE, place=st.sampled_from(["", "data"]))
def test_an_answer_that_names_a_task_is_never_refused_for_good(status: int, document: Any, place: str) -> None:
    named = document | ({"data": {"task_id": "42"}} if place else {"task_id": "42"})
    answer = _read(named, status)
    assert isinstance(answer, Task) or answer.answer in (UNCLEAR, Answer.DUPLICATE)


def _profile(home: Path, monkeypatch: pytest.MonkeyPatch, url: str, key: str) -> Profile:
    for name, value in (("DIALECT", "newapi"), ("BASE_URL", url), ("API_KEY", key)):
        monkeypatch.setenv(f"KLING_{name}", value)
    return load_profile(home=home)


@pytest.mark.parametrize("url", ["https://api.klingai.com", "https://kling.kuaishou.com", "http://127.0.0.1:8000"])
def test_a_key_of_two_parts_makes_a_token_at_klings_own_hosts(
    home: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    profile = _profile(home, monkeypatch, url, f"your_access_key|{'your_secret_key' * 3}")
    assert profile.credentials.kind is KeyKind.PAIR
    token = Authorization(profile.credentials, clock=lambda: 2_000_000_000.0).header().removeprefix("Bearer ")
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims == {"iss": "your_access_key", "exp": 2_000_001_800, "nbf": 1_999_999_995}
    assert jwt.get_unverified_header(token)["typ"] == "JWT"  # the document has it in the payload, where it does nothing


def test_a_gateways_own_key_travels_as_it_is(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = _profile(home, monkeypatch, "https://api.ephone.chat/kling", "sk-xxxxxxxxxxxxxx")
    assert Authorization(profile.credentials).header() == "Bearer sk-xxxxxxxxxxxxxx"


def test_a_key_of_two_parts_is_refused_for_a_third_party(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotConfigured, match="takes an API key, not an access key with its secret key"):
        _profile(home, monkeypatch, "https://api.ephone.chat/kling", "your_access_key|your_secret_key")
    with pytest.raises(NotConfigured, match="no usual address"):
        _profile(home, monkeypatch, "", "sk-xxxxxxxxxxxxxx")
