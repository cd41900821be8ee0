"""The orders of sounds at Kling's own platform, and the voices and elements that an account keeps there."""

from __future__ import annotations

import re
from typing import Any

import pytest

from kling_api.sandbox.config import Account

from .conftest import Listener
from .driver import TEXT, Api, Start, as_base64, photo, read_clip
from .official import (
    ELEMENTS,
    OTHER_PICTURE,
    PICTURE,
    VOICES,
    accepted,
    at_once,
    base_clip,
    download,
    element_of,
    finished,
    message,
    sound,
    voice_of,
)

SPEECH = "/v1/audio/tts"
FROM_TEXT = "/v1/audio/text-to-audio"
FROM_CLIP = "/v1/audio/video-to-audio"
SAID = {"text": "The kite is red and the wind is strong today.", "voice_id": "oversea_male1", "voice_language": "en"}
ELEMENT = {
    "element_name": "Kite",
    "element_description": "a red one",
    "reference_type": "image_refer",
    "element_image_list": {"frontal_image": PICTURE, "refer_images": [{"image_url": OTHER_PICTURE}]},
}
FILMED = ELEMENT | {"reference_type": "video_refer"}


@pytest.fixture
def voice_url(listener: Listener) -> str:
    listener.files["/voice.wav"] = sound(6)
    return f"{listener.url}/voice.wav"


def test_speech_is_answered_at_once_and_not_found_later(api: Api) -> None:
    task = at_once(api, SPEECH, **SAID, external_task_id="speech")
    assert set(task) == {
        *("task_id", "task_status", "task_status_msg", "task_result", "final_unit_deduction"),
        *("created_at", "updated_at"),
    }
    assert (task["task_status"], task["final_unit_deduction"]) == ("succeed", "0.05")
    audio = task["task_result"]["audios"][0]
    assert set(audio) == {"id", "url", "duration"}
    assert 2 <= float(audio["duration"]) <= 5
    assert download(audio["url"])
    assert at_once(api, SPEECH, **SAID, external_task_id="speech")["task_id"] != task["task_id"]
    assert api.get(f"{SPEECH}/{task['task_id']}").status_code == 404
    assert api.get("/tasks", task_ids=task["task_id"]).json()["data"] == []


def test_speech_is_what_an_avatar_and_a_lip_sync_say(api: Api) -> None:
    audio = at_once(api, SPEECH, **SAID)["task_result"]["audios"][0]
    avatar = finished(api, "/v1/videos/avatar/image2video", image=PICTURE, audio_id=audio["id"])
    assert float(avatar["task_result"]["videos"][0]["duration"]) == pytest.approx(float(audio["duration"]), abs=0.1)
    session = api.post("/v1/videos/identify-face", {"video_id": base_clip(api)["id"]}).json()["data"]["session_id"]
    face = {"face_id": "0", "audio_id": audio["id"], "sound_start_time": 0, "sound_insert_time": 0}
    lips = "/v1/videos/advanced-lip-sync"
    assert finished(api, lips, session_id=session, face_choose=[face | {"sound_end_time": 2000}])


def test_a_sound_from_text_has_two_files_of_one_length(api: Api) -> None:
    task = finished(api, FROM_TEXT, prompt="rain", duration=3.5, external_task_id="rain")
    audio = task["task_result"]["audios"][0]
    assert set(audio) == {"id", "url_mp3", "url_wav", "duration_mp3", "duration_wav"}
    assert float(audio["duration_wav"]) == 3.5
    assert download(audio["url_wav"])[:4] == b"RIFF"
    assert download(audio["url_mp3"])
    assert (task["final_unit_deduction"], "watermark_info" in task) == ("0.25", False)
    assert api.task("rain", FROM_TEXT)["task_id"] == task["task_id"]
    output = api.get("/tasks", external_task_ids="rain").json()["data"][0]["outputs"][0]
    assert (output["type"], output["id"], output["wav_duration"]) == ("audio", audio["id"], "3.500")


def test_a_clip_gets_a_sound_that_also_comes_alone(api: Api) -> None:
    parent = base_clip(api)
    task = finished(api, FROM_CLIP, video_id=parent["id"], sound_effect_prompt="waves", asmr_mode=True)
    result = task["task_result"]
    assert read_clip(download(result["videos"][0]["url"])).sound is not None
    assert [set(audio) for audio in result["audios"]] == [{"id", "url_mp3", "url_wav", "duration_mp3", "duration_wav"}]
    assert task["task_info"]["parent_video"] | {"url": ""} == {"id": parent["id"], "url": "", "duration": "3.0"}
    outputs = api.get("/tasks", task_ids=task["task_id"]).json()["data"][0]["outputs"]
    assert [output["type"] for output in outputs] == ["video", "audio"]


@pytest.mark.parametrize(
    ("path", "fields", "text"),
    [
        (SPEECH, SAID | {"text": ""}, "text: must not be blank"),
        (SPEECH, SAID | {"text": "x" * 1001}, "text: size must be between 0 and 1000"),
        (SPEECH, SAID | {"voice_language": ""}, "voiceLanguage: must not be blank"),
        (SPEECH, SAID | {"voice_language": "fr"}, "voice_language value 'fr' is invalid"),
        (SPEECH, SAID | {"voice_language": "zh"}, "Voice id not found"),
        (SPEECH, SAID | {"voice_id": "700000000000000001"}, "Voice id not found"),
        (SPEECH, SAID | {"voice_speed": 0.5}, "voiceSpeed: must be greater than or equal to 0.8"),
        (FROM_TEXT, {"prompt": "x" * 201, "duration": 5}, "prompt: size must be between 0 and 200"),
        (FROM_TEXT, {"prompt": "x"}, "duration: must not be null"),
        (FROM_TEXT, {"prompt": "x", "duration": 2.9}, "duration: must be greater than or equal to 3"),
        (FROM_TEXT, {"prompt": "x", "duration": 10.1}, "duration: must be less than or equal to 10"),
        (FROM_CLIP, {}, "video_id and video_url can not be empty at the same time"),
        (FROM_CLIP, {"video_id": "1"}, "Video not found by id: 1"),
        (FROM_CLIP, {"video_url": PICTURE}, "videoUrl: must be a valid URL"),
        (FROM_CLIP, {"video_id": "1", "bgm_prompt": "x" * 201}, "bgmPrompt: size must be between 0 and 200"),
        (VOICES, {"voice_url": "http://x"}, "voiceName: must not be blank"),
        (VOICES, {"voice_name": "x" * 21}, "voiceName: size must be between 0 and 20"),
        (VOICES, {"voice_name": "x"}, "voice_url and video_id can not be empty at the same time"),
        (VOICES, {"voice_name": "x", "voice_url": PICTURE}, "voiceUrl: must be a valid URL"),
        (ELEMENTS, ELEMENT | {"element_name": "x" * 21}, "elementName: size must be between 0 and 20"),
        (ELEMENTS, ELEMENT | {"element_description": ""}, "elementDescription: must not be blank"),
        (ELEMENTS, ELEMENT | {"element_description": "x" * 101}, "elementDescription: size must be between 0 and 100"),
        (ELEMENTS, ELEMENT | {"reference_type": "both"}, "reference_type value 'both' is invalid"),
        (ELEMENTS, ELEMENT | {"element_image_list": {}}, "Missing element frontal image"),
        (ELEMENTS, ELEMENT | {"element_image_list": {"frontal_image": PICTURE}},
         "elementImageList.referImages: size must be between 1 and 3"),
        (ELEMENTS, ELEMENT | {"tag_list": [{"tag_id": "o_1"}]}, "tag_list[0].tag_id value 'o_1' is invalid"),
        (ELEMENTS, ELEMENT | {"element_voice_id": "1"}, "Voice id not found: 1"),
        (ELEMENTS, FILMED, "The number of element videos must be 1"),
        (ELEMENTS, FILMED | {"element_video_list": {"refer_videos": [{"video_url": PICTURE}]}},
         "elementVideoList.referVideos[0].videoUrl: must be a valid URL"),
        ("/v1/general/delete-voices", {}, "voiceId: must not be blank"),
        ("/v1/general/delete-voices", {"voice_id": "1"}, "Voice id not found: 1"),
        ("/v1/general/delete-elements", {"element_id": "1"}, "Element not found by id: 1"),
    ],
)  # fmt: skip
def test_a_bad_order_of_a_sound_or_an_asset_is_refused_by_name(
    api: Api, path: str, fields: dict[str, Any], text: str
) -> None:
    assert message(api, path, **fields) == text


def test_a_clip_that_is_too_long_gets_no_sound_and_makes_no_element(api: Api) -> None:
    long = base_clip(api, duration="11")
    filmed = FILMED | {"element_video_list": {"refer_videos": [{"video_url": long["url"]}]}}
    assert message(api, ELEMENTS, **filmed) == "Video duration must be between 3.0s and 8.0s"
    short = message(api, VOICES, voice_name="x", video_id=base_clip(api)["id"])
    assert short == "The duration of the voice must be between 5s and 30s"


def test_a_voice_is_made_cited_listed_and_deleted(api: Api, voice_url: str) -> None:
    task = finished(api, VOICES, voice_name="Ann", voice_url=voice_url, external_task_id="ann")
    voice = task["task_result"]["voices"][0]
    assert set(voice) == {"voice_id", "voice_name", "trial_url", "owned_by"}
    assert voice["voice_name"] == "Ann"
    assert re.fullmatch(r"\d+", voice["owned_by"])
    assert download(voice["trial_url"])
    assert task["final_unit_deduction"] == "0.05"
    cited = {"model_name": "kling-v2-6", "duration": "5", "mode": "pro", "sound": "on"}
    voices = {"voice_list": [{"voice_id": voice["voice_id"]}]}
    assert accepted(api, TEXT, **cited, **voices, prompt="<<<voice_1>>> says hello")
    deleted = api.post("/v1/general/delete-voices", {"voice_id": voice["voice_id"]}).json()["data"]
    assert (set(deleted), deleted["task_status"]) == ({"task_id", "task_status"}, "succeed")
    assert api.task("ann", VOICES)["task_result"]["voices"] == []
    assert message(api, TEXT, **cited, **voices) == f"Voice id not found: {voice['voice_id']}"
    output = api.get("/tasks", external_task_ids="ann").json()["data"][0]["outputs"][0]
    assert (output["type"], output["id"], output["status"]) == ("voice", voice["voice_id"], "deleted")


def test_an_element_of_pictures_shows_what_it_was_made_of(api: Api, voice_url: str) -> None:
    voice = voice_of(api, voice_url)
    tags = {"tag_list": [{"tag_id": "o_102"}], "element_voice_id": voice}
    element = finished(api, ELEMENTS, **ELEMENT | tags, external_task_id="kite")["task_result"]["elements"][0]
    assert set(element) == {
        *("element_id", "element_name", "element_description", "reference_type", "element_image_list"),
        *("element_video_list", "element_voice_info", "tag_list", "owned_by", "status"),
    }
    assert (element["element_name"], element["reference_type"], element["status"]) == ("Kite", "image_refer", "succeed")
    assert download(element["element_image_list"]["frontal_image"])
    assert element["element_voice_info"]["voice_id"] == voice
    assert element["tag_list"] == [{"id": "o_102", "name": "Character", "description": ""}]
    output = api.get("/tasks", external_task_ids="kite").json()["data"][0]["outputs"][0]
    assert (output["type"], output["id"]) == ("element", str(element["element_id"]))
    assert (output["element_type"], output["status"]) == ("multi_image_elements", "succeeded")
    assert [reference["role"] for reference in output["references"]] == ["frontal", "reference"]
    assert output["tags"][0]["id"] == 102


@pytest.mark.parametrize("address", ["delete-advanced-elements", "delete-elements"])
def test_a_deleted_element_is_still_listed_but_cannot_be_cited(api: Api, address: str) -> None:
    element = element_of(api, element_name=address[:20])
    assert api.post(f"/v1/general/{address}", {"element_id": element}).json()["code"] == 0
    listed = [entry["task_result"]["elements"][0] for entry in api.get(ELEMENTS).json()["data"] if entry["task_result"]]
    assert next(entry["status"] for entry in listed if entry["element_id"] == element) == "deleted"
    text = f"Element not found by id: {element}"
    assert message(api, TEXT, element_list=[{"element_id": element}]) == text


def test_an_element_of_a_clip_is_of_another_kind(api: Api) -> None:
    wide = base_clip(api, mode="pro", aspect_ratio="16:9")
    filmed = FILMED | {"element_video_list": {"refer_videos": [{"video_url": wide["url"]}]}}
    task = finished(api, ELEMENTS, **filmed)
    element = task["task_result"]["elements"][0]
    assert (element["reference_type"], element["element_image_list"]) == ("video_refer", {})
    output = api.get("/tasks", task_ids=task["task_id"]).json()["data"][0]["outputs"][0]
    assert (output["element_type"], output["references"][0]["type"]) == ("video_character_elements", "video")
    body = {"model_name": "kling-video-o1", "prompt": "x", "aspect_ratio": "1:1"}
    cited = message(api, "/v1/videos/omni-video", **body, element_list=[{"element_id": element["element_id"]}])
    assert cited == "Video character element is not supported by the current model"


def test_presets_are_listed_as_tasks_of_kling_and_are_nobodys_to_delete(api: Api) -> None:
    voices = api.get("/v1/general/presets-voices", pageSize=2).json()["data"]
    assert len(voices) == 2
    voice = voices[0]["task_result"]["voices"][0]
    assert voice["owned_by"] == "kling"
    assert download(voice["trial_url"])
    more = api.get("/v1/general/presets-voices", pageSize=2, pageNum=2).json()["data"]
    assert voice["voice_id"] not in [entry["task_result"]["voices"][0]["voice_id"] for entry in more]
    element = api.get("/v1/general/advanced-presets-elements").json()["data"][0]["task_result"]["elements"][0]
    assert (element["owned_by"], element["status"]) == ("kling", "succeed")
    assert message(api, "/v1/general/delete-voices", voice_id=voice["voice_id"]).startswith("Voice id not found")
    assert accepted(api, TEXT, element_list=[{"element_id": element["element_id"]}])
    assert api.get("/v1/general/presets-voices", pageSize=1000).status_code == 200
    assert api.get("/v1/general/advanced-presets-elements", pageSize=501).status_code == 400


def test_another_account_has_neither_the_voice_nor_the_element(start: Start) -> None:
    other = Account("other", ("api-key-kling-sandbox-2",), "other-access", "other-secret-0123456789abcdef")
    sandbox = start(accounts=(Account(), other))
    element = element_of(Api(sandbox))
    text = f"Element not found by id: {element}"
    stranger = Api(sandbox, "api-key-kling-sandbox-2")
    assert message(stranger, TEXT, element_list=[{"element_id": element}]) == text
    assert stranger.get(ELEMENTS).json()["data"] == []


def test_a_picture_of_no_use_fails_the_element_later(api: Api) -> None:
    small = {"frontal_image": as_base64(photo(200, 200)), "refer_images": [{"image_url": PICTURE}]}
    key = api.create(ELEMENTS, **ELEMENT | {"element_image_list": small})
    task = api.finished(key, ELEMENTS)
    assert (task["task_status"], task["task_status_msg"]) == ("failed", "Image pixel is invalid")


def test_speech_that_failed_says_so_in_its_answer(api: Api) -> None:
    api.fault(kind="fail_task", operation="tts", message="Failure to pass the risk control system")
    task = at_once(api, SPEECH, **SAID)
    assert (task["task_status"], task["task_status_msg"]) == ("failed", "Failure to pass the risk control system")
