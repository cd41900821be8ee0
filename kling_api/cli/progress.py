"""How a job is doing, on stderr: a bar on a terminal, plain lines in a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn
from rich.progress import Progress as Bars

from ..client import OnProgress
from ..watch import Progress
from .console import printable, show_error

#: Seconds between two lines about an unchanged state.
_REPEAT_AFTER = 10.0


@contextmanager
def displayed() -> Iterator[OnProgress]:
    """Gives the function that shows a Progress; may be called from any thread."""
    console = Console(stderr=True)
    if not sys.stderr.isatty() or console.is_dumb_terminal:
        yield PlainLines(show_error).show
        return
    text = TextColumn("{task.description}", markup=False)
    times = TextColumn("{task.fields[times]}", markup=False)
    with Bars(SpinnerColumn(), text, BarColumn(30), times, console=console, transient=True) as bars:
        yield _Bar(bars).show


class _Bar:
    """The bar, and above it a line that stays for what costs money: the bar's own text is soon gone."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._bar = bars.add_task("preparing", total=1.0, times="")
        self._state = ""

    def show(self, progress: Progress) -> None:
        state = printable(progress.state)
        if state != self._state and state.startswith("submitting"):
            self._bars.console.print(state, markup=False, highlight=False)
        self._state = state
        self._bars.update(self._bar, description=state, completed=progress.share, times=_times(progress))


class PlainLines:
    """A line for each new state, and one now and then while it lasts."""

    def __init__(self, write: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._write = write
        self._clock = clock
        self._state = ""
        self._written = clock()

    def show(self, progress: Progress) -> None:
        now = self._clock()
        if progress.state != self._state or now - self._written >= _REPEAT_AFTER:
            self._state, self._written = progress.state, now
            self._write(str(progress))


def _times(progress: Progress) -> str:
    task = f"  task {progress.task_id}" if progress.task_id else ""
    return f"{progress.so_far}{task}"
