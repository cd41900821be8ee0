"""The new standard: orders with the model in the address, and the tasks of both standards under `/tasks`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from ..config import Account
from ..core import Task
from ..desk import Desk
from ..fields import Fields, read_body
from ..refusals import invalid
from ..validation import Customer
from ..validation_new import read_image_to_video, read_text_to_video
from ..validation_new_omni import read_motion, read_omni, read_solution
from ..video_request import Request
from ..wire import Call
from . import official_outputs as shapes
from .official_old import AT_ONCE
from .official_pages import Page, read_order

#: Seen live in 2026: a 21st id is refused.
MOST_IDS = 20
_MONTH_MS = 30 * 86_400_000
_LATEST_MS = 10**15
_SOLUTION = "/solutions/virtual_try_on"
_TRY_ONS = (_SOLUTION, "/v1/images/kolors-virtual-try-on")

Read = Callable[[Fields, str, Customer], Request]
#: By address: what faults call it, and how its order is read.
_PRODUCTS: dict[str, tuple[str, Read]] = {
    "/text-to-video": ("text2video", read_text_to_video),
    "/image-to-video": ("image2video", read_image_to_video),
    "/omni-video": ("omni-video", read_omni),
    "/motion-control": ("motion-control", read_motion),
}


class NewStandard:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def pages(self) -> Sequence[Page]:
        orders = [
            Page("POST", f"{path}/{{model}}", operation, partial(self._make, path, read), new_standard=True)
            for path, (operation, read) in _PRODUCTS.items()
        ]
        return [
            *orders,
            Page("POST", _SOLUTION, "kolors-virtual-try-on", self._make_solution, new_standard=True),
            Page("GET", "/solutions", "query", self._solutions, new_standard=True),
            Page("GET", "/tasks", "query", self._tasks, new_standard=True),
            Page("POST", "/tasks", "list", self._task_list, new_standard=True),
        ]

    def _make(self, path: str, read: Read, call: Call, account: Account) -> dict[str, Any]:
        body, customer = read_order(call, account, self._desk)
        return shapes.created(self._desk.make(read(body, call.parts["model"], customer), account, path))

    def _make_solution(self, call: Call, account: Account) -> dict[str, Any]:
        request = read_solution(*read_order(call, account, self._desk))
        return shapes.created(self._desk.make(request, account, _SOLUTION))

    def _solutions(self, call: Call, account: Account) -> list[dict[str, Any]]:
        """Its own query, by task ids alone."""
        ids = _ids(call, "task_ids")
        if not ids:
            raise invalid("task_ids is required")
        tasks = self._desk.find_by_ids(account, ids)
        return [shapes.task(self._desk, task) for task in tasks if self._desk.product(task) == _SOLUTION]

    def _tasks(self, call: Call, account: Account) -> list[dict[str, Any]]:
        """Unknown ids are simply absent, and so is what was answered at once."""
        ids, external_ids = _ids(call, "task_ids"), _ids(call, "external_task_ids")
        if not ids and not external_ids:
            raise invalid("task_ids or external_task_ids is required")
        if ids and external_ids:
            raise invalid("task_ids and external_task_ids can not be used together")
        find = self._desk.find_by_ids if ids else self._desk.find_by_external_ids
        return self._shown(find(account, ids or external_ids))

    def _task_list(self, call: Call, account: Account) -> dict[str, Any]:
        body = read_body(call.body or b"{}")
        now = self._desk.now()
        start = int(body.bounded_number("start_time", 0, _LATEST_MS, now - _MONTH_MS))
        end = int(body.bounded_number("end_time", 0, _LATEST_MS, now))
        limit = int(body.bounded_number("limit", 1, 500, 100))
        cursor = body.text("cursor")
        if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
            raise body.wrong_value("cursor", cursor)
        tasks = [task for task in self._desk.between(account, start, end, int(cursor or 0)) if self._is_async(task)]
        for wanted in body.children("filters"):
            tasks = self._filtered(tasks, wanted)
        page = tasks[:limit]
        found: dict[str, Any] = {"count": len(page), "has_more": len(tasks) > limit}
        if page:
            found["result"] = self._shown(page)
        if found["has_more"]:
            found["next_cursor"] = str(page[-1].row.id)
        return found

    def _shown(self, tasks: Sequence[Task]) -> list[dict[str, Any]]:
        return [shapes.task(self._desk, task) for task in tasks if self._is_async(task)]

    def _is_async(self, task: Task) -> bool:
        return self._desk.product(task) not in AT_ONCE

    def _filtered(self, tasks: list[Task], wanted: Fields) -> list[Task]:
        key = wanted.word("key", ("status", "product_type"), "")
        values = wanted.texts("values")
        told = shapes.status if key == "status" else self._product_type
        return [task for task in tasks if told(task) in values]

    def _product_type(self, task: Task) -> str:
        return "try_on" if self._desk.product(task) in _TRY_ONS else task.row.pack


def _ids(call: Call, name: str) -> list[str]:
    ids = [part.strip() for part in call.query.get(name, "").split(",") if part.strip()]
    if len(ids) > MOST_IDS:
        raise invalid(f"{name} cannot exceed {MOST_IDS} in total")
    return ids
