"""Runs blocking work for a node in a thread of its own, so that independent nodes of a graph run side by side.

The event loop's default pool has only a handful of workers. Threads are daemons: a job outlives its thread in the
ledger, and ComfyUI must be able to end while one waits.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import TypeVar

from ..kling_api.errors import KlingError
from ..kling_api.watch import Progress
from . import host, labels, language, wording
from .translation import translated

log = logging.getLogger(__name__)

T = TypeVar("T")
#: More threads than this wait for each other; a graph has rarely more Kling nodes.
_places = threading.BoundedSemaphore(64)
#: Seconds between two looks at the stop flag, and between two reports on the node.
LOOK = 0.25
REPORT = 1.0
#: Seconds that a stopped thread gets to end in order; then the prompt ends and the thread goes on alone, so that a
#: request on its way is still recorded.
GRACE = 0.5

Work = Callable[[Callable[[Progress], None], threading.Event], T]


async def run_visibly(work: Work[T], names: Mapping[str, str] = wording.INPUTS) -> T:
    """Runs `work(progress, stop)` in a thread; shows its progress on the node each second.

    Raises ComfyUI's interrupt exception within about a second after Stop was pressed. A KlingError of the work leaves
    in the words of the node (see `wording`). All is shown in the language of whoever queued the prompt.
    """
    stop = threading.Event()
    reports = _Reports()
    spoken, node = language.current(), labels.current()

    def in_the_nodes_words() -> T:
        with language.speaking(spoken), labels.of_node(node), wording.of_a_node(names):
            return work(reports.add, stop)

    future = _start(in_the_nodes_words)
    waiting = asyncio.wrap_future(future)
    # A stopped job ends with an error that nobody waits for: the ledger has it, and asyncio need not complain.
    waiting.add_done_callback(lambda done: done.cancelled() or done.exception())
    future.add_done_callback(lambda done: _tell_how_it_ended(done) if stop.is_set() else None)
    display = host.ProgressDisplay()
    try:
        shown = -REPORT
        loop = asyncio.get_running_loop()
        while not waiting.done():
            await asyncio.wait({waiting}, timeout=LOOK)
            pressed = host.interrupted()
            if loop.time() - shown >= REPORT and not waiting.done() and (report := reports.next()):
                shown = loop.time()
                pressed |= not display.show(report.share, translated(str(report), spoken))
            if pressed and not waiting.done():
                stop.set()
                await asyncio.wait({waiting}, timeout=GRACE)
                display.say(_at_stop(waiting, spoken))
                raise host.Interrupted()
        result = waiting.result()
        if last := reports.last():
            display.show(1.0, translated(str(last), spoken))
        return result
    finally:
        # Also when a sibling node failed and the loop cancels us (CancelledError passes through).
        stop.set()


class _Reports:
    """From the worker's thread to the node: the newest report of each state, so that one which lasts a moment is seen.

    The estimate of the costs is told just before a request that takes half a second.
    """

    def __init__(self) -> None:
        #: Few enough that the node is never more than some seconds behind.
        self._waiting: deque[Progress] = deque(maxlen=4)

    def add(self, report: Progress) -> None:
        """Called by the worker alone; `next` never takes the newest one away, so that the two need no lock."""
        if self._waiting and self._waiting[-1].state == report.state:
            self._waiting[-1] = report
        else:
            self._waiting.append(report)

    def next(self) -> Progress | None:
        """What to show now."""
        return self._waiting.popleft() if len(self._waiting) > 1 else self.last()

    def last(self) -> Progress | None:
        return self._waiting[-1] if self._waiting else None


def _at_stop(waiting: asyncio.Future[T], spoken: str) -> str:
    """What stays on a node that was stopped: ComfyUI itself only says that it was, and a job may be on its way."""
    error = waiting.exception() if waiting.done() and not waiting.cancelled() else None
    if isinstance(error, KlingError):
        return str(error)
    told = "What became of the job, and whether it was charged, is in the sidebar tab Kling. "
    told += "The same graph with the same profile goes on with it."
    return translated(f"Stopped. {told}", spoken)


def _tell_how_it_ended(future: Future[T]) -> None:
    """For the console, after Stop: what became of the job, and how to get its result."""
    error = future.exception()
    if isinstance(error, KlingError):
        log.info("%s", error.english)


def _start(work: Callable[[], T]) -> Future[T]:
    future: Future[T] = Future()
    future.set_running_or_notify_cancel()

    def target() -> None:
        with _places:
            try:
                result = work()
            except BaseException as error:  # noqa: BLE001 - handed to the node, which raises it
                future.set_exception(error)
            else:
                future.set_result(result)

    threading.Thread(target=target, name="kling job", daemon=True).start()
    return future
