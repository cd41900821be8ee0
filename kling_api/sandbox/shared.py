"""The sandbox behind the profile `sandbox`: one per data folder and process, started when it is first needed."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import NotConfigured

if TYPE_CHECKING:
    from .server import Sandbox

#: What a port that is taken, or a folder that is no sandbox's or is damaged, ends the start with.
CANNOT_START = (OSError, sqlite3.Error)

_lock = threading.Lock()
_running: dict[Path, str] = {}


def shared_url(home: Path, dialect: str = "official") -> str:
    """Where it speaks that dialect. It ends with the process; its tasks stay in `home`/sandbox for the next one."""
    try:
        from .config import SandboxConfig
        from .server import Sandbox
    except ImportError as error:
        raise NotConfigured(
            f"The sandbox needs the package {error.name}, which is not installed.",
            "Install it with: pip install aiohttp (ComfyUI brings it along).",
        ) from None
    folder = home.resolve() / "sandbox"
    with _lock:
        if folder not in _running:
            sandbox = Sandbox(SandboxConfig(folder=folder))
            _start(sandbox, folder)
            _running[folder] = sandbox.url
        return address_of(_running[folder], dialect)


def address_of(url: str, dialect: str) -> str:
    """Where the sandbox at `url` speaks the dialect: Kling's own at the root, each other under its name."""
    return url if dialect == "official" else f"{url}/{dialect}"


def _start(sandbox: Sandbox, folder: Path) -> None:
    try:
        sandbox.start()
    except CANNOT_START as error:
        raise NotConfigured(
            f"The sandbox cannot be started: {reason(error)}.", f"Delete {folder}: it holds no paid work."
        ) from None


def reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error)
