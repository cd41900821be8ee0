"""The sandbox behind the path table: each of its addresses as raw JSON, its codes, its one address for questions."""

from __future__ import annotations

import io
import time
from typing import Any

import av
import cv2
import numpy as np
import pytest
import requests

from kling_api.sandbox import Sandbox

from .conftest import Listener
from .driver import Start, as_base64, as_wav, photo, token

EXAMPLE = "https://example.com"
CAMERA = {"type": "simple", "config": {"horizontal": 0, "vertical": 0, "zoom": 0, "tilt": 0, "pan": 0, "roll": 0}}
TEXT = {"model_name": "kling-v1-6", "prompt": "a kite", "duration": "5", "mode": "std", "cfg_scale": 0.5}
IMAGE = {"model_name": "kling-v2-1-master", "image": f"{EXAMPLE}/a.jpg", "prompt": "it moves", "duration": "10"}
SEVERAL = {"image_list": [f"{EXAMPLE}/a.jpg", f"{EXAMPLE}/b.jpg"], "image_tail": f"{EXAMPLE}/c.jpg", "prompt": "both"}
MOTION = {"video_url": f"{EXAMPLE}/dance.mp4", "image_url": f"{EXAMPLE}/a.jpg", "prompt": "she dances"}
SPOKEN = {"audio_url": f"{EXAMPLE}/voice.mp3", "avatar_url": f"{EXAMPLE}/face.mp4"}
OMNI = {
    "model_name": "kling-image-o1",
    "prompt": "put the face of <<<image_1>>> on it",
    "image": f"{EXAMPLE}/a.jpg",
    "image_list": [{"image": f"{EXAMPLE}/face.jpg"}],
    "mask_image": as_base64(photo(400, 400)),
}
#: What the document says of each address, as JSON.
REQUESTS = [
    ("videos/lipsync", SPOKEN),
    ("videos/lipsync", SPOKEN | {"avatar_url": f"{EXAMPLE}/face.jpg"}),
    ("videos/text2video", TEXT | {"negative_prompt": "blur"}),
    ("videos/text2video", TEXT | {"camera_control": CAMERA}),
    ("videos/image2video", IMAGE | {"mode": "pro"}),
    ("videos/image2video", IMAGE | {"camera_control": {"type": "simple", "config": {"roll": -10}}}),
    ("videos/multi-image2video", SEVERAL),
    ("videos/motion/generation", MOTION),
    ("images/omni-image", OMNI),
    ("images/generations", {"model_name": "kling-v2-1", "prompt": "a cat", "negative_prompt": "blur"}),
    ("images/generations", {"prompt": "a painting", "image": f"{EXAMPLE}/a.jpg"}),
]


class Provider:
    def __init__(self, sandbox: Sandbox, key: str = "sk-sandbox") -> None:
        self.url = f"{sandbox.url}/unified/v1"
        self._headers = {"Authorization": f"Bearer {key}"}

    def post(self, path: str, body: Any) -> requests.Response:
        return requests.post(f"{self.url}/{path}", json=body, headers=self._headers, timeout=20)

    def created(self, path: str, body: Any) -> dict[str, Any]:
        answer = self.post(path, body)
        assert answer.status_code == 200, answer.text
        assert (answer.json()["code"], bool(answer.json()["request_id"])) == (0, True)
        return answer.json()["data"]

    def refused(self, path: str, body: Any) -> tuple[int, int | None, str]:
        """HTTP status, code and message."""
        answer = self.post(path, body)
        assert "data" not in answer.json()
        return answer.status_code, answer.json().get("code"), answer.json()["message"]

    def task(self, key: str) -> requests.Response:
        return requests.get(f"{self.url}/videos/{key}", headers=self._headers, timeout=20)

    def made(self, path: str, body: Any) -> dict[str, Any]:
        """The result of a task that succeeds."""
        key = self.created(path, body)["task_id"]
        for _ in range(600):
            data = self.task(key).json()["data"]
            if data["task_status"] in ("succeed", "failed"):
                assert data["task_status"] == "succeed", data
                return data["task_result"]
            time.sleep(0.05)
        raise AssertionError(f"task {key} did not finish")


@pytest.fixture
def provider(shared: Sandbox) -> Provider:
    return Provider(shared)


@pytest.mark.parametrize(("path", "body"), REQUESTS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_request_of_the_document_is_accepted_and_known_at_the_one_address(
    undrawn: Sandbox, path: str, body: dict[str, Any]
) -> None:
    provider = Provider(undrawn)
    created = provider.created(path, body)
    assert created.keys() == {"task_id", "task_status", "created_at", "updated_at"}
    assert created["task_status"] == "submitted"
    asked = provider.task(created["task_id"]).json()
    assert (asked["code"], asked["data"]["task_id"]) == (0, created["task_id"])
    assert asked["data"]["task_status"] in ("submitted", "processing", "succeed", "failed")


def test_a_clip_has_the_size_that_was_asked_for(large: Sandbox) -> None:
    (clip,) = Provider(large).made("videos/text2video", TEXT)["videos"]
    assert size(clip["url"]) == (1280, 720)


def test_clips_are_made_go_on_and_move_pictures(provider: Provider) -> None:
    (clip,) = provider.made("videos/text2video", TEXT)["videos"]
    assert (clip.keys(), clip["duration"]) == ({"id", "url", "duration"}, "5.0")
    (longer,) = provider.made("videos/extend", {"video_id": clip["id"], "prompt": "on"})["videos"]
    assert float(longer["duration"]) > 8
    body = {"video_url": clip["url"], "image_url": as_base64(photo(400, 400)), "prompt": "a"}
    assert provider.made("videos/motion/generation", body)["videos"]


def test_a_clip_and_a_portrait_speak(provider: Provider, listener: Listener) -> None:
    tone = np.sin(np.arange(3 * 44100) * 0.05)[None].astype(np.float32)
    listener.files["/voice.wav"] = as_wav(tone)
    voice = f"{listener.url}/voice.wav"
    (clip,) = provider.made("videos/text2video", TEXT)["videos"]
    dubbed = {"audio_url": voice, "avatar_url": clip["url"]}
    assert float(provider.made("videos/lipsync", dubbed)["videos"][0]["duration"]) == pytest.approx(5, abs=0.2)
    portrait = {"audio_url": voice, "avatar_url": f"{listener.url}/portrait.png"}
    assert float(provider.made("videos/lipsync", portrait)["videos"][0]["duration"]) == pytest.approx(3, abs=0.2)


def test_pictures_are_made_and_edited(provider: Provider) -> None:
    (image,) = provider.made("images/generations", {"prompt": "a cat"})["images"]
    assert image.keys() == {"index", "url"}
    square = as_base64(photo(400, 400))
    body = {"model_name": "kling-image-o1", "prompt": "<<<image_1>>> at night", "image_list": [{"image": square}]}
    (image,) = provider.made("images/omni-image", body)["images"]
    data = np.frombuffer(requests.get(image["url"], timeout=20).content, np.uint8)
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert decoded is not None
    assert decoded.shape == (1024, 1024, 3)


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("videos/text2video", {}, "prompt is required"),
        ("videos/text2video", TEXT | {"prompt": "a" * 2501}, "prompt must not exceed 2500 characters"),
        ("videos/text2video", TEXT | {"duration": 5}, "duration must be a string"),
        ("videos/text2video", TEXT | {"duration": "7"}, "duration value '7' is invalid"),
        ("videos/text2video", TEXT | {"mode": "4k"}, "mode value '4k' is invalid"),
        ("videos/text2video", TEXT | {"cfg_scale": "0.5"}, "cfg_scale must be a number"),
        ("videos/text2video", TEXT | {"cfg_scale": 2}, "cfg_scale must be from 0 to 1"),
        ("videos/text2video", TEXT | {"negative_prompt": 5}, "negative_prompt must be a string"),
        ("videos/text2video", TEXT | {"model_name": "sora"}, "model_name value 'sora' is invalid"),
        (
            "videos/text2video",
            TEXT | {"camera_control": {"type": "down_back"}},
            "camera_control.type value 'down_back'",
        ),
        ("videos/text2video", TEXT | {"camera_control": {"type": "simple"}}, "camera_control.config is required"),
        (
            "videos/text2video",
            TEXT | {"camera_control": {"type": "simple", "config": {"pan": 11}}},
            "camera_control.config.pan must be from -10 to 10",
        ),
        (
            "videos/text2video",
            TEXT | {"camera_control": {"type": "simple", "config": {"value": 1}}},
            "camera_control.config.value is unknown",
        ),
        (
            "videos/text2video",
            TEXT | {"camera_control": {"type": "simple", "config": {"pan": 1, "zoom": 1}}},
            "camera_control.config must have one axis",
        ),
        ("videos/image2video", {"prompt": "a"}, "image is required"),
        ("videos/image2video", {"image": "not base64!"}, "File is not in a valid base64 format"),
        ("videos/multi-image2video", SEVERAL | {"image_list": [f"{EXAMPLE}/a.jpg"]}, "image_list must hold 2 to 4"),
        ("videos/multi-image2video", SEVERAL | {"image_list": [{"image": "x"}] * 2}, "image_list must be a string"),
        ("videos/motion/generation", {"image_url": f"{EXAMPLE}/a.jpg"}, "video_url is required"),
        ("videos/motion/generation", MOTION | {"video_url": "x"}, "video_url must be a URL"),
        ("videos/extend", {}, "video_id is required"),
        ("videos/extend", {"video_id": "42"}, "Video not found by id: 42"),
        ("videos/lipsync", {"avatar_url": f"{EXAMPLE}/a.mp4"}, "audio_url is required"),
        ("videos/lipsync", SPOKEN | {"avatar_url": as_base64(photo(400, 400))}, "avatar_url must be a URL"),
        ("images/omni-image", OMNI | {"model_name": "kling-v3-omni"}, "model_name value 'kling-v3-omni' is invalid"),
        ("images/omni-image", OMNI | {"image_list": [f"{EXAMPLE}/a.jpg"]}, "image_list must be an array of objects"),
        ("images/omni-image", OMNI | {"image_list": [{"url": "x"}]}, "image_list[0].image is required"),
        ("images/omni-image", OMNI | {"prompt": "<<<image_2>>>"}, "<<<image_2>>> is not in image_list"),
        ("images/omni-image", OMNI | {"image": None}, "mask_image needs image"),
        ("images/generations", {"image": f"{EXAMPLE}/a.jpg"}, "prompt is required"),
    ],
)
def test_what_the_document_does_not_allow_is_1003(provider: Provider, path: str, body: Any, said: str) -> None:
    status, code, message = provider.refused(path, body)
    assert (status, code, message[: len(said)]) == (400, 1003, said)


def test_both_kinds_of_key_are_taken_and_nothing_else(shared: Sandbox) -> None:
    assert Provider(shared, token()).created("videos/text2video", TEXT)["task_id"]
    for wrong in ("", "sk-other", token(secret="another-secret-key-0123456789abcd")):
        assert Provider(shared, wrong).refused("videos/text2video", TEXT)[:2] == (401, 1001)
        assert Provider(shared, wrong).task("42").json()["code"] == 1001


def test_an_unknown_task_address_or_method_is_answered_in_the_document_s_codes(provider: Provider) -> None:
    unknown = provider.task("42")
    assert (unknown.status_code, unknown.json()["code"]) == (404, 1003)
    assert unknown.json()["message"] == "Task not found: 42"
    assert provider.refused("videos/lip-sync", SPOKEN)[:2] == (404, 1003)


def test_limits_and_troubles_have_the_codes_of_the_document(start: Start) -> None:
    assert Provider(start(units=1)).refused("videos/text2video", TEXT)[1] == 1002
    sandbox = start(slots=1, pace=10.0)
    provider = Provider(sandbox)
    provider.created("videos/text2video", TEXT)
    assert provider.refused("videos/text2video", TEXT)[:2] == (429, 5001)
    troubles = [
        ({"kind": "refuse"}, (400, 2001)),
        ({"kind": "rate_429"}, (429, 5001)),
        ({"kind": "error_before", "code": 5001}, (503, None)),
        ({"kind": "error_before"}, (500, None)),
    ]
    for fault, told in troubles:
        requests.post(f"{sandbox.url}/sandbox/faults", json=fault, timeout=20)
        assert provider.refused("videos/text2video", TEXT)[:2] == told


def test_nobody_is_called_back(start: Start, listener: Listener) -> None:
    provider = Provider(start())
    provider.made("images/generations", {"prompt": "a cat", "callback_url": listener.url})
    assert listener.bodies == []


def size(url: str) -> tuple[int, int]:
    with av.open(io.BytesIO(requests.get(url, timeout=20).content)) as file:
        return file.streams.video[0].width, file.streams.video[0].height
