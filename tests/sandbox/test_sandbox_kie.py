"""The sandbox as kie.ai: the order of its document and one of every page as raw JSON, its shapes, its refusals."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import requests

from kling_api.sandbox import DEFAULT_API_KEY, Sandbox

from .conftest import Listener
from .driver import Api, Start, as_base64, as_png, photo, read_clip, token

CREATE, RECORD = "/kie/api/v1/jobs/createTask", "/kie/api/v1/jobs/recordInfo"
UPLOAD, CREDIT = "/kie/api/file-base64-upload", "/kie/api/v1/chat/credit"
FILE, CLIP, SPEECH = "https://static.example/a.png", "https://static.example/a.mp4", "https://static.example/a.mp3"
#: The document's own order, with its prompt cut short.
ORDER = {
    "model": "kling-2.6/text-to-video",
    "input": {"prompt": "Visual: 在一个时尚直播房间里", "sound": False, "aspect_ratio": "1:1", "duration": "5"},
}
_TUNED = {"prompt": "a cat", "duration": "5", "negative_prompt": "模糊、失真、画质低下", "cfg_scale": 0.5}
_ELEMENT = {"name": "element_dog", "description": "dog", "element_input_urls": [FILE, FILE]}
_FACE = {"image_url": FILE, "audio_url": SPEECH, "prompt": ""}
#: The examples of the pages of the other models (2026-06 and 2026-09), with shorter prompts.
EXAMPLES: list[tuple[str, dict[str, Any]]] = [
    ("kling-2.6/image-to-video", {"prompt": "a band", "image_urls": [FILE], "sound": False, "duration": "5"}),
    ("kling/v2-5-turbo-text-to-video-pro", _TUNED | {"aspect_ratio": "16:9"}),
    ("kling/v2-5-turbo-image-to-video-pro", _TUNED | {"image_url": FILE, "tail_image_url": ""}),
    ("kling/v2-1-master-text-to-video", _TUNED | {"aspect_ratio": "16:9"}),
    ("kling/v2-1-master-image-to-video", _TUNED | {"image_url": FILE}),
    ("kling/v2-1-standard", _TUNED | {"image_url": FILE}),
    ("kling/v2-1-pro", _TUNED | {"image_url": FILE, "tail_image_url": ""}),
    (
        "kling/v3-turbo-text-to-video",
        {"prompt": "a terrace", "duration": "5", "aspect_ratio": "16:9", "resolution": "720p"},
    ),
    (
        "kling/v3-turbo-image-to-video",
        {"image_urls": [FILE], "prompt": "a terrace", "duration": "5", "resolution": "720p"},
    ),
    (
        "kling-3.0/video",
        {
            **{"prompt": "In a room@element_dog", "image_urls": [FILE], "sound": True, "duration": "5"},
            **{"aspect_ratio": "16:9", "mode": "pro", "multi_shots": False, "kling_elements": [_ELEMENT]},
        },
    ),
    (
        "kling-3.0/video",
        {
            **{"multi_shots": True, "image_urls": [FILE], "duration": "6", "aspect_ratio": "16:9", "mode": "pro"},
            "multi_prompt": [{"prompt": "a dog @element_dog", "duration": 3}, {"prompt": "a cat", "duration": 3}],
            "kling_elements": [_ELEMENT],
        },
    ),
    (
        "kling-2.6/motion-control",
        {
            **{"prompt": "dancing", "input_urls": [FILE], "video_urls": [CLIP], "mode": "720p"},
            "character_orientation": "video",
        },
    ),
    (
        "kling-3.0/motion-control",
        {
            **{"prompt": "dancing", "input_urls": [FILE], "video_urls": [CLIP], "mode": "720p"},
            **{"character_orientation": "image", "background_source": "input_video"},
        },
    ),
    ("kling/ai-avatar-standard", _FACE),
    ("kling/ai-avatar-pro", _FACE),
]


@pytest.fixture
def kie(shared: Sandbox) -> Api:
    return Api(shared, "sk-sandbox")


def _order(kie: Api, body: dict[str, Any]) -> str:
    answer = kie.post(CREATE, body)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["code"], answer.json()["msg"]) == (200, "success")
    assert set(answer.json()["data"]) == {"taskId"}
    return answer.json()["data"]["taskId"]


def _refused(kie: Api, model: str = ORDER["model"], **changed: Any) -> tuple[int, str]:
    """The code, which is the HTTP status, and the text; None takes a field away."""
    given = next((fields for name, fields in EXAMPLES if name == model), ORDER["input"]) | changed
    answer = kie.post(
        CREATE, {"model": model, "input": {key: value for key, value in given.items() if value is not None}}
    )
    assert answer.json()["code"] == answer.status_code
    assert answer.json()["data"] is None
    return answer.status_code, answer.json()["msg"]


def _record(kie: Api, task_id: str) -> dict[str, Any]:
    answer = kie.get(RECORD, taskId=task_id)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def _ended(kie: Api, task_id: str) -> dict[str, Any]:
    for _ in range(600):
        data = _record(kie, task_id)
        if data["state"] in ("success", "fail"):
            return data
        time.sleep(0.05)
    raise AssertionError(f"task {task_id} did not end")


def test_the_documents_order_is_taken_and_becomes_a_clip(large: Sandbox) -> None:
    kie = Api(large, "sk-sandbox")
    data = _ended(kie, _order(kie, ORDER))
    assert data["taskId"].startswith("task_kling-2.6_")
    assert (data["model"], data["state"], json.loads(data["param"])) == (ORDER["model"], "success", ORDER)
    assert (data["failCode"], data["failMsg"], data["creditsConsumed"]) == ("", "", 55)
    assert data["costTime"] == data["completeTime"] - data["createTime"]
    assert data["updateTime"] == data["completeTime"]
    (url,) = json.loads(data["resultJson"])["resultUrls"]
    clip = read_clip(requests.get(url, timeout=20).content)
    assert clip.size == (720, 720)
    assert clip.count == 5 * 24
    assert clip.sound is None


def test_a_task_passes_through_every_state_before_it_ends(start: Start) -> None:
    kie = Api(start(pace=0.3), "sk-sandbox")
    task_id = _order(kie, ORDER)
    seen = []
    while not seen or seen[-1] != "success":
        data = _record(kie, task_id)
        if data["state"] not in seen:
            seen.append(data["state"])
        if data["state"] != "success":
            assert (data["resultJson"], data["costTime"], data["completeTime"]) == ("", None, None)
            assert data["creditsConsumed"] is None
        time.sleep(0.02)
    assert seen == ["waiting", "queuing", "generating", "success"]


@pytest.mark.parametrize(("model", "given"), EXAMPLES, ids=lambda value: value if isinstance(value, str) else "")
def test_the_example_of_every_page_is_taken(kie: Api, model: str, given: dict[str, Any]) -> None:
    kie.fault(kind="never_finish")  # nothing need be drawn
    task_id = _order(kie, {"model": model, "callBackUrl": "https://your-domain.com/api/callback", "input": given})
    family = {"kling-2.6": "kling-2.6", "kling-3.0": "kling-3.0", "kling": "kling"}[model.partition("/")[0]]
    assert task_id.startswith(f"task_{family}_")
    data = _record(kie, task_id)
    assert (data["model"], json.loads(data["param"])["input"]) == (model, given)


def test_a_picture_that_was_uploaded_becomes_a_clip_with_sound(kie: Api) -> None:
    body = {"base64Data": as_base64(photo(320, 320)), "uploadPath": "kling-nodes", "fileName": "first.png"}
    answer = kie.post(UPLOAD, body).json()
    data = answer.pop("data")
    assert answer == {"success": True, "code": 200, "msg": "File uploaded successfully"}
    assert (data["fileName"], data["filePath"], data["mimeType"]) == (
        "first.png",
        "kling-nodes/first.png",
        "image/png",
    )
    assert data["fileSize"] == len(as_png(photo(320, 320)))
    assert data["uploadedAt"]
    assert requests.get(data["downloadUrl"], timeout=20).content == as_png(photo(320, 320))
    given = {"prompt": "it moves", "image_urls": [data["downloadUrl"]], "sound": True, "duration": "5"}
    ended = _ended(kie, _order(kie, {"model": "kling-2.6/image-to-video", "input": given}))
    assert (ended["state"], ended["creditsConsumed"]) == ("success", 110)
    clip = read_clip(requests.get(json.loads(ended["resultJson"])["resultUrls"][0], timeout=20).content)
    assert clip.size[0] == clip.size[1]
    assert clip.sound is not None


def test_an_upload_takes_a_data_url_too_and_the_same_bytes_have_the_same_address(kie: Api) -> None:
    encoded = as_base64(photo(320, 320, 1))
    plain = kie.post(UPLOAD, {"base64Data": encoded, "uploadPath": "a"}).json()["data"]
    as_url = kie.post(UPLOAD, {"base64Data": f"data:image/png;base64,{encoded}", "uploadPath": "b"}).json()["data"]
    assert plain["downloadUrl"] == as_url["downloadUrl"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"base64Data": "aGVsbG8="}, "Missing required parameter: uploadPath"),
        ({"uploadPath": "a"}, "Missing required parameter: base64Data"),
        ({"base64Data": "no base64!", "uploadPath": "a"}, "Base64 decoding failed: Invalid Base64 format"),
        (
            {"base64Data": "aGVsbG8=", "uploadPath": "a"},
            "Only PNG and JPEG pictures, mp4 and mov clips, and mp3, wav and m4a sounds can be uploaded",
        ),
    ],
)
def test_an_upload_is_refused_in_the_words_of_its_page(kie: Api, body: dict[str, str], said: str) -> None:
    answer = kie.post(UPLOAD, body)
    assert (answer.status_code, answer.json()) == (400, {"success": False, "code": 400, "msg": said})


def test_the_credit_falls_by_what_a_clip_costs(start: Start) -> None:
    kie = Api(start(units=10), "sk-sandbox")
    assert kie.get(CREDIT).json() == {"code": 200, "msg": "success", "data": 200}
    assert _ended(kie, _order(kie, ORDER))["creditsConsumed"] == 55
    assert kie.get(CREDIT).json()["data"] == 145
    _ended(kie, _order(kie, ORDER | {"input": ORDER["input"] | {"sound": True}}))
    assert kie.get(CREDIT).json()["data"] == 35
    assert _refused(kie) == (402, "Account balance not enough")


@pytest.mark.parametrize("path", [CREATE, UPLOAD, RECORD, CREDIT])
@pytest.mark.parametrize("header", ["", "Bearer wrong", "sk-sandbox", "Token sk-sandbox", f"Bearer {token()}"])
def test_only_an_api_key_as_a_bearer_token_opens_the_door(shared: Sandbox, path: str, header: str) -> None:
    ask = requests.get if path in (RECORD, CREDIT) else requests.post
    answer = ask(shared.url + path, headers={"Authorization": header} if header else {}, timeout=20)
    assert answer.status_code == 401
    assert answer.json() == {"code": 401, "msg": "You do not have access permissions", "data": None}


@pytest.mark.parametrize("task_id", ["task_kling-2.6_1", "281e5b0f39b9", "task_kling-2.6_99999999999999999999", "x/y"])
def test_an_unknown_task_has_no_record(kie: Api, task_id: str) -> None:
    answer = kie.get(RECORD, taskId=task_id)
    assert (answer.status_code, answer.json()) == (422, {"code": 422, "msg": "recordInfo is null", "data": None})


def test_a_task_id_must_be_given_and_given_whole(kie: Api) -> None:
    assert kie.get(RECORD).json() == {"code": 400, "msg": "taskId parameter is required", "data": None}
    kie.fault(kind="never_finish")
    task_id = _order(kie, ORDER)
    assert kie.get(RECORD, taskId=task_id.replace("kling-2.6", "kling")).status_code == 422
    assert Api(kie.url, DEFAULT_API_KEY).get(RECORD, taskId=task_id).status_code == 200


@pytest.mark.parametrize(
    ("model", "changed", "said"),
    [
        ("kling-2.6/text-to-video", {"prompt": None}, "prompt cannot be empty"),
        ("kling-2.6/text-to-video", {"prompt": ""}, "prompt cannot be empty"),
        ("kling-2.6/text-to-video", {"prompt": 7}, "prompt must be a string"),
        ("kling-2.6/text-to-video", {"prompt": "x" * 1001}, "length of 'prompt' must not exceed 1000 characters"),
        ("kling-2.6/text-to-video", {"sound": None}, "sound cannot be empty"),
        ("kling-2.6/text-to-video", {"sound": "false"}, "sound must be a boolean"),
        ("kling-2.6/text-to-video", {"aspect_ratio": None}, "aspect_ratio cannot be empty"),
        ("kling-2.6/text-to-video", {"aspect_ratio": "4:3"}, "aspect_ratio is not within the range of allowed options"),
        ("kling-2.6/text-to-video", {"duration": None}, "duration cannot be empty"),
        ("kling-2.6/text-to-video", {"duration": 5}, "duration must be a string"),
        ("kling-2.6/text-to-video", {"duration": "7"}, "duration is not within the range of allowed options"),
        ("kling-2.6/text-to-video", {"mode": "pro"}, "mode is not a parameter of this model"),
        ("kling-2.6/image-to-video", {"image_urls": []}, "image_urls cannot be empty"),
        ("kling-2.6/image-to-video", {"image_urls": [FILE, FILE]}, "image_urls must not have more than 1 entries"),
        ("kling-2.6/image-to-video", {"image_urls": ["aGVsbG8="]}, "image_urls must be URLs"),
        ("kling-2.6/image-to-video", {"aspect_ratio": "1:1"}, "aspect_ratio is not a parameter of this model"),
        ("kling/v2-1-pro", {"cfg_scale": 0.55}, "cfg_scale must be between 0 and 1 in steps of 0.1"),
        ("kling/v2-1-pro", {"cfg_scale": "0.5"}, "cfg_scale must be a number"),
        (
            "kling/v2-1-pro",
            {"negative_prompt": "x" * 501},
            "length of 'negative_prompt' must not exceed 500 characters",
        ),
        ("kling/v2-1-standard", {"tail_image_url": FILE}, "tail_image_url is not a parameter of this model"),
        ("kling/v2-1-standard", {"image_url": None}, "image_url cannot be empty"),
        ("kling-3.0/video", {"multi_shots": None}, "multi_shots cannot be empty"),
        ("kling-3.0/video", {"sound": None}, "sound cannot be empty"),
        ("kling-3.0/video", {"mode": "4k"}, "mode is not within the range of allowed options"),
        ("kling-3.0/video", {"duration": "16"}, "duration is not within the range of allowed options"),
        ("kling-3.0/video", {"image_urls": None, "aspect_ratio": None}, "aspect_ratio cannot be empty"),
        ("kling-3.0/video", {"multi_shots": True, "sound": None}, "multi_prompt cannot be empty"),
        ("kling-3.0/video", {"kling_elements": [_ELEMENT] * 4}, "kling_elements must not have more than 3 entries"),
        ("kling-3.0/motion-control", {"mode": "std"}, "mode is not within the range of allowed options"),
        ("kling-2.6/motion-control", {"character_orientation": None}, "character_orientation cannot be empty"),
        ("kling-2.6/motion-control", {"video_urls": None}, "video_urls cannot be empty"),
        ("kling/v3-turbo-text-to-video", {"sound": True}, "sound is not a parameter of this model"),
    ],
)
def test_an_order_that_its_page_does_not_allow_is_refused(
    kie: Api, model: str, changed: dict[str, Any], said: str
) -> None:
    assert _refused(kie, model, **changed) == (422, said)


def test_an_avatar_with_a_field_too_many_meets_an_internal_error(kie: Api) -> None:
    answer = _refused(kie, "kling/ai-avatar-pro", duration="5")
    assert answer == (500, "internal error, please try again later.")


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ({"input": ORDER["input"]}, 422, "model cannot be empty"),
        ({"model": "kling-v2-6", "input": ORDER["input"]}, 422, "The model name you specified is not supported"),
        ({"model": ORDER["model"]}, 422, "input cannot be empty"),
        ({"model": ORDER["model"], "input": "a cat"}, 422, "input cannot be empty"),
        (ORDER | {"callback_url": FILE}, 422, "callback_url is not a parameter"),
        ([ORDER], 400, "The request body is not a JSON object"),
        (ORDER | {"callBackUrl": "http://a.example/\ud800"}, 400, "The request body is not a JSON object"),
    ],
)
def test_a_body_that_is_no_order_is_refused(kie: Api, body: Any, code: int, said: str) -> None:
    answer = kie.post(CREATE, body)
    assert (answer.status_code, answer.json()["code"]) == (code, code)
    assert said in answer.json()["msg"]


def test_an_unknown_path_and_a_wrong_method_are_answered_in_its_own_shape(kie: Api) -> None:
    assert kie.get("/kie/api/v1/nothing").json()["code"] == 404
    assert (kie.get(UPLOAD).status_code, kie.get(UPLOAD).json()["code"]) == (405, 405)


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ({"kind": "refuse"}, 422, 422),
        ({"kind": "refuse", "code": 402, "message": "No credits"}, 402, 402),
        ({"kind": "refuse", "code": 1103}, 505, 505),
        ({"kind": "refuse", "code": 455, "status": 200}, 200, 455),
        ({"kind": "rate_429"}, 429, 429),
        ({"kind": "error_before"}, 500, 500),
        ({"kind": "error_before", "code": 5001}, 455, 455),
    ],
)
def test_a_fault_speaks_its_codes(kie: Api, fault: dict[str, Any], status: int, code: int) -> None:
    kie.fault(**fault)
    answer = kie.post(CREATE, ORDER)
    assert (answer.status_code, answer.json()["code"], answer.json()["data"]) == (status, code, None)


@pytest.mark.parametrize(
    ("fault", "model", "given"),
    [
        ("text2video", ORDER["model"], ORDER["input"]),
        ("image2video", *EXAMPLES[0]),
        ("image2video", *EXAMPLES[9]),
        ("motion-control", *EXAMPLES[11]),
        ("avatar", *EXAMPLES[13]),
    ],
)
def test_a_fault_finds_the_operation_of_an_order(kie: Api, fault: str, model: str, given: dict[str, Any]) -> None:
    kie.fault(kind="refuse", operation=fault)
    assert kie.post(CREATE, {"model": model, "input": given}).status_code == 422


def test_a_clip_on_another_host_is_never_fetched_and_the_task_fails(kie: Api) -> None:
    model, given = EXAMPLES[0]
    data = _ended(kie, _order(kie, {"model": model, "input": given}))
    assert (data["state"], data["failCode"], data["resultJson"], data["creditsConsumed"]) == ("fail", "501", "", 0)
    assert "contents of the file" in data["failMsg"]


def test_the_callback_is_told_the_end_alone_with_what_is_left(start: Start, listener: Listener) -> None:
    kie = Api(start(units=10), "sk-sandbox")
    first = _order(kie, ORDER | {"callBackUrl": listener.url})
    _ended(kie, first)
    told = _told(listener, 1)
    kie.fault(kind="fail_task", message="Internal Error, Please try again later.")
    second = _order(kie, ORDER | {"callBackUrl": listener.url})
    record = _ended(kie, second)
    told += _told(listener, 2)[1:]
    assert [(body["code"], body["msg"]) for body in told] == [
        (200, "Playground task completed successfully."),
        (501, "Playground task failed."),
    ]
    done, failed = (body["data"] for body in told)
    assert (done["taskId"], done["state"], done["consumeCredits"], done["remainedCredits"]) == (
        first,
        "success",
        55,
        145,
    )
    assert json.loads(done["resultJson"])["resultUrls"]
    assert json.loads(done["param"])["callBackUrl"] == listener.url
    assert (failed["taskId"], failed["failMsg"]) == (second, "Internal Error, Please try again later.")
    assert {name: record[name] for name in record if name in failed} == {
        name: failed[name] for name in record if name in failed
    }


def _told(listener: Listener, number: int) -> list[dict[str, Any]]:
    for _ in range(200):
        if len(listener.bodies) >= number:
            break
        time.sleep(0.05)
    assert len(listener.bodies) == number
    return [json.loads(body) for body in listener.bodies]
