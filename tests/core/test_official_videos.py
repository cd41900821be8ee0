"""The clips of Kling's old standard, letter by letter."""

from __future__ import annotations

from typing import Any

import pytest

from kling_api.dialects.wire import Request
from kling_api.errors import InvalidRequest
from kling_api.operations import (
    Avatar,
    Effects,
    Image2Video,
    MotionControl,
    MultiImage2Video,
    MultiShot,
    OmniVideo,
    Shot,
    Text2Video,
    VideoExtend,
)

from .official import HOOK, KEY, OFFICIAL, body_of, footage, picture, sound, written

ONE, TWO, THREE = picture("one"), picture("two"), picture("three")
CLIP = "https://me.example/clip.mp4"
SHOTS = MultiShot((Shot("a cat wakes", 2), Shot("it runs", 3)))
WRITTEN_SHOTS = [
    {"index": 1, "prompt": "a cat wakes", "duration": "2"},
    {"index": 2, "prompt": "it runs", "duration": "3"},
]


def test_shots_are_counted_from_one_and_their_seconds_are_texts() -> None:
    body = body_of(Text2Video("", multi_shot=SHOTS))
    assert "prompt" not in body
    assert (body["multi_shot"], body["shot_type"], body["multi_prompt"]) == (True, "customize", WRITTEN_SHOTS)


def test_a_prompt_beside_shots_is_sent_too() -> None:
    assert (
        body_of(Image2Video(ONE, prompt="a film", multi_shot=SHOTS)).items()
        >= {
            "prompt": "a film",
            "multi_shot": True,
        }.items()
    )


def test_shots_that_the_model_chooses_are_not_listed() -> None:
    body = body_of(Text2Video("a film", multi_shot=MultiShot(shot_type="intelligence")))
    assert (body["multi_shot"], body["shot_type"]) == (True, "intelligence")
    assert "multi_prompt" not in body


def test_one_shot_needs_no_word_where_it_is_the_api_s_own_choice() -> None:
    assert not {"multi_shot", "shot_type", "multi_prompt", "voice_list", "element_list"} & set(body_of(Text2Video("a")))


def test_voices_and_elements_go_by_their_ids_and_those_of_elements_are_numbers() -> None:
    spoken = body_of(Image2Video(ONE, model_name="kling-v2-6", mode="pro", sound=True, voice_list=("v1", "850")))
    assert spoken["voice_list"] == [{"voice_id": "v1"}, {"voice_id": "850"}]
    assert body_of(Image2Video(ONE, element_list=("829836802793406551", "x-1")))["element_list"] == [
        {"element_id": 829836802793406551},
        {"element_id": "x-1"},
    ]


def test_omni_video_from_text_says_its_mode_and_ratio() -> None:
    request = OFFICIAL.create(OmniVideo("a cat", callback_url=HOOK), KEY)
    path = "/v1/videos/omni-video"
    assert request == Request("POST", path, request.body, route=path)
    assert request.body == {
        "model_name": "kling-v3-omni",
        "prompt": "a cat",
        "mode": "std",
        "duration": "5",
        "aspect_ratio": "16:9",
        "sound": "off",
        "external_task_id": KEY,
        "callback_url": HOOK,
    }


def test_omni_video_lists_references_before_frames_as_the_prompt_counts_them() -> None:
    body = body_of(OmniVideo("<<<image_1>>> <<<element_1>>>", image=TWO, image_list=(ONE,), element_list=("160",)))
    assert body["prompt"] == "<<<image_1>>> <<<element_1>>>"
    assert body["image_list"] == [{"image_url": written(ONE)}, {"image_url": written(TWO), "type": "first_frame"}]
    assert body["element_list"] == [{"element_id": 160}]


def test_an_end_frame_of_omni_video_has_its_own_type() -> None:
    body = body_of(OmniVideo("a", "kling-video-o1", image=ONE, image_tail=TWO))
    assert [entry["type"] for entry in body["image_list"]] == ["first_frame", "end_frame"]
    assert "sound" not in body  # the model has no such switch


@pytest.mark.parametrize(
    ("operation", "length", "ratio"),
    [
        (OmniVideo("a", aspect_ratio="1:1", duration=7), "7", "1:1"),
        (OmniVideo("a", image=ONE, duration=7), "7", None),
        (OmniVideo("a", image_list=(ONE,), aspect_ratio="9:16"), "5", "9:16"),
        (OmniVideo("a", video_url=CLIP, refer_type="feature"), "5", "16:9"),
        (OmniVideo("a", video_url=CLIP, refer_type="base"), None, None),
    ],
)
def test_what_a_first_frame_or_a_clip_decides_is_left_out(operation: OmniVideo, length: Any, ratio: Any) -> None:
    body = body_of(operation)
    assert (body.get("duration"), body.get("aspect_ratio")) == (length, ratio)


@pytest.mark.parametrize(("keep", "word"), [(True, "yes"), (False, "no")])
def test_a_clip_for_omni_video_says_its_part_and_whether_its_sound_is_kept(keep: bool, word: str) -> None:
    body = body_of(OmniVideo("<<<video_1>>>", video_url=CLIP, refer_type="base", keep_original_sound=keep))
    assert body["video_list"] == [{"video_url": CLIP, "refer_type": "base", "keep_original_sound": word}]
    assert body["sound"] == "off"


def test_omni_video_with_sound_and_shots() -> None:
    body = body_of(OmniVideo("", sound=True, multi_shot=SHOTS, mode="4k"))
    assert (body["sound"], body["mode"], body["multi_prompt"]) == ("on", "4k", WRITTEN_SHOTS)


def test_several_pictures_make_one_clip() -> None:
    operation = MultiImage2Video((ONE, "https://me.example/b.png"), "a", mode="pro", duration=10, negative_prompt="no")
    assert body_of(operation) == {
        "model_name": "kling-v1-6",
        "image_list": [{"image": written(ONE)}, {"image": "https://me.example/b.png"}],
        "prompt": "a",
        "negative_prompt": "no",
        "mode": "pro",
        "duration": "10",
        "aspect_ratio": "16:9",
        "external_task_id": KEY,
    }


def test_the_cfg_scale_of_several_pictures_is_told_to_be_lost() -> None:
    told = [text for text in OFFICIAL.check(MultiImage2Video((ONE,), "a", cfg_scale=0.9)) if "cfg_scale" in text]
    assert told == ["Kling's own platform has no cfg_scale for multi-image2video; it is not sent."]
    assert not [text for text in OFFICIAL.check(MultiImage2Video((ONE,), "a")) if "cfg_scale" in text]


def test_an_end_frame_of_several_pictures_is_refused() -> None:
    with pytest.raises(InvalidRequest, match=r"no image_tail for multi-image2video. Dialects that can: unified"):
        OFFICIAL.check(MultiImage2Video((ONE,), "a", image_tail=TWO))


def test_motion_control_says_everything_that_it_must() -> None:
    operation = MotionControl(ONE, CLIP, "dances", "kling-v3", "pro", "image", False, element_list=("160",))
    assert body_of(operation) == {
        "model_name": "kling-v3",
        "image_url": written(ONE),
        "video_url": CLIP,
        "prompt": "dances",
        "mode": "pro",
        "character_orientation": "image",
        "keep_original_sound": "no",
        "element_list": [{"element_id": 160}],
        "external_task_id": KEY,
    }


def test_a_clip_that_was_not_uploaded_cannot_be_ordered() -> None:
    with pytest.raises(InvalidRequest, match="by URL alone"):
        OFFICIAL.create(MotionControl(ONE, footage()), KEY)


def test_a_clip_goes_on_by_its_id_and_the_usual_scale_is_not_sent() -> None:
    assert body_of(VideoExtend("v-1", "it rains")) == {
        "video_id": "v-1",
        "prompt": "it rains",
        "external_task_id": KEY,
    }
    assert body_of(VideoExtend("v-1", negative_prompt="fog", cfg_scale=0.0)) == {
        "video_id": "v-1",
        "negative_prompt": "fog",
        "cfg_scale": 0.0,
        "external_task_id": KEY,
    }


def test_an_effect_takes_one_picture_or_two() -> None:
    assert body_of(Effects("squish", (ONE,))) == {
        "effect_scene": "squish",
        "input": {"image": written(ONE)},
        "external_task_id": KEY,
    }
    assert body_of(Effects("hug_pro", (ONE, TWO)))["input"] == {"images": [written(ONE), written(TWO)]}


def test_a_portrait_speaks_a_sound_file_or_the_sound_of_text_to_speech() -> None:
    voice = sound()
    request = OFFICIAL.create(Avatar(ONE, voice, "smiling", "pro"), KEY)
    assert request.path == "/v1/videos/avatar/image2video"
    assert request.body == {
        "image": written(ONE),
        "sound_file": written(voice),
        "prompt": "smiling",
        "mode": "pro",
        "external_task_id": KEY,
    }
    assert body_of(Avatar(ONE, audio_id="a-1")) == {
        "image": written(ONE),
        "audio_id": "a-1",
        "mode": "std",
        "external_task_id": KEY,
    }
