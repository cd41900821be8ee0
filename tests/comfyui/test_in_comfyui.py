"""What a user does in ComfyUI, done in a real one."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from kling_api.dialects import DIALECTS
from kling_api.settings import sandbox_names

from .conftest import ROOT, ComfyUI

COLLECTING = ROOT / "example_workflows" / "collect_a_job.json"
pytestmark = pytest.mark.timeout(600)


def text2video(seed: int = 0, **values: Any) -> dict[str, Any]:
    inputs = {
        "prompt": "A paper boat on a quiet river at dawn",
        "model_name": "kling-v3",
        "mode": "std",
        "duration": 5,
        "aspect_ratio": "16:9",
        "negative_prompt": "",
        "cfg_scale": 0.5,
        "sound": False,
        "seed": seed,
        "decode": "first",
    }
    return {"class_type": "KlingText2Video", "inputs": inputs | values}


def _clip(node: str, profile: str) -> dict[str, Any]:
    clip = text2video(model_name="kling-v2-1-master", profile=profile)
    if node == "KlingText2Video":
        return clip
    inputs = {name: value for name, value in clip["inputs"].items() if name != "aspect_ratio"}
    return {"class_type": node, "inputs": inputs | {"image": ["picture", 0]}}


def save_video(source: str, prefix: str = "kling") -> dict[str, Any]:
    inputs = {"video": [source, 1], "filename_prefix": prefix, "format": "auto", "codec": "auto"}
    return {"class_type": "SaveVideo", "inputs": inputs}


def tasks_made(sandbox: str) -> int:
    return requests.get(f"{sandbox}/sandbox/state", timeout=10).json()["tasks_made"]


def duration_of(entry: dict[str, Any]) -> float:
    """Seconds from the start to the end of the execution, by ComfyUI's own clock."""
    times = {name: data["timestamp"] for name, data in entry["status"]["messages"]}
    return (times["execution_success"] - times["execution_start"]) / 1000


def test_comfyuis_own_list_of_import_times_tells_a_tenth_of_a_second_for_the_pack_at_most(
    comfyui: ComfyUI, tmp_path: Path
) -> None:
    if _listed(comfyui.log) > 0.1:  # a busy machine: another start, with what the first one has compiled
        again = ComfyUI(tmp_path, {})
        for _ in range(2):
            again.start()
            again.stop()
        assert _listed(again.log) <= 0.1


def _listed(log: Path) -> float:
    """The least that any start of this server tells."""
    return min(map(float, re.findall(r"^ *(\d+\.\d) seconds: .*kling nodes-1\.0$", log.read_text(), re.MULTILINE)))


def test_the_same_nodes_run_over_every_dialect_that_can_do_the_operation(comfyui: ComfyUI) -> None:
    """One graph, one model that all six have; only the profile's name differs."""
    picture = {"class_type": "EmptyImage", "inputs": {"width": 640, "height": 360, "batch_size": 1, "color": 4473924}}
    graph: dict[str, Any] = {"picture": picture}
    for dialect, profile in zip(DIALECTS, sandbox_names(), strict=True):
        for node in ("KlingText2Video", "KlingImage2Video"):
            if not DIALECTS[dialect].fields({"KlingText2Video": "text2video", "KlingImage2Video": "image2video"}[node]):
                continue
            name = f"{dialect} {node}"
            graph |= {name: _clip(node, profile), f"save {name}": save_video(name)}
    entry = comfyui.run(graph)
    shown = [output for node in entry["outputs"].values() for output in node.get("images", [])]
    saved = [output for output in shown if output["type"] == "output"]
    assert len(saved) == 2 * len(DIALECTS) - 1  # flat makes no clip from text


def test_what_a_provider_cannot_do_is_said_before_the_prompt_is_queued(comfyui: ComfyUI) -> None:
    refused = comfyui.refusal({"1": text2video(profile="sandbox-flat"), "11": save_video("1")})
    assert "Dialect flat cannot do text2video" in refused
    assert "Not charged." in refused


def test_four_independent_nodes_take_the_time_of_one(slow_comfyui: ComfyUI) -> None:
    one = duration_of(slow_comfyui.run({"1": text2video(seed=10), "11": save_video("1")}))
    graph: dict[str, Any] = {}
    for number in range(1, 5):
        graph |= {str(number): text2video(seed=20 + number), f"{number}1": save_video(str(number))}
    four = duration_of(slow_comfyui.run(graph))
    assert one > 10
    assert four < 1.6 * one, f"one node took {one:.1f} s, four took {four:.1f} s"


def test_stop_ends_the_prompt_within_about_a_second_without_an_error(slow_comfyui: ComfyUI, sandbox: str) -> None:
    before = tasks_made(sandbox)
    prompt_id = slow_comfyui.queue({"1": text2video(seed=31), "11": save_video("1")})
    _wait_for(lambda: tasks_made(sandbox) == before + 1)
    time.sleep(1)
    pressed = time.monotonic()
    slow_comfyui.interrupt()
    entry = slow_comfyui.result(prompt_id, seconds=10)
    assert time.monotonic() - pressed < 1.5
    events = [name for name, _ in entry["status"]["messages"]]
    assert "execution_interrupted" in events
    assert "execution_error" not in events
    # The same graph again adopts the task that went on.
    slow_comfyui.run({"1": text2video(seed=31), "11": save_video("1")})
    assert tasks_made(sandbox) == before + 1


def test_the_same_graph_after_a_restart_makes_no_new_task(slow_comfyui: ComfyUI, sandbox: str) -> None:
    graph = {"1": text2video(seed=41), "11": save_video("1")}
    slow_comfyui.run(graph)
    before = tasks_made(sandbox)
    slow_comfyui.stop()
    slow_comfyui.start()
    assert duration_of(slow_comfyui.run(graph)) < 5
    assert tasks_made(sandbox) == before


def test_a_killed_comfyui_adopts_its_running_task(slow_comfyui: ComfyUI, sandbox: str) -> None:
    graph = {"1": text2video(seed=51), "11": save_video("1")}
    before = tasks_made(sandbox)
    slow_comfyui.queue(graph)
    _wait_for(lambda: tasks_made(sandbox) == before + 1)
    slow_comfyui.kill()
    slow_comfyui.start()
    slow_comfyui.run(graph)
    assert tasks_made(sandbox) == before + 1


def test_two_identical_nodes_of_a_graph_make_one_task(slow_comfyui: ComfyUI, sandbox: str) -> None:
    before = tasks_made(sandbox)
    graph = {"1": text2video(seed=61), "11": save_video("1"), "2": text2video(seed=61), "21": save_video("2")}
    slow_comfyui.run(graph)
    assert tasks_made(sandbox) == before + 1


def test_one_failing_node_does_not_lose_its_siblings_job(slow_comfyui: ComfyUI, sandbox: str) -> None:
    before = tasks_made(sandbox)
    bad = text2video(seed=71, prompt="   ")
    graph = {"1": text2video(seed=71), "11": save_video("1"), "2": bad, "21": save_video("2")}
    entry = slow_comfyui.result(slow_comfyui.queue(graph))
    assert "prompt is empty" in json.dumps(entry["status"]["messages"])
    slow_comfyui.run({"1": text2video(seed=71), "11": save_video("1")})
    assert tasks_made(sandbox) <= before + 1


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"duration": 4, "model_name": "kling-v2-6"}, "duration 4 s is not possible with kling-v2-6"),
        ({"mode": "4k", "model_name": "kling-v2-6"}, "mode 4k is not possible with kling-v2-6"),
        ({"sound": True, "model_name": "kling-v2-5-turbo"}, "sound on is not possible with kling-v2-5-turbo"),
        ({"cfg_scale": 1.5}, "bigger than max"),
    ],
)
def test_an_impossible_combination_is_refused_before_it_is_queued(
    values: dict[str, Any], sentence: str, comfyui: ComfyUI
) -> None:
    assert sentence in comfyui.refusal({"1": text2video(**values), "11": save_video("1")})


def test_an_unknown_model_is_accepted_by_the_graph_and_refused_by_the_provider_in_words(comfyui: ComfyUI) -> None:
    entry = comfyui.result(comfyui.queue({"1": text2video(model_name="kling-v99"), "11": save_video("1")}))
    text = json.dumps(entry["status"]["messages"])
    assert "model_name value 'kling-v99' is invalid" in text
    assert "Not charged." in text


def test_nothing_that_comfyui_writes_holds_a_key(tmp_path: Path) -> None:
    key = "sk-planted-0123456789abcdefghij"
    server = ComfyUI(tmp_path, {"KLING_API_KEY": key, "KLING_BASE_URL": "http://127.0.0.1:9"})
    server.start()
    try:
        entry = server.result(server.queue({"1": text2video(), "11": save_video("1")}))
        assert "could not be reached" in json.dumps(entry)
        assert key not in json.dumps(entry)
        assert key not in requests.get(f"{server.url}/object_info", timeout=60).text
    finally:
        server.stop()
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert key.encode() not in file.read_bytes(), file


def _wait_for(condition: Any, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)
