"""The READMEs say what the code does."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from readme_tables import READMES, ROOT, with_tables


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


@pytest.mark.parametrize("readme", READMES)
def test_every_node_is_named_as_its_menu_entry(readme: str) -> None:
    code = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "nodes").glob("*.py"))
    nodes = set(re.findall(r'node_id="(\w+)",\s+display_name="([^"]+)"', code))
    rows = re.findall(r"^\| (Kling [^(（|]+?) ?[(（]`(\w+)`[)）]", _text(readme), re.MULTILINE)
    assert len(nodes) > 20
    assert {(id, name) for name, id in rows} == nodes


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


def _example(readme: str) -> str:
    return _text(readme).partition("```python\n")[2].partition("```")[0]


def _without_texts(code: str) -> str:
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)
