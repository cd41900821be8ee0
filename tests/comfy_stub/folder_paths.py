"""Stand-in for ComfyUI's folders."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def get_system_user_directory(name: str = "system") -> str:
    return f"user/__{name}"


def get_temp_directory() -> str:
    """Beside the data folder of the test, so that it goes when the test's own folder goes."""
    home = os.environ.get("KLING_HOME")
    return str((Path(home).parent if home else Path(tempfile.gettempdir())) / "comfyui-temp")
