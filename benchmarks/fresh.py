"""One of the `ways` in a process of its own: seconds, processor seconds, and how far its memory grew."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from .memory import forget_the_peak, peak_bytes

ROOT = Path(__file__).resolve().parents[1]
_TOUCH = "import sys, numpy; numpy.ones(int(sys.argv[1]) // 8)"


@dataclass(frozen=True)
class Run:
    seconds: float
    processor: float  # seconds, of all threads together
    system: float  # seconds of these that the kernel took, nearly all for pages of memory; the rest is the program's
    peak: int  # bytes by which the process grew at most
    result: int | str  # what the way gives: the bytes of its tensor, or what it said


def run(way: str, clip: Path, small: Path, memory: int, python: str = sys.executable) -> Run:
    """`ways.WAYS[way](clip)`, after the same with a `small` clip, which loads the libraries.

    `memory`: bytes that another process takes and gives back just before. A virtual machine may have to ask its host
    for memory that was free for a while, which takes longer than everything measured here; so nobody pays for it.
    """
    command = [python, "-m", "benchmarks.fresh", way, str(clip), str(small), str(memory)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        raise RuntimeError(f"{way} broke off with {done.returncode}:\n{done.stderr[-2000:]}")
    return Run(**json.loads(done.stdout.splitlines()[-1]))


def _measure(way: str, clip: str, small: str, memory: int) -> Run:
    from . import ways

    ways.WAYS[way](small)
    subprocess.run([sys.executable, "-c", _TOUCH, str(memory)], check=True)
    before = forget_the_peak()
    taken, started = os.times(), time.perf_counter()
    result = ways.WAYS[way](clip)
    seconds, ended = time.perf_counter() - started, os.times()
    user, system = ended.user - taken.user, ended.system - taken.system
    return Run(seconds, user + system, system, peak_bytes() - before, result)


if __name__ == "__main__":
    way, clip, small, memory = sys.argv[1:]
    measured = _measure(way, clip, small, int(memory))
    print(f"\n{json.dumps(asdict(measured))}", flush=True)
    os._exit(0)  # giving gigabytes back in good order is not measured, and takes long
