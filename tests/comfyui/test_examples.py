"""Every example workflow, opened and run in a real ComfyUI over the sandbox to files that are saved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import requests

from kling_api.media import write_picture

from .conftest import ROOT, ComfyUI
from .workflow import to_prompt

FILES = sorted((ROOT / "example_workflows").glob("*.json"))
#: It asks for the key of a job: test_collecting.py.
COLLECTING = "collect_a_job"
pytestmark = pytest.mark.timeout(600)


def test_the_templates_of_the_pack_are_all_examples(comfyui: ComfyUI) -> None:
    offered = requests.get(f"{comfyui.url}/workflow_templates", timeout=30).json()["kling nodes-1.0"]
    assert sorted(offered) == [file.stem for file in FILES]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_node_and_no_input_is_missing(file: Path, comfyui: ComfyUI) -> None:
    known = comfyui.object_info()
    for node in to_prompt(json.loads(file.read_text(encoding="utf-8")), known).values():
        required = known[node["class_type"]]["input"]["required"]
        assert set(required) <= set(node["inputs"]), node["class_type"]


@pytest.mark.parametrize("file", [file for file in FILES if file.stem != COLLECTING], ids=lambda file: file.stem)
def test_it_runs_to_files_that_are_saved(file: Path, comfyui: ComfyUI) -> None:
    _give_inputs(comfyui)
    prompt = to_prompt(json.loads(file.read_text(encoding="utf-8")), comfyui.object_info())
    _shorten(prompt)
    outputs = comfyui.run(prompt)["outputs"]
    for number, node in prompt.items():
        if node["class_type"].startswith("Save"):
            saved = [one for name in ("images", "audio") for one in outputs[number].get(name, [])]
            assert saved, node
            assert all(map(_opens, (comfyui.base / one["type"] / one["subfolder"] / one["filename"] for one in saved)))
        if node["class_type"] == "KlingEstimate":
            assert "about" in outputs[number]["text"][0]


def _opens(path: Path) -> bool:
    with av.open(str(path)) as container:
        return next(container.decode(container.streams[0])) is not None


def _shorten(prompt: dict[str, Any]) -> None:
    """Upscales two frames at the most: more would only take longer."""
    large = [node for node in prompt.values() if node["class_type"] == "ImageUpscaleWithModel"]
    for node in large:
        prompt[node["inputs"]["upscale_model"][0]]["inputs"]["model_name"] = "tiny_x2.pth"
        source = prompt[node["inputs"]["image"][0]]
        source["inputs"] |= {"count": 2} if source["class_type"] == "KlingVideoFrames" else {"decode": "first"}


def _give_inputs(comfyui: ComfyUI) -> None:
    """The picture that the examples load (ComfyUI ships one of that name and size) and a small upscale model."""
    import torch

    rows, columns = np.mgrid[0:768, 0:768]
    picture = np.stack([rows // 3, columns // 3, (rows + columns) % 256], axis=-1).astype(np.uint8)
    write_picture(comfyui.base / "input" / "example.png", picture)
    features, scale = 4, 2
    weights = {
        "body.0.weight": torch.zeros(features, 3, 3, 3),
        "body.0.bias": torch.zeros(features),
        "body.1.weight": torch.full((features,), 0.25),
        "body.2.weight": torch.zeros(features, features, 3, 3),
        "body.2.bias": torch.zeros(features),
        "body.3.weight": torch.full((features,), 0.25),
        "body.4.weight": torch.zeros(3 * scale * scale, features, 3, 3),
        "body.4.bias": torch.zeros(3 * scale * scale),
    }
    torch.save({"params": weights}, comfyui.base / "models" / "upscale_models" / "tiny_x2.pth")
