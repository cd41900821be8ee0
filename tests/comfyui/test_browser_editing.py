"""Editing a workflow in a real browser, on the canvas and in Nodes 2.0, in English and in Chinese: options, cost and
problems follow the model, and nothing of it is saved or sent. Pictures of it are left in output/."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from .browser import Visit, browsed, chromium, visit
from .conftest import ROOT, ComfyUI

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.timeout(600)
__all__ = ["browsed", "chromium"]  # fixtures

FOLDER = ROOT / "example_workflows"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: Milliseconds until an answer is shown, on a busy machine.
SHOWN = 15_000
_NODE = "app.graph.nodes.find((node) => node.type === type)"
_SET = f"""([type, name, value]) => {{
  const node = {_NODE}, widget = node.widgets.find((one) => one.name === name);
  widget.value = value;
  widget.callback?.(value, app.canvas, node);
}}"""
_TOLD = f"""(type) => {{
  const node = {_NODE}, one = (name) => node.widgets.find((widget) => widget.name === name);
  const lines = [...one('kling_advice').element.children];
  return {{
    lines: Object.fromEntries(lines.map((line) => [line.dataset.kind, line.textContent])),
    connected: one('kling_advice').element.isConnected,
    mode: one('mode').options.values, value: one('mode').value,
    grey: node.widgets.filter((widget) => widget.disabled).map((widget) => widget.name),
  }};
}}"""
_IS_SAID = f"""([type, words]) => {{
  const widget = {_NODE}?.widgets.find((one) => one.name === 'kling_advice');
  return widget?.element.textContent.includes(words);
}}"""
_SAVED = "() => app.graph.serialize().nodes.map((node) => node.widgets_values ?? [])"
_SHOWN_TEXT = f"""(type) => String({_NODE}.widgets.find((one) => one.name === '$$node-text-preview').value)"""
_EDITS = f"""async (type) => {{
  const node = {_NODE}, widget = node.widgets.find((one) => one.name === 'duration');
  for (let edit = 0; edit < 200; edit += 1) {{
    widget.value = 3 + (edit % 12);
    widget.callback?.(widget.value, app.canvas, node);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }}
}}"""
_HISTORY = "() => app.extensionManager.workflow.activeWorkflow.changeTracker"
_BOXES = """() => app.graph.nodes.map((node) => [node.title, node.pos[0], node.pos[1] - 30,
  node.pos[0] + node.size[0], node.pos[1] + node.size[1]])"""
_AREAS = """app.graph.nodes.flatMap((node) => node.widgets ?? [])
  .filter((widget) => widget.name === 'kling_advice').map((widget) => widget.element)"""
_ALL_TOLD = f"() => {_AREAS}.every((element) => element.children.length)"
_PROBLEMS = f"""() => {_AREAS}.flatMap((element) => [...element.querySelectorAll('[data-kind=problem]')])
  .map((line) => line.textContent)"""
TEXT = "KlingText2Video"


def example(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def put(seen: Visit, name: str, value: Any, said: str, node: str = TEXT) -> dict[str, Any]:
    """What the node tells once it says that."""
    seen.page.evaluate(_SET, [node, name, value])
    return told(seen, said, node)


def told(seen: Visit, said: str, node: str = TEXT) -> dict[str, Any]:
    seen.page.wait_for_function(_IS_SAID, arg=[node, said], timeout=SHOWN)
    return seen.page.evaluate(_TOLD, node)


@pytest.mark.parametrize("vue_nodes", [False, True], ids=["canvas", "nodes 2.0"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_options_cost_and_problems_follow_the_model(
    chromium: Browser, browsed: ComfyUI, language: str, vue_nodes: bool
) -> None:
    unit = {"en": "units", "zh": "积分"}[language]
    name = f"editing-{'vue' if vue_nodes else 'canvas'}-{language}"
    with visit(chromium, browsed.url, language, vue_nodes=vue_nodes) as seen:
        seen.load(example("text_to_video"))
        first = told(seen, f"4.5 {unit}")
        assert first["mode"] == ["std", "pro", "4k"]
        assert {"en": "(sandbox, free)", "zh": "（沙盒，不收费）"}[language] in first["lines"]["cost"]
        put(seen, "sound", False, f"3 {unit}")
        assert put(seen, "model_name", "kling-v2-6", f"1.5 {unit}")["mode"] == ["std", "pro"]
        seen.picture(name, fit=True)
        old = put(seen, "model_name", "kling-v1", "2026-09-15")
        assert old["mode"] == ["std", "pro"]
        assert old["grey"] == ["sound"]
        seen.picture(f"{name}-v1")
        new = put(seen, "model_name", "kling-3.0-turbo", f"4 {unit}")
        assert set(new["grey"]) == {"negative_prompt", "cfg_scale", "sound"}
        impossible = put(seen, "mode", "4k", "⚠")
        assert impossible["value"] == "4k"  # it stays, and is told
        assert set(impossible["lines"]) == {"problem", "unused"}
        assert bool(CHINESE.search(impossible["lines"]["problem"])) == (language == "zh")
        seen.picture(f"{name}-problem")
        back = put(seen, "model_name", "kling-v3", f"15 {unit}")
        assert (back["mode"], back["value"], back["grey"]) == (["std", "pro", "4k"], "4k", [])
        assert not seen.problems
        assert not seen.outside


@pytest.mark.parametrize("vue_nodes", [False, True], ids=["canvas", "nodes 2.0"])
def test_advice_is_neither_saved_nor_sent_and_lives_through_undo(
    chromium: Browser, browsed: ComfyUI, vue_nodes: bool
) -> None:
    workflow = example("text_to_video")
    with visit(chromium, browsed.url, vue_nodes=vue_nodes) as seen:
        seen.load(workflow)
        told(seen, "4.5 units")
        assert seen.page.evaluate(_SAVED) == [node.get("widgets_values") or [] for node in workflow["nodes"]]
        assert not [name for node in seen.prompt().values() for name in node["inputs"] if "advice" in name]
        seen.page.evaluate(f"({_HISTORY})().checkState()")
        put(seen, "duration", 10, "9 units")
        seen.page.evaluate(f"({_HISTORY})().checkState()")
        seen.page.evaluate(f"({_HISTORY})().undo()")
        assert told(seen, "4.5 units")["connected"]
        seen.page.wait_for_timeout(500)
        seen.page.evaluate(f"({_HISTORY})().checkState()")
        assert seen.page.evaluate(f"({_HISTORY})().redoQueue.length") == 1  # nothing has changed by itself
        assert not seen.problems


@pytest.mark.parametrize("vue_nodes", [False, True], ids=["canvas", "nodes 2.0"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_missing_is_told_before_run_and_no_price_beside_it(
    chromium: Browser, browsed: ComfyUI, language: str, vue_nodes: bool
) -> None:
    lacks = {"en": "Write what the clip should show.", "zh": "请写明视频内容。"}[language]
    with visit(chromium, browsed.url, language, vue_nodes=vue_nodes) as seen:
        seen.load(example("text_to_video"))
        nobody = put(seen, "profile", "studioo", "studioo")["lines"]
        assert "cost" not in nobody
        assert bool(CHINESE.search(nobody["problem"])) == (language == "zh")
        assert "cost" not in put(seen, "prompt", "", lacks)["lines"]
        seen.picture(f"editing-missing-{'vue' if vue_nodes else 'canvas'}-{language}")
        assert "cost" not in put(seen, "profile", "", lacks)["lines"]
        assert not seen.problems


@pytest.mark.parametrize("vue_nodes", [False, True], ids=["canvas", "nodes 2.0"])
def test_a_workflow_that_was_run_is_saved_without_what_its_nodes_have_shown(
    chromium: Browser, browsed: ComfyUI, vue_nodes: bool
) -> None:
    workflow = example("text_to_video")
    with visit(chromium, browsed.url, vue_nodes=vue_nodes) as seen:
        seen.load(workflow)
        put(seen, "seed", 70 + vue_nodes, "4.5 units")  # else ComfyUI has its result already
        before = seen.page.evaluate(_SAVED)
        seen.run()
        shown = seen.page.evaluate(_SHOWN_TEXT, TEXT)
        task = re.search(r"task (\w+)", shown)
        assert task, shown
        assert "(sandbox, free)" in shown
        saved = seen.page.evaluate("() => app.graph.serialize()")
        assert task[1] not in json.dumps(saved)
        after = seen.page.evaluate(_SAVED)
        assert after == before
        assert task[1] not in json.dumps(seen.prompt())
        seen.picture(f"editing-ran-{'vue' if vue_nodes else 'canvas'}", fit=True)
        seen.load(saved)
        told(seen, "4.5 units")
        assert seen.page.evaluate(_SAVED) == after
        assert not seen.problems


def test_two_hundred_quick_edits_ask_a_few_times(chromium: Browser, browsed: ComfyUI) -> None:
    with visit(chromium, browsed.url) as seen:
        asked: list[str] = []
        seen.page.on("request", lambda request: asked.append(request.url) if "/kling/advice" in request.url else None)
        seen.load(example("text_to_video"))
        told(seen, "4.5 units")
        before = len(asked)
        seen.page.evaluate(_EDITS, TEXT)
        told(seen, "9 units")  # the last edit: 10 s
        assert len(asked) - before <= 5
        assert not seen.problems


@pytest.mark.parametrize("vue_nodes", [False, True], ids=["canvas", "nodes 2.0"])
def test_a_refusal_is_shown_once(chromium: Browser, browsed: ComfyUI, vue_nodes: bool) -> None:
    with visit(chromium, browsed.url, vue_nodes=vue_nodes) as seen:
        seen.load(example("text_to_video"))
        told(seen, "4.5 units")
        put(seen, "model_name", "kling-v2-6", "⚠")
        put(seen, "mode", "4k", "mode 4k")
        seen.page.evaluate("() => void app.queuePrompt(0, 1)")
        dialog = seen.page.wait_for_selector("[role=dialog]", timeout=SHOWN)
        assert dialog is not None
        assert dialog.inner_text().count("mode 4k is not possible with kling-v2-6.") == 1
        (error,) = seen.page.evaluate("() => Object.values(app.lastNodeErrors)[0].errors")
        assert error["extra_info"]["input_name"] == "mode"


def test_the_setting_takes_it_away_and_brings_it_back(chromium: Browser, browsed: ComfyUI) -> None:
    switch = "(value) => app.extensionManager.setting.set('Kling.Advice.Show', value)"
    with visit(chromium, browsed.url) as seen:
        seen.load(example("text_to_video"))
        put(seen, "sound", False, "3 units")
        put(seen, "model_name", "kling-v1", "1 unit")
        seen.page.evaluate(switch, False)
        seen.page.wait_for_function(f"(type) => !({_TOLD})(type).grey.length", arg=TEXT, timeout=SHOWN)
        assert seen.page.evaluate(_TOLD, TEXT)["lines"] == {}
        assert seen.page.evaluate(_TOLD, TEXT)["mode"] == ["std", "pro", "4k"]
        seen.page.evaluate(switch, True)
        assert told(seen, "1 unit")["mode"] == ["std", "pro"]


def test_a_voice_is_shown_by_its_name_and_sent_by_its_id(chromium: Browser, browsed: ComfyUI) -> None:
    label = "() => { const one = app.graph.nodes.find((node) => node.type === 'KlingTextToSpeech').widgets"
    label += (
        ".find((widget) => widget.name === 'voice_id'); return [one.value, one.options.getOptionLabel(one.value)]; }"
    )
    with visit(chromium, browsed.url, "zh") as seen:
        seen.load(example("text_to_speech"))
        value, shown = seen.page.evaluate(label)
        assert shown != value
        assert value in shown
        assert value in {node["inputs"].get("voice_id") for node in seen.prompt().values()}
        assert not seen.problems


@pytest.mark.parametrize("vue_nodes", [False, True], ids=["canvas", "nodes 2.0"])
def test_every_example_has_advice_without_a_problem_and_no_node_lies_on_another(
    chromium: Browser, browsed: ComfyUI, vue_nodes: bool
) -> None:
    with visit(chromium, browsed.url, vue_nodes=vue_nodes) as seen:
        for file in sorted(FOLDER.glob("*.json")):
            seen.load(example(file.stem))
            seen.page.wait_for_function(_ALL_TOLD, timeout=SHOWN)
            assert not seen.page.evaluate(_PROBLEMS), file.stem
            assert not _overlapping(seen.page.evaluate(_BOXES)), file.stem
        assert not seen.problems


def _overlapping(boxes: list[list[Any]]) -> list[tuple[str, str]]:
    return [
        (one[0], other[0])
        for number, one in enumerate(boxes)
        for other in boxes[:number]
        if one[1] < other[3] and other[1] < one[3] and one[2] < other[4] and other[2] < one[4]
    ]
