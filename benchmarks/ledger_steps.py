"""How long each step of a job takes in a ledger as it is now: tried out on a copy of its file."""

from __future__ import annotations

import dataclasses
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from kling_api.job import Claim, NewJob
from kling_api.ledger import FILE_NAME, Ledger, Wanted
from kling_api.limits import Limits

#: Those that each job takes; the others are questions now and then.
OF_A_JOB = ("claim", "spent (day, all)", "sending", "accepted", "past times", "finished", "collected", "release")
_SAMPLES = 25
_LIMITS = Limits(max_parallel=1000, budget_per_day=Decimal(10**7), budget_total=Decimal(10**8))

Answer = TypeVar("Answer")


def step_times(home: Path) -> dict[str, float]:
    """Milliseconds, medians; without waiting for the disk."""
    with TemporaryDirectory(dir=home) as folder:
        copy = Path(folder)
        with closing(sqlite3.connect(home / FILE_NAME)) as file, closing(sqlite3.connect(copy / FILE_NAME)) as other:
            file.backup(other)
        watch = _Stopwatch()
        ledger = watch.time("opening it, with its check", lambda: Ledger(copy))
        # The disk takes its time for each change, however many rows there are, and other programs make it take more.
        ledger._connection.execute("PRAGMA synchronous = OFF")
        alike = _any_job(ledger)
        for number in range(_SAMPLES):
            _one_job(ledger, watch, dataclasses.replace(alike, fingerprint=f"{number:064x}"))
        _close(ledger)
    return watch.medians()


class _Stopwatch:
    def __init__(self) -> None:
        self._times: dict[str, list[float]] = {}

    def time(self, step: str, work: Callable[[], Answer]) -> Answer:
        begun = time.perf_counter()
        answer = work()
        self._times.setdefault(step, []).append(time.perf_counter() - begun)
        return answer

    def medians(self) -> dict[str, float]:
        return {step: 1000 * median(times) for step, times in self._times.items()}


def _one_job(ledger: Ledger, watch: _Stopwatch, new: NewJob) -> None:
    claim: Claim = watch.time("claim", lambda: ledger.claim(new))
    task = f"task of {claim.job.key}"
    watch.time("spent (day, all)", lambda: ledger.check_budget(claim.job, _LIMITS))
    watch.time("sending", lambda: ledger.sending(claim, new.route, _LIMITS))
    watch.time("accepted", lambda: ledger.accepted(claim, task, "request"))
    watch.time("past times", lambda: ledger.past_seconds(new))
    watch.time("finished", lambda: ledger.finished(claim, "3", "video", 60.0))
    watch.time("collected", lambda: ledger.collected(claim, [f"{claim.job.key}.mp4"], [123_456]))
    watch.time("release", lambda: ledger.release(claim))
    watch.time("get by key", lambda: ledger.get(claim.job.key))
    watch.time("get by task", lambda: ledger.get(task))
    watch.time("newest 100", lambda: ledger.jobs(Wanted(limit=100)))
    watch.time("open jobs", lambda: ledger.jobs(open_only=True))


def _any_job(ledger: Ledger) -> NewJob:
    job = ledger.jobs(Wanted(limit=1))[0]
    values: dict[str, Any] = {name: getattr(job, name) for name in NewJob.__dataclass_fields__}
    values["task_id"] = ""
    return NewJob(**values)


def _close(ledger: Ledger) -> None:
    """A ledger lives as long as its process; this one's folder does not."""
    ledger._connection.close()
