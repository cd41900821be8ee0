"""The tensor that a clip's frames are converted into, one by one: colours, rotation, floats. No decoding here."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import torch
from av.filter import Graph
from torch import Tensor

from ..errors import Charged, MediaError
from .container import check_size
from .memory import check_frames, check_memory
from .probe import turns

_GROWTH = 8  # frames by which the buffer grows; rare, for `expected` comes from counting
# One table look-up per byte replaces a conversion and a division; the bits are those of float32(pixel) / 255.
_LEVELS = (np.arange(256, dtype=np.float32) / np.float32(255)).reshape(1, 256)
# FFmpeg's filters for 0 to 3 quarter turns counter-clockwise.
_UPRIGHT = ((), (("transpose", "cclock"),), (("hflip", None), ("vflip", None)), (("transpose", "clock"),))


class FrameBuffer:
    """Made when the first frame tells the true size; grown or cut when `expected` frames was wrong."""

    def __init__(self, path: Path | str, expected: int) -> None:
        self.filled = 0
        self._path = path
        self._expected = expected
        self._pixels = np.empty((0, 0, 0, 3), np.float32)
        self._conversion: Graph | None = None

    def append(self, frame: av.VideoFrame) -> None:
        if not self.filled:
            self._allocate(frame)
        elif self.filled == len(self._pixels):
            check_memory(_GROWTH * self._pixels[0].nbytes, self._path, f"{_GROWTH} more frames")
            self._resize(self.filled + _GROWTH)
        picture = self._to_rgb(frame)
        height, width = picture.shape[:2]
        rows = self._pixels[self.filled].reshape(height, width * 3)
        cv2.LUT(picture.reshape(height, width * 3), _LEVELS, rows)
        self.filled += 1

    def tensor(self) -> Tensor:
        """[N, H, W, 3] float32, the frames so far. The buffer must not be used afterwards."""
        if self.filled < len(self._pixels):
            self._resize(self.filled)
        return torch.from_numpy(self._pixels)

    def _allocate(self, frame: av.VideoFrame) -> None:
        check_size(frame.width, frame.height, self._path, Charged.ONCE)
        self._conversion = _conversion(frame)
        width, height = (frame.height, frame.width) if turns(frame) % 2 else (frame.width, frame.height)
        check_frames(self._expected, (width, height), self._path)
        try:
            # Not torch.empty: numpy asks for huge pages, without which the first touch takes longer than the decoding.
            self._pixels = np.empty((self._expected, height, width, 3), np.float32)
        except (MemoryError, ValueError) as error:
            what = f"There is no memory for {self._expected:,} frames of {width} x {height} pixels."
            raise MediaError(what, charged=Charged.ONCE) from error

    def _resize(self, frames: int) -> None:
        # Cutting happens in place. No view of the array is alive; numpy's own check counts references, too many here.
        self._pixels.resize((frames, *self._pixels.shape[1:]), refcheck=False)

    def _to_rgb(self, frame: av.VideoFrame) -> np.ndarray:
        """[H, W, 3] uint8, upright."""
        assert self._conversion is not None
        self._conversion.vpush(frame)
        return self._conversion.vpull().to_ndarray()


def _conversion(frame: av.VideoFrame) -> Graph:
    """Decoded frames go in, upright rgb24 frames of the first one's size come out.

    FFmpeg's own filters, as its program would string them together: they know about colour matrix and range, where the
    chroma samples sit, and frames that change their size half-way.
    """
    graph = Graph()
    time_base = frame.time_base or Fraction(1)
    source = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=time_base)
    scale = graph.add("scale", f"{frame.width}:{frame.height}")
    upright = [graph.add(name, arguments) for name, arguments in _UPRIGHT[turns(frame)]]
    graph.link_nodes(source, scale, *upright, graph.add("format", "rgb24"), graph.add("buffersink")).configure()
    return graph
