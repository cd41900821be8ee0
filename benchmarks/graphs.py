"""Nodes awaited together in one loop, as ComfyUI does with a graph's independent nodes; in a process of its own.

`beside`: eight jobs and one, in seconds. `waiting`: what many jobs that are waited for take of process and provider.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import importlib
import json
import os
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.conftest import STUB, copy_pack, load_like_comfyui, nodes_of

from . import plain
from .clips import moving_picture
from .provider import questions_of, tasks_of

SIZE = (1920, 1080)
PROMPT, MODEL = "A paper boat on a river", "kling-v3"
#: Of eight nodes, half are of each kind.
TEXT, IMAGE = "KlingText2Video", "KlingImage2Video"
EIGHT = (TEXT, IMAGE) * 4
#: Rounds of questions that are counted.
ROUNDS = 6
#: Seconds between two looks at the number of threads.
_LOOK = 0.1

Figures = dict[str, float]


def beside(runs: int) -> Iterator[dict[str, Figures]]:
    """Seconds of one job of each kind alone and of eight jobs, for each run: ours and the usual way in turn."""
    nodes, image = nodes_of(_load_pack()), picture()
    seeds = iter(range(10**6))

    async def ours(kinds: Iterable[str]) -> None:
        await asyncio.gather(*(_execute(nodes[kind], kind, image, next(seeds)) for kind in kinds))

    def usual(kinds: Iterable[str]) -> None:
        for kind in kinds:
            plain.make_clip(image if kind == IMAGE else None)

    asyncio.run(ours((TEXT, IMAGE)))  # libraries are loaded, and the clips are drawn
    for _ in range(runs):
        yield {"ours": _timed(lambda kinds: asyncio.run(ours(kinds))), "usual": _timed(usual)}


def waiting(url: str, count: int, kind: str) -> Awaitable[Figures]:
    """With the plan for a provider far away, of whose tasks nothing is known."""
    pack = _load_pack()
    plan = _plan_as_far_away(importlib.import_module(f"{pack.__name__}.kling_api.wait"))
    node, image = nodes_of(pack)[kind], picture()

    async def run() -> Figures:
        before = _threads()
        jobs = [asyncio.ensure_future(_execute(node, kind, image, seed)) for seed in range(count)]
        figures = await _observed(url, count, plan.first + plan.interval, plan.interval, before)
        assert not any(job.done() for job in jobs)
        return figures

    return run()


async def waiting_in_threads(url: str, count: int, kind: str) -> Figures:
    """The usual way side by side: a thread for each job."""
    image, before = picture() if kind == IMAGE else None, _threads()
    for _ in range(count):
        threading.Thread(target=plain.make_clip, args=(image,), daemon=True).start()
    return await _observed(url, count, plain.INTERVAL, plain.INTERVAL, before)


def picture() -> Any:
    """[1, H, W, 3]; no flat colour, of which a few kB are made."""
    import torch

    return torch.from_numpy(next(moving_picture(SIZE, 1))).float()[None] / 255


def _load_pack() -> ModuleType:
    sys.path.insert(0, str(STUB))
    return load_like_comfyui(copy_pack(Path(os.environ["KLING_HOME"]).parent / "custom_nodes" / "kling nodes-1.0"))


def _execute(node: Any, kind: str, image: Any, seed: int) -> Awaitable[Any]:
    pictures = {"image": image} if kind == IMAGE else {}
    return node.execute(prompt=PROMPT, model_name=MODEL, seed=seed, **pictures)


def _timed(run: Callable[[Iterable[str]], object]) -> Figures:
    seconds = {}
    for name, kinds in ((TEXT, (TEXT,)), (IMAGE, (IMAGE,)), ("eight", EIGHT)):
        begun = time.perf_counter()
        run(kinds)
        seconds[name] = time.perf_counter() - begun
    return seconds


def _plan_as_far_away(wait: ModuleType) -> Any:
    """The plan that all jobs get from now on."""
    make_plan = wait.make_plan
    plan = make_plan("image2video", False, ())
    vars(wait)["make_plan"] = lambda _operation, _local, _past: plan
    return plan


async def _observed(url: str, count: int, first: float, interval: float, before: int) -> Figures:
    """From the first order on; `first` seconds after the last one all of them have been asked about.

    `before`: the threads that there were before.
    """
    connections, threads_to_order = _counted_connections(), 0
    while tasks_of(url) < count:
        await asyncio.sleep(_LOOK)
        threads_to_order = max(threads_to_order, _threads())
    to_order = len(connections)
    await asyncio.sleep(first)
    opened, asked, threads = len(connections), questions_of(url), _threads()
    begun, processor = time.perf_counter(), time.process_time()
    while time.perf_counter() - begun < ROUNDS * interval:
        await asyncio.sleep(_LOOK)
        threads = max(threads, _threads())
    rounds = (time.perf_counter() - begun) / interval
    return {
        "seconds of a round": interval,
        "questions": (questions_of(url) - asked) / rounds,
        "threads": threads - before,
        "threads to order": threads_to_order - before,
        "connections to order": to_order,
        "connections": (len(connections) - opened) / rounds,
        "processor": (time.process_time() - processor) / rounds / interval,
        "memory": _memory(),
    }


def _counted_connections() -> list[str]:
    """Grows with each connection that a thread of the jobs opens; this module's own are opened by the main thread."""
    found: list[str] = []

    def note(event: str, _values: Any) -> None:
        if event == "socket.connect" and threading.current_thread() is not threading.main_thread():
            found.append(threading.current_thread().name)

    sys.addaudithook(note)
    return found


def _threads() -> int:
    """Of this process, those of libraries too where the system tells (Linux)."""
    return _status("Threads") or threading.active_count()


def _memory() -> int:
    """Bytes that this process holds, without what the allocator only keeps in store (Linux with glibc); 0 elsewhere."""
    gc.collect()
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "malloc_trim"):
        library.malloc_trim(0)
    return _status("VmRSS") * 1024


def _status(name: str) -> int:
    path = Path("/proc/self/status")
    lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), 0)


def main(arguments: list[str]) -> None:
    """Prints a line of JSON for each run."""
    way, *rest = arguments
    if way == "beside":
        for run in beside(int(rest[0])):
            print(json.dumps(run), flush=True)
        return
    observe = {"ours": waiting, "usual": waiting_in_threads}[way]
    asyncio.run(_told(observe(rest[0], int(rest[1]), rest[2])))


async def _told(figures: Awaitable[Figures]) -> None:
    """Ends the process: the jobs never do, and nobody waits for that."""
    print(json.dumps(await figures), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
