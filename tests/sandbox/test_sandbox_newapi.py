"""The twin of the gateway new-api: takes every example of its document, answers in its shapes, and is strict."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from kling_api.sandbox import Sandbox, SandboxConfig
from kling_api.sandbox.dialects.newapi_orders import RATIOS, Values, read_generic, read_native
from kling_api.sandbox.refusals import Refused
from kling_api.sandbox.video_request import VideoRequest

from .conftest import Listener
from .driver import Start, as_base64, photo, read_clip, token

GENERIC = "/v1/video/generations"
TEXT, IMAGE = "/kling/v1/videos/text2video", "/kling/v1/videos/image2video"
#: The cheapest order on either route.
SMALL = {"model": "kling-v1", "prompt": "a kite", "duration": 1.0}
SMALL_NATIVE = {"model_name": "kling-v1", "prompt": "a kite", "aspect_ratio": "1:1", "duration": "1"}

DOCUMENTED = {
    "generic": (
        GENERIC,
        {
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
        },
    ),
    "every parameter of the tables": (
        GENERIC,
        {
            "model": "kling-v1",
            "prompt": "一只小猫在花园里玩耍",
            "image": "https://example.com/image.jpg",
            "duration": 5.0,
            "width": 1280,
            "height": 720,
            "fps": 30,
            "seed": 12345,
            "n": 1,
            "response_format": "url",
            "metadata": {
                "negative_prompt": "模糊，低质量",
                "cfg_scale": 0.7,
                "mode": "std",
                "aspect_ratio": "16:9",
                "callback_url": "https://example.com/callback",
                "external_task_id": "my-task-001",
            },
        },
    ),
    "native text2video": (
        TEXT,
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
    ),
    "native image2video": (
        IMAGE,
        {
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
        },
    ),
    "virtual try-on": (
        IMAGE,
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
    ),
}


class Gateway:
    """One customer. `header`: the Authorization as it is sent."""

    def __init__(self, sandbox: Sandbox, header: str = "sk-sandbox") -> None:
        self.sandbox = sandbox
        self._url = f"{sandbox.url}/newapi"
        self._headers = {"Authorization": header} if header else {}

    def post(self, path: str, body: Any) -> requests.Response:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return requests.post(self._url + path, data=data, headers=self._headers, timeout=20)

    def get(self, path: str) -> requests.Response:
        return requests.get(self._url + path, headers=self._headers, timeout=20)

    def create(self, path: str, body: Any) -> str:
        answer = self.post(path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()["task_id"] if path == GENERIC else answer.json()["data"]["task_id"]

    def refused(self, path: str, body: Any) -> tuple[int, str, str]:
        """HTTP status, code and message."""
        made = self.made
        answer = self.post(path, body)
        told = answer.json().get("error") or answer.json()
        assert "task_id" not in answer.text
        assert self.made == made
        return answer.status_code, told["code"], told["message"]

    @property
    def made(self) -> int:
        return requests.get(f"{self.sandbox.url}/sandbox/state", timeout=20).json()["tasks_made"]

    def finished(self, path: str, task_id: str) -> dict[str, Any]:
        """The whole answer once the task has ended."""
        for _ in range(600):
            answer = self.get(f"{path}/{task_id}").json()
            if (answer if path == GENERIC else answer["data"]).get(_word(path)) in ("succeeded", "succeed", "failed"):
                return answer
            time.sleep(0.05)
        raise AssertionError(f"task {task_id} did not finish")


def _word(path: str) -> str:
    return "status" if path == GENERIC else "task_status"


@pytest.fixture
def gateway(start: Start) -> Gateway:
    return Gateway(start(slots=100))


@pytest.fixture(scope="module")
def same(sandbox_folder: Callable[[], Path]) -> Any:
    """For the tests that make nothing, or do not mind what others make."""
    with Sandbox(SandboxConfig(folder=sandbox_folder(), pace=0.0, slots=100)) as sandbox:
        yield Gateway(sandbox)


def test_every_example_of_the_document_is_taken(undrawn: Sandbox) -> None:
    gateway = Gateway(undrawn)
    for path, body in DOCUMENTED.values():
        answer = gateway.post(path, body)
        assert answer.status_code == 200, answer.text
        if path == GENERIC:
            assert list(answer.json()) == ["task_id"]
            assert len(answer.json()["task_id"]) == len("cls2a3b4c5d6e7f8g9h0i1j2")
            continue
        told = answer.json()
        assert (told["code"], told["message"], told["request_id"]) == (0, "成功", told["data"]["task_id"])
        assert set(told["data"]) == {"task_id", "task_status", "created_at", "updated_at"}
        assert told["data"]["task_status"] == "submitted"


def test_a_finished_task_has_the_documents_shape_and_a_clip_of_the_measures_told(same: Gateway) -> None:
    task_id = same.create(GENERIC, SMALL | {"width": 720, "height": 1280, "seed": 12345})
    told = same.finished(GENERIC, task_id)
    assert set(told) == {"task_id", "status", "url", "format", "metadata"}
    assert (told["task_id"], told["status"], told["format"]) == (task_id, "succeeded", "mp4")
    assert told["metadata"] == {"duration": 1.0, "fps": 30, "width": 720, "height": 1280, "seed": 12345}
    clip = read_clip(requests.get(told["url"], timeout=20).content)
    assert (clip.size, clip.count) == ((720, 1280), 30)


def test_a_failed_task_has_the_documents_error(same: Gateway) -> None:
    same.sandbox.faults.clear()
    fault = {"kind": "fail_task", "message": "视频生成失败：提示词包含不当内容"}
    requests.post(f"{same.sandbox.url}/sandbox/faults", json=fault, timeout=20)
    task_id = same.create(GENERIC, SMALL)
    assert same.finished(GENERIC, task_id) == {
        "task_id": task_id,
        "status": "failed",
        "error": {"code": 4001, "message": "视频生成失败：提示词包含不当内容"},
    }


def test_a_task_is_submitted_then_processing(start: Start) -> None:
    gateway = Gateway(start(pace=2.0))
    task_id = gateway.create(GENERIC, SMALL)
    assert gateway.get(f"{GENERIC}/{task_id}").json() == {"task_id": task_id, "status": "submitted"}
    seen = set()
    while "succeeded" not in seen:
        seen.add(gateway.get(f"{GENERIC}/{task_id}").json()["status"])
        time.sleep(0.05)
    assert seen == {"submitted", "processing", "succeeded"}


def test_a_native_task_is_klings_own_and_is_found_by_its_external_id(same: Gateway) -> None:
    task_id = same.create(TEXT, SMALL_NATIVE | {"external_task_id": "kn-native"})
    data = same.finished(TEXT, "kn-native")["data"]
    assert (data["task_id"], data["task_status"]) == (task_id, "succeed")
    assert data["task_info"] == {"external_task_id": "kn-native"}
    (video,) = data["task_result"]["videos"]
    assert (video["duration"], set(video)) == ("1.0", {"id", "url", "duration"})
    assert read_clip(requests.get(video["url"], timeout=20).content).size == (720, 720)


def test_a_picture_comes_as_base64_on_either_route_and_the_clip_follows_it_unless_a_ratio_is_named(
    same: Gateway,
) -> None:
    picture = as_base64(photo(480, 320))
    follows = same.finished(GENERIC, same.create(GENERIC, SMALL | {"image": picture}))
    assert follows["metadata"]["width"] / follows["metadata"]["height"] == pytest.approx(1.5, rel=0.01)
    native = {"prompt": "a kite", "image": picture, "duration": "1", "aspect_ratio": "9:16"}
    made = same.finished(IMAGE, same.create(IMAGE, native))["data"]["task_result"]["videos"][0]
    assert read_clip(requests.get(made["url"], timeout=20).content).size == (720, 1280)


@pytest.mark.parametrize(
    ("given", "ratio"),
    [
        ({"width": 1024, "height": 1024}, "1:1"),
        ({"width": 512, "height": 512}, "1:1"),
        ({"width": 1280, "height": 720}, "16:9"),
        ({"width": 1920, "height": 1080}, "16:9"),
        ({"width": 720, "height": 1280}, "9:16"),
        ({"width": 1080, "height": 1920}, "9:16"),
        ({"width": 640, "height": 480}, "1:1"),
        ({"width": 1280}, "1:1"),
        ({"size": "1280x720"}, "16:9"),
        ({"size": "large"}, "1:1"),
        ({}, "1:1"),
        ({"width": 1280, "height": 720, "metadata": {"aspect_ratio": "9:16"}}, "9:16"),
        ({"metadata": {"aspect_ratio": "21:9"}}, "21:9"),
    ],
)
def test_a_size_becomes_the_ratio_of_the_documents_table(given: dict[str, Any], ratio: str) -> None:
    assert read_generic(Values(SMALL | given)).aspect_ratio == ratio


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"prompt": None}, "prompt"),
        ({"prompt": "  "}, "prompt"),
        ({"prompt": 7}, "prompt"),
        ({"duration": None}, "duration"),
        ({"duration": "5"}, "duration"),
        ({"duration": True}, "duration"),
        ({"model": 1}, "model"),
        ({"image": ["a"]}, "image"),
        ({"width": "1280"}, "width"),
        ({"height": 720.5}, "height"),
        ({"fps": 0}, "fps"),
        ({"seed": "7"}, "seed"),
        ({"seed": 2**63}, "seed"),
        ({"n": 2}, "n must"),
        ({"response_format": "b64_json"}, "response_format"),
        ({"metadata": "none"}, "metadata"),
        ({"metadata": {"cfg_scale": "0.7"}}, "metadata.cfg_scale"),
        ({"metadata": {"callback_url": 1}}, "metadata.callback_url"),
    ],
)
def test_a_value_of_another_kind_than_the_documents_is_refused_by_the_gateway(
    same: Gateway, changed: dict[str, Any], word: str
) -> None:
    status, code, message = same.refused(GENERIC, SMALL | changed)
    assert (status, code) == (400, "invalid_request")
    assert word in message


@pytest.mark.parametrize(
    ("path", "changed", "word"),
    [
        (GENERIC, {"duration": 0}, "duration"),
        (GENERIC, {"duration": 60.0}, "duration"),
        (GENERIC, {"metadata": {"cfg_scale": 1.5}}, "cfgScale"),
        (GENERIC, {"metadata": {"mode": "4k"}}, "mode"),
        (GENERIC, {"metadata": {"aspect_ratio": "wide"}}, "aspect_ratio"),
        (GENERIC, {"image": "data:image/png;base64,AAAA"}, "base64"),
        (TEXT, {"duration": "five"}, "duration"),
        (TEXT, {"camera_control": {"type": "simple", "config": {"pan": 1, "tilt": 1}}}, "exactly one"),
        (TEXT, {"camera_control": {"type": "zoom", "config": {"value": 1}}}, "zoom"),
        (IMAGE, {}, "image"),
        (IMAGE, {"image": "https://a.example/1.png", "image_tail": "no"}, "base64"),
    ],
)
def test_what_kling_refuses_comes_back_as_a_failed_order(
    same: Gateway, path: str, changed: dict[str, Any], word: str
) -> None:
    status, code, message = same.refused(path, (SMALL if path == GENERIC else SMALL_NATIVE) | changed)
    assert (status, code) == (400, "task_failed")
    assert word in message


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"prompt": "\\ud800", "duration": 1.0}', b"NaN"])
def test_what_is_no_json_object_is_refused(same: Gateway, body: bytes) -> None:
    for path in (GENERIC, TEXT, IMAGE):
        assert same.refused(path, body)[:2] == (400, "invalid_request")


def test_the_native_duration_is_a_text_and_the_try_on_settings_have_their_kinds(same: Gateway) -> None:
    assert same.refused(TEXT, SMALL_NATIVE | {"duration": 5})[1] == "invalid_request"
    native = SMALL_NATIVE | {"image": "https://a.example/1.png"}
    assert "metadata.try_on" in same.refused(IMAGE, native | {"metadata": {"try_on": "yes"}})[2]
    assert "metadata.style" in same.refused(IMAGE, native | {"metadata": {"style": 1}})[2]


def test_a_model_that_nobody_knows_has_no_channel(same: Gateway) -> None:
    status, code, message = same.refused(GENERIC, SMALL | {"model": "sora"})
    assert (status, code) == (503, "model_not_found")
    assert "sora" in message


@pytest.mark.parametrize("header", ["sk-sandbox", "Bearer sk-sandbox", "Bearer api-key-kling-sandbox"])
def test_a_key_is_taken_with_and_without_bearer(same: Gateway, header: str) -> None:
    answer = Gateway(same.sandbox, header).get(f"{GENERIC}/unknown")
    assert answer.json()["code"] == "task_not_exist"


def test_a_token_of_the_key_pair_is_taken_and_an_old_one_is_not(same: Gateway) -> None:
    assert Gateway(same.sandbox, f"Bearer {token()}").get(f"{GENERIC}/unknown").status_code == 400
    assert Gateway(same.sandbox, f"Bearer {token(end=-1)}").get(f"{GENERIC}/unknown").status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "sk-unknown", "Bearer sk-unknown"])
def test_no_key_and_an_unknown_key_are_refused_in_the_gateways_words(same: Gateway, header: str) -> None:
    stranger = Gateway(same.sandbox, header)
    for answer in (stranger.post(GENERIC, SMALL), stranger.get(f"{GENERIC}/1"), stranger.post(TEXT, SMALL_NATIVE)):
        assert answer.status_code == 401
        assert answer.json()["error"]["type"] == "new_api_error"


def test_an_unknown_task_does_not_exist_on_any_route(same: Gateway) -> None:
    generic = same.create(GENERIC, SMALL)
    native = same.create(TEXT, SMALL_NATIVE)
    for path, key in ((GENERIC, "cls2a3b4c5d6e7f8g9h0i1j2"), (GENERIC, native), (TEXT, generic), (IMAGE, native)):
        answer = same.get(f"{path}/{key}")
        assert (answer.status_code, answer.json()) == (
            400,
            {"code": "task_not_exist", "message": "task_not_exist", "data": None},
        )


def test_an_unknown_address_is_answered_in_the_gateways_words(same: Gateway) -> None:
    assert same.get("/v1/nothing").status_code == 404
    assert same.get(GENERIC).status_code == 405
    assert "message" in same.get("/v1/nothing").json()["error"]


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ({"kind": "refuse"}, 400, "task_failed"),
        ({"kind": "refuse", "code": 1102}, 403, "insufficient_user_quota"),
        ({"kind": "rate_429"}, 429, "fail_to_fetch_task"),
        ({"kind": "error_before"}, 500, "fail_to_fetch_task"),
    ],
)
def test_klings_troubles_come_in_the_gateways_words_and_the_documents_http_status(
    same: Gateway, fault: dict[str, Any], status: int, code: str
) -> None:
    for path, body in ((GENERIC, SMALL), (TEXT, SMALL_NATIVE)):
        requests.post(f"{same.sandbox.url}/sandbox/faults", json=fault, timeout=20)
        assert same.refused(path, body)[:2] == (status, code)


def test_a_fault_of_one_operation_finds_it_on_the_generic_route(same: Gateway) -> None:
    fault = {"kind": "refuse", "operation": "image2video"}
    requests.post(f"{same.sandbox.url}/sandbox/faults", json=fault, timeout=20)
    same.create(GENERIC, SMALL)
    assert same.refused(GENERIC, SMALL | {"image": "https://a.example/1.png"})[1] == "task_failed"


def test_full_slots_quote_klings_own_answer(start: Start) -> None:
    gateway = Gateway(start(slots=1, pace=100))
    gateway.create(GENERIC, SMALL)
    status, code, message = gateway.refused(GENERIC, SMALL)
    assert (status, code) == (429, "fail_to_fetch_task")
    assert json.loads(message)["code"] == 1303


def test_the_callback_url_is_told_klings_task(gateway: Gateway, listener: Listener) -> None:
    settings = {"callback_url": f"{listener.url}/hook", "external_task_id": "kn-7"}
    task_id = gateway.create(GENERIC, SMALL | {"metadata": settings})
    gateway.finished(GENERIC, task_id)
    told: list[dict[str, Any]] = []
    for _ in range(100):
        told = [json.loads(body) for body in listener.bodies]
        if told and told[-1]["task_status"] == "succeed":
            break
        time.sleep(0.05)
    assert told[-1]["task_id"] == task_id
    assert told[-1]["task_info"] == {"external_task_id": "kn-7"}
    assert told[-1]["task_result"]["videos"][0]["url"]


def test_a_retired_model_may_be_gone(start: Start) -> None:
    code, message = Gateway(start(retired=True)).refused(GENERIC, SMALL)[1:]
    assert code == "task_failed"
    assert "discontinued" in message


def test_the_twins_size_table_is_the_documents() -> None:
    assert {f"{width}x{height}": ratio for (width, height), ratio in RATIOS.items()} == {
        "1024x1024": "1:1",
        "512x512": "1:1",
        "1280x720": "16:9",
        "1920x1080": "16:9",
        "720x1280": "9:16",
        "1080x1920": "9:16",
    }


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.sampled_from([10**400, "5"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
SETTINGS = "negative_prompt cfg_scale mode aspect_ratio callback_url external_task_id camera_control image_tail sound"
FIELDS = "model model_name image width height size fps seed n response_format metadata duration"
OBJECT = st.fixed_dictionaries({}, optional=dict.fromkeys(SETTINGS.split(), JSON))


ORDER = st.fixed_dictionaries(
    {"prompt": JSON | st.just("a kite")}, optional=dict.fromkeys(FIELDS.split(), JSON | OBJECT)
)


@given(body=ORDER, settings=OBJECT)
def test_whatever_is_ordered_is_read_or_refused(body: dict[str, Any], settings: dict[str, Any]) -> None:
    for read, values in ((read_generic, body), (partial(read_native, "image2video"), body | settings)):
        with suppress(Refused):
            assert isinstance(read(Values(values)), VideoRequest)
