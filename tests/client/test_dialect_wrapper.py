"""The client with the wrapping service: every operation becomes files, and no fault makes a second task."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kling_api.client import Client
from kling_api.errors import InvalidRequest, OutcomeUnknown, Refused, TaskFailed
from kling_api.ledger import State
from kling_api.media import decode_picture, read_audio
from kling_api.media.probe import probe
from kling_api.operations import (
    CameraControl,
    Image2Video,
    ImageGeneration,
    LipSync,
    MotionControl,
    MultiImage2Video,
    OmniImage,
    Text2Video,
    VideoExtend,
)
from kling_api.settings import Credentials, Profile

from .conftest import Stage
from .test_whole_path import picture

KITE = Text2Video("A kite", "kling-v1", aspect_ratio="1:1")
CAT = ImageGeneration("A cat", "kling-v1", aspect_ratio="1:1")
SECONDS = 5.0  # of a usual clip


def client(stage: Stage, key: str = "sk-sandbox") -> Client:
    url = f"{stage.sandbox.url}/wrapper"
    return Client(Profile("test", url, "wrapper", Credentials(api_key=key), stage.home))


def test_text_becomes_a_clip_for_anyone_who_reaches_the_service(large: Stage) -> None:
    nobody = client(large, key="")
    result = nobody.run(replace(KITE, camera_control=CameraControl(zoom=5)))
    clip = probe(result.files[0])
    assert (clip.width, clip.height, clip.duration) == (720, 720, SECONDS)
    assert (result.video_id, result.units) == (str(int(result.task_id) + 1), "1")
    job = nobody.ledger.get(result.job_key)
    assert job is not None
    assert (job.state, job.route) == (State.COLLECTED, "/api/v1/tasks/videos/text2video")


def test_pictures_become_a_clip(large: Stage) -> None:
    result = client(large).run(Image2Video(picture(400), picture(400, shift=200), "it moves", "kling-v1"))
    assert probe(result.files[0]).duration == SECONDS
    several = MultiImage2Video((picture(), picture(shift=100)), "both", aspect_ratio="1:1")
    assert probe(client(large).run(several).files[0]).width == 720


def test_a_clip_goes_on_and_moves_another_picture(quick: Stage) -> None:
    ours = client(quick)
    first = ours.run(KITE)
    longer = ours.run(VideoExtend(first.video_id, "it flies on"))
    assert probe(longer.files[0]).duration > SECONDS + 3
    job = ours.ledger.get(first.job_key)
    assert job is not None
    answer = ours.transport.send(ours.dialect.query(job.route, first.task_id))
    url = answer.body["raw_data"]["task_result"]["videos"][0]["url"]
    moved = ours.run(MotionControl(picture(), url))
    assert probe(moved.files[0]).duration == pytest.approx(SECONDS, abs=0.2)


def test_a_face_of_a_clip_speaks(quick: Stage, sound: str) -> None:
    ours = client(quick)
    clip = ours.run(KITE)
    order = LipSync(sound, video_id=clip.video_id, sound_end_time=3000, sound_insert_time=1000)
    audio = read_audio(ours.run(order).files[0])
    level = audio["waveform"].abs()
    rate = audio["sample_rate"]
    assert level[..., : int(0.9 * rate)].max() < 0.01
    assert level[..., int(1.2 * rate) : int(3.8 * rate)].max() > 0.1
    assert quick.tasks_made == 2
    assert ours.run(order).paid_before


def test_a_face_that_is_not_there_is_refused_and_nothing_is_made(quick: Stage) -> None:
    ours = client(quick)
    with pytest.raises(Refused, match="The clip has one face; face_index 1 is not among them"):
        ours.run(LipSync("https://example.com/a.mp3", video_url="https://example.com/a.mp4", face_index=1))
    with pytest.raises(Refused, match="together 1000 ms, and Kling needs 2000"):
        ours.run(LipSync("https://example.com/a.mp3", video_url="https://example.com/a.mp4", sound_insert_time=4000))
    assert quick.tasks_made == 0


def test_a_question_for_faces_that_got_no_answer_is_asked_again(quick: Stage) -> None:
    quick.fault("drop_after", operation="identify-face")
    quick.fault("error_before", operation="identify-face")
    order = LipSync("https://example.com/a.mp3", video_url="https://example.com/a.mp4")
    with pytest.raises(TaskFailed, match="contents of the file"):  # the sandbox asks no other host
        client(quick).run(order)
    assert quick.tasks_made == 1


def test_pictures_are_made_and_edited(quick: Stage) -> None:
    ours = client(quick)
    made = ours.run(replace(CAT, n=2))
    assert [file.suffix for file in made.files] == [".png", ".png"]
    assert [decode_picture(file.read_bytes()).shape for file in made.files] == [(1024, 1024, 3)] * 2
    edited = ours.run(OmniImage("<<<image_1>>> at night", image=picture(512, 512)))
    assert len(edited.files) == 1
    assert (quick.tasks_made, quick.charges) == (2, 2)


def test_an_answer_lost_on_its_way_is_never_followed_by_a_second_order(quick: Stage) -> None:
    ours = client(quick)
    for fault in ("drop_after", "error_after", "garbage_after"):
        before = quick.tasks_made
        quick.fault(fault)
        order = replace(CAT, prompt=fault)
        for _ in range(2):
            with pytest.raises(OutcomeUnknown):
                ours.run(order)
        assert quick.tasks_made == before + 1


def test_a_full_house_is_waited_out(quick: Stage) -> None:
    quick.fault("rate_429", times=2)
    quick.fault("rate_429", code=1303, message="parallel task over resource pack limit", retry_after=0.1)
    assert client(quick).run(CAT).files
    assert quick.tasks_made == 1


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "refuse"}, "Kling refused the request .'The content violates"),
        ({"kind": "rate_429", "code": 1102, "message": "Account balance not enough"}, "no units left"),
        ({"kind": "refuse", "code": 1002, "message": "api key not found"}, "a key is not accepted"),
    ],
)
def test_a_refusal_is_told_and_nothing_is_made(quick: Stage, fault: dict[str, Any], said: str) -> None:
    quick.fault(**fault)
    with pytest.raises(Refused, match=said) as caught:
        client(quick).run(CAT)
    assert "Not charged." in str(caught.value)
    assert quick.tasks_made == 0


def test_what_the_service_cannot_do_never_reaches_it(quick: Stage) -> None:
    with pytest.raises(InvalidRequest, match="sound is not possible"):
        client(quick).run(Text2Video("a", "kling-v2-6", "pro", sound=True))
    assert quick.tasks_made == 0
