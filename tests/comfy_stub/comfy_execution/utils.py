"""Stand-in: nothing is being executed."""

from __future__ import annotations

from typing import Any


def get_executing_context() -> Any:
    return None
