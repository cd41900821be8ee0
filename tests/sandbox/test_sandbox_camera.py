"""The camera moves: a pan pans, a zoom zooms, each named move goes its own way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from kling_api.sandbox import Sandbox
from kling_api.sandbox.clip_spec import ClipSpec
from kling_api.sandbox.render import draw_clip

from .driver import Api, difference, photo, shift_between

PICTURE = photo(720, 720, 5)
PAN = {"type": "simple", "config": {"pan": 10}}
SPEC = ClipSpec(
    operation="image2video", model="kling-v1-5", prompt="", negative_prompt="", cfg_scale=0.5, mode="pro",
    resolution="720p", aspect_ratio="", rate=8, seconds=1, sound=False,
)  # fmt: skip


def frames(picture: np.ndarray | None = PICTURE, last: np.ndarray | None = None, **fields: Any) -> list[np.ndarray]:
    """What the renderer draws for a clip of one second, before it is compressed."""
    return list(draw_clip(replace(SPEC, **fields), picture, last)[0])


def camera(**axes: float) -> list[np.ndarray]:
    return frames(camera_type="simple", camera_axes=axes)


def grey(frame: np.ndarray) -> np.ndarray:
    return frame.mean(axis=2)[::2, ::2]


@pytest.mark.parametrize(
    ("axis", "value", "right", "down"),
    [
        ("horizontal", 4, -1, 0),
        ("horizontal", -4, 1, 0),
        ("vertical", 4, 0, 1),
        ("vertical", -4, 0, -1),
        ("pan", 4, -1, 0),
        ("pan", -4, 1, 0),
        ("tilt", 4, 0, 1),
        ("tilt", -4, 0, -1),
    ],
)
def test_a_camera_move_shifts_the_picture_the_other_way(axis: str, value: float, right: int, down: int) -> None:
    clip = camera(**{axis: value})
    x, y = shift_between(grey(clip[0]), grey(clip[4]))
    assert x * right > 8 if right else abs(x) < 8
    assert y * down > 8 if down else abs(y) < 8


def test_the_shift_grows_with_the_value() -> None:
    little, much = (shift_between(grey(clip[0]), grey(clip[-1]))[0] for clip in (camera(pan=-2), camera(pan=-6)))
    assert 8 < 2 * little < much


@pytest.mark.parametrize(("value", "factor"), [(-10, 1.5), (10, 1 / 1.5)])
def test_a_negative_zoom_magnifies_and_a_positive_one_widens(value: float, factor: float) -> None:
    clip = camera(zoom=value)
    side = len(clip[0])
    scaled = cv2.resize(clip[0], (round(side * factor), round(side * factor)))
    reach = min(side, len(scaled)) // 2 - 10
    shown, expected = middle(clip[-1], reach), middle(scaled, reach)
    assert difference(shown, expected) < 8
    assert difference(shown, middle(clip[0], reach)) > 20


def middle(frame: np.ndarray, reach: int) -> np.ndarray:
    centre = len(frame) // 2
    return frame[centre - reach : centre + reach, centre - reach : centre + reach]


@pytest.mark.parametrize("value", [10, -10])
def test_a_roll_to_the_right_turns_the_picture_to_the_left(value: float) -> None:
    clip = camera(roll=value)
    side = len(clip[0])
    counter_clockwise = cv2.getRotationMatrix2D((side / 2, side / 2), 3.0 * value, 1.0)
    turned = cv2.warpAffine(clip[0], counter_clockwise, (side, side))
    assert difference(middle(clip[-1], 250), middle(turned, 250)) < 8


@pytest.mark.parametrize(
    ("kind", "right", "down", "grows"),
    [
        ("down_back", 0, -1, False),
        ("forward_up", 0, 1, True),
        ("right_turn_forward", -1, 0, True),
        ("left_turn_forward", 1, 0, True),
    ],
)
def test_each_named_move_goes_its_own_way(kind: str, right: int, down: int, grows: bool) -> None:
    dot = np.full((720, 720, 3), 60, np.uint8)
    cv2.circle(dot, (360, 360), 60, (250, 200, 100), -1)
    clip = frames(dot, camera_type=kind)
    before, after = (np.argwhere(frame[:, :, 0] > 150) for frame in (clip[0], clip[-1]))
    y, x = after.mean(axis=0) - before.mean(axis=0)
    assert (x * right > 40) if right else abs(x) < 20
    assert (y * down > 40) if down else abs(y) < 20
    assert (len(after) > 1.2 * len(before)) == grows


def test_without_a_camera_the_picture_moves_gently_from_its_own_view() -> None:
    clip = frames()
    assert difference(clip[0], cv2.resize(PICTURE, clip[0].shape[1::-1], interpolation=cv2.INTER_CUBIC)) == 0
    assert difference(clip[0], clip[-1]) > 3


def test_an_end_frame_alone_is_where_the_clip_ends() -> None:
    clip = frames(None, PICTURE)
    assert difference(clip[-1], cv2.resize(PICTURE, clip[0].shape[1::-1], interpolation=cv2.INTER_CUBIC)) == 0
    assert difference(clip[0], clip[-1]) > 3


def test_a_landscape_in_a_real_clip_pans_as_well(large: Sandbox) -> None:
    api = Api(large)
    clip = api.clip(model_name="kling-v1", prompt="hills", duration="5", camera_control=PAN)
    sky_and_hills = clip.small[:, :100].mean(axis=3)
    x, _ = shift_between(sky_and_hills[40], sky_and_hills[60])
    assert x < -4
    assert (clip.size, clip.rate, clip.count) == ((720, 720), 30, 150)
