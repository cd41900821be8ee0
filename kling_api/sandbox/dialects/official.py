"""Kling's own platform, both generations: `/v1/videos/...` and `/text-to-video/<model>` with `/tasks`.

Routes, authentication and envelope; the checks are in `validation` and `validation_new`, the JSON in `official_shapes`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from ..auth import authenticate
from ..config import Account
from ..core import Task
from ..desk import Desk
from ..fields import Fields, read_body
from ..refusals import Refused, invalid
from ..validation import read_image2video, read_text2video
from ..validation_new import read_image_to_video, read_text_to_video
from ..wire import Call, Reply, Route
from . import official_shapes as shapes
from .official_account import costs

_LEGACY = {"text2video": read_text2video, "image2video": read_image2video}
_NEW = {"text-to-video": ("text2video", read_text_to_video), "image-to-video": ("image2video", read_image_to_video)}
#: Seen live in 2026: a 21st id is refused.
MOST_IDS = 20
_MONTH_MS = 30 * 86_400_000
_LATEST_MS = 10**15


class Official:
    """The one dialect that looks into Kling's capability map and knows no key but Kling's own."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[Route]:
        routes = [
            Route("GET", "/tasks", "query", self._checked(self._tasks, new_standard=True)),
            Route("POST", "/tasks", "list", self._checked(self._task_list, new_standard=True)),
            Route("GET", "/account/costs", "costs", self._checked(self._costs)),
        ]
        for name in _LEGACY:
            path = f"/v1/videos/{name}"
            routes += [
                Route("POST", path, name, self._checked(partial(self._create, name))),
                Route("GET", path, "list", self._checked(partial(self._page, path))),
                Route("GET", f"{path}/{{key}}", "query", self._checked(partial(self._query, path))),
            ]
        for name, (operation, _) in _NEW.items():
            answer = self._checked(partial(self._create_new, name), new_standard=True)
            routes.append(Route("POST", f"/{name}/{{model}}", operation, answer))
        return routes

    def refusal(self, refused: Refused) -> Reply:
        """An error has no `data`."""
        return Reply(refused.status, {"code": refused.code, "message": refused.message, "request_id": _request_id()})

    def callback_body(self, task: Task) -> dict[str, Any]:
        if task.row.product.startswith("/v1/"):
            return shapes.legacy_task(task, self._desk.url_of)
        return shapes.new_task(task, self._desk.url_of)

    def _checked(self, answer: Callable[[Call, Account], Any], new_standard: bool = False) -> Callable[[Call], Reply]:
        """Authentication before, the envelope around."""

        def answer_call(call: Call) -> Reply:
            now = self._desk.now() / 1000
            account = authenticate(call.authorization, self._desk.accounts, now, new_standard)
            data = answer(call, account)
            return Reply(200, {"code": 0, "message": "SUCCEED", "request_id": _request_id(), "data": data})

        return answer_call

    def _create(self, name: str, call: Call, account: Account) -> dict[str, Any]:
        request = _LEGACY[name](read_body(call.body), self._desk.retired)
        return shapes.legacy_created(self._desk.make(request, account, f"/v1/videos/{name}"))

    def _create_new(self, name: str, call: Call, account: Account) -> dict[str, Any]:
        _, read = _NEW[name]
        request = read(read_body(call.body), call.parts["model"], self._desk.retired)
        return shapes.new_created(self._desk.make(request, account, f"/{name}"))

    def _query(self, product: str, call: Call, account: Account) -> dict[str, Any]:
        key = call.parts["key"]
        task = self._desk.find(account, key, product)
        if task is None:
            raise invalid(f"Task not found by id/external id: {key}")
        return shapes.legacy_task(task, self._desk.url_of)

    def _page(self, product: str, call: Call, account: Account) -> list[dict[str, Any]]:
        query = Fields(dict(call.query))
        number = int(query.bounded_number("pageNum", 1, 1000, 1))
        size = int(query.bounded_number("pageSize", 1, 500, 30))
        tasks = self._desk.page(account, product, number, size)
        return [shapes.legacy_task(task, self._desk.url_of) for task in tasks]

    def _tasks(self, call: Call, account: Account) -> list[dict[str, Any]]:
        """Unknown ids are simply absent."""
        ids, external_ids = _split(call.query.get("task_ids")), _split(call.query.get("external_task_ids"))
        if not ids and not external_ids:
            raise invalid("task_ids or external_task_ids is required")
        if ids and external_ids:
            raise invalid("task_ids and external_task_ids can not be used together")
        if len(ids or external_ids) > MOST_IDS:
            name = "task_ids" if ids else "external_task_ids"
            raise invalid(f"{name} cannot exceed {MOST_IDS} in total")
        find = self._desk.find_by_ids if ids else self._desk.find_by_external_ids
        return [shapes.new_task(task, self._desk.url_of) for task in find(account, ids or external_ids)]

    def _task_list(self, call: Call, account: Account) -> dict[str, Any]:
        body = read_body(call.body or b"{}")
        now = self._desk.now()
        start = int(body.bounded_number("start_time", 0, _LATEST_MS, now - _MONTH_MS))
        end = int(body.bounded_number("end_time", 0, _LATEST_MS, now))
        limit = int(body.bounded_number("limit", 1, 500, 100))
        cursor = body.text("cursor")
        if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
            raise body.wrong_value("cursor", cursor)
        tasks = self._desk.between(account, start, end, int(cursor or 0))
        for wanted in body.children("filters"):
            tasks = _filtered(tasks, wanted)
        page = tasks[:limit]
        found: dict[str, Any] = {"count": len(page), "has_more": len(tasks) > limit}
        if page:
            found["result"] = [shapes.new_task(task, self._desk.url_of) for task in page]
        if found["has_more"]:
            found["next_cursor"] = str(page[-1].row.id)
        return found

    def _costs(self, call: Call, account: Account) -> dict[str, Any]:
        return costs(
            Fields(dict(call.query)),
            allowance=self._desk.allowance(account),
            charged=self._desk.charged(account),
            now=self._desk.now(),
        )


def _filtered(tasks: list[Task], wanted: Fields) -> list[Task]:
    key = wanted.word("key", ("status", "product_type"), "")
    values = wanted.texts("values")
    return [task for task in tasks if (shapes.new_status(task) if key == "status" else task.row.pack) in values]


def _split(ids: str | None) -> list[str]:
    return [part.strip() for part in (ids or "").split(",") if part.strip()]


def _request_id() -> str:
    return str(uuid.uuid4())
