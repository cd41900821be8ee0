"""Kling's new standard: shots, references, motion control and virtual try-on."""

from __future__ import annotations

from typing import Any

import pytest

from kling_api.dialects.wire import Request
from kling_api.errors import InvalidRequest
from kling_api.operations import (
    Image2Video,
    MotionControl,
    MultiShot,
    OmniVideo,
    Operation,
    Shot,
    Text2Video,
    VirtualTryOn,
)

from .official import HOOK, KEY, OFFICIAL, body_of, picture, written

ONE, TWO, THREE = picture("one"), picture("two"), picture("three")
CLIP = "https://me.example/clip.mp4"
SHOTS = MultiShot((Shot("a cat wakes; it yawns", 2), Shot(" it runs ", 3)))
WORDS = "shot 1, 2, a cat wakes, it yawns; shot 2, 3, it runs;"
FREE = MultiShot(shot_type="intelligence")
OMNI = "kling-3.0-omni"


def _switch(operation: Operation) -> Any:
    return body_of(operation)["settings"].get("multi_shot", "not sent")


@pytest.mark.parametrize(
    "operation",
    [
        Text2Video("a", "kling-3.0"),
        Image2Video(ONE, model_name="kling-3.0"),
        OmniVideo("a", OMNI),
        OmniVideo("a", OMNI, image=ONE, image_tail=TWO),
        OmniVideo("a", OMNI, video_url=CLIP, refer_type="base"),
        Text2Video("a", "kling-9.0"),
        OmniVideo("a", "kling-9.0-omni"),
    ],
)
def test_one_shot_is_always_asked_for_where_the_api_would_make_several(operation: Operation) -> None:
    assert _switch(operation) is False


@pytest.mark.parametrize(
    "operation",
    [
        Text2Video("a", "kling-3.0-turbo"),
        Image2Video(ONE, model_name="kling-2.6"),
        Text2Video("a", "kling-2.5-turbo"),
        OmniVideo("a", "kling-o1"),
        MotionControl(ONE, CLIP, model_name="kling-3.0"),
    ],
)
def test_no_switch_for_shots_is_sent_where_there_is_none(operation: Operation) -> None:
    assert _switch(operation) == "not sent"


def test_shots_are_written_into_the_prompt() -> None:
    body = body_of(Text2Video("", "kling-3.0", multi_shot=SHOTS))
    assert (body["prompt"], body["settings"]["multi_shot"]) == (WORDS, True)
    contents = body_of(Image2Video(ONE, model_name="kling-3.0", multi_shot=SHOTS))["contents"]
    assert contents[0] == {"type": "prompt", "text": WORDS}


def test_a_model_without_the_switch_gets_the_shots_as_its_prompt_alone() -> None:
    operation = Text2Video("", "kling-3.0-turbo", multi_shot=SHOTS)
    assert (body_of(operation)["prompt"], _switch(operation)) == (WORDS, "not sent")


def test_shots_that_the_model_chooses_leave_the_prompt_as_it_is() -> None:
    body = body_of(Text2Video("a film", "kling-3.0", multi_shot=FREE))
    assert (body["prompt"], body["settings"]["multi_shot"]) == ("a film", True)


def test_a_prompt_beside_shots_would_be_lost_and_is_refused() -> None:
    with pytest.raises(InvalidRequest, match=r"takes the shots as its prompt.*\nEmpty prompt"):
        OFFICIAL.create(Text2Video("a film", "kling-3.0", multi_shot=SHOTS), KEY)


def test_a_clip_that_follows_another_cannot_be_had_in_one_shot_nor_with_sound() -> None:
    operation = OmniVideo("like <<<video_1>>>", OMNI, video_url=CLIP, refer_type="feature")
    assert body_of(operation)["settings"] == {
        "resolution": "720p",
        "duration": 5,
        "multi_shot": True,
        "audio": "off",
        "aspect_ratio": "16:9",
    }
    assert [text for text in OFFICIAL.check(operation) if "shots" in text]
    assert [text for text in OFFICIAL.check(operation) if "silent" in text]


def test_omni_video_with_everything_at_once() -> None:
    operation = OmniVideo(
        "<<<image_1>>> meets <<<image_2>>>的<<<element_1>>>",
        OMNI,
        image=TWO,
        image_list=(ONE,),
        element_list=("163",),
        mode="4k",
        duration=7,
        sound=True,
        callback_url=HOOK,
    )
    request = OFFICIAL.create(operation, KEY)
    assert request == Request("POST", f"/omni-video/{OMNI}", request.body, route="/tasks", needs_api_key=True)
    assert request.body == {
        "contents": [
            {"type": "prompt", "text": "@image_1 meets @image_2 的@element_1"},
            {"type": "refer_image", "url": written(ONE), "id": "image_1"},
            {"type": "first_frame", "url": written(TWO), "id": "image_2"},
            {"type": "element", "element_id": "163", "id": "element_1"},
        ],
        "settings": {"resolution": "4k", "duration": 7, "multi_shot": False, "audio": "native"},
        "options": {"external_task_id": KEY, "callback_url": HOOK},
    }


def test_the_frames_of_omni_video_have_names_too() -> None:
    contents = body_of(OmniVideo("a", "kling-o1", image=ONE, image_tail=TWO))["contents"]
    assert [(entry["type"], entry["id"]) for entry in contents[1:]] == [
        ("first_frame", "image_1"),
        ("last_frame", "image_2"),
    ]


@pytest.mark.parametrize(
    ("model", "role", "keep", "audio"),
    [
        (OMNI, "base", True, "original"),
        (OMNI, "base", False, "off"),
        (OMNI, "feature", True, "off"),
        ("kling-o1", "base", True, "original"),
        ("kling-o1", "feature", True, "original"),
        ("kling-o1", "feature", False, "off"),
    ],
)
def test_the_sound_of_a_clip_that_is_given_is_kept_where_it_can_be(
    model: str, role: str, keep: bool, audio: str
) -> None:
    operation = OmniVideo("<<<video_1>>>", model, video_url=CLIP, refer_type=role, keep_original_sound=keep)
    body = body_of(operation)
    assert body["settings"]["audio"] == audio
    assert body["contents"][-1] == {"type": f"{role}_video", "url": CLIP, "id": "video_1"}
    assert body["contents"][0]["text"] == "@video_1"


def test_what_is_edited_keeps_its_length_and_its_ratio() -> None:
    settings = body_of(OmniVideo("a", OMNI, video_url=CLIP, refer_type="base"))["settings"]
    assert not {"duration", "aspect_ratio"} & set(settings)


def test_elements_and_voices_are_named_in_contents() -> None:
    operation = Image2Video(
        ONE, prompt="<<<voice_1>>> speaks", model_name="kling-2.6", mode="pro", sound=True, voice_list=("850", "851")
    )
    assert body_of(operation)["contents"] == [
        {"type": "prompt", "text": "@voice_1 speaks"},
        {"type": "first_frame", "url": written(ONE)},
        {"type": "voice", "voice_id": "850", "id": "voice_1"},
        {"type": "voice", "voice_id": "851", "id": "voice_2"},
    ]
    elements = body_of(Image2Video(ONE, model_name="kling-3.0", element_list=("163",)))["contents"]
    assert elements[-1] == {"type": "element", "element_id": "163", "id": "element_1"}


@pytest.mark.parametrize("model", ["kling-3.0", "kling-9.0"])
def test_text_alone_has_no_place_for_elements(model: str) -> None:
    with pytest.raises(InvalidRequest, match="takes no element_list"):
        OFFICIAL.create(Text2Video("a", model, element_list=("163",)), KEY)


def test_motion_control_of_the_new_standard() -> None:
    operation = MotionControl(ONE, CLIP, "dances", "kling-3.0", "pro", keep_original_sound=False, element_list=("1",))
    request = OFFICIAL.create(operation, KEY)
    assert (request.path, request.route, request.needs_api_key) == ("/motion-control/kling-3.0", "/tasks", True)
    assert request.body == {
        "contents": [
            {"type": "prompt", "text": "dances"},
            {"type": "image", "url": written(ONE)},
            {"type": "video", "url": CLIP},
            {"type": "element", "element_id": "1", "id": "element_1"},
        ],
        "settings": {"resolution": "1080p", "character_orientation": "video", "audio": "off"},
        "options": {"external_task_id": KEY},
    }
    kept = body_of(MotionControl(ONE, CLIP, model_name="kling-2.6"))
    assert kept["settings"]["audio"] == "original"
    assert [entry["type"] for entry in kept["contents"]] == ["image", "video"]


def test_virtual_try_on_is_a_solution_with_its_own_list() -> None:
    operation = VirtualTryOn("https://me.example/a.png", "https://me.example/b.png", keep_pose=False, callback_url=HOOK)
    request = OFFICIAL.create(operation, KEY)
    assert request == Request("POST", "/solutions/virtual_try_on", request.body, route="/solutions", needs_api_key=True)
    assert request.body == {
        "contents": [
            {"type": "product_image", "url": "https://me.example/b.png"},
            {"type": "person_image", "url": "https://me.example/a.png"},
        ],
        "settings": {"keep_face": True, "keep_pose": False, "keep_background": True},
        "options": {"external_task_id": KEY, "callback_url": HOOK},
    }
    assert OFFICIAL.check(operation) == ()


def test_pictures_that_we_hold_are_tried_with_a_word_of_warning() -> None:
    operation = VirtualTryOn(ONE, TWO)
    assert body_of(operation)["contents"][1]["url"] == written(ONE)
    (warning,) = OFFICIAL.check(operation)
    assert "URLs alone" in warning


def test_the_old_try_on_keeps_what_it_keeps() -> None:
    old = VirtualTryOn(ONE, TWO, "kolors-virtual-try-on-v1-5")
    path = "/v1/images/kolors-virtual-try-on"
    assert OFFICIAL.create(old, KEY) == Request("POST", path, body_of(old), route=path)
    assert body_of(old) == {
        "model_name": "kolors-virtual-try-on-v1-5",
        "human_image": written(ONE),
        "cloth_image": written(TWO),
        "external_task_id": KEY,
    }
    with pytest.raises(InvalidRequest, match=r"has no keep_face.*\n.* choose virtual_try_on"):
        OFFICIAL.check(VirtualTryOn(ONE, TWO, "kolors-virtual-try-on-v1-5", keep_face=False))
