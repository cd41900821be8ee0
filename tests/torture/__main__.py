"""Runs many schedules in several lanes, prints what came of them, and ends with exit code 1 if anything was wrong."""

from __future__ import annotations

import argparse
import os
import signal
import sys


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--count", type=int, default=400, metavar="N", help="number of schedules (400)")
    parser.add_argument("--first", type=int, default=0, metavar="SEED", help="seed of the first one (0)")
    parser.add_argument("--seed", type=int, metavar="SEED", help="this one schedule alone")
    parser.add_argument("--lanes", type=int, default=16, metavar="N", help="schedules at the same time (16)")
    parser.add_argument("--verbose", action="store_true", help="print each step of each schedule")
    parser.add_argument("--output", metavar="FILE", help="write the figures there as JSON, too")
    options = parser.parse_args(arguments)
    seeds = [options.seed] if options.seed is not None else range(options.first, options.first + options.count)
    # A lane forks, so it must have one thread: the libraries that are loaded next would start more.
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    from .lanes import run_lanes

    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # nothing is left behind
    return run_lanes(list(seeds), max(1, options.lanes), options.verbose, options.output)


if __name__ == "__main__":
    sys.exit(main())
