"""A clip's pictures one by one as bytes, for whoever draws on them. As a tensor they are in `frames`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from .container import open_clip, video_stream


def read_pixels(path: Path | str) -> Iterator[np.ndarray]:
    """[H, W, 3] uint8 RGB each, as stored (not turned). MediaError for a file that is broken or no clip."""
    with open_clip(path) as container:
        for frame in container.decode(video_stream(container, path)):
            yield frame.to_ndarray(format="rgb24")
