"""The sidebar tab "Kling" in a real browser, in English and in Chinese: jobs that move by themselves, and what can be
done with them. Pictures of it are left in output/."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
import requests

from .browser import Visit, chromium, for_browsers, visit
from .conftest import SECOND_KEY, ComfyUI
from .test_collecting import newest_job
from .test_in_comfyui import _wait_for, save_video, text2video

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

pytestmark = pytest.mark.timeout(600)
__all__ = ["chromium"]  # a fixture

CHINESE = re.compile(r"[\u4e00-\u9fff]")
PROFILES = f"""# mine
use = "studio"

[studio]
api_key = "{SECOND_KEY}"  # plainly fake
base_url = "{{url}}"
dialect = "official"
"""
_GRAPH = """() => app.graph.nodes.filter((node) => node.type === 'KlingCollect')
  .map((node) => ({ key: node.widgets[0].value, box: [...node.pos, ...node.size] }))"""
_SAVE = """() => {
  const [source] = app.graph.nodes.filter((node) => node.type === 'KlingCollect');
  const save = LiteGraph.createNode('SaveVideo');
  save.pos = [source.pos[0] + source.size[0] + 60, source.pos[1]];
  app.graph.add(save);
  source.connect(1, save, 0);
}"""
_SAVED = "() => Object.values(app.nodeOutputs).flatMap((output) => output.images ?? []).map((file) => file.filename)"


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory, sandbox: str) -> Iterator[ComfyUI]:
    """A ComfyUI whose default profile is the file's to say: at first `studio`, at a sandbox that takes its time."""
    server = for_browsers(ComfyUI(tmp_path_factory.mktemp("studio"), {}))
    server.home.mkdir()
    (server.home / "profiles.toml").write_text(PROFILES.format(url=sandbox), encoding="utf-8")
    server.start()
    yield server
    server.stop()


#: Whoever speaks to a browser says what stands on a button.
_NAMED = """(row) => [...row.querySelectorAll('.kling-button')]
  .every((one) => one.getAttribute('aria-label').startsWith(one.innerText.trim()))"""


def open_tab(seen: Visit) -> None:
    seen.page.locator(".kling-jobs-tab-button").click()
    seen.page.wait_for_selector(".kling-tab .kling-profiles summary")


def rows(seen: Visit, state: str = "") -> Locator:
    return seen.page.locator(f'.kling-job[data-state="{state}"]' if state else ".kling-job")


def press(row: Locator, icon: str) -> None:
    row.locator(f".kling-button:has(.pi-{icon})").click()


def told(seen: Visit) -> str:
    return seen.page.locator(".kling-tab").inner_text()


def order(server: ComfyUI, seed: int, **values: Any) -> str:
    return server.queue({"1": text2video(seed=seed, **values), "11": save_video("1")})


def make_faulty(sandbox: str, **fault: Any) -> None:
    requests.post(f"{sandbox}/sandbox/faults", json=fault, timeout=10).raise_for_status()


def test_an_empty_tab_says_what_to_do_first(chromium: Browser, studio: ComfyUI) -> None:
    for language, node in (("en", "Kling Text to Video"), ("zh", "可灵 文生视频")):
        with visit(chromium, studio.url, language, width=1100) as seen:
            open_tab(seen)
            seen.page.wait_for_selector(".kling-empty:not([hidden])")
            assert node in told(seen)
            assert "sandbox" in told(seen)
            assert not seen.problems


@pytest.mark.parametrize(("language", "vue_nodes"), [("en", False), ("zh", True)])
def test_a_job_moves_by_itself_and_is_collected_into_the_graph(
    chromium: Browser, studio: ComfyUI, language: str, vue_nodes: bool
) -> None:
    with visit(chromium, studio.url, language, light=vue_nodes, vue_nodes=vue_nodes) as seen:
        open_tab(seen)
        before = rows(seen).count()
        order(studio, 301 + vue_nodes)
        rows(seen, "running").wait_for(timeout=40_000)
        job = newest_job(studio)
        assert rows(seen).count() == before + 1
        row = seen.page.locator(f'.kling-job[data-key="{job.key}"]')
        row.evaluate("(row) => { window.same = row; row.querySelector('button:has(.pi-copy)').focus(); }")
        seen.picture(f"tab_running_{language}")
        assert row.locator("progress").is_visible()
        seen.page.wait_for_function("() => same.dataset.state === 'collected'", timeout=60_000)
        assert row.evaluate("(row) => row === same && row.contains(document.activeElement)")
        row.locator("img").wait_for()
        seen.page.wait_for_function("() => same.querySelector('img').naturalWidth > 0")
        assert bool(CHINESE.search(row.inner_text())) == (language == "zh")
        assert row.evaluate(_NAMED)
        press(row, "copy")
        assert seen.page.evaluate("navigator.clipboard.readText()") == job.task_id

        press(row, "plus-circle")
        assert [node["key"] for node in seen.page.evaluate(_GRAPH)] == [job.key]
        seen.page.evaluate(_SAVE)
        seen.run()
        assert any(name.endswith(".mp4") for name in seen.page.evaluate(_SAVED))
        seen.picture(f"tab_collected_{language}", fit=True)
        assert not seen.problems
        assert not seen.outside


def test_what_is_collected_lies_on_nothing_and_is_undone(chromium: Browser, studio: ComfyUI) -> None:
    studio.run({"1": text2video(seed=305, duration=3), "11": save_video("1")})
    with visit(chromium, studio.url) as seen:
        open_tab(seen)
        for _ in range(4):
            press(rows(seen, "collected").first, "plus-circle")
        boxes = [node["box"] for node in seen.page.evaluate(_GRAPH)]
        apart = [not overlap(a, b) for i, a in enumerate(boxes) for b in boxes[:i]]
        assert len(apart) == 6
        assert all(apart)
        seen.picture("tab_four_collected")
        seen.page.keyboard.press("Control+z")
        seen.page.wait_for_function(f"() => ({_GRAPH})().length === 3")
        assert not seen.problems


def overlap(a: list[float], b: list[float]) -> bool:
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] - 30 < b[1] + b[3] and b[1] - 30 < a[1] + a[3]


def test_the_file_of_a_job_opens_in_a_new_browser_tab(chromium: Browser, studio: ComfyUI) -> None:
    studio.run({"1": text2video(seed=305, duration=3), "11": save_video("1")})
    with visit(chromium, studio.url) as seen:
        open_tab(seen)
        link = rows(seen, "collected").first.locator("a.kling-button")
        assert link.get_attribute("target") == "_blank"
        answer = requests.get(f"{studio.url}{link.get_attribute('href')}", timeout=30)
        assert answer.headers["content-type"] == "video/mp4"


def test_a_stopped_job_is_fetched_without_a_graph(chromium: Browser, studio: ComfyUI, sandbox: str) -> None:
    prompt = order(studio, 306, duration=3)
    _wait_for(lambda: newest_job(studio).task_id and newest_job(studio).is_open)
    studio.interrupt()
    studio.result(prompt, seconds=20)
    made = requests.get(f"{sandbox}/sandbox/state", timeout=10).json()["tasks_made"]
    with visit(chromium, studio.url, "zh") as seen:
        open_tab(seen)
        waiting = rows(seen, "waiting")
        waiting.wait_for()
        seen.picture("tab_waiting_zh")
        key = waiting.get_attribute("data-key")
        press(waiting, "download")
        seen.page.wait_for_selector(f'.kling-job[data-key="{key}"][data-state="collected"]', timeout=60_000)
        assert not seen.problems
    assert requests.get(f"{sandbox}/sandbox/state", timeout=10).json()["tasks_made"] == made


def test_what_went_wrong_is_told_with_what_it_cost(chromium: Browser, studio: ComfyUI, sandbox: str) -> None:
    make_faulty(sandbox, kind="fail_task", message="Failure to pass the risk control system")
    studio.result(order(studio, 307, duration=3))
    make_faulty(sandbox, kind="refuse", code=1301, message="sensitive words")
    studio.result(order(studio, 308, duration=3))
    for language, words in (("en", "Not charged."), ("zh", "未扣费。")):
        with visit(chromium, studio.url, language) as seen:
            open_tab(seen)
            for state, reason in (("failed", "risk control"), ("refused", "sensitive words")):
                row = rows(seen, state).first
                row.wait_for()
                assert reason in row.inner_text()
                assert words in row.inner_text()
            seen.picture(f"tab_went_wrong_{language}")
            assert not seen.problems


def test_only_what_is_unfinished_is_listed_on_wish(chromium: Browser, studio: ComfyUI) -> None:
    studio.run({"1": text2video(seed=305, duration=3), "11": save_video("1")})
    with visit(chromium, studio.url) as seen:
        open_tab(seen)
        rows(seen, "collected").first.wait_for()
        seen.page.get_by_role("button", name="Unfinished").click()
        seen.page.wait_for_selector(".kling-empty:not([hidden])")
        assert rows(seen, "collected").count() == 0
        seen.page.get_by_role("button", name="All").click()
        rows(seen, "collected").first.wait_for()


@pytest.mark.parametrize(("language", "profile"), [("en", "sandbox"), ("zh", "studio")])
def test_a_profile_is_chosen_and_its_packs_are_told(
    chromium: Browser, studio: ComfyUI, language: str, profile: str
) -> None:
    file = studio.home / "profiles.toml"
    before = file.read_text(encoding="utf-8")
    with visit(chromium, studio.url, language) as seen:
        open_tab(seen)
        seen.page.locator(".kling-profiles summary").click()
        free = seen.page.locator(".kling-choice", has=seen.page.locator('input[value="sandbox"]'))
        assert {"en": "free trial", "zh": "免费试用"}[language] in free.inner_text()
        assert "127.0.0.1" not in free.inner_text()
        seen.page.locator(f'.kling-choice input[value="{profile}"]').check()
        if profile != "sandbox":  # it will be paid
            seen.page.locator("[role=dialog] button:has(.pi-check)").click()
        seen.page.wait_for_function(
            "(name) => document.querySelector('.kling-profiles summary').textContent.includes(name)", arg=profile
        )
        seen.page.locator(".kling-profiles .kling-button").click()
        seen.page.wait_for_function("() => document.querySelector('.kling-report').textContent.includes('Trial-Video')")
        seen.picture(f"tab_profile_{language}")
        assert seen.page.locator('.kling-choice input[value="default"]').count() == 1
        assert bool(CHINESE.search(told(seen))) == (language == "zh")
        assert SECOND_KEY not in seen.page.content()
        assert not seen.problems
    after = file.read_text(encoding="utf-8")
    assert f'use = "{profile}"' in after
    assert re.sub("use = .*", "", after) == re.sub("use = .*", "", before)


def test_a_new_language_is_spoken_at_once_and_told_to_the_server(chromium: Browser, studio: ComfyUI) -> None:
    with visit(chromium, studio.url) as seen:
        open_tab(seen)
        with seen.page.expect_response(re.compile("/kling/language")) as answer:
            seen.page.evaluate("app.extensionManager.setting.set('Comfy.Locale', 'zh')")
        assert answer.value.status == 204
        assert (answer.value.request.post_data_json or {})["language"] == "zh"
        seen.page.wait_for_selector("section.kling-tab[aria-label='可灵']")
        assert seen.page.locator(".kling-jobs-tab-button").inner_text() == "可灵"


def test_a_server_that_is_away_is_told_and_asked_again(chromium: Browser, studio: ComfyUI) -> None:
    with visit(chromium, studio.url) as seen:
        open_tab(seen)
        seen.page.wait_for_timeout(1000)
        seen.page.context.set_offline(True)
        seen.page.get_by_role("button", name="All").click()
        seen.page.wait_for_selector(".kling-notice:not([hidden])")
        assert "does not answer" in told(seen)
        seen.page.context.set_offline(False)
        seen.page.wait_for_selector(".kling-notice[hidden]", state="attached", timeout=40_000)


def test_a_tab_that_is_closed_asks_nothing(chromium: Browser, studio: ComfyUI) -> None:
    asked: list[str] = []
    with visit(chromium, studio.url) as seen:
        seen.page.on("request", lambda request: asked.append(request.url) if "/kling/jobs" in request.url else None)
        seen.page.wait_for_timeout(3000)
        assert not asked
        open_tab(seen)
        order(studio, 310, duration=3)
        rows(seen, "running").wait_for(timeout=40_000)
        seen.page.locator(".kling-jobs-tab-button").click()
        seen.page.wait_for_timeout(500)
        asked.clear()
        seen.page.wait_for_timeout(4000)
        assert not asked
