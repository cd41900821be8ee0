"""The sandbox behind the profile `sandbox`: one per data folder and process, started when it is first needed."""

from __future__ import annotations

import threading
from pathlib import Path

from ..errors import NotConfigured

_lock = threading.Lock()
_running: dict[Path, str] = {}


def shared_url(home: Path) -> str:
    """Its URL. It ends with the process; its tasks stay in `home`/sandbox, so the next process goes on with them."""
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
            sandbox.start()
            _running[folder] = sandbox.url
        return _running[folder]
