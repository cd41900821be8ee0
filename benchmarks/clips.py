"""The clips that are measured: what providers send, and what artists bring along. Written anew for each run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import numpy as np

from kling_api.media import resize, warp, write_clip
from tests.media.samples import encode

RATE = 24
_HD, _FULL_HD, _4K = (1280, 720), (1920, 1080), (3840, 2160)
_FAST = {"preset": "veryfast"}
# The lengths of frames in ms, again and again: neither a screen recording nor a phone keeps its rate.
_UNEVEN = (42, 42, 16, 100, 42, 33, 8, 250)


@dataclass(frozen=True)
class Case:
    """One kind of clip: its name in the table, and what writes it to a path."""

    name: str
    suffix: str
    write: Callable[[Path], object]


def moving_picture(size: tuple[int, int], count: int) -> Iterator[np.ndarray]:
    """[H, W, 3] uint8: a slow pan over clouds of several sizes, with some grain: neither empty nor pure noise."""
    random = np.random.default_rng(2024)
    width, height = size
    picture = np.zeros((height, width, 3), np.float32)
    for cells, strength in ((8, 60), (40, 30), (200, 15), (width // 2, 5)):
        coarse = random.standard_normal((cells * height // width, cells, 3)).astype(np.float32)
        picture += strength * resize(coarse, size)
    image = np.clip(picture + 128, 0, 255).astype(np.uint8)
    for index in range(count):
        yield warp(image, np.array([[1.1, 0, -0.7 * index], [0, 1.1, -20]], np.float32), size)


def _clip(size: tuple[int, int], seconds: int, sound: bool = True) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(seconds * 44100) / 44100)
        samples = np.stack([tone] * 2).astype(np.float32) if sound else None
        write_clip(path, moving_picture(size, seconds * RATE), size, RATE, samples)

    return write


def _uneven(path: Path) -> None:
    count = 5 * RATE
    lengths = [_UNEVEN[index % len(_UNEVEN)] for index in range(count - 1)]
    encode(path, moving_picture(_HD, count), pts=list(accumulate(lengths, initial=0)), options=_FAST)


def _turned(path: Path) -> None:
    encode(path, moving_picture(_HD, 5 * RATE), rotation=90, options=_FAST)


def _ten_bits(path: Path) -> None:
    options = {"preset": "ultrafast", "crf": "18", "x265-params": "log-level=none"}
    encode(path, moving_picture(_HD, 5 * RATE), codec="libx265", pix_fmt="yuv420p10le", options=options)


def _odd(path: Path) -> None:
    encode(path, moving_picture((853, 481), 5 * RATE), pix_fmt="yuv444p", options=_FAST)


SMALL = Case("2 frames of 64 x 48", ".mp4", lambda path: write_clip(path, moving_picture((64, 48), 2), (64, 48), RATE))
MAIN = Case("10 s 1080p with sound", ".mp4", _clip(_FULL_HD, 10))
TOO_LARGE = Case("15 s 4k", ".mp4", _clip(_4K, 15))
OTHERS = (
    Case("5 s 720p with sound", ".mp4", _clip(_HD, 5)),
    Case("5 s 720p without sound", ".mp4", _clip(_HD, 5, sound=False)),
    Case("720p, variable frame rate", ".mp4", _uneven),
    Case("720p, turned by 90°", ".mp4", _turned),
    Case("720p, HEVC of 10 bits", ".mp4", _ten_bits),
    Case("853 x 481 (odd), 4:4:4", ".mp4", _odd),
)
