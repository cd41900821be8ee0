"""A stage on a sandbox that several tests share: it counts from its own beginning."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from kling_api.sandbox.server import Sandbox

from .conftest import Stage


@dataclass
class CountedStage(Stage):
    """`tasks_before` and `charges_before`: what other tests have made."""

    tasks_before: int = 0
    charges_before: int = 0

    @classmethod
    def new(cls, sandbox: Sandbox, home: Path) -> CountedStage:
        """Waits until all that others have begun is over: a task is charged when it is done."""
        sandbox.faults.clear()
        while any(task["state"] in ("submitted", "processing") for task in _tasks(sandbox)):
            time.sleep(0.05)
        before = Stage(sandbox, home)
        return cls(sandbox, home, before.tasks_made, before.charges)

    @property
    def tasks_made(self) -> int:
        return super().tasks_made - self.tasks_before

    @property
    def charges(self) -> int:
        return super().charges - self.charges_before


def _tasks(sandbox: Sandbox) -> list[dict[str, Any]]:
    return requests.get(f"{sandbox.url}/sandbox/tasks", timeout=10).json()["tasks"]
