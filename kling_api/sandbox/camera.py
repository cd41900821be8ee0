"""Where the camera looks at each moment, as an affine matrix. Signs as in the official docs (CN 2026, EN 2026)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np

Size = tuple[int, int]


@dataclass(frozen=True)
class View:
    """A move away from the picture's own view.

    `right`, `up`: where the camera's axis has gone, in widths and heights of the view. `clockwise`: degrees by which
    the camera has turned. `zoom`: magnification. `keystone`: slant of the horizon, as a turn to the side shows it.
    """

    right: float = 0.0
    up: float = 0.0
    clockwise: float = 0.0
    zoom: float = 1.0
    keystone: float = 0.0


#: Views at full strength (10 of 10), reached at the end of the clip.
_SIMPLE = {
    "horizontal": View(right=0.25),
    "vertical": View(up=0.25),
    "pan": View(right=0.25, keystone=0.05),
    "tilt": View(up=0.25),
    "roll": View(clockwise=30.0),
    "zoom": View(zoom=1 / 1.5),  # positive is a shorter focal length: a wider view
}
_PRESETS = {
    "down_back": View(up=-0.16, zoom=1 / 1.35),
    "forward_up": View(up=0.16, zoom=1.4),
    "right_turn_forward": View(right=0.22, zoom=1.3, keystone=0.05),
    "left_turn_forward": View(right=-0.22, zoom=1.3, keystone=-0.05),
}


def view_at(kind: str, axes: Mapping[str, float], progress: float) -> View:
    """The view after `progress` (0..1) of the clip; it starts and ends gently."""
    eased = smooth(progress)
    if kind in _PRESETS:
        return _part_of(_PRESETS[kind], eased)
    axis, value = next(((axis, value) for axis, value in axes.items() if value), ("pan", 0.0))
    return _part_of(_SIMPLE[axis], eased * value / 10)


def matrix(view: View, source: Size, target: Size, field: float = 1.0) -> np.ndarray:
    """Source pixel -> target pixel. `source` shows `field` times as much in each direction as the target."""
    scale = target[0] / (source[0] / field) * view.zoom
    turn = radians(view.clockwise)
    turned = np.array([[cos(turn), sin(turn)], [-sin(turn), cos(turn)]])
    slanted = np.array([[1.0, 0.0], [view.keystone, 1.0]])
    linear = scale * slanted @ turned
    looks_at = np.array([(0.5 + view.right / field) * source[0], (0.5 - view.up / field) * source[1]]) - 0.5
    middle = np.array(target) / 2 - 0.5
    return np.column_stack([linear, middle - linear @ looks_at])


def smooth(progress: float) -> float:
    """0..1 -> 0..1 without a jolt at either end."""
    inside = min(1.0, max(0.0, progress))
    return inside * inside * (3 - 2 * inside)


def _part_of(view: View, part: float) -> View:
    """`part` -1..1; a negative one is the opposite move."""
    return View(view.right * part, view.up * part, view.clockwise * part, view.zoom**part, view.keystone * part)
