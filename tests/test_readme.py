"""The READMEs say what the code does."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from readme_tables import READMES, ROOT, with_tables

LANGUAGE_OF = dict(zip(READMES, ("en", "zh"), strict=True))
#: ComfyUI's own nodes and widgets on a Chinese screen.
CORE = {"保存视频", "保存图像", "加载图像", "生成后控制"}


@pytest.mark.parametrize("readme", READMES)
def test_the_tables_are_those_of_the_data(readme: str) -> None:
    assert _text(readme) == with_tables(readme), "run: python tests/readme_tables.py"


@pytest.mark.parametrize("readme", READMES)
def test_every_setting_that_is_read_is_documented(readme: str) -> None:
    from kling_api.profiles_file import BUCKET_FIELDS, FIELDS, LIMIT_FIELDS, UPLOAD
    from kling_api.settings import _ENVIRONMENT

    text = _text(readme)
    names = [name for names in _ENVIRONMENT.values() for name in names] + ["KLING_PROFILE", "KLING_HOME"]
    names += [f"{name} = " for name in (*FIELDS, *LIMIT_FIELDS, UPLOAD, *BUCKET_FIELDS)]
    assert not [name for name in names if name not in text]


@pytest.mark.parametrize("readme", READMES)
def test_every_example_workflow_is_named(readme: str) -> None:
    files = {file.stem for file in (ROOT / "example_workflows").glob("*.json")}
    section = _text(readme).partition("(example_workflows)")[2].partition("\n## ")[0]
    assert set(re.findall(r"`(\w+)`", section)) == files


@pytest.mark.parametrize(("readme", "language"), LANGUAGE_OF.items())
def test_every_node_is_named_as_its_menu_entry(readme: str, language: str) -> None:
    shown = {(node, one["display_name"]) for node, one in _locale(language, "nodeDefs").items()}
    rows = re.findall(r"^\| ((?:Kling|可灵) [^|`]+?) ?[(（]`(\w+)`[)）]", _text(readme), re.MULTILINE)
    assert len(shown) > 20
    assert {(node, name) for name, node in rows} == shown


def test_the_chinese_readme_calls_things_as_the_chinese_screen_does() -> None:
    text = _prose("README.zh.md")
    nodes = _locale("zh", "nodeDefs").values()
    labels = {one["name"] for node in nodes for part in ("inputs", "outputs") for one in node[part].values()}
    titles = {title for node in nodes for title in (node["display_name"], node["display_name"].partition("（")[0])}
    assert set(re.findall(r"「([^」]+)」", text)) <= labels | titles | CORE | {
        _locale("zh", "main")["kling"]["tab"]["title"]
    }
    assert not re.findall(r"\*\*(?:profile|seed|decode|mode)\b|\*Kling [A-Z]\w+", text)


@pytest.mark.parametrize(("readme", "language"), LANGUAGE_OF.items())
def test_the_buttons_of_the_tab_are_named_as_they_are_there(readme: str, language: str) -> None:
    buttons = _locale(language, "main")["kling"]["tab"]["button"]
    heading = {"en": "### In the editor", "zh": "### 在编辑界面里"}[language]
    section = " ".join(_text(readme).partition(heading)[2].partition("\n### ")[0].split())
    assert not [name for name in ("copy", "collect", "open", "fetch", "packs") if f"*{buttons[name]}*" not in section]


def test_the_example_of_the_library_runs(
    home: Path, in_haste: None, tmp_path: Path, sandbox_folder: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    import numpy as np

    from kling_api.media import write_picture
    from kling_api.sandbox import Sandbox, SandboxConfig

    write_picture(tmp_path / "photo.jpg", np.full((512, 512, 3), 90, np.uint8))
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    with Sandbox(SandboxConfig(folder=sandbox_folder(), pace=0.0)) as sandbox:
        monkeypatch.setenv("KLING_PROFILE", "sandbox")
        monkeypatch.setenv("KLING_BASE_URL", sandbox.url)
        exec(_example("README.md"), names)  # the text that is tested is the README's own
    pictures = names["pictures"]
    assert isinstance(pictures, tuple)
    assert [file.suffix for file in pictures] == [".png", ".png"]


def test_the_examples_of_both_languages_are_the_same_code() -> None:
    first, second = (_without_texts(_example(readme)) for readme in READMES)
    assert first == second


def _text(readme: str) -> str:
    return (ROOT / readme).read_text(encoding="utf-8")


def _prose(readme: str) -> str:
    """Without code and tables that are made from data."""
    return re.sub(r"(?ms)^```.*?^```|^<!-- (\w[\w ]*):.*?<!-- /\1 -->|`[^`\n]*`", "", _text(readme))


def _locale(language: str, name: str) -> Any:
    return json.loads((ROOT / "locales" / language / f"{name}.json").read_text(encoding="utf-8"))


def _example(readme: str) -> str:
    return _text(readme).partition("```python\n")[2].partition("```")[0]


def _without_texts(code: str) -> str:
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)
