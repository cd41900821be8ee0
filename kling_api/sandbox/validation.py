"""What the checks of Kling's own platform share: the customer, prompts, media, and what every order may have.

A request is checked in the order of the real validator: fields one by one, then what goes together, then whether Base64
can be decoded; ids, units and slots come later and elsewhere. Texts that nobody has seen live are marked as inferred.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .config import Account
from .core import Task
from .desk import Desk
from .fetching import fetch
from .fields import Fields
from .models import Model, find_model, max_image_bytes
from .refusals import Refused, invalid
from .video_request import AXES, CAMERA_TYPES, Camera, Picture
from .worker import Unusable

PROMPT_LIMIT = 2500
MODES = ("std", "pro", "4k")
MOST_SOUND_BYTES, MOST_CLIP_BYTES = 5_000_000, 100_000_000
_BAD_SOUND = "The sound file is invalid"
#: Raw AAC, which is taken here and cannot be measured.
_AAC = (b"\xff\xf1", b"\xff\xf9")
_BAD_BASE64 = "File is not in a valid base64 format"


@dataclass(frozen=True)
class Customer:
    """What an order is checked against beside itself: what its account has, and what can be seen from here."""

    desk: Desk
    account: Account

    @property
    def retired(self) -> bool:
        """Whether the models that Kling announced to retire are gone."""
        return self.desk.retired

    def check_voice(self, voice: str) -> None:
        """Raises Refused for one that the account may not cite."""
        self.desk.voice(self.account, voice)

    def element_kind(self, element: str) -> str:
        """image_refer or video_refer. Raises Refused for one that the account may not cite."""
        return json.loads(self.desk.element(self.account, element).document).get("reference_type", "image_refer")

    def seconds_of(self, media: Picture) -> float | None:
        """Of a video id, a URL, "audio:<id>" or a sound in bytes; None where it cannot be seen.

        Raises Refused for an unknown id, and for bytes that are no sound.
        """
        if not isinstance(media, bytes):
            return self.desk.seconds_of(self.account, media) if media else None
        if media.startswith(_AAC):
            return None
        try:
            seconds = self.desk.seconds_of(self.account, self.desk.upload(media))
        except Refused:
            seconds = None
        if seconds is None:
            raise invalid(_BAD_SOUND)
        return seconds

    def fetched(self, url: str) -> str:
        """The address on this sandbox of a clip, got now from wherever it is. Raises Refused (seen live)."""
        if self.seconds_of(url) is not None:
            return url
        try:
            return self.desk.upload(fetch(url, MOST_CLIP_BYTES))
        except Unusable as error:
            raise invalid(str(error)) from None

    def maker_of(self, video: str) -> Task | None:
        """The task whose clip has this id."""
        task = self.desk.find(self.account, str(int(video) - 1)) if video.isascii() and video.isdigit() else None
        return task if task and task.output_id() == video else None


def read_model(body: Fields, operation: str, customer: Customer, default: str) -> Model:
    """A model of the old standard that the data file has this operation for."""
    name = body.text("model_name") or default
    model = find_model(name, operation, "legacy")
    if model is None:
        raise body.wrong_value("model_name", name)
    refuse_retired(model, customer.retired)
    return model


def refuse_retired(model: Model, retired: bool) -> None:
    if retired and model.retired:
        raise discontinued(model.id)


def discontinued(model_id: str) -> Refused:
    return invalid(f"The model '{model_id}' has been discontinued and is no longer available.")


def read_prompt(body: Fields, limit: int, required: bool, name: str = "prompt") -> str:
    prompt = body.bounded_text(name, limit)
    if required and not prompt.strip():
        raise body.broken_rule(name, "must not be blank")
    return prompt


def needed(body: Fields, name: str) -> str:
    if not body.text(name).strip():
        raise body.broken_rule(name, "must not be blank")
    return body.text(name)


def needed_flag(body: Fields, name: str) -> bool:
    if not body.has(name):
        raise body.broken_rule(name, "must not be null")
    return body.flag(name)


def exactly_one(body: Fields, names: Sequence[str]) -> tuple[str, str]:
    """Name and text of the one field of these that is given. The texts of both refusals are inferred."""
    given = [name for name in names if body.has(name)]
    if len(given) != 1:
        joined = " and ".join(body.path_of(name) for name in names)
        raise invalid(f"{joined} can not be {'used together' if given else 'empty at the same time'}")
    return given[0], body.text(given[0])


def check_size(body: Fields, name: str, count: int, fewest: int, most: int) -> None:
    if not fewest <= count <= most:
        raise body.broken_rule(name, f"size must be between {fewest} and {most}")


def unsupported(feature: str) -> Refused:
    """Seen live of image tail, camera control and motion brush."""
    return invalid(f"{feature} is not supported by the current model")


def read_extras(body: Fields, marked: bool = True) -> dict[str, Any]:
    """What every order of the old standard may have; in the new one it stands in `options`. `marked`: a watermark."""
    extras = {"external_id": body.text("external_task_id"), "callback_url": body.text("callback_url")}
    watermark = body.child("watermark_info") if marked else None
    return extras | ({"watermark": watermark.flag("enabled")} if watermark else {})


def is_url(value: str) -> bool:
    return value.startswith(("http://", "https://"))


def read_url(body: Fields, name: str) -> str:
    """A clip is named by an address, never sent (the text is inferred)."""
    value = needed(body, name)
    if not is_url(value):
        raise body.broken_rule(name, "must be a valid URL")
    return value


def read_picture(value: str, generation: str) -> Picture:
    """A URL stays one (fetched later), Base64 becomes bytes. Raises Refused for what is neither."""
    if not value:
        return None
    if is_url(value):
        return value
    return _decoded(value, max_image_bytes(generation), "Image")


def read_sound(value: str) -> Picture:
    """The same for a sound; its limit in the text is inferred."""
    return value if is_url(value) else _decoded(value, MOST_SOUND_BYTES, "Audio")


def read_camera(body: Fields) -> Camera | None:
    camera = body.child("camera_control")
    if camera is None:
        return None
    if not camera.has("type"):
        raise camera.broken_rule("type", "must not be blank")
    kind = camera.word("type", CAMERA_TYPES, "")
    config = camera.child("config")
    axes = _read_axes(config) if config else {}
    if kind != "simple" and config is not None:
        raise camera.broken_rule("config", f"must be null when type is {kind}")
    if kind == "simple" and config is None:
        raise camera.broken_rule("config", "must not be null")
    if kind == "simple" and len([value for value in axes.values() if value]) != 1:
        raise camera.broken_rule("config", f"exactly one of {', '.join(AXES)} must be non-zero")
    return Camera(kind, axes)


def _read_axes(config: Fields) -> dict[str, float]:
    return {axis: config.bounded_number(axis, -10, 10, 0.0) for axis in AXES}


def _decoded(value: str, most: int, what: str) -> bytes:
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data:
        raise invalid(_BAD_BASE64)
    if len(data) > most:
        raise invalid(f"{what} size can not exceed {most // 1_000_000}MB")
    return data
