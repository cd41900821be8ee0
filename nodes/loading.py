"""Loads what every check, run and request needs and ComfyUI's start does not: by one thread at a time, before the rest.

Two threads can wait for each other while one of them loads a package and the other a module inside it; Python then ends
one of them with a _DeadlockError (seen with 3.11). The packages here are those that load their own modules.
"""

from __future__ import annotations

import threading
from importlib import import_module

_PACKAGES = ("operations", "checks", "dialects")
_loading = threading.Lock()


def load_packages() -> None:
    """Takes no time once they are there."""
    with _loading:
        for name in _PACKAGES:
            import_module(f"..kling_api.{name}", __package__)
