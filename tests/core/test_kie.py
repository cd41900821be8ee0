"""The dialect of kie.ai: every example of its document, the page of every model, and whatever else may be answered."""

from __future__ import annotations

import base64
import dataclasses
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kling_api.dialects import DIALECTS, dialect_of
from kling_api.dialects.kie import Kie
from kling_api.dialects.offer import table
from kling_api.dialects.wire import Answer, KeyKind, Refusal, Reply, Request
from kling_api.errors import InvalidRequest
from kling_api.operations import (
    OPERATIONS,
    Avatar,
    CameraControl,
    Image2Video,
    LipSync,
    MotionControl,
    MultiShot,
    Operation,
    Shot,
    Text2Video,
)
from kling_api.recordings import Footage, Sound
from kling_api.settings import Credentials, Profile
from kling_api.stills import Still

KIE = Kie()
CREATE, QUERY = "/api/v1/jobs/createTask", "/api/v1/jobs/recordInfo"
FIRST, LAST = "https://me.example/first.png", "https://me.example/last.png"
CLIP, SPEECH, HOOK = "https://me.example/dance.mp4", "https://me.example/speech.mp3", "https://me.example/hook"
PICTURE = Still(b"\x89PNG\r\n\x1a\n first", 640, 480)
LAST_PICTURE = Still(b"\xff\xd8\xff last", 640, 480)
UPLOADED = "https://tempfile.example/kling-nodes/first.png"

PROMPT = (
    "Visual: 在一个时尚直播房间里，衣服挂在架子上，一面全长的镜子反射出主持人的身影。对话：[非裔美国女性主持人] "
    "转过身来展示这件运动衫的合身效果。[非裔美国女性主持人，欢快的声音] 说：‘360 度无缝剪裁，修身显瘦。’ 立刻，"
    "[非裔美国女性主持人] 走向摄像头。[非裔美国女性主持人，活泼的声音] 说：‘双面拉绒面料，现在购买可享受 30 美元折扣。’"
)
INPUT = {"prompt": PROMPT, "sound": False, "aspect_ratio": "1:1", "duration": "5"}
ORDER = {"model": "kling-2.6/text-to-video", "input": INPUT}


def _text(model: str = "kling-v2-6", **values: Any) -> Text2Video:
    return Text2Video("a cat", model, **values)


def _image(model: str = "kling-v2-6", tail: str | None = None, prompt: str = "it moves", **values: Any) -> Image2Video:
    return Image2Video(FIRST, tail, prompt, model, **values)


def _body(operation: Operation) -> dict[str, Any]:
    KIE.check(operation)
    request = KIE.create(operation, "kn-1")
    assert (request.method, request.path, request.route, request.query) == ("POST", CREATE, QUERY, None)
    return json.loads(json.dumps(request.body))


def _refused(operation: Operation) -> str:
    with pytest.raises(InvalidRequest) as caught:
        KIE.check(operation)
    return str(caught.value)


# The examples of the document


@pytest.mark.parametrize("model", ["kling-v2-6", "kling-2.6", "kling-2.6/text-to-video"])
def test_the_documents_order_is_written_letter_by_letter(model: str) -> None:
    assert _body(Text2Video(PROMPT, model, aspect_ratio="1:1")) == ORDER


def test_the_documents_question_names_the_task_in_the_query() -> None:
    asked = KIE.query(QUERY, "281e5b0***f39b9")
    assert asked == Request("GET", QUERY, query={"taskId": "281e5b0***f39b9"}, route=QUERY)


def test_the_callback_url_stands_beside_the_input() -> None:
    assert _body(_text(callback_url=HOOK))["callBackUrl"] == HOOK
    assert KIE.check(_text(callback_url=HOOK)) == ()


def test_our_key_and_the_seed_are_not_sent() -> None:
    assert "kn-1" not in json.dumps(_body(_text(seed=7)))
    assert _body(_text(seed=7)) == _body(_text())


# The page of every model

_TEXT = {"prompt": "a cat", "duration": "5"}
_IMAGE = {"prompt": "it moves", "duration": "5"}
_DANCE = {"input_urls": [FIRST], "video_urls": [CLIP], "character_orientation": "video"}
_FACE = {"image_url": FIRST, "audio_url": SPEECH}
PAGES: list[tuple[Operation, str, dict[str, Any]]] = [
    (_text("kling-v2-6"), "kling-2.6/text-to-video", _TEXT | {"sound": False, "aspect_ratio": "16:9"}),
    (
        _text("kling-2.6", sound=True, duration=10, aspect_ratio="9:16"),
        "kling-2.6/text-to-video",
        {"prompt": "a cat", "duration": "10", "sound": True, "aspect_ratio": "9:16"},
    ),
    (_image("kling-v2-6"), "kling-2.6/image-to-video", _IMAGE | {"image_urls": [FIRST], "sound": False}),
    (
        _text("kling-v3", mode="pro", duration=15, sound=True),
        "kling-3.0/video",
        {
            "prompt": "a cat",
            "duration": "15",
            "sound": True,
            "aspect_ratio": "16:9",
            "mode": "pro",
            "multi_shots": False,
        },
    ),
    (
        _text("kling-3.0", mode="4k", duration=3),
        "kling-3.0/video",
        {
            "prompt": "a cat",
            "duration": "3",
            "sound": False,
            "aspect_ratio": "16:9",
            "mode": "4K",
            "multi_shots": False,
        },
    ),
    (
        _image("kling-v3", LAST),
        "kling-3.0/video",
        _IMAGE | {"image_urls": [FIRST, LAST], "sound": False, "mode": "std", "multi_shots": False},
    ),
    (
        _image("kling-3.0", aspect_ratio="1:1"),
        "kling-3.0/video",
        _IMAGE | {"image_urls": [FIRST], "sound": False, "mode": "std", "multi_shots": False, "aspect_ratio": "1:1"},
    ),
    (
        _image("kling-v3", aspect_ratio="auto"),
        "kling-3.0/video",
        _IMAGE | {"image_urls": [FIRST], "sound": False, "mode": "std", "multi_shots": False},
    ),
    (
        _text("kling-3.0-turbo", sound=True),
        "kling/v3-turbo-text-to-video",
        _TEXT | {"aspect_ratio": "16:9", "resolution": "720p"},
    ),
    (
        _image("kling-3.0-turbo", mode="pro", sound=True),
        "kling/v3-turbo-image-to-video",
        _IMAGE | {"image_urls": [FIRST], "resolution": "1080p"},
    ),
    (
        _text("kling-v2-5-turbo", mode="pro", negative_prompt="blur", cfg_scale=0.3),
        "kling/v2-5-turbo-text-to-video-pro",
        _TEXT | {"aspect_ratio": "16:9", "negative_prompt": "blur", "cfg_scale": 0.3},
    ),
    (
        _image("kling-2.5-turbo", LAST, mode="pro", negative_prompt="blur"),
        "kling/v2-5-turbo-image-to-video-pro",
        _IMAGE | {"image_url": FIRST, "tail_image_url": LAST, "negative_prompt": "blur", "cfg_scale": 0.5},
    ),
    (
        _text("kling-v2-1-master", aspect_ratio="1:1"),
        "kling/v2-1-master-text-to-video",
        _TEXT | {"aspect_ratio": "1:1", "cfg_scale": 0.5},
    ),
    (
        _image("kling-v2-1-master"),
        "kling/v2-1-master-image-to-video",
        _IMAGE | {"image_url": FIRST, "cfg_scale": 0.5},
    ),
    (_image("kling-v2-1", cfg_scale=1.0), "kling/v2-1-standard", _IMAGE | {"image_url": FIRST, "cfg_scale": 1.0}),
    (
        _image("kling-v2-1", LAST, mode="pro"),
        "kling/v2-1-pro",
        _IMAGE | {"image_url": FIRST, "tail_image_url": LAST, "cfg_scale": 0.5},
    ),
    (MotionControl(FIRST, CLIP), "kling-2.6/motion-control", _DANCE | {"mode": "720p"}),
    (
        MotionControl(FIRST, CLIP, "she dances", mode="pro", character_orientation="image"),
        "kling-2.6/motion-control",
        _DANCE | {"prompt": "she dances", "character_orientation": "image", "mode": "1080p"},
    ),
    (MotionControl(FIRST, CLIP, "", "kling-v3", "pro"), "kling-3.0/motion-control", _DANCE | {"mode": "1080p"}),
    (Avatar(FIRST, SPEECH), "kling/ai-avatar-standard", _FACE | {"prompt": ""}),
    (Avatar(FIRST, SPEECH, "she sings", "pro"), "kling/ai-avatar-pro", _FACE | {"prompt": "she sings"}),
]


@pytest.mark.parametrize(("operation", "model", "written"), PAGES)
def test_each_model_gets_the_fields_of_its_page_and_no_others(
    operation: Operation, model: str, written: dict[str, Any]
) -> None:
    assert _body(operation) == {"model": model, "input": written}
    assert KIE.check(operation) == ()


def test_every_page_of_the_table_is_among_those_examples() -> None:
    written = {(operation.kind, model) for operation, model, _ in PAGES}
    assert written == {(page["operation"], page["model"]) for page in table("kie")["models"]}


@pytest.mark.parametrize("page", table("kie")["models"], ids=lambda page: f"{page['model']} {page['operation']}")
def test_kies_own_id_is_taken_as_it_is_and_the_table_speaks_of_fields_that_we_have(page: dict[str, Any]) -> None:
    ours = next(kind for kind in OPERATIONS if kind.kind == page["operation"])
    fields = {field.name for field in dataclasses.fields(ours)}
    offer = KIE.offer(page["operation"], page["model"])
    assert offer
    assert offer.fields <= fields
    assert offer.required <= offer.fields
    assert set(offer.values) | set(offer.limits) <= offer.fields
    assert KIE.fields(page["operation"]) >= offer.fields
    if "model_name" in fields:
        given = {"prompt": "a cat", "image": FIRST, "image_url": FIRST, "video_url": CLIP, "model_name": page["model"]}
        values: dict[str, Any] = {name: value for name, value in given.items() if name in fields}
        assert _body(ours(**values))["model"] == page["model"]


def test_a_graph_made_for_kling_needs_no_other_model_name() -> None:
    usual = {"kling-v3", "kling-v2-6", "kling-v2-5-turbo", "kling-v2-1-master", "kling-3.0", "kling-2.6"}
    usual |= {"kling-2.5-turbo", "kling-3.0-turbo"}
    assert set(KIE.models_for("text2video")) == usual
    assert set(KIE.models_for("image2video")) == usual | {"kling-v2-1"}
    assert KIE.models_for("avatar/image2video") == ("kling/ai-avatar-standard", "kling/ai-avatar-pro")
    assert KIE.models_for("advanced-lip-sync") == ()


# What is refused before it is sent


def test_a_model_that_kie_does_not_have_is_refused_with_those_that_it_has_and_who_has_that_one() -> None:
    said = _refused(_text("kling-v1-6"))
    assert "no kling-v1-6 for text2video" in said
    assert "kling-v3, kling-3.0, kling-3.0-turbo, kling-v2-6" in said
    assert "Dialects that have it: official" in said
    assert KIE.problem("text2video", "kling-v2-master", {}) != ""
    with pytest.raises(InvalidRequest, match="no kling-v1-6"):
        KIE.create(_text("kling-v1-6"), "kn-1")


def test_kies_own_id_of_another_operation_is_refused_with_what_it_is_for() -> None:
    assert "no kling-2.6/text-to-video for image2video: it is for text2video" in _refused(
        _image("kling-2.6/text-to-video")
    )


def test_an_id_with_a_slash_that_the_table_does_not_know_is_passed_on_with_a_warning() -> None:
    operation = _text("kling-4.0/text-to-video")
    assert "kling-4.0/text-to-video is passed on as it is" in KIE.check(operation)[0]
    assert _body(operation) == {
        "model": "kling-4.0/text-to-video",
        "input": _TEXT | {"sound": False, "aspect_ratio": "16:9"},
    }
    assert KIE.estimate(operation) is None


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (_text(mode="4k"), ("mode 4k", "Possible: std, pro", "kling-v3, kling-3.0")),
        (_text(duration=7), ("duration 7", "Possible: 5, 10", "kling-v3")),
        (_text("kling-v3", duration=16), ("duration 16", "3, 4, 5", "15")),
        (_text(aspect_ratio="4:3"), ("aspect_ratio 4:3", "1:1, 16:9, 9:16")),
        (_text(negative_prompt="blur"), ("negative_prompt", "kling-v2-5-turbo", "Dialects that can: official")),
        (_text("kling-v2-5-turbo", sound=True), ("sound", "kling-v3", "kling-v2-6")),
        (_text(camera_control=CameraControl(pan=3)), ("camera_control", "Dialects that can: official")),
        (_image(tail=LAST), ("image_tail", "kling-v2-6", "kling-v3", "kling-v2-1", "kling-v2-5-turbo")),
        (_image("kling-v2-1", LAST), ("image_tail", "mode std", "kling/v2-1-standard", "with mode pro")),
        (_image("kling/v2-1-standard", LAST, mode="pro"), ("image_tail", "kling/v2-1-pro")),
        (_image("kling-v2-1", mode="4k"), ("mode 4k", "kling-v3")),
        (_image("kling-v3", aspect_ratio="4:3"), ("aspect_ratio 4:3",)),
        (_image(prompt=""), ("prompt is missing",)),
        (Image2Video(None, LAST, "it moves", "kling-v3"), ("image is missing",)),
        (MotionControl(FIRST, CLIP, mode="4k"), ("mode 4k", "Possible: std, pro")),
        (MotionControl(FIRST, CLIP, model_name="kling-v1"), ("no kling-v1 for motion-control", "kling-v2-6")),
        (Avatar(FIRST, SPEECH, mode="4k"), ("mode 4k", "std, pro")),
        (LipSync(SPEECH, video_id="1"), ("kie cannot do advanced-lip-sync", "Dialects that can")),
        (_text("kling-v2-5-turbo", cfg_scale=0.55), ("cfg_scale is 0.55", "Give 0.5 or 0.6")),
    ],
)
def test_what_kie_cannot_do_is_refused_with_what_it_can(operation: Operation, words: tuple[str, ...]) -> None:
    said = _refused(operation)
    assert [word for word in words if word not in said] == []


@pytest.mark.parametrize(
    ("model", "prompt", "negative"),
    [
        ("kling-v2-6", 1000, 0),
        ("kling-v3", 2500, 0),
        ("kling-3.0-turbo", 2500, 0),
        ("kling-v2-5-turbo", 2500, 2500),
        ("kling-v2-1-master", 5000, 500),
    ],
)
def test_a_prompt_has_the_length_that_the_page_of_the_model_allows(model: str, prompt: int, negative: int) -> None:
    KIE.check(Text2Video("x" * prompt, model, negative_prompt="x" * negative))
    assert f"at most {prompt}" in _refused(Text2Video("x" * (prompt + 1), model))
    if negative:
        assert f"at most {negative}" in _refused(Text2Video("x", model, negative_prompt="x" * (negative + 1)))


def test_an_end_frame_model_has_its_own_limit_for_what_should_not_be_seen() -> None:
    KIE.check(_image("kling-v2-5-turbo", mode="pro", negative_prompt="x" * 2496))
    assert "at most 2496" in _refused(_image("kling-v2-5-turbo", mode="pro", negative_prompt="x" * 2497))


def test_what_would_be_made_otherwise_than_asked_is_told() -> None:
    assert "no mode but pro: that is made and charged, not std" in KIE.check(_text("kling-v2-5-turbo"))[0]
    assert "always makes sound" in KIE.check(_text("kling-3.0-turbo"))[0]
    assert "has no keep_original_sound" in KIE.check(MotionControl(FIRST, CLIP, keep_original_sound=False))[0]
    assert "has no cfg_scale" in KIE.check(_text(cfg_scale=0.7))[0]
    assert KIE.check(_text(mode="pro")) == ("kie.ai's kling-2.6/text-to-video has no mode; it is not sent.",)
    assert KIE.check(_text(mode="std")) == ()
    assert KIE.check(_text("kling-v3", mode="pro")) == ()


def test_a_picture_for_motion_control_must_be_as_large_as_the_page_says() -> None:
    small = Still(PICTURE.data, 340, 480)
    assert "more than 340" in _refused(MotionControl(small, CLIP, model_name="kling-v3"))
    KIE.check(MotionControl(small, CLIP))
    assert "at least 300" in _refused(MotionControl(Still(b"", 299, 480), CLIP))


def test_the_nodes_are_told_the_same_before_a_graph_is_queued() -> None:
    assert (
        KIE.problem("text2video", "kling-v2-6", {"mode": "std", "duration": 5, "sound": "on", "frames": "none"}) == ""
    )
    assert "duration 3" in KIE.problem("text2video", "kling-v2-6", {"duration": 3})
    assert "mode pro" in KIE.problem("image2video", "kling-v2-1", {"mode": "std", "frames": "first+last"})
    assert KIE.problem("image2video", "kling-v2-1", {"frames": "first+last"}) == ""
    assert KIE.problem("text2video", "kling-3.0-turbo", {"sound": "on"}) == ""
    assert "camera_control" in KIE.problem("text2video", "kling-v3", {"camera": "any"})


# Pictures


def test_a_picture_is_uploaded_under_its_digest_before_the_order() -> None:
    request = KIE.before(Image2Video(PICTURE, prompt="it moves", model_name="kling-v2-6"))
    assert request == Request("POST", "/api/file-base64-upload", request and request.body)
    assert request
    assert request.body == {
        "base64Data": base64.b64encode(PICTURE.data).decode(),
        "uploadPath": "kling-nodes",
        "fileName": f"{PICTURE.digest()[:32]}.png",
    }


def test_each_picture_is_uploaded_once_and_its_address_takes_its_place() -> None:
    operation: Operation = Image2Video(PICTURE, LAST_PICTURE, "it moves", "kling-v3")
    sent = []
    while request := KIE.before(operation):
        assert request.body
        sent.append(request.body["fileName"])
        completed = KIE.complete(operation, _uploaded(f"{UPLOADED}?{len(sent)}"))
        assert not isinstance(completed, Refusal)
        operation = completed
    assert sent == [f"{PICTURE.digest()[:32]}.png", f"{LAST_PICTURE.digest()[:32]}.jpg"]
    assert _body(operation)["input"]["image_urls"] == [f"{UPLOADED}?1", f"{UPLOADED}?2"]


def test_the_same_picture_twice_is_uploaded_once() -> None:
    operation = KIE.complete(Image2Video(PICTURE, PICTURE, "it moves", "kling-v3"), _uploaded(UPLOADED))
    assert not isinstance(operation, Refusal)
    assert KIE.before(operation) is None


def test_an_operation_whose_pictures_have_addresses_needs_no_upload() -> None:
    assert KIE.before(_image()) is None
    assert KIE.before(_text()) is None


def test_an_order_with_a_picture_that_is_not_uploaded_is_never_written() -> None:
    with pytest.raises(InvalidRequest, match="image is not uploaded yet"):
        KIE.create(Image2Video(PICTURE, prompt="it moves"), "kn-1")


@pytest.mark.parametrize(
    "address",
    ["", None, 7, "ftp://a.example/x.png", "http://a.example/x.png", "https://", "/x.png", "https://a b/x", "http://["],
)
def test_an_upload_without_an_address_that_can_be_used_is_refused_and_nothing_is_ordered(address: Any) -> None:
    answer = KIE.complete(Image2Video(PICTURE, prompt="it moves"), _uploaded(address))
    assert isinstance(answer, Refusal)
    assert answer.answer is Answer.FINAL


@pytest.mark.parametrize("address", [UPLOADED, "http://127.0.0.1:8080/uploads/x.png", "http://localhost/x.png"])
def test_an_address_is_https_or_on_this_machine(address: str) -> None:
    answer = KIE.complete(Image2Video(PICTURE, prompt="it moves"), _uploaded(address))
    assert isinstance(answer, Image2Video)
    assert answer.image == address


@pytest.mark.parametrize(
    ("code", "said", "answer"),
    [
        (400, "Missing required parameter: uploadPath", Answer.FINAL),
        (400, "Base64 decoding failed: Invalid Base64 format", Answer.FINAL),
        (401, "Authentication failed: Invalid API Key", Answer.FINAL),
        (405, "Method not allowed", Answer.FINAL),
        (429, "Rate limit exceeded", Answer.LATER),
        (500, "Internal server error", Answer.UNCLEAR),
    ],
)
def test_an_upload_that_fails_says_why(code: int, said: str, answer: Answer) -> None:
    reply = Reply(code, {"success": False, "code": code, "msg": said})
    refusal = KIE.complete(Image2Video(PICTURE, prompt="it moves"), reply)
    assert isinstance(refusal, Refusal)
    assert (refusal.answer, refusal.code) == (answer, str(code))
    assert said in refusal.message


def _uploaded(address: Any) -> Reply:
    data = {"fileName": "a.png", "filePath": "kling-nodes/a.png", "downloadUrl": address, "fileSize": 9}
    data |= {"mimeType": "image/png", "uploadedAt": "2026-09-01T00:00:00Z"}
    return Reply(200, {"success": True, "code": 200, "msg": "File uploaded successfully", "data": data})


# Sounds and clips: uploaded by the client


def _dance(seconds: float = 5.0, size: int = 9) -> Footage:
    return Footage(Path("dance.mp4"), seconds, 1280, 720, 24, size, source="d" * 64)


def test_sounds_and_clips_are_taken_as_urls_alone() -> None:
    assert KIE.urls_only("avatar/image2video") == {"sound_file"}
    assert KIE.urls_only("motion-control") == frozenset()  # a clip always is
    for operation in (MotionControl(FIRST, _dance()), Avatar(FIRST, Sound(b"sound", "mp3", 5))):
        KIE.check(operation)
        with pytest.raises(InvalidRequest, match="is not uploaded yet"):
            KIE.create(operation, "kn-1")


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (MotionControl(FIRST, _dance(2.9)), ("video_url lasts 2.90 s", "3 to 30 s")),
        (MotionControl(FIRST, _dance(30.1)), ("video_url lasts 30.10 s", "3 to 30 s")),
        (MotionControl(FIRST, _dance(size=100_000_001), model_name="kling-v3"), ("100.0 MB", "at most 100 MB")),
        (Avatar(FIRST, Sound(b"sound", "mp3", 301)), ("sound_file lasts 301.00 s", "at most 300 s")),
        (Avatar(FIRST, Sound(bytes(10_000_001), "mp3", 3)), ("sound_file has 10.0 MB", "at most 10 MB")),
        (Avatar(FIRST, audio_id="1"), ("sound_file is missing",)),
    ],
)
def test_what_a_sound_or_clip_of_ours_is_like_is_checked_first(operation: Operation, words: tuple[str, ...]) -> None:
    said = _refused(operation)
    assert [word for word in words if word not in said] == []


# Several shots

SHOTS = MultiShot((Shot("a dog", 3), Shot("a cat", 4)))


def test_shots_take_the_place_of_the_prompt() -> None:
    shots = {
        "multi_shots": True,
        "multi_prompt": [{"prompt": "a dog", "duration": 3}, {"prompt": "a cat", "duration": 4}],
    }
    usual = {"sound": True, "duration": "7", "mode": "std"} | shots
    text = Text2Video("", "kling-v3", duration=7, sound=True, multi_shot=SHOTS)
    assert _body(text) == {"model": "kling-3.0/video", "input": usual | {"aspect_ratio": "16:9"}}
    image = Image2Video(FIRST, model_name="kling-v3", duration=7, sound=True, multi_shot=SHOTS)
    assert _body(image) == {"model": "kling-3.0/video", "input": usual | {"image_urls": [FIRST]}}
    assert KIE.check(text) == KIE.check(image) == ()
    warned = dataclasses.replace(text, prompt="beside them")
    assert "the prompt is of no effect" in KIE.check(warned)[0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sound": False}, ("sound is off", "with sound alone")),
        ({"image_tail": LAST}, ("An end frame and several shots",)),
        (
            {"model_name": "kling-v2-6", "prompt": "x", "duration": 5, "multi_shot": MultiShot((Shot("x", 5),))},
            ("multi_shot is not possible", "kling-v3"),
        ),
        ({"multi_shot": MultiShot((), "intelligence")}, ("shot_type intelligence", "Choose customize")),
        ({"multi_shot": MultiShot((Shot("x", 1),) * 6), "duration": 6}, ("6 shots are given; kie.ai takes 5",)),
        ({"multi_shot": MultiShot((Shot("x" * 501, 7),))}, ("prompt of shot 1 has 501", "Shorten it by 1.")),
        ({"multi_shot": MultiShot((Shot("x", 13),)), "duration": 13}, ("Shot 1 lasts 13 s", "at most 12 s")),
        ({"multi_shot": None}, ("prompt is missing",)),
    ],
)
def test_shots_that_kie_cannot_make_are_refused(changes: dict[str, Any], words: tuple[str, ...]) -> None:
    values: dict[str, Any] = {"model_name": "kling-v3", "duration": 7, "sound": True, "multi_shot": SHOTS} | changes
    said = _refused(Image2Video(FIRST, **values))
    assert [word for word in words if word not in said] == []


# Prices and places


@pytest.mark.parametrize(
    ("operation", "credits"),
    [
        (_text(), "55"),
        (_text(duration=10), "110"),
        (_text(sound=True), "110"),
        (_image(sound=True, duration=10), "220"),
        (_text("kling-v3"), None),
        (Avatar(FIRST, SPEECH), None),
    ],
)
def test_what_it_will_cost_is_said_where_a_price_was_seen(operation: Operation, credits: str | None) -> None:
    assert KIE.estimate(operation) == (Decimal(credits) if credits else None)


def test_its_host_its_key_and_where_a_task_made_elsewhere_is_asked_for() -> None:
    profile = Profile("k", "https://api.kie.ai", "auto", Credentials(api_key="sk-FAKE-of-a-test-of-kie"), Path())
    assert dialect_of(profile) is DIALECTS["kie"]
    assert KIE.keys("api.kie.ai") == {KeyKind.API_KEY}
    assert (KIE.keyed, KIE.unit, KIE.base_url) == (False, "credits", "https://api.kie.ai")
    for kind in ("text2video", "image2video", "motion-control", "avatar/image2video"):
        assert KIE.routes(kind) == (QUERY,)
    assert KIE.routes("advanced-lip-sync") == ()
    assert KIE.look_up(QUERY, "kn-1") is None
