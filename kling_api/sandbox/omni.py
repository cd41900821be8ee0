"""Omni clips and effects: what the prompt refers to is shown in the corner, a clip is followed or edited."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from math import pi, sin

import numpy as np

from ..media import blend, caption, warp
from . import footage
from .camera import View, matrix
from .clip_spec import ClipSpec, even
from .film import Film, Material, chord_of, opened, required
from .insets import labelled, numbered, put
from .palettes import PALETTES
from .pictures import open_picture
from .render import Size, caption_strength, captioned, cover, draw_clip, seed_of
from .shots import draw_shots
from .worker import Unusable

#: How far the colour of an edited clip goes over its own.
_TINT = 0.35


def draw_omni(spec: ClipSpec, material: Material) -> Film:
    if spec.video_role == "base":
        return _edited(spec, material)
    draw = draw_shots if spec.shots else draw_clip
    frames, size = draw(spec, opened(material.first), opened(material.last))
    shown = references(material, size)
    if not spec.video:
        return Film(with_references(spec, frames, shown), size, spec.rate, chord_of(spec))
    return Film(_following(spec, material, frames, shown, size), size, spec.rate, _own_sound(spec, material))


def draw_effect(spec: ClipSpec, material: Material) -> Film:
    """The picture beats like a heart; two pictures come together."""
    pictures = [open_picture(data) for data in material.pictures]
    if not pictures:
        raise Unusable("Image pixel is invalid")
    size = spec.size(pictures[0].shape[1::-1])
    half = (even(size[0] / 2), size[1])
    still = [cover(picture, size) for picture in pictures] if len(pictures) == 1 else _halves(pictures, half)

    def draw(seconds: float, progress: float) -> np.ndarray:
        beat = View(zoom=1.05 + 0.05 * sin(2 * pi * seconds), clockwise=3 * sin(pi * seconds))
        if len(still) == 1:
            return warp(still[0], matrix(beat, size, size), size)
        closer = 0.12 * (1 - progress)
        sides = [
            warp(part, matrix(replace(beat, right=way * closer), half, half), half)
            for part, way in zip(still, (1, -1), strict=True)
        ]
        return cover(np.concatenate(sides, axis=1), size)

    return Film(captioned(spec, draw), size, spec.rate, chord_of(spec))


def _halves(pictures: Sequence[np.ndarray], half: Size) -> list[np.ndarray]:
    return [cover(picture, half) for picture in pictures[:2]]


def references(material: Material, size: Size) -> list[np.ndarray]:
    pictures, elements = ([open_picture(data) for data in given] for given in (material.pictures, material.elements))
    return numbered(pictures, elements, size)


def with_references(spec: ClipSpec, frames: Iterator[np.ndarray], shown: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
    """They come and go with the caption, so that the first and the last frame stay as they are."""
    last = spec.seconds - 1 / spec.rate
    for index, frame in enumerate(frames):
        strength = caption_strength(index / spec.rate, last)
        yield put(frame, shown, strength) if shown and strength > 0 else frame


def _following(
    spec: ClipSpec, material: Material, frames: Iterator[np.ndarray], shown: Sequence[np.ndarray], size: Size
) -> Iterator[np.ndarray]:
    """The clip that is followed runs in the corner, as long as it is."""
    video = required(material.video)
    rate = footage.open_clip(video).rate
    small = [labelled(frame, "video_1", size) for frame in footage.frames_of(video)]
    last = spec.seconds - 1 / spec.rate
    for index, frame in enumerate(frames):
        at = min(int(Fraction(index) / spec.rate * rate), len(small) - 1)
        strength = caption_strength(index / spec.rate, last)
        yield put(frame, [small[at], *shown], strength) if strength > 0 else frame


def _edited(spec: ClipSpec, material: Material) -> Film:
    """The clip in another colour, as long as it is."""
    video = required(material.video)
    clip = footage.open_clip(video)
    size = (even(clip.width), even(clip.height))
    palette = PALETTES[seed_of(spec) % len(PALETTES)]
    colour = palette.sky[seed_of(spec) % len(palette.sky)]
    shown = references(material, size)

    def frames() -> Iterator[np.ndarray]:
        for index, frame in enumerate(footage.frames_of(video)):
            strength = caption_strength(index / float(clip.rate), clip.duration)
            tinted = blend(cover(frame, size), np.full((size[1], size[0], 3), colour, np.uint8), _TINT)
            yield put(caption(tinted, spec.caption, strength), shown, strength)

    return Film(frames(), size, clip.rate, _own_sound(spec, material))


def _own_sound(spec: ClipSpec, material: Material) -> np.ndarray | None:
    """That of the clip."""
    video = required(material.video)
    return footage.sound_of(video) if spec.sound and footage.open_clip(video).has_audio else None
