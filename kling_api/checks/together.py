"""What cannot be had together on Kling's own platform, beyond the capability tables."""

from __future__ import annotations

from .. import capabilities
from ..errors import InvalidRequest
from ..operations import (
    Avatar,
    Effects,
    Image2Video,
    LipSync,
    MultiImage2Video,
    OmniVideo,
    Operation,
    Text2Video,
)
from ..operations.rules import one_of
from ..recordings import Footage, Sound
from .effects import check_effect

#: Elements beside a first frame (page of 3.0 Omni, 2026-09).
_MOST_BESIDE_FRAMES = 3
#: Milliseconds by which what we measured may be off.
_SLACK = 50


def check_together(operation: Operation) -> None:
    """Raises InvalidRequest."""
    if isinstance(operation, Text2Video | OmniVideo | MultiImage2Video):
        _check_ratio(operation)
    if isinstance(operation, Text2Video | Image2Video):
        _check_clip(operation)
    elif isinstance(operation, OmniVideo):
        _check_omni_video(operation)
    elif isinstance(operation, Avatar):
        one_of("mode", operation.mode, ("std", "pro"))
    elif isinstance(operation, LipSync):
        _check_times(operation)
    elif isinstance(operation, Effects):
        check_effect(operation)


def _check_ratio(operation: Text2Video | OmniVideo | MultiImage2Video) -> None:
    """A clip with a first frame, or one that is edited, has the ratio of what is given."""
    follows = isinstance(operation, OmniVideo) and (
        operation.image is not None or (operation.video_url and operation.refer_type == "base")
    )
    if not follows:
        one_of("aspect_ratio", operation.aspect_ratio, capabilities.aspect_ratios())


def _check_clip(operation: Text2Video | Image2Video) -> None:
    if operation.voice_list and operation.element_list:
        raise InvalidRequest("Voices and elements cannot be used together.", "Disconnect the voices or the elements.")
    if capabilities.generation_of(operation.model_name) == "new":
        _check_new_standard(operation)


def _check_new_standard(operation: Text2Video | Image2Video) -> None:
    """The new standard has no field for these (new-standard pages, 2026-09)."""
    model = operation.model_name
    if operation.negative_prompt:
        raise InvalidRequest(
            f"{model} has no negative_prompt.",
            "Empty negative_prompt, or choose kling-v3 or kling-v2-6, which take one.",
        )
    if operation.camera_control:
        raise InvalidRequest(
            f"{model} has no camera_control.", "Disconnect camera_control; describe the move in prompt."
        )
    if isinstance(operation, Image2Video) and operation.image is None:
        raise InvalidRequest(f"{model} takes no end frame without a first frame.", "Give image as well.")


def _check_omni_video(operation: OmniVideo) -> None:
    count = len(operation.element_list)
    if operation.image is not None and count > _MOST_BESIDE_FRAMES:
        raise InvalidRequest(
            f"{count} elements are given with a first frame; Kling takes at most {_MOST_BESIDE_FRAMES}.",
            f"Disconnect {count - _MOST_BESIDE_FRAMES} of them, or give the picture as a reference.",
        )


def _check_times(operation: LipSync) -> None:
    """The piece of sound must be in the sound, and in the clip where it is inserted."""
    if isinstance(operation.sound_file, Sound):
        length = round(operation.sound_file.seconds * 1000)
        if operation.sound_end_time > length + _SLACK:
            raise InvalidRequest(
                f"sound_end_time is {operation.sound_end_time} ms, but the sound lasts {length} ms.",
                f"Set sound_end_time to at most {length}.",
            )
    if isinstance(operation.video_url, Footage):
        length = round(operation.video_url.seconds * 1000)
        end = operation.sound_insert_time + operation.sound_end_time - operation.sound_start_time
        if end > length + _SLACK:
            raise InvalidRequest(
                f"The sound would end at {end} ms, but the clip lasts {length} ms.",
                f"Insert it {end - length} ms earlier, or take a piece that is {end - length} ms shorter.",
            )
