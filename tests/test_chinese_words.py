"""One Chinese word for one thing, whatever the artist reads: nodes, tab, errors, help, examples, README."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import ROOT

ZH = ROOT / "locales" / "zh"
#: ComfyUI's own names on a Chinese screen.
CORE = re.compile("(?:加载|保存|预览|缩放)图像")
#: The right word, and what must not stand in its place.
WRONG = {
    "图片积分": r"图像积分",
    "图片": r"图像",
    "遮罩": r"蒙版|掩码",
    "口型同步（对口型）": r"(?<!口型同步（)(?<!口型同步\*\*（)对口型",
    "多视角": r"多角度",
    "全能视频（Omni）、全能图片（Omni）": r"(?<![（\w])(?<!Kling )Omni(?!\w)|全能(?!视频|图片)",
    "配置": r"配置档|配置文件",
    "沙盒": r"沙箱|沙盘",
    "供应商": r"服务商|提供商",
    "种子": r"随机种|种子值",
}
#: What people search for, which the README quotes.
SEARCHED = re.compile(r"^- \*\*搜索\*\*.*$", re.MULTILINE)


def _sources() -> dict[str, str]:
    """Name -> all its Chinese."""
    found = {name: "\n".join(_leaves(_json(name))) for name in ("texts", "main", "settings", "messages")}
    found["README.zh.md"] = SEARCHED.sub("", (ROOT / "README.zh.md").read_text(encoding="utf-8"))
    pages = sorted((ROOT / "nodes" / "web" / "docs").glob("*/zh.md"))
    found |= {page.parent.name: page.read_text(encoding="utf-8") for page in pages}
    for file in sorted((ROOT / "example_workflows").glob("*.json")):
        workflow = json.loads(file.read_text(encoding="utf-8"))
        texts = [node["widgets_values"][0] for node in workflow["nodes"] if node["type"] == "MarkdownNote"]
        lines = [re.sub(r"^\*\*[ -~]* / ", "", line) for text in texts for line in text.splitlines()]
        lines = [line for line in lines if re.search(r"[\u4e00-\u9fff]", line)]
        found[file.stem] = "\n".join([*lines, *(group["title"] for group in workflow["groups"])])
    return found


def _json(name: str) -> Any:
    return json.loads((ZH / f"{name}.json").read_text(encoding="utf-8"))


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for below in value.values():
            yield from _leaves(below)
    else:
        yield str(value)


SOURCES = _sources()


@pytest.mark.parametrize("source", SOURCES)
def test_one_thing_has_one_word(source: str) -> None:
    text = CORE.sub("", SOURCES[source])
    assert {word: text[max(0, at - 15) : at + 15] for word, at in _found(text)} == {}, "these words are the right ones"


def test_what_is_forbidden_is_found() -> None:
    for text in (
        "8 图像积分",
        "一张蒙版",
        "文本对口型",
        "Omni 视频",
        "可灵 全能视频 Omni",
        "多角度图",
        "配置档",
        "沙箱",
    ):
        assert list(_found(text)), text
    for text in (
        "口型同步（对口型）",
        "全能图片（Omni，换脸）",
        "kling-v3-omni",
        "`KlingOmniVideo`",
        "接「可灵 全能视频」",
    ):
        assert not list(_found(text)), text


def _found(text: str) -> Iterator[tuple[str, int]]:
    for word, pattern in WRONG.items():
        if found := re.search(pattern, text):
            yield word, found.start()
