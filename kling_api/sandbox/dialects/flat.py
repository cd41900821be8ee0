"""A third party's image2video without an envelope: one address for one picture or several. Routes, reading and JSON.

Not in the document and therefore inferred: the bodies of errors, 404 for an unknown task, at most four pictures, a
camera value from -10 to 10, and that Kling's other models pass.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Sequence
from typing import Any

from ..config import Account
from ..core import State, Task
from ..desk import Desk
from ..models import Model, any_model
from ..refusals import HTTP_STATUS, Refused, invalid
from ..validation import refuse_retired
from ..video_request import Camera, VideoRequest
from ..wire import Call, Reply, Route
from .typed import Typed, loose, pictures, read_typed

_PATH = "/v1/videos/image2video"
_MODELS = ("kling-v1-6", "kling-v2-master", "kling-v2-1", "kling-v2-1-master")
_RATIOS = ("16:9", "9:16", "1:1", "3:2", "2:3", "3:4", "4:3")
_MOVES = ("zoom", "pan", "tilt")
_LONGEST_PROMPT = 2500
_MOST_PICTURES = 4
#: Ids of the document's form: 16 bytes in 22 letters, of which the last eight are the number.
_ID_HEAD = bytes.fromhex("0a66208e66f2313a")
_WORDS = {
    State.SUBMITTED: "submitted",
    State.PROCESSING: "processing",
    State.SUCCEEDED: "completed",
    State.FAILED: "failed",
}
#: The document has 400, 401, 403, 429 and 500 only; an unknown task and the wrong method are answered by HTTP's own.
_STATUS = HTTP_STATUS | {1100: 403, 1101: 403, 1102: 403, 1304: 403, 1202: 405, 5001: 500, 5002: 500}


class Flat:
    """The twin of the dialect."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[Route]:
        return [
            Route("POST", _PATH, _operation, self._create),
            Route("GET", f"{_PATH}/{{key}}", "query", self._query),
        ]

    def refusal(self, refused: Refused) -> Reply:
        status = _STATUS.get(refused.code, 400)
        return Reply(status, {"error": {"code": status, "message": refused.message}})

    def callback_body(self, task: Task) -> dict[str, Any] | None:
        """It has no callbacks."""
        return None

    def _create(self, call: Call) -> Reply:
        account, body = self._account(call), read_typed(call.body)
        read = _read_several if body.has("image_list") else _read_one
        task = self._desk.make(read(body, self._desk.retired), account, _PATH)
        return Reply(200, _shape(task, State.SUBMITTED, task.row.created))

    def _query(self, call: Call) -> Reply:
        account, number = self._account(call), _number(call.parts["key"])
        task = self._desk.find(account, number, _PATH) if number else None
        if task is None:
            raise Refused(1203, f"task not found: {call.parts['key']}")
        said = {State.SUCCEEDED: "任务完成", State.FAILED: task.row.failure}
        told = _shape(task, task.state, task.updated) | {"task_status_msg": said.get(task.state, "")}
        return Reply(200, told | self._result(task))

    def _result(self, task: Task) -> dict[str, Any]:
        videos = [
            {"id": f"video_{number:03d}", "url": made.url, "duration": _number_of(made.seconds)}
            for number, made in enumerate(self._desk.outputs(task), 1)
        ]
        return {"task_result": {"videos": videos}} if videos else {}

    def _account(self, call: Call) -> Account:
        """By an API key after the word Bearer, nothing else."""
        account, header = self._desk.account(call.authorization), call.authorization or ""
        if header.removeprefix("Bearer ") not in account.api_keys or not header.startswith("Bearer "):
            raise Refused(1002, "Invalid token")
        return account


def _operation(call: Call) -> str:
    return "multi-image2video" if loose(call.body).get("image_list") is not None else "image2video"


def _read_one(body: Typed, retired: bool) -> VideoRequest:
    return VideoRequest(
        "image2video",
        prompt=body.text("prompt", _LONGEST_PROMPT),
        camera=_camera(body.child("camera_control")),
        first=body.needed_picture("image"),
        last=body.picture("image_tail"),
        **_shared(body, retired),
    )


def _read_several(body: Typed, retired: bool) -> VideoRequest:
    given = body.items("image_list")
    if not 1 <= len(given) <= _MOST_PICTURES:
        raise invalid(f"image_list must hold 1 to {_MOST_PICTURES} images")
    if body.has("image") or body.has("image_tail"):
        raise invalid("image_list cannot be used together with image or image_tail")
    return VideoRequest(
        "multi-image2video",
        prompt=body.needed("prompt", _LONGEST_PROMPT),
        pictures=pictures(given, "image_list"),
        **_shared(body, retired),
    )


def _shared(body: Typed, retired: bool) -> dict[str, Any]:
    return {
        "model": _model(body.needed("model_name"), retired),
        "mode": body.word("mode", ("std", "pro")),
        "negative_prompt": body.text("negative_prompt", _LONGEST_PROMPT),
        "seconds": body.whole("duration", (5, 10), 5),
        "aspect_ratio": body.word("aspect_ratio", _RATIOS, "16:9"),
        "cfg_scale": body.number("cfg_scale", 0, 1, 0.5),
    }


def _model(name: str, retired: bool) -> Model:
    model = any_model(name)
    if name not in _MODELS and not model.ways:
        raise invalid(f"model_name value '{name}' is invalid")
    refuse_retired(model, retired)
    return model


def _camera(camera: Typed | None) -> Camera | None:
    if camera is None:
        return None
    move, config = camera.word("type", _MOVES), camera.child("config")
    if config is None:
        raise invalid("camera_control.config is required")
    return Camera("simple", {move: config.number("value", -10, 10)})


def _shape(task: Task, state: State, updated: int) -> dict[str, Any]:
    return {
        "task_id": base64.urlsafe_b64encode(_ID_HEAD + struct.pack(">q", task.row.id)).decode().rstrip("="),
        "task_status": _WORDS[state],
        "created_at": task.row.created,
        "updated_at": updated,
    }


def _number(key: str) -> str:
    """The number that an id stands for, "" for none of ours."""
    try:
        data = base64.b64decode(f"{key}==", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return ""
    is_ours = len(data) == 16 and data.startswith(_ID_HEAD)
    return str(struct.unpack(">q", data[8:])[0]) if is_ours else ""


def _number_of(seconds: float) -> float:
    """10, not 10.0: the document's example is whole."""
    tenths = round(seconds, 1)
    return int(tenths) if tenths.is_integer() else tenths
