"""Checks a search for faces and an advanced lip sync and reads them. The texts are inferred from documented rules."""

from __future__ import annotations

from .fields import Fields
from .models import any_model
from .refusals import invalid
from .sessions import Face, Session
from .validation import Customer, check_size, exactly_one, needed, read_extras, read_url
from .validation_clips import check_speech, spoken
from .video_request import Speech, VideoRequest

_SHORTEST_MS = 2000
_LONGEST_SOUND = 60
_CLIP_SECONDS = (2.0, 60.0)
_TIMES = ("sound_start_time", "sound_end_time", "sound_insert_time")
_LATEST_MS = 10**7


def read_identify_face(body: Fields, customer: Customer) -> str:
    """The clip: a video id or a URL. Raises Refused."""
    name, value = exactly_one(body, ("video_id", "video_url"))
    video = read_url(body, name) if name == "video_url" else value
    seconds = customer.seconds_of(video)
    if seconds is not None and not _CLIP_SECONDS[0] <= round(seconds, 1) <= _CLIP_SECONDS[1]:
        raise invalid("Video duration must be between 2s and 60s")
    return video


def read_lip_sync(body: Fields, customer: Customer) -> VideoRequest:
    session_id = needed(body, "session_id")
    chosen = body.children("face_choose")
    check_size(body, "face_choose", len(chosen), 1, 1)
    face, name, value, times = _read_choice(chosen[0])
    volumes = [chosen[0].bounded_number(field, 0, 2, 1) for field in ("sound_volume", "original_audio_volume")]
    session = customer.desk.session(customer.account, session_id)
    found = next((one for one in session.faces if one.id == face), None)
    if found is None:
        raise chosen[0].wrong_value("face_id", face)
    sound = spoken(name, value)
    length = check_speech(customer, sound, _LONGEST_SOUND)
    if length is not None and times[1] > round(length * 1000):
        raise invalid("sound_end_time can not be later than the end of the sound")
    _check_place(customer, session, found, times)
    return VideoRequest(
        "lip-sync",
        any_model("lip-sync"),
        seconds=(times[1] - times[0]) / 1000,
        video=session.video,
        speech=Speech(sound, *times, volumes[0], volumes[1]),
        **read_extras(body),
    )


def _read_choice(choice: Fields) -> tuple[str, str, str, tuple[int, int, int]]:
    """The face, which sound, its value, and when: from, to, at (ms)."""
    face = needed(choice, "face_id")
    name, value = exactly_one(choice, ("audio_id", "sound_file"))
    for field in _TIMES:
        if not choice.has(field):
            raise choice.broken_rule(field, "must not be null")
    start, end, insert = (int(choice.bounded_number(field, 0, _LATEST_MS, 0)) for field in _TIMES)
    if end - start < _SHORTEST_MS:
        raise invalid("The cropped sound can not be shorter than 2s")
    return face, name, value, (start, end, insert)


def _check_place(customer: Customer, session: Session, face: Face, times: tuple[int, int, int]) -> None:
    start, end, insert = times
    last = insert + end - start
    seconds = customer.seconds_of(session.video)
    if seconds is not None and last > round(seconds * 1000):
        raise invalid("The end of the inserted sound can not be later than the end of the video")
    if min(last, face.end) - max(insert, face.start) < _SHORTEST_MS:
        raise invalid("The inserted sound must overlap with the lip-sync interval of the face for at least 2s")
