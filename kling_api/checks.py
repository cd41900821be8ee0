"""Checks an operation against what Kling's models can do, before anything is sent. Pure; used by dialects and nodes."""

from __future__ import annotations

from typing import Any

from . import capabilities
from .errors import InvalidRequest
from .operations import Image2Video, VideoOperation
from .stills import Still


def check_video(operation: VideoOperation) -> tuple[str, ...]:
    """Raises InvalidRequest when Kling's own platform cannot do the operation; returns warnings for the user.

    An unknown model id is passed on with a warning: models appear before tables know them.
    """
    _check_length("prompt", operation.prompt, operation)
    _check_length("negative_prompt", operation.negative_prompt, operation)
    for name, words in (("image", "image"), ("image_tail", "The end frame (image_tail)")):
        picture = getattr(operation, name, None)
        if isinstance(picture, Still):
            check_still(words, picture, capabilities.generation_of(operation.model_name))
    problem = capabilities.problem(operation.model_name, operation.kind, features(operation))
    if problem:
        raise InvalidRequest(problem, "Change the values named and run again.")
    _check_aspect_ratio(operation)
    if capabilities.generation_of(operation.model_name) == "new":
        _check_new_standard(operation)
    return tuple(_warnings(operation))


def features(operation: VideoOperation) -> dict[str, Any]:
    """The operation in the words of `capabilities.FEATURES`."""
    return {
        "mode": operation.mode,
        "duration": operation.duration,
        "sound": capabilities.sound_of(operation.model_name, operation.kind, operation.sound),
        "frames": operation.frames if isinstance(operation, Image2Video) else "none",
        "camera": operation.camera_control.type if operation.camera_control else "none",
    }


def check_still(name: str, still: Still, generation: str = "legacy") -> None:
    """Raises InvalidRequest when the picture is smaller, narrower or heavier than Kling takes."""
    check_size(name, still.width, still.height)
    max_bytes = capabilities.image_limits().max_bytes[generation]
    if len(still.data) > max_bytes:
        raise InvalidRequest(
            f"{name} has {len(still.data) / 1e6:.1f} MB; the limit is {max_bytes / 1e6:.0f} MB.", "Make it smaller."
        )


def check_size(name: str, width: int, height: int) -> None:
    """Raises InvalidRequest when a picture of that many pixels is too small or too narrow for Kling."""
    limits = capabilities.image_limits()
    size = f"{name} is {width} x {height} pixels"
    if min(width, height) < limits.min_side:
        raise InvalidRequest(
            f"{size}; each side must have at least {limits.min_side}.", "Scale the picture up or choose a larger one."
        )
    ratio = max(width, height) / min(width, height)
    if ratio > limits.max_ratio:
        raise InvalidRequest(
            f"{size}, a ratio of {ratio:.2f} to 1; Kling takes at most {limits.max_ratio:g} to 1.", "Crop or pad it."
        )


def _check_length(name: str, text: str, operation: VideoOperation) -> None:
    limit = capabilities.prompt_limit(operation.model_name, operation.kind)
    if len(text) > limit:
        raise InvalidRequest(
            f"{name} has {len(text)} characters; {operation.model_name} takes at most {limit}.",
            f"Shorten it by {len(text) - limit}.",
        )


def _check_aspect_ratio(operation: VideoOperation) -> None:
    if isinstance(operation, Image2Video):
        return
    allowed = capabilities.aspect_ratios()
    if operation.aspect_ratio not in allowed:
        raise InvalidRequest(f"aspect_ratio is '{operation.aspect_ratio}'.", f"Choose one of: {', '.join(allowed)}.")


def _check_new_standard(operation: VideoOperation) -> None:
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


def _warnings(operation: VideoOperation) -> list[str]:
    name = operation.model_name
    model = capabilities.video_models().get(name)
    if model is None:
        return [f"Model {name} is not in our tables; it is passed on as it is and Kling decides."]
    found = []
    if model.retired:
        found.append(
            f"Kling announced the retirement of {name} for {model.retired}; it may refuse. Nearest live model: "
            f"{model.successor}."
        )
    if not operation.sound and capabilities.sound_of(name, operation.kind, False) == "on":
        found.append(f"{name} always makes sound.")
    if isinstance(operation, Image2Video) and operation.aspect_ratio not in ("", "auto"):
        found.append("Kling's own platform has no aspect_ratio here; the clip follows its picture.")
    if model.generation == "new" and operation.cfg_scale != 0.5:
        found.append(f"{name} has no cfg_scale; it is not sent.")
    return found
