"""Runs the benchmarks, prints a table and keeps the raw figures: `python -m benchmarks [name ...]`."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median

from . import media
from .measurement import Measurement

BENCHMARKS: dict[str, Callable[[], list[Measurement]]] = {
    "decode": media.decode,
    "encode": media.encode,
}
_RESULTS = Path(__file__).parent / "results"
_PACKAGES = ("torch", "numpy", "av", "opencv-python")


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 if all goals are met, 1 if not."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="name", help=f"one or more of: {', '.join(BENCHMARKS)}; all if none"
    )
    names = parser.parse_args(arguments).names or list(BENCHMARKS)
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    measurements = [measurement for name in names for measurement in BENCHMARKS[name]()]
    _print_table(measurements)
    path = _RESULTS / f"{date.today().isoformat()}-{'-'.join(names)}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(_record(measurements), indent=2) + "\n", encoding="utf-8")
    print(f"\nRaw figures: {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}")
    return 0 if all(measurement.met for measurement in measurements) else 1


def _print_table(measurements: list[Measurement]) -> None:
    print(f"{'':46}{'usual way':>12}{'ours':>12}{'ratio':>9}{'goal':>9}")
    for row in measurements:
        usual = f"{median(row.usual):.2f} {row.unit}" if row.usual else "-"
        ours = f"{median(row.ours):.2f} {row.unit}"
        verdict = "met" if row.met else "MISSED"
        print(f"{row.what:46}{usual:>12}{ours:>12}{row.ratio:>9.3f}{row.goal:>9.2f}  {verdict}")
    print("\nMedians. The usual way is our own plain version of what is commonly done, run in turn with ours.")


def _record(measurements: list[Measurement]) -> dict[str, object]:
    return {
        "date": date.today().isoformat(),
        "machine": {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count()},
        "versions": {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}},
        "measurements": [{**asdict(row), "ratio": row.ratio, "met": row.met} for row in measurements],
    }


if __name__ == "__main__":
    sys.exit(main())
