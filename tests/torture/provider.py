"""The sandbox of one lane, in a process of its own that can be stopped, killed and started again on the same port."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from typing import Any

from kling_api.sandbox import Account, SandboxConfig, serve
from kling_api.sandbox.faults import read_fault

from .children import Child
from .schedule import Schedule

#: Seconds of waiting per second of clip: a task takes a tenth of a second.
_PACE = 0.03
#: Nobody looks at the clips; that they open is enough.
SHRINK = 4
#: Below the ports that systems give to outgoing connections: one of those must not take ours while we are away.
_PORTS = (20_000, 30_000)


@dataclass(frozen=True)
class Task:
    """A task as the sandbox tells of it. `clip` is the name of its file, "" while there is none."""

    id: str
    account: str
    external_id: str
    state: str
    never_finishes: bool
    units_charged: str
    clip: str

    @property
    def charged(self) -> bool:
        return self.units_charged != "0"

    @property
    def is_open(self) -> bool:
        return self.state not in ("succeeded", "failed") and not self.never_finishes


def account_of(schedule: Schedule) -> Account:
    """Each schedule has one of its own, so that nothing of an earlier one can be taken for it."""
    return Account(f"torture-{schedule.seed}", (api_key_of(schedule),), slots=schedule.slots)


def api_key_of(schedule: Schedule) -> str:
    return f"api-key-kling-sandbox-{schedule.seed}"


class Provider:
    """One sandbox over `folder`."""

    def __init__(self, folder: Path, schedules: list[Schedule]) -> None:
        self.clips = folder / "clips"
        self._made_before: Counter[str] = Counter()
        self._folder = folder
        self._accounts = tuple(account_of(schedule) for schedule in schedules)
        self._port = _free_port()
        self._child: Child | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self, faults: list[dict[str, Any]]) -> None:
        config = SandboxConfig(
            port=self._port,
            folder=self._folder,
            accounts=self._accounts,
            pace=_PACE,
            shrink=SHRINK,
            faults=tuple(read_fault(fault) for fault in faults),
        )
        self._child = Child("sandbox", lambda tell: serve(config, lambda url: tell({"url": url})), self._errors)
        while not self._child.told:
            self._child.read()
            if self._child.exit_code is not None:
                raise RuntimeError(f"The sandbox did not start: {self._child.told or self.complaints()}")

    def stop(self, hard: bool = False) -> list[dict[str, Any]]:
        """The faults that it has not made yet."""
        assert self._child
        waiting = self._ask("GET", "/sandbox/faults")["faults"]
        self._made_before = self.faults_made()
        self._child.kill(signal.SIGKILL if hard else signal.SIGTERM)
        self._child.wait()
        self._child = None
        return waiting

    def abandon(self) -> None:
        """For the end after an error: nobody asks it anything."""
        if self._child:
            self._child.kill()
            self._child.wait()
            self._child = None

    def complaints(self) -> str:
        """What it has written to stderr."""
        return self._errors.read_text(errors="replace") if self._errors.exists() else ""

    def faults_made(self) -> Counter[str]:
        """By kind, since the first start."""
        return self._made_before + Counter(self._ask("GET", "/sandbox/state")["faults"])

    def add_faults(self, faults: list[dict[str, Any]]) -> None:
        if faults:
            self._ask("POST", "/sandbox/faults", faults)

    def clear_faults(self) -> None:
        self._ask("DELETE", "/sandbox/faults")

    def tasks(self, schedule: Schedule) -> list[Task]:
        found = self._ask("GET", f"/sandbox/tasks?account={account_of(schedule).name}")["tasks"]
        return [Task(**task) for task in found]

    def drain(self, schedule: Schedule, seconds: float) -> bool:
        """Waits until no request is under way and every task has ended that can; False if that takes too long."""
        end = time.monotonic() + seconds
        while self._ask("GET", "/sandbox/state")["under_way"] or any(task.is_open for task in self.tasks(schedule)):
            if time.monotonic() > end:
                return False
            time.sleep(0.03)
        return True

    @property
    def _errors(self) -> Path:
        return self._folder / "stderr.txt"

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {text[:300]!r}")
        return json.loads(text)


def copy_clips(source: Path, folder: Path) -> None:
    """What has been rendered once need not be rendered by each sandbox."""
    (folder / "clips").mkdir(parents=True)
    for clip in source.glob("*.mp4"):
        os.link(clip, folder / "clips" / clip.name)


def _free_port() -> int:
    for _ in range(200):
        port = SystemRandom().randrange(*_PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"no free port from {_PORTS[0]} to {_PORTS[1]}")
