"""Chinese in a real browser: the words that people search for find the nodes, and Taiwan sees its own letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .browser import Visit, browsed, chromium, visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from .conftest import ComfyUI

pytestmark = pytest.mark.timeout(600)
__all__ = ["browsed", "chromium"]  # fixtures

SOUGHT = {
    "首尾帧": "可灵 图生视频（首尾帧）",
    "对口型": "可灵 口型同步（对口型）",
    "配音": "可灵 语音合成（配音）",
    "抠图": "可灵 图片识别（遮罩抠图）",
    "换脸": "可灵 全能图片（Omni，换脸）",
    "余额": "可灵 账号（余额）",
    "图生视频": "可灵 图生视频（首尾帧）",
}
_OPEN = "() => app.extensionManager.command.execute('Workspace.SearchBox.Toggle')"
_SPEAK = "(language) => app.extensionManager.setting.set('Comfy.Locale', language)"
_TITLE = "(type) => LiteGraph.createNode(type).title"
_LABELS = "(type) => LiteGraph.createNode(type).widgets.map((widget) => widget.label ?? widget.name)"


def test_the_words_that_people_search_for_find_the_nodes(chromium: Browser, browsed: ComfyUI) -> None:
    with visit(chromium, browsed.url, "zh") as seen:
        seen.page.evaluate(_OPEN)
        found = {word: _found(seen, word) for word in SOUGHT}
        seen.picture("search_zh")
        assert {word: title for word, title in SOUGHT.items() if title not in found[word]} == {}, found
        assert not seen.problems


def test_taiwan_sees_its_own_letters(chromium: Browser, browsed: ComfyUI) -> None:
    with visit(chromium, browsed.url, "zh") as seen:
        seen.page.evaluate(_SPEAK, "zh-TW")
        seen.page.reload()
        seen.page.wait_for_function("() => window.LiteGraph?.registered_node_types?.KlingText2Video && app.graph")
        assert seen.page.evaluate(_TITLE, "KlingText2Video") == "可靈 文生影片"
        assert "負向提示詞" in seen.page.evaluate(_LABELS, "KlingText2Video")
        seen.page.evaluate(_SPEAK, "zh")
        assert not seen.problems


def _found(seen: Visit, word: str) -> str:
    """What the search box lists."""
    seen.page.locator(".comfy-vue-node-search-container input").fill(word)
    seen.page.wait_for_timeout(800)
    return seen.page.locator(".p-autocomplete-list").inner_text()
