"""Drawing: moves, blends, captions in both scripts, contact sheets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from kling_api.errors import MediaError
from kling_api.media import blend, caption, contact_sheet, decode_picture, lettering, resize, warp, write_picture

from . import samples

PROMPTS = ["A cat walks through neon rain", "一只猫在霓虹雨中行走"]


@pytest.fixture
def hershey(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As with OpenCV 4, which has no font faces."""
    monkeypatch.delattr(cv2, "FontFace", raising=False)
    lettering.text_strip.cache_clear()
    yield
    lettering.text_strip.cache_clear()


def test_a_shift_moves_the_picture() -> None:
    image = samples.gradient(64, 48)
    moved = warp(image, np.array([[1, 0, 5], [0, 1, 0]], np.float32), (64, 48))
    assert np.array_equal(moved[:, 5:], image[:, :-5])
    assert np.array_equal(moved[:, 4], image[:, 1])  # the border reflects


def test_resize_and_blend_keep_plain_colours() -> None:
    assert resize(samples.grey(77), (20, 10)).shape == (10, 20, 3)
    assert (resize(samples.grey(77), (200, 100)) == 77).all()
    a, b = samples.grey(0), samples.grey(200)
    assert [int(blend(a, b, alpha)[0, 0, 0]) for alpha in (0, 0.5, 1)] == [0, 100, 200]


@pytest.mark.parametrize("text", PROMPTS)
def test_a_caption_is_light_on_a_dark_band_at_the_bottom(text: str) -> None:
    image = samples.grey(120, 640, 360)
    drawn = caption(image, text)
    assert (image == 120).all()
    assert np.array_equal(drawn[:240], image[:240])
    assert drawn[-3:].max() < 60
    assert (drawn[240:] > 200).any()


def test_a_caption_fades_with_alpha_and_an_empty_one_draws_nothing() -> None:
    image = samples.grey(120, 640, 360)
    assert np.array_equal(caption(image, PROMPTS[0], 0), image)
    assert np.array_equal(caption(image, "  \n"), image)
    assert caption(image, PROMPTS[0], 0.3).max() < caption(image, PROMPTS[0]).max()


@pytest.mark.skipif(not hasattr(cv2, "FontFace"), reason="this OpenCV has no font with Chinese")
def test_chinese_is_drawn_and_not_replaced_by_question_marks() -> None:
    drawn = [lettering.text_strip(text, 400, 30, 100) for text in ("猫", "雨", "?")]
    assert not np.array_equal(drawn[0], drawn[1])
    assert not np.array_equal(drawn[0], drawn[2])


@pytest.mark.parametrize("text", [PROMPTS[0] * 20, PROMPTS[1] * 20, "x" * 500, "a\nb\n" * 40])
@pytest.mark.parametrize("size", [(640, 360), (64, 64), (16, 16)])
def test_long_text_wraps_and_stays_in_the_lower_third(text: str, size: tuple[int, int]) -> None:
    image = samples.grey(120, *size)
    drawn = caption(image, text)
    assert drawn.shape == image.shape
    top = size[1] - size[1] // 3
    assert np.array_equal(drawn[:top], image[:top])


@pytest.mark.usefixtures("hershey")
def test_without_font_faces_other_characters_appear_as_escapes() -> None:
    chinese, escaped = (lettering.text_strip(text, 640, 20, 200) for text in ("雨", "\\u96e8"))
    assert np.array_equal(chinese, escaped)
    assert chinese.any()


def test_drawing_the_same_caption_again_is_cheap() -> None:
    lettering.text_strip.cache_clear()
    for _ in range(5):
        caption(samples.grey(120, 640, 360), PROMPTS[0], 0.5)
    assert lettering.text_strip.cache_info().misses == 1


def test_a_contact_sheet_holds_labelled_rows(tmp_path: Path) -> None:
    rows = [("text2video", [samples.grey(200, 160, 90)] * 3), ("", [samples.grey(90, 90, 160)]), ("none", [])]
    sheet = contact_sheet([row for row in rows if row[1]])
    assert sheet.shape[1] >= 3 * 320
    assert (sheet == 200).any()
    assert (sheet == 90).any()
    write_picture(tmp_path / "sheet.png", sheet)
    assert np.array_equal(decode_picture((tmp_path / "sheet.png").read_bytes()), sheet)
    with pytest.raises(MediaError, match="at least one picture"):
        contact_sheet([("none", [])])


def test_a_picture_can_be_written_as_jpeg_and_nothing_without_a_suffix(tmp_path: Path) -> None:
    write_picture(tmp_path / "picture.jpg", samples.grey(80))
    assert (tmp_path / "picture.jpg").read_bytes().startswith(b"\xff\xd8\xff")
    with pytest.raises(MediaError, match=r"use \.png or \.jpg"):
        write_picture(tmp_path / "picture", samples.grey(80))
