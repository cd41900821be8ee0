"""Stand-in for ComfyUI's server."""

from __future__ import annotations


class PromptServer:
    instance: PromptServer

    def send_progress_text(self, text: str, node_id: str, sid: str | None = None) -> None: ...
