"""Stand-in for ComfyUI's progress bar."""

from __future__ import annotations


class ProgressBar:
    def __init__(self, total: int, node_id: str | None = None) -> None:
        self.total = total
        self.node_id = node_id

    def update_absolute(self, value: int, total: int | None = None) -> None: ...
