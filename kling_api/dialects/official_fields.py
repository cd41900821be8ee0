"""Which fields of an operation can be said on Kling's own platform, and what is told or refused of the others. Pure."""

from __future__ import annotations

import dataclasses

from .. import capabilities
from ..errors import InvalidRequest
from ..operations import (
    OPERATIONS,
    Image2Video,
    MultiImage2Video,
    OmniImage,
    Operation,
    Text2Video,
    TryOnVideo,
    VirtualTryOn,
)
from ..operations.media import stills_of
from .able import others
from .official_new import KEPT, TRY_ON, sayable

#: Not sent as a field of that name: what tells two takes apart, and what looking for faces finds out.
_OURS = frozenset({"seed", "session_id", "face_id"})
#: Fields that others have and Kling's own platform has not.
_NOT_HERE = {
    Image2Video.kind: frozenset({"aspect_ratio"}),
    MultiImage2Video.kind: frozenset({"image_tail", "cfg_scale"}),
    OmniImage.kind: frozenset({"mask_image"}),
}
#: Without it the result is nearly what was asked for, and the user is told.
_TOLD = "cfg_scale"
#: The clip has the ratio of its picture; the checks say so.
_TOLD_ELSEWHERE = "aspect_ratio"
_DONE = {made.kind: made for made in OPERATIONS if made is not TryOnVideo}


def of(operation: str) -> frozenset[str]:
    """None for what cannot be done here."""
    if operation not in _DONE:
        return frozenset()
    names = frozenset(field.name for field in dataclasses.fields(_DONE[operation]))
    return names - _OURS - _not_here(operation)


def must_be_done_here(operation: Operation) -> None:
    """Raises InvalidRequest, with the dialects that can."""
    if operation.kind not in _DONE:
        raise InvalidRequest(
            f"Kling's own platform has no {operation.kind}.{others(operation.kind, but='official')}",
            "Choose a profile of another provider.",
        )


def doubts(operation: Operation) -> list[str]:
    """Warnings for what hardly matters. Raises InvalidRequest for every other value that would be lost on the way."""
    if isinstance(operation, VirtualTryOn):
        return _doubts_of_try_on(operation)
    warnings = _ignored(operation)
    for field in dataclasses.fields(operation):
        value = getattr(operation, field.name)
        lost = field.name in _not_here(operation.kind) and value not in (None, field.default)
        if lost and field.name == _TOLD:
            warnings.append(f"Kling's own platform has no {field.name} for {operation.kind}; it is not sent.")
        elif lost and field.name != _TOLD_ELSEWHERE:
            raise InvalidRequest(
                f"Kling's own platform has no {field.name} for {operation.kind}."
                f"{others(operation.kind, field.name, 'official')}",
                "Leave it out, or choose a profile of another provider.",
            )
    return warnings


def _ignored(operation: Operation) -> list[str]:
    """Kling reads the field, checks its range, and makes nothing of it."""
    if not isinstance(operation, Text2Video | Image2Video) or operation.cfg_scale == type(operation).cfg_scale:
        return []
    name = operation.model_name
    return [f"{name} does not use cfg_scale."] if capabilities.ignores_cfg_scale(name) else []


def _doubts_of_try_on(operation: VirtualTryOn) -> list[str]:
    if sayable(operation):
        return [_HELD] if stills_of(operation) else []
    for name in KEPT:
        if not getattr(operation, name):
            raise InvalidRequest(
                f"{operation.model_name} has no {name}; it keeps what it keeps.",
                f"Turn {name} on, or choose {TRY_ON}.",
            )
    return []


_HELD = (
    f"Kling's page on {TRY_ON} speaks of URLs alone; the pictures are sent as they are. If they are refused, give URLs "
    "for human_image and cloth_image."
)


def _not_here(operation: str) -> frozenset[str]:
    return _NOT_HERE.get(operation, frozenset())
