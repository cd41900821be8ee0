"""The frames of a clip that starts from nothing or from pictures: landscape, camera, caption.

What starts from another clip or a sound is in `films`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ..media import blend, caption, resize, warp
from .camera import View, matrix, smooth, view_at
from .clip_spec import ClipSpec
from .scenes import Landscape

Size = tuple[int, int]
#: A frame of the clip at a time (seconds) and the part of the clip that is over (0..1).
DrawFrame = Callable[[float, float], np.ndarray]

#: Landscapes are painted at most this wide or high and enlarged for 1080p and 4k.
LARGEST_PAINTED = 1280
#: With a camera move the landscape shows this much more in each direction than the view.
_FIELD = 1.5
_CAMERA_PAINTED = 1600
#: With a camera move the landscape's own motion is slowed, so that the camera's is seen.
_CAMERA_PACE = 0.25
#: Seconds at both ends without a caption, and seconds in which it comes and goes; parts of a clip that is very short.
_CLEAN, _FADE = 0.4, 0.5
_CLEAN_PART, _FADE_PART = 0.2, 0.25


def draw_clip(spec: ClipSpec, first: np.ndarray | None, last: np.ndarray | None) -> tuple[Iterator[np.ndarray], Size]:
    """All frames ([H, W, 3] uint8) one after the other, and their size."""
    size = size_for(spec, first, last)
    return draw_shot(spec, first, last, size), size


def size_for(spec: ClipSpec, *pictures: np.ndarray | None) -> Size:
    """As the first of the pictures that is there has it, where nothing else is asked for."""
    shapes = [picture.shape[1::-1] for picture in pictures if picture is not None]
    return spec.size(shapes[0] if shapes else None)


def draw_shot(spec: ClipSpec, first: np.ndarray | None, last: np.ndarray | None, size: Size) -> Iterator[np.ndarray]:
    draw = _landscape(spec, size) if first is None and last is None else _pictures(spec, first, last, size)
    return captioned(spec, draw)


def captioned(spec: ClipSpec, draw: DrawFrame) -> Iterator[np.ndarray]:
    """The frames of `spec.seconds` with the caption on them."""
    count = max(2, round(spec.rate * spec.seconds))
    for index in range(count):
        seconds = index / spec.rate
        frame = draw(seconds, index / (count - 1))
        strength = caption_strength(seconds, (count - 1) / spec.rate)
        yield caption(frame, spec.caption, strength) if spec.caption and strength > 0 else frame


def caption_strength(seconds: float, last: float) -> float:
    """0..1: how far the caption has come; 0 at both ends, so that the first and the last frame are clean."""
    clean, fade = min(_CLEAN, last * _CLEAN_PART), min(_FADE, last * _FADE_PART)
    return smooth((min(seconds, last - seconds) - clean) / fade)


def draw_sequence(spec: ClipSpec, pictures: Sequence[np.ndarray]) -> tuple[Iterator[np.ndarray], Size]:
    """Goes through the pictures in order: stays on each a while and blends into the next."""
    size = spec.size(pictures[0].shape[1::-1])
    stations = [cover(picture, size) for picture in pictures]
    if len(stations) == 1:
        return captioned(spec, _pictures(spec, stations[0], None, size)), size

    def draw(_: float, progress: float) -> np.ndarray:
        place = progress * (len(stations) - 1)
        before = min(int(place), len(stations) - 2)
        return blend(stations[before], stations[before + 1], smooth((place - before - 0.2) / 0.6))

    return captioned(spec, draw), size


def _landscape(spec: ClipSpec, size: Size) -> DrawFrame:
    if not spec.camera_type:
        scene = Landscape(seed_of(spec), fit(size, LARGEST_PAINTED), spec.seconds)
        return lambda seconds, _: enlarge(scene.draw(seconds), size)
    painted = fit((round(size[0] * _FIELD), round(size[1] * _FIELD)), _CAMERA_PAINTED)
    scene = Landscape(seed_of(spec), painted, spec.seconds, _CAMERA_PACE)

    def draw(seconds: float, progress: float) -> np.ndarray:
        view = view_at(spec.camera_type, spec.camera_axes, progress)
        return warp(scene.draw(seconds), matrix(view, painted, size, _FIELD), size)

    return draw


def _pictures(spec: ClipSpec, first: np.ndarray | None, last: np.ndarray | None, size: Size) -> DrawFrame:
    """Starts exactly on the first picture and ends exactly on the last, where they are given."""
    begin, end = (None if picture is None else cover(picture, size) for picture in (first, last))
    random = np.random.default_rng(seed_of(spec))
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


def cover(picture: np.ndarray, size: Size) -> np.ndarray:
    """Scaled so that it fills the frame, and what is over is cut off on both sides."""
    height, width = picture.shape[:2]
    scale = max(size[0] / width, size[1] / height)
    scaled = resize(picture, (max(size[0], round(width * scale)), max(size[1], round(height * scale))))
    left, top = (scaled.shape[1] - size[0]) // 2, (scaled.shape[0] - size[1]) // 2
    return np.ascontiguousarray(scaled[top : top + size[1], left : left + size[0]])


def fit(size: Size, longest: int) -> Size:
    scale = min(1.0, longest / max(size))
    return round(size[0] * scale), round(size[1] * scale)


def enlarge(image: np.ndarray, size: Size) -> np.ndarray:
    return image if image.shape[1::-1] == size else resize(image, size)


def seed_of(spec: ClipSpec) -> int:
    return int(spec.digest()[:15], 16)
