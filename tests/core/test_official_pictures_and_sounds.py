"""Pictures, sounds, voices and elements on Kling's own platform, letter by letter."""

from __future__ import annotations

import pytest

from kling_api.dialects.wire import Request
from kling_api.errors import InvalidRequest
from kling_api.operations import (
    CustomElement,
    CustomVoice,
    ImageExpand,
    ImageGeneration,
    ImageRecognize,
    MultiImage2Image,
    MultiShotImages,
    OmniImage,
    TextToAudio,
    TextToSpeech,
    VideoToAudio,
)

from .official import HOOK, KEY, OFFICIAL, body_of, footage, picture, sound, written

ONE, TWO, THREE = picture("one"), picture("two"), picture("three")
CLIP = "https://me.example/clip.mp4"


def test_a_picture_from_text() -> None:
    request = OFFICIAL.create(ImageGeneration("a cat", negative_prompt="dogs", n=3, callback_url=HOOK), KEY)
    path = "/v1/images/generations"
    assert request == Request("POST", path, request.body, route=path)
    assert request.body == {
        "model_name": "kling-v2-1",
        "prompt": "a cat",
        "negative_prompt": "dogs",
        "resolution": "1k",
        "n": 3,
        "aspect_ratio": "16:9",
        "external_task_id": KEY,
        "callback_url": HOOK,
    }


def test_a_picture_from_a_picture_says_how_near_only_where_it_is_not_the_usual() -> None:
    operation = ImageGeneration("a", image=ONE, image_reference="subject", image_fidelity=0.0, element_list=("160",))
    body = body_of(operation)
    assert (body["image"], body["image_reference"], body["image_fidelity"]) == (written(ONE), "subject", 0.0)
    assert body["element_list"] == [{"element_id": 160}]
    assert "human_fidelity" not in body
    assert body_of(ImageGeneration("a", image=ONE, human_fidelity=1.0))["human_fidelity"] == 1.0
    assert "image_fidelity" not in body_of(ImageGeneration("a", image_fidelity=0.1))


def test_what_is_edited_is_the_first_of_the_pictures() -> None:
    body = body_of(OmniImage("<<<image_1>>> in <<<image_2>>>", image=ONE, image_list=(TWO,), element_list=("160",)))
    assert body == {
        "model_name": "kling-image-o1",
        "prompt": "<<<image_1>>> in <<<image_2>>>",
        "image_list": [{"image": written(ONE)}, {"image": written(TWO)}],
        "element_list": [{"element_id": 160}],
        "resolution": "1k",
        "n": 1,
        "aspect_ratio": "auto",
        "external_task_id": KEY,
    }


@pytest.mark.parametrize(("amount", "said"), [(4, 4), (9, 9), (0, "auto")])
def test_a_series_has_an_amount_instead_of_a_number(amount: int, said: int | str) -> None:
    body = body_of(OmniImage("a", "kling-v3-omni", result_type="series", series_amount=amount, n=3))
    assert (body["result_type"], body["series_amount"]) == ("series", said)
    assert "n" not in body


def test_a_mask_is_refused_with_those_who_take_one() -> None:
    with pytest.raises(InvalidRequest, match=r"no mask_image for omni-image\. Dialects that can: unified"):
        OFFICIAL.check(OmniImage("a", image=ONE, mask_image=TWO))


def test_several_subjects_come_together_in_a_scene_and_a_style() -> None:
    operation = MultiImage2Image((ONE, TWO), "a feast", scene_image=THREE, style_image="https://me.example/s.png", n=2)
    assert body_of(operation) == {
        "model_name": "kling-v2-1",
        "prompt": "a feast",
        "subject_image_list": [{"subject_image": written(ONE)}, {"subject_image": written(TWO)}],
        "scene_image": written(THREE),
        "style_image": "https://me.example/s.png",
        "n": 2,
        "aspect_ratio": "16:9",
        "external_task_id": KEY,
    }


def test_a_picture_grows_by_four_ratios() -> None:
    request = OFFICIAL.create(ImageExpand(ONE, up_expansion_ratio=0.5, prompt="sky"), KEY)
    assert request.path == "/v1/images/editing/expand"
    assert request.body == {
        "image": written(ONE),
        "up_expansion_ratio": 0.5,
        "down_expansion_ratio": 0.0,
        "left_expansion_ratio": 0.0,
        "right_expansion_ratio": 0.0,
        "prompt": "sky",
        "n": 1,
        "external_task_id": KEY,
    }


def test_three_views_are_made_of_one_picture() -> None:
    request = OFFICIAL.create(MultiShotImages(ONE), KEY)
    assert request.path == "/v1/general/ai-multi-shot"
    assert request.body == {"element_frontal_image": written(ONE), "external_task_id": KEY}


def test_what_is_answered_at_once_has_no_place_for_our_key() -> None:
    recognized = OFFICIAL.create(ImageRecognize(ONE), KEY)
    path = "/v1/videos/image-recognize"
    assert recognized == Request("POST", path, {"image": written(ONE)}, route=path, at_once=True)
    spoken = OFFICIAL.create(TextToSpeech("hello", "oversea_male1", "en", 1.2), KEY)
    path = "/v1/audio/tts"
    body = {"text": "hello", "voice_id": "oversea_male1", "voice_language": "en", "voice_speed": 1.2}
    assert spoken == Request("POST", path, body, route=path, at_once=True)


def test_a_sound_from_text() -> None:
    request = OFFICIAL.create(TextToAudio("rain", 3.5), KEY)
    assert request.path == "/v1/audio/text-to-audio"
    assert request.body == {"prompt": "rain", "duration": 3.5, "external_task_id": KEY}


def test_a_clip_gets_its_sound() -> None:
    operation = VideoToAudio("v-1", sound_effect_prompt="steps", bgm_prompt="piano", asmr_mode=True)
    assert body_of(operation) == {
        "video_id": "v-1",
        "sound_effect_prompt": "steps",
        "bgm_prompt": "piano",
        "asmr_mode": True,
        "external_task_id": KEY,
    }
    assert body_of(VideoToAudio(video_url=CLIP)) == {"video_url": CLIP, "asmr_mode": False, "external_task_id": KEY}
    with pytest.raises(InvalidRequest, match="The clip is on this machine"):
        OFFICIAL.create(VideoToAudio(video_url=footage()), KEY)


def test_a_voice_is_made_from_a_sound_by_url_or_from_a_clip_of_the_account() -> None:
    request = OFFICIAL.create(CustomVoice("Anna", "https://me.example/a.mp3"), KEY)
    assert request.path == "/v1/general/custom-voices"
    assert request.body == {
        "voice_name": "Anna",
        "voice_url": "https://me.example/a.mp3",
        "external_task_id": KEY,
    }
    assert body_of(CustomVoice("Anna", video_id="v-1"))["video_id"] == "v-1"
    assert OFFICIAL.urls_only("custom-voices") == {"voice_url"}
    assert OFFICIAL.urls_only("avatar/image2video") == frozenset()
    with pytest.raises(InvalidRequest, match="The sound is on this machine"):
        OFFICIAL.create(CustomVoice("Anna", sound(10.0)), KEY)


def test_an_element_is_made_from_pictures() -> None:
    operation = CustomElement(
        "Anna", "a girl", frontal_image=ONE, refer_images=(TWO, THREE), element_voice_id="850", tag_list=("o_102",)
    )
    request = OFFICIAL.create(operation, KEY)
    assert request.path == "/v1/general/advanced-custom-elements"
    assert request.body == {
        "element_name": "Anna",
        "element_description": "a girl",
        "reference_type": "image_refer",
        "element_image_list": {
            "frontal_image": written(ONE),
            "refer_images": [{"image_url": written(TWO)}, {"image_url": written(THREE)}],
        },
        "element_voice_id": "850",
        "tag_list": [{"tag_id": "o_102"}],
        "external_task_id": KEY,
    }


def test_an_element_is_made_from_a_clip() -> None:
    body = body_of(CustomElement("Anna", "a girl", "video_refer", refer_video=CLIP))
    assert body["element_video_list"] == {"refer_videos": [{"video_url": CLIP}]}
    assert not {"element_image_list", "element_voice_id", "tag_list"} & set(body)
