"""A provider that is another process, as a real one is: the sandbox, whose tasks take their time or never end."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from kling_api.sandbox.config import SandboxConfig
from kling_api.sandbox.faults import Fault

from .serving import serving

#: Seconds of waiting per second of clip: 5 s of clip are ready after 10 s.
PACE = 2.0
#: Seconds that a question takes at Kling (live, 2026-09: 0.3 to 0.7).
_ANSWER = 0.4


@contextmanager
def provider(folder: Path, *, slots: int = 10_000, endless: bool = False) -> Iterator[str]:
    """Its URL. Clips are an eighth of Kling's in width and height, and each question takes as long as at Kling.

    `endless`: tasks stay under way, and are told of at once.
    """
    with serving(__name__, str(folder), str(slots), "endless" * endless) as url:
        yield url


def tasks_of(url: str) -> int:
    """How many it has made."""
    return _state(url)["tasks_made"]


def questions_of(url: str) -> int:
    """How often it was asked how tasks are doing."""
    asked = _state(url)["requests"]
    return sum(count for route, count in asked.items() if route.startswith("GET ") and "/results/" not in route)


def _state(url: str) -> dict[str, Any]:
    return requests.get(f"{url}/sandbox/state", timeout=60).json()


def main(arguments: list[str]) -> None:
    """Prints its URL; ends when its standard input does."""
    from kling_api.sandbox.server import Sandbox

    folder, slots, endless = arguments
    slow = Fault("slow", times=None, operation="query", seconds=_ANSWER)
    faults = (Fault("never_finish", times=None) if endless else slow,)
    config = SandboxConfig(folder=Path(folder), pace=PACE, shrink=8, slots=int(slots), units=10**9, faults=faults)
    with Sandbox(config) as sandbox:
        print(sandbox.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1:])
