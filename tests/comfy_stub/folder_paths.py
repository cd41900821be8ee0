"""Stand-in for ComfyUI's folders."""

from __future__ import annotations

import tempfile
from pathlib import Path


def get_system_user_directory(name: str = "system") -> str:
    return f"user/__{name}"


def get_temp_directory() -> str:
    return str(Path(tempfile.gettempdir()) / "comfyui-temp")
