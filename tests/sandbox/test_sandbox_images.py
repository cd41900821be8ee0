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

from .driver import Start, as_base64, difference, photo
from .toy import Toy, ToyApi


@pytest.fixture(scope="module", autouse=True)
def known() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(DIALECTS, "toy", Toy)
        yield


@pytest.fixture(scope="module")
def toy(known: None) -> Iterator[ToyApi]:
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


def test_the_pictures_of_a_series_are_one_scene_and_as_many_as_asked_for(toy: ToyApi) -> None:
    series = images(toy, "omni-image", series=3, n=1, aspect_ratio="1:1", prompt="a day")
    single = images(toy, "omni-image", n=2, aspect_ratio="1:1", prompt="a day")
    assert len(series) == 3
    assert 0 < difference(series[0], series[1]) < difference(single[0], single[1])


def test_references_and_elements_are_shown_in_the_corner(toy: ToyApi) -> None:
    pictures = [as_base64(photo(500, 400, seed)) for seed in (1, 2)]
    preset = toy.get("/assets/elements").json()["presets"][0]["id"]
    wanted = {"prompt": "x", "aspect_ratio": "1:1", "pictures": pictures[:1]}
    alone = images(toy, "omni-image", **wanted)[0]
    with_more = images(toy, "omni-image", **wanted | {"pictures": pictures, "elements": [preset]})[0]
    corner, rest = (slice(20, 240), slice(20, 800)), (slice(300, 900), slice(None))
    assert difference(alone[corner], with_more[corner]) > 20
    assert difference(alone[rest], with_more[rest]) < 40


def test_several_subjects_stand_side_by_side_before_the_scene(toy: ToyApi) -> None:
    plain = [np.full((400, 400, 3), colour, np.uint8) for colour in ((250, 0, 0), (0, 250, 0), (0, 0, 250))]
    subjects, scene = [as_base64(picture) for picture in plain[:2]], as_base64(plain[2])
    (image,) = images(toy, "multi-image2image", pictures=subjects, scene=scene, aspect_ratio="16:9")
    height, width = image.shape[:2]
    for across, channel in ((0.25, 0), (0.75, 1), (0.5, 2)):
        assert int(image[height // 2, round(width * across)].argmax()) == channel


def test_a_style_colours_all_of_several_subjects(toy: ToyApi) -> None:
    subject, style = as_base64(photo(400, 400)), as_base64(np.full((400, 400, 3), (0, 255, 0), np.uint8))
    plain, styled = (
        images(toy, "multi-image2image", pictures=[subject], aspect_ratio="1:1", **more)[0]
        for more in ({}, {"style": style})
    )
    assert styled[512:800, 512:800, 1].mean() > plain[512:800, 512:800, 1].mean() + 20


def test_an_expanded_picture_is_larger_by_its_ratios_and_holds_the_old_one_unchanged(toy: ToyApi) -> None:
    given = photo(400, 300)
    found = images(toy, "expand", pictures=[as_base64(given)], expansion=[0.5, 0.2, 0.25, 0.75], n=2, prompt="wide")
    assert [image.shape for image in found] == [(510, 800, 3)] * 2
    for image in found:
        assert difference(image[150:450, 100:500], given) == 0
    assert difference(found[0], found[1]) > 1


def test_a_garment_is_put_on_the_middle_of_the_person(toy: ToyApi) -> None:
    person, garment = photo(400, 600), np.full((400, 400, 3), (250, 10, 10), np.uint8)
    (image,) = images(toy, "kolors-virtual-try-on", pictures=[as_base64(person), as_base64(garment)], model="v")
    assert image.shape == person.shape
    assert difference(image[:180], person[:180]) == 0
    assert difference(image[230:430, 120:280], garment[:200, :160]) < 1


def test_recognition_gives_masks_of_the_picture_s_own_size_in_black_and_white(toy: ToyApi) -> None:
    made = toy.outputs("image-recognize", pictures=[as_base64(photo(500, 400))])
    assert [one["name"] for one in made] == ["object_seg", "head_seg", "face_seg", "cloth_seg"]
    masks = [picture_at(one["url"]) for one in made]
    assert {mask.shape for mask in masks} == {(400, 500, 3)}
    assert all(set(np.unique(mask)) == {0, 255} for mask in masks)
    assert masks[0].sum() > masks[1].sum() > masks[2].sum()


def test_nothing_is_recognised_in_a_picture_of_one_colour(toy: ToyApi) -> None:
    plain = as_base64(np.full((400, 400, 3), 90, np.uint8))
    for path in ("/make", "/now"):
        order = toy.post(path, {"operation": "image-recognize", "pictures": [plain]}).json()
        task = toy.finished(order["id"])
        assert (task["state"], task["made"], task["charged"]) == ("succeeded", [], 100)


def test_a_subject_is_seen_in_three_sets_of_three_views(toy: ToyApi) -> None:
    made = toy.outputs("ai-multi-shot", pictures=[as_base64(photo(500, 500))])
    assert [one["name"] for one in made] == [f"{number}-{view}" for number in range(3) for view in range(3)]
    front, side, back = (picture_at(one["url"])[:900] for one in made[:3])
    assert min(difference(front, side), difference(front, back), difference(side, back)) > 5


@pytest.mark.parametrize(
    ("operation", "fields", "charged"),
    [
        ("generations", {"model": "kling-v2-1", "n": 2}, 8_000),
        ("omni-image", {"model": "kling-v3-omni", "resolution": "4k", "n": 1}, 16_000),
        ("omni-image", {"model": "kling-v3-omni", "series": 3}, 24_000),
        ("multi-image2image", {"model": "kling-v2-1", "n": 1}, 16_000),
        ("expand", {"n": 2, "expansion": [0, 0, 0.1, 0]}, 16_000),
        ("ai-multi-shot", {}, 20_000),
    ],
)
def test_pictures_cost_image_units_by_operation_and_number(
    toy: ToyApi, operation: str, fields: dict[str, Any], charged: int
) -> None:
    pictures = [] if operation in ("generations", "omni-image") else [as_base64(photo(320, 320))]
    before = [toy.get("/units", pack=pack).json()["remaining"] for pack in ("image", "video")]
    task = toy.finished(toy.make(operation, pictures=pictures, aspect_ratio="1:1", **fields))
    assert (task["state"], task["charged"]) == ("succeeded", charged)
    after = [toy.get("/units", pack=pack).json()["remaining"] for pack in ("image", "video")]
    assert after == [pytest.approx(before[0] - charged / 1000), before[1]]


def test_nine_pictures_fit_into_a_pack_of_five_clips_at_once_and_a_tenth_does_not(start: Start) -> None:
    toy = ToyApi(start(slots=5, image_units=100, pace=5.0))
    toy.make("generations", n=9, aspect_ratio="1:1")
    assert toy.post("/make", {"operation": "generations", "aspect_ratio": "1:1"}).json()["kling"] == 1303
    other = {"operation": "generations", "aspect_ratio": "1:1", "n": 4, "model": "another"}
    assert toy.post("/make", other).json()["kling"] == 1102


def test_a_picture_that_grows_too_far_or_a_series_too_long_is_refused(toy: ToyApi) -> None:
    picture = [as_base64(photo(320, 320))]
    for operation, fields in (("expand", {"expansion": [0, 0, 0, 2.1]}), ("omni-image", {"series": 10})):
        refused = toy.post("/make", {"operation": operation, "pictures": picture} | fields)
        assert (refused.status_code, refused.json()["kling"]) == (400, 1201)
