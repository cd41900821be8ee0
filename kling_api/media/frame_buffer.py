"""The tensor that a clip's frames are converted into, one by one: colours, rotation, floats. No decoding here."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import torch
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter
from torch import Tensor

from ..errors import Charged, MediaError
from .container import check_size
from .memory import check_memory
from .probe import turns

_GROWTH = 8  # frames by which the buffer grows when the header announced too few
# One table look-up per byte replaces a conversion and a division; the bits are those of float32(pixel) / 255.
_LEVELS = (np.arange(256, dtype=np.float32) / np.float32(255)).reshape(1, 256)
_QUARTER_TURNS = {1: cv2.ROTATE_90_COUNTERCLOCKWISE, 2: cv2.ROTATE_180, 3: cv2.ROTATE_90_CLOCKWISE}


class FrameBuffer:
    """Made when the first frame tells the true size; grown or cut when the header announced a wrong number."""

    def __init__(self, path: Path | str, expected: int) -> None:
        self.filled = 0
        self._path = path
        self._expected = expected
        self._size = (0, 0)  # width, height as stored, before any turn
        self._turns = 0
        self._pixels = np.empty((0, 0, 0, 3), np.float32)
        self._reformatter = VideoReformatter()

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
        self._size, self._turns = (frame.width, frame.height), turns(frame)
        width, height = self._size if self._turns % 2 == 0 else self._size[::-1]
        contents = f"{self._expected:,} frames of {width} x {height} pixels"
        check_memory(self._expected * width * height * 3 * 4, self._path, contents)
        try:
            # Not torch.empty: numpy asks for huge pages, without which the first touch takes longer than the decoding.
            self._pixels = np.empty((self._expected, height, width, 3), np.float32)
        except (MemoryError, ValueError) as error:
            raise MediaError(f"There is no memory for {contents}.", charged=Charged.ONCE) from error

    def _resize(self, frames: int) -> None:
        # In place (mremap): no second copy. No view of the array is alive, but numpy's own check counts too many.
        self._pixels.resize((frames, *self._pixels.shape[1:]), refcheck=False)

    def _to_rgb(self, frame: av.VideoFrame) -> np.ndarray:
        """[H, W, 3] uint8 upright; a frame of another size than the first is scaled to it, as ffmpeg does."""
        width, height = self._size
        rgb = self._reformatter.reformat(
            frame,
            width=width,
            height=height,
            format="rgb24",
            interpolation=Interpolation.BICUBIC,
            src_color_range=frame.color_range,  # PyAV takes every clip for limited range unless told
            dst_color_range=ColorRange.JPEG,
        )
        picture = rgb.to_ndarray()
        return cv2.rotate(picture, _QUARTER_TURNS[self._turns]) if self._turns else picture
