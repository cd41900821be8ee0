"""The client with a provider without an envelope: pictures become clips, and no fault makes a second task."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kling_api.client import Client
from kling_api.errors import InvalidRequest, OutcomeUnknown, Refused
from kling_api.ledger import State
from kling_api.media.probe import probe
from kling_api.operations import CameraControl, Image2Video, MultiImage2Video, Text2Video
from kling_api.settings import Credentials, Profile

from .conftest import Stage
from .test_whole_path import picture

SMALL = Image2Video(picture(400), model_name="kling-v1-6", aspect_ratio="1:1")


def client(stage: Stage, key: str = "sk-sandbox") -> Client:
    return Client(Profile("test", f"{stage.sandbox.url}/flat", "flat", Credentials(api_key=key), stage.home))


def test_a_picture_becomes_a_clip_of_the_nearest_ratio(large: Stage) -> None:
    ours = client(large)
    result = ours.run(Image2Video(picture(480, 640), prompt="it moves", model_name="kling-v1-6"))
    clip = probe(result.files[0])
    assert (clip.width, clip.height, clip.duration) == (720, 960, 5.0)
    assert (result.units, result.warnings) == ("", ())
    job = ours.ledger.get(result.job_key)
    assert job is not None
    assert (job.state, job.route) == (State.COLLECTED, "/v1/videos/image2video")


def test_a_camera_moves_an_end_frame_is_reached_and_several_pictures_become_one_clip(large: Stage) -> None:
    ours = client(large)
    for operation in (
        replace(SMALL, camera_control=CameraControl(zoom=-5)),
        replace(SMALL, image_tail=picture(400, shift=200)),
        MultiImage2Video((picture(400), picture(400, shift=100)), "both", aspect_ratio="1:1"),
    ):
        clip = probe(ours.run(operation).files[0])
        assert (clip.width, clip.height, clip.duration) == (720, 720, 5.0)
    assert large.tasks_made == 3


def test_an_answer_lost_on_its_way_is_never_followed_by_a_second_order(quick: Stage) -> None:
    ours = client(quick)
    for fault in ("drop_after", "error_after", "garbage_after"):
        before = quick.tasks_made
        quick.fault(fault)
        for _ in range(2):
            with pytest.raises(OutcomeUnknown):
                ours.run(replace(SMALL, prompt=fault))
        assert quick.tasks_made == before + 1


def test_a_429_is_waited_out(quick: Stage) -> None:
    quick.fault("rate_429", times=2)
    quick.fault("rate_429", code=1303, retry_after=0.1)
    assert client(quick).run(SMALL).files
    assert quick.tasks_made == 1


def test_a_refusal_is_told_and_nothing_is_made(quick: Stage) -> None:
    quick.fault("refuse", message="the picture shows what must not be shown")
    with pytest.raises(Refused, match=r"a parameter is wrong .'the picture shows what") as caught:
        client(quick).run(SMALL)
    assert "Not charged." in str(caught.value)
    with pytest.raises(Refused, match="the key is not accepted"):
        client(quick, "sk-other").run(SMALL)
    assert quick.tasks_made == 0


def test_what_the_provider_cannot_do_never_reaches_it(quick: Stage) -> None:
    with pytest.raises(InvalidRequest, match="cannot do text2video"):
        client(quick).run(Text2Video("a kite", "kling-v1-6"))
    assert quick.tasks_made == 0
