"""What `fresh` runs in a process of its own: ways from a clip's file to the IMAGE tensor. Each loads what it needs.

Each takes the path and gives the bytes of the tensor that it made, or what was said instead.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

PART = 24  # frames that are read at a time, where the whole does not fit


def list_and_stack(path: str) -> int:
    """The usual way, our own plain version: a list of frames, each converted by itself, stacked at the end; the sound

    likewise.
    """
    import av
    import numpy as np
    import torch

    with av.open(path) as container:
        frames = [
            torch.from_numpy(frame.to_ndarray(format="rgb24")).float() / 255 for frame in container.decode(video=0)
        ]
        images = torch.stack(frames)
        if container.streams.audio:
            container.seek(0)
            np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
    return images.nbytes


def comfyui(path: str) -> int:
    """ComfyUI's own function, from the folder in COMFYUI_DIR."""
    sys.path.insert(0, os.environ["COMFYUI_DIR"])
    from comfy_api.latest import InputImpl  # pyright: ignore[reportMissingImports, reportAttributeAccessIssue]

    return InputImpl.VideoFromFile(path).get_components().images.nbytes


def ours(path: str) -> int:
    """As a node does it: the frames, and the sound."""
    from kling_api.media import read_audio, read_frames

    frames = read_frames(path)
    read_audio(path)
    return frames.nbytes


def frames_alone(path: str) -> int:
    from kling_api.media import read_frames

    return read_frames(path).nbytes


def first(path: str) -> int:
    from kling_api.media import read_first_frame

    return read_first_frame(path).nbytes


def last(path: str) -> int:
    from kling_api.media import read_last_frame

    return read_last_frame(path).nbytes


def in_parts(path: str) -> int:
    """As a graph with several KlingVideoFrames does it: each part is read by itself, and dropped."""
    from kling_api.media import read_frames
    from kling_api.media.probe import probe

    return max(read_frames(path, start, PART).nbytes for start in range(0, probe(path).frames, PART))


def refused(path: str) -> str:
    """The whole of a clip that is too large."""
    from kling_api.errors import MediaError
    from kling_api.media import read_frames

    try:
        return f"{tuple(read_frames(path).shape)}: it was not refused"
    except MediaError as error:
        return error.what


def decode_alone(path: str) -> int:
    """The limit on one side: every frame decoded with as many threads, and dropped."""
    import av

    with av.open(path) as container:
        container.streams.video[0].thread_type = "AUTO"
        for _ in container.decode(video=0):
            pass
    return 0


def write_alone(path: str) -> int:
    """The limit on the other side: a tensor of that size, written once, each core its share."""
    import numpy as np

    from kling_api.media.probe import probe

    clip = probe(path)
    tensor = np.empty((clip.frames, clip.height, clip.width, 3), np.float32)
    shares = np.array_split(tensor, os.cpu_count() or 1)
    with ThreadPoolExecutor(len(shares)) as pool:
        list(pool.map(lambda share: share.fill(0.5), shares))
    return tensor.nbytes


_ALL = (list_and_stack, comfyui, ours, frames_alone, first, last, in_parts, refused, decode_alone, write_alone)
WAYS: dict[str, Callable[[str], int | str]] = {way.__name__: way for way in _ALL}
