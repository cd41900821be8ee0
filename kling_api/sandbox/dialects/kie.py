"""kie.ai: createTask and recordInfo for every model, uploads, credits. Routes and JSON; fields are in `kie_models`.

The HTTP status is the code of the body, as its documents have it; a fault with `status` 200 makes the answers that were
seen live. Left out: the signature of callbacks, and its limit of 20 new tasks in 10 seconds (the fault rate_429).
"""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from ..config import Account
from ..core import SUBMITTED_PART, State, Task
from ..desk import Desk
from ..refusals import Refused
from ..wire import Call, Reply, Route
from .kie_orders import CREDITS_PER_UNIT, Order, operation_of, read_order
from .kie_uploads import Upload, read_form, read_upload
from .kie_values import KieRefused

_PRODUCT = "jobs"
_ID = re.compile(r"task_kling(?:-[\d.]+)?_(\d{1,18})")
#: What Kling's codes are here; a code of kie.ai's own stays.
_CODES = {
    **dict.fromkeys((1000, 1001, 1002, 1003, 1004), 401),
    **{1100: 402, 1101: 402, 1102: 402, 1103: 505, 1200: 400, 1201: 422, 1202: 405, 1203: 404},
    **{1300: 422, 1301: 422, 1302: 429, 1303: 429, 1304: 401},
    **{5000: 500, 5001: 455, 5002: 408},
}
_TEXTS = {401: "You do not have access permissions"}
_FAILED, _FAIL_CODE = 501, "501"


class Kie:
    """The twin of kie.ai."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[Route]:
        return [
            Route("POST", "/api/v1/jobs/createTask", operation_of, self._create),
            Route("GET", "/api/v1/jobs/recordInfo", "query", self._record),
            Route("POST", "/api/file-base64-upload", "upload", self._upload),
            Route("POST", "/api/file-stream-upload", "upload", self._upload_form),
            Route("GET", "/api/v1/chat/credit", "costs", self._credit),
        ]

    def refusal(self, refused: Refused) -> Reply:
        code = refused.kie_code if isinstance(refused, KieRefused) else _code(refused.code)
        if isinstance(refused, KieRefused) and refused.upload:
            return Reply(code, {"success": False, "code": code, "msg": refused.message})
        return Reply(code, {"code": code, "msg": _TEXTS.get(code, refused.message), "data": None})

    def callback_body(self, task: Task) -> dict[str, Any] | None:
        """Only the end is told, with what is left of the credits."""
        if not task.is_terminal:
            return None
        data = self._data(task)
        account = next(account for account in self._desk.accounts if account.name == task.row.account)
        data |= {"consumeCredits": data.pop("creditsConsumed"), "remainedCredits": self._left(account)}
        if task.state is State.SUCCEEDED:
            return {"code": 200, "msg": "Playground task completed successfully.", "data": data}
        return {"code": _FAILED, "msg": "Playground task failed.", "data": data}

    def _account(self, call: Call) -> Account:
        """A bearer token that is an API key, nothing else."""
        account = self._desk.account(call.authorization)
        if (call.authorization or "").removeprefix("Bearer ") not in account.api_keys or not call.authorization:
            raise Refused(1002, "api key not found")
        if not call.authorization.startswith("Bearer "):
            raise Refused(1001, "Authorization is not a bearer token")
        return account

    def _create(self, call: Call) -> Reply:
        account = self._account(call)
        order = read_order(call.body)
        task = self._desk.make(order.request(), account, _PRODUCT)
        return _success({"taskId": _id(task, order)})

    def _record(self, call: Call) -> Reply:
        account = self._account(call)
        task_id = call.query.get("taskId", "")
        if not task_id:
            raise KieRefused(400, "taskId parameter is required")
        found = _ID.fullmatch(task_id)
        task = self._desk.find(account, found[1], _PRODUCT) if found else None
        if task is None or _id(task, self._order(task)) != task_id:
            raise KieRefused(422, "recordInfo is null")
        return _success(self._data(task))

    def _upload(self, call: Call) -> Reply:
        self._account(call)
        return self._keep(read_upload(call.body))

    def _upload_form(self, call: Call) -> Reply:
        self._account(call)
        return self._keep(read_form(call))

    def _keep(self, upload: Upload) -> Reply:
        try:
            address = self._desk.upload(upload.data)
        except Refused as refused:
            raise KieRefused(400, refused.message, upload=True) from None
        name = upload.name or address.rpartition("/")[2]
        data = {
            "fileName": name,
            "filePath": f"{upload.folder}/{name}",
            "downloadUrl": address,
            "fileSize": upload.size,
            "mimeType": mimetypes.guess_type(address)[0],
            "uploadedAt": datetime.fromtimestamp(self._desk.now() / 1000, timezone.utc).isoformat(),
        }
        return Reply(200, {"success": True, "code": 200, "msg": "File uploaded successfully", "data": data})

    def _credit(self, call: Call) -> Reply:
        return _success(self._left(self._account(call)))

    def _left(self, account: Account) -> int | float:
        return _number(self._desk.units(account).remaining * CREDITS_PER_UNIT)

    def _order(self, task: Task) -> Order:
        return read_order(self._desk.note(task).encode())

    def _data(self, task: Task) -> dict[str, Any]:
        """Costs are told at the end, as numbers; times are epoch milliseconds, `costTime` milliseconds."""
        row, order, ended = task.row, self._order(task), task.is_terminal
        urls = [made.url for made in self._desk.outputs(task)]
        failed = task.state is State.FAILED
        return {
            "taskId": _id(task, order),
            "model": order.model,
            "state": _word(task),
            "param": self._desk.note(task),
            "resultJson": _text_of(urls),
            "failCode": _FAIL_CODE if failed else "",
            "failMsg": row.failure if failed else "",
            "costTime": task.updated - row.created if ended else None,
            "completeTime": task.updated if ended else None,
            "createTime": row.created,
            "updateTime": task.updated,
            "creditsConsumed": _number(task.charged / 1000 * CREDITS_PER_UNIT) if ended else None,
        }


def _code(code: int) -> int:
    return _CODES.get(code, code if 400 <= code < 600 else 500)


def _success(data: Any) -> Reply:
    return Reply(200, {"code": 200, "msg": "success", "data": data})


def _word(task: Task) -> str:
    """A task waits, then it stands in the queue, each for half of the time before it begins."""
    if task.state is State.SUBMITTED:
        half = (task.row.due - task.row.created) * SUBMITTED_PART / 2
        return "waiting" if task.now < task.row.created + half else "queuing"
    return {State.PROCESSING: "generating", State.SUCCEEDED: "success", State.FAILED: "fail"}[task.state]


def _id(task: Task, order: Order) -> str:
    """As its samples look: kling-2.6 and kling-3.0 stand in the id, older ones do not."""
    family = order.model.partition("/")[0]
    return f"task_{family}_{task.row.id}"


def _text_of(urls: list[str]) -> str:
    return json.dumps({"resultUrls": urls}) if urls else ""


def _number(credits: float) -> int | float:
    return int(credits) if credits == int(credits) else round(credits, 2)
