"""Our frames beside those that the `ffmpeg` program writes of the same clip: number, order, pixels and rate."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from kling_api.media import read_frames
from kling_api.media.probe import probe
from tests.media.samples import ffmpeg_rate

_PART = 24


def check(path: Path) -> dict[str, object]:
    """Notes for a measurement. RuntimeError if a pixel is more than one 8-bit level off, or number or rate differ."""
    if shutil.which("ffmpeg") is None or shutil.which("ffprobe") is None:
        return {"pixels": "not compared: the program ffmpeg is not installed"}
    clip = probe(path)
    largest = count = 0
    for theirs, mine in zip(_ffmpeg(path, clip.height, clip.width), _ours(path, clip.frames), strict=True):
        np.subtract(mine, theirs, out=mine)
        largest = max(largest, int(mine.max()), -int(mine.min()))
        count += 1
    rate = ffmpeg_rate(path)
    if largest > 1 or count != clip.frames or clip.rate != rate:
        raise RuntimeError(
            f"{path.name}: {count} frames at {rate} by ffmpeg, {clip.frames} at {clip.rate} by us; "
            f"pixels are up to {largest} levels apart."
        )
    return {"frames": count, "rate": f"{rate} fps", "levels_off_ffmpeg_at_most": largest}


def _ours(path: Path, frames: int) -> Iterator[np.ndarray]:
    """[H, W, 3] float32 each, 0..255 and rounded; read in parts so that any clip fits, changed in place for speed."""
    for start in range(0, frames, _PART):
        for frame in read_frames(path, start, _PART).numpy():
            frame *= 255
            yield np.rint(frame, out=frame)


def _ffmpeg(path: Path, height: int, width: int) -> Iterator[np.ndarray]:
    """[H, W, 3] uint8 each."""
    command = ["ffmpeg", "-v", "fatal", "-i", str(path), "-fps_mode", "passthrough", "-f", "rawvideo"]
    size = height * width * 3
    with subprocess.Popen([*command, "-pix_fmt", "rgb24", "-"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while data := process.stdout.read(size):
            yield np.frombuffer(data, np.uint8).reshape(height, width, 3)
