"""The orders of clips of the old standard at Kling's own platform, each to its result, and what each refuses."""

from __future__ import annotations

import re
from typing import Any

import pytest

from kling_api.sandbox import Sandbox

from .conftest import Listener
from .driver import SMALL, TEXT, Api, Start, difference, read_clip, url_of
from .official import (
    OPERATIONS,
    OTHER_PICTURE,
    PICTURE,
    accepted,
    base64_sound,
    base_clip,
    download,
    element_of,
    finished,
    message,
    sound,
)

OMNI = "/v1/videos/omni-video"
MULTI = "/v1/videos/multi-image2video"
MOTION = "/v1/videos/motion-control"
EXTEND = "/v1/videos/video-extend"
EFFECTS = "/v1/videos/effects"
AVATAR = "/v1/videos/avatar/image2video"
FACES = "/v1/videos/identify-face"
LIPS = "/v1/videos/advanced-lip-sync"
OLD = {"model_name": "kling-v1-6", "duration": "5"}
V3_OMNI = {"model_name": "kling-v3-omni", "prompt": "a kite", "mode": "std", "aspect_ratio": "1:1", "duration": "3"}
O1 = {"prompt": "a kite", "mode": "std", "aspect_ratio": "1:1"}
MOVING = {"image_url": PICTURE, "mode": "std", "character_orientation": "image"}
FIRST, LAST, PLAIN = (
    {"image_url": PICTURE, "type": "first_frame"},
    {"image_url": OTHER_PICTURE, "type": "end_frame"},
    {"image_url": OTHER_PICTURE},
)


def order(api: Api, path: str) -> dict[str, Any]:
    """A good order of the product."""
    if path == EXTEND:
        return {"video_id": base_clip(api, **OLD)["id"], "prompt": "on"}
    if path == LIPS:
        session = faces(api, video_id=base_clip(api)["id"])
        return {"session_id": session["session_id"], "face_choose": [choice()]}
    if path == MOTION:
        return MOVING | {"video_url": base_clip(api)["url"]}
    return {
        OMNI: V3_OMNI | {"image_list": [FIRST, PLAIN]},
        MULTI: {"image_list": [{"image": PICTURE}, {"image": OTHER_PICTURE}], "prompt": "together"},
        EFFECTS: {"effect_scene": "hug_pro", "input": {"images": [PICTURE, OTHER_PICTURE]}},
        AVATAR: {"image": PICTURE, "sound_file": base64_sound(2)},
    }[path]


def faces(api: Api, **fields: Any) -> dict[str, Any]:
    return api.post(FACES, fields).json()["data"]


def choice(**fields: Any) -> dict[str, Any]:
    times = {"sound_start_time": 0, "sound_end_time": 2500, "sound_insert_time": 300}
    return {"face_id": "0", "sound_file": base64_sound(2.5)} | times | fields


@pytest.mark.parametrize(
    ("path", "seconds", "units"),
    [
        (OMNI, "3.0", "1.8"),
        (MULTI, "5.0", "2"),
        (MOTION, "3.0", "1.5"),
        (EXTEND, "10.0", "2"),
        (EFFECTS, "5.0", None),
        (AVATAR, "2.0", "0.8"),
        (LIPS, "3.0", "0.5"),
    ],
)
def test_a_good_order_becomes_a_clip_that_is_asked_for_and_listed(
    api: Api, path: str, seconds: str, units: str | None
) -> None:
    made = api.post(path, order(api, path) | {"external_task_id": f"good-{OPERATIONS[path]}"}).json()["data"]
    assert made["task_info"] == {"external_task_id": f"good-{OPERATIONS[path]}"}
    task = api.finished(made["task_id"], path)
    video = task["task_result"]["videos"][0]
    assert set(video) == {"id", "url", "watermark_url", "duration"}
    assert (task["task_status"], video["duration"]) == ("succeed", seconds)
    assert float(task["final_unit_deduction"]) > 0
    assert units in (None, task["final_unit_deduction"])
    assert task["watermark_info"] == {"enabled": False}
    assert read_clip(download(video["url"])).rate
    assert made["task_id"] in [listed["task_id"] for listed in api.get(path).json()["data"]]
    assert api.get("/tasks", task_ids=made["task_id"]).json()["data"][0]["outputs"][0]["id"] == video["id"]


@pytest.mark.parametrize(("path", "operation"), OPERATIONS.items())
def test_a_fault_is_called_as_the_product(start: Start, path: str, operation: str) -> None:
    api = Api(start())
    api.fault(kind="refuse", operation=operation)
    assert api.post(path, {}).json()["code"] == 1301
    assert api.post(path, {}).json()["code"] == 1201


def test_an_order_of_any_product_can_fail_later(api: Api) -> None:
    api.fault(kind="fail_task", operation="effects", message="Failure to pass the risk control system")
    task = api.finished(api.create(EFFECTS, **order(api, EFFECTS)), EFFECTS)
    assert (task["task_status"], task["task_status_msg"]) == ("failed", "Failure to pass the risk control system")
    assert (task["task_result"], task["final_unit_deduction"]) == ({}, "0")


@pytest.mark.parametrize("path", [EXTEND, LIPS])
def test_a_clip_that_was_made_of_another_names_it(api: Api, path: str) -> None:
    body = order(api, path)
    parent = base_clip(api, **(OLD if path == EXTEND else {}))
    task = finished(api, path, **body)
    assert task["task_info"]["parent_video"]["duration"] == parent["duration"]
    assert read_clip(download(task["task_info"]["parent_video"]["url"])).rate


@pytest.mark.parametrize("path", [LIPS])
def test_a_lip_sync_is_asked_for_by_its_task_id_alone(api: Api, path: str) -> None:
    key = api.create(path, **order(api, path), external_task_id="lips-1")
    assert api.task(key, path)["task_id"] == key
    assert api.get(f"{path}/lips-1").json()["code"] == 1201
    assert api.get("/tasks", external_task_ids="lips-1").json()["data"][0]["id"] == key


@pytest.mark.parametrize("path", [OMNI, EFFECTS, AVATAR])
def test_an_external_id_is_taken_once_by_any_product(api: Api, path: str) -> None:
    name = f"once-{OPERATIONS[path]}"
    key = api.create(path, **order(api, path), external_task_id=name)
    text = f"External_task_id {name} already exists"
    assert message(api, path, **order(api, path), external_task_id=name) == text
    assert message(api, TEXT, external_task_id=name) == text
    assert api.task(name, path)["task_id"] == key


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"model_name": "kling-video-o3"}, "model_name value 'kling-video-o3' is invalid"),
        ({"prompt": ""}, "prompt: must not be blank"),
        ({"prompt": "x" * 2501}, "prompt: size must be between 0 and 2500"),
        ({"mode": "best"}, "mode value 'best' is invalid"),
        ({"aspect_ratio": ""}, "aspectRatio: must not be blank"),
        ({"aspect_ratio": "4:3"}, "aspect_ratio value '4:3' is invalid"),
        ({"duration": "16"}, "duration value '16' is invalid"),
        ({"image_list": [{"image_url": ""}]}, "imageList[0].imageUrl: must not be blank"),
        ({"image_list": [{"image_url": PICTURE, "type": "last"}]}, "image_list[0].type value 'last' is invalid"),
        ({"image_list": [PICTURE]}, "Failed to resolve the request body"),
        ({"image_list": [PLAIN] * 8}, "imageList: size must be between 0 and 7"),
        ({"image_list": [LAST]}, "end_frame is not supported without first_frame"),
        ({"image_list": [FIRST, PLAIN, LAST]}, "end_frame is not supported with more than 2 images"),
        ({"image_list": [{"image_url": f"data:image/png;base64,{PICTURE}"}]}, "File is not in a valid base64 format"),
        ({"video_list": [{"video_url": PICTURE}]}, "videoList[0].videoUrl: must be a valid URL"),
        ({"element_list": [{"element_id": 5}]}, "Element not found by id: 5"),
        ({"multi_shot": True}, "shotType: must not be blank"),
        ({"multi_shot": True, "shot_type": "customize"}, "multiPrompt: size must be between 1 and 6"),
        ({"multi_shot": True, "shot_type": "customize", "multi_prompt": [{"index": 1, "prompt": "x", "duration": "2"}]},
         "The sum of the shot durations (2) must be equal to duration (3)"),
        ({"multi_shot": True, "shot_type": "customize", "multi_prompt": [{"index": 2, "prompt": "x", "duration": "3"}]},
         "multi_prompt.index value '2' is invalid"),
        ({"model_name": "kling-video-o1", "mode": "4k"},
         "4k mode is not supported by the current model: kling-video-o1"),
        ({"model_name": "kling-video-o1", "sound": "on", "duration": "5"},
         "Sound is not supported by the current model"),
        ({"model_name": "kling-video-o1", "duration": "11"}, "duration value '11' is invalid"),
        ({"model_name": "kling-video-o1", "duration": "3"},
         "Duration only supports 5 or 10 seconds when no refer_image is provided"),
        ({"model_name": "kling-video-o1", "duration": "5", "multi_shot": True, "shot_type": "intelligence"},
         "Multi shot is not supported by the current model"),
    ],
)  # fmt: skip
def test_a_bad_omni_video_is_refused_by_name(api: Api, fields: dict[str, Any], text: str) -> None:
    assert message(api, OMNI, **V3_OMNI | fields) == text


def test_what_an_omni_video_may_hold_depends_on_its_clip(api: Api) -> None:
    base, feature = (
        {"video_list": [{"video_url": base_clip(api)["url"], "refer_type": role}]} for role in ("base", "feature")
    )
    with_frame = message(api, OMNI, **V3_OMNI | base, image_list=[FIRST])
    assert with_frame == "first_frame and end_frame are not supported with a base video"
    assert message(api, OMNI, **V3_OMNI | feature, sound="on") == "sound is not supported with video_list"
    many = message(api, OMNI, **V3_OMNI | feature, image_list=[PLAIN] * 5)
    assert many == "The sum of images and elements can not exceed 4"
    twice = {"video_list": base["video_list"] * 2}
    assert message(api, OMNI, **V3_OMNI | twice) == "videoList: size must be between 0 and 1"


def test_an_edited_clip_is_as_long_as_it_was_and_costs_more(api: Api) -> None:
    body = V3_OMNI | {"duration": "9", "video_list": [{"video_url": base_clip(api)["url"]}]}
    task = finished(api, OMNI, **{name: value for name, value in body.items() if name != "aspect_ratio"})
    assert task["task_result"]["videos"][0]["duration"] == "3.0"
    assert task["final_unit_deduction"] == "2.7"


def test_an_omni_video_is_made_in_pro_unless_it_is_said_otherwise(api: Api) -> None:
    key = api.create(OMNI, **{name: value for name, value in V3_OMNI.items() if name != "mode"})
    assert api.finished(key, OMNI)["final_unit_deduction"] == "2.4"


def test_the_shots_of_the_old_standard_are_cuts(large: Sandbox) -> None:
    api = Api(large)
    told = [{"index": number, "prompt": f"shot of {word}", "duration": seconds}
            for number, word, seconds in ((1, "a harbour", "1"), (2, "a tower", 2))]  # fmt: skip
    shots = {"multi_shot": True, "shot_type": "customize", "multi_prompt": told}
    clip = read_clip(download(url_of(finished(api, TEXT, **SMALL | {"prompt": ""} | shots))))
    steps = [difference(clip.small[index], clip.small[index + 1]) for index in range(len(clip.small) - 1)]
    assert steps.index(max(steps)) == pytest.approx(float(clip.rate or 0), abs=2)
    whole = read_clip(download(base_clip(api)["url"]))
    assert max(difference(whole.small[index], whole.small[index + 1]) for index in range(len(steps))) < max(steps) / 2
    assert message(api, TEXT, **OLD, **shots) == "Multi shot is not supported by the current model"


def test_voices_and_elements_must_be_there_and_fit_the_model(api: Api) -> None:
    voice, element = api.get("/v1/general/presets-voices").json()["data"][0], element_of(api)
    voices = {"voice_list": [{"voice_id": voice["task_result"]["voices"][0]["voice_id"]}]}
    elements = {"element_list": [{"element_id": element}]}
    pro = {"model_name": "kling-v2-6", "duration": "5", "mode": "pro", "sound": "on"}
    assert accepted(api, TEXT, **pro, **voices)
    assert accepted(api, TEXT, **elements)
    assert message(api, TEXT, **pro | {"sound": "off"}, **voices) == "Voice is only supported with sound"
    assert message(api, TEXT, **pro, **elements) == "Element is not supported by the current model"
    assert message(api, TEXT, **pro, voice_list=[{"voice_id": "1"}]) == "Voice id not found: 1"
    assert message(api, TEXT, **pro, voice_list=[{"voice_id": "1"}] * 3) == "voiceList: size must be between 0 and 2"
    assert message(api, TEXT, element_list=[{"element_id": 1}]) == "Element not found by id: 1"
    both = message(api, TEXT, **voices, **elements, sound="on")
    assert both == "voice_list and element_list can not be used together"


@pytest.mark.parametrize(
    ("path", "fields", "text"),
    [
        (MULTI, {"prompt": "x"}, "imageList: size must be between 1 and 4"),
        (MULTI, {"prompt": "x", "image_list": [{"image": PICTURE}] * 5}, "imageList: size must be between 1 and 4"),
        (MULTI, {"image_list": [{"image": PICTURE}]}, "prompt: must not be blank"),
        (MULTI, {"prompt": "x", "image_list": [{"image": "?"}]}, "File is not in a valid base64 format"),
        (MULTI, {"model_name": "kling-v2-1"}, "model_name value 'kling-v2-1' is invalid"),
        (MULTI, {"prompt": "x", "image_list": [{"image": PICTURE}], "duration": "7"}, "duration value '7' is invalid"),
        (MOTION, {"model_name": "kling-v2-6-pro"}, "model_name value 'kling-v2-6-pro' is invalid"),
        (MOTION, {}, "imageUrl: must not be blank"),
        (MOTION, {"image_url": PICTURE}, "videoUrl: must not be blank"),
        (MOTION, {"image_url": PICTURE, "video_url": "http://127.0.0.1/x"}, "video mode must be specified"),
        (MOTION, {"image_url": PICTURE, "video_url": "http://127.0.0.1/x", "mode": "std"},
         "character orientation must be specified"),
        (MOTION, MOVING | {"video_url": "https://example.invalid/x.mp4"},
         "Something went wrong when we tried to get the contents of the file."),
        (EXTEND, {}, "videoId: must not be blank"),
        (EXTEND, {"video_id": "1"}, "Video not found by id: 1"),
        (EXTEND, {"video_id": "1", "cfg_scale": 2}, "cfgScale: must be less than or equal to 1"),
        (EFFECTS, {"input": {"image": PICTURE}}, "effectScene: must not be blank"),
        (EFFECTS, {"effect_scene": "hug_a_bug"}, "effect_scene value 'hug_a_bug' is invalid"),
        (EFFECTS, {"effect_scene": "hug_pro"}, "input: must not be null"),
        (EFFECTS, {"effect_scene": "hug_pro", "input": {"image": PICTURE}},
         "input.images: size must be between 2 and 2"),
        (EFFECTS, {"effect_scene": "pet_lion_pro", "input": {"images": [PICTURE] * 2}},
         "input.image: must not be blank"),
        (EFFECTS, {"effect_scene": "pet_lion_pro", "input": {"image": f"data:image/png;base64,{PICTURE}"}},
         "File is not in a valid base64 format"),
        (AVATAR, {"sound_file": "https://example.invalid/a.mp3"}, "image: must not be blank"),
        (AVATAR, {"image": PICTURE}, "audio_id and sound_file can not be empty at the same time"),
        (AVATAR, {"image": PICTURE, "audio_id": "1", "sound_file": "x"},
         "audio_id and sound_file can not be used together"),
        (AVATAR, {"image": PICTURE, "audio_id": "1"}, "Audio not found by id: 1"),
        (AVATAR, {"image": PICTURE, "sound_file": base64_sound(1)}, "Audio duration must be between 2s and 300s"),
        (AVATAR, {"image": PICTURE, "sound_file": PICTURE}, "The sound file is invalid"),
        (FACES, {}, "video_id and video_url can not be empty at the same time"),
        (FACES, {"video_id": "1", "video_url": "http://x"}, "video_id and video_url can not be used together"),
        (FACES, {"video_id": "1"}, "Video not found by id: 1"),
        (LIPS, {}, "sessionId: must not be blank"),
        (LIPS, {"session_id": "1"}, "faceChoose: size must be between 1 and 1"),
        (LIPS, {"session_id": "1", "face_choose": [choice()] * 2}, "faceChoose: size must be between 1 and 1"),
        (LIPS, {"session_id": "1", "face_choose": [choice()]}, "Session not found by id: 1"),
    ],
)  # fmt: skip
def test_a_bad_order_of_a_clip_is_refused_by_name(api: Api, path: str, fields: dict[str, Any], text: str) -> None:
    assert message(api, path, **fields) == text


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"face_id": "7"}, "face_choose[0].face_id value '7' is invalid"),
        ({"sound_file": ""}, "face_choose[0].audio_id and face_choose[0].sound_file can not be empty at the same time"),
        ({"sound_start_time": None}, "faceChoose[0].soundStartTime: must not be null"),
        ({"sound_insert_time": -1}, "faceChoose[0].soundInsertTime: must be greater than or equal to 0"),
        ({"sound_end_time": 1999}, "The cropped sound can not be shorter than 2s"),
        ({"sound_end_time": 2600}, "sound_end_time can not be later than the end of the sound"),
        ({"sound_insert_time": 600}, "The end of the inserted sound can not be later than the end of the video"),
        ({"sound_volume": 2.1}, "faceChoose[0].soundVolume: must be less than or equal to 2"),
        ({"sound_file": base64_sound(1.5)}, "Audio duration must be between 2s and 60s"),
    ],
)
def test_a_lip_sync_that_does_not_fit_its_clip_is_refused(api: Api, fields: dict[str, Any], text: str) -> None:
    session = faces(api, video_id=base_clip(api)["id"])["session_id"]
    assert message(api, LIPS, session_id=session, face_choose=[choice(**fields)]) == text


def test_a_search_for_faces_costs_something_and_shows_them(start: Start) -> None:
    api = Api(start())
    clip = base_clip(api, prompt="talk [two faces]")
    found = faces(api, video_id=clip["id"])
    assert set(found) == {"session_id", "final_unit_deduction", "face_data"}
    assert found["final_unit_deduction"] == "0.05"
    assert [(face["face_id"], face["start_time"], face["end_time"]) for face in found["face_data"]] == [
        ("0", 0, 3000),
        ("1", 1000, 3000),
    ]
    assert all(download(face["face_image"]) for face in found["face_data"])
    assert api.state()["units_charged"] == "1.85"
    late = choice(face_id="1", sound_end_time=2000, sound_insert_time=900)
    text = "The inserted sound must overlap with the lip-sync interval of the face for at least 2s"
    assert message(api, LIPS, session_id=found["session_id"], face_choose=[late]) == text
    fits = choice(face_id="1", sound_end_time=2000, sound_insert_time=1000)
    assert finished(api, LIPS, session_id=found["session_id"], face_choose=[fits])


def test_the_clip_of_a_motion_is_looked_at_before_the_task_is_made(api: Api, listener: Listener) -> None:
    listener.files["/3.mp4"] = download(base_clip(api)["url"])
    listener.files["/none.mp4"] = b"no clip"
    listener.files["/sound.wav"] = sound(2.5)
    assert finished(api, MOTION, **MOVING, video_url=f"{listener.url}/3.mp4", keep_original_sound="no")
    assert (
        message(api, MOTION, **MOVING, video_url=f"{listener.url}/sound.wav") == "Video duration can not less than 3s"
    )
    broken = message(api, MOTION, **MOVING, video_url=f"{listener.url}/none.mp4")
    assert re.match("Only .* can be uploaded|The video file is invalid", broken)
    long = base_clip(api, duration="11")["url"]
    assert message(api, MOTION, **MOVING, video_url=long) == "Video duration can not more than 10s"
    assert accepted(api, MOTION, **MOVING | {"character_orientation": "video"}, video_url=long)


def test_only_clips_of_the_first_models_can_be_extended(api: Api) -> None:
    text = "Video extend is not supported by the current model"
    assert message(api, EXTEND, video_id=base_clip(api)["id"]) == text
    merged = finished(api, MULTI, **order(api, MULTI))["task_result"]["videos"][0]["id"]
    assert message(api, EXTEND, video_id=merged) == text


def test_retired_effects_and_models_are_gone_when_that_is_switched_on(start: Start, api: Api) -> None:
    old = {"effect_scene": "pet_lion", "input": {"image": PICTURE}}
    assert accepted(api, EFFECTS, **old)
    text = "The model 'pet_lion' has been discontinued and is no longer available."
    assert message(Api(start(retired=True)), EFFECTS, **old) == text
