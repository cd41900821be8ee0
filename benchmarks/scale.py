"""Many jobs through one client: whether a job costs more when many were made before it, beside a plain script's way.

The runs themselves are in `load`, each in a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from . import plots, results
from .ledger_steps import OF_A_JOB
from .load import CALLERS, PACE, USUAL_PAUSE, Block
from .measurement import Measurement
from .serving import serving

#: JOBS=1000 in the environment shortens it.
_COUNTS = (1000, 10_000)
_RUNS = 3
_FLAT = 1.25
_ROOT = Path(__file__).resolve().parents[1]


def jobs() -> list[Measurement]:
    """Cost per job along the larger number of jobs, and beside a plain script's at the smaller one."""
    import matplotlib  # noqa: F401 - before minutes of work that could not be drawn without it

    counts = sorted(int(count) for count in os.environ.get("JOBS", "").split(",") if count) or list(_COUNTS)
    runs = [(_run("ours", counts[0]), _run("usual", counts[0])) for _ in range(_RUNS)]
    longest = _run("ours", counts[-1]) if len(counts) > 1 else runs[-1][0]
    _draw(results.FOLDER / "jobs.png", longest, runs[-1][1])
    ours, usual = ([way[number] for way in runs] for number in (0, 1))
    return [*_beside(counts[0], ours, usual), *_along(counts[-1], longest)]


def _beside(count: int, ours: list[list[Block]], usual: list[list[Block]]) -> list[Measurement]:
    """Of each run the median of its blocks. No goals: what we do beyond the script is what a lost job would cost."""
    notes: dict[str, object] = {
        "jobs": f"{CALLERS} at a time; a clip is ready {5 * PACE:g} s after its order",
        "usual way": f"a plain script: order, ask every {USUAL_PAUSE:g} s, download; nothing written down, no checks",
    }
    figures = (("wall clock", "ms", "wall_ms"), ("processor time", "ms", "cpu_ms"), ("requests", "", "requests"))
    return [
        Measurement(
            f"{count:,} quick jobs, {what} per job",
            unit,
            None,
            [median(_values(run, name)) for run in ours],
            [median(_values(run, name)) for run in usual],
            notes=notes,
        )
        for what, unit, name in figures
    ]


def _along(count: int, blocks: list[Block]) -> list[Measurement]:
    """What a job costs at the end, beside what it cost at the beginning; the first block only warms up."""
    notes: dict[str, object] = {"blocks": [vars(block) for block in blocks]}
    part = max(1, len(blocks) // 4)  # of a quarter the median, since one block that is disturbed must not decide
    first, last = blocks[1 : 1 + part], blocks[-part:]
    middle, end = blocks[len(blocks) // 2], blocks[-1]
    grown = 1000 * (end.memory_mb - middle.memory_mb) / max(1, end.done - middle.done)
    flat = [
        _flat(f"processor time per job, last quarter of {count:,}", _values(last, "cpu_ms"), _values(first, "cpu_ms")),
        _flat(f"wait for a quick job, last quarter of {count:,}", _values(last, "one_ms"), _values(first, "one_ms")),
        _flat(f"its steps in the ledger, last quarter of {count:,}", _all_steps(last), _all_steps(first)),
    ]
    return [
        *flat,
        Measurement("ledger, per job", "kB", 2.0, [end.ledger_bytes / 1000], ours_alone=True, notes=notes),
        Measurement("memory that stays with the client, per job made", "kB", 2.0, [grown], ours_alone=True),
    ]


def _flat(what: str, last: list[float], first: list[float]) -> Measurement:
    return Measurement(what, "ms", _FLAT, last, first, beside="first quarter")


def _values(blocks: Sequence[Block], name: str) -> list[float]:
    return [getattr(block, name) for block in blocks]


def _all_steps(blocks: Sequence[Block]) -> list[float]:
    return [sum(block.steps[step] for step in OF_A_JOB) for block in blocks]


def _draw(path: Path, ours: list[Block], usual: list[Block]) -> None:
    names = {"wall_ms": "wall clock", "cpu_ms": "processor time"}
    costs = {
        **{text: _points(ours[1:], name) for name, text in names.items()},
        **{f"{text}, plain script": _points(usual[1:], name) for name, text in names.items()},
    }
    steps = {step: [(block.done, block.steps[step]) for block in ours] for step in ours[0].steps}
    own, others = (
        {step: points for step, points in steps.items() if (step in OF_A_JOB) is its} for its in (True, False)
    )
    size = {"ledger": [(block.done, block.ledger_bytes / 1000) for block in ours]}
    made, there = "jobs made before", "jobs in the ledger"
    plots.charts(
        path,
        [
            plots.Chart(f"Cost of one more job, {CALLERS} at a time", made, "ms per job", costs),
            plots.Chart("Steps of a job in the ledger, without waiting for the disk", there, "ms", own),
            plots.Chart("Other questions to the ledger", there, "ms", others, log_y=True),
            plots.Chart("Size of the ledger", there, "kB per job", size),
        ],
    )


def _points(blocks: Sequence[Block], name: str) -> list[tuple[float, float]]:
    return [(block.done, getattr(block, name)) for block in blocks]


def _run(way: str, count: int) -> list[Block]:
    """`count` jobs in a fresh process, against a fresh provider in another one."""
    with (
        TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        serving("benchmarks.load", "provider", str(Path(folder) / "provider")) as url,
    ):
        command = [sys.executable, "-m", "benchmarks.load", way, url, str(Path(folder) / way), str(count)]
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=_ROOT).stdout
    return [Block(**json.loads(line)) for line in output.splitlines()]
