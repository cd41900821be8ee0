"""What an order needs first (a picture's upload, the faces of a clip) is free, repeated, and never an order itself."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
import requests

from kling_api import submit
from kling_api.client import Client
from kling_api.errors import Refused, StillRunning
from kling_api.job import State
from kling_api.operations import Image2Video
from kling_api.settings import Credentials, Profile
from kling_api.stills import Still

from .conftest import Stage


@pytest.fixture
def client(stage: Stage) -> Client:
    profile = Profile("test", f"{stage.sandbox.url}/kie", "kie", Credentials(api_key="sk-sandbox"), stage.home)
    return Client(profile)


@pytest.fixture
def request_with_picture() -> Image2Video:
    done, data = cv2.imencode(".png", np.full((360, 360, 3), 90, np.uint8))
    assert done
    return Image2Video(Still(data.tobytes(), 360, 360), prompt="it moves", model_name="kling-v2-6")


@pytest.mark.parametrize("kind", ["drop_before", "error_before", "garbage", "rate_429"])
def test_an_upload_that_went_wrong_is_repeated(
    stage: Stage, client: Client, request_with_picture: Image2Video, kind: str
) -> None:
    stage.fault(kind, operation="upload", times=2)
    result = client.run(request_with_picture)
    assert result.files[0].exists()
    assert (stage.tasks_made, client.ledger.jobs()[0].unanswered) == (1, 0)


def test_a_refused_upload_orders_nothing_and_says_so(
    stage: Stage, client: Client, request_with_picture: Image2Video
) -> None:
    stage.fault("refuse", operation="upload", code=1002, message="api key not found")
    with pytest.raises(Refused, match="Not charged"):
        client.run(request_with_picture)
    (job,) = client.ledger.jobs()
    assert (job.state, job.sent_at, stage.tasks_made) == (State.REFUSED, None, 0)
    assert client.run(request_with_picture).files[0].exists()


def test_a_stop_while_a_picture_is_uploaded_leaves_nothing_ordered(
    stage: Stage, client: Client, request_with_picture: Image2Video
) -> None:
    stage.fault("drop_before", operation="upload", times=None)
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    with pytest.raises(StillRunning):
        client.run(request_with_picture, stop=stop)
    stage.clear_faults()
    (job,) = client.ledger.jobs()
    assert (job.state, job.unanswered, stage.tasks_made) == (State.CREATED, 0, 0)
    client.run(request_with_picture)
    assert stage.tasks_made == 1


def test_the_same_picture_and_words_are_one_job_though_each_upload_has_an_address_of_its_own(
    stage: Stage, client: Client, request_with_picture: Image2Video, tmp_path: Path
) -> None:
    first = client.run(request_with_picture)
    again = client.run(request_with_picture)
    assert (again.job_key, again.paid_before, stage.tasks_made) == (first.job_key, True, 1)


def test_what_has_waited_too_long_for_its_turn_is_prepared_again(
    stage: Stage, client: Client, request_with_picture: Image2Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submit, "PREPARED_FOR", 0.5)
    stage.fault("rate_429", operation="image2video", retry_after=1)
    assert client.run(request_with_picture).files[0].exists()
    state = requests.get(f"{stage.sandbox.url}/sandbox/state", timeout=10).json()
    uploads = sum(count for route, count in state["requests"].items() if "file-base64-upload" in route)
    assert uploads >= 2
    assert (stage.tasks_made, client.ledger.jobs()[0].unanswered) == (1, 0)
