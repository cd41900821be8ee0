"""The measured figures on disk, one JSON file per benchmark, with the machine and the versions they belong to."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, fields
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

from .measurement import Measurement

FOLDER = Path(__file__).parent / "results"
_PACKAGES = ("torch", "numpy", "av", "opencv-python", "pillow", "requests", "aiohttp")
_WAYS = ("usual", "comfyui", "ours")


def store(name: str, measurements: list[Measurement]) -> Path:
    """The path of the file, below the present folder where that is possible."""
    record = {
        "benchmark": name,
        "date": date.today().isoformat(),
        "machine": _machine(),
        "versions": _versions(),
        "measurements": [_row(measurement) for measurement in measurements],
    }
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def stored(name: str) -> list[Measurement]:
    """What the last run of that benchmark found; nothing if there was none."""
    path = FOLDER / f"{name}.json"
    if not path.exists():
        return []
    known = {field.name for field in fields(Measurement)}
    rows = json.loads(path.read_text(encoding="utf-8"))["measurements"]
    return [Measurement(**{key: value for key, value in row.items() if key in known}) for row in rows]


def _row(measurement: Measurement) -> dict[str, Any]:
    runs = {way: getattr(measurement, way) for way in _WAYS}
    medians = {way: median(values) for way, values in runs.items() if values}
    return {**asdict(measurement), "medians": medians, "ratio": measurement.ratio, "met": measurement.met}


def _machine() -> dict[str, object]:
    return {
        "system": platform.system(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": _memory_gb(),
    }


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory_gb() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)
    except (AttributeError, ValueError):  # Windows has none of this
        return None


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
