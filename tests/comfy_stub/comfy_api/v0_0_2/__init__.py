"""Stand-in for ComfyUI's node API: keeps what it is given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from . import io


class ComfyExtension:
    async def get_node_list(self) -> list[type[io.ComfyNode]]:
        raise NotImplementedError


class InputImpl:
    class VideoFromFile:
        """A path or a BytesIO; `duration` as of a VIDEO that was trimmed."""

        def __init__(self, file: Any, *, duration: float = 0.0) -> None:
            self.file = file
            self.duration = duration

        def get_stream_source(self) -> Any:
            return self.file

        def get_duration(self) -> float:
            return self.duration

        def get_dimensions(self) -> tuple[int, int]:
            return 1280, 720

        def save_to(self, path: str) -> None:
            Path(path).write_bytes(b"saved")


__all__ = ["ComfyExtension", "InputImpl", "io"]
