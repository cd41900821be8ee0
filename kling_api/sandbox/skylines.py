"""Outlines of hills, mountains, trees and houses. Each is [width] heights of about -1..1 over a strip `frames` wide."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def hills(random: np.random.Generator, width: int, frames: float) -> np.ndarray:
    """[width] about -1..1: soft waves."""
    across = np.linspace(0, 2 * np.pi * frames, width)
    waves = [np.sin(across * rate + random.uniform(0, 6.3)) / rate for rate in (1.0, 1.9, 3.7, 7.3)]
    return np.sum(waves, axis=0) / 1.6


def mountains(random: np.random.Generator, width: int, frames: float) -> np.ndarray:
    """Sharp peaks: straight lines between random heights, finer and finer."""
    across, total = np.arange(width), np.zeros(width)
    for level in range(5):
        knots = max(3, round((5 * 2**level) * frames))
        heights = random.uniform(-1, 1, knots) * 0.6**level
        total += np.interp(across, np.linspace(0, width, knots), heights)
    return total / 1.5


def pines(random: np.random.Generator, width: int, frames: float) -> np.ndarray:
    """Hills with rows of pointed trees."""
    line = hills(random, width, frames) * 0.5
    across = np.arange(width)
    spacing = width / frames / 46
    for centre in np.arange(0, width, spacing):
        at, tall = centre + random.uniform(-0.4, 0.4) * spacing, random.uniform(0.25, 0.7)
        reach = slice(max(0, int(at - spacing)), int(at + spacing) + 1)
        needle = tall * (1 - np.abs(across[reach] - at) / (spacing * 0.75))
        line[reach] = np.maximum(line[reach], line[reach] * 0.4 + needle - 0.05)
    return line


def city(random: np.random.Generator, width: int, frames: float) -> np.ndarray:
    """Flat roofs of different heights."""
    line, left = np.empty(width), 0
    while left < width:
        right = left + int(width / frames * random.uniform(0.025, 0.065)) + 2
        line[left:right] = random.uniform(-0.7, 1.0) if random.random() < 0.8 else random.uniform(1.0, 1.7)
        left = right
    return line


Skyline = Callable[[np.random.Generator, int, float], np.ndarray]
#: What each layer may be, from the far one to the near one.
SKYLINES: tuple[tuple[Skyline, ...], ...] = (
    (mountains, hills),
    (hills, city, mountains),
    (pines, hills, city),
)
