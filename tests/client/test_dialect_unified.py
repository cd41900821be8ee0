"""The client behind the path table: every operation becomes files, and no fault makes a second task."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import pytest

from kling_api.client import Client
from kling_api.errors import InvalidRequest, OutcomeUnknown, Refused
from kling_api.ledger import State
from kling_api.media import read_audio
from kling_api.media.probe import probe
from kling_api.operations import (
    Avatar,
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

from .conftest import KEY_PAIR, Stage, served, write_tone
from .test_whole_path import picture

KITE = Text2Video("A kite", "kling-v1-6")
CAT = ImageGeneration("A cat")
SECONDS = 5.0
API_KEY = Credentials(api_key="sk-sandbox")


def client(stage: Stage, credentials: Credentials = API_KEY) -> Client:
    return Client(Profile("test", f"{stage.sandbox.url}/unified", "unified", credentials, stage.home))


@pytest.fixture
def files(tmp_path: Path) -> Iterator[str]:
    """Where a tone of three seconds and a portrait can be had on this machine."""
    folder = tmp_path / "files"
    folder.mkdir()
    write_tone(folder / "tone.wav")
    (folder / "portrait.png").write_bytes(picture(400, 400).data)
    with served(folder) as url:
        yield url


def url_of(ours: Client, task_id: str) -> str:
    answer = ours.transport.send(ours.dialect.query("/v1/videos", task_id))
    return answer.body["data"]["task_result"]["videos"][0]["url"]


def test_text_becomes_a_clip_with_a_key_pair(large: Stage) -> None:
    ours = client(large, KEY_PAIR)
    result = ours.run(KITE)
    clip = probe(result.files[0])
    assert (clip.width, clip.height, clip.duration) == (1280, 720, SECONDS)
    assert (result.unit, result.units) == ("credits", "")
    job = ours.ledger.get(result.job_key)
    assert job is not None
    assert (job.state, job.route, job.estimate) == (State.COLLECTED, "/v1/videos", "300")


def test_pictures_become_a_clip(quick: Stage) -> None:
    still = picture(400, 400)
    moved = Image2Video(still, prompt="it moves", model_name="kling-v1-6", camera_control=CameraControl(pan=5))
    assert probe(client(quick).run(moved).files[0]).duration == SECONDS
    several = MultiImage2Video((still, picture(400, 400, shift=100)), "both", image_tail=still)
    assert probe(client(quick).run(several).files[0]).duration == SECONDS


def test_a_clip_goes_on_speaks_and_moves_another_picture(quick: Stage, files: str) -> None:
    ours = client(quick)
    first = ours.run(KITE)
    assert probe(ours.run(VideoExtend(first.video_id, "it flies on")).files[0]).duration > SECONDS + 3
    url = url_of(ours, first.task_id)
    assert probe(ours.run(MotionControl(picture(400, 400), url)).files[0]).duration == pytest.approx(SECONDS, abs=0.2)
    audio = read_audio(ours.run(LipSync(f"{files}/tone.wav", video_url=url)).files[0])
    level, rate = audio["waveform"].abs(), audio["sample_rate"]
    assert level[..., int(0.2 * rate) : int(2.8 * rate)].max() > 0.1
    assert level[..., int(3.2 * rate) :].max() < 0.01
    assert quick.tasks_made == 4


def test_a_portrait_speaks(quick: Stage, files: str) -> None:
    result = client(quick).run(Avatar(f"{files}/portrait.png", f"{files}/tone.wav"))
    assert probe(result.files[0]).duration == pytest.approx(3.0, abs=0.2)


def test_pictures_are_made_and_edited(quick: Stage) -> None:
    ours = client(quick)
    made = ours.run(CAT)
    assert [file.suffix for file in made.files] == [".png"]
    edited = ours.run(OmniImage("<<<image_1>>> with <<<image_2>>>", image=picture(512, 512), image_list=(picture(),)))
    image = cv2.imread(str(edited.files[0]))
    assert image is not None
    assert image.shape == (1024, 1024, 3)
    assert (quick.tasks_made, quick.charges) == (2, 2)


def test_an_answer_lost_on_its_way_is_never_followed_by_a_second_order(quick: Stage) -> None:
    ours = client(quick)
    for fault in ("drop_after", "error_after", "garbage_after"):
        before = quick.tasks_made
        quick.fault(fault)
        for _ in range(2):
            with pytest.raises(OutcomeUnknown):
                ours.run(replace(CAT, prompt=fault))
        assert quick.tasks_made == before + 1


def test_a_busy_service_is_waited_for(quick: Stage) -> None:
    quick.fault("rate_429", times=2)
    quick.fault("rate_429", code=1303, retry_after=0.1)
    assert client(quick).run(CAT).files
    assert quick.tasks_made == 1


def test_a_breakdown_is_not_taken_for_a_busy_service(quick: Stage) -> None:
    quick.fault("error_after", code=5001)
    with pytest.raises(OutcomeUnknown):
        client(quick).run(CAT)
    assert quick.tasks_made == 1


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "refuse"}, "the content was not passed"),
        ({"kind": "rate_429", "code": 1102}, "the balance is not enough"),
        ({"kind": "refuse", "code": 1002}, "authentication failed"),
        ({"kind": "refuse", "code": 1201}, "a parameter is wrong"),
    ],
)
def test_a_refusal_is_told_and_nothing_is_made(quick: Stage, fault: dict[str, object], said: str) -> None:
    quick.fault(**fault)  # pyright: ignore[reportArgumentType]
    with pytest.raises(Refused, match=said) as caught:
        client(quick).run(CAT)
    assert "Not charged." in str(caught.value)
    assert quick.tasks_made == 0


def test_what_the_provider_cannot_do_never_reaches_it(quick: Stage) -> None:
    with pytest.raises(InvalidRequest, match="aspect_ratio is not possible"):
        client(quick).run(replace(KITE, aspect_ratio="9:16"))
    assert quick.tasks_made == 0
