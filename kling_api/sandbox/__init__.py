"""A local Kling on 127.0.0.1 (to be described)."""

from __future__ import annotations

from .config import Account, SandboxConfig
from .faults import Fault, FaultBoard
from .server import Sandbox, serve

__all__ = ["Account", "Fault", "FaultBoard", "Sandbox", "SandboxConfig", "serve"]
