"""Several lanes at the same time, each a process with a sandbox of its own; their figures are summed up here."""

from __future__ import annotations

import gc
import json
import signal
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import requests  # noqa: F401 - what each child would load is loaded before the forks

import kling_api.media.probe  # noqa: F401
from kling_api.client import Client
from kling_api.sandbox.config import DEFAULT_API_KEY, SandboxConfig
from kling_api.sandbox.server import Sandbox
from kling_api.settings import Credentials, Profile

from .children import Child, read_some
from .customer import operation_of
from .figures import Figures
from .lane import run_lane
from .provider import SHRINK
from .schedule import MODELS, Request
from .steps import Tell

#: Seconds between two lines about how far it is.
_NEWS = 30.0


def run_lanes(seeds: list[int], count: int, verbose: bool, output: str | None) -> int:
    """The exit code: 0 if nothing was lost, paid twice or broken."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kling-torture-") as temporary:
        lanes = _start(seeds, count, Path(temporary), verbose)
        try:
            total, complete = _sum_up(lanes, begun)
        finally:
            for lane in lanes:
                lane.kill(signal.SIGTERM)
                lane.wait()
    seconds = time.monotonic() - begun
    print(total.text(seconds), flush=True)
    if output:
        figures = asdict(total) | {"seconds": round(seconds, 1), "first_seed": seeds[0], "last_seed": seeds[-1]}
        Path(output).write_text(json.dumps(figures, indent=2) + "\n")
    return 0 if complete and total.is_clean else 1


def _start(seeds: list[int], count: int, folder: Path, verbose: bool) -> list[Child]:
    clips = folder / "clips"
    rendering = Child("rendering", lambda tell: _render(folder / "rendering", clips), folder / "rendering.txt")
    rendering.wait()
    if rendering.exit_code:
        raise RuntimeError(f"The clips could not be rendered: {rendering.told}")
    gc.collect()
    gc.freeze()  # the collector of each fork need not look at, and so copy, what is there now
    return [
        Child(
            f"lane {number}",
            partial(_perform, seeds[number::count], folder / f"lane-{number}", clips, verbose),
            folder / f"lane-{number}.txt",
        )
        for number in range(min(count, len(seeds)))
    ]


def _render(folder: Path, clips: Path) -> None:
    """Has the sandbox draw the clip of each body once."""
    with Sandbox(SandboxConfig(folder=folder, pace=0.0, shrink=SHRINK)) as sandbox:
        profile = Profile("torture", sandbox.url, "official", Credentials(api_key=DEFAULT_API_KEY), folder / "home")
        for model in MODELS:
            Client(profile).run(operation_of(Request(model, 0)))
    (folder / "clips").rename(clips)


def _perform(seeds: list[int], folder: Path, clips: Path, verbose: bool, tell: Tell) -> None:
    def say(text: str) -> None:
        if verbose:
            tell({"say": text})

    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # its sandbox and customers end with it
    with closing(run_lane(seeds, folder, clips, say)) as results:
        for seed, figures, findings in results:
            tell({"seed": seed, "figures": asdict(figures), "findings": [asdict(finding) for finding in findings]})


def _sum_up(lanes: list[Child], begun: float) -> tuple[Figures, bool]:
    """The sums of all lanes, and whether every lane came to its end."""
    total, news = Figures(), begun + _NEWS
    while any(lane.exit_code is None for lane in lanes):
        read_some(lanes, 1.0)
        for lane in lanes:
            for fact in lane.told:
                total += _read(lane.name, fact)
            lane.told.clear()
        if time.monotonic() > news:
            news += _NEWS
            print(
                f"{total.schedules} schedules, {total.lost} lost, {total.double} double, {total.broken} broken",
                flush=True,
            )
    for lane in lanes:
        if text := lane.errors.read_text(errors="replace"):
            print(f"{lane.name} wrote to stderr: {text}")
    return total, all(lane.exit_code == 0 for lane in lanes)


def _read(name: str, fact: dict[str, Any]) -> Figures:
    if "say" in fact:
        print(fact["say"], flush=True)
    if "defect" in fact:
        print(f"{name} broke off:\n{fact['defect']}", flush=True)
    for finding in fact.get("findings", ()):
        again = f"python -m tests.torture --seed {fact['seed']} --verbose"
        print(f"{finding['kind'].upper()} in seed {fact['seed']}: {finding['text']}\n    again: {again}", flush=True)
    return Figures(**fact.get("figures", {}))
