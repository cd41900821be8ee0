"""Clip files by the digest of their spec."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..media import write_clip
from .clip_spec import PictureFolder, read_spec


class ClipFolder:
    def __init__(self, folder: Path, pictures: PictureFolder) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def path_of(self, name: str) -> Path:
        return self._folder / name

    def render(self, work: str, check_stop: Callable[[], None]) -> Path:
        spec = read_spec(work)
        path = self._folder / f"{spec.digest()}.mp4"
        if not path.exists():
            size = spec.size((16, 9) if spec.operation == "image2video" else None)
            write_clip(
                path,
                (np.full((size[1], size[0], 3), n, np.uint8) for n in range(spec.rate * spec.seconds)),
                size,
                spec.rate,
            )
        return path
