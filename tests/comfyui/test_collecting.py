"""What KlingCollect and KlingAccount, and a profile's own limits, do in a real ComfyUI."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import av
import pytest
import requests

from kling_api.job import Job
from kling_api.ledger import Ledger, Wanted
from kling_api.sandbox.config import DEFAULT_API_KEY, Account, SandboxConfig
from kling_api.sandbox.server import Sandbox

from .conftest import SECOND_KEY, ComfyUI
from .test_in_comfyui import COLLECTING, _wait_for, save_video, text2video
from .workflow import to_prompt

pytestmark = pytest.mark.timeout(600)


def collect(key: str, **values: Any) -> dict[str, Any]:
    inputs = {"key": key, "operation": "made on this machine", "decode": "last", "profile": ""}
    return {"class_type": "KlingCollect", "inputs": inputs | values}


def account(profile: str = "") -> dict[str, Any]:
    return {"class_type": "KlingAccount", "inputs": {"profile": profile}}


def state(sandbox: str) -> tuple[int, int]:
    """Tasks made and charges."""
    told = requests.get(f"{sandbox}/sandbox/state", timeout=10).json()
    return told["tasks_made"], told["charges"]


def newest_job(server: ComfyUI) -> Job:
    return Ledger(server.home).jobs(limit=1)[0]


def saved_seconds(server: ComfyUI, entry: dict[str, Any]) -> list[float]:
    """The length of each clip that SaveVideo wrote."""
    lengths = []
    for output in [output for node in entry["outputs"].values() for output in node.get("images", [])]:
        file = server.base / output["type"] / output["subfolder"] / output["filename"]
        if file.suffix == ".mp4" and output["type"] == "output":  # not what our own node shows
            with av.open(str(file)) as container:
                lengths.append((container.duration or 0) / av.time_base)
    return lengths


def error_of(entry: dict[str, Any]) -> str:
    """The text of the dialog."""
    return next(data["exception_message"] for name, data in entry["status"]["messages"] if name == "execution_error")


def cached(entry: dict[str, Any]) -> list[str]:
    return next(data["nodes"] for name, data in entry["status"]["messages"] if name == "execution_cached")


def order_and_stop(server: ComfyUI, sandbox: str, seed: int) -> Job:
    """A job of 3 s of video (6 s at the sandbox) that is stopped while it is under way."""
    tasks, _ = state(sandbox)
    prompt_id = server.queue({"1": text2video(seed=seed, duration=3), "11": save_video("1")})
    _wait_for(lambda: state(sandbox)[0] == tasks + 1 and newest_job(server).task_id)
    server.interrupt()
    assert "execution_interrupted" in json.dumps(server.result(prompt_id, seconds=10)["status"]["messages"])
    job = newest_job(server)
    assert job.is_open
    return job


def test_a_stopped_job_is_collected_in_another_graph_and_paid_once(slow_comfyui: ComfyUI, sandbox: str) -> None:
    tasks, charges = state(sandbox)
    job = order_and_stop(slow_comfyui, sandbox, 81)
    by_key = slow_comfyui.run({"5": collect(f" {job.key} "), "6": save_video("5", "by key")})
    by_task = slow_comfyui.run({"7": collect(job.task_id), "8": save_video("7", "by task id")})
    for entry in (by_key, by_task):
        assert saved_seconds(slow_comfyui, entry) == [pytest.approx(3, abs=0.2)]
    assert state(sandbox) == (tasks + 1, charges + 1)


def test_collecting_that_was_stopped_is_asked_again_and_then_kept(slow_comfyui: ComfyUI, sandbox: str) -> None:
    tasks, charges = state(sandbox)
    job = order_and_stop(slow_comfyui, sandbox, 82)
    graph = {"5": collect(job.key), "6": save_video("5")}
    with slow_comfyui.listening() as texts:
        prompt_id = slow_comfyui.queue(graph)
        _wait_for(lambda: any(job.task_id in text for _, text in texts))
        slow_comfyui.interrupt()
        stopped = slow_comfyui.result(prompt_id, seconds=10)
    assert "execution_interrupted" in json.dumps(stopped["status"]["messages"])
    again = slow_comfyui.run(graph)
    assert "5" not in cached(again)
    assert saved_seconds(slow_comfyui, again)
    assert "5" in cached(slow_comfyui.run(graph))
    assert state(sandbox) == (tasks + 1, charges + 1)


def test_a_task_made_elsewhere_is_collected_by_its_id_and_operation(slow_comfyui: ComfyUI, sandbox: str) -> None:
    order = {"model_name": "kling-v3", "prompt": "A lighthouse", "mode": "std", "duration": "3"}
    tasks, charges = state(sandbox)
    answer = requests.post(
        f"{sandbox}/v1/videos/text2video",
        json=order,
        headers={"Authorization": f"Bearer {DEFAULT_API_KEY}"},
        timeout=10,
    )
    task_id = answer.json()["data"]["task_id"]
    unknown = slow_comfyui.result(slow_comfyui.queue({"5": collect(task_id), "6": save_video("5")}))
    assert error_of(unknown).startswith(f"There is no job or task {task_id} on this machine.")
    entry = slow_comfyui.run({"5": collect(task_id, operation="text2video"), "6": save_video("5")})
    assert saved_seconds(slow_comfyui, entry) == [pytest.approx(3, abs=0.2)]
    assert state(sandbox) == (tasks + 1, charges + 1)


@pytest.fixture
def profiles(slow_comfyui: ComfyUI, sandbox: str) -> Path:
    """`one` may have one job under way; `two` is another customer; `thrifty` has a budget; `wrong` is nobody."""
    tables = {
        "one": (DEFAULT_API_KEY, "max_parallel = 1"),
        "two": (SECOND_KEY, ""),
        "thrifty": (DEFAULT_API_KEY, "budget_per_day = 1"),
        "wrong": ("api-key-kling-of-nobody", ""),
    }
    file = slow_comfyui.home / "profiles.toml"
    slow_comfyui.home.mkdir(exist_ok=True)
    file.write_text(
        "\n".join(
            f'[{name}]\nbase_url = "{sandbox}"\napi_key = "{key}"\n{more}' for name, (key, more) in tables.items()
        )
    )
    return file


@pytest.mark.usefixtures("profiles")
def test_a_profile_that_allows_one_job_at_a_time_makes_its_nodes_wait_and_no_others(slow_comfyui: ComfyUI) -> None:
    graph: dict[str, Any] = {}
    for node, profile in (("1", "one"), ("2", "one"), ("3", "two")):
        graph |= {node: text2video(seed=90 + int(node), duration=3, profile=profile), f"{node}1": save_video(node)}
    with slow_comfyui.listening() as texts:
        slow_comfyui.run(graph)
    (_, first_end), (second_begin, _) = sorted(_sent_and_finished(slow_comfyui, "one"))
    ((other_begin, _),) = _sent_and_finished(slow_comfyui, "two")
    assert second_begin >= first_end
    assert other_begin < first_end - 3
    waited = {node for node, text in texts if "waiting for a free slot (1 of 1 in use: max_parallel" in text}
    assert len(waited) == 1
    assert waited <= {"1", "2"}
    assert {node for node, text in texts if text.startswith("submitting, about 1.8 units")} == {"1", "2", "3"}


def _sent_and_finished(server: ComfyUI, profile: str) -> list[tuple[float, float]]:
    jobs = Ledger(server.home).jobs(Wanted(profile=profile))
    return [(job.sent_at or 0.0, job.finished_at or 0.0) for job in jobs]


@pytest.mark.usefixtures("profiles")
def test_a_job_over_the_budget_ends_in_a_dialog_of_three_lines(slow_comfyui: ComfyUI, sandbox: str) -> None:
    before = state(sandbox)
    graph = {"1": text2video(seed=95, profile="thrifty"), "11": save_video("1")}
    what, advice, charged = error_of(slow_comfyui.result(slow_comfyui.queue(graph))).strip().split("\n")
    assert what.startswith("The budget of profile thrifty does not allow this job: it costs about 3 units; 0 of 1")
    assert what.endswith("(budget_per_day).")
    assert advice.startswith("Raise budget_per_day in profiles.toml")
    assert charged.startswith("Not charged.")
    assert state(sandbox) == before


def test_the_account_is_shown_and_asked_anew_on_each_run(slow_comfyui: ComfyUI) -> None:
    graph = {"1": account(), "2": {"class_type": "PreviewAny", "inputs": {"source": ["1", 1]}}}
    with slow_comfyui.listening() as texts:
        before = slow_comfyui.run(graph)["outputs"]
    (report,) = before["1"]["text"]
    assert "Trial-Video-100000Units-20Con-1Months" in report
    assert ("1", report) in texts
    assert cached(slow_comfyui.run(graph)) == []
    slow_comfyui.run({"1": text2video(seed=97, duration=3), "11": save_video("1")})
    after = slow_comfyui.run(graph)["outputs"]
    assert float(before["2"]["text"][0]) - float(after["2"]["text"][0]) == pytest.approx(1.8)


@pytest.mark.usefixtures("profiles")
def test_the_account_of_a_wrong_key_is_an_error_of_three_lines(slow_comfyui: ComfyUI) -> None:
    said = error_of(slow_comfyui.result(slow_comfyui.queue({"1": account("wrong")}))).strip().split("\n")
    assert len(said) == 3
    assert "the key is not accepted" in said[0]
    assert said[2].startswith("Not charged.")


def test_the_collecting_example_loads_asks_for_a_key_and_then_runs(comfyui: ComfyUI) -> None:
    prompt = to_prompt(json.loads(COLLECTING.read_text(encoding="utf-8")), comfyui.object_info())
    assert r"key is empty.\nGive a job key (kn-...) or a task id" in comfyui.refusal(prompt)
    comfyui.run({"1": text2video(seed=98, duration=3), "11": save_video("1")})
    (node,) = [node for node in prompt.values() if node["class_type"] == "KlingCollect"]
    node["inputs"]["key"] = newest_job(comfyui).key
    assert saved_seconds(comfyui, comfyui.run(prompt)) == [pytest.approx(3, abs=0.2)]


def test_no_file_holds_the_key_that_collected_and_asked(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    key = "api-key-kling-planted-0123456789"
    config = SandboxConfig(folder=tmp_path_factory.mktemp("provider"), accounts=(Account(api_keys=(key,)),), pace=0.1)
    with Sandbox(config) as sandbox:
        server = ComfyUI(tmp_path, {"KLING_API_KEY": key, "KLING_BASE_URL": sandbox.url})
        server.start()
        try:
            entries = [server.run({"1": text2video(duration=3), "11": save_video("1")})]
            job = newest_job(server)
            (server.home / "results" / job.files[0]).unlink()  # so that the provider is asked again
            entries += [server.run({"1": collect(job.task_id), "11": save_video("1")}), server.run({"1": account()})]
            lost = collect("no-such-task", operation="text2video")
            entries += [server.result(server.queue({"1": lost, "11": save_video("1")}))]
        finally:
            server.stop()
    assert "The provider knows no text2video task no-such-task" in error_of(entries[-1])
    assert key not in json.dumps(entries)
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert key.encode() not in file.read_bytes(), file
