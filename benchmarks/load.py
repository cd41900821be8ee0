"""Makes many jobs in this process, by our client or as a plain script does; or is the provider that makes their clips.

One line of JSON for each block of jobs. The clip is drawn once and shared, so that drawing is not what is measured.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import requests

from kling_api.client import Client
from kling_api.ledger import FILE_NAME
from kling_api.limits import Limits
from kling_api.operations import Text2Video
from kling_api.profile import Credentials, Profile
from kling_api.sandbox.config import DEFAULT_API_KEY, SandboxConfig

from .ledger_steps import step_times

CALLERS = 16
BLOCKS = 20
#: Seconds between two questions of the plain script: as often as our client asks a provider on this machine.
USUAL_PAUSE = 0.2
#: A clip of 5 s is ready after 0.1 s: as soon as anybody asks, but not before the order is answered.
PACE = 0.02
PROMPT = "A paper boat sails down a mountain river."
MODEL = "kling-v3"
#: Never reached, but counted before each order.
LIMITS = Limits(max_parallel=1000, budget_per_day=Decimal(10**7), budget_total=Decimal(10**8))

#: Makes the job of that number.
Make = Callable[[int], object]


@dataclass(frozen=True)
class Block:
    """Some jobs in a row. `done`: how many there are after them. Per job: milliseconds of the wall clock and of CPU,
    requests, bytes of the ledger; `one_ms`: how long one call took, median (several are under way at once).

    `memory_mb`: of this process. `steps`: milliseconds of each step in a ledger of that size, medians.
    """

    done: int
    wall_ms: float
    cpu_ms: float
    one_ms: float
    requests: float
    memory_mb: float
    ledger_bytes: float = 0.0
    steps: dict[str, float] = field(default_factory=dict)


def ours(url: str, folder: Path, count: int) -> None:
    profile = Profile("scale", url, "official", Credentials(api_key=DEFAULT_API_KEY), folder, LIMITS)
    client = Client(profile)

    def ledger(done: int) -> dict[str, Any]:
        size = sum(file.stat().st_size for file in folder.glob(f"{FILE_NAME}*"))
        return {"ledger_bytes": size / done, "steps": step_times(folder)}

    _make_all(url, count, lambda seed: client.run(Text2Video(PROMPT, model_name=MODEL, seed=seed)), ledger)


def usual(url: str, folder: Path, count: int) -> None:
    """A plain script: an order, a question every so often, the file; nothing is written down or made sure of."""
    folder.mkdir()
    order = {"model_name": MODEL, "prompt": PROMPT, "mode": "std", "duration": "5"}
    headers = {"Authorization": f"Bearer {DEFAULT_API_KEY}"}

    def make(number: int) -> None:
        address = f"{url}/v1/videos/text2video"
        task = requests.post(address, json=order, headers=headers, timeout=60).json()["data"]
        while task["task_status"] != "succeed":
            time.sleep(USUAL_PAUSE)
            task = requests.get(f"{address}/{task['task_id']}", headers=headers, timeout=60).json()["data"]
        clip = requests.get(task["task_result"]["videos"][0]["url"], timeout=60)
        (folder / f"{number}.mp4").write_bytes(clip.content)

    _make_all(url, count, make, lambda _: {})


def provider(folder: Path) -> None:
    """Prints its URL; ends when its standard input does."""
    from kling_api.sandbox.server import Sandbox

    config = SandboxConfig(folder=folder, pace=PACE, shrink=8, slots=10**6, units=10**9)
    with Sandbox(config) as sandbox:
        print(sandbox.url, flush=True)
        sys.stdin.read()


def _make_all(url: str, count: int, make: Make, more: Callable[[int], dict[str, Any]]) -> None:
    size = max(1, count // BLOCKS)
    with ThreadPoolExecutor(CALLERS) as pool:
        list(pool.map(make, range(CALLERS)))  # libraries are loaded and the clip is drawn
        for start in range(CALLERS, count + CALLERS, size):
            done = start + size
            block = _measure(url, pool, make, range(start, done))
            print(json.dumps({"done": done} | block | more(done)), flush=True)


def _measure(url: str, pool: ThreadPoolExecutor, make: Make, numbers: range) -> dict[str, Any]:
    before, wall, cpu = _requests_of(url), time.perf_counter(), time.process_time()
    waits = list(pool.map(lambda number: _timed(make, number), numbers))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {
        "wall_ms": 1000 * wall / len(numbers),
        "cpu_ms": 1000 * cpu / len(numbers),
        "one_ms": 1000 * median(waits),
        "requests": (_requests_of(url) - before) / len(numbers),
        "memory_mb": _memory() / 1e6,
    }


def _timed(make: Make, number: int) -> float:
    begun = time.perf_counter()
    make(number)
    return time.perf_counter() - begun


def _requests_of(url: str) -> int:
    return sum(requests.get(f"{url}/sandbox/state", timeout=60).json()["requests"].values())


def _memory() -> int:
    """Bytes that this process holds now, without what it has freed and the C library keeps for later (Linux); elsewhere
    the most that it ever held.
    """
    status = Path("/proc/self/statm")
    if not status.exists():
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    gc.collect()
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
    return int(status.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main(arguments: list[str]) -> None:
    way, *rest = arguments
    if way == "provider":
        provider(Path(rest[0]))
    else:
        {"ours": ours, "usual": usual}[way](rest[0], Path(rest[1]), int(rest[2]))


if __name__ == "__main__":
    main(sys.argv[1:])
