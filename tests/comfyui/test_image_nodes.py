"""The image nodes and the nodes that cost nothing in a real ComfyUI with the built-in sandbox: one graph per node."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kling_api.media import write_picture
from kling_api.media.stills import read_still

from .conftest import ComfyUI
from .test_in_comfyui import save_video, text2video

pytestmark = pytest.mark.timeout(600)

SIDE = 512


@pytest.fixture(autouse=True)
def _pictures(comfyui: ComfyUI) -> None:
    """Two pictures in ComfyUI's folder of inputs."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE] // 2
    for name, blue in (("one.png", 40), ("two.png", 200)):
        pixels = np.stack([rows, columns, np.full_like(rows, blue)], axis=-1).astype(np.uint8)
        write_picture(comfyui.base / "input" / name, pixels)


def load(name: str) -> dict[str, Any]:
    return {"class_type": "LoadImage", "inputs": {"image": name}}


def save(source: str, slot: int = 0, prefix: str = "picture") -> dict[str, Any]:
    return {"class_type": "SaveImage", "inputs": {"images": [source, slot], "filename_prefix": prefix}}


def node(name: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": name, "inputs": inputs}


def sizes(server: ComfyUI, entry: dict[str, Any], saver: str) -> list[tuple[int, int]]:
    """(width, height) of each picture that this SaveImage wrote."""
    written = entry["outputs"][saver]["images"]
    files = [server.base / one["type"] / one["subfolder"] / one["filename"] for one in written]
    stills = [read_still(Path(file)) for file in files]
    return [(still.width, still.height) for still in stills]


PICTURES = {"one": load("one.png"), "two": load("two.png")}
BEFORE_AND_AFTER = {"image": ["one", 0]}
GRAPHS: dict[str, tuple[dict[str, Any], int]] = {
    "KlingImageGeneration": (
        {"prompt": "A boat", "model_name": "kling-v2-1", "image_reference": "subject", "n": 2} | BEFORE_AND_AFTER,
        2,
    ),
    "KlingOmniImage": (
        {"prompt": "<<<image_1>>> like <<<image_2>>>", "model_name": "kling-image-o1", "reference_images": ["two", 0]}
        | BEFORE_AND_AFTER,
        1,
    ),
    "KlingMultiImage2Image": (
        {"model_name": "kling-v2-1", "subject_image_1": ["one", 0], "style_image": ["two", 0]},
        1,
    ),
    "KlingImageExpand": ({"up_expansion_ratio": 0.5, "n": 1} | BEFORE_AND_AFTER, 1),
    "KlingVirtualTryOn": ({"model_name": "virtual_try_on", "human_image": ["one", 0], "cloth_image": ["two", 0]}, 1),
}
#: What ComfyUI must be told, or takes by itself in a workflow.
FILLED = {"seed": 0, "prompt": "", "aspect_ratio": "1:1", "resolution": "1k", "n": 1, "negative_prompt": ""}


def filled(server: ComfyUI, name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """The node with the defaults of its required inputs."""
    required = server.object_info()[name]["input"]["required"]
    defaults = {key: FILLED.get(key, options.get("default")) for key, (_, options) in required.items()}
    return node(name, **defaults | inputs)


@pytest.mark.parametrize("name", GRAPHS)
def test_the_pictures_of_a_node_are_saved(comfyui: ComfyUI, name: str) -> None:
    inputs, count = GRAPHS[name]
    entry = comfyui.run(PICTURES | {"1": filled(comfyui, name, inputs), "2": save("1")})
    found = sizes(comfyui, entry, "2")
    assert len(found) == count
    assert all(min(size) >= 300 for size in found)


def test_the_masks_of_a_picture_have_its_size(comfyui: ComfyUI) -> None:
    graph: dict[str, Any] = PICTURES | {"1": filled(comfyui, "KlingImageRecognize", {"image": ["one", 0]})}
    for slot in range(4):
        graph |= {f"m{slot}": node("MaskToImage", mask=["1", slot]), f"s{slot}": save(f"m{slot}")}
    entry = comfyui.run(graph)
    for slot in range(4):
        assert sizes(comfyui, entry, f"s{slot}") == [(SIDE, SIDE)]


def test_the_views_of_a_subject_are_three_times_three(comfyui: ComfyUI) -> None:
    views = filled(comfyui, "KlingMultiShotImages", {"element_frontal_image": ["one", 0]})
    entry = comfyui.run(PICTURES | {"1": views} | {f"s{slot}": save("1", slot) for slot in range(3)})
    assert [len(sizes(comfyui, entry, f"s{slot}")) for slot in range(3)] == [3, 3, 3]


def test_frames_of_a_clip_with_a_named_camera_move_go_on_as_pictures(comfyui: ComfyUI) -> None:
    entry = comfyui.run(
        {
            "c": node("KlingCameraPreset", move="pan left", strength=4.0),
            "1": text2video(model_name="kling-v1", camera_control=["c", 0], decode="last"),
            "2": node("KlingVideoFrames", video=["1", 1], start=10, count=4, every_nth=5),
            "3": save("2"),
            "4": node("KlingLastFrame", video=["1", 1]),
            "5": save("4"),
        }
    )
    frames, last = sizes(comfyui, entry, "3"), sizes(comfyui, entry, "5")
    assert len(frames) == 4
    assert last == frames[:1]


def test_an_estimate_is_shown_on_its_node(comfyui: ComfyUI) -> None:
    asked = filled(comfyui, "KlingEstimate", {"operation": "omni-image", "n": 2, "model_name": "kling-v3-omni"})
    with comfyui.listening() as texts:
        entry = comfyui.run({"1": asked})
    (text,) = entry["outputs"]["1"]["text"]
    assert text.startswith("omni-image: about 16 image units (0.4 units of a budget)")
    assert ("1", text) in texts


def test_a_job_of_pictures_is_collected_in_another_graph_and_its_video_is_blocked(comfyui: ComfyUI) -> None:
    made = filled(comfyui, "KlingImageGeneration", {"prompt": "A kite", "model_name": "kling-v2-1", "n": 2})
    comfyui.run({"1": made, "2": save("1")})
    newest = max((comfyui.home / "results").glob("kn-*-1.png"), key=lambda file: file.stat().st_mtime)
    collect = node("KlingCollect", key=newest.stem.removesuffix("-1"), operation="made on this machine", decode="all")
    entry = comfyui.run({"5": collect, "6": save("5"), "7": save_video("5"), "8": save("5", prefix="again")})
    assert len(sizes(comfyui, entry, "6")) == len(sizes(comfyui, entry, "8")) == 2
    assert "7" not in entry["outputs"]  # its message goes to the browser alone, which no history keeps


@pytest.mark.parametrize(
    ("name", "inputs", "said"),
    [
        ("KlingImageGeneration", {"model_name": "kling-v3", "resolution": "4k"}, "resolution 4k is not possible"),
        ("KlingImageGeneration", {"negative_prompt": "cats", **BEFORE_AND_AFTER}, "cannot be used together"),
        ("KlingOmniImage", {"model_name": "kling-image-o1", "result_type": "series"}, "series is not possible"),
        ("KlingImageExpand", {"image_url": ""}, "Of image, image_url, none is given."),
        ("KlingImageExpand", {"image_url": "https://a.example/1.png", **BEFORE_AND_AFTER}, "2 are given"),
        ("KlingVirtualTryOn", {"human_image": ["one", 0], "profile": "sandbox-kie"}, "Dialects that can: official"),
        ("KlingEstimate", {"parameters": "{n}"}, "parameters is no JSON"),
    ],
)
def test_an_impossible_combination_is_refused_before_it_is_queued(
    comfyui: ComfyUI, name: str, inputs: dict[str, Any], said: str
) -> None:
    graph = PICTURES | {"1": filled(comfyui, name, inputs)}
    assert said in comfyui.refusal(graph if name == "KlingEstimate" else graph | {"2": save("1")})


def test_a_model_that_nobody_knows_is_accepted_by_the_graph_and_refused_by_kling(comfyui: ComfyUI) -> None:
    asked = filled(comfyui, "KlingImageGeneration", {"prompt": "A boat", "model_name": "kling-v99"})
    entry = comfyui.result(comfyui.queue({"1": asked, "2": save("1")}))
    assert "Not charged." in json.dumps(entry["status"]["messages"])
