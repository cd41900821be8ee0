"""Sound that goes up and down like speech: one syllable per sign or few letters, in the pitch of its voice."""

from __future__ import annotations

import hashlib
import math
from itertools import pairwise

import numpy as np

from .tones import SAMPLE_RATE

#: Characters that a voice says in a second, by language.
_RATES = {"zh": 12.0, "en": 15.0}
_SHORTEST = 0.6
#: Two formants (Hz) per vowel.
_VOWELS = ((730, 1090), (270, 2290), (570, 840), (530, 1840), (300, 870))
_HARMONICS = 24
_LOUDNESS = 0.6
_SYLLABLES_PER_SECOND = 5.0


def spoken_seconds(text: str, language: str, speed: float) -> float:
    return max(_SHORTEST, len(text) / _RATES.get(language, _RATES["en"]) / speed)


def speak(text: str, voice: str, language: str, speed: float) -> np.ndarray:
    """[1, T] float32; the same text and voice give the same sound."""
    seconds = spoken_seconds(text, language, speed)
    random = np.random.default_rng(_seed(f"{voice} {text}"))
    base = 90 + _seed(voice) % 140
    count = max(1, math.floor(seconds * _SYLLABLES_PER_SECOND))
    edges = np.linspace(0, round(seconds * SAMPLE_RATE), count + 1).astype(int)
    sound = np.concatenate([_syllable(random, base, end - start) for start, end in pairwise(edges)])
    return (sound * (_LOUDNESS / np.abs(sound).max())).astype(np.float32)[None]


def _syllable(random: np.random.Generator, base: float, samples: int) -> np.ndarray:
    """A vowel that swells, falls a little and fades."""
    time = np.arange(samples) / SAMPLE_RATE
    pitch = base * float(random.uniform(0.9, 1.25)) * (1 - 0.12 * np.linspace(0, 1, samples))
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    formants = _VOWELS[random.integers(len(_VOWELS))]
    vowel = sum(
        _strength(number * base, formants) * np.sin(number * phase) for number in range(1, _HARMONICS + 1)
    ) + np.zeros_like(time)
    return vowel * np.sin(np.pi * np.linspace(0, 1, samples)) ** 0.5


def _strength(hertz: float, formants: tuple[int, int]) -> float:
    return sum(1 / (1 + ((hertz - formant) / 120) ** 2) for formant in formants) + 0.03


def _seed(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:12], 16)
