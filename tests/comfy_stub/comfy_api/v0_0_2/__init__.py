"""Stand-in for ComfyUI's node API: keeps what it is given."""

from __future__ import annotations

from typing import Any

from . import io


class ComfyExtension:
    async def get_node_list(self) -> list[type[io.ComfyNode]]:
        raise NotImplementedError


class InputImpl:
    class VideoFromFile:
        def __init__(self, file: str) -> None:
            self.file = file

        def get_stream_source(self) -> Any:
            return self.file


__all__ = ["ComfyExtension", "InputImpl", "io"]
