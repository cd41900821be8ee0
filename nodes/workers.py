"""Runs a node's work beside ComfyUI's loop, so that independent nodes of a graph run side by side.

What blocks is done in a few threads, and while a job is only waited for it holds none: a graph of a hundred nodes needs
no more than one of eight. Threads are daemons: a job outlives them in the ledger, and ComfyUI must be able to end.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

from ..kling_api.errors import KlingError
from ..kling_api.steps import Steps, Wait
from ..kling_api.threads import Threads
from ..kling_api.watch import Progress
from . import host, labels, language, wording
from .translation import translated

log = logging.getLogger(__name__)

T = TypeVar("T")
#: Each sends an order, fetches a file or decodes it; more steps than this wait for each other.
_threads = Threads(32, "kling job")
#: Seconds between two looks at the stop flag, and between two reports on the node.
LOOK = 0.25
REPORT = 1.0
#: Seconds that a stopped run gets to end in order; then the prompt ends and the run goes on alone, so that a request on
#: its way is still recorded.
GRACE = 0.5

OnProgress = Callable[[Progress], None]
Work = Callable[[OnProgress, threading.Event], Steps[T]]


async def run_at_once(work: Callable[[OnProgress, threading.Event], T], names: Mapping[str, str] = wording.INPUTS) -> T:
    """`run_visibly` for work that waits for nothing but its own thread."""

    def steps(progress: OnProgress, stop: threading.Event) -> Steps[T]:
        yield from ()
        return work(progress, stop)

    return await run_visibly(steps, names)


async def run_visibly(work: Work[T], names: Mapping[str, str] = wording.INPUTS) -> T:
    """Takes the steps of `work(progress, stop)`, each in a thread; shows its progress on the node each second.

    Raises ComfyUI's interrupt exception within about a second after Stop was pressed. A KlingError of the work leaves
    in the words of the node (see `wording`). All is shown in the language of whoever queued the prompt.
    """
    reports = _Reports()
    spoken, node = language.current(), labels.current()

    def in_the_nodes_words(steps: Steps[T]) -> Wait:
        with language.speaking(spoken), labels.of_node(node), wording.of_a_node(names):
            return next(steps)

    stop = threading.Event()
    run = _Run(work(reports.add, stop), stop, in_the_nodes_words)
    waiting = asyncio.ensure_future(run.to_the_end())
    # A stopped job ends with an error that nobody waits for: the ledger has it, and asyncio need not complain.
    waiting.add_done_callback(lambda done: done.cancelled() or done.exception())
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


@dataclass(frozen=True)
class _End(Generic[T]):
    result: T


class _Run(Generic[T]):
    """The steps of one node's work: what blocks in a thread, what waits on the loop."""

    def __init__(self, steps: Steps[T], stop: threading.Event, take: Callable[[Steps[T]], Wait]) -> None:
        self._steps = steps
        self._stop = stop
        self._take = take
        self._step: Future[Wait | _End[T]]

    async def to_the_end(self) -> T:
        """Once `stop` is set it goes to its end even when the loop ends: the job's outcome is recorded and told."""
        try:
            while True:
                self._step = _threads.run(self._next)
                taken = await asyncio.wrap_future(self._step)
                if isinstance(taken, _End):
                    return taken.result
                await _over(taken)
        except asyncio.CancelledError:
            self._stop.set()
            self._step.add_done_callback(self._go_on_alone)
            raise
        except KlingError as error:
            self._tell(error)
            raise

    def _next(self) -> Wait | _End[T]:
        try:
            while True:
                wait = self._take(self._steps)
                if not self._stop.is_set():
                    return wait
        except StopIteration as end:
            return _End(end.value)

    def _go_on_alone(self, step: Future[Wait | _End[T]]) -> None:
        error = step.exception()
        if isinstance(error, KlingError):
            self._tell(error)
        elif error is None and isinstance(step.result(), Wait):
            _threads.run(self._next).add_done_callback(self._go_on_alone)

    def _tell(self, error: KlingError) -> None:
        """For the console, after Stop: what became of the job, and how to get its result."""
        if self._stop.is_set():
            log.info("%s", error.english)


async def _over(wait: Wait) -> None:
    """Sleeps until it is over, and reports each second."""
    loop = asyncio.get_running_loop()
    answered = None if wait.future is None else asyncio.wrap_future(wait.future)
    if answered:
        answered.add_done_callback(lambda done: done.cancelled() or done.exception())  # the next step raises it
    reported = loop.time()
    while not wait.is_over:
        seconds = min(LOOK, wait.left)
        await (asyncio.wait({answered}, timeout=seconds) if answered else asyncio.sleep(seconds))
        if loop.time() - reported >= REPORT:
            reported = loop.time()
            wait.watch.report()


class _Reports:
    """From the work to the node: the newest report of each state, so that one which lasts a moment is seen.

    The estimate of the costs is told just before a request that takes half a second.
    """

    def __init__(self) -> None:
        #: Few enough that the node is never more than some seconds behind.
        self._waiting: deque[Progress] = deque(maxlen=4)

    def add(self, report: Progress) -> None:
        """By the work's present step or wait alone; `next` never takes the newest away, so the two need no lock."""
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
