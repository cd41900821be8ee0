"""Which requests are the same job: everything that shapes the result counts, nothing else does."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from kling_api.dialects.official import Official
from kling_api.fingerprint import fingerprint
from kling_api.operations import (
    CameraControl,
    Image2Video,
    LipSync,
    MotionControl,
    MultiShot,
    Operation,
    Shot,
    Text2Video,
)
from kling_api.operations.media import media_of, without_media
from kling_api.recordings import Footage, Sound
from kling_api.stills import Still

TEXT = Text2Video("a secret cat")
PICTURE = Still(b"first picture", 640, 480)
IMAGE = Image2Video(PICTURE)
OTHER: dict[str, Any] = {
    "prompt": "a dog",
    "model_name": "kling-v2-6",
    "mode": "pro",
    "duration": 10,
    "aspect_ratio": "1:1",
    "negative_prompt": "dogs",
    "cfg_scale": 0.7,
    "sound": True,
    "seed": 1,
    "camera_control": CameraControl(pan=1),
    "image": Still(b"another picture", 640, 480),
    "image_tail": Still(b"last picture", 640, 480),
    "multi_shot": MultiShot((Shot("a dog", 2), Shot("a cat", 3))),
    "voice_list": ("829824295735410756",),
    "element_list": ("829836802793406551",),
}
#: Without these a value cannot be said: voices need a model and sound, elements and shots a model.
WITH: dict[str, dict[str, Any]] = {"voice_list": {"sound": True}}


class _Other(Official):
    name = "other"


def _of(operation: Operation, account: str = "host#1", dialect: Official | None = None) -> str:
    return fingerprint(operation, account, dialect or Official())


#: What Kling's own platform is not sent makes no other job.
NOT_SENT = [(TEXT, "callback_url"), (IMAGE, "callback_url"), (IMAGE, "aspect_ratio")]


def _fields() -> list[tuple[Any, str]]:
    both = [(operation, field.name) for operation in (TEXT, IMAGE) for field in dataclasses.fields(operation)]
    return [(operation, name) for operation, name in both if (operation, name) not in NOT_SENT]


@pytest.mark.parametrize(("operation", "field"), _fields(), ids=str)
def test_another_value_of_any_field_is_another_job(operation: Any, field: str) -> None:
    operation = dataclasses.replace(operation, **WITH.get(field, {}))
    assert _of(dataclasses.replace(operation, **{field: OTHER[field]})) != _of(operation)


def test_the_same_request_is_the_same_job() -> None:
    assert _of(Text2Video("a secret cat")) == _of(TEXT)
    assert _of(Image2Video(Still(b"first picture", 640, 480))) == _of(IMAGE)


def test_where_kling_reports_to_does_not_make_another_job() -> None:
    assert _of(dataclasses.replace(TEXT, callback_url="https://me.example/hook")) == _of(TEXT)


def test_another_account_or_dialect_or_operation_is_another_job() -> None:
    of_text = Image2Video(PICTURE, prompt="a secret cat", aspect_ratio="16:9")
    assert len({_of(TEXT), _of(TEXT, "host#2"), _of(TEXT, dialect=_Other()), _of(of_text)}) == 4


def test_first_and_last_picture_are_not_interchangeable() -> None:
    last = OTHER["image_tail"]
    assert _of(Image2Video(PICTURE, last)) != _of(Image2Video(last, PICTURE))
    assert _of(Image2Video(PICTURE)) != _of(Image2Video(None, PICTURE))


def test_a_whole_number_and_the_same_one_as_a_float_are_the_same_job() -> None:
    assert _of(Text2Video("a", cfg_scale=1)) == _of(Text2Video("a", cfg_scale=1.0))
    as_int, as_float = CameraControl(pan=3), CameraControl(pan=3.0, zoom=-0.0)
    assert _of(Text2Video("a", camera_control=as_int)) == _of(Text2Video("a", camera_control=as_float))


def test_every_axis_and_type_of_a_camera_move_counts() -> None:
    moves = [CameraControl(pan=1), CameraControl(tilt=1), CameraControl(pan=1.5), CameraControl("down_back")]
    assert len({_of(Text2Video("a", camera_control=move)) for move in moves}) == len(moves)


def test_a_sound_counts_by_its_samples_and_a_clip_by_its_bytes() -> None:
    encoded, anew = Sound(b"one", "mp3", 3, source="s"), Sound(b"two", "wav", 3, source="s")
    here, there = (Footage(Path(name), 5, 1280, 720, 24, 10, source="f") for name in ("here.mp4", "there.mp4"))
    assert (
        _of(LipSync(encoded, "id")) == _of(LipSync(anew, "id")) != _of(LipSync(Sound(b"", "mp3", 3, source="t"), "id"))
    )
    assert _of(MotionControl(PICTURE, here)) == _of(MotionControl(PICTURE, there))
    another = dataclasses.replace(here, source="g")
    assert _of(MotionControl(PICTURE, here)) != _of(MotionControl(PICTURE, another))


def test_a_request_without_media_holds_none() -> None:
    clip = Footage(Path("a.mp4"), 5, 1280, 720, 24, 10, source="f")
    bare = without_media(LipSync(Sound(b"one", "mp3", 3), video_url=clip))
    assert media_of(bare) == {}
    assert str(bare.video_url).startswith("https://footage.invalid/")


def test_nothing_can_be_read_in_a_fingerprint() -> None:
    assert re.fullmatch("[0-9a-f]{64}", _of(TEXT))
