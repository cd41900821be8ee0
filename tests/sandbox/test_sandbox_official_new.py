"""The new standard at Kling's own platform: shots, elements, voices, omni video, motion control, virtual try-on."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import requests

from kling_api.sandbox import Sandbox

from .conftest import Listener
from .driver import Api, Start, difference, read_clip, token
from .official import OTHER_PICTURE, PICTURE, accepted, base_clip, download, element_of, message

TEXT_3, IMAGE_3, TURBO = "/text-to-video/kling-3.0", "/image-to-video/kling-3.0", "/text-to-video/kling-3.0-turbo"
IMAGE_26 = "/image-to-video/kling-2.6"
OMNI, OMNI_1 = "/omni-video/kling-3.0-omni", "/omni-video/kling-o1"
MOTION, MOTION_26 = "/motion-control/kling-3.0", "/motion-control/kling-2.6"
TRY_ON = "/solutions/virtual_try_on"
SETTINGS = {"duration": 3, "aspect_ratio": "1:1", "multi_shot": False}
PROMPT = {"type": "prompt", "text": "a kite"}
FIRST, LAST = {"type": "first_frame", "url": PICTURE}, {"type": "last_frame", "url": OTHER_PICTURE}
REFERENCE = {"type": "refer_image", "url": OTHER_PICTURE}
PAIR = [{"type": "person_image", "url": PICTURE}, {"type": "product_image", "url": OTHER_PICTURE}]


def contents(*pieces: dict[str, Any], **settings: Any) -> dict[str, Any]:
    return {"contents": [PROMPT, *pieces], "settings": SETTINGS | settings}


def element(id: Any, name: str = "element_1") -> dict[str, Any]:
    return {"type": "element", "element_id": str(id), "id": name}


def clip(url: str, role: str) -> dict[str, Any]:
    return {"type": f"{role}_video", "url": url, "id": "video_1"}


def finished(api: Api, path: str, **fields: Any) -> dict[str, Any]:
    task = api.finished_new(api.create(path, **fields))
    assert task["status"] == "succeeded", task["message"]
    return task


def largest_step(url: str) -> float:
    """How much the picture changes from one frame to the next, at most."""
    small = read_clip(download(url)).small
    return max(difference(small[index], small[index + 1]) for index in range(len(small) - 1))


def test_a_clip_is_cut_into_shots_unless_multi_shot_is_said_to_be_false(large: Sandbox) -> None:
    api = Api(large)
    silent = {name: value for name, value in SETTINGS.items() if name != "multi_shot"}
    cut, whole = (
        largest_step(finished(api, TEXT_3, prompt="a kite", settings=settings)["outputs"][0]["url"])
        for settings in (silent, SETTINGS)
    )
    assert cut > 3 * whole


def test_written_shots_are_cuts_and_must_fill_the_clip(large: Sandbox) -> None:
    api = Api(large)
    prompt = "shot 1, 1, a harbour; shot 2, 2, a tower;"
    task = finished(api, TEXT_3, prompt=prompt, settings=SETTINGS | {"multi_shot": True})
    assert task["outputs"][0]["duration"] == "3.0"
    assert largest_step(task["outputs"][0]["url"]) > 20
    assert accepted(api, TURBO, prompt=prompt, settings={"duration": 3, "aspect_ratio": "1:1"})
    longer = {"duration": 4, "aspect_ratio": "1:1"}
    text = "The sum of the shot durations (3) must be equal to duration (4)"
    assert message(api, TEXT_3, prompt=prompt, settings=longer) == text
    assert message(api, TURBO, prompt=prompt, settings=longer) == text
    assert accepted(api, TEXT_3, prompt=prompt, settings=longer | {"multi_shot": False})


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("shot 1, 1, a; shot 3, 2, b;", "prompt: shots must be numbered from 1 to at most 6"),
        (" ".join(f"shot {number}, 1, x;" for number in range(1, 8)),
         "prompt: shots must be numbered from 1 to at most 6"),
        ("shot 1, 0, a; shot 2, 3, b;", "prompt: a shot must last at least 1s and have 1 to 512 characters"),
        ("shot 1, 1, ; shot 2, 2, b;", "prompt: a shot must last at least 1s and have 1 to 512 characters"),
        (f"shot 1, 1, a; shot 2, 2, {'b' * 513};", "prompt: a shot must last at least 1s and have 1 to 512 characters"),
    ],
)  # fmt: skip
def test_badly_written_shots_are_refused(api: Api, prompt: str, text: str) -> None:
    assert message(api, TEXT_3, prompt=prompt, settings=SETTINGS | {"multi_shot": True}) == text


def test_elements_and_voices_are_cited_by_a_name_of_their_own(api: Api) -> None:
    kite = element_of(api)
    voice = api.get("/v1/general/presets-voices").json()["data"][0]["task_result"]["voices"][0]["voice_id"]
    spoken = {"type": "voice", "voice_id": voice, "id": "ann"}
    native = {"audio": "native", "resolution": "1080p", "duration": 5}
    assert accepted(api, IMAGE_3, **contents(FIRST, LAST, element(kite)))
    assert accepted(api, IMAGE_26, **contents(FIRST, spoken, **native))
    silent = message(api, IMAGE_26, **contents(FIRST, spoken, duration=5))
    assert silent == "Voice is only supported with sound"
    assert message(api, IMAGE_26, **contents(FIRST, spoken | {"voice_id": "1"}, **native)) == "Voice id not found: 1"
    third = contents(FIRST, *(spoken | {"id": str(number)} for number in range(3)), **native)
    assert message(api, IMAGE_26, **third) == "contents: at most 2 pieces of type voice"
    assert message(api, IMAGE_26, **contents(FIRST, element(kite))) == "contents[2].type value 'element' is invalid"
    assert message(api, IMAGE_3, **contents(FIRST, spoken)) == "contents[2].type value 'voice' is invalid"
    assert message(api, IMAGE_3, **contents(FIRST, element(1))) == "Element not found by id: 1"
    assert message(api, IMAGE_3, **contents(FIRST, element(kite, ""))) == "contents[2].id: must not be blank"
    twice = contents(FIRST, element(kite), element(kite))
    assert message(api, IMAGE_3, **twice) == "contents: id element_1 is used more than once"
    many = contents(FIRST, *(element(kite, str(number)) for number in range(4)))
    assert message(api, IMAGE_3, **many) == "contents: at most 3 pieces of type element"


@pytest.mark.parametrize(
    ("path", "body", "seconds", "units"),
    [
        (OMNI, contents(FIRST, LAST, audio="native"), "3.0", "2.4"),
        (OMNI, contents(REFERENCE), "3.0", "1.8"),
        (OMNI_1, contents(REFERENCE, duration=4), "4.0", "2.4"),
    ],
)
def test_an_omni_video_is_made_of_what_is_given(
    api: Api, path: str, body: dict[str, Any], seconds: str, units: str
) -> None:
    task = finished(api, path, **body)
    assert (task["outputs"][0]["type"], task["outputs"][0]["duration"]) == ("video", seconds)
    assert task["billing"] == [{"charge_type": "unit", "amount": units, "package_type": "video", "list_price": units}]
    assert (read_clip(download(task["outputs"][0]["url"])).sound is not None) == (
        body["settings"].get("audio") == "native"
    )


def test_an_omni_video_follows_or_edits_a_clip(api: Api) -> None:
    url = base_clip(api)["url"]
    edited = finished(api, OMNI, **contents(clip(url, "base"), REFERENCE, audio="original", duration=9))
    assert (edited["outputs"][0]["duration"], edited["billing"][0]["amount"]) == ("3.0", "2.7")
    follows = contents(clip(url, "feature"), FIRST, multi_shot=True)
    assert finished(api, OMNI, **follows)["outputs"][0]["duration"] == "3.0"
    text = "multi_shot false with a feature video is not supported by the current model"
    assert message(api, OMNI, **contents(clip(url, "feature"))) == text
    native = message(api, OMNI, **contents(clip(url, "base"), audio="native"))
    assert native == "settings.audio value 'native' is invalid"
    original = message(api, OMNI, **contents(clip(url, "feature"), audio="original", multi_shot=True))
    assert original == "settings.audio value 'original' is invalid"
    assert (
        message(api, OMNI, **contents(clip(url, "base"), clip(url, "feature") | {"id": "2"}))
        == "contents: at most 1 video"
    )
    framed = message(api, OMNI_1, **contents(clip(url, "base"), FIRST, duration=5))
    assert framed == "first_frame and end_frame are not supported with a base video"


@pytest.mark.parametrize(
    ("path", "body", "text"),
    [
        (OMNI, {"contents": [FIRST]}, "contents: prompt can not be null"),
        (OMNI, {"contents": [{"type": "prompt", "text": "x" * 3073}]},
         "contents[0].text: size must be between 0 and 3072"),
        (OMNI_1, {"contents": [{"type": "prompt", "text": "x" * 2501}]},
         "contents[0].text: size must be between 0 and 2500"),
        (OMNI, {"contents": [PROMPT]}, "settings.aspectRatio: must not be blank"),
        (OMNI, contents(LAST), "end_frame is not supported without first_frame"),
        (OMNI, contents(FIRST, FIRST), "contents[2].type value 'first_frame' is invalid"),
        (OMNI, contents({"type": "image", "url": PICTURE}), "contents[1].type value 'image' is invalid"),
        (OMNI, contents(*[REFERENCE] * 8), "The sum of images and elements can not exceed 7"),
        (OMNI, contents({"type": "base_video", "url": PICTURE}), "contents[1].url: must be a valid URL"),
        (OMNI, contents(audio="original"), "settings.audio value 'original' is invalid"),
        (OMNI, contents(duration=16), "settings.duration value '16' is invalid"),
        (OMNI, contents({"type": "refer_image", "url": "?"}), "File is not in a valid base64 format"),
        (OMNI_1, contents(resolution="4k", duration=5), "settings.resolution value '4k' is invalid"),
        (OMNI_1, contents(audio="native", duration=5), "settings.audio value 'native' is invalid"),
        (OMNI_1, contents(), "Duration only supports 5 or 10 seconds when no refer_image is provided"),
        (OMNI_1, contents(FIRST, duration=4), "Duration only supports 5 or 10 seconds when no refer_image is provided"),
        (MOTION, {"contents": [PROMPT]}, "contents: image can not be null"),
        (MOTION, contents({"type": "image", "url": PICTURE}), "contents: video can not be null"),
        (MOTION, contents({"type": "image", "url": PICTURE}, {"type": "video", "url": "http://127.0.0.1/x"}),
         "settings.characterOrientation: must not be blank"),
        (MOTION, contents({"type": "image", "url": PICTURE}, {"type": "video", "url": "https://example.invalid/x"},
                          character_orientation="image"),
         "Something went wrong when we tried to get the contents of the file."),
        (MOTION_26, contents(element(1)), "contents[1].type value 'element' is invalid"),
        (TRY_ON, {"contents": PAIR[:1]}, "contents: product_image can not be null"),
        (TRY_ON, {"contents": [PAIR[0], PAIR[1] | {"url": ""}]}, "contents[1].url: must not be blank"),
        (TRY_ON, {"contents": PAIR, "settings": {"keep_face": "maybe"}}, "Failed to resolve the request body"),
    ],
)  # fmt: skip
def test_a_bad_order_is_refused_by_name(api: Api, path: str, body: dict[str, Any], text: str) -> None:
    assert message(api, path, **body) == text


@pytest.mark.parametrize("path", ["/omni-video/kling-2.6", "/motion-control/kling-o1", "/text-to-video/kling-o1"])
def test_a_model_that_does_not_do_it_is_a_resource_that_does_not_exist(api: Api, path: str) -> None:
    text = f"The requested resource does not exist: {path.rpartition('/')[2]}"
    assert api.refused(path, prompt="x") == (404, 1203, text)


def test_a_motion_is_as_long_as_its_clip_and_keeps_its_sound(api: Api) -> None:
    moving = base_clip(api, sound="on", model_name="kling-v3")
    pieces = ({"type": "image", "url": PICTURE}, {"type": "video", "url": moving["url"]})
    task = finished(api, MOTION, **contents(*pieces, character_orientation="image"))
    assert (task["outputs"][0]["duration"], task["billing"][0]["amount"]) == ("3.0", "2.7")
    assert read_clip(download(task["outputs"][0]["url"])).sound is not None
    silent = finished(api, MOTION_26, **contents(*pieces, character_orientation="video", audio="off"))
    assert silent["billing"][0]["amount"] == "1.5"


def test_a_try_on_is_asked_for_by_its_task_id_alone(api: Api) -> None:
    body = {"contents": PAIR, "settings": {"keep_face": True}, "options": {"external_task_id": "worn"}}
    first, second = (api.post(TRY_ON, body).json()["data"] for _ in range(2))
    assert first["external_id"] == second["external_id"] == ""
    task = api.finished_new(first["id"])
    assert api.get("/solutions", task_ids=first["id"]).json()["data"] == [task]
    assert [set(output) for output in task["outputs"]] == [{"type", "url", "watermark_url"}]
    assert download(task["outputs"][0]["url"])
    listed = api.post("/tasks", {"filters": [{"key": "product_type", "values": ["try_on"]}]}).json()["data"]["result"]
    assert {first["id"], second["id"]} <= {entry["id"] for entry in listed}
    assert api.get("/solutions").json()["message"] == "task_ids is required"
    many = ",".join(map(str, range(21)))
    assert api.get("/solutions", task_ids=many).json()["message"] == "task_ids cannot exceed 20 in total"
    clip_task = accepted(api, TURBO, prompt="x", settings={"duration": 3, "aspect_ratio": "1:1"})
    assert api.get("/solutions", task_ids=clip_task).json()["data"] == []


def test_a_callback_has_the_shape_of_the_standard_that_it_was_ordered_by(api: Api, listener: Listener) -> None:
    old, new = f"{listener.url}/old", f"{listener.url}/new"
    api.finished_new(api.create("/v1/images/generations", prompt="x", aspect_ratio="1:1", callback_url=old))
    api.finished_new(api.create(TRY_ON, contents=PAIR, options={"callback_url": new}))
    ends: dict[str, Any] = {}
    for _ in range(200):
        told = [json.loads(body) for body in listener.bodies]
        ends = {word: task for task in told for word in ("task_status", "status") if "succeed" in task.get(word, "")}
        if len(ends) == 2:
            break
        time.sleep(0.05)
    assert ends["task_status"]["task_result"]["images"][0]["url"]
    assert ends["status"]["outputs"][0]["type"] == "image"


@pytest.mark.parametrize("path", [OMNI, MOTION, TRY_ON])
def test_the_new_standard_takes_no_jwt(api: Api, path: str) -> None:
    headers = {"Authorization": f"Bearer {token()}"}
    answer = requests.post(api.url + path, json={}, headers=headers, timeout=20)
    assert (answer.status_code, answer.json()["code"]) == (401, 1002)


@pytest.mark.parametrize(("path", "operation"), [(OMNI, "omni-video"), (MOTION, "motion-control"),
                                                 (TRY_ON, "kolors-virtual-try-on")])  # fmt: skip
def test_a_fault_is_called_as_the_product_of_the_old_standard(start: Start, path: str, operation: str) -> None:
    api = Api(start())
    api.fault(kind="refuse", operation=operation)
    assert [api.post(path, {}).json()["code"] for _ in range(2)] == [1301, 1201]
