"""Kling's own platform, both generations: `/v1/...`, and `/text-to-video/<model>` with `/tasks`.

Authentication, envelope and refusals. What is at which address: `official_old`, `official_new`, `official_library`.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from ..auth import authenticate
from ..config import Account
from ..core import Task
from ..desk import Desk
from ..fields import Fields
from ..refusals import Refused
from ..wire import Call, Reply, Route
from . import official_outputs, official_shapes
from .official_account import costs
from .official_library import Library
from .official_new import NewStandard
from .official_old import PRODUCTS, OldStandard
from .official_pages import Page


class Official:
    """The one dialect that looks into Kling's capability map and knows no key but Kling's own."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[Route]:
        parts = (NewStandard(self._desk), OldStandard(self._desk), Library(self._desk))
        pages = [page for part in parts for page in part.pages()]
        return [self._route(page) for page in (*pages, Page("GET", "/account/costs", "costs", self._costs))]

    def refusal(self, refused: Refused) -> Reply:
        """An error has no `data`."""
        return Reply(refused.status, {"code": refused.code, "message": refused.message, "request_id": _request_id()})

    def callback_body(self, task: Task) -> dict[str, Any]:
        write = official_shapes.task if self._desk.product(task) in PRODUCTS else official_outputs.task
        return write(self._desk, task)

    def _route(self, page: Page) -> Route:
        """Authentication before, the envelope around."""

        def answer(call: Call) -> Reply:
            now = self._desk.now() / 1000
            account = authenticate(call.authorization, self._desk.accounts, now, page.new_standard)
            data = page.answer(call, account)
            return Reply(200, {"code": 0, "message": "SUCCEED", "request_id": _request_id(), "data": data})

        return Route(page.method, page.pattern, page.operation, answer)

    def _costs(self, call: Call, account: Account) -> dict[str, Any]:
        return costs(Fields(dict(call.query)), account, self._desk)


def _request_id() -> str:
    return str(uuid.uuid4())
