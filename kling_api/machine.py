"""What this machine has left. Asked before something large is made."""

from __future__ import annotations

from pathlib import Path

_MEMINFO = Path("/proc/meminfo")


def available_memory() -> int | None:
    """Bytes that can be taken without swapping; None where nobody tells (no psutil, not Linux)."""
    try:
        import psutil
    except ImportError:
        return _from_meminfo()
    return psutil.virtual_memory().available


def _from_meminfo() -> int | None:
    try:
        lines = _MEMINFO.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    for line in lines:
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024  # the kernel writes kB and means KiB
    return None
