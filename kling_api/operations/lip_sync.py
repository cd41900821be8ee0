"""Lip sync: the mouth of a face in a clip follows a sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..bounds import SHORTEST_SOUND
from ..errors import InvalidRequest
from .rules import Clip, Recording, check_clip, check_shared, check_sound, exactly_one, within


@dataclass(frozen=True)
class LipSync:
    """One face of the clip `video_id` or `video_url` says `sound_file`, or the sound of text to speech `audio_id`.

    Times in milliseconds: the sound from `sound_start_time` to `sound_end_time` goes into the clip at
    `sound_insert_time`. Volumes 0..2. `session_id` and `face_id` are found out by a dialect that needs them, by looking
    for faces first; `face_index` chooses among those, 0 for the first.
    """

    kind: ClassVar[str] = "advanced-lip-sync"
    category: ClassVar[str] = "videos"
    slots: ClassVar[int] = 1

    sound_file: Recording = ""
    video_id: str = ""
    video_url: Clip = ""
    face_index: int = 0
    sound_start_time: int = 0
    sound_end_time: int = 5000
    sound_insert_time: int = 0
    sound_volume: float = 1.0
    original_audio_volume: float = 1.0
    seed: int = 0
    callback_url: str = ""
    session_id: str = ""
    face_id: str = ""
    audio_id: str = ""

    def __post_init__(self) -> None:
        exactly_one({"video_id": self.video_id, "video_url": self.video_url})
        exactly_one({"sound_file": self.sound_file, "audio_id": self.audio_id})
        if self.sound_file:
            check_sound("sound_file", self.sound_file)
        if self.video_url:
            check_clip("video_url", self.video_url)
        _check_times(self)
        for name in ("sound_volume", "original_audio_volume"):
            within(name, getattr(self, name), 0.0, 2.0)
        if self.face_index < 0:
            raise InvalidRequest(f"face_index is {self.face_index}.", "Give 0 for the first face, 1 for the second.")
        check_shared("lip sync", self.seed, self.callback_url, "")


def _check_times(operation: LipSync) -> None:
    for name in ("sound_start_time", "sound_insert_time"):
        if getattr(operation, name) < 0:
            raise InvalidRequest(f"{name} is {getattr(operation, name)} ms.", "Give 0 or more.")
    length = operation.sound_end_time - operation.sound_start_time
    if length < 0:
        raise InvalidRequest(
            f"sound_end_time lies before sound_start_time: {operation.sound_end_time} ms and "
            f"{operation.sound_start_time} ms.",
            f"The sound must last at least {SHORTEST_SOUND} ms: change one of them.",
        )
    if length < SHORTEST_SOUND:
        raise InvalidRequest(
            f"The sound from {operation.sound_start_time} to {operation.sound_end_time} ms lasts {length} ms.",
            f"It must last at least {SHORTEST_SOUND} ms.",
        )
