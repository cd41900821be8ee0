"""The sandbox as the wrapping service: the requests of its document as raw JSON, its shapes, its refusals."""

from __future__ import annotations

import io
import json
import time
from typing import Any

import av
import pytest
import requests

from kling_api.media import decode_picture
from kling_api.sandbox import Sandbox

from .conftest import Listener
from .driver import Start, as_base64, photo

EXAMPLE = "https://example.com"
TEXT = {
    "prompt": "A cinematic shot of a cyberpunk city, night time, rain, neon lights, highly detailed, 4k",
    "model_name": "kling-v1",
    "aspect_ratio": "16:9",
    "duration": "5",
}
FULL = {
    "model_name": "kling-v1",
    "prompt": "A golden retriever running on the beach",
    "negative_prompt": "blur, low quality, distortion",
    "cfg_scale": 0.5,
    "mode": "std",
    "aspect_ratio": "16:9",
    "duration": "5",
    "camera_control": {
        "type": "simple",
        "config": {"zoom": 0.5, "pan": 0.0, "tilt": 0.0, "roll": 0.0, "horizontal": 0.0, "vertical": 0.0},
    },
    "callback_url": "https://your-domain.com/callback",
}
PICTURES = {
    "model_name": "kling-v1",
    "image": f"{EXAMPLE}/start_frame.jpg",
    "image_tail": f"{EXAMPLE}/end_frame.jpg",
    "prompt": "The car drives forward",
    "cfg_scale": 0.5,
    "mode": "std",
    "duration": "5",
}
CAT = {"model_name": "kling-v1", "prompt": "A cute cat sitting on a sofa", "n": 1, "aspect_ratio": "1:1"}
PAINTING = {
    "model_name": "kling-v1-5",
    "prompt": "Make it look like a painting",
    "image": f"{EXAMPLE}/source.jpg",
    "image_fidelity": 0.6,
}
WARRIOR = {
    "model_name": "kling-image-o1",
    "prompt": "A futuristic warrior holding <<<image_1>>>",
    "image_list": [f"{EXAMPLE}/sword.jpg"],
    "aspect_ratio": "auto",
}
FACE = {
    "face_id": "face_abc...",
    "sound_file": f"{EXAMPLE}/audio.mp3",
    "sound_start_time": 0,
    "sound_end_time": 5000,
    "sound_insert_time": 0,
}
EXAMPLES = [
    ("videos/text2video", TEXT),
    ("videos/text2video", FULL),
    ("videos/image2video", PICTURES),
    ("images/generations", CAT),
    ("images/generations", PAINTING),
    ("images/omni-image", WARRIOR),
]
OTHERS = [
    ("videos/multi-image2video", {"image_list": [f"{EXAMPLE}/a.jpg", f"{EXAMPLE}/b.jpg"], "prompt": "both"}),
    (
        "videos/motion-control",
        {
            "image_url": f"{EXAMPLE}/a.jpg",
            "video_url": f"{EXAMPLE}/dance.mp4",
            "character_orientation": "image",
            "keep_original_sound": "no",
        },
    ),
]


class Service:
    """Nobody is asked for a key."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.url = f"{sandbox.url}/wrapper/api/v1"

    def post(self, path: str, body: Any) -> requests.Response:
        return requests.post(f"{self.url}/{path}", json=body, timeout=20)

    def created(self, path: str, body: Any) -> dict[str, Any]:
        answer = self.post(path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, path: str, body: Any) -> tuple[int, str]:
        """Status and detail of one of Kling's own refusals."""
        answer = self.post(path, body)
        assert answer.json().keys() == {"detail"}
        return answer.status_code, answer.json()["detail"]

    def problems(self, path: str, body: Any) -> list[tuple[str, list[Any], str]]:
        answer = self.post(path, body)
        assert answer.status_code == 422, answer.text
        return [(problem["type"], problem["loc"], problem["msg"]) for problem in answer.json()["detail"]]

    def task(self, path: str, key: str) -> requests.Response:
        return requests.get(f"{self.url}/tasks/{path}/{key}", timeout=20)

    def finished(self, path: str, key: str) -> dict[str, Any]:
        for _ in range(600):
            task = self.task(path, key).json()
            if task["message"] in ("succeed", "failed"):
                return task
            time.sleep(0.05)
        raise AssertionError(f"task {key} did not finish")


@pytest.fixture
def service(shared: Sandbox) -> Service:
    return Service(shared)


@pytest.mark.parametrize(
    ("path", "example"), EXAMPLES + OTHERS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_an_example_of_the_document_is_accepted(undrawn: Sandbox, path: str, example: dict[str, Any]) -> None:
    service = Service(undrawn)
    created = service.created(path, example)
    assert created.keys() == {"task_id", "message", "raw_data"}
    assert created["message"] == "success"
    assert created["raw_data"]["task_id"] == created["task_id"]
    assert created["raw_data"]["task_status"] == "submitted"
    asked = service.task(path, created["task_id"]).json()
    assert asked["task_id"] == created["task_id"]
    assert asked["message"] == asked["raw_data"]["task_status"]


def test_the_lip_sync_of_the_document_is_accepted_with_the_face_that_was_found(undrawn: Sandbox) -> None:
    service = Service(undrawn)
    answer = service.created("lipsync/identify-face", {"video_url": f"{EXAMPLE}/video_with_face.mp4"})
    (face,) = answer["face_data"]
    assert answer["session_id"].startswith("sess_")
    assert (face["start_time"], face["end_time"]) == (0, 5000)
    body = {"session_id": answer["session_id"], "face_choose": [FACE | {"face_id": face["face_id"]}]}
    created = service.created("lipsync/create-task", body)
    assert service.task("videos/advanced-lip-sync", created["task_id"]).json()["task_id"] == created["task_id"]


def test_a_clip_is_made_and_named_as_the_document_shows(large: Sandbox) -> None:
    service = Service(large)
    done = service.finished("videos/text2video", service.created("videos/text2video", TEXT)["task_id"])
    (video,) = done["raw_data"]["task_result"]["videos"]
    assert done["message"] == "succeed"
    assert video["duration"] == "5.0"
    assert done["raw_data"]["final_unit_deduction"] not in ("", "0")
    with av.open(io.BytesIO(requests.get(video["url"], timeout=20).content)) as file:
        stream = file.streams.video[0]
        assert (stream.width, stream.height) == (1280, 720)


def test_pictures_are_made_and_numbered(service: Service) -> None:
    body = CAT | {"n": 2, "image": f"data:image/png;base64,{as_base64(photo(400, 400))}"}
    done = service.finished("images/generations", service.created("images/generations", body)["task_id"])
    images = done["raw_data"]["task_result"]["images"]
    assert [image["index"] for image in images] == [0, 1]
    data = requests.get(images[1]["url"], timeout=20).content
    assert decode_picture(data).shape == (1024, 1024, 3)


def test_a_clip_goes_on_from_a_task_of_the_service(service: Service) -> None:
    body = TEXT | {"prompt": "a kite", "aspect_ratio": "1:1"}
    parent = service.finished("videos/text2video", service.created("videos/text2video", body)["task_id"])
    video_id = parent["raw_data"]["task_result"]["videos"][0]["id"]
    created = service.created("videos/video-extend", {"video_id": video_id, "prompt": "on"})
    done = service.finished("videos/video-extend", created["task_id"])
    assert float(done["raw_data"]["task_result"]["videos"][0]["duration"]) > 8
    assert service.refused("videos/video-extend", {"video_id": "42"})[0] == 400


def test_a_failed_task_says_why(service: Service) -> None:
    done = service.finished("videos/image2video", service.created("videos/image2video", PICTURES)["task_id"])
    assert (done["message"], done["raw_data"]["task_result"]) == ("failed", {})
    assert "contents of the file" in done["raw_data"]["task_status_msg"]
    assert done["raw_data"]["final_unit_deduction"] == "0"


@pytest.mark.parametrize(
    ("path", "body", "problem"),
    [
        ("videos/text2video", {}, ("missing", ["body", "prompt"], "Field required")),
        ("videos/text2video", [], ("model_attributes_type", ["body"], "Input should be a valid dictionary")),
        ("videos/text2video", TEXT | {"prompt": 5}, ("string_type", ["body", "prompt"], "Input should be a valid str")),
        ("videos/text2video", TEXT | {"duration": 5}, ("string_type", ["body", "duration"], "Input should be a valid")),
        ("videos/text2video", TEXT | {"prompt": "a" * 2501}, ("string_too_long", ["body", "prompt"], "String should")),
        ("videos/text2video", TEXT | {"mode": "4k"}, ("enum", ["body", "mode"], "Input should be 'std' or 'pro'")),
        ("videos/text2video", TEXT | {"aspect_ratio": "5:4"}, ("enum", ["body", "aspect_ratio"], "Input should be")),
        ("videos/text2video", TEXT | {"cfg_scale": "high"}, ("float_parsing", ["body", "cfg_scale"], "Input should")),
        ("videos/text2video", TEXT | {"cfg_scale": []}, ("float_type", ["body", "cfg_scale"], "Input should be a val")),
        ("videos/image2video", {"prompt": "a"}, ("missing", ["body", "image"], "Field required")),
        ("videos/multi-image2video", {"prompt": "a", "image_list": []}, ("too_short", ["body", "image_list"], "List")),
        (
            "videos/multi-image2video",
            {"prompt": "a", "image_list": ["x"] * 5},
            ("too_long", ["body", "image_list"], "List should have at most 4 items after validation, not 5"),
        ),
        (
            "videos/multi-image2video",
            {"prompt": "a", "image_list": [{"image": "x"}]},
            ("string_type", ["body", "image_list", 0], "Input should be a valid string"),
        ),
        ("images/omni-image", WARRIOR | {"image_list": "x"}, ("list_type", ["body", "image_list"], "Input should be")),
        ("images/generations", CAT | {"n": 1.5}, ("int_from_float", ["body", "n"], "Input should be a valid integer")),
        ("images/generations", CAT | {"n": "two"}, ("int_parsing", ["body", "n"], "Input should be a valid integer")),
        ("images/generations", CAT | {"n": {}}, ("int_type", ["body", "n"], "Input should be a valid integer")),
        ("lipsync/identify-face", {}, ("value_error", ["body"], "Value error, Either video_id or video_url")),
        (
            "lipsync/identify-face",
            {"video_id": "1", "video_url": "https://example.com/a.mp4"},
            ("value_error", ["body"], "Value error, Cannot provide both"),
        ),
        (
            "lipsync/create-task",
            {"session_id": "s", "face_choose": [{name: FACE[name] for name in FACE if name != "face_id"}]},
            ("missing", ["body", "face_choose", 0, "face_id"], "Field required"),
        ),
    ],
)
def test_a_body_that_the_service_itself_refuses(
    service: Service, path: str, body: Any, problem: tuple[str, list[Any], str]
) -> None:
    ((kind, place, said),) = service.problems(path, body)
    assert (kind, place) == problem[:2]
    assert said.startswith(problem[2])


@pytest.mark.parametrize(
    ("camera", "place"),
    [
        ({"type": "zoom"}, ["type"]),
        ({"type": "simple"}, []),
        ({"type": "simple", "config": {"pan": 0}}, ["config"]),
        ({"type": "simple", "config": {"pan": 10.5}}, ["config", "pan"]),
        ({"type": "simple", "config": {"pan": -11}}, ["config", "pan"]),
    ],
)
def test_a_camera_that_does_not_move_or_too_far_is_refused(
    service: Service, camera: dict[str, Any], place: list[str]
) -> None:
    ((_, where, _),) = service.problems("videos/text2video", TEXT | {"camera_control": camera})
    assert where == ["body", "camera_control", *place]


def test_all_problems_of_a_body_are_told_at_once_with_what_was_sent(service: Service) -> None:
    answer = service.post("videos/text2video", {"mode": "fast", "duration": None})
    assert [problem["loc"][-1] for problem in answer.json()["detail"]] == ["prompt", "mode"]
    assert answer.json()["detail"][0]["input"] == {"mode": "fast", "duration": None}
    broken = requests.post(f"{service.url}/videos/text2video", data=b"{", timeout=20)
    assert (broken.status_code, broken.json()["detail"][0]["type"]) == (422, "json_invalid")
    empty = requests.post(f"{service.url}/videos/text2video", timeout=20)
    assert (empty.status_code, empty.json()["detail"][0]["loc"]) == (422, ["body"])


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("videos/text2video", TEXT | {"prompt": " "}, "prompt: must not be blank"),
        ("videos/text2video", TEXT | {"model_name": "sora"}, "model_name value 'sora' is invalid"),
        ("videos/text2video", TEXT | {"duration": "7"}, "duration value '7' is invalid"),
        ("videos/text2video", TEXT | {"aspect_ratio": "4:3"}, "aspect_ratio value '4:3' is invalid"),
        ("videos/text2video", TEXT | {"cfg_scale": 1.5}, "cfgScale: must be less than or equal to 1"),
        ("videos/image2video", PICTURES | {"image": ""}, "image can not be null"),
        ("videos/image2video", PICTURES | {"image": "not base64!"}, "File is not in a valid base64 format"),
        (
            "videos/motion-control",
            OTHERS[1][1] | {"character_orientation": "up"},
            "character_orientation value 'up' is",
        ),
        (
            "videos/motion-control",
            OTHERS[1][1] | {"keep_original_sound": "on"},
            "keep_original_sound value 'on' is inv",
        ),
        ("videos/motion-control", OTHERS[1][1] | {"video_url": ""}, "videoUrl: must not be blank"),
        ("videos/video-extend", {"video_id": ""}, "videoId: must not be blank"),
        ("images/generations", CAT | {"aspect_ratio": "auto"}, "aspect_ratio value 'auto' is invalid"),
        ("images/generations", CAT | {"n": 10}, "n value '10' is invalid"),
        ("images/generations", CAT | {"resolution": "8k"}, "resolution value '8k' is invalid"),
        ("images/generations", PAINTING | {"image_reference": "dog"}, "image_reference value 'dog' is invalid"),
        ("images/generations", PAINTING | {"negative_prompt": "a"}, "negative_prompt is not supported with image"),
        ("images/omni-image", WARRIOR | {"image_list": [f"{EXAMPLE}/a.jpg"] * 11}, "imageList: size must be between 0"),
        ("lipsync/create-task", {"session_id": "sess_123...", "face_choose": [FACE]}, "Session not found"),
    ],
)
def test_a_body_that_kling_refuses_behind_it(service: Service, path: str, body: Any, said: str) -> None:
    status, detail = service.refused(path, body)
    assert status == 400
    assert detail.startswith(said)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"face_id": "7"}, "face_choose[0].face_id value '7' is invalid"),
        ({"sound_end_time": 1999}, "The duration of the sound"),
        ({"sound_insert_time": 1}, "The inserted sound can not end after the video"),
        ({"sound_start_time": -1}, "sound_start_time and sound_insert_time can not be negative"),
        ({"sound_file": None}, "Either audio_id or sound_file"),
        ({"sound_volume": 2.5}, "faceChoose[0].soundVolume: must be less than or equal to 2"),
    ],
)
def test_a_lip_sync_that_kling_refuses(service: Service, change: dict[str, Any], said: str) -> None:
    session = service.created("lipsync/identify-face", {"video_url": f"{EXAMPLE}/a.mp4"})
    face = FACE | {"face_id": session["face_data"][0]["face_id"]} | change
    status, detail = service.refused(
        "lipsync/create-task", {"session_id": session["session_id"], "face_choose": [face]}
    )
    assert (status, detail[: len(said)]) == (400, said)


def test_an_unknown_task_address_or_method_is_answered_in_the_service_s_way(service: Service) -> None:
    unknown = service.task("videos/text2video", "42")
    assert (unknown.status_code, unknown.json()) == (400, {"detail": "Task not found by id/external id: 42"})
    key = service.created("images/generations", CAT)["task_id"]
    assert service.task("images/omni-image", key).status_code == 400
    nowhere = service.task("videos/dance", key)
    assert (nowhere.status_code, nowhere.json()) == (404, {"detail": "Not Found"})
    assert service.post("videos/dance", {}).json() == {"detail": "Not Found"}
    wrong = requests.get(f"{service.url}/videos/text2video", timeout=20)
    assert (wrong.status_code, wrong.json()) == (405, {"detail": "Method Not Allowed"})


def test_kling_s_own_status_and_text_go_through(start: Start) -> None:
    service = Service(start(units=0.5, slots=1, pace=10.0))
    assert service.refused("videos/text2video", TEXT) == (429, "Account balance not enough")
    service = Service(start(slots=1, pace=10.0))
    service.created("videos/text2video", TEXT)
    assert service.refused("videos/text2video", TEXT) == (429, "parallel task over resource pack limit")


def test_the_callback_is_kling_s_own_without_an_envelope(start: Start, listener: Listener) -> None:
    service = Service(start())
    created = service.created("images/generations", CAT | {"callback_url": f"{listener.url}/hook"})
    service.finished("images/generations", created["task_id"])
    told: list[dict[str, Any]] = []
    for _ in range(100):
        told = [json.loads(body) for body in listener.bodies]
        if told and told[-1]["task_status"] == "succeed":
            break
        time.sleep(0.05)
    assert told[-1]["task_id"] == created["task_id"]
    assert told[-1]["task_result"]["images"][0]["index"] == 0
