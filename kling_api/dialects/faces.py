"""Lip sync in Kling's own words: a face is chosen among those found in the clip, then ordered with its sound. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..operations import LipSync
from .inline import address, inline
from .reading import decimal, rows, text
from .wire import Answer, Refusal

_TIMES = ("sound_start_time", "sound_end_time", "sound_insert_time")
_VOLUMES = ("sound_volume", "original_audio_volume")


def clip_of(operation: LipSync) -> dict[str, Any]:
    """The clip in which faces are looked for."""
    return {"video_id": operation.video_id} if operation.video_id else {"video_url": address(operation.video_url)}


def is_known(operation: LipSync) -> bool:
    """Whether the face has been chosen."""
    return bool(operation.session_id and operation.face_id)


def order_of(operation: LipSync) -> dict[str, Any]:
    """Before its face is known the order names the clip instead; such a one is never sent."""
    known = is_known(operation)
    face: dict[str, Any] = {"face_id": operation.face_id} if known else {"face_index": operation.face_index}
    face |= {"audio_id": operation.audio_id} if operation.audio_id else {"sound_file": inline(operation.sound_file)}
    face |= {name: getattr(operation, name) for name in _TIMES}
    face |= {name: getattr(operation, name) for name in _VOLUMES if getattr(operation, name) != 1}
    return ({"session_id": operation.session_id} if known else clip_of(operation)) | {"face_choose": [face]}


def with_face(operation: LipSync, found: dict[str, Any], least: int) -> LipSync | Refusal | None:
    """The operation with the session and the face that it chose; None for an answer that cannot be read.

    A Refusal when the clip has no such face, or less than `least` ms of it beside the sound.
    """
    session, faces = text(found.get("session_id")), rows(found.get("face_data"))
    if not session or not isinstance(found.get("face_data"), list):
        return None
    if not faces:
        return _final("No face was found in the clip.", "Choose a clip in which a face is seen from the front.")
    if operation.face_index >= len(faces):
        there = "one face" if len(faces) == 1 else f"{len(faces)} faces"
        advice = "Set face_index to 0." if len(faces) == 1 else f"Set face_index to 0..{len(faces) - 1}."
        return _final(f"The clip has {there}; face_index {operation.face_index} is not among them.", advice)
    face = faces[operation.face_index]
    face_id = text(face.get("face_id")) or ("0" if face.get("face_id") == 0 else "")
    if not face_id:
        return None
    return _too_short_together(operation, face, least) or replace(operation, session_id=session, face_id=face_id)


def _too_short_together(operation: LipSync, face: dict[str, Any], least: int) -> Refusal | None:
    """The sound and the face must be in the clip together for a while; nothing is said where times are missing."""
    start, end = decimal(face.get("start_time")), decimal(face.get("end_time"))
    if start is None or end is None:
        return None
    sound_start = operation.sound_insert_time
    sound_end = sound_start + operation.sound_end_time - operation.sound_start_time
    together = max(0, min(int(end), sound_end) - max(int(start), sound_start))
    if together >= least:
        return None
    return _final(
        f"Face {operation.face_index} is seen from {int(start)} to {int(end)} ms, the sound is there from "
        f"{sound_start} to {sound_end} ms: together {together} ms, and Kling needs {least}.",
        "Change sound_insert_time, or the part of the sound that is used.",
    )


def _final(message: str, advice: str) -> Refusal:
    return Refusal(Answer.FINAL, message, advice)
