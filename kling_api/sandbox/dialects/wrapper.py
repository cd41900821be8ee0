"""A service of one's own that wraps Kling's platform: `/api/v1/...`. Routes and JSON; nobody is asked who he is.

What it checks itself is in `wrapper_models` (422), what Kling refuses behind it in `wrapper_orders`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from ..core import State, Task, units_text
from ..desk import Desk
from ..refusals import Refused, invalid
from ..wire import Call, Reply, Route
from .wrapper_models import MODELS
from .wrapper_orders import read_lip_sync, read_order
from .wrapper_values import Unprocessable, read_body

_ORDERS = (
    *("videos/text2video", "videos/image2video", "videos/multi-image2video", "videos/motion-control"),
    *("videos/video-extend", "images/generations", "images/omni-image"),
)
#: Kling's own name for it, by which it is asked for.
_LIP_SYNC = "videos/advanced-lip-sync"
_WORDS = {
    State.SUBMITTED: "submitted",
    State.PROCESSING: "processing",
    State.SUCCEEDED: "succeed",
    State.FAILED: "failed",
}
#: The service's framework answers these itself.
_OF_THE_FRAMEWORK = {
    "The requested resource does not exist": (404, "Not Found"),
    "The requested method is invalid": (405, "Method Not Allowed"),
}


class Wrapper:
    """All tasks are those of the first account: the service has the key of one customer of Kling's."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[Route]:
        orders = [
            Route("POST", f"/api/v1/{product}", product.partition("/")[2], partial(self._create, product))
            for product in _ORDERS
        ]
        return [
            *orders,
            Route("POST", "/api/v1/lipsync/identify-face", "identify-face", self._identify),
            Route("POST", "/api/v1/lipsync/create-task", "lip-sync", self._lip_sync),
            Route("GET", "/api/v1/tasks/{category}/{task_type}/{key}", "query", self._query),
        ]

    def refusal(self, refused: Refused) -> Reply:
        """Kling's HTTP status and text go through."""
        if isinstance(refused, Unprocessable):
            return Reply(refused.status, {"detail": refused.problems})
        status, detail = _OF_THE_FRAMEWORK.get(refused.message, (refused.status, refused.message))
        return Reply(status, {"detail": detail})

    def callback_body(self, task: Task) -> dict[str, Any]:
        """Kling calls, not the service: its task without an envelope."""
        return self._data(task)

    def _create(self, product: str, call: Call) -> Reply:
        name = product.partition("/")[2]
        order = read_order(name, read_body(call.body, MODELS[name]), self._desk.retired)
        return _created(self._desk.make(order, self._desk.first_account(), product))

    def _identify(self, call: Call) -> Reply:
        """Kling's data as it is, without anything around it."""
        values = read_body(call.body, MODELS["identify-face"])
        session = self._desk.identify(self._desk.first_account(), values.get("video_id") or values["video_url"])
        faces = [{"face_id": face.id, "start_time": face.start, "end_time": face.end} for face in session.faces]
        return Reply(200, {"session_id": session.id, "final_unit_deduction": "0", "face_data": faces})

    def _lip_sync(self, call: Call) -> Reply:
        values = read_body(call.body, MODELS["create-task"])
        account = self._desk.first_account()
        order = read_lip_sync(values, self._desk.session(account, values["session_id"]))
        return _created(self._desk.make(order, account, _LIP_SYNC))

    def _query(self, call: Call) -> Reply:
        product = f"{call.parts['category']}/{call.parts['task_type']}"
        if product not in (*_ORDERS, _LIP_SYNC):
            raise Refused(1203, "The requested resource does not exist")
        key = call.parts["key"]
        task = self._desk.find(self._desk.first_account(), key, product)
        if task is None:
            raise invalid(f"Task not found by id/external id: {key}")
        return _answer(task, _WORDS[task.state], self._data(task))

    def _data(self, task: Task) -> dict[str, Any]:
        """The task as Kling writes it."""
        data: dict[str, Any] = _submitted(task) | {
            "task_status": _WORDS[task.state],
            "task_status_msg": task.row.failure if task.state is State.FAILED else "",
            "task_result": self._result(task),
            "updated_at": task.updated,
        }
        return data | ({"final_unit_deduction": units_text(task.charged)} if task.is_terminal else {})

    def _result(self, task: Task) -> dict[str, Any]:
        made = self._desk.outputs(task)
        clips = [
            {"id": one.id, "url": one.url, "duration": f"{one.seconds:.1f}"} for one in made if one.kind == "video"
        ]
        pictures = [one.url for one in made if one.kind == "image"]
        if pictures:
            return {"images": [{"index": index, "url": url} for index, url in enumerate(pictures)]}
        return {"videos": clips} if clips else {}


def _created(task: Task) -> Reply:
    return _answer(task, "success", _submitted(task))


def _answer(task: Task, message: str, data: dict[str, Any]) -> Reply:
    return Reply(200, {"task_id": str(task.row.id), "message": message, "raw_data": data})


def _submitted(task: Task) -> dict[str, Any]:
    return {
        "task_id": str(task.row.id),
        "task_status": _WORDS[State.SUBMITTED],
        "task_info": {"external_task_id": task.row.external_id},
        "created_at": task.row.created,
        "updated_at": task.row.created,
    }
