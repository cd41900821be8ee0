"""The help pages are what the generator writes, whole in both languages, and can be shown in ComfyUI's help panel."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from conftest import ROOT, nodes_of
from help_pages import studio, texts
from help_pages.page import FOLDER, file_of, pages
from help_pages.recipes import RECIPES
from help_pages.words import LANGUAGES, WORDS

from kling_api.media import decode_picture

PAGES = sorted(FOLDER.rglob("*.md"))
_CODE = re.compile(r"`[^`]*`")
_PICTURE = re.compile(r"!\[[^\]]*\]\(([^)]*)\)")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)]*)\)")


def _name(path: Path) -> str:
    return path.relative_to(FOLDER).as_posix()


def _schemas(pack: ModuleType) -> dict[str, Any]:
    return {name: node.define_schema() for name, node in nodes_of(pack).items()}


def test_the_pages_are_what_make_help_writes(pack: ModuleType) -> None:
    written = pages(nodes_of(pack))
    old = [_name(path) for path, text in written.items() if not path.exists() or path.read_text("utf-8") != text]
    assert not old, "run: python tests/make_help.py"
    assert set(PAGES) == set(written)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_tells_every_input_and_output_of_its_node(pack: ModuleType, language: str) -> None:
    for name, schema in _schemas(pack).items():
        text = file_of(name, language).read_text(encoding="utf-8")
        inputs, outputs = (_part(text, WORDS[language][part]) for part in ("inputs", "outputs"))
        assert [one.id for one in schema.inputs if f"`{one.id}`" not in inputs] == []
        assert [one.id for one in schema.outputs if f"`{one.id}`" not in outputs] == []


def _part(text: str, heading: str) -> str:
    """The section below that heading."""
    return text.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def test_a_page_says_what_it_costs_and_what_can_go_wrong(pack: ModuleType) -> None:
    for name in _schemas(pack):
        for language in LANGUAGES:
            text = file_of(name, language).read_text(encoding="utf-8")
            missing = [part for part in ("use", "cost", "trouble") if not _part(text, WORDS[language][part])]
            assert not missing, f"{name} {language}"


def test_a_price_that_is_written_by_hand_stands_in_the_data() -> None:
    source = (ROOT / "kling_api" / "data" / "prices.json").read_text(encoding="utf-8")
    assert re.search(r"extension of a clip, which costs 1 to 3\.5 units .*\(list of 2026-08\)", source)
    told = [file_of("KlingVideoExtend", language).read_text(encoding="utf-8") for language in LANGUAGES]
    assert "A list of 2026-08 has 1 to 3.5 units" in told[0]
    assert "2026-08 的一份价目表为每次 1 到 3.5 积分" in told[1]


def test_both_languages_are_written_for_the_same_nodes_and_parts(pack: ModuleType) -> None:
    for name in _schemas(pack):
        english, chinese = (texts.text_of(name, language) for language in LANGUAGES)
        assert list(english) == list(chinese), name
        assert ("picture" in english) == (name in RECIPES)
    assert texts.shared_names("en") == texts.shared_names("zh")
    assert set(WORDS["en"]) == set(WORDS["zh"])


def test_each_picture_is_a_small_jpeg_that_a_page_shows() -> None:
    files = {path.stem: path for path in studio.FOLDER.iterdir()}
    assert set(files) == set(RECIPES)
    for path in files.values():
        data = path.read_bytes()
        assert data.startswith(b"\xff\xd8"), path.name
        assert len(data) <= studio.MOST_BYTES, path.name
        assert decode_picture(data).shape[1] == studio.WIDTH


def test_all_pages_and_pictures_together_are_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 2_000_000


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_what_a_page_leads_to_is_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    # ComfyUI's help panel starts at the folder of all pages, whatever the page's own.
    assert all((FOLDER / target).is_file() for target in _PICTURE.findall(text))
    assert all(target.startswith("https://") for target in _LINK.findall(text))
    told = re.findall(r"kling-nodes\*\)[:：]\s*(.*)[.。]", text)
    names = [name for line in told for name in re.findall(r"\*\*(\w+)\*\*", line.replace("<wbr>", ""))]
    assert all((ROOT / "example_workflows" / f"{name}.json").is_file() for name in names)


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_a_page_can_be_shown_in_a_narrow_panel(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert set(re.findall(r"(?<!\\)<[^>]*>?", _CODE.sub("", text))) <= {"<br>", "<wbr>"}  # anything else might vanish
    assert not re.search(r"\{\w*\}|^@\w|\bNone\b", _CODE.sub("", text), re.MULTILINE)
    assert all(row.count(" | ") < 4 for row in text.splitlines() if row.startswith("| "))


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_no_page_names_a_folder_of_somebody_s_machine(path: Path) -> None:
    assert not re.search(r"/(?:work|home|root|tmp|opt|Users)/|[A-Z]:\\", path.read_text(encoding="utf-8"))
