"""Clips into tensors: ours beside our own plain version of the usual way, ComfyUI's own, and the machine's limits."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from kling_api.machine import available_memory
from kling_api.media.probe import probe

from . import against_ffmpeg, clips
from .clips import Case
from .fresh import Run, run
from .measurement import Measurement
from .ways import PART

_RUNS = 3
_LIMIT_RUNS = 5
_PEAKS = {"list_and_stack": 2.2, "comfyui": 3.0}  # times the tensor, as measured; ours is near 1
_SPARE = 1.5e9  # bytes for everything else on the machine
_MB = 1e6


def decode() -> list[Measurement]:
    """Time and peak memory from a file to IMAGE and AUDIO, for each kind of clip, each run in its own process."""
    rows = [row for case in (clips.MAIN, *clips.OTHERS) for row in _beside_the_usual_way(case)]
    return rows + _too_large(clips.TOO_LARGE)


def limits() -> list[Measurement]:
    """How far we are from what the machine can do: decoding alone, and writing the tensor alone."""
    ways = ("decode_alone", "write_alone", "frames_alone")
    with _written(clips.MAIN) as (path, small):
        runs = _in_turn(ways, path, small, _LIMIT_RUNS)
    decoding, writing, ours = (runs[way] for way in ways)
    seconds = {way: _seconds(runs[way]) for way in ways}
    larger = max(seconds["decode_alone"], seconds["write_alone"], key=sum)
    name = "writing" if larger is seconds["write_alone"] else "decoding"
    both = [one.processor + other.processor for one, other in zip(decoding, writing, strict=True)]
    label = clips.MAIN.name
    notes = _processor(runs)
    return [
        Measurement(f"limit, {label}: decoding alone, time", "s", None, seconds["decode_alone"], ours_alone=True),
        Measurement(f"limit, {label}: writing alone, time", "s", None, seconds["write_alone"], ours_alone=True),
        Measurement(f"{label}: time", "s", None, seconds["frames_alone"], larger, beside=f"{name} alone"),
        Measurement(
            *(f"{label}: processor time", "s", None, [one.processor for one in ours], both),
            beside="both limits",
            notes=notes,
        ),
    ]


def _beside_the_usual_way(case: Case) -> list[Measurement]:
    """Time; for the main kind of clip, which the goals are about, rows of processor time and memory, too."""
    main = case is clips.MAIN
    with _written(case) as (path, small):
        ways = ("list_and_stack", "ours", *(("comfyui",) if os.environ.get("COMFYUI_DIR") else ()))
        runs = _in_turn(ways, path, small, _RUNS)
        notes = {"megabytes": round(path.stat().st_size / _MB, 1), **against_ffmpeg.check(path)}
    notes |= {**_processor(runs), "peak_memory_by_tensor": {way: _peaks(runs[way]) for way in ways}}
    what = f"file to IMAGE, {case.name}"
    time = _row(f"{what}: time", "s", 0.33 if main else None, runs, _seconds, notes)
    if not main:
        return [time]
    memory = _row(f"{what}: peak memory / tensor", "x", 1.10, runs, _peaks, notes, ours_alone=True)
    return [time, _row(f"{what}: processor time without the kernel's", "s", None, runs, _program, notes), memory]


def _row(
    what: str,
    unit: str,
    goal: float | None,
    runs: dict[str, list[Run]],
    values: Callable[[Sequence[Run]], list[float]],
    notes: dict[str, object],
    ours_alone: bool = False,
) -> Measurement:
    ours, usual, theirs = (values(runs.get(way, ())) for way in ("ours", "list_and_stack", "comfyui"))
    return Measurement(what, unit, goal, ours, usual, ours_alone, dict(notes), theirs)


def _too_large(case: Case) -> list[Measurement]:
    """A clip that does not fit: how it is refused, and the ways out."""
    ways = ("refused", "first", "last", "in_parts")
    with _written(case) as (path, small):
        runs = _in_turn(ways, path, small, _RUNS)
        notes = against_ffmpeg.check(path)
    refusal, parts = runs["refused"], runs["in_parts"]
    said: dict[str, object] = {"said": str(refusal[-1].result).replace(str(path), path.name)}
    rows = []
    if "was not refused" not in str(said["said"]):
        taken = [one.peak / _MB for one in refusal]
        rows.append(Measurement(f"{case.name}: refused, memory taken before", "MB", 200, taken, [], True, said))
    for way in ("first", "last"):
        peaks: dict[str, object] = {"peak_mb": [round(one.peak / _MB) for one in runs[way]]}
        rows.append(Measurement(f"{case.name}: the {way} frame, time", "s", None, _seconds(runs[way]), [], True, peaks))
    return [
        *rows,
        Measurement(f"{case.name}: all in parts of {PART} frames, time", "s", None, _seconds(parts), [], True, notes),
        Measurement(f"{case.name}: peak memory / tensor of a part", "x", None, _peaks(parts), ours_alone=True),
    ]


def _processor(runs: dict[str, list[Run]]) -> dict[str, object]:
    """For the notes: what the programs themselves took, and the kernel for them."""
    return {
        "program_seconds": {way: [round(seconds, 2) for seconds in _program(runs[way])] for way in runs},
        "kernel_seconds": {way: [round(one.system, 2) for one in runs[way]] for way in runs},
    }


def _seconds(runs: Sequence[Run]) -> list[float]:
    return [one.seconds for one in runs]


def _program(runs: Sequence[Run]) -> list[float]:
    """Of all threads; without what the kernel takes for memory, which on a virtual machine is up to its host."""
    return [one.processor - one.system for one in runs]


def _peaks(runs: Sequence[Run]) -> list[float]:
    """By the size of the tensor."""
    return [one.peak / int(one.result) for one in runs]


@contextmanager
def _written(case: Case) -> Iterator[tuple[Path, Path]]:
    """The clip, and a small one that loads the libraries."""
    with TemporaryDirectory() as folder:
        path, small = Path(folder) / f"clip{case.suffix}", Path(folder) / "small.mp4"
        case.write(path)
        clips.SMALL.write(small)
        yield path, small


def _in_turn(ways: Sequence[str], path: Path, small: Path, times: int) -> dict[str, list[Run]]:
    runs: dict[str, list[Run]] = {way: [] for way in ways}
    for _ in range(times):
        for way in ways:
            runs[way].append(run(way, path, small, _memory(way, path), _python(way)))
    return runs


def _memory(way: str, path: Path) -> int:
    """Bytes that the way needs about, or what is there."""
    clip = probe(path)
    frame = clip.width * clip.height * 3 * 4
    frames = {"first": 1, "last": 1, "refused": 0, "decode_alone": 0, "in_parts": PART}.get(way, clip.frames)
    wanted = frames * frame * _PEAKS.get(way, 1.1)
    return int(min(wanted, max(0, (available_memory() or 0) - _SPARE)))


def _python(way: str) -> str:
    return os.environ.get("COMFYUI_PYTHON", sys.executable) if way == "comfyui" else sys.executable
