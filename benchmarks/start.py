"""What the pack adds to ComfyUI's start, beside a plain pack of our own that imports at its top whatever it uses.

With COMFYUI_DIR (and COMFYUI_PYTHON) set, ComfyUI itself starts with both packs, too.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from .measurement import Measurement
from .starts import OURS, USUAL, load, make_packs, start_comfyui

_RUNS, _RUNS_THE_FIRST_TIME, _RUNS_IN_COMFYUI = 9, 3, 5
_SECONDS, _MILLISECONDS = 0.10, 20.0
#: By pack, a dict for each start.
Runs = Mapping[str, Sequence[Mapping[str, Any]]]


def start() -> list[Measurement]:
    """Seconds and modules that the import takes, milliseconds for the schemas of all nodes; each start by itself."""
    comfyui = os.environ.get("COMFYUI_DIR", "")
    if comfyui and not Path(comfyui, "main.py").exists():
        raise RuntimeError(f"COMFYUI_DIR names {comfyui}, where there is no main.py of ComfyUI.")
    with TemporaryDirectory(prefix="kling-start-") as folder:
        packs = make_packs(Path(folder))
        first = [load(packs[OURS], keep_compiled=False)["seconds"] for _ in range(_RUNS_THE_FIRST_TIME)]
        # The first start of each compiles it.
        loads = [{way: load(pack) for way, pack in packs.items()} for _ in range(_RUNS + 1)][1:]
        count = _RUNS_IN_COMFYUI + 1 if comfyui else 0
        starts = [start_comfyui(Path(comfyui), packs[OURS]) for _ in range(count)][1:]
    rows = _of_the_import(_by_pack(loads), first)
    return rows + _of_comfyui(_by_pack(starts)) if starts else rows


def _by_pack(runs: Sequence[Mapping[str, Mapping[str, Any]]]) -> Runs:
    return {way: [run[way] for run in runs] for way in (OURS, USUAL)}


def _of_the_import(loads: Runs, first: list[float]) -> list[Measurement]:
    last = loads[OURS][-1]
    each = {name: round(median(run["schemas"][name] for run in loads[OURS]), 3) for name in last["schemas"]}
    schemas = [float(sum(run["schemas"].values())) for run in loads[OURS]]
    return [
        _row("pack import, with what ComfyUI has loaded", "s", _SECONDS, loads, "seconds", {"cpu": _all(loads, "cpu")}),
        Measurement("the same after an installation (Python compiles)", "s", None, first, ours_alone=True),
        Measurement(
            f"building the schemas of all {len(each)} nodes, with a stand-in for ComfyUI",
            "ms",
            _MILLISECONDS,
            schemas,
            ours_alone=True,
            notes={"each": each},
        ),
        Measurement(
            "packages it loads that ComfyUI has not",
            "packages",
            0.0,
            *([float(len(run["packages"])) for run in loads[way]] for way in (OURS, USUAL)),
            ours_alone=True,
            notes={way: loads[way][-1]["packages"] for way in (OURS, USUAL)},
        ),
        Measurement(
            "modules of its own that it loads",
            "modules",
            None,
            [float(len(run["modules"])) for run in loads[OURS]],
            ours_alone=True,
            notes={"modules": last["modules"]},
        ),
    ]


def _of_comfyui(starts: Runs) -> list[Measurement]:
    """`info`: what /object_info tells, of our nodes alone."""
    info = [run["info"] for run in starts[OURS]]
    packages: dict[str, object] = {way: starts[way][-1]["packages"] for way in (OURS, USUAL)}
    return [
        _row("in ComfyUI: pack import with its schemas", "s", _SECONDS, starts, "seconds", packages),
        _row("in ComfyUI's own list, to a tenth", "s", _SECONDS, starts, "listed"),
        Measurement("in ComfyUI: its nodes in /object_info", "ms", _MILLISECONDS, info, ours_alone=True),
    ]


def _row(
    what: str, unit: str, goal: float, runs: Runs, kind: str, notes: Mapping[str, object] | None = None
) -> Measurement:
    both = _all(runs, kind)
    return Measurement(what, unit, goal, both[OURS], both[USUAL], ours_alone=True, notes=dict(notes or {}))


def _all(runs: Runs, kind: str) -> dict[str, list[float]]:
    return {way: [run[kind] for run in runs[way]] for way in (OURS, USUAL)}
