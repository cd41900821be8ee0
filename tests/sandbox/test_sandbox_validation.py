"""What is refused before a task is made: both templates of 1201, capabilities, and the order of the checks."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from kling_api.sandbox import DEFAULT_API_KEY, Sandbox

from .driver import IMAGE, TEXT, Api, Start, as_base64, photo

PICTURE = as_base64(photo(320, 320))
AXES = dict.fromkeys(("horizontal", "vertical", "pan", "tilt", "roll", "zoom"), 0)


def camera(kind: str, **axes: float) -> dict[str, Any]:
    return {"camera_control": {"type": kind} | ({"config": AXES | axes} if axes else {})}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"model_name": "kling-v3-0"}, "model_name value 'kling-v3-0' is invalid"),
        ({"model_name": "kling-v2-1"}, "model_name value 'kling-v2-1' is invalid"),
        ({"model_name": "kling-3.0-turbo"}, "model_name value 'kling-3.0-turbo' is invalid"),
        ({"mode": "standard"}, "mode value 'standard' is invalid"),
        ({"duration": "99"}, "duration value '99' is invalid"),
        ({"duration": 7, "model_name": "kling-v2-6"}, "duration value '7' is invalid"),
        ({"aspect_ratio": "4:3"}, "aspect_ratio value '4:3' is invalid"),
        ({"sound": "yes"}, "sound value 'yes' is invalid"),
        ({"prompt": None}, "prompt: must not be blank"),
        ({"prompt": "猫" * 2501}, "prompt: size must be between 0 and 2500"),
        ({"negative_prompt": "x" * 2501}, "negativePrompt: size must be between 0 and 2500"),
        ({"cfg_scale": 1.5}, "cfgScale: must be less than or equal to 1"),
        ({"cfg_scale": -0.1}, "cfgScale: must be greater than or equal to 0"),
        ({"prompt": {"text": "x"}}, "Failed to resolve the request body"),
        ({"cfg_scale": "much"}, "Failed to resolve the request body"),
        ({"cfg_scale": 10**400}, "Failed to resolve the request body"),
        ({"prompt": "half a \ud83d face"}, "Failed to resolve the request body"),
        ({"model_name": "kling-v2-1-master", "mode": "4k", "duration": "5"},
         "4k mode is not supported by the current model: kling-v2-1-master"),
        ({"model_name": "kling-v2-6", "sound": "on", "duration": "5"},
         "model/mode/duration(kling-v2-6/std/5) is not supported with sound"),
        (camera("simple", pan=5), "Camera control is not supported by the current model"),
        ({"model_name": "kling-v1", "mode": "pro", "duration": "5"} | camera("simple", pan=5),
         "model/mode/duration(kling-v1/pro/5) is not supported with camera_control"),
        (camera("sideways"), "camera_control.type value 'sideways' is invalid"),
        (camera("simple"), "cameraControl.config: must not be null"),
        (camera("down_back", pan=1), "cameraControl.config: must be null when type is down_back"),
        (camera("simple", pan=11), "cameraControl.config.pan: must be less than or equal to 10"),
        (camera("simple", pan=1, tilt=1),
         "cameraControl.config: exactly one of horizontal, vertical, pan, tilt, roll, zoom must be non-zero"),
    ],
)  # fmt: skip
def test_a_bad_text2video_is_refused_by_name(api: Api, fields: dict[str, Any], message: str) -> None:
    assert api.refused(TEXT, **fields) == (400, 1201, message)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "image can not be null"),
        ({"image": f"data:image/png;base64,{PICTURE}"}, "File is not in a valid base64 format"),
        ({"image": "not base64!"}, "File is not in a valid base64 format"),
        ({"image": PICTURE, "image_tail": PICTURE, "model_name": "kling-v2-5-turbo"},
         "model/mode/duration(kling-v2-5-turbo/std/5) is not supported with image_tail"),
        ({"image_tail": PICTURE, "model_name": "kling-v1-6"},
         "model/mode/duration(kling-v1-6/std/5) is not supported with only image_tail"),
        ({"image": PICTURE, "image_tail": PICTURE, "model_name": "kling-v2-master"},
         "Image tail is not supported by the current model"),
        ({"image": PICTURE, "static_mask": PICTURE, "model_name": "kling-v2-master"},
         "Motion brush is not supported by the current model"),
        ({"image": PICTURE, "image_tail": PICTURE, "static_mask": PICTURE, "model_name": "kling-v1"},
         "Only one of image_tail, static_mask/dynamic_masks and camera_control can be used"),
        ({"image": PICTURE, "model_name": "kling-v1-5", "mode": "pro"} | camera("down_back"),
         "model/mode/duration(kling-v1-5/pro/5) is not supported with camera_control"),
    ],
)  # fmt: skip
def test_a_bad_image2video_is_refused_by_name(api: Api, fields: dict[str, Any], message: str) -> None:
    assert api.refused(IMAGE, **fields) == (400, 1201, message)


@pytest.mark.parametrize(
    ("path", "fields", "status", "message"),
    [
        ("/text-to-video/kling-9", {"prompt": "x"}, 404, "The requested resource does not exist: kling-9"),
        ("/text-to-video/kling-3.0", {}, 400, "prompt: must not be blank"),
        ("/text-to-video/kling-2.6", {"prompt": "x" * 2501}, 400, "prompt: size must be between 0 and 2500"),
        ("/text-to-video/kling-3.0", {"prompt": "x", "settings": {"duration": 16}}, 400,
         "settings.duration value '16' is invalid"),
        ("/text-to-video/kling-2.6", {"prompt": "x", "settings": {"resolution": "4k"}}, 400,
         "settings.resolution value '4k' is invalid"),
        ("/text-to-video/kling-2.6", {"prompt": "x", "settings": {"audio": "native"}}, 400,
         "model/resolution/duration(kling-2.6/720p/5) is not supported with audio"),
        ("/image-to-video/kling-3.0", {"contents": [{"type": "prompt", "text": "x"}]}, 400,
         "contents: first_frame can not be null"),
        ("/image-to-video/kling-3.0", {"contents": [{"type": "frame"}]}, 400,
         "contents[0].type value 'frame' is invalid"),
        ("/image-to-video/kling-3.0-turbo",
         {"contents": [{"type": "first_frame", "url": PICTURE}, {"type": "last_frame", "url": PICTURE}]}, 400,
         "Image tail is not supported by the current model"),
    ],
)  # fmt: skip
def test_a_bad_request_of_the_new_standard_is_refused_by_name(
    api: Api, path: str, fields: dict[str, Any], status: int, message: str
) -> None:
    assert api.refused(path, **fields) == (status, 1203 if status == 404 else 1201, message)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b'{"prompt": NaN}'])
def test_a_body_that_is_no_json_object_is_refused(shared: Sandbox, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {DEFAULT_API_KEY}", "Content-Type": "application/json"}
    answer = requests.post(shared.url + TEXT, data=body, headers=headers, timeout=20)
    assert (answer.status_code, answer.json()["message"]) == (400, "Failed to resolve the request body")


@pytest.mark.parametrize("duration", ["3", 3, 3.0])
def test_a_duration_may_be_text_or_a_number(api: Api, duration: Any) -> None:
    assert api.create(duration=duration)


def test_unknown_keys_are_ignored(api: Api) -> None:
    assert api.create(seed=5, nonsense={"a": 1})
    settings = {"mode": "nonsense", "duration": 3}
    assert api.create("/text-to-video/kling-3.0-turbo", prompt="a kite", negative_prompt="x" * 9999, settings=settings)


def test_what_is_impossible_is_said_before_what_is_missing_on_the_account(start: Start) -> None:
    poor = Api(start(units=0))
    assert poor.refused(duration="99")[1:] == (1201, "duration value '99' is invalid")
    assert poor.refused(IMAGE, image="junk!")[2] == "File is not in a valid base64 format"
    assert poor.refused() == (429, 1102, "Account balance not enough")


def test_the_body_is_not_looked_at_without_a_key(shared: Sandbox) -> None:
    assert requests.post(shared.url + TEXT, data=b"{", timeout=20).json()["code"] == 1001


def test_retired_models_answer_until_they_are_switched_off(api: Api, start: Start) -> None:
    assert api.create(model_name="kling-v1", duration="5")
    message = "The model 'kling-v1' has been discontinued and is no longer available."
    assert Api(start(retired=True)).refused(model_name="kling-v1", duration="5") == (400, 1201, message)
