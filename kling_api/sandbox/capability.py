"""Whether a model can do what is asked, refused in the words of the platform.

Seen live: the texts on image tail, camera control and 4k, and `model/mode/duration(...) is not supported with
image_tail`. The same sentence for camera, sound and the new standard's field names is inferred.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from .models import Model, Way
from .refusals import Refused, invalid

LEGACY_WORDS = {
    "place": "model/mode/duration",
    "last": "only image_tail",
    "first+last": "image_tail",
    "camera": "camera_control",
    "sound": "sound",
}
NEW_WORDS = LEGACY_WORDS | {"place": "model/resolution/duration", "first+last": "last_frame", "sound": "audio"}


@dataclass(frozen=True)
class Wish:
    """What is asked of a model, in the words of the data file; `camera` is a type or "none".

    `mode_word` is the mode as the request names it: "std" in one generation, "720p" in the other.
    """

    operation: str
    mode: str
    duration: int
    sound: str
    frames: str
    camera: str = "none"
    mode_word: str = ""


def refuse_impossible(model: Model, wish: Wish, words: Mapping[str, str] = LEGACY_WORDS) -> None:
    """Returns when one of the model's ways allows all of it, raises Refused otherwise."""
    ways = model.ways[wish.operation]
    _refuse_unknown_features(model, wish, ways)
    if any(_allows(way, wish) for way in ways):
        return
    place = f"{words['place']}({model.id}/{wish.mode_word or wish.mode}/{wish.duration}) is not supported"
    culprit = _culprit(ways, wish)
    raise invalid(f"{place} with {words[culprit]}" if culprit else place)


def _culprit(ways: tuple[Way, ...], wish: Wish) -> str:
    """The one feature without which it would be possible, "" when there is no such."""
    easier = {
        wish.frames: replace(wish, frames="first"),
        "camera": replace(wish, camera="none"),
        "sound": replace(wish, sound="off"),
    }
    return next((name for name, other in easier.items() if any(_allows(way, other) for way in ways)), "")


def _refuse_unknown_features(model: Model, wish: Wish, ways: tuple[Way, ...]) -> None:
    """What the model cannot do in any combination."""
    if wish.mode == "4k" and not _any(ways, lambda way: "4k" in way.mode):
        raise invalid(f"4k mode is not supported by the current model: {model.id}")
    if wish.frames in ("first+last", "last") and not _any(ways, lambda way: "first+last" in way.frames):
        raise _by_the_current_model("Image tail")
    if wish.camera != "none" and not _any(ways, lambda way: bool(way.camera)):
        raise _by_the_current_model("Camera control")
    if wish.sound == "on" and not _any(ways, lambda way: "on" in way.sound):
        raise _by_the_current_model("Sound")


def _by_the_current_model(feature: str) -> Refused:
    return invalid(f"{feature} is not supported by the current model")


def _any(ways: tuple[Way, ...], test: Callable[[Way], bool]) -> bool:
    return any(test(way) for way in ways)


def _allows(way: Way, wish: Wish) -> bool:
    return (
        wish.mode in way.mode
        and wish.duration in way.duration
        and wish.sound in way.sound
        and wish.frames in way.frames
        and (wish.camera == "none" or wish.camera in way.camera)
    )
