"""Refuses a tensor that would not fit into the memory that is free, before it is made."""

from __future__ import annotations

from pathlib import Path

from .. import machine
from ..errors import Charged, MediaError

_HEADROOM = 1.1  # decoder, queue and rounding, beside the tensor itself


def check_frames(count: int, size: tuple[int, int], path: Path | str) -> None:
    """`check_memory` for a tensor of `count` frames of `size` (width, height)."""
    width, height = size
    check_memory(count * width * height * 3 * 4, path, f"{count:,} frames of {width} x {height} pixels")


def check_memory(size: int, path: Path | str, contents: str) -> None:
    """MediaError if `size` bytes for `contents` of the clip at `path` are more than what is free."""
    free = machine.available_memory()
    if free is not None and size * _HEADROOM > free:
        raise MediaError(
            f"{contents} of {path} would take {_gigabytes(size)} GB of memory, and {_gigabytes(free)} GB are free.",
            f"Set `decode` to first or last, or read it in parts (start, count). The clip itself is safe at {path}.",
            charged=Charged.ONCE,
        )


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:,.1f}" if size >= 1e8 else f"{size / 1e9:.3f}"
