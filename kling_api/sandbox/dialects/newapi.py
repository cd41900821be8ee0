"""The gateway new-api: its generic route with a bare task, and Kling's own body and envelope under /kling.

Orders are read in `newapi_orders`. The native query is not in the document: it answers as Kling does and finds a task
by the external id, too, as gateways do that hand Kling's answers through. Errors are in the form of current versions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from ..core import State, Task
from ..desk import Desk
from ..refusals import HTTP_STATUS, Refused
from ..wire import Call, Reply, Route
from .newapi_orders import RefusedByGateway, read_generic, read_native, read_values

_GENERIC = "/v1/video/generations"
_NATIVE = "/kling/v1/videos"
_WORDS = {
    State.SUBMITTED: "submitted",
    State.PROCESSING: "processing",
    State.SUCCEEDED: "succeeded",
    State.FAILED: "failed",
}
_KLINGS_WORDS = _WORDS | {State.SUCCEEDED: "succeed"}
#: The document's example; it has no other number.
_FAILED = 4001
#: What the gateway knows without Kling: HTTP status by Kling's code for it.
_OWN = {1001: 401, 1002: 401, 1003: 401, 1004: 401, 1202: 405, 1203: 404}


class NewApi:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[Route]:
        native = [
            route
            for name in ("text2video", "image2video")
            for route in (
                Route("POST", f"{_NATIVE}/{name}", name, partial(self._create_native, name)),
                Route("GET", f"{_NATIVE}/{name}/{{key}}", "query", partial(self._query_native, name)),
            )
        ]
        return [
            Route("POST", _GENERIC, _operation, self._create),
            Route("GET", f"{_GENERIC}/{{key}}", "query", self._query),
            *native,
        ]

    def refusal(self, refused: Refused) -> Reply:
        """Kling's refusals come as the gateway's; one with another status than 400 is quoted whole."""
        if isinstance(refused, RefusedByGateway):
            return _own_error(refused.status, refused.word, refused.message)
        if refused.code in _OWN:
            return _own_error(_OWN[refused.code], "", refused.message)
        if refused.code == 1102:
            return _error(403, "insufficient_user_quota", refused.message)
        status = HTTP_STATUS.get(refused.code, 400)
        if status == 400:
            return _error(400, "task_failed", refused.message)
        quoted = {"code": refused.code, "message": refused.message, "request_id": "Cl6Mq2bftxoAAAAAAA_SxQ"}
        return _error(status, "fail_to_fetch_task", json.dumps(quoted))

    def callback_body(self, task: Task) -> dict[str, Any]:
        """Kling calls, not the gateway."""
        return self._klings_task(task)

    def _create(self, call: Call) -> Reply:
        account = self._desk.account(call.authorization)
        request = read_generic(read_values(call.body), self._desk.retired)
        return Reply(200, {"task_id": _id(self._desk.make(request, account, _GENERIC))})

    def _query(self, call: Call) -> Reply:
        account, key = self._desk.account(call.authorization), _number_in(call.parts["key"])
        task = self._desk.find(account, key, _GENERIC) if key else None
        return Reply(200, self._bare_task(_there(task)))

    def _create_native(self, name: str, call: Call) -> Reply:
        account = self._desk.account(call.authorization)
        request = read_native(name, read_values(call.body), self._desk.retired)
        task = self._desk.make(request, account, f"{_NATIVE}/{name}")
        return _envelope(task, _submitted(task))

    def _query_native(self, name: str, call: Call) -> Reply:
        account = self._desk.account(call.authorization)
        task = _there(self._desk.find(account, call.parts["key"], f"{_NATIVE}/{name}"))
        return _envelope(task, self._klings_task(task))

    def _bare_task(self, task: Task) -> dict[str, Any]:
        body: dict[str, Any] = {"task_id": _id(task), "status": _WORDS[task.state]}
        if task.state is State.FAILED:
            body["error"] = {"code": _FAILED, "message": task.row.failure}
        for made in self._desk.outputs(task):
            measures = {"duration": made.seconds, "fps": round(made.rate), "width": made.width, "height": made.height}
            body |= {"url": made.url, "format": "mp4", "metadata": measures | {"seed": self._seed(task)}}
        return body

    def _seed(self, task: Task) -> int:
        """The one that was given, else one of the gateway's own."""
        return int(self._desk.note(task) or task.row.id % 2**31)

    def _klings_task(self, task: Task) -> dict[str, Any]:
        made = self._desk.outputs(task)
        videos = [{"id": one.id, "url": one.url, "duration": f"{one.seconds:.1f}"} for one in made]
        return _submitted(task) | {
            "task_status": _KLINGS_WORDS[task.state],
            "task_status_msg": task.row.failure if task.state is State.FAILED else "",
            "task_info": {"external_task_id": task.row.external_id},
            "task_result": {"videos": videos} if videos else {},
            "updated_at": task.updated,
        }


def _operation(call: Call) -> str:
    """Which of the two the generic route is asked for."""
    try:
        values = json.loads(call.body)
    except (ValueError, RecursionError):
        values = None
    return "image2video" if isinstance(values, dict) and values.get("image") else "text2video"


def _there(task: Task | None) -> Task:
    if task is None:
        raise RefusedByGateway("task_not_exist", "task_not_exist")
    return task


def _id(task: Task) -> str:
    """24 letters and digits as in the document on the generic route, Kling's own on the native ones."""
    return f"cls{task.row.id:021x}" if task.row.product.endswith(_GENERIC) else str(task.row.id)


def _number_in(key: str) -> str:
    """The number that the generic route's id stands for, "" for none of its ids."""
    return str(int(key[3:], 16)) if re.fullmatch(r"cls[0-9a-f]{21}", key) else ""


def _submitted(task: Task) -> dict[str, Any]:
    created = task.row.created
    return {
        "task_id": _id(task),
        "task_status": _WORDS[State.SUBMITTED],
        "created_at": created,
        "updated_at": created,
    }


def _envelope(task: Task, data: dict[str, Any]) -> Reply:
    """In the document the request has the id of the task."""
    return Reply(200, {"code": 0, "message": "成功", "request_id": _id(task), "data": data})


def _own_error(status: int, word: str, message: str) -> Reply:
    """Before any task the gateway answers in the words of OpenAI, about a task in its own."""
    if status == 400:
        return _error(status, word, message)
    error = {"message": message, "type": "new_api_error", "param": "", "code": word}
    return Reply(status, {"error": error})


def _error(status: int, word: str, message: str) -> Reply:
    return Reply(status, {"code": word, "message": message, "data": None})
