"""Lip sync on Kling's own platform: faces are looked for once, for money; then one of them is ordered."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_api.dialects.wire import Answer, Refusal, Reply, Request
from kling_api.errors import InvalidRequest
from kling_api.fingerprint import fingerprint
from kling_api.operations import LipSync, Text2Video

from .official import HOOK, KEY, OFFICIAL, body_of, envelope, footage, read, sound, written

SOUND = sound()
SYNC = LipSync(SOUND, video_id="v-1", face_index=1, callback_url=HOOK)


def _faces(*faces: dict[str, Any]) -> Reply:
    return Reply(200, envelope({"session_id": "s-1", "final_unit_deduction": "0.05", "face_data": list(faces)}))


def _face(id: Any, start: Any = 0, end: Any = 5200) -> dict[str, Any]:
    return {"face_id": id, "face_image": "https://cdn.example/f.png", "start_time": start, "end_time": end}


def _chosen(operation: LipSync, reply: Reply) -> LipSync:
    chosen = OFFICIAL.complete(operation, reply)
    assert isinstance(chosen, LipSync)
    return chosen


def _refused(operation: LipSync, reply: Reply) -> Refusal:
    refusal = OFFICIAL.complete(operation, reply)
    assert isinstance(refusal, Refusal)
    return refusal


def test_faces_are_looked_for_first_and_the_answer_is_kept_for_most_of_a_day() -> None:
    expected = Request("POST", "/v1/videos/identify-face", {"video_id": "v-1"}, costs="0.05", kept=72000.0)
    assert OFFICIAL.before(SYNC) == expected
    request = OFFICIAL.before(LipSync(SOUND, video_url="https://me.example/clip.mp4"))
    assert request
    assert request.body == {"video_url": "https://me.example/clip.mp4"}
    assert OFFICIAL.before(Text2Video("a")) is None


def test_a_face_that_is_known_is_not_looked_for_again() -> None:
    assert OFFICIAL.before(_chosen(SYNC, _faces(_face("0"), _face("1")))) is None


def test_the_chosen_face_is_ordered_with_its_sound() -> None:
    chosen = _chosen(SYNC, _faces(_face("0"), _face("7")))
    request = OFFICIAL.create(chosen, KEY)
    path = "/v1/videos/advanced-lip-sync"
    assert request == Request("POST", path, request.body, route=path)
    assert request.body == {
        "session_id": "s-1",
        "face_choose": [
            {
                "face_id": "7",
                "sound_file": written(SOUND),
                "sound_start_time": 0,
                "sound_end_time": 5000,
                "sound_insert_time": 0,
            }
        ],
        "external_task_id": KEY,
        "callback_url": HOOK,
    }


def test_speech_goes_by_its_id_and_volumes_only_where_they_are_not_the_usual() -> None:
    operation = LipSync(audio_id="a-1", video_id="v-1", sound_volume=2.0, original_audio_volume=0.0)
    (face,) = body_of(_chosen(operation, _faces(_face(0))))["face_choose"]
    assert face.items() >= {"face_id": "0", "audio_id": "a-1", "sound_volume": 2.0, "original_audio_volume": 0}.items()
    assert "sound_file" not in face


@pytest.mark.parametrize(
    ("faces", "sentence"),
    [
        ([], "No face was found in the clip."),
        ([_face("0")], "The clip has one face; face_index 1 is not among them."),
    ],
)
def test_a_face_that_is_not_there_is_refused_with_how_many_there_are(
    faces: list[dict[str, Any]], sentence: str
) -> None:
    refusal = _refused(SYNC, _faces(*faces))
    assert (refusal.answer, refusal.message, refusal.code) == (Answer.FINAL, sentence, "")
    assert refusal.advice


def test_face_and_sound_must_meet_for_two_seconds() -> None:
    late = LipSync(SOUND, video_id="v-1", sound_insert_time=3000)
    refusal = _refused(late, _faces(_face("0", 1000, 4999)))
    assert refusal.answer is Answer.FINAL
    assert "1000 to 4999 ms" in refusal.message
    assert "3000 to 8000 ms: together 1999 ms, and Kling needs 2000" in refusal.message
    assert _chosen(late, _faces(_face("0", 1000, 5000))).face_id == "0"
    assert _chosen(late, _faces(_face("0", None, "soon"))).face_id == "0"


@pytest.mark.parametrize(
    ("status", "document", "answer"),
    [
        (400, {"code": 1201, "message": "video is too short"}, Answer.FINAL),
        (429, {"code": 1102, "message": "Account balance not enough"}, Answer.FINAL),
        (429, {"code": 1302, "message": "too fast"}, Answer.LATER),
        (500, {"code": 5000, "message": "internal"}, Answer.UNCLEAR),
        (502, None, Answer.UNCLEAR),
        (200, envelope({}), Answer.UNCLEAR),
        (200, envelope({"session_id": "s-1"}), Answer.UNCLEAR),
        (200, envelope({"session_id": "s-1", "face_data": [{}]}), Answer.UNCLEAR),
    ],
)
def test_an_answer_without_faces_says_what_it_means_for_the_money(status: int, document: Any, answer: Answer) -> None:
    refusal = _refused(LipSync(SOUND, video_id="v-1"), Reply(status, document))
    assert refusal.answer is answer
    assert refusal.code or answer is not Answer.FINAL  # without a code it would count as an answer that was charged


@given(faces=st.lists(st.dictionaries(st.sampled_from(["face_id", "start_time", "end_time"]), st.none() | st.text())))
def test_whatever_the_faces_are_one_is_chosen_or_refused(faces: list[dict[str, Any]]) -> None:
    answer = OFFICIAL.complete(SYNC, _faces(*faces))
    assert isinstance(answer, LipSync | Refusal)


@pytest.mark.parametrize("words", ["can not be later than the end of the video", "must overlap for at least 2s"])
def test_a_sound_that_does_not_fit_into_the_clip_is_answered_with_what_would_help(words: str) -> None:
    refusal = read({"code": 1201, "message": f"The inserted sound {words}"}, 400)
    assert isinstance(refusal, Refusal)
    assert refusal.answer is Answer.FINAL
    assert "sound_insert_time or sound_end_time" in refusal.advice
    assert "shorten the text" in refusal.advice


def test_the_estimate_holds_looking_for_the_faces() -> None:
    assert OFFICIAL.estimate(SYNC) == Decimal("0.55")


def test_other_clips_faces_and_sounds_are_other_jobs() -> None:
    jobs = [
        SYNC,
        LipSync(SOUND, video_id="v-2", face_index=1),
        LipSync(SOUND, video_id="v-1"),
        LipSync(audio_id="a-1", video_id="v-1", face_index=1),
        LipSync(SOUND, video_id="v-1", face_index=1, sound_insert_time=1),
        LipSync(SOUND, video_url=footage(), face_index=1),
    ]
    assert len({fingerprint(job, "account", OFFICIAL) for job in jobs}) == len(jobs)


def test_a_clip_that_was_not_uploaded_cannot_be_looked_through() -> None:
    with pytest.raises(InvalidRequest, match="by URL alone"):
        OFFICIAL.before(LipSync(SOUND, video_url=footage()))
