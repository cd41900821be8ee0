"""Tells the callback URLs of tasks about each change of state, once, and only on this machine.

Another host is never called; what would have been sent is only counted. There is no second try and no signature.
"""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from ..settings import is_loopback
from .core import Platform, Task
from .store import Store

_INTERVAL = 0.05  # seconds between looks at the store
_TIMEOUT = 5.0


class Callbacks:
    """One thread. `body_of` writes a task the way of the dialect in which it was ordered; None: it is not told."""

    def __init__(self, store: Store, platform: Platform, body_of: Callable[[Task], dict[str, Any] | None]) -> None:
        self._store = store
        self._platform = platform
        self._body_of = body_of
        self._end = threading.Event()
        self._records: list[dict[str, str]] = []
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="sandbox-callbacks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._end.set()
        if self._thread:
            self._thread.join()

    def records(self) -> list[dict[str, str]]:
        """What was told: task_id, state, and the outcome: an HTTP status, an error, or "not on this machine"."""
        return list(self._records)

    def _run(self) -> None:
        while not self._end.wait(_INTERVAL):
            for task in self._platform.open_callbacks():
                if task.state.value != task.row.told and self._store.tell(task.row.id, task.row.told, task.state.value):
                    self._tell(task)

    def _tell(self, task: Task) -> None:
        body = self._body_of(task)
        if body is None:
            return
        outcome = _post(task.row.callback_url, body)
        self._records.append({"task_id": str(task.row.id), "state": task.state.value, "outcome": outcome})


def _post(url: str, body: dict[str, Any]) -> str:
    try:
        parts = urlsplit(url)
        if not is_loopback(url):
            return "not on this machine"
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=_TIMEOUT)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
            return str(connection.getresponse().status)
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        return type(error).__name__
