"""The orders of pictures at Kling's own platform, each to its result, and what each refuses."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from .driver import Api, Start, as_base64, photo
from .official import ELEMENTS, OPERATIONS, OTHER_PICTURE, PICTURE, at_once, download, element_of, finished, message

GENERATIONS = "/v1/images/generations"
OMNI = "/v1/images/omni-image"
MULTI = "/v1/images/multi-image2image"
EXPAND = "/v1/images/editing/expand"
TRY_ON = "/v1/images/kolors-virtual-try-on"
VIEWS = "/v1/general/ai-multi-shot"
RECOGNIZE = "/v1/videos/image-recognize"
ORDERS: dict[str, dict[str, Any]] = {
    GENERATIONS: {"prompt": "a kite", "aspect_ratio": "1:1", "n": 2},
    OMNI: {"prompt": "<<<image_1>>> at night", "image_list": [{"image": PICTURE}]},
    MULTI: {"subject_image_list": [{"subject_image": PICTURE}], "scene_image": OTHER_PICTURE, "prompt": "on a hill"},
    EXPAND: {"image": PICTURE, "up_expansion_ratio": 0.5, "right_expansion_ratio": 0.5},
    TRY_ON: {"human_image": PICTURE, "cloth_image": OTHER_PICTURE},
}


def size_of(url: str) -> tuple[int, int]:
    picture = cv2.imdecode(np.frombuffer(download(url), np.uint8), cv2.IMREAD_UNCHANGED)
    assert picture is not None
    return picture.shape[1], picture.shape[0]


@pytest.mark.parametrize(
    ("path", "count", "size", "units"),
    [
        (GENERATIONS, 2, (1024, 1024), "16"),
        (OMNI, 1, None, "8"),
        (MULTI, 1, None, "16"),
        (EXPAND, 1, (480, 480), "8"),
        (TRY_ON, 1, (320, 320), "20"),
    ],
)
def test_a_good_order_becomes_pictures_that_are_asked_for_and_listed(
    api: Api, path: str, count: int, size: tuple[int, int] | None, units: str
) -> None:
    name = f"good-{OPERATIONS[path]}"
    task = finished(api, path, **ORDERS[path], external_task_id=name)
    images = task["task_result"]["images"]
    assert [image["index"] for image in images] == list(range(count))
    assert all(set(image) == {"index", "url", "watermark_url"} for image in images)
    sizes = {size_of(image["url"]) for image in images}
    assert len(sizes) == 1
    assert size is None or sizes == {size}
    assert task["final_unit_deduction"] == units
    assert ("watermark_info" in task) == (path != TRY_ON)
    assert api.task(name, path) == api.task(task["task_id"], path)
    assert task["task_id"] in [listed["task_id"] for listed in api.get(path).json()["data"]]
    found = api.get("/tasks", external_task_ids=name).json()["data"][0]
    assert [set(output) for output in found["outputs"]] == [{"type", "url", "watermark_url"}] * count
    assert found["billing"][0] | {"amount": units} == found["billing"][0]
    assert found["billing"][0]["package_type"] == "image"


def test_a_series_stands_apart_from_single_pictures(api: Api) -> None:
    single = finished(api, OMNI, prompt="a kite")["task_result"]
    assert (single["result_type"], len(single["images"]), single["series_images"]) == ("single", 1, [])
    body = {"prompt": "a kite", "model_name": "kling-v3-omni", "result_type": "series", "series_amount": 3, "n": 9}
    series = finished(api, OMNI, **body)
    result = series["task_result"]
    assert (result["result_type"], result["images"]) == ("series", [])
    assert [image["index"] for image in result["series_images"]] == [0, 1, 2]
    outputs = api.get("/tasks", task_ids=series["task_id"]).json()["data"][0]["outputs"]
    assert [output["group_id"] for output in outputs] == ["0"] * 3


def test_three_sets_of_three_views_are_asked_for_by_task_id_alone(api: Api) -> None:
    task = finished(api, VIEWS, element_frontal_image=PICTURE, external_task_id="views")
    images = task["task_result"]["images"]
    assert [set(views) for views in images] == [{"index", "url_1", "url_2", "url_3"}] * 3
    assert [views["index"] for views in images] == [0, 1, 2]
    assert len({views[f"url_{number}"] for views in images for number in (1, 2, 3)}) == 9
    assert (task["final_unit_deduction"], "watermark_info" in task) == ("20", False)
    assert api.get(f"{VIEWS}/views").json()["code"] == 1201
    outputs = api.get("/tasks", external_task_ids="views").json()["data"][0]["outputs"]
    assert [output["group_id"] for output in outputs] == ["0"] * 3 + ["1"] * 3 + ["2"] * 3


def test_a_picture_is_recognized_at_once_and_its_answer_is_no_task(api: Api) -> None:
    found = at_once(api, RECOGNIZE, image=PICTURE)
    assert set(found) == {"final_unit_deduction", "task_result"}
    assert found["final_unit_deduction"] == "0.1"
    images = found["task_result"]["images"]
    assert [image["type"] for image in images] == ["object_seg", "head_seg", "face_seg", "cloth_seg"]
    assert [size_of(image["url"]) for image in images if image["is_contain"]] == [(320, 320)] * 4
    plain = at_once(api, RECOGNIZE, image=as_base64(np.full((320, 320, 3), 90, np.uint8)))
    assert [(image["is_contain"], image["url"]) for image in plain["task_result"]["images"]] == [(False, "")] * 4
    assert api.get(RECOGNIZE).json()["code"] == 1202


def test_what_cannot_be_recognized_is_refused_at_once(api: Api) -> None:
    assert message(api, RECOGNIZE, image=as_base64(photo(200, 320))) == "Image pixel is invalid"
    api.fault(kind="fail_task", operation="image-recognize", message="Failure to pass the risk control system")
    assert message(api, RECOGNIZE, image=PICTURE) == "Failure to pass the risk control system"


@pytest.mark.parametrize(
    ("path", "fields", "text"),
    [
        (GENERATIONS, {}, "prompt: must not be blank"),
        (GENERATIONS, {"model_name": "kling-v9"}, "model_name value 'kling-v9' is invalid"),
        (GENERATIONS, {"prompt": "x" * 2501}, "prompt: size must be between 0 and 2500"),
        (GENERATIONS, {"prompt": "x", "n": 10}, "n value '10' is invalid"),
        (GENERATIONS, {"prompt": "x", "resolution": "4k"}, "resolution value '4k' is invalid"),
        (GENERATIONS, {"prompt": "x", "aspect_ratio": "auto"}, "aspect_ratio value 'auto' is invalid"),
        (GENERATIONS, {"prompt": "x", "image_fidelity": 1.1}, "imageFidelity: must be less than or equal to 1"),
        (GENERATIONS, {"prompt": "x", "human_fidelity": -1}, "humanFidelity: must be greater than or equal to 0"),
        (GENERATIONS, {"prompt": "x", "image": PICTURE, "negative_prompt": "y"},
         "negative_prompt is not supported with image"),
        (GENERATIONS, {"prompt": "x", "image_reference": "hat"}, "image_reference value 'hat' is invalid"),
        (GENERATIONS, {"prompt": "x", "image": PICTURE, "image_reference": "face"},
         "Image reference is not supported by the current model"),
        (GENERATIONS, {"prompt": "x", "model_name": "kling-v2-1", "image_reference": "face"}, "image can not be null"),
        (GENERATIONS, {"prompt": "x", "model_name": "kling-v1-5", "image": PICTURE},
         "imageReference: must not be blank"),
        (GENERATIONS, {"prompt": "x", "model_name": "kling-v1", "aspect_ratio": "21:9"},
         "aspect_ratio 21:9 is not supported by the current model: kling-v1"),
        (GENERATIONS, {"prompt": "x", "model_name": "kling-v1-5", "resolution": "2k"},
         "resolution 2k is not supported by the current model: kling-v1-5"),
        (GENERATIONS, {"prompt": "x", "image": f"data:image/png;base64,{PICTURE}"},
         "File is not in a valid base64 format"),
        (GENERATIONS, {"prompt": "x", "model_name": "kling-v2-1", "element_list": [{"element_id": 1}]},
         "Element is not supported by the current model"),
        (GENERATIONS, {"prompt": "x", "element_list": [{"element_id": 1}]}, "Element not found by id: 1"),
        (OMNI, {}, "prompt: must not be blank"),
        (OMNI, {"prompt": "x", "model_name": "kling-v3"}, "model_name value 'kling-v3' is invalid"),
        (OMNI, {"prompt": "x", "resolution": "4k"}, "resolution value '4k' is invalid"),
        (OMNI, {"prompt": "x", "aspect_ratio": "5:4"}, "aspect_ratio value '5:4' is invalid"),
        (OMNI, {"prompt": "x", "image_list": [{"image": PICTURE}] * 11}, "imageList: size must be between 0 and 10"),
        (OMNI, {"prompt": "x", "image_list": [PICTURE]}, "Failed to resolve the request body"),
        (OMNI, {"prompt": "x", "result_type": "series"}, "Series is not supported by the current model"),
        (OMNI, {"prompt": "x", "model_name": "kling-v3-omni", "result_type": "series", "series_amount": 1},
         "series_amount value '1' is invalid"),
        (MULTI, {}, "subjectImageList: size must be between 1 and 4"),
        (MULTI, {"subject_image_list": [{"subject_image": PICTURE}] * 5},
         "subjectImageList: size must be between 1 and 4"),
        (MULTI, {"model_name": "kling-v3"}, "model_name value 'kling-v3' is invalid"),
        (EXPAND, {}, "image: must not be blank"),
        (EXPAND, {"image": PICTURE, "up_expansion_ratio": 2.5}, "upExpansionRatio: must be less than or equal to 2"),
        (EXPAND, {"image": PICTURE, "up_expansion_ratio": 1, "left_expansion_ratio": 1},
         "The area of the new image can not exceed 3 times that of the original image"),
        (TRY_ON, {"human_image": PICTURE}, "clothImage: must not be blank"),
        (TRY_ON, {"model_name": "v2"}, "model_name value 'v2' is invalid"),
        (VIEWS, {}, "elementFrontalImage: must not be blank"),
        (RECOGNIZE, {}, "image: must not be blank"),
        (RECOGNIZE, {"image": "?"}, "File is not in a valid base64 format"),
    ],
)  # fmt: skip
def test_a_bad_order_of_pictures_is_refused_by_name(api: Api, path: str, fields: dict[str, Any], text: str) -> None:
    assert message(api, path, **fields) == text


@pytest.mark.parametrize("path", [GENERATIONS, TRY_ON, VIEWS, ELEMENTS])
def test_an_external_id_is_taken_once_by_any_order_of_pictures(api: Api, path: str) -> None:
    name = f"once-{OPERATIONS[path]}"
    first = api.create(GENERATIONS, prompt="x", external_task_id=name)
    body = {VIEWS: {"element_frontal_image": PICTURE}, ELEMENTS: ELEMENT}.get(path) or ORDERS[path]
    assert message(api, path, **body, external_task_id=name) == f"External_task_id {name} already exists"
    assert api.task(name, GENERATIONS)["task_id"] == first


ELEMENT = {
    "element_name": "Kite",
    "element_description": "red",
    "reference_type": "image_refer",
    "element_image_list": {"frontal_image": PICTURE, "refer_images": [{"image_url": PICTURE}]},
}


def test_an_element_is_cited_by_its_number(api: Api) -> None:
    element = element_of(api)
    assert isinstance(element, int)
    assert finished(api, GENERATIONS, prompt="x", element_list=[{"element_id": element}])
    assert finished(api, OMNI, prompt="<<<element_1>>>", element_list=[{"element_id": str(element)}])


def test_pictures_take_as_many_slots_as_they_are_and_another_pack(start: Start) -> None:
    api = Api(start(slots=2, image_slots=4, pace=5))
    api.create(GENERATIONS, prompt="x", n=3)
    assert api.refused(GENERATIONS, prompt="x", n=2) == (429, 1303, "parallel task over resource pack limit")
    assert api.create(GENERATIONS, prompt="x", n=1)
    packs = api.get("/account/costs", start_time=0, end_time=1).json()["data"]["resource_pack_subscribe_infos"]
    assert [pack["resource_pack_name"].split("-")[1] for pack in packs] == ["Video", "Image"]
    name = packs[1]["resource_pack_name"]
    one = api.get("/account/costs", start_time=0, end_time=1, resource_pack_name=name).json()["data"]
    assert one["resource_pack_subscribe_infos"] == packs[1:]


def test_retired_picture_models_are_gone_when_that_is_switched_on(start: Start) -> None:
    api = Api(start(retired=True))
    text = "The model '{}' has been discontinued and is no longer available."
    assert message(api, GENERATIONS, prompt="x", model_name="kling-v2") == text.format("kling-v2")
    assert message(api, TRY_ON, **ORDERS[TRY_ON]) == text.format("kolors-virtual-try-on-v1")
    assert message(api, MULTI, **ORDERS[MULTI], model_name="kling-v2") == text.format("kling-v2")
