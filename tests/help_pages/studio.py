"""Makes the pictures of the help pages: the nodes themselves, run with the real client in the sandbox."""

from __future__ import annotations

import math
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import cv2
import numpy as np
from conftest import ROOT, STUB, execute, load_like_comfyui

from kling_api.media import resize
from kling_api.media.lettering import text_strip
from kling_api.sandbox.config import SandboxConfig
from kling_api.sandbox.server import Sandbox

FOLDER = ROOT / "nodes" / "web" / "docs" / "pictures"
#: Pixels of a page's picture, and its bytes at most.
WIDTH, GAP, MOST_BYTES = 640, 4, 40_000
_TALLEST = 360
#: Width : height of a row whose pictures can still be seen in a panel of 250 pixels.
_WIDEST = 4.2
_QUALITIES = (88, 82, 76, 70, 62, 54, 46)
_LETTERS = 18
_SOUND = (30, 32, 38), (120, 200, 255)

Picture = np.ndarray
Rows = Sequence[Sequence[Picture]]
Recipe = Callable[["Studio"], Rows]


class Studio:
    """Runs nodes; the ledger gives back what an earlier recipe has asked for already."""

    def __init__(self, pack: ModuleType) -> None:
        self._pack = pack

    def run(self, node: str, **inputs: Any) -> tuple[Any, ...]:
        """The node's outputs."""
        return execute(self._pack, node, **inputs).args


def make_pictures(recipes: dict[str, Recipe], wanted: Sequence[str] = ()) -> None:
    """Writes the pictures of those nodes, of all where none is named."""
    sys.path.insert(0, str(STUB))
    with tempfile.TemporaryDirectory() as folder, Sandbox(SandboxConfig(pace=0.02)) as sandbox:
        os.environ.update(KLING_HOME=folder, KLING_PROFILE="sandbox", KLING_BASE_URL=sandbox.url)
        studio = Studio(load_like_comfyui(ROOT))
        FOLDER.mkdir(parents=True, exist_ok=True)
        for node in wanted or recipes:
            data = as_jpeg(sheet(recipes[node](studio)))
            (FOLDER / f"{node}.jpg").write_bytes(data)
            print(f"{node}: {len(data) // 1000} kB")


def sheet(rows: Rows) -> Picture:
    """Rows of pictures, each row as wide as the page's picture; a row of wide ones is broken into pairs."""
    strips = [_strip(part) for row in rows for part in _pairs(row)]
    gap = np.full((GAP, WIDTH, 3), 255, np.uint8)
    parts = [part for strip in strips for part in (gap, strip)][1:]
    return np.concatenate(parts)


def frames(clip: Any, count: int = 4) -> list[Picture]:
    """Of [N, H, W, 3] float 0..1, from the first to the last."""
    return [pixels(clip[round(at)]) for at in np.linspace(0, len(clip) - 1, count)]


def pixels(image: Any) -> Picture:
    """[H, W, 3] bytes of an IMAGE or a MASK without its batch."""
    plane = (image.detach().cpu().numpy() * 255).round().clip(0, 255).astype(np.uint8)
    return plane if plane.ndim == 3 else np.repeat(plane[..., None], 3, axis=2)


def waveform(audio: dict[str, Any], height: int = 110) -> Picture:
    """The sound as it goes up and down."""
    wave = audio["waveform"][0].mean(0).abs().numpy()
    peaks = [float(part.max()) if part.size else 0.0 for part in np.array_split(wave, WIDTH)]
    loudest = max(*peaks, 1e-6)
    drawn = np.full((height, WIDTH, 3), _SOUND[0], np.uint8)
    for x, peak in enumerate(peaks):
        half = max(1, int(peak / loudest * (height / 2 - 6)))
        drawn[height // 2 - half : height // 2 + half, x] = _SOUND[1]
    return drawn


def lines(text: str) -> Picture:
    """A node's text, as it stands on it; as many whole lines as there is room for."""
    strips = [text_strip(line, WIDTH, _LETTERS, _LETTERS * 6) for line in text.splitlines()]
    ends = np.cumsum([len(strip) for strip in strips])
    return np.vstack([strip for strip, end in zip(strips, ends, strict=True) if end <= _TALLEST])


def as_jpeg(picture: Picture) -> bytes:
    """Small enough for a page, as good as that allows."""
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    for quality in _QUALITIES:
        data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
        if len(data) <= MOST_BYTES:
            return data
    raise ValueError(
        f"A picture of {picture.shape[1]} x {picture.shape[0]} pixels does not fit into {MOST_BYTES} bytes."
    )


def _pairs(row: Sequence[Picture]) -> list[Sequence[Picture]]:
    ratio = sum(one.shape[1] / one.shape[0] for one in row)
    if ratio <= _WIDEST or len(row) < 3:
        return [row]
    return [row[at : at + 2] for at in range(0, len(row), 2)]


def _strip(row: Sequence[Picture]) -> Picture:
    """Side by side, equally high."""
    ratios = [one.shape[1] / one.shape[0] for one in row]
    room = WIDTH - GAP * (len(row) - 1)
    height = min(math.floor(room / sum(ratios)), _TALLEST)
    widths = [max(1, round(ratio * height)) for ratio in ratios]
    strip = np.full((height, WIDTH, 3), 255, np.uint8)
    x = max(0, (WIDTH - sum(widths) - GAP * (len(row) - 1)) // 2)
    for one, width in zip(row, widths, strict=True):
        width = min(width, WIDTH - x)
        strip[:, x : x + width] = resize(one, (width, height))
        x += width + GAP
    return strip
