"""Kling behind a path table and error codes of a project's own. Routes and JSON; orders are read in `unified_orders`.

Its document shows no answer: they are written in Kling's envelope with the document's own status words and codes, and
an error that it has no code for comes without one. Not in it either: the HTTP status of each code.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import partial
from typing import Any

from ..core import State, Task
from ..desk import Desk
from ..refusals import HTTP_STATUS, Refused
from ..wire import Call, Reply, Route
from .typed import loose, read_typed
from .unified_orders import READERS, is_clip

_QUERY = "/v1/videos/{key}"
#: What faults call the order at each address.
_OPERATIONS = {
    "/v1/videos/text2video": "text2video",
    "/v1/videos/image2video": "image2video",
    "/v1/videos/multi-image2video": "multi-image2video",
    "/v1/videos/motion/generation": "motion-control",
    "/v1/videos/extend": "video-extend",
    "/v1/images/omni-image": "omni-image",
    "/v1/images/generations": "generations",
}
_LIP_SYNC = "/v1/videos/lipsync"
_WORDS = {
    State.SUBMITTED: "submitted",
    State.PROCESSING: "processing",
    State.SUCCEEDED: "succeed",
    State.FAILED: "failed",
}
#: The document's codes, by Kling's. It has none for a breakdown: its 5001 says that the service is busy.
_CODES = {
    **dict.fromkeys((1000, 1001, 1002, 1003, 1004, 1103), 1001),
    **dict.fromkeys((1100, 1101, 1102), 1002),
    **dict.fromkeys((1200, 1201, 1202, 1203), 1003),
    **dict.fromkeys((1300, 1301), 2001),
    **dict.fromkeys((1302, 1303), 5001),
}


class Unified:
    """The twin of the dialect."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[Route]:
        orders = [
            Route("POST", path, operation, partial(self._create, operation)) for path, operation in _OPERATIONS.items()
        ]
        lip_sync = Route("POST", _LIP_SYNC, _spoken, lambda call: self._create(_spoken(call), call))
        return [*orders, lip_sync, Route("GET", _QUERY, "query", self._query)]

    def refusal(self, refused: Refused) -> Reply:
        code = _CODES.get(refused.code)
        told: dict[str, Any] = {} if code is None else {"code": code}
        status = 404 if isinstance(refused, _NoSuchTask) else HTTP_STATUS.get(refused.code, 400)
        return Reply(status, told | {"message": refused.message, "request_id": str(uuid.uuid4())})

    def callback_body(self, task: Task) -> dict[str, Any] | None:
        """It has no callbacks."""
        return None

    def _create(self, operation: str, call: Call) -> Reply:
        account = self._desk.account(call.authorization)
        order = READERS[operation](read_typed(call.body), self._desk.retired)
        task = self._desk.make(order, account, operation)
        return _envelope(_submitted(task))

    def _query(self, call: Call) -> Reply:
        """One address for clips and pictures."""
        task = self._desk.find(self._desk.account(call.authorization), call.parts["key"])
        if task is None:
            raise _NoSuchTask(1201, f"Task not found: {call.parts['key']}")
        return _envelope(
            _submitted(task)
            | {
                "task_status": _WORDS[task.state],
                "task_status_msg": task.row.failure if task.state is State.FAILED else "",
                "task_result": self._result(task),
                "updated_at": task.updated,
            }
        )

    def _result(self, task: Task) -> dict[str, Any]:
        made = self._desk.outputs(task)
        clips = [
            {"id": one.id, "url": one.url, "duration": f"{one.seconds:.1f}"} for one in made if one.kind == "video"
        ]
        images = [{"index": index, "url": one.url} for index, one in enumerate(made) if one.kind == "image"]
        return {name: found for name, found in (("videos", clips), ("images", images)) if found}


class _NoSuchTask(Refused):
    pass


def _spoken(call: Call) -> str:
    """A figure is a clip or a portrait."""
    return "lip-sync" if is_clip(loose(call.body).get("avatar_url")) else "avatar"


def _submitted(task: Task) -> dict[str, Any]:
    return {
        "task_id": str(task.row.id),
        "task_status": _WORDS[State.SUBMITTED],
        "created_at": task.row.created,
        "updated_at": task.row.created,
    }


def _envelope(data: dict[str, Any]) -> Reply:
    return Reply(200, {"code": 0, "message": "SUCCEED", "request_id": str(uuid.uuid4()), "data": data})
