"""The dialect of the wrapping service: every example of its document both ways, and each of its refusals."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_api.dialects import named
from kling_api.dialects.offer import table
from kling_api.dialects.wire import Answer, KeyKind, Output, Refusal, Reply, Request, Task, TaskState
from kling_api.errors import InvalidRequest
from kling_api.fingerprint import fingerprint
from kling_api.operations import (
    OPERATIONS,
    Avatar,
    CameraControl,
    Image2Video,
    ImageGeneration,
    LipSync,
    MotionControl,
    MultiImage2Video,
    OmniImage,
    Operation,
    Text2Video,
    TryOnVideo,
    VideoExtend,
)
from kling_api.stills import Still

WRAPPER = named("wrapper")
PICTURE = Still(b"\x89PNG\r\n\x1a\n first", 640, 480)
BASE64 = base64.b64encode(PICTURE.data).decode()
EXAMPLE = "https://example.com"
LIP_SYNC = LipSync(sound_file=f"{EXAMPLE}/audio.mp3", video_url=f"{EXAMPLE}/video_with_face.mp4")
ID = "845014248110960707"

CITY = "A cinematic shot of a cyberpunk city, night time, rain, neon lights, highly detailed, 4k"
MINIMAL = {"prompt": CITY, "model_name": "kling-v1", "aspect_ratio": "16:9", "duration": "5"}
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
FROM_PICTURES = {
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
FACES = {
    "session_id": "sess_123...",
    "face_data": [{"face_id": "face_abc...", "start_time": 0, "end_time": 5000}],
}
LIPS = {
    "session_id": "sess_123...",
    "face_choose": [
        {
            "face_id": "face_abc...",
            "sound_file": f"{EXAMPLE}/audio.mp3",
            "sound_start_time": 0,
            "sound_end_time": 5000,
            "sound_insert_time": 0,
        }
    ],
}


def _create(operation: Operation) -> tuple[str, dict[str, Any]]:
    """Where it goes, and what would be sent."""
    WRAPPER.check(operation)
    request = WRAPPER.create(operation, "kn-1")
    assert request.method == "POST"
    return request.path, json.loads(json.dumps(request.body))


#: The example; the operation in our words; what we say beside it: the service's own defaults, said by name.
EXAMPLES = {
    "text, minimal": (
        ("/api/v1/videos/text2video", MINIMAL, {"cfg_scale": 0.5, "mode": "std"}),
        Text2Video(CITY, "kling-v1"),
    ),
    "text, full": (
        ("/api/v1/videos/text2video", FULL, {}),
        Text2Video(
            "A golden retriever running on the beach",
            "kling-v1",
            negative_prompt="blur, low quality, distortion",
            camera_control=CameraControl(zoom=0.5),
            callback_url="https://your-domain.com/callback",
        ),
    ),
    "pictures": (
        ("/api/v1/videos/image2video", FROM_PICTURES, {}),
        Image2Video(FROM_PICTURES["image"], FROM_PICTURES["image_tail"], "The car drives forward", "kling-v1"),
    ),
    "text to image": (
        ("/api/v1/images/generations", CAT, {"resolution": "1k"}),
        ImageGeneration(CAT["prompt"], "kling-v1", aspect_ratio="1:1"),
    ),
    "image to image": (
        (
            "/api/v1/images/generations",
            PAINTING,
            {"resolution": "1k", "n": 1, "aspect_ratio": "16:9", "human_fidelity": 0.45},
        ),
        ImageGeneration(PAINTING["prompt"], "kling-v1-5", image=PAINTING["image"], image_fidelity=0.6),
    ),
    "omni image": (
        ("/api/v1/images/omni-image", WARRIOR, {"resolution": "1k", "n": 1}),
        OmniImage(WARRIOR["prompt"], image_list=(f"{EXAMPLE}/sword.jpg",)),
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_of_the_document_is_what_we_send(name: str) -> None:
    (path, example, ours), operation = EXAMPLES[name]
    assert _create(operation) == (path, example | ours)
    assert not ours.keys() & example.keys()


def test_faces_are_looked_for_as_the_document_shows() -> None:
    assert WRAPPER.before(LIP_SYNC) == Request(
        "POST", "/api/v1/lipsync/identify-face", {"video_url": f"{EXAMPLE}/video_with_face.mp4"}
    )
    by_id = WRAPPER.before(LipSync(f"{EXAMPLE}/a.mp3", video_id="42"))
    assert by_id
    assert by_id.body == {"video_id": "42"}


def test_the_face_that_was_found_is_ordered_as_the_document_shows() -> None:
    chosen = WRAPPER.complete(LIP_SYNC, Reply(200, FACES))
    assert isinstance(chosen, LipSync)
    assert WRAPPER.before(chosen) is None
    assert _create(chosen) == ("/api/v1/lipsync/create-task", LIPS)


def test_no_other_operation_needs_a_question_first() -> None:
    assert all(WRAPPER.before(operation) is None for _, operation in EXAMPLES.values())


@pytest.mark.parametrize("raw_data", [{}, {"task_id": ID, "task_status": "submitted", "created_at": 1}])
def test_the_answer_to_an_order_is_a_submitted_task(raw_data: dict[str, Any]) -> None:
    task = _task({"task_id": ID, "message": "success", "raw_data": raw_data})
    assert (task.id, task.state, task.outputs, task.message) == (ID, TaskState.SUBMITTED, (), "")


def test_the_answer_of_a_finished_task_names_its_clip() -> None:
    example = {
        "task_id": ID,
        "message": "succeed",
        "raw_data": {"task_result": {"videos": [{"url": "https://cdn.klingai.com/..."}]}},
    }
    assert _task(example) == Task(ID, TaskState.SUCCEEDED, outputs=(Output("video", "https://cdn.klingai.com/..."),))


@pytest.mark.parametrize(
    ("operation", "path"),
    [
        ("text2video", "/api/v1/tasks/videos/text2video/845014248110960707"),
        ("generations", "/api/v1/tasks/images/generations/task_img_123"),
        ("image2video", "/api/v1/tasks/videos/image2video/1"),
        ("advanced-lip-sync", "/api/v1/tasks/videos/advanced-lip-sync/1"),
        ("omni-image", "/api/v1/tasks/images/omni-image/1"),
    ],
)
def test_a_task_is_asked_for_by_category_and_type(operation: str, path: str) -> None:
    (route,) = WRAPPER.routes(operation)
    assert WRAPPER.query(route, path.rpartition("/")[2]) == Request("GET", path, route=route)


def test_the_route_of_an_order_is_the_one_that_a_task_made_elsewhere_is_asked_by() -> None:
    for _, operation in EXAMPLES.values():
        assert (WRAPPER.create(operation, "").route,) == WRAPPER.routes(operation.kind)
    assert WRAPPER.routes("effects") == ()


def test_a_strange_task_id_does_not_lead_to_another_path() -> None:
    assert WRAPPER.query("/api/v1/tasks/videos/text2video", "../a?b").path.endswith("/text2video/..%2Fa%3Fb")


def test_everything_of_the_other_operations_has_its_place() -> None:
    pictures = (PICTURE, f"{EXAMPLE}/b.png")
    assert _create(MultiImage2Video(pictures, "two", mode="pro", duration=10, negative_prompt="no")) == (
        "/api/v1/videos/multi-image2video",
        {
            "model_name": "kling-v1-6",
            "image_list": [BASE64, f"{EXAMPLE}/b.png"],
            "prompt": "two",
            "negative_prompt": "no",
            "mode": "pro",
            "duration": "10",
            "aspect_ratio": "16:9",
        },
    )
    assert _create(MotionControl(PICTURE, f"{EXAMPLE}/dance.mp4", "she dances", keep_original_sound=False)) == (
        "/api/v1/videos/motion-control",
        {
            "image_url": BASE64,
            "video_url": f"{EXAMPLE}/dance.mp4",
            "prompt": "she dances",
            "mode": "std",
            "character_orientation": "video",
            "keep_original_sound": "no",
        },
    )
    assert _create(VideoExtend("42", "on and on", "no", 0.25, callback_url=f"{EXAMPLE}/hook")) == (
        "/api/v1/videos/video-extend",
        {
            "video_id": "42",
            "prompt": "on and on",
            "negative_prompt": "no",
            "cfg_scale": 0.25,
            "callback_url": f"{EXAMPLE}/hook",
        },
    )


@pytest.mark.parametrize(("keep", "word"), [(True, "yes"), (False, "no")])
def test_the_sound_of_a_reference_clip_is_kept_or_not(keep: bool, word: str) -> None:
    body = _create(MotionControl(PICTURE, f"{EXAMPLE}/dance.mp4", keep_original_sound=keep))[1]
    assert body["keep_original_sound"] == word


def test_a_picture_goes_as_base64_without_a_prefix() -> None:
    assert _create(Image2Video(PICTURE, PICTURE))[1].items() >= {"image": BASE64, "image_tail": BASE64}.items()


def test_the_picture_to_edit_is_the_first_of_the_list_as_the_prompt_counts_them() -> None:
    body = _create(OmniImage("<<<image_1>>> with <<<image_2>>>", image=PICTURE, image_list=(f"{EXAMPLE}/b.png",)))[1]
    assert body["image_list"] == [BASE64, f"{EXAMPLE}/b.png"]
    assert not {"image", "mask_image"} & body.keys()
    assert "image_list" not in _create(OmniImage("a cat"))[1]


def test_auto_is_said_where_the_document_says_it_and_left_to_the_service_elsewhere() -> None:
    assert _create(OmniImage("a cat"))[1]["aspect_ratio"] == "auto"
    assert "aspect_ratio" not in _create(ImageGeneration("a cat", aspect_ratio="auto"))[1]
    assert "aspect_ratio" not in _create(Image2Video(PICTURE, aspect_ratio="9:16"))[1]


@pytest.mark.parametrize("kind", ["down_back", "forward_up", "right_turn_forward", "left_turn_forward"])
def test_a_preset_camera_move_has_no_config(kind: str) -> None:
    body = _create(Text2Video("a cat", camera_control=CameraControl(kind)))[1]
    assert body["camera_control"] == {"type": kind}


def test_volumes_and_a_callback_are_said_only_when_they_are_given() -> None:
    loud = LipSync(
        f"{EXAMPLE}/a.mp3",
        video_id="42",
        sound_volume=2.0,
        original_audio_volume=0.0,
        callback_url=f"{EXAMPLE}/hook",
        session_id="s",
        face_id="0",
    )
    body = _create(loud)[1]
    assert body["callback_url"] == f"{EXAMPLE}/hook"
    assert body["face_choose"][0].items() >= {"sound_volume": 2.0, "original_audio_volume": 0.0}.items()


def test_jobs_of_other_clips_and_other_faces_are_other_jobs() -> None:
    """Before the question there is no session, so the order without one must tell them apart."""
    clips = [
        LIP_SYNC,
        LipSync(LIP_SYNC.sound_file, video_id="42"),
        LipSync(LIP_SYNC.sound_file, video_id="42", face_index=1),
        LipSync(LIP_SYNC.sound_file, video_id="42", sound_insert_time=1),
    ]
    assert len({fingerprint(clip, "account", WRAPPER) for clip in clips}) == len(clips)


def test_neither_our_key_nor_the_seed_is_sent() -> None:
    for _, operation in EXAMPLES.values():
        assert "kn-1" not in json.dumps(WRAPPER.create(operation, "kn-1").body)
        assert "seed" not in _create(operation)[1]
    assert not WRAPPER.keyed
    assert WRAPPER.look_up("/api/v1/tasks/videos/text2video", "kn-1") is None


def test_it_is_open_to_anyone_who_reaches_it_and_pays_with_units_of_its_own() -> None:
    assert WRAPPER.keys("localhost") == {KeyKind.NONE, KeyKind.API_KEY}
    assert (WRAPPER.hosts, WRAPPER.base_url, WRAPPER.unit) == ((), "", "units")
    assert WRAPPER.estimate(Text2Video("a cat", "kling-v3", duration=5)) == Decimal("3.0")
    assert WRAPPER.estimate(OmniImage("a cat")) is None


WRONG: list[tuple[Operation, str]] = [
    (Text2Video("a", "kling-v2-6", "pro", sound=True), "sound is not possible .* Dialects that can: official"),
    (Text2Video("a", mode="4k"), "mode 4k is not possible .* Possible: std, pro"),
    (Text2Video("a", duration=7), "duration 7 is not possible .* Possible: 5, 10"),
    (Text2Video("a", aspect_ratio="4:3"), "aspect_ratio 4:3 is not possible .* Possible: 16:9, 9:16, 1:1"),
    (OmniImage("a", aspect_ratio="5:4"), "aspect_ratio 5:4 .* 16:9, 9:16, 1:1, 4:3, 3:4, 3:2, 2:3, 21:9, auto"),
    (Text2Video("a" * 2501), "prompt has 2501 characters; dialect wrapper takes at most 2500"),
    (Text2Video("a", negative_prompt="a" * 2501), "negative_prompt has 2501 characters"),
    (Image2Video(None, PICTURE), "image is missing"),
    (MultiImage2Video((PICTURE,), "a", image_tail=PICTURE), "image_tail is not possible for multi-image2video"),
    (MotionControl(PICTURE, f"{EXAMPLE}/a.mp4", model_name="kling-v3"), "model_name is not .* Here it is kling-v2-6"),
    (ImageGeneration("a", resolution="8k"), "resolution 8k is not possible .* Possible: 1k, 2k"),
    (ImageGeneration("a", image=PICTURE, image_reference="dog"), "image_reference dog is not .* subject, face"),
    (OmniImage("a", image=PICTURE, mask_image=PICTURE), "mask_image is not possible for omni-image"),
    (Avatar(PICTURE, f"{EXAMPLE}/a.mp3"), "Dialect wrapper cannot do avatar/image2video"),
    (TryOnVideo(PICTURE, "a coat"), "Dialect wrapper cannot do try-on-video"),
]


@pytest.mark.parametrize(("operation", "sentence"), WRONG, ids=lambda value: value if isinstance(value, str) else "")
def test_what_the_document_does_not_have_is_refused_before_it_is_sent(operation: Operation, sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        WRAPPER.check(operation)


def test_a_model_that_the_document_does_not_name_is_passed_on_with_a_warning() -> None:
    (warning,) = WRAPPER.check(Text2Video("a cat", "kling-v9"))
    assert "kling-v9 is passed on" in warning
    assert WRAPPER.check(Text2Video("a cat", "kling-v1")) == ()


def test_what_hardly_matters_is_told_and_left_out() -> None:
    operation = MultiImage2Video((PICTURE,), "a", cfg_scale=0.9)
    assert WRAPPER.check(operation) == ("Dialect wrapper has no cfg_scale for multi-image2video; it is not sent.",)
    assert "cfg_scale" not in _create(operation)[1]


def test_every_operation_is_either_written_or_refused() -> None:
    done = {operation.kind for operation in OPERATIONS if WRAPPER.fields(operation.kind)}
    assert done == set(table("wrapper")["operations"])
    assert {Avatar.kind, TryOnVideo.kind}.isdisjoint(done)


def _read(document: Any, status: int = 200) -> Task | Refusal:
    return WRAPPER.read(Reply(status, document))


def _task(document: Any) -> Task:
    task = _read(document)
    assert isinstance(task, Task)
    return task


def _refusal(document: Any, status: int) -> Refusal:
    refusal = _read(document, status)
    assert isinstance(refusal, Refusal)
    return refusal


def test_a_task_that_only_kling_s_own_data_names_is_found_there() -> None:
    assert _task({"message": "success", "raw_data": {"task_id": ID}}).id == ID


def test_kling_s_own_data_is_read_where_it_is_there() -> None:
    raw_data = {
        "task_id": ID,
        "task_status": "succeed",
        "task_status_msg": "",
        "task_info": {"external_task_id": "mine"},
        "task_result": {"videos": [{"id": "v-1", "url": "https://cdn.example/a.mp4", "duration": "5.1"}]},
        "final_unit_deduction": "2.5",
        "created_at": 1765823347996,
        "updated_at": 1765823467996,
    }
    assert _task({"task_id": ID, "message": "succeed", "raw_data": raw_data}) == Task(
        ID,
        TaskState.SUCCEEDED,
        outputs=(Output("video", "https://cdn.example/a.mp4", "v-1", 5.1),),
        units="2.5",
        created=1765823347996,
        updated=1765823467996,
        job_key="mine",
    )


def test_pictures_are_results_too() -> None:
    images = [{"index": index, "url": f"https://cdn.example/{index}.png"} for index in (0, 1)]
    task = _task({"task_id": "1", "message": "succeed", "raw_data": {"task_result": {"images": images}}})
    assert task.outputs == tuple(Output("image", image["url"]) for image in images)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("success", TaskState.SUBMITTED),
        ("submitted", TaskState.SUBMITTED),
        ("processing", TaskState.PROCESSING),
        ("succeed", TaskState.SUCCEEDED),
        ("failed", TaskState.FAILED),
        ("unknown", TaskState.UNFAMILIAR),
    ],
)
def test_a_status_word_is_understood_in_either_place(word: str, state: TaskState) -> None:
    outside = _task({"task_id": "1", "message": word, "raw_data": {}})
    inside = _task({"task_id": "1", "message": "success", "raw_data": {"task_status": word}})
    assert outside == inside
    assert outside.state is state
    assert (word in outside.message) is (state is TaskState.UNFAMILIAR)


def test_a_failed_task_says_why() -> None:
    data = {"task_status": "failed", "task_status_msg": "Image pixel is invalid", "task_result": {}}
    task = _task({"task_id": "1", "message": "failed", "raw_data": data})
    assert (task.state, task.message, task.units) == (TaskState.FAILED, "Image pixel is invalid", "")


@pytest.mark.parametrize(
    ("status", "detail", "answer", "said"),
    [
        (400, "mode value 'standard' is invalid", Answer.FINAL, "Kling refused the request ('mode value"),
        (401, "Authorization is empty", Answer.FINAL, "a key is not accepted ('Authorization is empty')"),
        (402, "pay first", Answer.FINAL, "cannot pay"),
        (403, "no permission", Answer.FINAL, "may not use this model"),
        (404, "Not Found", Answer.FINAL, "there is no such address or model ('Not Found')"),
        (405, "Method Not Allowed", Answer.FINAL, "the method is wrong"),
        (413, "Request Entity Too Large", Answer.FINAL, "too large"),
        (408, "who knows", Answer.UNCLEAR, "HTTP 408, which is not in the documentation"),
        (418, "a teapot", Answer.UNCLEAR, "HTTP 418"),
        (429, "The API request is too fast", Answer.LATER, "requests come too fast"),
        (429, "parallel task over resource pack limit", Answer.LATER, "all parallel slots"),
        (429, "something else", Answer.LATER, "too much at once ('something else')"),
        (429, "Account balance not enough", Answer.FINAL, "no units left ('Account balance not enough')"),
        (429, "resource pack used up or expired", Answer.FINAL, "no units left"),
        (429, "account in arrears", Answer.FINAL, "in arrears"),
        (429, "account exception", Answer.FINAL, "a problem with the wrapper's account"),
        (429, "IP whitelist policy", Answer.FINAL, "network address"),
        (400, "parallel task over resource pack limit", Answer.LATER, "all parallel slots"),
        (400, "internal error", Answer.UNCLEAR, "internal error at Kling"),
        (400, "temporarily unavailable", Answer.UNCLEAR, "maintenance"),
        (400, "internal timeout", Answer.UNCLEAR, "timeout"),
        (400, "Request timed out", Answer.UNCLEAR, "timeout"),
        (400, "connection time out", Answer.UNCLEAR, "timeout"),
        (400, "Kling API Error: 5000 server error", Answer.UNCLEAR, "internal error at Kling"),
        (400, "Service internal exception", Answer.UNCLEAR, "internal error at Kling"),
        (429, "too fast: internal error", Answer.UNCLEAR, "internal error at Kling"),
        (400, "Task not found by id/external id: abc", Answer.ABSENT, "Kling knows no such task"),
        (404, "Task not found", Answer.ABSENT, "Kling knows no such task"),
        (500, "All connection attempts failed", Answer.UNCLEAR, "internal error of the wrapper or of Kling"),
        (500, "Account balance not enough", Answer.UNCLEAR, "internal error of the wrapper or of Kling"),
        (502, "Bad Gateway", Answer.UNCLEAR, "got no answer"),
        (503, "maintenance", Answer.UNCLEAR, "not available"),
        (504, "timeout", Answer.UNCLEAR, "ran into a timeout"),
    ],
)
def test_a_detail_is_sorted_by_what_happened_to_the_money(status: int, detail: str, answer: Answer, said: str) -> None:
    refusal = _refusal({"detail": detail}, status)
    assert (refusal.answer, refusal.code) == (answer, f"HTTP {status}")
    assert said in refusal.message


def test_a_missing_field_is_named_in_one_sentence() -> None:
    detail = [
        {"type": "missing", "loc": ["body", "prompt"], "msg": "Field required", "input": {"model_name": "kling-v1"}},
        {"type": "missing", "loc": ["body", "face_choose", 0, "face_id"], "msg": "Field required", "input": {}},
        {"type": "value_error", "loc": ["body"], "msg": "Value error, give one", "input": {}},
    ]
    refusal = _refusal({"detail": detail}, 422)
    assert refusal.answer is Answer.FINAL
    assert refusal.message == (
        "Refused: a value is missing or wrong "
        "('prompt: Field required; face_choose.0.face_id: Field required; Value error, give one')."
    )


def test_the_words_of_a_field_s_problem_are_not_taken_for_kling_s() -> None:
    detail = [{"type": "value_error", "loc": ["body", "timeout"], "msg": "too fast, task not found"}]
    assert _refusal({"detail": detail}, 422).answer is Answer.FINAL


@pytest.mark.parametrize("document", [None, "OK", [], {}, {"task_id": ""}, {"message": "success", "raw_data": {}}])
def test_an_answer_without_a_task_leaves_the_outcome_open(document: Any) -> None:
    assert _refusal(document, 200).answer is Answer.UNCLEAR
    assert _refusal(document, 500).answer is Answer.UNCLEAR
    assert _refusal(document, 404).answer is Answer.FINAL
    assert WRAPPER.read(Reply(429, document, 7.0)) == Refusal(
        Answer.LATER,
        "The answer (HTTP 429) is not one of the wrapping service's: check the base URL of this profile.",
        "`kling doctor` shows what is in force.",
        "HTTP 429",
        retry_after=7.0,
    )


def _faces(*faces: dict[str, Any]) -> Reply:
    return Reply(200, {"session_id": "s-1", "face_data": list(faces)})


def _no_face(operation: LipSync, reply: Reply) -> Refusal:
    refusal = WRAPPER.complete(operation, reply)
    assert isinstance(refusal, Refusal)
    return refusal


def test_the_face_is_the_one_that_was_chosen() -> None:
    faces = [{"face_id": face, "start_time": 0, "end_time": 5000} for face in ("0", "1")]
    chosen = WRAPPER.complete(LipSync(f"{EXAMPLE}/a.mp3", video_id="42", face_index=1), _faces(*faces))
    assert isinstance(chosen, LipSync)
    assert (chosen.session_id, chosen.face_id, chosen.video_id) == ("s-1", "1", "42")


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (0, "No face was found in the clip."),
        (1, "The clip has one face; face_index 2 is not among them."),
        (2, "The clip has 2 faces; face_index 2 is not among them."),
    ],
)
def test_a_face_that_is_not_there_is_refused_with_how_many_there_are(count: int, sentence: str) -> None:
    faces = [{"face_id": str(number), "start_time": 0, "end_time": 5000} for number in range(count)]
    refusal = _no_face(LipSync(f"{EXAMPLE}/a.mp3", video_id="42", face_index=2), _faces(*faces))
    assert (refusal.answer, refusal.message) == (Answer.FINAL, sentence)


def test_sound_and_face_must_be_in_the_clip_together_for_two_seconds() -> None:
    late = LipSync(f"{EXAMPLE}/a.mp3", video_id="42", sound_end_time=4000, sound_insert_time=3001)
    face = {"face_id": "0", "start_time": 1000, "end_time": 5000}
    refusal = _no_face(late, _faces(face))
    assert refusal.answer is Answer.FINAL
    assert refusal.message == (
        "Face 0 is seen from 1000 to 5000 ms, the sound is there from 3001 to 7001 ms: "
        "together 1999 ms, and Kling needs 2000."
    )
    assert isinstance(WRAPPER.complete(late, _faces(face | {"end_time": 5001})), LipSync)
    assert isinstance(WRAPPER.complete(late, _faces({"face_id": 0})), LipSync)


@pytest.mark.parametrize(
    "body", [None, {}, {"face_data": []}, {"session_id": "s"}, {"session_id": "s", "face_data": 1}]
)
def test_an_unreadable_list_of_faces_is_asked_for_again(body: Any) -> None:
    assert _no_face(LIP_SYNC, Reply(200, body)).answer is Answer.UNCLEAR


def test_a_face_without_an_id_cannot_be_ordered() -> None:
    assert _no_face(LIP_SYNC, _faces({"start_time": 0, "end_time": 5000})).answer is Answer.UNCLEAR


def test_a_clip_in_which_no_faces_can_be_looked_for_is_refused_in_the_service_s_words() -> None:
    assert "video is too short" in _no_face(LIP_SYNC, Reply(400, {"detail": "video is too short"})).message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
WORDS = (
    "task_id",
    "message",
    "raw_data",
    "detail",
    "data",
    "task_status",
    "task_result",
    "videos",
    "url",
    "loc",
    "msg",
)
LIKE_OURS = st.recursive(
    JSON, lambda inner: st.dictionaries(st.sampled_from(WORDS), inner, max_size=5) | st.lists(inner, max_size=2)
)
STATUSES = st.sampled_from([200, 201, 302, 400, 401, 404, 408, 422, 429, 500, 503])


@given(LIKE_OURS, STATUSES)
def test_whatever_a_server_sends_is_read(document: Any, status: int) -> None:
    assert isinstance(_read(document, status), Task | Refusal)
    assert isinstance(WRAPPER.complete(LIP_SYNC, Reply(status, document)), LipSync | Refusal)


@given(
    LIKE_OURS,
    STATUSES,
    st.sampled_from(["", "raw_data", "data", "detail"]),
    st.sampled_from(["Account balance not enough", "Not Found", "parallel task over resource pack limit"]),
)
def test_an_answer_that_names_a_task_is_never_the_end(rest: Any, status: int, place: str, detail: str) -> None:
    named_there = {"task_id": ID}
    answer: dict[str, Any] = {"detail": detail} | (rest if isinstance(rest, dict) else {"message": rest})
    answer |= {place: named_there} if place else named_there
    found = _read(answer, status)
    assert isinstance(found, Task) or (found.answer, bool(found.task_id)) == (Answer.UNCLEAR, True)


@pytest.mark.parametrize("place", [{"task_id": ID}, {"raw_data": {"task_id": ID}}, {"data": {"task_id": ID}}])
@pytest.mark.parametrize("detail", ["cannot save", "Not Found", ""])
@pytest.mark.parametrize("status", [400, 404, 429, 500])
def test_the_task_that_a_refusal_names_is_kept(place: dict[str, Any], detail: str, status: int) -> None:
    refusal = _refusal({"detail": detail} | place, status)
    assert (refusal.answer, refusal.task_id) == (Answer.UNCLEAR, ID)


def test_a_key_is_no_task_id() -> None:
    refusal = _refusal({"task_id": "sk-FAKE-of-a-proxy", "message": "success"}, 200)
    assert (refusal.answer, refusal.task_id) == (Answer.UNCLEAR, "")


@pytest.mark.parametrize("units", ["1e-20000000", "1e-999999999999", "1e999999999999"])
def test_units_that_would_fill_pages_are_none(units: str) -> None:
    raw_data = {"task_id": ID, "task_status": "succeed", "final_unit_deduction": units}
    assert _task({"task_id": ID, "message": "succeed", "raw_data": raw_data}).units == ""


def test_what_was_made_is_not_waited_for_though_the_service_says_the_word_of_an_order() -> None:
    made = {"task_result": {"videos": [{"url": "https://cdn.example/a.mp4"}]}}
    answer = named("wrapper").read(Reply(200, {"task_id": "1", "message": "success", "raw_data": made}))
    assert isinstance(answer, Task)
    assert answer.state is TaskState.SUCCEEDED
    taken = named("wrapper").read(Reply(200, {"task_id": "1", "message": "success", "raw_data": {}}))
    assert isinstance(taken, Task)
    assert taken.state is TaskState.SUBMITTED
