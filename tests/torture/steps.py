"""The moments at which a customer's process can be killed, and what it tells about its POSTs.

Looks at the library from outside, through what it calls: sockets, SQLite, the file system. It changes no decision.
"""

from __future__ import annotations

import http.client
import os
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kling_api.dialects.wire import Reply, Request
from kling_api.transport import Transport

from .schedule import Kill

Tell = Callable[[dict[str, Any]], None]
_TRANSACTION = {"BEGIN": "begin", "COMMIT": "commit", "INSERT": "write", "UPDATE": "write", "DELETE": "write"}


class Steps:
    """Counts the steps of this process, and ends it at the one that the schedule names."""

    def __init__(self, kill: Kill | None) -> None:
        self._kill = kill
        self._reached: Counter[str] = Counter()
        self._lock = threading.Lock()

    def reached(self, step: str) -> None:
        if not self._kill or self._kill.step != step:
            return
        with self._lock:
            self._reached[step] += 1
            if self._reached[step] == self._kill.count:
                os.kill(os.getpid(), signal.SIGKILL)
                time.sleep(60)  # the signal may take a moment to arrive


class Stop(threading.Event):
    """The stop of one run; that it is looked at is a step."""

    def __init__(self, steps: Steps) -> None:
        super().__init__()
        self._steps = steps

    def is_set(self) -> bool:
        self._steps.reached("look")
        return super().is_set()


def watch_process(steps: Steps, tell: Tell) -> None:
    """For a process that will not live long: nothing is put back."""
    _watch_requests(steps, tell)
    _watch_ledger(steps)
    _watch_files(steps)


def _watch_requests(steps: Steps, tell: Tell) -> None:
    """Tells of each POST that has left, by our key, and of its answer."""
    under_way = threading.local()
    real_send = Transport.send
    real_response, real_bytes = http.client.HTTPConnection.getresponse, http.client.HTTPConnection.send

    def send(self: Transport, request: Request) -> Reply:
        if request.method != "POST":
            return real_send(self, request)
        steps.reached("post")
        under_way.key, under_way.pieces = _key_of(request.body), 0
        try:
            reply = real_send(self, request)
        except Exception as error:
            tell({"no answer": under_way.key, "error": type(error).__name__})
            raise
        finally:
            key, under_way.key = under_way.key, ""
        tell({"refused" if _is_plain_refusal(reply) else "answered": key, "status": reply.status})
        steps.reached("answered")
        return reply

    def send_bytes(self: http.client.HTTPConnection, data: Any) -> None:
        if getattr(under_way, "key", ""):
            under_way.pieces += 1
            if under_way.pieces == 2:
                steps.reached("half")
        elif isinstance(data, bytes) and data.startswith(b"GET"):
            steps.reached("get")
        real_bytes(self, data)

    def getresponse(self: http.client.HTTPConnection) -> http.client.HTTPResponse:
        if key := getattr(under_way, "key", ""):
            tell({"posted": key})
            steps.reached("posted")
        return real_response(self)

    Transport.send = send
    http.client.HTTPConnection.send = send_bytes
    http.client.HTTPConnection.getresponse = getresponse


def _key_of(body: Any) -> str:
    return str(body.get("external_task_id") or body.get("options", {}).get("external_task_id"))


def _is_plain_refusal(reply: Reply) -> bool:
    """A 4xx says that nothing was made, unless it says that something had been made before."""
    return 400 <= reply.status < 500 and "already exists" not in str(reply.body)


def _watch_ledger(steps: Steps) -> None:
    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            step = _TRANSACTION.get(sql.split(None, 1)[0], "")
            if step:
                steps.reached(step)
            cursor = super().execute(sql, *values)
            if step == "commit":
                steps.reached("committed")
            return cursor

    real_connect = sqlite3.connect
    sqlite3.connect = lambda *values, **options: real_connect(*values, **{"factory": Connection} | options)


def _watch_files(steps: Steps) -> None:
    real_replace, real_fsync = Path.replace, os.fsync

    def replace(self: Path, target: Any) -> Path:
        steps.reached("rename")
        moved = real_replace(self, target)
        steps.reached("renamed")
        return moved

    def fsync(descriptor: int) -> None:
        steps.reached("fsync")
        real_fsync(descriptor)

    Path.replace = replace
    os.fsync = fsync
