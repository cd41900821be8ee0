"""The sandbox in the dialect without an envelope: its document's requests as raw JSON, its shapes, its refusals."""

from __future__ import annotations

import io
import time
from typing import Any

import av
import pytest
import requests

from kling_api.sandbox import Sandbox

from .conftest import Listener
from .driver import Start, as_base64, photo, token

PATH = "/v1/videos/image2video"
EXAMPLE = "https://example.com"
BASIC = {
    "model_name": "kling-v1-6",
    "mode": "pro",
    "image": f"{EXAMPLE}/input.jpg",
    "prompt": "让图片中的人物微笑并轻轻点头",
    "duration": 10,
    "aspect_ratio": "16:9",
}
MOVED = {
    "model_name": "kling-v1-6",
    "mode": "pro",
    "image": f"{EXAMPLE}/input.jpg",
    "prompt": "风景画面缓缓展开，云朵飘动，光影变化",
    "duration": 10,
    "aspect_ratio": "16:9",
    "cfg_scale": 0.7,
    "camera_control": {"type": "zoom", "config": {"value": -5}},
}
TO_THE_END = {
    "model_name": "kling-v1-6",
    "mode": "pro",
    "image": f"{EXAMPLE}/start.jpg",
    "image_tail": f"{EXAMPLE}/end.jpg",
    "prompt": "从起始画面平滑过渡到结束画面",
    "duration": 10,
}
SEVERAL = {
    "model_name": "kling-v2-master",
    "mode": "pro",
    "image_list": [f"{EXAMPLE}/ref1.jpg", f"{EXAMPLE}/ref2.jpg", f"{EXAMPLE}/ref3.jpg"],
    "prompt": "综合三张参考图片的风格，创建一个动态的艺术视频",
    "duration": 10,
    "aspect_ratio": "16:9",
}
#: The cheapest request that there is.
SMALL = {"model_name": "kling-v1-6", "mode": "std", "image": as_base64(photo(400, 400)), "aspect_ratio": "1:1"}


class Provider:
    def __init__(self, sandbox: Sandbox, authorization: str = "Bearer sk-sandbox") -> None:
        self.url = f"{sandbox.url}/flat"
        self._headers = {"Authorization": authorization} if authorization else {}

    def post(self, body: Any) -> requests.Response:
        return requests.post(self.url + PATH, json=body, headers=self._headers, timeout=20)

    def created(self, body: Any) -> dict[str, Any]:
        answer = self.post(body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, body: Any) -> tuple[int, str]:
        answer = self.post(body)
        error = answer.json()["error"]
        assert error["code"] == answer.status_code
        return answer.status_code, error["message"]

    def task(self, key: str) -> requests.Response:
        return requests.get(f"{self.url}{PATH}/{key}", headers=self._headers, timeout=20)

    def finished(self, key: str) -> dict[str, Any]:
        for _ in range(600):
            task = self.task(key).json()
            if task["task_status"] in ("completed", "failed"):
                return task
            time.sleep(0.05)
        raise AssertionError(f"task {key} did not finish")


@pytest.fixture
def provider(shared: Sandbox) -> Provider:
    return Provider(shared)


@pytest.mark.parametrize(
    "example", [BASIC, MOVED, TO_THE_END, SEVERAL], ids=["basic", "camera", "end frame", "several pictures"]
)
def test_an_example_of_the_document_is_accepted_and_answered_in_its_shape(
    undrawn: Sandbox, example: dict[str, Any]
) -> None:
    provider = Provider(undrawn)
    created = provider.created(example)
    assert created.keys() == {"task_id", "task_status", "created_at", "updated_at"}
    assert (created["task_status"], len(created["task_id"])) == ("submitted", 22)
    assert created["created_at"] == created["updated_at"] > 1_600_000_000_000
    asked = provider.task(created["task_id"]).json()
    assert (asked["task_id"], asked["created_at"]) == (created["task_id"], created["created_at"])


def test_a_finished_task_has_the_shape_of_the_document(large: Sandbox) -> None:
    provider = Provider(large)
    done = provider.finished(provider.created(SMALL)["task_id"])
    assert done.keys() == {"task_id", "task_status", "task_status_msg", "created_at", "updated_at", "task_result"}
    assert (done["task_status"], done["task_status_msg"]) == ("completed", "任务完成")
    (video,) = done["task_result"]["videos"]
    assert (video["id"], video["duration"]) == ("video_001", 5)
    with av.open(io.BytesIO(requests.get(video["url"], timeout=20).content)) as file:
        stream = file.streams.video[0]
        assert (stream.width, stream.height) == (720, 720)


def test_without_a_ratio_the_clip_is_16_to_9_whatever_the_picture(large: Sandbox) -> None:
    provider = Provider(large)
    body = {name: value for name, value in SMALL.items() if name != "aspect_ratio"}
    (video,) = provider.finished(provider.created(body)["task_id"])["task_result"]["videos"]
    with av.open(io.BytesIO(requests.get(video["url"], timeout=20).content)) as file:
        assert (file.streams.video[0].width, file.streams.video[0].height) == (1280, 720)


def test_a_failed_task_says_why_and_has_no_result(provider: Provider) -> None:
    done = provider.finished(provider.created(BASIC)["task_id"])
    assert done["task_status"] == "failed"
    assert "contents of the file" in done["task_status_msg"]
    assert "task_result" not in done


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model_name": None}, "model_name is required"),
        ({"model_name": "kling-v9"}, "model_name value 'kling-v9' is invalid"),
        ({"mode": None}, "mode is required"),
        ({"mode": "4k"}, "mode value '4k' is invalid"),
        ({"image": None}, "image is required"),
        ({"image": 7}, "image must be a string"),
        ({"image": "not base64!"}, "File is not in a valid base64 format"),
        ({"image_tail": "not base64!"}, "File is not in a valid base64 format"),
        ({"prompt": "a" * 2501}, "prompt must not exceed 2500 characters"),
        ({"negative_prompt": "a" * 2501}, "negative_prompt must not exceed 2500 characters"),
        ({"duration": "5"}, "duration must be an int"),
        ({"duration": 5.0}, "duration must be an int"),
        ({"duration": True}, "duration must be an int"),
        ({"duration": 7}, "duration value '7' is invalid"),
        ({"aspect_ratio": "21:9"}, "aspect_ratio value '21:9' is invalid"),
        ({"cfg_scale": "0.5"}, "cfg_scale must be a number"),
        ({"cfg_scale": 1.5}, "cfg_scale must be from 0 to 1"),
        ({"camera_control": "zoom"}, "camera_control must be an object"),
        ({"camera_control": {"type": "simple", "config": {"zoom": 1}}}, "camera_control.type value 'simple' is inv"),
        ({"camera_control": {"type": "zoom"}}, "camera_control.config is required"),
        ({"camera_control": {"type": "zoom", "config": {"zoom": 1}}}, "camera_control.config.value is required"),
        ({"camera_control": {"type": "zoom", "config": {"value": 11}}}, "camera_control.config.value must be from -10"),
        ({"image_list": f"{EXAMPLE}/a.jpg"}, "image_list must be an array"),
        ({"image_list": [f"{EXAMPLE}/a.jpg"]}, "image_list cannot be used together with image"),
        ({"image": None, "image_list": []}, "image_list must hold 1 to 4 images"),
        ({"image": None, "image_list": [f"{EXAMPLE}/a.jpg"]}, "prompt is required"),
        ({"image": None, "prompt": "a", "image_list": [{"image": "x"}]}, "image_list must be a string"),
    ],
)
def test_what_the_document_does_not_allow_is_refused(provider: Provider, change: dict[str, Any], said: str) -> None:
    status, message = provider.refused({name: value for name, value in (SMALL | change).items() if value is not None})
    assert (status, message[: len(said)]) == (400, said)


def test_a_body_that_is_no_object_is_refused(provider: Provider) -> None:
    assert provider.refused([]) == (400, "the body is not a JSON object")
    broken = requests.post(provider.url + PATH, data=b"{", headers={"Authorization": "Bearer sk-sandbox"}, timeout=20)
    assert broken.json() == {"error": {"code": 400, "message": "the body is not JSON"}}


@pytest.mark.parametrize("authorization", ["", "sk-sandbox", "Bearer sk-other", f"Bearer {token()}"])
def test_only_an_api_key_after_the_word_bearer_is_taken(shared: Sandbox, authorization: str) -> None:
    stranger = Provider(shared, authorization)
    assert stranger.refused(SMALL)[0] == 401
    assert stranger.task("CmYgjmbyMToAAAAAAF6svw").status_code == 401


@pytest.mark.parametrize("key", ["CmYgjmbyMToAAAAAAF6svw", "42", "ä"])
def test_an_unknown_task_is_not_found(provider: Provider, key: str) -> None:
    answer = provider.task(key)
    assert (answer.status_code, answer.json()["error"]["message"]) == (404, f"task not found: {key}")


def test_a_task_of_another_dialect_is_not_found(provider: Provider, shared: Sandbox) -> None:
    headers = {"Authorization": "Bearer sk-sandbox"}
    body = {"prompt": "a kite", "model": "kling-v1-6", "duration": 5.0}
    made = requests.post(f"{shared.url}/newapi/v1/video/generations", json=body, headers=headers, timeout=20).json()
    assert provider.task(made["task_id"]).status_code == 404


def test_limits_and_troubles_have_the_http_status_of_the_document(start: Start) -> None:
    provider = Provider(start(units=1))
    assert provider.refused(SMALL) == (403, "Account balance not enough")
    sandbox = start(slots=1, pace=10.0)
    provider = Provider(sandbox)
    provider.created(SMALL)
    assert provider.refused(SMALL)[0] == 429
    for kind, status in (("refuse", 400), ("rate_429", 429), ("error_before", 500)):
        requests.post(f"{sandbox.url}/sandbox/faults", json={"kind": kind}, timeout=20)
        assert provider.refused(SMALL)[0] == status


def test_nobody_is_called_back(start: Start, listener: Listener) -> None:
    provider = Provider(start())
    provider.finished(provider.created(SMALL | {"callback_url": listener.url})["task_id"])
    assert listener.bodies == []
