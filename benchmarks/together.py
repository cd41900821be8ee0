"""Jobs side by side: eight nodes beside one, and what a hundred jobs take while they are waited for.

Each run is a process of its own (`graphs`), and so is the provider. With COMFYUI_DIR (and COMFYUI_PYTHON) set, the same
graph in ComfyUI itself, too (`comfyui_graphs`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from kling_api.rounds import MOST_REQUESTS
from kling_api.sandbox.config import DEFAULT_ACCESS_KEY, DEFAULT_API_KEY, DEFAULT_SECRET_KEY

from .graphs import EIGHT, IMAGE, ROUNDS, TEXT, Figures
from .measurement import Measurement
from .provider import provider

#: RUNS=1 in the environment shortens it.
_RUNS = int(os.environ.get("RUNS", "3"))
_ROOT = Path(__file__).resolve().parents[1]
JOBS, MANY_JOBS = 100, 300
#: The nodes' own threads, those that ask, one that tells them to and one that gives signs of life (`workers`, `rounds`,
#: `owners`).
_MOST_THREADS_WAITING = MOST_REQUESTS + 2
_MOST_THREADS = 32 + _MOST_THREADS_WAITING
_KILOBYTES = 64.0
#: By name: what the environment says at that address.
_KEYS: dict[str, Callable[[str], dict[str, str]]] = {
    "API key": lambda url: {"KLING_PROFILE": "sandbox", "KLING_BASE_URL": url},
    "key pair": lambda url: {
        **{"KLING_DIALECT": "official", "KLING_BASE_URL": url},
        **{"KLING_ACCESS_KEY": DEFAULT_ACCESS_KEY, "KLING_SECRET_KEY": DEFAULT_SECRET_KEY},
    },
    "kie": lambda url: {"KLING_PROFILE": "sandbox", "KLING_DIALECT": "kie", "KLING_BASE_URL": f"{url}/kie"},
}
#: What is freed goes back to the system at once (glibc): what the process holds is what it needs.
_NOTHING_IN_STORE = {"MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072"}


def together() -> list[Measurement]:
    rows = _side_by_side()
    if os.environ.get("COMFYUI_DIR"):
        from .comfyui_graphs import run_graphs

        rows.append(_eight("the same in ComfyUI", run_graphs(_RUNS)))
    return [*rows, *_waiting()]


def _side_by_side() -> list[Measurement]:
    with _stage() as stage:
        runs = [json.loads(line) for line in stage.run("API key", "beside", str(_RUNS))]
    return [_eight(f"{len(EIGHT)} nodes side by side, time / slowest one alone", runs)]


def _eight(what: str, runs: Sequence[dict[str, Figures]]) -> Measurement:
    ratios = {
        way: [run[way]["eight"] / max(run[way][kind] for kind in (TEXT, IMAGE)) for run in runs]
        for way in ("ours", "usual")
    }
    notes: dict[str, object] = {
        "jobs": "ready after 10 s, each question takes 0.4 s; half with a picture of 1080p; clips of 160 x 90",
        "usual way": "a node that blocks, and asks every 5 s",
        "seconds": runs,
    }
    return Measurement(what, "x", 1.15, ratios["ours"], ratios["usual"], ours_alone=True, notes=notes)


def _waiting() -> list[Measurement]:
    """The counts of the usual way, of the key pair and of the gateway are the same in each run: they have one."""
    ours, many = [], []
    for _ in range(_RUNS):
        ours.append(_waited("API key", "ours", JOBS, IMAGE))
        many.append(_waited("API key", "ours", MANY_JOBS, IMAGE))
    usual = [_waited("API key", "usual", JOBS, IMAGE)]
    pair, kie = (_waited(keys, "ours", JOBS, TEXT) for keys in ("key pair", "kie"))
    return [
        _questions("Kling with an API key", 5.0, ours, usual),
        _questions("Kling with a key pair", 2.0, [pair], usual),
        _questions("a gateway without lists (kie)", float(JOBS), [kie], usual),
        _row(f"{JOBS} jobs under way, threads for them", "threads", _MOST_THREADS_WAITING, "threads", ours, usual),
        _row(f"{JOBS} jobs ordered at once, threads", "threads", _MOST_THREADS, "threads to order", ours, usual),
        _row(f"{JOBS} jobs ordered at once, connections", "", None, "connections to order", ours, usual),
        _row(f"{JOBS} jobs under way, new connections a round", "", 1.0, "connections", ours, usual),
        _row(f"{JOBS} jobs under way, processor", "cores", None, "processor", ours, usual),
        _memory(ours, many),
    ]


def _waited(keys: str, way: str, count: int, kind: str) -> Figures:
    with _stage(endless=True) as stage:
        return json.loads(stage.run(keys, way, stage.url, str(count), kind)[-1])


def _questions(where: str, goal: float, ours: list[Figures], usual: list[Figures]) -> Measurement:
    return _row(f"{JOBS} jobs under way, status requests a round, {where}", "", goal, "questions", ours, usual)


def _row(
    what: str, unit: str, goal: float | None, figure: str, ours: list[Figures], usual: list[Figures]
) -> Measurement:
    notes: dict[str, object] = {
        "a round, in seconds": {"ours": ours[0]["seconds of a round"], "usual": usual[0]["seconds of a round"]},
        "rounds": ROUNDS,
        "usual way": "a thread for each job",
    }
    both = ([run[figure] for run in runs] for runs in (ours, usual))
    return Measurement(what, unit, goal, *both, ours_alone=True, notes=notes)


def _memory(few: list[Figures], many: list[Figures]) -> Measurement:
    """What a process with the larger number of jobs holds more, by the number of jobs more."""
    held = {count: [run["memory"] / 1000 for run in runs] for count, runs in ((JOBS, few), (MANY_JOBS, many))}
    each = [(more - less) / (MANY_JOBS - JOBS) for less, more in zip(held[JOBS], held[MANY_JOBS], strict=True)]
    notes: dict[str, object] = {
        "kB held": held,
        "median": f"{(median(held[MANY_JOBS]) - median(held[JOBS])) / (MANY_JOBS - JOBS):.1f} kB from both medians",
        "picture": "each job has one of 1080p, all of them the same tensor",
    }
    return Measurement("memory for each job under way", "kB", _KILOBYTES, each, ours_alone=True, notes=notes)


@dataclass(frozen=True)
class _Stage:
    """A provider at `url`, and an empty `folder` for its customers."""

    url: str
    folder: Path

    def run(self, keys: str, *arguments: str) -> list[str]:
        """The lines that a process of `graphs` prints."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KLING_")}
        ours = _KEYS[keys](self.url) | {"KLING_HOME": str(self.folder / "home")}
        usual = {"PLAIN_URL": self.url, "PLAIN_KEY": DEFAULT_API_KEY}
        command = [sys.executable, "-m", "benchmarks.graphs", *arguments]
        done = subprocess.run(
            command, env=kept | ours | usual | _NOTHING_IN_STORE, capture_output=True, text=True, cwd=_ROOT
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)} broke off with {done.returncode}:\n{done.stderr[-3000:]}")
        return done.stdout.splitlines()


@contextmanager
def _stage(endless: bool = False) -> Iterator[_Stage]:
    with TemporaryDirectory(prefix="kling-together-") as name:
        folder = Path(name)
        with provider(folder / "provider", endless=endless) as url:
            yield _Stage(url, folder)
