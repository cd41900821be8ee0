"""The clip of a task: landscape or pictures, camera, caption and sound, frame by frame into an mp4 file.

The same spec gives the same bytes; a file is made once and kept under its spec's digest.
"""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from ..media import blend, caption, resize, warp, write_clip
from .camera import View, matrix, smooth, view_at
from .clip_spec import ClipSpec, PictureFolder, read_spec, with_stored_pictures
from .pictures import fetch_picture, open_picture
from .scenes import Landscape
from .tones import SAMPLE_RATE, chord

Size = tuple[int, int]
#: A frame of the clip at a time (seconds) and the part of the clip that is over (0..1).
DrawFrame = Callable[[float, float], np.ndarray]

#: Landscapes are painted at most this wide or high and enlarged for 1080p and 4k.
_LARGEST_PAINTED = 1280
#: With a camera move the landscape shows this much more in each direction than the view.
_FIELD = 1.5
_CAMERA_PAINTED = 1600
#: With a camera move the landscape's own motion is slowed, so that the camera's is seen.
_CAMERA_PACE = 0.25
#: Seconds at both ends without a caption, and seconds in which it comes and goes.
_CLEAN, _FADE = 0.4, 0.5


class ClipFolder:
    """The rendered clips."""

    def __init__(self, folder: Path, pictures: PictureFolder) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._pictures = pictures
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def path_of(self, name: str) -> Path:
        return self._folder / name

    def render(self, work: str, check_stop: Callable[[], None]) -> Path:
        """The file for a spec in JSON. Raises worker.Unusable for a picture of no use, and what `check_stop` raises."""
        spec = with_stored_pictures(read_spec(work), fetch_picture, self._pictures.keep)
        path = self.path_of(f"{spec.digest()}.mp4")
        with self._locks[path.name]:  # two tasks with the same request wait for one rendering
            if not path.exists():
                self._write(spec, path, check_stop)
        return path

    def _write(self, spec: ClipSpec, path: Path, check_stop: Callable[[], None]) -> None:
        first, last = (open_picture(self._pictures.read(name)) if name else None for name in (spec.first, spec.last))
        part = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.part")
        sound = chord(_seed(spec), spec.seconds) if spec.sound else None
        frames, size = draw_clip(spec, first, last)
        write_clip(part, _watched(frames, check_stop), size, spec.rate, sound, SAMPLE_RATE)
        part.replace(path)


def draw_clip(spec: ClipSpec, first: np.ndarray | None, last: np.ndarray | None) -> tuple[Iterator[np.ndarray], Size]:
    """All frames ([H, W, 3] uint8) one after the other, and their size."""
    shape = first if first is not None else last
    size = spec.size(None if shape is None else (shape.shape[1], shape.shape[0]))
    draw = _landscape(spec, size) if shape is None else _pictures(spec, first, last, size)
    return _frames(spec, draw), size


def _frames(spec: ClipSpec, draw: DrawFrame) -> Iterator[np.ndarray]:
    count = spec.rate * spec.seconds
    for index in range(count):
        seconds = index / spec.rate
        frame = draw(seconds, index / (count - 1))
        strength = caption_strength(seconds, (count - 1) / spec.rate)
        yield caption(frame, spec.prompt, strength) if spec.prompt and strength > 0 else frame


def caption_strength(seconds: float, last: float) -> float:
    """0..1: how far the caption has come; 0 at both ends, so that the first and the last frame are clean."""
    return smooth((min(seconds, last - seconds) - _CLEAN) / _FADE)


def _watched(frames: Iterator[np.ndarray], check_stop: Callable[[], None]) -> Iterator[np.ndarray]:
    for frame in frames:
        check_stop()
        yield frame


def _landscape(spec: ClipSpec, size: Size) -> DrawFrame:
    if not spec.camera_type:
        scene = Landscape(_seed(spec), _fit(size, _LARGEST_PAINTED), spec.seconds)
        return lambda seconds, _: _enlarge(scene.draw(seconds), size)
    painted = _fit((round(size[0] * _FIELD), round(size[1] * _FIELD)), _CAMERA_PAINTED)
    scene = Landscape(_seed(spec), painted, spec.seconds, _CAMERA_PACE)

    def draw(seconds: float, progress: float) -> np.ndarray:
        view = view_at(spec.camera_type, spec.camera_axes, progress)
        return warp(scene.draw(seconds), matrix(view, painted, size, _FIELD), size)

    return draw


def _pictures(spec: ClipSpec, first: np.ndarray | None, last: np.ndarray | None, size: Size) -> DrawFrame:
    """Starts exactly on the first picture and ends exactly on the last, where they are given."""
    begin, end = (None if picture is None else _cover(picture, size) for picture in (first, last))
    random = np.random.default_rng(_seed(spec))
    drift = View(float(random.uniform(-0.03, 0.03)), float(random.uniform(-0.02, 0.02)), zoom=1.12)

    def leave(picture: np.ndarray, progress: float) -> np.ndarray:
        return warp(picture, matrix(_part(drift, smooth(progress)), size, size), size) if progress else picture

    def draw(_: float, progress: float) -> np.ndarray:
        if begin is not None and spec.camera_type:
            view = view_at(spec.camera_type, spec.camera_axes, progress)
            return warp(begin, matrix(view, size, size), size)
        if end is None:
            return leave(begin, progress)  # type: ignore[arg-type]
        if begin is None:
            return leave(end, 1 - progress)
        share = smooth((progress - 0.15) / 0.7)
        return blend(leave(begin, progress), leave(end, 1 - progress), share)

    return draw


def _part(view: View, part: float) -> View:
    return View(view.right * part, view.up * part, zoom=view.zoom**part)


def _cover(picture: np.ndarray, size: Size) -> np.ndarray:
    """Scaled so that it fills the frame, and what is over is cut off on both sides."""
    height, width = picture.shape[:2]
    scale = max(size[0] / width, size[1] / height)
    scaled = resize(picture, (max(size[0], round(width * scale)), max(size[1], round(height * scale))))
    left, top = (scaled.shape[1] - size[0]) // 2, (scaled.shape[0] - size[1]) // 2
    return np.ascontiguousarray(scaled[top : top + size[1], left : left + size[0]])


def _fit(size: Size, longest: int) -> Size:
    scale = min(1.0, longest / max(size))
    return round(size[0] * scale), round(size[1] * scale)


def _enlarge(image: np.ndarray, size: Size) -> np.ndarray:
    return image if image.shape[1::-1] == size else resize(image, size)


def _seed(spec: ClipSpec) -> int:
    return int(spec.digest()[:15], 16)
