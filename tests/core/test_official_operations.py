"""Every operation on Kling's own platform: where it goes, where its task is asked for, and that no field is lost."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_api.dialects.official import Official
from kling_api.dialects.wire import Request
from kling_api.errors import InvalidRequest
from kling_api.fingerprint import fingerprint
from kling_api.operations import (
    OPERATIONS,
    Avatar,
    CameraControl,
    CustomElement,
    CustomVoice,
    Effects,
    Image2Video,
    ImageExpand,
    ImageGeneration,
    ImageRecognize,
    LipSync,
    MotionControl,
    MultiImage2Image,
    MultiImage2Video,
    MultiShot,
    MultiShotImages,
    OmniImage,
    OmniVideo,
    Operation,
    Shot,
    Text2Video,
    TextToAudio,
    TextToSpeech,
    TryOnVideo,
    VideoExtend,
    VideoToAudio,
    VirtualTryOn,
)
from kling_api.operations.media import without_media
from kling_api.stills import Still

from .official import KEY, OFFICIAL, body_of, picture, sound

ONE, TWO, THREE = picture("one"), picture("two"), picture("three")
CLIP, OTHER_CLIP = "https://me.example/a.mp4", "https://me.example/b.mp4"
SOUND_URL = "https://me.example/a.mp3"
SHOTS = MultiShot((Shot("it wakes", 5),))
TRY_ON = "kolors-virtual-try-on"

#: An operation, and another value for each of its fields: each must make another body.
SAID: list[tuple[Operation, dict[str, Any]]] = [
    (
        Text2Video("a"),
        {
            "prompt": "b",
            "model_name": "kling-v2-6",
            "mode": "pro",
            "duration": 10,
            "aspect_ratio": "1:1",
            "negative_prompt": "c",
            "cfg_scale": 0.4,
            "sound": True,
            "multi_shot": SHOTS,
            "element_list": ("1",),
        },
    ),
    (Text2Video("a", "kling-v1"), {"camera_control": CameraControl(pan=1)}),
    (Text2Video("a", "kling-v2-6", "pro", sound=True), {"voice_list": ("1",)}),
    (
        Image2Video(ONE, model_name="kling-v2-6", mode="pro", sound=True),
        {
            "image": TWO,
            "image_tail": TWO,
            "prompt": "b",
            "model_name": "kling-v3",
            "mode": "std",
            "duration": 10,
            "negative_prompt": "c",
            "cfg_scale": 0.4,
            "sound": False,
            "multi_shot": SHOTS,
            "voice_list": ("1",),
            "element_list": ("1",),
        },
    ),
    (Image2Video(ONE, model_name="kling-v1-5"), {"camera_control": CameraControl(pan=1)}),
    (Image2Video(ONE, model_name="kling-3.0"), {"prompt": "b", "sound": True, "element_list": ("1",), "duration": 7}),
    (
        OmniVideo("a"),
        {
            "prompt": "b",
            "model_name": "kling-3.0-omni",
            "image": ONE,
            "image_list": (ONE,),
            "video_url": CLIP,
            "element_list": ("1",),
            "mode": "pro",
            "duration": 7,
            "aspect_ratio": "9:16",
            "sound": True,
            "multi_shot": SHOTS,
        },
    ),
    (OmniVideo("a", "kling-3.0-omni", image=ONE), {"image_tail": TWO, "mode": "pro", "sound": True, "duration": 7}),
    (OmniVideo("a", video_url=CLIP), {"refer_type": "base", "keep_original_sound": False, "video_url": OTHER_CLIP}),
    (MultiImage2Video((ONE,), "a"), {"image_list": (ONE, TWO), "prompt": "b", "negative_prompt": "c", "mode": "pro"}),
    (MultiImage2Video((ONE,), "a"), {"duration": 10, "aspect_ratio": "1:1", "model_name": "kling-v9"}),
    *[
        (
            MotionControl(ONE, CLIP, model_name=model),
            {
                "model_name": "kling-v2-6",
                "image_url": TWO,
                "video_url": OTHER_CLIP,
                "prompt": "b",
                "mode": "pro",
                "character_orientation": "image",
                "keep_original_sound": False,
                "element_list": ("1",),
            },
        )
        for model in ("kling-v3", "kling-3.0")
    ],
    (VideoExtend("1"), {"video_id": "2", "prompt": "b", "negative_prompt": "c", "cfg_scale": 0.4}),
    (Effects("squish", (ONE,)), {"effect_scene": "other", "images": (ONE, TWO)}),
    (Avatar(ONE, SOUND_URL), {"image": TWO, "sound_file": sound(), "prompt": "b", "mode": "pro"}),
    (Avatar(ONE, audio_id="1"), {"audio_id": "2"}),
    (
        LipSync(SOUND_URL, video_id="1"),
        {
            "sound_file": sound(),
            "video_id": "2",
            "face_index": 1,
            "sound_start_time": 1,
            "sound_end_time": 4000,
            "sound_insert_time": 1,
            "sound_volume": 0.5,
            "original_audio_volume": 0.5,
        },
    ),
    (LipSync(audio_id="1", video_url=CLIP), {"audio_id": "2", "video_url": OTHER_CLIP}),
    (
        ImageGeneration("a", image=ONE),
        {
            "prompt": "b",
            "model_name": "kling-v3",
            "image": TWO,
            "image_reference": "face",
            "image_fidelity": 0.1,
            "human_fidelity": 0.1,
            "aspect_ratio": "1:1",
            "resolution": "2k",
            "n": 2,
            "element_list": ("1",),
        },
    ),
    (ImageGeneration("a"), {"negative_prompt": "c"}),
    (
        OmniImage("a", "kling-v3-omni"),
        {
            "prompt": "b",
            "model_name": "kling-image-o1",
            "image": ONE,
            "image_list": (ONE,),
            "aspect_ratio": "1:1",
            "resolution": "2k",
            "n": 2,
            "element_list": ("1",),
            "result_type": "series",
        },
    ),
    (OmniImage("a", "kling-v3-omni", result_type="series"), {"series_amount": 5}),
    (
        MultiImage2Image((ONE,)),
        {
            "subject_image_list": (TWO,),
            "prompt": "b",
            "scene_image": TWO,
            "style_image": TWO,
            "model_name": "kling-v2",
            "aspect_ratio": "1:1",
            "n": 2,
        },
    ),
    (
        ImageExpand(ONE, 0.1, 0.1, 0.1, 0.1),
        {"image": TWO, "prompt": "b", "n": 2, **{f"{side}_expansion_ratio": 0.2 for side in ("up", "down", "left")}},
    ),
    (ImageExpand(ONE, 0.1), {"right_expansion_ratio": 0.2}),
    (
        VirtualTryOn(ONE, TWO),
        {
            "human_image": THREE,
            "cloth_image": THREE,
            "model_name": f"{TRY_ON}-v1",
            "keep_face": False,
            "keep_pose": False,
            "keep_background": False,
        },
    ),
    (ImageRecognize(ONE), {"image": TWO}),
    (MultiShotImages(ONE), {"element_frontal_image": TWO}),
    (TextToSpeech("a", "1"), {"text": "b", "voice_id": "2", "voice_language": "en", "voice_speed": 2.0}),
    (TextToAudio("a"), {"prompt": "b", "duration": 6.0}),
    (VideoToAudio("1"), {"video_id": "2", "sound_effect_prompt": "b", "bgm_prompt": "c", "asmr_mode": True}),
    (VideoToAudio(video_url=CLIP), {"video_url": OTHER_CLIP}),
    (CustomVoice("a", SOUND_URL), {"voice_name": "b", "voice_url": "https://me.example/b.mp3"}),
    (CustomVoice("a", video_id="1"), {"video_id": "2"}),
    (
        CustomElement("a", "b", frontal_image=ONE, refer_images=(TWO,)),
        {
            "element_name": "c",
            "element_description": "d",
            "frontal_image": THREE,
            "refer_images": (TWO, THREE),
            "element_voice_id": "1",
            "tag_list": ("o_101",),
        },
    ),
    (CustomElement("a", "b", "video_refer", refer_video=CLIP), {"refer_video": OTHER_CLIP}),
]
#: Found out while it is prepared, told apart otherwise, or known by what else is given.
UNSAID = {"seed", "callback_url", "session_id", "face_id", "reference_type"}
DONE = [made for made in OPERATIONS if made is not TryOnVideo]
AT_ONCE = ("tts", "image-recognize")


@pytest.mark.parametrize(
    ("operation", "field", "value"),
    [(operation, field, value) for operation, values in SAID for field, value in values.items()],
    ids=lambda value: value if isinstance(value, str) and value.isidentifier() else "",
)
def test_another_value_of_any_field_is_another_order(operation: Operation, field: str, value: Any) -> None:
    other = OFFICIAL.create(dataclasses.replace(operation, **{field: value}), KEY)
    request = OFFICIAL.create(operation, KEY)
    assert (other.path, other.body) != (request.path, request.body)


@pytest.mark.parametrize("made", DONE, ids=lambda made: made.kind)
def test_no_field_of_any_operation_is_forgotten_above(made: type[Any]) -> None:
    said = {field for operation, values in SAID if type(operation) is made for field in values}
    assert OFFICIAL.fields(made.kind) <= said | UNSAID


@pytest.mark.parametrize(("operation", "_values"), SAID, ids=lambda value: getattr(value, "kind", ""))
def test_where_the_clip_is_reported_to_travels_but_makes_no_other_job(operation: Operation, _values: Any) -> None:
    if not hasattr(operation, "callback_url"):
        assert operation.kind in AT_ONCE
        return
    told = dataclasses.replace(operation, callback_url="https://me.example/hook")
    assert body_of(told) != body_of(operation)
    assert fingerprint(told, "a", OFFICIAL) == fingerprint(operation, "a", OFFICIAL)


@pytest.mark.parametrize(("operation", "_values"), SAID, ids=lambda value: getattr(value, "kind", ""))
def test_our_key_travels_wherever_there_is_a_place_for_it(operation: Operation, _values: Any) -> None:
    request = OFFICIAL.create(operation, KEY)
    body = request.body or {}
    told = body.get("external_task_id") or body.get("options", {}).get("external_task_id")
    assert (told == KEY) is not request.at_once
    assert OFFICIAL.keyed_at(request.route) is (not request.at_once and request.route != "/solutions")
    assert (OFFICIAL.look_up(request.route, KEY) is None) is (
        request.at_once or operation.kind in ("advanced-lip-sync", "ai-multi-shot")
    )


@pytest.mark.parametrize(("operation", "_values"), SAID, ids=lambda value: getattr(value, "kind", ""))
def test_media_by_url_are_written_as_they_are(operation: Operation, _values: Any) -> None:
    bare = without_media(operation)
    urls = [value for value in vars(bare).values() if isinstance(value, str) and value.startswith("https://")]
    written = str(OFFICIAL.create(bare, KEY).body)
    assert all(url in written for url in urls)


@given(prompt=st.text(min_size=1).filter(str.strip), negative=st.text(), model=st.sampled_from(["kling-v3", "x"]))
def test_words_reach_kling_as_they_were_written(prompt: str, negative: str, model: str) -> None:
    body = body_of(Text2Video(prompt, model, negative_prompt=negative))
    assert (body["prompt"], body.get("negative_prompt", "")) == (prompt, negative)


@pytest.mark.parametrize(
    ("operation", "digest"),
    [
        (Text2Video("a cat"), "be2b0b93dd0ce9fa524f6408d6a4a8a5a3b2d29609a1f32af4b275fb3d47d76e"),
        (
            Text2Video("a cat", "kling-v1", negative_prompt="dogs", camera_control=CameraControl(pan=-2.5)),
            "8bc560c504d53c7483ad57709a1709e6a57dc13df6ba8d2c26aba9363efd5892",
        ),
        (
            Text2Video("a cat", "kling-3.0", "4k", 7, "1:1", sound=True),
            "77f6e28df82493218acc4291b5e9911b9ef1658037729ebab1e554298a1a360a",
        ),
        (
            Image2Video(Still(b"first", 640, 480), Still(b"last", 640, 480), "moves", "kling-v2-6", "pro", 10),
            "9c50ddef3033ffe0dc5e6082bc69840b32149b5ccc10d81e5540d143b36b3cb4",
        ),
        (
            Image2Video(Still(b"first", 640, 480), model_name="kling-3.0", seed=7),
            "4658597dd44aa4e42c227150b97b6245364f1524cda518797b57ecadbf9d7d9d",
        ),
        (
            Image2Video(Still(b"first", 640, 480), model_name="kling-3.0-turbo", prompt="moves"),
            "8bd702aff4852400ac8b1fa686d1a8da34f0e74715fb0f5748119462a625466c",
        ),
    ],
)
def test_what_earlier_versions_paid_for_is_known_again(operation: Operation, digest: str) -> None:
    assert fingerprint(operation, "host#1", OFFICIAL) == digest


@pytest.mark.parametrize("made", DONE, ids=lambda made: made.kind)
def test_a_task_made_elsewhere_is_asked_for_on_its_path_and_among_all(made: type[Any]) -> None:
    path = f"/v1/{made.category}/{made.kind}"
    routes = OFFICIAL.routes(made.kind)
    assert routes[-1] == "/tasks"
    assert (path in routes) is (made.kind not in AT_ONCE)
    assert ("/solutions" in routes) is (made.kind == TRY_ON)


def test_clips_of_operations_that_we_do_not_make_can_be_asked_for_too() -> None:
    assert OFFICIAL.routes("lip-sync") == ("/v1/videos/lip-sync", "/tasks")
    assert OFFICIAL.routes("multi-elements") == ("/v1/videos/multi-elements", "/tasks")
    assert OFFICIAL.routes("try-on-video") == OFFICIAL.routes("nonsense") == ()


@pytest.mark.parametrize("route", ["/v1/audio/tts", "/v1/videos/image-recognize"])
def test_what_was_answered_at_once_is_asked_for_among_all_tasks_as_a_last_resort(route: str) -> None:
    expected = Request("GET", "/tasks", query={"task_ids": "42"}, route=route, needs_api_key=True)
    assert OFFICIAL.query(route, "42") == expected
    assert OFFICIAL.list_page(route, 1) is None


def test_solutions_have_a_list_of_their_own() -> None:
    asked, found = OFFICIAL.query("/solutions", "42"), OFFICIAL.look_up("/solutions", KEY)
    assert (asked.path, asked.query, asked.needs_api_key) == ("/solutions", {"task_ids": "42"}, True)
    assert found == Request(
        "GET", "/solutions", query={"external_task_ids": KEY}, route="/solutions", needs_api_key=True
    )


@pytest.mark.parametrize("route", ["/v1/videos/advanced-lip-sync", "/v1/general/ai-multi-shot"])
def test_where_only_the_task_id_is_documented_the_list_is_looked_through(route: str) -> None:
    query = {"pageNum": "2", "pageSize": "500"}
    assert OFFICIAL.list_page(route, 2) == Request("GET", route, query=query, route=route)
    assert OFFICIAL.list_page("/v1/videos/effects", 2) is None


def test_a_gateway_on_the_same_paths_is_trusted_with_no_key() -> None:
    assert not any(Official(keyed=False).keyed_at(route) for made in DONE for route in OFFICIAL.routes(made.kind))


def test_pictures_are_paid_in_their_own_units() -> None:
    in_image_units = {made.kind for made in OPERATIONS if OFFICIAL.unit_for(made.kind) == "image units"}
    assert in_image_units == {made.kind for made in OPERATIONS if made.category == "images"} | {"ai-multi-shot"}
    assert (OFFICIAL.unit_for("tts"), OFFICIAL.worth("tts")) == ("units", 1)
    assert OFFICIAL.worth("generations") == Decimal("0.025")


def test_the_clip_of_a_try_on_is_no_capability_of_kling() -> None:
    clip = TryOnVideo(ONE, "a red coat")
    for refused in (OFFICIAL.check, OFFICIAL.estimate, lambda one: OFFICIAL.create(one, KEY)):
        with pytest.raises(InvalidRequest, match=r"has no try-on-video\. Dialects that can: newapi"):
            refused(clip)
    assert OFFICIAL.fields("try-on-video") == frozenset()


def test_the_menu_of_models_and_values_follows_the_tables() -> None:
    assert "kling-v3-omni" in OFFICIAL.models_for("omni-video")
    assert OFFICIAL.models_for("effects") == OFFICIAL.models_for("nonsense") == ()
    assert OFFICIAL.takes("omni-video", "mode", "4k")
    assert not OFFICIAL.takes("motion-control", "mode", "4k")
    assert OFFICIAL.takes("generations", "aspect_ratio", "21:9")
    assert not OFFICIAL.takes("text2video", "aspect_ratio", "21:9")
    assert not OFFICIAL.takes("image2video", "aspect_ratio", "16:9")
    assert OFFICIAL.takes("avatar/image2video", "mode", "pro")
    assert OFFICIAL.takes("tts", "voice_speed", 2.0)
    assert not OFFICIAL.takes("tts", "prompt", "a")
    assert OFFICIAL.takes("text2video", "camera", "simple")
