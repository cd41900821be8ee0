"""Pictures are real too: as many as asked for, of the right size, new or made from those that were given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import pytest
import requests

from kling_api.sandbox import Sandbox, SandboxConfig
from kling_api.sandbox.dialects import DIALECTS

from .driver import as_base64, difference, photo
from .toy import Toy, ToyApi


@pytest.fixture(scope="module")
def toy() -> Iterator[ToyApi]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(DIALECTS, "toy", Toy)
        with Sandbox(SandboxConfig(pace=0.0, slots=10_000)) as running:
            yield ToyApi(running)


def images(toy: ToyApi, operation: str = "generations", **fields: Any) -> list[np.ndarray]:
    """[H, W, 3] uint8 RGB each."""
    made = toy.outputs(operation, **fields)
    assert {one["kind"] for one in made} == {"image"}
    found = [picture_at(one["url"]) for one in made]
    assert [(one["width"], one["height"]) for one in made] == [image.shape[1::-1] for image in found]
    return found


def picture_at(url: str) -> np.ndarray:
    answer = requests.get(url, timeout=20)
    assert answer.headers["Content-Type"] == "image/png"
    decoded = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    return decoded[:, :, ::-1]


@pytest.mark.parametrize(
    ("ratio", "resolution", "size"),
    [
        ("1:1", "1k", (1024, 1024)),
        ("16:9", "1k", (1366, 768)),
        ("3:4", "2k", (1774, 2364)),
        ("21:9", "1k", (1564, 670)),
    ],
)
def test_a_picture_has_the_size_that_ratio_and_resolution_make(
    toy: ToyApi, ratio: str, resolution: str, size: tuple[int, int]
) -> None:
    (image,) = images(toy, aspect_ratio=ratio, resolution=resolution, prompt="x")
    assert image.shape[1::-1] == size


def test_n_pictures_are_n_different_landscapes(toy: ToyApi) -> None:
    found = images(toy, n=4, aspect_ratio="1:1", prompt="hills")
    assert len(found) == 4
    assert min(difference(found[0], other) for other in found[1:]) > 3


def test_the_same_request_gives_the_same_picture_and_another_prompt_another(toy: ToyApi) -> None:
    one, two, other = (images(toy, aspect_ratio="1:1", prompt=prompt)[0] for prompt in ("one", "one", "two"))
    assert difference(one, two) == 0
    assert difference(one, other) > 3


def test_a_given_picture_is_reworked_visibly_and_can_be_recognised(toy: ToyApi) -> None:
    given = photo(600, 400)
    (image,) = images(toy, "omni-image", pictures=[as_base64(given)], aspect_ratio="auto", prompt="in blue")
    assert image.shape[1] / image.shape[0] == pytest.approx(1.5, abs=0.01)
    scaled = cv2.resize(given, image.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    assert difference(image, scaled) > 5
    assert np.corrcoef(image[:400].mean(axis=2).ravel(), scaled[:400].mean(axis=2).ravel())[0, 1] > 0.9


def test_auto_without_a_picture_is_square(toy: ToyApi) -> None:
    assert images(toy, "omni-image", aspect_ratio="auto")[0].shape == (1024, 1024, 3)


def test_with_a_mask_only_its_white_part_is_changed(toy: ToyApi) -> None:
    given, mask = photo(512, 512), np.zeros((64, 64, 3), np.uint8)
    mask[:, 32:] = 255
    (image,) = images(toy, "omni-image", pictures=[as_base64(given)], mask=as_base64(mask), aspect_ratio="auto")
    scaled = cv2.resize(given, (1024, 1024), interpolation=cv2.INTER_CUBIC)
    assert difference(image[:, :500], scaled[:, :500]) == 0
    assert difference(image[:, 524:], scaled[:, 524:]) > 5


def test_a_picture_that_cannot_be_used_fails_an_image_task(toy: ToyApi) -> None:
    small = as_base64(photo(299, 400))
    assert toy.failure("generations", pictures=[small], aspect_ratio="1:1") == "Image pixel is invalid"
    unreachable = "Something went wrong when we tried to get the contents of the file."
    assert toy.failure("omni-image", pictures=["https://example.invalid/a.png"]) == unreachable


def test_an_image_task_is_priced_by_the_picture_and_told_with_its_first_file(toy: ToyApi) -> None:
    key = toy.make("generations", model="kling-v2-1", n=3, aspect_ratio="1:1")
    toy.finished(key)
    told = requests.get(f"{toy.root}/sandbox/tasks", timeout=20).json()["tasks"]
    (task,) = (task for task in told if task["id"] == key)
    assert task["units_charged"] == "12"
    assert task["clip"].endswith("-0.png")


def test_a_picture_beyond_n_or_with_another_ending_is_not_there(toy: ToyApi) -> None:
    url = toy.outputs("generations", aspect_ratio="1:1")[0]["url"]
    for wrong in (url.replace("-0.png", "-1.png"), url.replace("-0.png", ".mp4")):
        assert requests.get(wrong, timeout=20).status_code == 403
