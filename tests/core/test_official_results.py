"""What every kind of task has made, as Kling's pages show it and as it was seen, in both generations."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_api.dialects.official_outputs import outputs
from kling_api.dialects.wire import Answer, Output, Refusal, Reply, Task, TaskState

from .official import OFFICIAL, REQUEST_ID, done, envelope, read, task_of

CDN = "https://cdn.example"


def test_pictures_come_in_their_order() -> None:
    images = [{"index": number, "url": f"{CDN}/{number}.png", "watermark_url": ""} for number in range(3)]
    assert task_of(done({"images": images})).outputs == tuple(
        Output("image", f"{CDN}/{number}.png") for number in range(3)
    )


def test_the_pictures_of_a_series_come_in_their_order() -> None:
    series = [{"index": number, "url": f"{CDN}/{number}.png"} for number in range(2)]
    result = {"result_type": "series", "images": [], "series_images": series}
    assert [output.url for output in task_of(done(result)).outputs] == [f"{CDN}/0.png", f"{CDN}/1.png"]


def test_a_picture_that_is_told_twice_is_one() -> None:
    image = {"index": 0, "url": f"{CDN}/0.png"}
    assert len(task_of(done({"images": [image], "series_images": [image]})).outputs) == 1


def test_three_sets_of_three_views_have_names() -> None:
    images = [{"index": n, **{f"url_{view}": f"{CDN}/{n}{view}.png" for view in (1, 2, 3)}} for n in range(3)]
    found = task_of(done({"images": images})).outputs
    names = ["0-1", "0-2", "0-3", "1-1", "1-2", "1-3", "2-1", "2-2", "2-3"]
    assert [output.name for output in found] == names
    assert found[5] == Output("image", f"{CDN}/13.png", name="1-3")


def _recognized(*rows: dict[str, Any]) -> dict[str, Any]:
    return envelope({"final_unit_deduction": "0.1", "task_result": {"images": list(rows)}})


def test_recognition_answers_at_once_with_the_masks_of_what_is_there() -> None:
    task = task_of(
        _recognized(
            {"type": "object_seg", "is_contain": True, "url": f"{CDN}/o.png"},
            {"type": "head_seg", "is_contain": False, "url": ""},
            {"type": "face_seg", "is_contain": False, "url": f"{CDN}/f.png"},
            {"type": "cloth_seg", "is_contain": True, "url": None},
        )
    )
    assert task == Task(
        id=REQUEST_ID,
        state=TaskState.SUCCEEDED,
        outputs=(Output("image", f"{CDN}/o.png", name="object_seg"),),
        units="0.1",
        request_id=REQUEST_ID,
    )


def test_recognition_of_nothing_is_a_result_too() -> None:
    task = task_of(_recognized({"type": "face_seg", "is_contain": False, "url": ""}))
    assert (task.state, task.outputs) == (TaskState.SUCCEEDED, ())


@pytest.mark.parametrize(
    "document",
    [
        envelope({"task_result": {}}),
        envelope({"final_unit_deduction": "0.1"}),
        envelope({"task_status": "succeed", "task_result": {"images": [{"url": f"{CDN}/a.png"}]}}),
        {"code": 0, "data": {"task_result": {"images": [{"url": f"{CDN}/a.png"}]}}},
        {"code": 5000, "request_id": REQUEST_ID, "data": {"task_result": {"images": [{"url": f"{CDN}/a.png"}]}}},
    ],
)
def test_a_result_that_cannot_be_named_leaves_the_outcome_open(document: Any) -> None:
    answer = read(document)
    assert isinstance(answer, Refusal)
    assert answer.answer is Answer.UNCLEAR


def test_speech_comes_at_once() -> None:
    task = task_of(done({"audios": [{"id": "a-1", "url": f"{CDN}/a.mp3", "duration": "5.2"}]}))
    assert task.state is TaskState.SUCCEEDED
    assert task.outputs == (Output("audio", f"{CDN}/a.mp3", "a-1", 5.2),)


AUDIO = {
    "id": "a-1",
    "url_mp3": f"{CDN}/a.mp3",
    "url_wav": f"{CDN}/a.wav",
    "duration_mp3": "5.1",
    "duration_wav": "5.0",
}


@pytest.mark.parametrize(
    ("row", "output"),
    [
        (AUDIO, Output("audio", f"{CDN}/a.wav", "a-1", 5.0)),
        (AUDIO | {"url_wav": ""}, Output("audio", f"{CDN}/a.mp3", "a-1", 5.1)),
    ],
)
def test_of_two_files_of_a_sound_the_uncompressed_one_is_taken(row: dict[str, Any], output: Output) -> None:
    assert task_of(done({"audios": [row]})).outputs == (output,)


def test_a_clip_comes_before_the_sound_that_was_made_for_it() -> None:
    videos = [{"id": "v-1", "url": f"{CDN}/v.mp4", "duration": "5.0"}]
    found = task_of(done({"audios": [AUDIO], "videos": videos}, task_info={"parent_video": {"id": "v-0"}})).outputs
    assert [(output.kind, output.id) for output in found] == [("video", "v-1"), ("audio", "a-1")]


def test_a_voice_has_a_sound_to_try_and_an_element_nothing_but_its_id() -> None:
    voice = {"voice_id": "850", "voice_name": "Anna", "trial_url": f"{CDN}/t.mp3", "owned_by": "42"}
    assert task_of(done({"voices": [voice]})).outputs == (Output("voice", f"{CDN}/t.mp3", "850"),)
    assert task_of(done({"voices": [voice | {"trial_url": None}]})).outputs == (Output("voice", "", "850"),)
    element = {"element_id": 829836802793406551, "element_name": "Anna", "status": "succeed"}
    assert task_of(done({"elements": [element]})).outputs == (Output("element", "", "829836802793406551"),)


def test_every_kind_of_output_of_the_new_standard() -> None:
    told = [
        {"type": "video", "id": "v-1", "url": f"{CDN}/v.mp4", "watermark_url": "", "duration": "3.041"},
        {"type": "image", "url": f"{CDN}/i.png", "group_id": "g"},
        {"type": "audio", "id": "a-1", "mp3_url": f"{CDN}/a.mp3", "wav_url": f"{CDN}/a.wav", "wav_duration": "5"},
        {"type": "voice", "id": "850", "name": "Anna", "url": f"{CDN}/t.mp3", "status": "succeeded"},
        {"type": "element", "id": "163", "name": "Anna", "references": [{"type": "image", "url": f"{CDN}/e.png"}]},
        {"type": "hologram", "id": "h-1", "url": f"{CDN}/h.bin"},
        {"url": f"{CDN}/nothing.png"},
    ]
    assert task_of(envelope([{"id": "9", "status": "succeeded", "outputs": told}])).outputs == (
        Output("video", f"{CDN}/v.mp4", "v-1", 3.041),
        Output("image", f"{CDN}/i.png"),
        Output("audio", f"{CDN}/a.wav", "a-1", 5.0),
        Output("voice", f"{CDN}/t.mp3", "850"),
        Output("element", "", "163"),
    )


def test_a_solution_says_old_and_new_words_together() -> None:
    created = {"task_id": "882", "status": "submitted", "create_time": 5, "update_time": 6, "external_id": "kn-1"}
    assert task_of(envelope(created)) == Task(
        "882", TaskState.SUBMITTED, created=5, updated=6, request_id=REQUEST_ID, job_key="kn-1"
    )
    row = {"id": "882", "status": "succeed", "outputs": [{"type": "image", "url": f"{CDN}/i.png"}]}
    billing = [{"charge_type": "unit", "amount": "20", "package_type": "image"}]
    task = task_of(envelope([row | {"billing": billing}]))
    assert (task.state, task.outputs, task.units) == (TaskState.SUCCEEDED, (Output("image", f"{CDN}/i.png"),), "20")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=12,
)
ROWS = st.lists(
    st.dictionaries(
        st.sampled_from(
            ["id", "type", "url", "url_1", "url_wav", "index", "is_contain", "duration", "voice_id", "element_id"]
        ),
        ANYTHING,
    ),
    max_size=3,
)


@given(
    result=st.dictionaries(
        st.sampled_from(["videos", "images", "series_images", "audios", "voices", "elements"]), ROWS | ANYTHING
    ),
    told=ROWS | ANYTHING,
)
def test_whatever_a_result_holds_it_is_read_or_left_out(result: dict[str, Any], told: Any) -> None:
    for output in outputs({"task_result": result, "outputs": told}):
        assert output.kind in {"video", "image", "audio", "voice", "element"}
        assert all(isinstance(value, str) for value in (output.url, output.id, output.name))
        assert output.url or output.id


@given(data=ANYTHING, status=st.sampled_from([200, 500, 502, 504]), code=st.sampled_from([0, None, 5000, 5001, 5002]))
def test_an_answer_to_an_order_that_is_not_clear_is_never_final(data: Any, status: int, code: int | None) -> None:
    answer = OFFICIAL.read(Reply(status, {"code": code, "request_id": REQUEST_ID, "data": data}))
    assert isinstance(answer, Task) or answer.answer in (Answer.UNCLEAR, Answer.ABSENT)
