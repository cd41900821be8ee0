"""The client with the gateway new-api: every operation becomes a file, and no fault makes a second task."""

from __future__ import annotations

from dataclasses import replace

import pytest
import requests

from kling_api.client import Client, Result
from kling_api.errors import OutcomeUnknown, Refused, TaskFailed
from kling_api.ledger import State
from kling_api.media import read_first_frame, read_last_frame
from kling_api.media.probe import probe
from kling_api.operations import CameraControl, Image2Video, Operation, Text2Video, TryOnVideo
from kling_api.profile import Credentials, Profile

from .conftest import KEY_PAIR, Stage
from .test_whole_path import picture

GENERIC, NATIVE = "/v1/video/generations", "/kling/v1/videos"
GATEWAY_KEY = Credentials(api_key="sk-sandbox")
KITE = Text2Video("A kite", "kling-v1", aspect_ratio="1:1")
PAN = Text2Video("A hill", "kling-v1", aspect_ratio="1:1", camera_control=CameraControl(pan=5))


def client(stage: Stage, credentials: Credentials = GATEWAY_KEY) -> Client:
    return Client(Profile("test", f"{stage.sandbox.url}/newapi", "newapi", credentials, stage.home))


def _route(user: Client, result: Result) -> str:
    job = user.ledger.get(result.job_key)
    assert job is not None
    assert job.state is State.COLLECTED
    return job.route


def _orders(stage: Stage) -> int:
    """How many times something was ordered."""
    counted = requests.get(f"{stage.sandbox.url}/sandbox/state", timeout=10).json()["requests"]
    return sum(number for name, number in counted.items() if name.startswith("POST /newapi"))


@pytest.mark.parametrize("credentials", [GATEWAY_KEY, KEY_PAIR], ids=["API key", "key pair"])
def test_text_becomes_a_clip_with_either_kind_of_key(large: Stage, credentials: Credentials) -> None:
    user = client(large, credentials)
    result = user.run(replace(KITE, seed=7))
    clip = probe(result.files[0])
    assert (clip.width, clip.height, clip.duration) == (720, 720, pytest.approx(5, abs=0.1))
    assert _route(user, result) == GENERIC
    assert (result.units, result.warnings) == ("", ())


@pytest.mark.parametrize(
    ("operation", "route", "ratio"),
    [
        (Image2Video(picture(), prompt="It moves", model_name="kling-v1"), GENERIC, 1.6),
        (Image2Video(picture(), prompt="It moves", model_name="kling-v1", aspect_ratio="9:16"), GENERIC, 9 / 16),
        (PAN, f"{NATIVE}/text2video", 1),
        (TryOnVideo(picture(400, 640), "A red dress", duration=3), f"{NATIVE}/image2video", 9 / 16),
    ],
    ids=["a picture", "a picture in another ratio", "a camera move", "try-on"],
)
def test_every_operation_becomes_a_file(quick: Stage, operation: Operation, route: str, ratio: float) -> None:
    user = client(quick)
    result = user.run(operation)
    clip = probe(result.files[0])
    assert _route(user, result) == route
    assert clip.width / clip.height == pytest.approx(ratio, rel=0.01)
    assert quick.tasks_made == quick.charges == 1


def test_a_clip_ends_on_the_end_frame_that_only_klings_own_body_has_a_place_for(quick: Stage) -> None:
    user = client(quick)
    operation = Image2Video(picture(), picture(shift=200), "It moves", "kling-v1")
    result = user.run(operation)
    first, last = read_first_frame(result.files[0]), read_last_frame(result.files[0])
    assert _route(user, result) == f"{NATIVE}/image2video"
    assert abs(last[0, :, :100].mean() - first[0, :, :100].mean()) > 0.01


def test_sound_is_asked_for_through_the_gateway(quick: Stage) -> None:
    result = client(quick).run(Text2Video("Rain", "kling-v2-6", "pro", aspect_ratio="1:1", sound=True))
    assert probe(result.files[0]).has_audio


def test_the_same_request_is_paid_once_and_another_seed_is_another_take(quick: Stage) -> None:
    user = client(quick)
    first, again = user.run(KITE), user.run(KITE)
    assert again.paid_before
    assert (again.files, quick.charges) == (first.files, 1)
    assert user.run(replace(KITE, seed=1)).job_key != first.job_key
    assert quick.charges == 2


@pytest.mark.parametrize("fault", ["drop_after", "error_after", "garbage_after"])
def test_an_order_whose_answer_is_lost_is_never_sent_again(quick: Stage, fault: str) -> None:
    user = client(quick)
    quick.fault(fault)
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            user.run(KITE)
    assert (quick.tasks_made, _orders(quick)) == (1, 1)


@pytest.mark.parametrize("fault", ["drop_before", "error_before", "garbage"])
def test_an_order_that_perhaps_never_came_is_not_sent_again_either(quick: Stage, fault: str) -> None:
    user = client(quick)
    quick.fault(fault)
    for operation in (KITE, KITE):
        with pytest.raises(OutcomeUnknown):
            user.run(operation)
    assert (quick.tasks_made, _orders(quick)) == (0, 1)


def test_a_native_order_whose_answer_is_lost_is_found_by_our_key(quick: Stage) -> None:
    user = client(quick)
    quick.fault("drop_after")
    result = user.run(PAN)
    assert result.files[0].is_file()
    assert (quick.tasks_made, _orders(quick)) == (1, 1)


def test_a_native_order_that_is_not_found_is_left_open(quick: Stage) -> None:
    quick.fault("drop_before")
    with pytest.raises(OutcomeUnknown):
        client(quick).run(PAN)
    assert (quick.tasks_made, _orders(quick)) == (0, 1)


def test_a_busy_gateway_is_waited_for(quick: Stage) -> None:
    quick.fault("rate_429", times=2, retry_after=0.1)
    assert client(quick).run(KITE).files
    assert (quick.tasks_made, _orders(quick)) == (1, 3)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"code": 1301}, "content safety"),
        ({"code": 1102}, "quota does not suffice"),
        ({"code": 1002, "message": "api key not found"}, "key is not accepted"),
    ],
)
def test_a_refusal_is_told_and_makes_nothing(quick: Stage, fault: dict[str, int | str], words: str) -> None:
    quick.fault("refuse", **fault)
    with pytest.raises(Refused) as error:
        client(quick).run(KITE)
    assert words in str(error.value)
    assert quick.tasks_made == 0


def test_a_model_without_a_channel_is_refused_though_the_http_status_is_503(quick: Stage) -> None:
    with pytest.raises(Refused, match="no channel"):
        client(quick).run(replace(KITE, model_name="kling-v9"))
    assert quick.tasks_made == 0


def test_a_task_that_fails_says_why(quick: Stage) -> None:
    quick.fault("fail_task", message="视频生成失败：提示词包含不当内容")
    with pytest.raises(TaskFailed, match=r"提示词包含不当内容 \(code 4001\)"):
        client(quick).run(KITE)
    assert quick.charges == 0


@pytest.mark.parametrize("operation", [KITE, PAN], ids=["generic", "native"])
def test_a_task_that_was_made_elsewhere_is_collected_from_either_route(quick: Stage, operation: Text2Video) -> None:
    made = client(quick).run(operation)
    stranger = Client(replace(client(quick).profile, home=quick.home / "other"))
    assert stranger.collect(made.task_id, operation="text2video").files[0].is_file()
    assert quick.tasks_made == 1


def test_an_unknown_key_is_refused(quick: Stage) -> None:
    with pytest.raises(Refused, match="key of this profile"):
        client(quick, Credentials(api_key="sk-unknown")).run(KITE)
    assert quick.tasks_made == 0
