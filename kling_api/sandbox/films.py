"""A task's clip with its sound, each operation in its own way, into an mp4 file. The same spec gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from math import pi, sin
from pathlib import Path

import numpy as np

from ..media import warp, write_clip
from . import footage
from .camera import View, matrix
from .clip_spec import ClipSpec, even
from .film import Film, Material, chord_of, opened, required
from .omni import draw_effect, draw_omni, references, with_references
from .pictures import open_picture
from .render import captioned, cover, draw_clip, draw_sequence, seed_of
from .shots import draw_shots
from .tones import SAMPLE_RATE, chord
from .worker import Unusable

#: Seconds that a `video-extend` adds (official docs, 2026-02: 4 to 5).
EXTENSION_SECONDS = 5
_NOTHING = "Image pixel is invalid"


def write(path: Path, spec: ClipSpec, material: Material, check_stop: Callable[[], None]) -> None:
    """Raises Unusable for material of no use, and what `check_stop`, called with every frame, raises."""
    film = _FILMS[spec.operation](spec, material)
    write_clip(path, footage.watched(film.frames, check_stop), film.size, film.rate, film.sound, SAMPLE_RATE)


def _scene(spec: ClipSpec, material: Material) -> Film:
    """A landscape, or from one picture to another, in one shot or in several."""
    draw = draw_shots if spec.shots else draw_clip
    frames, size = draw(spec, opened(material.first), opened(material.last))
    return Film(with_references(spec, frames, references(material, size)), size, spec.rate, chord_of(spec))


def _sequence(spec: ClipSpec, material: Material) -> Film:
    given = [*material.pictures, *([material.last] if material.last else [])]
    frames, size = draw_sequence(spec, [open_picture(data) for data in given])
    return Film(frames, size, spec.rate, chord_of(spec))


def _moved(spec: ClipSpec, material: Material) -> Film:
    """The picture sways for the length of the reference, whose sound it keeps when there is to be sound."""
    video = required(material.video)
    clip = footage.open_clip(video)
    spec = replace(spec, seconds=clip.duration)
    sound = footage.sound_of(video) if spec.sound and clip.has_audio else None
    return _swaying(spec, material, lambda seconds: sin(pi * seconds), sound)


def _speaking(spec: ClipSpec, material: Material) -> Film:
    """The picture sways as loudly as the sound is, for its length."""
    sound = _speech(spec, material)
    loudness = np.abs(sound).max(axis=0)
    spec = replace(spec, seconds=sound.shape[1] / SAMPLE_RATE)
    return _swaying(spec, material, lambda seconds: _sway(loudness, seconds), sound)


def _swaying(spec: ClipSpec, material: Material, move: Callable[[float], float], sound: np.ndarray | None) -> Film:
    """`move` gives the swing at a time, -1..1."""
    picture = opened(material.first)
    if picture is None:
        raise Unusable(_NOTHING)
    size = spec.size(picture.shape[1::-1])
    still = cover(picture, size)

    def draw(seconds: float, _: float) -> np.ndarray:
        swing = move(seconds)
        return warp(still, matrix(View(0.02 * swing, 0.01 * abs(swing), 2 * swing, 1.1), size, size), size)

    return Film(captioned(spec, draw), size, spec.rate, sound)


def _extended(spec: ClipSpec, material: Material) -> Film:
    """The clip and then some seconds more, from its last frame on."""
    video = required(material.video)
    clip = footage.open_clip(video)
    sound = footage.sound_of(video) if clip.has_audio else None
    if sound is not None:
        sound = np.concatenate([sound, chord(seed_of(spec), EXTENSION_SECONDS)], axis=1)
    size = (even(clip.width), even(clip.height))
    return Film(_and_more(spec, video, clip.rate), size, clip.rate, sound)


def _and_more(spec: ClipSpec, video: Path, rate: Fraction) -> Iterator[np.ndarray]:
    last = None
    for last in footage.frames_of(video):
        yield last
    if last is None:
        raise Unusable(_NOTHING)
    more = replace(spec, seconds=EXTENSION_SECONDS, rate=round(rate), camera_type="", aspect_ratio="")
    frames, _ = draw_clip(more, last, None)
    next(frames)  # it is the last frame once more
    size = last.shape[1::-1]
    yield from (cover(frame, size) for frame in frames)


def _dubbed(spec: ClipSpec, material: Material) -> Film:
    video, part = required(material.video), _speech(spec, material)
    clip = footage.open_clip(video)
    assert spec.speech is not None
    sound = footage.dub(footage.sound_of(video), part, spec.speech)
    return Film(footage.frames_of(video), (clip.width, clip.height), clip.rate, sound)


_FILMS: dict[str, Callable[[ClipSpec, Material], Film]] = {
    "text2video": _scene,
    "image2video": _scene,
    "multi-image2video": _sequence,
    "motion-control": _moved,
    "avatar": _speaking,
    "video-extend": _extended,
    "lip-sync": _dubbed,
    "omni-video": draw_omni,
    "effects": draw_effect,
}


def _speech(spec: ClipSpec, material: Material) -> np.ndarray:
    if spec.speech is None or material.sound is None:
        raise Unusable(footage.BAD_SOUND)
    return footage.cut(footage.sound_of(material.sound), spec.speech)


def _sway(loudness: np.ndarray, seconds: float) -> float:
    """Twice to and fro in a second, as far as the mean loudness of a twentieth of a second goes."""
    at = round(seconds * SAMPLE_RATE)
    near = loudness[max(0, at - SAMPLE_RATE // 40) : at + SAMPLE_RATE // 40]
    return min(1.0, 3 * float(near.mean())) * sin(4 * pi * seconds) if len(near) else 0.0
