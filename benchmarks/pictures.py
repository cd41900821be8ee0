"""IMAGE into upload bytes: ours beside our own plain version of the usual way, lossless and as JPEG."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from PIL import Image

from kling_api.media import decode_picture, encode_image, read_last_frame, write_clip

from .clips import moving_picture
from .measurement import Measurement

_SIZES = {"1080p": (1920, 1080), "4k": (3840, 2160)}
_RUNS = 3
_ANY_SIZE = 10**9
_QUALITIES = (95, 90, 85, 80, 75, 70)


def encode() -> list[Measurement]:
    """Time from an IMAGE tensor to PNG bytes, and to JPEG bytes where a PNG would be twice as large as allowed."""
    rows = []
    for name, size in _SIZES.items():
        image = _frame_of_a_clip(size)
        pixels = np.rint(image[0].numpy() * 255).astype(np.uint8)
        rows += [*_png(name, image, pixels), _jpeg(name, image, pixels)]
    return rows


def _frame_of_a_clip(size: tuple[int, int]) -> torch.Tensor:
    """What goes into the next order most often: [1, H, W, 3], a picture that has been through H.264."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        write_clip(path, moving_picture(size, 2), size, 24)
        return read_last_frame(path)


def _png(name: str, image: torch.Tensor, pixels: np.ndarray) -> list[Measurement]:
    """Beside the smallest file that PIL can make, as many packs do, and beside PIL's default, as ComfyUI does."""
    smallest, default, ours = _in_turn(
        lambda: _saved(image, "PNG", optimize=True),
        lambda: _saved(image, "PNG"),
        lambda: encode_image(image, _ANY_SIZE),
    )
    ways = {"PIL, optimize": smallest, "PIL": default, "ours": ours}
    if not all(np.array_equal(decode_picture(way.data), pixels) for way in ways.values()):
        raise RuntimeError("the encoded picture differs from the tensor")
    notes: dict[str, object] = {"lossless": True, "bytes": {way: len(made.data) for way, made in ways.items()}}
    what = f"IMAGE {name} to PNG, lossless: time"
    return [
        Measurement(what, "s", 0.10, ours.seconds, smallest.seconds, notes=notes, beside="PIL, optimize"),
        Measurement(what, "s", None, ours.seconds, default.seconds, notes=notes, beside="PIL"),
    ]


def _jpeg(name: str, image: torch.Tensor, pixels: np.ndarray) -> Measurement:
    limit = len(encode_image(image, _ANY_SIZE)) // 2
    usual, ours = _in_turn(lambda: _pil_jpeg(image, limit), lambda: encode_image(image, limit))
    levels = {way: round(_off(data, pixels), 2) for way, data in (("usual", usual.data), ("ours", ours.data))}
    sizes = {"limit": limit, "usual": len(usual.data), "ours": len(ours.data)}
    notes: dict[str, object] = {"bytes": sizes, "levels_off_on_average": levels}
    return Measurement(f"IMAGE {name} to JPEG: time", "s", None, ours.seconds, usual.seconds, notes=notes)


class _Timed:
    """What a way makes, and how long each of its runs took."""

    def __init__(self, make: Callable[[], bytes]) -> None:
        self.seconds: list[float] = []
        self.data = make()  # not counted: it warms up
        self._make = make

    def run(self) -> None:
        started = time.perf_counter()
        self._make()
        self.seconds.append(time.perf_counter() - started)


def _in_turn(*ways: Callable[[], bytes]) -> list[_Timed]:
    timed = [_Timed(way) for way in ways]
    for _ in range(_RUNS):
        for way in timed:
            way.run()
    return timed


def _pil_jpeg(image: torch.Tensor, limit: int) -> bytes:
    """The quality is lowered until the file fits."""
    data = b""
    for quality in _QUALITIES:
        data = _saved(image, "JPEG", quality=quality)
        if len(data) <= limit:
            break
    return data


def _saved(image: torch.Tensor, picture_format: str, **how: Any) -> bytes:
    buffer = io.BytesIO()
    pixels = np.clip(255.0 * image.cpu().numpy()[0], 0, 255).round().astype(np.uint8)
    Image.fromarray(pixels).save(buffer, picture_format, **how)
    return buffer.getvalue()


def _off(data: bytes, pixels: np.ndarray) -> float:
    return float(np.abs(decode_picture(data).astype(np.int16) - pixels).mean())
