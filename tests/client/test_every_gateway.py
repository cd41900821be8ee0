"""What holds for every provider that is not Kling's own platform: paid once, told why, fetched by whoever knows it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kling_api.client import Client
from kling_api.errors import InvalidRequest, TaskFailed
from kling_api.operations import Image2Video, ImageGeneration, Text2Video
from kling_api.settings import Credentials, Profile

from .conftest import Stage
from .test_whole_path import picture

#: Something small that each of them makes, and a task id of its kind that it does not know.
REQUESTS = {
    "newapi": (Text2Video("A kite", "kling-v1", aspect_ratio="1:1"), "task_00000000000000000000000000000000"),
    "flat": (Image2Video(picture(400), model_name="kling-v1-6", aspect_ratio="1:1"), "CmYgjmbyMToAAAAAAF6svw"),
    "unified": (ImageGeneration("A cat"), "42"),
    "kie": (Text2Video("A kite", "kling-v2-6", aspect_ratio="1:1"), "task_kling-2.6_42"),
    "wrapper": (ImageGeneration("A cat", "kling-v1", aspect_ratio="1:1"), "42"),
}


def client(stage: Stage, dialect: str) -> Client:
    url = f"{stage.sandbox.url}/{dialect}"
    return Client(Profile("test", url, dialect, Credentials(api_key="sk-sandbox"), stage.home))


@pytest.mark.parametrize("dialect", REQUESTS)
def test_the_same_request_again_is_paid_once_and_another_seed_is_another_take(quick: Stage, dialect: str) -> None:
    request: Any = REQUESTS[dialect][0]
    first, again = client(quick, dialect).run(request), client(quick, dialect).run(request)
    other = client(quick, dialect).run(replace(request, seed=1))
    assert (again.files, again.paid_before) == (first.files, True)
    assert other.task_id != first.task_id
    assert quick.charges == 2


@pytest.mark.parametrize("dialect", REQUESTS)
def test_a_failed_task_is_told_with_its_reason_and_not_charged(quick: Stage, dialect: str) -> None:
    quick.fault("fail_task", message="too dark")
    with pytest.raises(TaskFailed, match="too dark"):
        client(quick, dialect).run(REQUESTS[dialect][0])
    assert quick.charges == 0


@pytest.mark.parametrize("dialect", REQUESTS)
def test_a_task_made_elsewhere_is_fetched_and_an_unknown_one_is_not_there(quick: Stage, dialect: str) -> None:
    request, unknown = REQUESTS[dialect]
    made = client(quick, dialect).run(request)
    elsewhere = client(Stage(quick.sandbox, quick.home.with_name("another home")), dialect)
    fetched = elsewhere.collect(made.task_id, operation=request.kind)
    assert fetched.files[0].read_bytes() == made.files[0].read_bytes()
    with pytest.raises(InvalidRequest, match="knows no"):
        elsewhere.collect(unknown, operation=request.kind)
    assert quick.tasks_made == 1
