"""The sound of a clip: a soft chord with bells over it, the same for the same seed."""

from __future__ import annotations

import numpy as np

SAMPLE_RATE = 44100
_ROOTS = (196.0, 220.0, 246.94, 261.63, 293.66)
#: Just intervals over the root: they sound calm together.
_CHORDS = ((1, 5 / 4, 3 / 2, 15 / 8), (1, 6 / 5, 3 / 2, 9 / 5), (1, 9 / 8, 3 / 2, 2), (1, 4 / 3, 3 / 2, 2))
_BELL_SECONDS = 0.5
_LOUDNESS = 0.35
_FADE_SECONDS = 0.25


def chord(seed: int, seconds: float) -> np.ndarray:
    """[2, seconds * 44100] float32, within -1..1."""
    random = np.random.default_rng(seed)
    root = random.choice(_ROOTS)
    notes = root * np.array(_CHORDS[random.integers(len(_CHORDS))])
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    sides = [_pad(time, notes, side) + _bells(random, time, notes) for side in (-1, 1)]
    sound = np.stack(sides) * np.clip(np.minimum(time, seconds - time) / _FADE_SECONDS, 0, 1)
    return (sound * (_LOUDNESS / np.abs(sound).max())).astype(np.float32)


def _pad(time: np.ndarray, notes: np.ndarray, side: int) -> np.ndarray:
    """The chord, a little apart on the two sides and slowly swelling."""
    swell = 0.8 + 0.2 * np.sin(2 * np.pi * 0.4 * time + side)
    return swell * sum(np.sin(2 * np.pi * note / 2 * (1 + side * 0.0006) * time) for note in notes)


def _bells(random: np.random.Generator, time: np.ndarray, notes: np.ndarray) -> np.ndarray:
    sound = np.zeros_like(time)
    for start in np.arange(0.25, time[-1], _BELL_SECONDS):
        first = int(start * SAMPLE_RATE)
        since = time[first:] - time[first]
        sound[first:] += np.exp(-4 * since) * np.sin(2 * np.pi * 2 * random.choice(notes) * since)
    return sound
