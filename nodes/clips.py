"""From an operation to a node's five outputs: run it, then hand the clip on as frames, video and sound."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..kling_api.operations import Operation
from ..kling_api.watch import Progress
from . import host
from .host import io
from .workers import run_visibly

DECODE = ("all", "first", "last")


@dataclass(frozen=True)
class Clip:
    """A collected clip: frames [N, H, W, 3] float32 0..1, audio {waveform [1, C, T] float32, sample_rate}."""

    path: Path
    frames: Any
    audio: dict[str, Any]
    video_id: str
    task_id: str


def outputs() -> list[Any]:
    """The five outputs of every node that makes a clip."""
    return [
        io.Image.Output("frames", display_name="frames", tooltip="The frames that `decode` asks for."),
        io.Video.Output("video", display_name="video", tooltip="The clip as Kling made it; SaveVideo copies it."),
        io.Audio.Output(
            "audio", display_name="audio", tooltip="The clip's sound; silence of its length if it has none."
        ),
        io.String.Output(
            "video_id", display_name="video_id", tooltip="Kling's id of the clip, for nodes that take one."
        ),
        io.String.Output(
            "task_id", display_name="task_id", tooltip="Kling's id of the task, for support and collecting."
        ),
    ]


async def make_clip(build: Callable[[], Operation], profile: str, decode: str) -> io.NodeOutput:
    """Builds the operation, runs it and decodes the result, all in a worker thread."""

    def work(progress: Callable[[Progress], None], stop: threading.Event) -> Clip:
        from ..kling_api.client import Client
        from ..kling_api.settings import load_profile

        operation = build()
        client = Client(load_profile(profile, host.data_folder()))
        result = client.run(operation, progress, stop)
        path = result.files[0]
        return Clip(path, *_decode(path, decode), result.video_id, result.task_id)

    clip = await run_visibly(work)
    return io.NodeOutput(clip.frames, host.video(clip.path), clip.audio, clip.video_id, clip.task_id)


def _decode(path: Path, decode: str) -> tuple[Any, dict[str, Any]]:
    from ..kling_api import media

    readers = {"all": media.read_frames, "first": media.read_first_frame, "last": media.read_last_frame}
    return readers[decode](path), media.read_audio(path)
