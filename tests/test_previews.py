"""What the nodes show of their results: core's own form, and copies where a browser can fetch them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from conftest import execute, part_of
from make_examples import FOLDER

from kling_api.media import read_pictures
from kling_api.sandbox.server import Sandbox

SMALL = {"prompt": "A boat", "duration": 3, "aspect_ratio": "1:1", "decode": "first"}
#: Pixels and bytes of a thumbnail.
WIDTH, LARGEST = 512, 40_000
RATIOS = {(512, 384), (512, 288)}


@pytest.fixture
def temp(pack: ModuleType, home: Path) -> Path:
    """Where ComfyUI fetches what a browser asks for."""
    return home.parent / "comfyui-temp" / "kling"


@pytest.fixture
def show(pack: ModuleType, temp: Path) -> Callable[..., dict[str, Any]]:
    return lambda *files: part_of(pack, "nodes.previews").of(files)


@pytest.fixture
def clip(home: Path) -> Path:
    path = home / "results" / "kn-20261121-0123456789abcdef0123.mp4"
    path.parent.mkdir()
    path.write_bytes(b"a clip")
    return path


def _results(home: Path) -> set[Path]:
    return {path for path in (home / "results").iterdir() if path.suffix != ".json"}


def _shown(temp: Path, ui: dict[str, Any], name: str = "images") -> list[Path]:
    assert all(one["subfolder"] == "kling" and one["type"] == "temp" for one in ui[name])
    return [temp / one["filename"] for one in ui[name]]


def test_a_clip_is_shown_as_core_shows_one(pack: ModuleType, provider: Sandbox, home: Path, temp: Path) -> None:
    ui = execute(pack, "KlingText2Video", model_name="kling-v3", **SMALL).ui
    (shown,) = _shown(temp, ui)
    (made,) = _results(home)
    assert not shown.samefile(made)
    assert shown.read_bytes() == made.read_bytes()
    assert shown.name == made.name
    assert json.loads(json.dumps(ui)) == {
        "images": [{"filename": made.name, "subfolder": "kling", "type": "temp"}],
        "animated": [True],
    }


def test_all_pictures_are_shown_and_are_not_animated(
    pack: ModuleType, provider: Sandbox, home: Path, temp: Path
) -> None:
    ui = execute(pack, "KlingImageGeneration", prompt="A boat", model_name="kling-v2-1", n=3).ui
    assert set(ui) == {"images"}
    assert len(_shown(temp, ui)) == 3
    assert {path.name for path in _shown(temp, ui)} == {path.name for path in _results(home)}


def test_nine_views_and_the_masks_of_a_picture_are_shown(pack: ModuleType, provider: Sandbox, temp: Path) -> None:
    picture = torch.rand((1, 320, 320, 3), generator=torch.Generator().manual_seed(0))
    ui = execute(pack, "KlingMultiShotImages", element_frontal_image=picture).ui
    assert len(_shown(temp, ui)) == 9
    ui = execute(pack, "KlingImageRecognize", image=picture).ui
    assert read_pictures(_shown(temp, ui)).shape == (4, 320, 320, 3)


def test_a_sound_is_shown_as_core_shows_one(pack: ModuleType, provider: Sandbox, home: Path, temp: Path) -> None:
    ui = execute(pack, "KlingTextToSpeech", text="Good morning", voice_id="calm_story1", voice_language="en").ui
    assert set(ui) == {"audio"}
    (shown,) = _shown(temp, ui, "audio")
    assert shown.read_bytes() == (home / "results" / shown.name).read_bytes()


def test_a_clip_picture_or_sound_that_is_collected_is_shown_like_one_that_is_made(
    pack: ModuleType, provider: Sandbox, home: Path
) -> None:
    made = [
        execute(pack, "KlingText2Video", model_name="kling-v3", **SMALL),
        execute(pack, "KlingImageGeneration", prompt="A boat", model_name="kling-v2-1"),
        execute(pack, "KlingTextToSpeech", text="Good morning", voice_id="calm_story1", voice_language="en"),
    ]
    for one in made:
        assert execute(pack, "KlingCollect", key=one.args[-1], decode="first").ui == one.ui


def test_what_a_list_of_jobs_shows_is_joined_though_their_kinds_differ(
    show: Callable[..., dict[str, Any]], clip: Path
) -> None:
    """ComfyUI joins them by the names of the first one: execution.py, get_output_from_returns (0.10)."""
    sound, entry = clip.with_suffix(".mp3"), clip.with_suffix(".json")
    sound.write_bytes(b"a sound")
    shown = [show(clip), show(sound), show(entry)]
    for first in shown:
        joined = {name: [one for ui in shown for one in ui[name]] for name in first}
        assert all(len(values) == 1 for values in joined.values())


def test_who_writes_into_what_is_shown_does_not_write_into_the_paid_result(
    show: Callable[..., dict[str, Any]], clip: Path, temp: Path
) -> None:
    """ComfyUI does: POST /upload/image with type=temp opens a file that is there and writes into it (0.10)."""
    temp.mkdir(parents=True)
    os.link(clip, temp / clip.name)  # as an earlier version left it
    (shown,) = _shown(temp, show(clip))
    with shown.open("r+b") as file:
        file.write(b"overwritten")
    assert clip.read_bytes() == b"a clip"


def test_a_file_is_copied_once_only(show: Callable[..., dict[str, Any]], clip: Path, temp: Path) -> None:
    (copied,) = _shown(temp, show(clip))
    before = copied.stat()
    show(clip)
    assert copied.stat().st_ino == before.st_ino
    assert [path.name for path in temp.iterdir()] == [clip.name]


def test_a_file_that_was_fetched_again_takes_the_place_of_the_old_one(
    show: Callable[..., dict[str, Any]], clip: Path, temp: Path
) -> None:
    show(clip)
    clip.unlink()
    clip.write_bytes(b"the whole clip")
    (shown,) = _shown(temp, show(clip))
    assert shown.read_bytes() == b"the whole clip"


def test_what_cannot_be_shown_costs_no_result(
    pack: ModuleType, provider: Sandbox, home: Path, temp: Path, caplog: pytest.LogCaptureFixture
) -> None:
    temp.parent.write_text("no folder")
    made = execute(pack, "KlingText2Video", model_name="kling-v3", **SMALL)
    assert made.ui == {}
    assert tuple(made.args[0].shape[:1]) == (1,)
    assert "cannot be shown on its node" in caplog.text


def test_an_entry_of_the_library_that_is_named_by_its_id_shows_nothing(pack: ModuleType, home: Path) -> None:
    assert not execute(pack, "KlingVoice", voice_id="829611643369439283").ui


def test_each_example_has_a_thumbnail_and_no_thumbnail_is_left_over() -> None:
    pictures = {path.stem: path for path in FOLDER.glob("*.jpg")}
    assert set(pictures) == {path.stem for path in FOLDER.glob("*.json")}
    assert len({path.read_bytes() for path in pictures.values()}) == len(pictures)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.jpg")), ids=lambda path: path.stem)
def test_a_thumbnail_is_small_and_of_a_shape_that_the_template_browser_fills(path: Path) -> None:
    _, height, width, _ = read_pictures([path]).shape
    assert (width, height) in RATIOS
    assert path.stat().st_size < LARGEST
