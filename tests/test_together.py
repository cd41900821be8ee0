"""A hundred nodes in one loop wait for their jobs: how little of this process, and of the provider, that takes."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import floor
from types import ModuleType
from typing import Any

import pytest
import requests
import urllib3.connection
from conftest import STUB, copy_pack, load_like_comfyui, nodes_of, part_of

from kling_api.polling import Plan
from kling_api.sandbox.config import DEFAULT_ACCESS_KEY, DEFAULT_SECRET_KEY, SandboxConfig
from kling_api.sandbox.faults import Fault
from kling_api.sandbox.server import Sandbox

JOBS = 100
#: Seconds between two questions about a job, and how many rounds of them are watched.
ROUND, ROUNDS = 1.0, 3
KEYS = {
    "API key": {"KLING_PROFILE": "sandbox"},
    "key pair": {
        "KLING_DIALECT": "official",
        "KLING_ACCESS_KEY": DEFAULT_ACCESS_KEY,
        "KLING_SECRET_KEY": DEFAULT_SECRET_KEY,
    },
}
#: Requests of a round: 20 jobs are told of in one with an API key, all of them with a key pair.
QUESTIONS = {"API key": 5, "key pair": 2}


@dataclass(frozen=True)
class Watched:
    """`threads`: the most that there were at a time, by name; `asked`: questions of `seconds` in which all jobs waited.

    `connections`: opened until then, by the name of the thread.
    """

    keys: str
    threads: Counter[str]
    asked: int
    seconds: float
    connections: Counter[str]


@pytest.fixture(scope="module", params=KEYS)
def watched(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder, before = tmp_path_factory.mktemp("together"), set(sys.modules)
    endless = SandboxConfig(folder=folder / "sandbox", slots=JOBS, faults=(Fault("never_finish", times=None),))
    with pytest.MonkeyPatch.context() as patch, Sandbox(endless) as sandbox:
        patch.syspath_prepend(str(STUB))
        for name, value in (KEYS[request.param] | {"KLING_BASE_URL": sandbox.url}).items():
            patch.setenv(name, value)
        patch.setenv("KLING_HOME", str(folder / "home"))
        connections = _count_connections(patch)
        pack = load_like_comfyui(copy_pack(folder / "custom_nodes" / "comfyui-kling@1.0"))
        _set_pace(pack, patch)
        yield asyncio.run(_watch(request.param, nodes_of(pack)["KlingText2Video"], sandbox.url, connections))
    gc.collect()
    for name in set(sys.modules) - before:
        if str(folder) in (getattr(sys.modules[name], "__file__", None) or ""):
            del sys.modules[name]


def test_a_hundred_jobs_under_way_are_asked_for_in_a_handful_of_requests_a_round(watched: Watched) -> None:
    rounds = floor(watched.seconds / ROUND) + 1  # as many as can begin in that time
    assert ROUNDS - 1 <= watched.asked <= QUESTIONS[watched.keys] * rounds


def test_a_hundred_nodes_that_wait_share_a_few_threads(watched: Watched) -> None:
    assert watched.threads["kling job"] <= 32
    assert watched.threads["kling question"] <= 8
    assert watched.threads["kling rounds"] == 1
    assert watched.threads["kling heartbeat"] == 1
    assert set(watched.threads) == {"kling job", "kling question", "kling rounds", "kling heartbeat"}


def test_the_questions_of_all_rounds_share_a_few_connections(watched: Watched) -> None:
    assert watched.connections["kling job"] > 0  # an order never goes out on a used one
    assert watched.connections["kling question"] <= 8


def _count_connections(patch: pytest.MonkeyPatch) -> list[str]:
    """Grows with each connection, by the name of the thread that opens it."""
    connect, opened = urllib3.connection.HTTPConnection.connect, list[str]()

    def counted(connection: Any) -> None:
        opened.append(threading.current_thread().name)
        connect(connection)

    patch.setattr(urllib3.connection.HTTPConnection, "connect", counted)
    return opened


def _set_pace(pack: ModuleType, patch: pytest.MonkeyPatch) -> None:
    """A question each round from the start on."""
    plan = Plan(usual=ROUND, first=0, last=0, look=ROUND, interval=ROUND, slowest=ROUND)
    patch.setattr(part_of(pack, "kling_api.wait"), "make_plan", lambda *_: plan)


async def _watch(keys: str, node: Any, url: str, connections: list[str]) -> Watched:
    there, most = set(threading.enumerate()), Counter[str]()

    async def until(is_reached: Callable[[], bool]) -> None:
        while not is_reached():
            new = Counter(thread.name for thread in threading.enumerate() if _is_ours(thread) and thread not in there)
            most.update({name: count - most[name] for name, count in new.items() if count > most[name]})
            await asyncio.sleep(0.05)

    jobs = [asyncio.ensure_future(node.execute(prompt="A boat", model_name="kling-v3", seed=n)) for n in range(JOBS)]
    await until(lambda: _state(url)["tasks_made"] == JOBS)
    begun = time.monotonic()
    await until(lambda: time.monotonic() - begun > 2 * ROUND)  # the last one has been asked about, too
    begun, asked = time.monotonic(), _asked(url)
    await until(lambda: time.monotonic() - begun > ROUNDS * ROUND)
    asked, seconds = _asked(url) - asked, time.monotonic() - begun
    assert not any(job.done() for job in jobs)
    await _stop(jobs)
    return Watched(keys, most, asked, seconds, Counter(connections))


def _is_ours(thread: threading.Thread) -> bool:
    return thread.name.startswith("kling")


async def _stop(jobs: list[asyncio.Future[Any]]) -> None:
    from comfy.model_management import interrupt_current_processing

    interrupt_current_processing(True)
    try:
        await asyncio.gather(*jobs, return_exceptions=True)
    finally:
        interrupt_current_processing(False)


def _asked(url: str) -> int:
    return sum(count for route, count in _state(url)["requests"].items() if route.startswith("GET "))


def _state(url: str) -> dict[str, Any]:
    return requests.get(f"{url}/sandbox/state", timeout=30).json()
