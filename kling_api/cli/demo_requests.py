"""What the demo asks for: of each step the richest request that the dialect can do. Sends nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..dialects.wire import Dialect
from ..errors import InvalidRequest
from ..operations import CameraControl, Image2Video, LipSync, Operation, Text2Video, TextToSpeech, VideoOperation
from ..recordings import Footage, Sound
from ..stills import Still

_PROMPT = "A paper boat sails down a quiet river at sunset"
#: The first that a dialect documents is taken; those with a camera are announced to retire.
_MODELS = ("kling-v3", "kling-v2-6", "kling-v2-master", "kling-v1-6")
_CAMERA_MODELS = ("kling-v1-5", "kling-v1-6", "kling-v2-master", "kling-v1")
_MODES = ("std", "pro")
_SPEECH = "The little boat sails on, and the river carries it home."
_VOICE = "oversea_male1"


@dataclass(frozen=True)
class Step:
    """A request, the words that say what is in it, and the name of its file."""

    name: str
    title: str
    operation: Operation


def from_text(dialect: Dialect) -> Step | None:
    """None for a dialect that makes no clip from text."""
    return _first(
        dialect,
        ("text-to-video", "Text to video with sound", _texts(dialect, sound=True)),
        ("text-to-video", "Text to video", _texts(dialect, sound=False)),
    )


def with_camera(dialect: Dialect, still: Still, source: str) -> Step | None:
    return _first(
        dialect,
        ("camera-move", f"Image to video: {source}, the camera pans", _moves(dialect, still)),
        ("image-to-video", f"Image to video: {source}", _pictures(dialect, still, None, "The boat sails on", False)),
    )


def to_end_frame(dialect: Dialect, first: Still, last: Still, source: str, target: str) -> Step | None:
    name, way, back = "first-and-end-frame", f"from {source} to {target}", "And back again"
    return _first(
        dialect,
        (name, f"First and end frame with sound: {way}", _pictures(dialect, first, last, back, sound=True)),
        (name, f"First and end frame: {way}", _pictures(dialect, first, last, back, sound=False)),
        ("image-to-video", f"Image to video: {source}", _pictures(dialect, first, None, "And on it goes", sound=False)),
    )


def speech(dialect: Dialect) -> TextToSpeech | None:
    """None for a dialect without text to speech."""
    operation = TextToSpeech(_SPEECH, _VOICE, "en")
    return None if _warnings(dialect, operation) is None else operation


def with_speech(dialect: Dialect, clip: Footage, video_id: str, sound: Sound, source: str) -> Step | None:
    """The clip speaks: by its id where that will do, else by its file."""
    end = min(round(min(sound.seconds, clip.seconds) * 1000), 60_000)
    return _first(
        dialect,
        ("lip-sync", f"Lip sync: clip 2 says {source}", _speaking(sound, end, video_id, clip)),
    )


def _speaking(sound: Sound, end: int, video_id: str, clip: Footage) -> Iterator[Operation]:
    if video_id:
        yield LipSync(sound, video_id, sound_end_time=end)
    yield LipSync(sound, video_url=clip, sound_end_time=end)


def _texts(dialect: Dialect, sound: bool) -> Iterator[VideoOperation]:
    for model in _documented(dialect, "text2video", _MODELS):
        for mode in _MODES:
            yield Text2Video(_PROMPT, model, mode, sound=sound)


def _pictures(dialect: Dialect, first: Still, last: Still | None, prompt: str, sound: bool) -> Iterator[VideoOperation]:
    for model in _documented(dialect, "image2video", _MODELS):
        for mode in _MODES:
            yield Image2Video(first, last, prompt, model, mode, sound=sound)


def _moves(dialect: Dialect, still: Still) -> Iterator[VideoOperation]:
    for model in _documented(dialect, "image2video", _CAMERA_MODELS):
        for mode in _MODES:
            yield Image2Video(
                still,
                prompt="The camera turns to the right",
                model_name=model,
                mode=mode,
                camera_control=CameraControl(pan=10),
            )


def _documented(dialect: Dialect, operation: str, wanted: Sequence[str]) -> list[str]:
    known = dialect.models_for(operation)
    return [model for model in wanted if model in known] or ([] if known else list(wanted))


def _first(dialect: Dialect, *groups: tuple[str, str, Iterable[Operation]]) -> Step | None:
    for name, title, group in groups:
        possible = [(item, warnings) for item in group if (warnings := _warnings(dialect, item)) is not None]
        if possible:
            item, _ = min(possible, key=lambda pair: len(pair[1]))
            return Step(name, title, item)
    return None


def _warnings(dialect: Dialect, operation: Operation) -> tuple[str, ...] | None:
    """None for what it cannot do at all."""
    try:
        return dialect.check(operation)
    except InvalidRequest:
        return None
