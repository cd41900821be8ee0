"""A large result from a host on this machine to disk: time, memory, and what a line that breaks costs.

`python -m benchmarks.downloads MEGABYTES` measures ours alone, once, for the tests.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

from .measurement import Measurement
from .transfers import MB, WAYS, host, run_alone

_SIZE = 500 * MB
_RUNS = 3
#: Bytes after which the line breaks, three times: about a quarter, a half and nearly all of what is left.
_CUTS = (123_456_789, 187_654_321, 170_000_017)


#: `requests.get(url).content`, then a write.
_PLAIN = "all in memory"


def download() -> list[Measurement]:
    """500 MB, each run in a process of its own, the two ways in turn."""
    whole: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for number in range(_RUNS + 1):
        for way in WAYS:
            result = _fetched(way, _SIZE)
            if number:  # the first run of each only warms up the machine
                whole[way].append(result)
    cut = {way: _fetched(way, _SIZE, _CUTS) for way in WAYS}
    time_ours, time_usual = ([run["seconds"] for run in whole[way]] for way in ("ours", "usual"))
    memory = ([max(1.0, run["growth"] / MB) for run in whole[way]] for way in ("ours", "usual"))  # no finer than 1 MB
    sent_ours, sent_usual = ([cut[way]["sent"] / _SIZE] for way in ("ours", "usual"))
    size = f"{_SIZE // MB} MB"
    notes: dict[str, object] = {"ours": "synced to disk, as a power cut must not take it; the usual way is not"}
    cuts: dict[str, object] = {"cut after bytes": _CUTS, "seconds": {way: cut[way]["seconds"] for way in WAYS}}
    return [
        Measurement(f"download of {size}, time", "s", None, time_ours, time_usual, notes=notes, beside=_PLAIN),
        Measurement(f"download of {size}, growth of memory", "MB", 64, *memory, ours_alone=True, beside=_PLAIN),
        Measurement(
            "the line breaks 3 times, bytes / file", "x", 1.01, sent_ours, sent_usual, ours_alone=True, notes=cuts
        ),
    ]


def _fetched(way: str, size: int, cuts: Sequence[int] = ()) -> dict[str, float]:
    """Seconds, growth of memory in bytes, bytes sent by the host."""
    with TemporaryDirectory() as folder, host(cuts) as url:
        measured = run_alone(way, url, size, Path(folder) / "clip.mp4")
        return measured | {"sent": float(requests.get(f"{url}/sent", timeout=10).text)}


if __name__ == "__main__":
    print(json.dumps(_fetched("ours", int(sys.argv[1]) * MB)))
