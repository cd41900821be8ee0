"""A landscape that is the same for the same seed and moves: sky, clouds, three layers in parallax, water, birds.

All is painted once as wide strips; a frame is cut out of them. Nothing here knows requests, cameras or files.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..media import resize
from .palettes import PALETTES, Colour, Palette
from .skylines import SKYLINES, city

Size = tuple[int, int]
#: Speed of each layer in longer sides of the frame per second, from the clouds to the near layer.
_SPEEDS = (0.014, 0.006, 0.016, 0.042)
#: Where the skyline of each layer lies, as a part of the height, and how far it goes up and down.
_HORIZONS = ((0.50, 0.13), (0.60, 0.09), (0.72, 0.10))


@dataclass(frozen=True)
class Layer:
    """A strip wider than the frame, to be put at the row `top`.

    `opaque` [h, w, 3] uint8 lies below `mixed` [h, w, 3] uint16, the colour times its cover (0..256), and `through`,
    256 minus that cover. All three channels are written out, as numpy is several times faster without broadcasting.
    """

    top: int
    mixed: np.ndarray
    through: np.ndarray
    opaque: np.ndarray
    speed: float


class Landscape:
    """`draw(seconds)` is a frame of `size` (width, height). `pace` slows the motion down (1 is normal)."""

    def __init__(self, seed: int, size: Size, seconds: float, pace: float = 1.0) -> None:
        random = np.random.default_rng(seed)
        self._size = size
        self._palette = PALETTES[random.integers(len(PALETTES))]
        self._pace = pace * float(random.choice((-1, 1)))
        self._travel = int(max(_SPEEDS) * max(size) * seconds * pace) + 2
        self._shore = int(size[1] * random.uniform(0.76, 0.82)) if random.random() < 0.5 else 0
        self._sky = _paint_sky(random, self._palette, size)
        self._layers = [self._paint_clouds(random), *(self._paint_ground(random, index) for index in range(3))]
        self._birds = _Birds(random, size)

    def draw(self, seconds: float) -> np.ndarray:
        frame = self._sky.copy()
        for layer in self._layers:
            self._put(frame, layer, seconds)
        self._birds.put(frame, seconds * abs(self._pace))
        if self._shore:
            _reflect(frame, self._shore, seconds)
        return frame

    def _put(self, frame: np.ndarray, layer: Layer, seconds: float) -> None:
        width = self._size[0]
        way = layer.speed * max(self._size) * seconds * self._pace
        left = round(way if self._pace > 0 else self._travel - 1 + way)
        cut = slice(left, left + width)
        solid = layer.top + len(layer.mixed)
        band = frame[layer.top : solid]
        mixed = band * layer.through[:, cut]
        mixed += layer.mixed[:, cut]
        mixed >>= 8
        band[:] = mixed
        frame[solid : solid + len(layer.opaque)] = layer.opaque[:, cut]

    def _paint_clouds(self, random: np.random.Generator) -> Layer:
        width, height = self._size[0] + self._travel, self._size[1] // 3
        noise = _smooth_noise(random, (width, height), (7, 3))
        fade = np.sin(np.linspace(0, np.pi, height))[:, None]
        cover = np.clip((noise - 0.52) * 3.2, 0, 0.75) * fade
        colour = np.empty((height, width, 3), np.uint8)
        colour[:] = self._palette.cloud
        return _layer(colour, cover, self._size[1] // 12, _SPEEDS[0])

    def _paint_ground(self, random: np.random.Generator, index: int) -> Layer:
        width = self._size[0] + self._travel
        height = self._size[1]
        horizon, swing = _HORIZONS[index]
        draw_skyline = SKYLINES[index][random.integers(len(SKYLINES[index]))]
        skyline = (horizon - swing * draw_skyline(random, width, width / self._size[0])) * height
        top, lowest = int(skyline.min()) - 1, int(skyline.max()) + 2
        rows = np.arange(top, height)[:, None]
        cover = np.clip(rows[: lowest - top] - skyline[None, :] + 0.5, 0, 1)
        colour = _shade(self._palette.ground[index], self._palette.sky[2], rows, skyline, height)
        if draw_skyline is city:
            _light_windows(random, colour, skyline, top, self._palette.light, self._size)
        return _layer(colour, cover, top, _SPEEDS[index + 1])


def _layer(colour: np.ndarray, cover: np.ndarray, top: int, speed: float) -> Layer:
    """`cover` [rows, width] 0..1 belongs to the first rows of `colour`; the others are opaque."""
    mixed_rows = len(cover)
    weight = np.repeat(np.rint(cover * 256).astype(np.uint16)[:, :, None], 3, axis=2)
    return Layer(top, colour[:mixed_rows] * weight, 256 - weight, colour[mixed_rows:], speed)


def _paint_sky(random: np.random.Generator, palette: Palette, size: Size) -> np.ndarray:
    width, height = size
    stops = np.array(palette.sky, np.float32)
    at = np.linspace(0, 1, height)
    sky = np.stack([np.interp(at, (0, 0.34, 0.66), stops[:, channel]) for channel in range(3)], axis=1)
    sky = np.repeat(sky[:, None], width, axis=1)
    _add_stars(random, sky, palette.stars)
    _add_sun(random, sky, palette.sun, size)
    sky += random.uniform(-0.6, 0.6, (height, width, 1))  # without it the gradient shows bands
    return np.clip(sky, 0, 255).astype(np.uint8)


def _add_sun(random: np.random.Generator, sky: np.ndarray, colour: Colour, size: Size) -> None:
    width, height = size
    centre = (width * random.uniform(0.25, 0.75), height * random.uniform(0.24, 0.40))
    radius = min(size) * random.uniform(0.045, 0.075)
    rows, columns = np.ogrid[:height, :width]
    distance = np.sqrt((columns - centre[0]) ** 2 + (rows - centre[1]) ** 2)
    glow = 0.55 * np.exp(-distance / (radius * 3.2)) + 0.18 * np.exp(-distance / (radius * 9))
    cover = np.maximum(np.clip(radius - distance + 0.5, 0, 1), glow)[:, :, None]
    sky += (np.array(colour) - sky) * cover


def _add_stars(random: np.random.Generator, sky: np.ndarray, count: int) -> None:
    height, width = sky.shape[:2]
    rows = (random.random(count) ** 1.5 * height * 0.5).astype(int)
    columns = random.integers(0, width - 1, count)
    bright = random.uniform(60, 220, (count, 1))
    for shift in (0, 1):
        sky[rows, columns + shift] = np.minimum(255, sky[rows, columns + shift] + bright / (1 + shift))


def _smooth_noise(random: np.random.Generator, size: Size, grid: Size) -> np.ndarray:
    """[height, width] 0..1: a few octaves of random grids, smoothly enlarged."""
    total, weight = np.zeros((size[1], size[0]), np.float32), 1.0
    for octave in range(4):
        cells = (grid[1] * 2**octave, grid[0] * 2**octave)
        total += weight * resize(random.random(cells, np.float32), size)
        weight *= 0.5
    return (total - total.min()) / (np.ptp(total) or 1)


def _shade(ground: Colour, haze: Colour, rows: np.ndarray, skyline: np.ndarray, height: int) -> np.ndarray:
    """Lighter at the skyline, where the air is between; [rows, width, 3] uint8."""
    depth = np.clip((rows - skyline[None, :]) / (0.30 * height), 0, 1)[:, :, None]
    near, far = np.array(ground, np.float32), np.array(haze, np.float32)
    return ((near * 0.80 + far * 0.20) * (1 - depth) + near * 0.92 * depth).astype(np.uint8)


def _light_windows(
    random: np.random.Generator, colour: np.ndarray, skyline: np.ndarray, top: int, light: Colour, size: Size
) -> None:
    """Small lit rectangles on a grid; a window belongs to the house in which both its edges are."""
    step = max(5, size[0] // 116)
    wide, high = max(2, step * 2 // 5), max(3, step // 2)
    for left in range(step, colour.shape[1] - step, step):
        roof = skyline[left - 2 : left + wide + 2]
        if np.ptp(roof) > 0:
            continue
        for row in range(int(roof[0]) - top + step, colour.shape[0] - step, step * 5 // 4):
            if random.random() < 0.34:
                strength = random.uniform(0.35, 0.95)
                pane = colour[row : row + high, left : left + wide]
                pane[:] = (pane * (1 - strength) + np.array(light) * strength).astype(np.uint8)


def _reflect(frame: np.ndarray, shore: int, seconds: float) -> None:
    """Water from the row `shore` down: the picture above, upside down, with ripples that grow towards us."""
    depth = np.arange(frame.shape[0] - shore)
    swell = (0.8 + depth * 0.035) * np.sin(depth * 0.55 - seconds * 5 + 2 * np.sin(depth * 0.13 + seconds * 1.3))
    source = np.clip(shore - 1 - depth * 1.6 + swell * 2.2, 0, shore - 1).astype(int)
    water = frame[source]
    frame[shore:] = water - (water >> 2)


class _Birds:
    """A small flock that crosses the sky, beating its wings."""

    def __init__(self, random: np.random.Generator, size: Size) -> None:
        self._size = size
        self._heading = float(random.choice((-1, 1)))
        self._start = random.uniform(0.25, 0.45)
        self._span = max(5, min(size) // 48)
        self._birds = [
            (rank * self._span * 2.1 + random.uniform(0, 6), abs(rank) * self._span * 1.1, random.uniform(0, 6.3))
            for rank in (-2, -1, 0, 1, 2)
        ]
        self._height = size[1] * random.uniform(0.16, 0.26)

    def put(self, frame: np.ndarray, seconds: float) -> None:
        across = self._start + 0.06 * seconds
        x = self._size[0] * (across if self._heading > 0 else 1 - across)
        for right, down, phase in self._birds:
            self._put_one(frame, int(x + right), int(self._height + down), np.sin(seconds * 9 + phase))

    def _put_one(self, frame: np.ndarray, x: int, y: int, beat: float) -> None:
        for wing in range(-self._span, self._span + 1):
            lift = (abs(wing) / self._span) ** 0.8 * beat * self._span * 0.6
            row, column = int(y - lift), x + wing
            if 1 <= row < frame.shape[0] - 1 and 0 <= column < frame.shape[1]:
                frame[row : row + 2, column] = frame[row : row + 2, column] // 4 + 12
