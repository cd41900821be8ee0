"""By how much this process has grown at most since a moment."""

from __future__ import annotations

import sys
from pathlib import Path


def forget_the_peak() -> int:
    """Bytes that the process holds now; its peak is counted from here on where the system can do that (Linux)."""
    forget = Path("/proc/self/clear_refs")
    if not forget.exists():
        return peak_bytes()
    forget.write_text("5")
    return _status("VmRSS")


def peak_bytes() -> int:
    if Path("/proc/self/status").exists():  # getrusage counts the parent's peak on Linux, too
        return _status("VmHWM")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(f"{name}:")).split()[1]) * 1024
