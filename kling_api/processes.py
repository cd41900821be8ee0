"""Tells whether the process that owns a job is still alive: process id with start time where the system tells them."""

from __future__ import annotations

import os
import socket
import uuid
from contextlib import suppress
from functools import cache
from pathlib import Path


def this_process() -> str:
    """A name of this process that no other process has had or will have: host, pid, start time, random."""
    return _name(os.getpid())


def is_alive(owner: str) -> bool | None:
    """Whether the process named `owner` (by `this_process`) still lives.

    None where that cannot be seen from here: another machine on a shared folder, or a system that tells no start times.
    """
    if owner == this_process():
        return True
    host, pid, started, _ = owner.rsplit(" ", 3)
    if host != _host() or started == "?":
        return None
    return _start_time(int(pid)) == started


@cache
def _name(pid: int) -> str:
    """By pid, so that a forked child gets a name of its own."""
    return f"{_host()} {pid} {_start_time(pid)} {uuid.uuid4().hex[:8]}"


@cache
def _host() -> str:
    """Where a pid means the same process: this machine since its last start, and the same pid namespace (containers

    share host names and folders, but not pids).
    """
    parts = [socket.gethostname()]
    with suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:8])
        parts.append(Path("/proc/self/ns/pid").readlink().name)
    return "/".join(parts)


def _start_time(pid: int) -> str:
    """The start time of a process in the system's own unit, "" when there is no such process, "?" when unknown."""
    if Path("/proc/self/stat").exists():
        return _start_time_linux(pid)
    try:
        import psutil  # comes with ComfyUI; needed on Windows and macOS only
    except ImportError:
        return "?"
    try:
        return str(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return ""


def _start_time_linux(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
    fields = stat.rpartition(")")[2].split()  # the name before may hold spaces
    return "" if fields[0] in "ZX" else fields[19]
