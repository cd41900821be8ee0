"""Stand-in for ComfyUI's folders."""

from __future__ import annotations


def get_system_user_directory(name: str = "system") -> str:
    return f"user/__{name}"
