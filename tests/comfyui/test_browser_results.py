"""The examples and their results in a real browser: they load, a clip plays on its node, a saved file brings the graph
back, and no key is in any of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import pytest
import requests
from PIL import Image

from kling_api.sandbox.config import Account, SandboxConfig
from kling_api.sandbox.server import Sandbox

from .browser import Visit, chromium, for_browsers, visit
from .conftest import ROOT, SECOND_KEY, ComfyUI

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["chromium"]  # a fixture

FILES = sorted((ROOT / "example_workflows").glob("*.json"))
SETTLE = 2000
pytestmark = pytest.mark.timeout(600)

_MISSING = """() => app.graph.nodes.map((node) => node.type)
  .filter((type) => !LiteGraph.registered_node_types[type])"""
_NODES = "() => app.graph.nodes.map((node) => node.type)"
#: The players on the page that show a Kling node's own file, once their data has come.
_PLAYERS = """(kind) => [...document.querySelectorAll(kind)]
  .filter((one) => new URL(one.src || location).searchParams.get('type') === 'temp')
  .map((one) => ({ seconds: one.duration, file: new URL(one.src).searchParams.get('filename'),
    seen: one.getBoundingClientRect().height > 20 }))"""
_DROP = """async ([name, type, data]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, { type }));
  app.canvas.canvas.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer }));
}"""
_EMPTY = "() => { app.graph.clear(); return app.graph.nodes.length; }"
_COUNT = "(number) => app.graph.nodes.length === number"


@pytest.fixture(scope="module")
def comfyui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComfyUI]:
    """ComfyUI whose default profile holds a planted key."""
    account = Account("planted", api_keys=(SECOND_KEY,), access_key="planted-customer")
    folder = tmp_path_factory.mktemp("sandbox")
    with Sandbox(SandboxConfig(folder=folder, accounts=(account,), pace=0.02)) as provider:
        server = for_browsers(ComfyUI(tmp_path_factory.mktemp("comfyui"), {}))
        server.home.mkdir()
        profile = f'[default]\napi_key = "{SECOND_KEY}"\nbase_url = "{provider.url}"\ndialect = "official"\n'
        (server.home / "profiles.toml").write_text(profile, encoding="utf-8")
        (server.home / "profiles.toml").chmod(0o600)
        Image.new("RGB", (512, 512), "#808080").save(server.base / "input" / "example.png")
        server.start()
        yield server
        server.stop()


@pytest.fixture(scope="module", params=["en", "zh"])
def page(request: pytest.FixtureRequest, chromium: Browser, comfyui: ComfyUI) -> Iterator[Visit]:
    with visit(chromium, comfyui.url, request.param) as seen:
        yield seen


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_example_loads_without_a_missing_node_or_an_error(page: Visit, file: Path) -> None:
    workflow = _read(file.stem)
    page.problems.clear()
    page.load(workflow)
    assert page.page.evaluate(_MISSING) == []
    assert sorted(page.page.evaluate(_NODES)) == sorted(node["type"] for node in workflow["nodes"])
    assert page.page.locator("[role=dialog]").count() == 0
    assert page.problems == []


@pytest.mark.parametrize(("language", "vue_nodes"), [("en", False), ("zh", False), ("en", True), ("zh", True)])
def test_a_clip_plays_on_its_node_also_when_the_browser_is_opened_again(
    chromium: Browser, comfyui: ComfyUI, language: str, vue_nodes: bool
) -> None:
    for number in range(2):
        with visit(chromium, comfyui.url, language, vue_nodes=vue_nodes) as seen:
            seen.load(_read("text_to_video"))
            seen.run()
            seen.page.wait_for_timeout(SETTLE)
            (player,) = seen.page.evaluate(_PLAYERS, "video")
            assert player == {"seconds": 5, "file": _file_of(comfyui, "mp4"), "seen": True}
            seen.picture(f"result_{language}{'_nodes2' if vue_nodes else ''}_{number}", fit=True)
            assert seen.problems == []


@pytest.mark.parametrize("vue_nodes", [False, True])
def test_a_sound_plays_on_its_node(chromium: Browser, comfyui: ComfyUI, vue_nodes: bool) -> None:
    with visit(chromium, comfyui.url, vue_nodes=vue_nodes) as seen:
        seen.load(_read("text_to_speech"))
        assert seen.page.evaluate(_PLAYERS, "audio") == []
        seen.run()
        seen.page.wait_for_timeout(SETTLE)
        players = seen.page.evaluate(_PLAYERS, "audio")
        assert len(players) == 2
        assert all(one["seen"] and one["seconds"] > 1 and one["file"].endswith(".mp3") for one in players)
        assert seen.problems == []


def test_a_node_that_has_shown_its_clip_is_not_run_again(chromium: Browser, comfyui: ComfyUI) -> None:
    """Front end 1.37 sends its player along as an input: the second prompt would be another one."""
    with visit(chromium, comfyui.url) as seen:
        seen.load(_read("text_to_video"))
        before = seen.prompt()["2"]
        seen.run()
        seen.page.wait_for_timeout(SETTLE)
        assert seen.page.evaluate(_PLAYERS, "video")
        assert seen.prompt()["2"] == before


@pytest.mark.parametrize(("example", "ending"), [("text_to_video", "mp4"), ("image_with_a_subject_reference", "png")])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_saved_result_that_is_dropped_on_the_canvas_brings_the_graph_back(
    chromium: Browser, comfyui: ComfyUI, example: str, ending: str, language: str
) -> None:
    workflow = _read(example)
    with visit(chromium, comfyui.url, language) as seen:
        seen.load(workflow)
        before = seen.prompt()
        seen.run()
        saved = _newest(comfyui.base / "output" / "kling", ending)
        assert seen.page.evaluate(_EMPTY) == 0
        kind = {"mp4": "video/mp4", "png": "image/png"}[ending]
        seen.page.evaluate(_DROP, [saved.name, kind, base64.b64encode(saved.read_bytes()).decode()])
        seen.page.wait_for_function(_COUNT, arg=len(workflow["nodes"]), timeout=20_000)
        seen.page.wait_for_timeout(SETTLE)
        after = seen.prompt()
        assert _without_players(after) == _without_players(before)
        assert page_is_clean(seen)


def test_a_saved_clip_is_the_result_bit_for_bit_with_the_graph_and_without_the_key(
    chromium: Browser, comfyui: ComfyUI
) -> None:
    with visit(chromium, comfyui.url) as seen:
        seen.load(_read("text_to_video"))
        seen.run()
        told = seen.page.content()
    saved = _newest(comfyui.base / "output" / "kling", "mp4")
    with av.open(str(saved)) as container:
        metadata = dict(container.metadata)
    assert {node["class_type"] for node in json.loads(metadata["prompt"]).values()} >= {"KlingText2Video", "SaveVideo"}
    assert [node["type"] for node in json.loads(metadata["workflow"])["nodes"]].count("KlingText2Video") == 1
    assert _packets(saved) == _packets(comfyui.home / "results" / _file_of(comfyui, "mp4"))
    shown = [told, requests.get(f"{comfyui.url}/history", timeout=30).text, comfyui.log.read_text()]
    files = [path for folder in ("output", "temp", "user") for path in (comfyui.base / folder).rglob("*")]
    assert not [text[:80] for text in shown if SECOND_KEY in text]
    assert not [path for path in files if path.is_file() and SECOND_KEY.encode() in path.read_bytes()]


def test_the_history_and_the_list_of_jobs_hold_what_the_nodes_show(comfyui: ComfyUI) -> None:
    entry = comfyui.run(_speech())
    (sound,) = entry["outputs"]["1"]["audio"]
    answer = requests.get(f"{comfyui.url}/view", params=sound, timeout=30)
    assert answer.status_code == 200
    assert answer.content == (comfyui.home / "results" / sound["filename"]).read_bytes()
    job = requests.get(f"{comfyui.url}/api/jobs/{entry['prompt'][1]}", timeout=30).json()
    assert job["outputs"]["1"]["audio"] == [sound]


def test_nothing_else_of_the_data_folder_is_in_reach(comfyui: ComfyUI) -> None:
    comfyui.run(_speech())
    for name in ("profiles.toml", "ledger.sqlite3", "../../kling-home/profiles.toml"):
        for kind in ("temp", "output", "input"):
            place = {"filename": name, "subfolder": "kling", "type": kind}
            assert requests.get(f"{comfyui.url}/view", params=place, timeout=30).status_code >= 400


def test_the_template_browser_shows_the_thumbnails(chromium: Browser, comfyui: ComfyUI) -> None:
    for file in FILES:
        picture = file.with_suffix(".jpg")
        answer = requests.get(f"{comfyui.url}/api/workflow_templates/kling-nodes/{picture.name}", timeout=30)
        assert answer.content == picture.read_bytes()


def page_is_clean(seen: Visit) -> bool:
    return seen.problems == [] and seen.page.locator("[role=dialog]").count() == 0


def _read(name: str) -> dict[str, Any]:
    return json.loads((ROOT / "example_workflows" / f"{name}.json").read_text(encoding="utf-8"))


def _speech() -> dict[str, Any]:
    inputs = {"text": "Good morning", "voice_id": "calm_story1", "voice_language": "en", "voice_speed": 1.0, "seed": 0}
    return {
        "1": {"class_type": "KlingTextToSpeech", "inputs": inputs},
        "2": {"class_type": "PreviewAudio", "inputs": {"audio": ["1", 0]}},
    }


def _file_of(comfyui: ComfyUI, ending: str) -> str:
    (path,) = (comfyui.home / "results").glob(f"*.{ending}")
    return path.name


def _newest(folder: Path, ending: str) -> Path:
    return max(folder.glob(f"*.{ending}"), key=lambda path: path.stat().st_mtime_ns)


def _without_players(prompt: dict[str, Any]) -> dict[str, Any]:
    """Core's own SaveVideo sends its player along once it has one."""
    return {
        number: {name: value for name, value in node["inputs"].items() if name != "video-preview"}
        for number, node in prompt.items()
    }


def _packets(path: Path) -> list[tuple[str, int | None, bytes]]:
    with av.open(str(path)) as container:
        return sorted((one.stream.type, one.pts, bytes(one)) for one in container.demux() if one.dts is not None)
