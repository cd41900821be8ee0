"""Pictures, clips and sounds that we hold, against the limits of `media_limits`. A URL is Kling's to judge."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import InvalidRequest
from ..media_limits import (
    ClipLimits,
    Range,
    SoundLimits,
    StillLimits,
    clip_limits,
    sound_limits,
    still_limits,
    usual_still,
)
from ..operations import Operation
from ..operations.media import media_of
from ..recordings import Footage, Sound
from ..stills import Still

#: Seconds: a clip that Kling calls 10 s long lasts 10.04.
_SLACK = 0.05
_WORDS = {"image_tail": "The end frame (image_tail)"}


def check_media(operation: Operation) -> None:
    """Raises InvalidRequest for the first that Kling would not take."""
    for name, medium in media_of(operation).items():
        field = name.partition(",")[0]
        words = _WORDS.get(name, f"{name}," if "," in name else name)
        if isinstance(medium, Still):
            _check_still(words, medium, still_limits(operation, field))
        elif isinstance(medium, Footage) and (clip := clip_limits(operation, field)):
            _check_clip(words, medium, clip)
        elif isinstance(medium, Sound) and (sound := sound_limits(operation, field)):
            _check_sound(words, medium, sound)


def check_still(name: str, still: Still, generation: str = "legacy") -> None:
    """Raises InvalidRequest when the picture is smaller, narrower or heavier than Kling takes."""
    _check_still(name, still, usual_still(generation))


def check_size(name: str, width: int, height: int) -> None:
    """Raises InvalidRequest when a picture of that many pixels is too small or too narrow for Kling."""
    _check_picture_size(name, width, height, usual_still())


def _check_still(name: str, still: Still, limits: StillLimits) -> None:
    _check_picture_size(name, still.width, still.height, limits)
    if len(still.data) > limits.size:
        raise InvalidRequest(f"{name} has {_megabytes(len(still.data), limits.size)}", "Make it smaller.")


def _check_picture_size(name: str, width: int, height: int, limits: StillLimits) -> None:
    size = f"{name} is {width} x {height} pixels"
    short, long = sorted((width, height))
    if short < limits.fewest:
        raise InvalidRequest(
            f"{size}; each side must have at least {limits.fewest:g}.", "Scale the picture up or choose a larger one."
        )
    if long > limits.most:
        raise InvalidRequest(f"{size}; each side may have at most {limits.most:g}.", "Scale the picture down.")
    if long / short > limits.ratio:
        raise InvalidRequest(
            f"{size}, a ratio of {long / short:.2f} to 1; Kling takes at most {limits.ratio:g} to 1.", "Crop or pad it."
        )


def _check_clip(name: str, clip: Footage, limits: ClipLimits) -> None:
    _check_format(name, clip.format, limits.formats, "Convert it, for example with Save Video.")
    _check_seconds(name, clip.seconds, limits.seconds, "Cut it.", "Take a longer one.")
    size = f"{name} is {clip.width} x {clip.height} pixels"
    short, long = sorted((clip.width, clip.height))
    if not (_within(short, limits.short_side) and _within(long, limits.long_side)):
        raise InvalidRequest(f"{size}; {_sides(limits)}.", "Scale the clip.")
    if not _within(clip.width / clip.height, limits.ratio):
        low, high = limits.ratio
        raise InvalidRequest(
            f"{size}, a ratio of {clip.width / clip.height:.2f} to 1; Kling takes {low:g} to 1 up to {high:g} to 1.",
            "Crop or pad it.",
        )
    if clip.width * clip.height > limits.area:
        raise InvalidRequest(
            f"{size}, {clip.width * clip.height} in all; Kling takes at most {limits.area:.0f}.", "Scale the clip down."
        )
    if clip.rate and not _within(clip.rate, (limits.rate[0] - _SLACK, limits.rate[1] + _SLACK)):
        low, high = limits.rate
        raise InvalidRequest(
            f"{name} has {clip.rate:g} frames per second; Kling takes {low:g} to {high:g}.", "Convert it to 24 or 30."
        )
    if clip.size > limits.size:
        raise InvalidRequest(f"{name} has {_megabytes(clip.size, limits.size)}", "Encode it smaller.")


def _check_sound(name: str, sound: Sound, limits: SoundLimits) -> None:
    _check_format(name, sound.format, limits.formats, "Convert it to mp3.")
    _check_seconds(name, sound.seconds, limits.seconds, "Cut it.", "Take a longer one.")
    if len(sound.data) > limits.size:
        raise InvalidRequest(f"{name} has {_megabytes(len(sound.data), limits.size)}", "Encode it as mp3.")


def _check_format(name: str, given: str, allowed: Iterable[str], advice: str) -> None:
    if given not in allowed:
        raise InvalidRequest(f"{name} is a {given} file; Kling takes {' or '.join(allowed)}.", advice)


def _check_seconds(name: str, seconds: float, allowed: Range, too_long: str, too_short: str) -> None:
    low, high = allowed
    if not low - _SLACK <= seconds <= high + _SLACK:
        raise InvalidRequest(
            f"{name} lasts {seconds:.1f} s; Kling takes {low:g} to {high:g} s.",
            too_long if seconds > high else too_short,
        )


def _sides(limits: ClipLimits) -> str:
    if limits.short_side == limits.long_side:
        return f"each side must have {limits.short_side[0]:g} to {limits.short_side[1]:g}"
    short, long = (round(sum(sides) / 2) for sides in (limits.short_side, limits.long_side))
    return f"it must be {long} x {short} or {short} x {long}"


def _within(value: float, allowed: Range) -> bool:
    return allowed[0] <= value <= allowed[1]


def _megabytes(size: int, most: float) -> str:
    return f"{size / 1e6:.1f} MB; the limit is {most / 1e6:.0f} MB."
