"""The dialect with a path table and error codes of its own: all that its document says, both ways."""

from __future__ import annotations

import base64
import json
import re
from decimal import Decimal
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
    Avatar,
    CameraControl,
    Image2Video,
    ImageGeneration,
    LipSync,
    MotionControl,
    MultiImage2Video,
    OmniImage,
    Operation,
    Text2Video,
    TryOnVideo,
    VideoExtend,
)
from kling_api.settings import load_profile
from kling_api.stills import Still

UNIFIED = named("unified")
STILL = Still(b"\x89PNG\r\n\x1a\n first", 640, 480)
BASE64 = base64.b64encode(STILL.data).decode()
EXAMPLE = "https://example.com"
A, B, C = (f"{EXAMPLE}/{name}.jpg" for name in "abc")
SOUND, CLIP = f"{EXAMPLE}/voice.mp3", f"{EXAMPLE}/dance.mp4"
MODEL = "kling-v2-1-master"
ID = "845014248110960707"
#: The document's only JSON, a JSON with comments.
CAMERA = """
{
  "type": "simple",
  "config": {
    "horizontal": 0,    // -10 ~ 10
    "vertical": 0,      // -10 ~ 10
    "zoom": 0,          // -10 ~ 10
    "tilt": 0,          // -10 ~ 10
    "pan": 0,           // -10 ~ 10
    "roll": 0           // -10 ~ 10
  }
}
"""


def _create(operation: Operation) -> tuple[str, dict[str, Any]]:
    """Where it goes, and what would be sent."""
    UNIFIED.check(operation)
    request = UNIFIED.create(operation, "kn-1")
    assert (request.method, request.route) == ("POST", "/v1/videos")
    return request.path, json.loads(json.dumps(request.body))


def _read(document: Any, status: int = 200) -> Task | Refusal:
    return UNIFIED.read(Reply(status, document))


def _task(document: Any) -> Task:
    task = _read(document)
    assert isinstance(task, Task)
    return task


def _refusal(document: Any, status: int = 200) -> Refusal:
    refusal = _read(document, status)
    assert isinstance(refusal, Refusal)
    return refusal


#: The rows of the table of addresses, each with the least that we say and what it costs at most.
USUAL = {"model_name": MODEL, "duration": "5", "mode": "std", "cfg_scale": 0.5}
ROWS: list[tuple[str, Operation, dict[str, Any], int]] = [
    ("/v1/videos/lipsync", Avatar(A, SOUND), {"audio_url": SOUND, "avatar_url": A}, 80),
    ("/v1/videos/lipsync", LipSync(SOUND, video_url=CLIP), {"audio_url": SOUND, "avatar_url": CLIP}, 80),
    ("/v1/videos/text2video", Text2Video("a", MODEL), USUAL | {"prompt": "a"}, 300),
    ("/v1/videos/image2video", Image2Video(A, model_name=MODEL), USUAL | {"image": A}, 150),
    (
        "/v1/videos/multi-image2video",
        MultiImage2Video((A, B), "a", model_name=MODEL),
        USUAL | {"image_list": [A, B], "prompt": "a"},
        150,
    ),
    (
        "/v1/videos/motion/generation",
        MotionControl(A, CLIP, "she dances"),
        {"model_name": "kling-v2-6", "mode": "std", "image_url": A, "video_url": CLIP, "prompt": "she dances"},
        150,
    ),
    ("/v1/videos/extend", VideoExtend("42"), {"video_id": "42", "cfg_scale": 0.5}, 80),
    ("/v1/images/omni-image", OmniImage("a"), {"model_name": "kling-image-o1", "prompt": "a"}, 15),
    ("/v1/images/generations", ImageGeneration("a"), {"model_name": "kling-v2-1", "prompt": "a"}, 15),
]


@pytest.mark.parametrize(("path", "operation", "body", "credits"), ROWS, ids=lambda value: getattr(value, "kind", ""))
def test_each_row_of_the_table_of_addresses(
    path: str, operation: Operation, body: dict[str, Any], credits: int
) -> None:
    assert _create(operation) == (path, body)
    assert UNIFIED.estimate(operation) == Decimal(credits)
    assert UNIFIED.routes(operation.kind) == ("/v1/videos",)


def test_the_one_address_for_questions_knows_every_task() -> None:
    assert UNIFIED.query("/v1/videos", ID) == Request("GET", f"/v1/videos/{ID}", route="/v1/videos")
    assert UNIFIED.query("/v1/videos", "../a?b").path == "/v1/videos/..%2Fa%3Fb"
    assert UNIFIED.routes(TryOnVideo.kind) == ()


def test_every_operation_is_either_written_or_refused() -> None:
    done = {operation.kind for operation in OPERATIONS if UNIFIED.fields(operation.kind)}
    assert done == set(table("unified")["operations"])
    assert {TryOnVideo.kind}.isdisjoint(done)
    with pytest.raises(InvalidRequest, match="cannot do try-on-video"):
        UNIFIED.create(TryOnVideo(A, "a coat"), "")


def test_the_parameters_that_all_clips_share_are_of_the_document_s_kinds() -> None:
    body = _create(Text2Video("a", "kling-v1-6", "pro", 10, negative_prompt="no", cfg_scale=0.0))[1]
    assert body == {
        "model_name": "kling-v1-6",
        "prompt": "a",
        "negative_prompt": "no",
        "duration": "10",
        "mode": "pro",
        "cfg_scale": 0.0,
    }


@pytest.mark.parametrize("axis", ["horizontal", "vertical", "zoom", "tilt", "pan", "roll"])
def test_a_camera_move_has_the_shape_of_the_document(axis: str) -> None:
    example = json.loads(re.sub(r"//.*", "", CAMERA))
    for value in (-10, 10):
        move = CameraControl(**{axis: value})  # pyright: ignore[reportArgumentType]
        body = _create(Image2Video(A, model_name="kling-v1-6", camera_control=move))[1]
        assert body["camera_control"] == {"type": "simple", "config": example["config"] | {axis: value}}


def test_pictures_go_as_base64_in_plain_lists_and_may_end_on_one() -> None:
    body = _create(MultiImage2Video((STILL, B), "a", image_tail=STILL))[1]
    assert (body["image_list"], body["image_tail"]) == ([BASE64, B], BASE64)
    assert _create(Image2Video(STILL))[1]["image"] == BASE64
    assert _create(MotionControl(STILL, CLIP))[1]["image_url"] == BASE64
    assert _create(ImageGeneration("a", image=STILL))[1]["image"] == BASE64


def test_references_are_objects_and_nothing_is_doubled_that_is_not_cited() -> None:
    body = _create(OmniImage("swap the face", image=A, image_list=(B, STILL), mask_image=STILL))[1]
    assert body == {
        "model_name": "kling-image-o1",
        "prompt": "swap the face",
        "image": A,
        "image_list": [{"image": B}, {"image": BASE64}],
        "mask_image": BASE64,
    }


def test_a_number_in_the_prompt_means_the_same_picture_in_both_ways_of_counting() -> None:
    cited = _create(OmniImage("<<<image_1>>> with the face of <<<image_2>>>", image=A, image_list=(B,)))[1]
    assert (cited["image"], cited["image_list"]) == (A, [{"image": A}, {"image": B}])
    alone = _create(OmniImage("<<<image_1>>> and <<<image_2>>>", image_list=(A, B)))[1]
    assert ("image" in alone, alone["image_list"]) == (False, [{"image": A}, {"image": B}])


def test_nothing_is_sent_that_the_document_does_not_have() -> None:
    for _, operation, _, _ in ROWS:
        text = json.dumps(UNIFIED.create(operation, "kn-1").body)
        assert not re.search(r"kn-1|seed|aspect_ratio|callback|sound|external", text)
    assert not UNIFIED.keyed
    assert UNIFIED.look_up("/v1/videos", "kn-1") is None


WRONG: list[tuple[Operation, str]] = [
    (Text2Video("a", "kling-v2-6", "pro", sound=True), "sound is not possible .* Dialects that can: official"),
    (Text2Video("a", aspect_ratio="9:16"), "aspect_ratio is not possible .* Dialects that can: official, newapi"),
    (Text2Video("a", mode="4k"), "mode 4k is not possible .* Possible: std, pro"),
    (Text2Video("a", duration=7), "duration 7 is not possible .* Possible: 5, 10"),
    (Text2Video("a" * 2501), "prompt has 2501 characters"),
    (
        Text2Video("a", "kling-v1-6", camera_control=CameraControl("down_back")),
        "type down_back is not possible .* Possible: simple .* Dialects that can: newapi, wrapper",
    ),
    (Image2Video(A, B), "image_tail is not possible .* Dialects that can: official, newapi, flat"),
    (Image2Video(None, B), "image_tail is not possible"),
    (MultiImage2Video((A,), "a"), "image_list has 1 pictures; dialect unified takes 2 to 4"),
    (MultiImage2Video((A, B), "a", aspect_ratio="1:1"), "aspect_ratio is not .* Dialects that can: .*flat"),
    (MotionControl(A, CLIP, character_orientation="image"), "character_orientation is not possible"),
    (LipSync(SOUND, video_id="42"), "video_id is not possible .* Dialects that can: .*wrapper"),
    (LipSync(SOUND, video_url=CLIP, sound_insert_time=1), "sound_insert_time is not possible"),
    (LipSync(SOUND, video_url=CLIP, sound_start_time=1), "sound_start_time is not possible"),
    (LipSync(SOUND, video_url=CLIP, sound_volume=2.0), "sound_volume is not possible"),
    (LipSync(SOUND, video_url=CLIP, face_index=1), "face_index is not possible .* Dialects that can: .*wrapper"),
    (Avatar(STILL, SOUND), "image must be a URL for avatar/image2video"),
    (Avatar(A, SOUND, "she sings"), "prompt is not possible"),
    (OmniImage("a", "kling-v3-omni"), "model_name kling-v3-omni is not .* Possible: kling-image-o1"),
    (OmniImage("a", n=2), "n is not possible .* Dialects that can: .*wrapper"),
    (OmniImage("a", aspect_ratio="1:1"), "aspect_ratio is not possible"),
    (OmniImage("a", resolution="2k"), "resolution is not possible"),
    (ImageGeneration("a", image=A, image_reference="face"), "image_reference is not possible"),
    (TryOnVideo(A, "a coat"), "cannot do try-on-video: .* Dialects that can: newapi"),
]


@pytest.mark.parametrize(("operation", "sentence"), WRONG, ids=lambda value: value if isinstance(value, str) else "")
def test_what_the_document_does_not_have_is_refused_before_it_is_sent(operation: Operation, sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        UNIFIED.check(operation)


def test_what_hardly_matters_is_told_and_left_out() -> None:
    assert UNIFIED.check(LipSync(SOUND, video_url=CLIP, sound_end_time=9000)) == (
        "Dialect unified uses the whole sound: sound_end_time is not sent.",
    )
    (told,) = UNIFIED.check(Text2Video("a", callback_url=f"{EXAMPLE}/hook"))
    assert told == "Dialect unified has no callback_url for text2video; it is not sent."
    assert UNIFIED.check(MotionControl(A, CLIP, keep_original_sound=False))


def test_any_model_passes_where_the_document_s_list_is_open() -> None:
    assert UNIFIED.models_for("text2video") == ()
    assert UNIFIED.check(Text2Video("a", "kling-v9")) == ()
    assert UNIFIED.models_for("omni-image") == ("kling-image-o1",)


def test_it_takes_both_kinds_of_key_and_counts_credits() -> None:
    assert UNIFIED.keys("api.example.com") == {KeyKind.PAIR, KeyKind.API_KEY}
    assert (UNIFIED.hosts, UNIFIED.base_url, UNIFIED.unit) == ((), "", "credits")
    assert UNIFIED.estimate(TryOnVideo(A, "a coat")) is None


@pytest.mark.usefixtures("home")
def test_the_keys_are_set_by_the_document_s_own_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KLING_AI_ACCESS_KEY", "your-access-key")
    monkeypatch.setenv("KLING_AI_SECRET_KEY", "your-secret-key")
    monkeypatch.setenv("KLING_DIALECT", "unified")
    monkeypatch.setenv("KLING_BASE_URL", "https://api.example.com/v1")
    profile = load_profile()
    assert (profile.dialect, profile.base_url, profile.credentials.kind) == (
        "unified",
        "https://api.example.com",
        KeyKind.PAIR,
    )


@pytest.mark.parametrize("envelope", [True, False], ids=["in Kling's envelope", "bare"])
@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("submitted", TaskState.SUBMITTED),
        ("processing", TaskState.PROCESSING),
        ("succeed", TaskState.SUCCEEDED),
        ("failed", TaskState.FAILED),
        ("completed", TaskState.SUCCEEDED),
        ("Success", TaskState.SUCCEEDED),
        ("failure", TaskState.FAILED),
        ("pending", TaskState.SUBMITTED),
        ("in_progress", TaskState.PROCESSING),
        ("dreaming", TaskState.UNFAMILIAR),
    ],
)
def test_a_task_is_read_with_each_status_word(word: str, state: TaskState, envelope: bool) -> None:
    data = {"task_id": ID, "task_status": word, "created_at": 1765823347996, "updated_at": 1765823467996}
    task = _task({"code": 0, "message": "SUCCEED", "request_id": "r-1", "data": data} if envelope else data)
    assert (task.id, task.state, task.created, task.updated) == (ID, state, 1765823347996, 1765823467996)
    assert task.request_id == ("r-1" if envelope else "")
    assert (word in task.message) is (state is TaskState.UNFAMILIAR)


def test_a_finished_task_names_its_clip_or_its_pictures() -> None:
    done = {"task_id": ID, "task_status": "succeed"}
    clip = {"id": "v-1", "url": f"{EXAMPLE}/a.mp4", "duration": "5.1"}
    task = _task({"code": 0, "data": done | {"task_result": {"videos": [clip]}, "final_unit_deduction": "2.5"}})
    assert task.outputs == (Output("video", f"{EXAMPLE}/a.mp4", "v-1", 5.1),)
    assert task.units == ""  # Kling's units are not this document's credits
    images = [{"index": index, "url": f"{EXAMPLE}/{index}.png"} for index in (0, 1)]
    task = _task({"code": 0, "data": done | {"task_result": {"images": images}}})
    assert task.outputs == tuple(Output("image", image["url"]) for image in images)


RUNNING = {"task_id": ID, "task_status": "submitted"}


@pytest.mark.parametrize("code", ["SUCCESS", "ok", 1, "1", 201, None])
def test_a_task_is_not_lost_to_an_odd_code(code: Any) -> None:
    for message in ({}, {"message": "OK"}, {"msg": "任务提交成功"}, {"message": "Submitted successfully."}):
        assert _task({"code": code, "data": RUNNING} | message).state is TaskState.SUBMITTED
        assert _task({"code": code, "data": {"task_id": ID}} | message).state is TaskState.SUBMITTED


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ({"code": 1, "message": "callback failed", "data": RUNNING}, 200),
        ({"code": 2001, "data": RUNNING}, 200),
        ({"code": 1303, "data": RUNNING}, 200),
        ({"code": 1, "data": {"task_id": ID, "task_status": "dreaming"}}, 200),
        ({"code": 1, "data": RUNNING}, 400),
        ({"code": 5001, "data": RUNNING}, 503),
        ({"task_id": ID, "error": {"message": "no"}}, 200),
        ({"detail": {"task_id": ID}}, 429),
    ],
)
def test_the_task_that_a_refusal_names_is_kept(document: dict[str, Any], status: int) -> None:
    refusal = _refusal(document, status)
    assert (refusal.answer, refusal.task_id) == (Answer.UNCLEAR, ID)


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("beside", [{"code": 2001, "message": "sensitive"}, {"code": 1301}, {"error": {"code": 1}}])
def test_the_record_of_a_task_that_has_ended_counts_whatever_stands_beside_it(
    beside: dict[str, Any], status: int
) -> None:
    for word, state in (("succeed", TaskState.SUCCEEDED), ("failed", TaskState.FAILED)):
        task = _read(beside | {"data": RUNNING | {"task_status": word}}, status)
        assert isinstance(task, Task)
        assert (task.id, task.state) == (ID, state)
    failed = _task({"code": 2001, "message": "sensitive", "data": RUNNING | {"task_status": "failed"}})
    assert failed.message == "sensitive"


def test_a_key_is_no_task_id() -> None:
    refusal = _refusal({"code": 0, "data": RUNNING | {"task_id": "sk-FAKE-of-a-gateway"}}, 200)
    assert (refusal.answer, refusal.task_id) == (Answer.UNCLEAR, "")


def test_a_failed_task_says_why() -> None:
    task = _task({"code": 0, "data": {"task_id": ID, "task_status": "failed", "task_status_msg": "too dark"}})
    assert (task.state, task.message) == (TaskState.FAILED, "too dark")


CODES = [
    (1001, Answer.FINAL, "authentication failed"),
    (1002, Answer.FINAL, "the balance is not enough"),
    (1003, Answer.FINAL, "a parameter is wrong"),
    (2001, Answer.FINAL, "the content was not passed"),
    (5001, Answer.LATER, "the service is busy"),
]


@pytest.mark.parametrize(("code", "answer", "meaning"), CODES)
@pytest.mark.parametrize("status", [200, 400, 401, 429])
def test_a_code_has_the_document_s_own_meaning(code: int, answer: Answer, meaning: str, status: int) -> None:
    for body in ({"code": code, "message": "no", "request_id": "r-1"}, {"error": {"code": str(code), "message": "no"}}):
        refusal = _refusal(body, status)
        assert (refusal.answer, refusal.code) == (answer, str(code))
        assert refusal.message == f"Refused: {meaning} ('no')."
        assert refusal.advice


@pytest.mark.parametrize(("code", "answer", "meaning"), CODES)
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_that_broke_down_leaves_the_outcome_open_whatever_it_says(
    code: int, answer: Answer, meaning: str, status: int
) -> None:
    assert _refusal({"code": code, "message": "no"}, status).answer is Answer.UNCLEAR


def test_busy_is_busy_only_where_no_server_on_the_way_may_have_broken_down() -> None:
    said = {"code": 5001, "message": "服务繁忙"}
    statuses = (200, 400, 403, 429, 302, 503)
    assert [_refusal(said, status).answer.name for status in statuses] == ["LATER"] * 4 + ["UNCLEAR"] * 2


def test_a_busy_service_that_tells_of_an_empty_account_is_not_waited_for() -> None:
    for said in ({"message": "Insufficient balance"}, {"error": {"code": "insufficient_quota"}}, {"msg": "余额不足"}):
        refusal = _refusal(said, 429)
        assert refusal.answer is Answer.FINAL
        assert "Top up" in refusal.advice


@pytest.mark.parametrize(
    ("code", "status", "answer"),
    [
        (1102, 429, Answer.FINAL),
        (1201, 400, Answer.FINAL),
        (1303, 429, Answer.LATER),
        (9999, 400, Answer.FINAL),
        (9999, 429, Answer.LATER),
        (9999, 200, Answer.UNCLEAR),
        (5000, 400, Answer.UNCLEAR),
        (5002, 400, Answer.UNCLEAR),
    ],
)
def test_a_code_that_is_not_in_the_document_is_kling_s_or_nobody_s(code: int, status: int, answer: Answer) -> None:
    for said in ({"code": code, "message": "no"}, {"code": str(code), "message": "no"}, {"error": {"code": code}}):
        assert _refusal(said, status).answer is answer


def test_an_unknown_task_is_known_by_status_or_words() -> None:
    assert _refusal({"code": 1003, "message": f"Task not found: {ID}"}, 400).answer is Answer.ABSENT
    assert _refusal({"code": 1003, "message": "no"}, 404).answer is Answer.ABSENT
    assert _refusal(None, 404).answer is Answer.ABSENT


@pytest.mark.parametrize("document", [None, "OK", [], {}, {"code": 0, "data": {}}, {"code": 0, "message": "SUCCEED"}])
def test_an_answer_without_a_task_leaves_the_outcome_open(document: Any) -> None:
    assert _refusal(document, 200).answer is Answer.UNCLEAR
    assert _refusal(document, 500).answer is Answer.UNCLEAR
    assert _refusal(document, 401).answer is Answer.FINAL
    assert _refusal(document, 429).answer is Answer.LATER


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
WORDS = (
    *("task_id", "task_status", "task_status_msg", "task_result", "videos", "images", "url", "duration"),
    *("code", "message", "error", "detail", "data", "msg", "request_id"),
)
LIKE_OURS = st.recursive(
    JSON, lambda inner: st.dictionaries(st.sampled_from(WORDS), inner, max_size=5) | st.lists(inner, max_size=2)
)
STATUSES = st.sampled_from([200, 201, 302, 400, 401, 404, 408, 429, 500, 503])


@given(LIKE_OURS, STATUSES)
def test_whatever_a_server_sends_is_read(document: Any, status: int) -> None:
    assert isinstance(_read(document, status), Task | Refusal)


@given(
    LIKE_OURS,
    STATUSES,
    st.sampled_from(["", "data", "error", "detail"]),
    st.sampled_from([0, 1001, 1002, 1003, 2001, 5001, 1102, 1303]),
)
def test_an_answer_that_names_a_task_is_never_the_end(rest: Any, status: int, place: str, code: int) -> None:
    answer: dict[str, Any] = {"code": code} | (rest if isinstance(rest, dict) else {"message": rest})
    answer |= {place: {"task_id": ID}} if place else {"task_id": ID}
    found = _read(answer, status)
    assert isinstance(found, Task) or found.answer is Answer.UNCLEAR
