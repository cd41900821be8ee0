"""Runs the benchmarks, prints a table and keeps the raw figures: `python -m benchmarks [name ...]`.

A benchmark is a function () -> list[Measurement], named in BENCHMARKS; its module is loaded when its name is asked for.
Each run of one overwrites `results/<name>.json`: name, date, machine, versions, and its measurements with all raw runs,
medians, ratio, goal and whether it was met (`results.py`). `--table` prints what is stored as the README's table.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from importlib import import_module

from . import results, table
from .measurement import Measurement

#: In the order of the README's table: name -> module and function.
BENCHMARKS = {
    "decode": ("media", "decode"),
    "limits": ("media", "limits"),
    "encode": ("pictures", "encode"),
    "download": ("downloads", "download"),
    "together": ("together", "together"),
    "lag": ("lag", "lag"),
    "jobs": ("scale", "jobs"),
    "start": ("start", "start"),
}


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 if all goals are met, 1 if one is not, 2 if a benchmark could not be run."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measures, prints a table, keeps the figures."
    )
    parser.add_argument("names", nargs="*", metavar="name", help=f"some of: {', '.join(BENCHMARKS)}; all if none")
    parser.add_argument("--table", action="store_true", help="measure nothing: print the stored figures in Markdown")
    asked = parser.parse_args(arguments)
    unknown = sorted(set(asked.names) - set(BENCHMARKS))
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    names = asked.names or list(BENCHMARKS)
    if asked.table:
        without = [name for name in names if not results.stored(name)]
        if without:
            print(f"Nothing is stored of {', '.join(without)}: run `python -m benchmarks` first.", file=sys.stderr)
        print(table.markdown([name for name in names if name not in without]))
        return 2 if without else 0
    return max(_run(name) for name in names)


def _run(name: str) -> int:
    module, function = BENCHMARKS[name]
    print(f"{name} ...", file=sys.stderr)
    try:
        measurements: list[Measurement] = getattr(import_module(f".{module}", __package__), function)()
    except ModuleNotFoundError as error:
        print(f"The benchmark {name} needs the package {error.name}: pip install -e '.[dev]'.", file=sys.stderr)
        return 2
    except Exception:  # noqa: BLE001  (the others shall run, and what they found shall be kept)
        traceback.print_exc()
        print(f"The benchmark {name} broke off; nothing of it is stored.", file=sys.stderr)
        return 2
    path = results.store(name, measurements)
    print(table.plain(measurements))
    print(f"Raw figures: {path}\n", flush=True)
    return 1 if any(measurement.met is False for measurement in measurements) else 0


if __name__ == "__main__":
    sys.exit(main())
