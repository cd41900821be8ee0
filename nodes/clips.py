"""From an operation to a node's five outputs: run it, then hand the clip on as frames, video and sound."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..kling_api.steps import Steps
from ..kling_api.watch import Progress
from . import host, previews, wording
from .host import io
from .workers import OnProgress, Work, run_visibly

if TYPE_CHECKING:
    from ..kling_api.client import Client, Result
    from ..kling_api.operations import Operation

DECODE = ("all", "first", "last")
#: Behind what a job would have cost.
_FREE = " (sandbox, free)"


@dataclass(frozen=True)
class Clip:
    """A collected clip: frames [N, H, W, 3] float32 0..1, audio {waveform [1, C, T] float32, sample_rate}."""

    path: Path
    frames: Any
    audio: Any
    video_id: str
    task_id: str
    shown: dict[str, Any]


def outputs() -> list[Any]:
    """The five outputs of every node that makes a clip."""
    return [
        io.Image.Output(
            "frames", display_name="frames", tooltip="The frames that decode asks for, as a batch of pictures."
        ),
        io.Video.Output(
            "video", display_name="video", tooltip="The clip as Kling made it; Save Video copies it as it is."
        ),
        io.Audio.Output(
            "audio", display_name="audio", tooltip="The clip's sound; silence of the clip's length if it has none."
        ),
        io.String.Output(
            "video_id",
            display_name="video_id",
            tooltip="Kling's id of the clip, for nodes that take one; good for 30 days.",
        ),
        io.String.Output(
            "task_id", display_name="task_id", tooltip="Kling's id of the task, for support and collecting."
        ),
    ]


async def make_clip(build: Callable[[], Operation], profile: str, decode: str) -> io.NodeOutput:
    """Builds the operation, runs it and decodes the result, beside the loop."""
    return await hand_on(order(build, profile), decode)


def order(build: Callable[[], Operation], profile: str) -> Work[Result]:
    """What builds the operation and brings its result home."""

    def run(progress: Callable[[Progress], None], stop: threading.Event) -> Steps[Result]:
        return (yield from steps_of(build(), profile, progress, stop))

    return run


def steps_of(operation: Operation, profile: str, progress: OnProgress, stop: threading.Event) -> Steps[Result]:
    """Nobody holds the operation, whose pictures are large, while the job is waited for."""
    return client_of(profile).steps(operation, progress, stop)


def client_of(profile: str) -> Client:
    """Raises NotConfigured when the profile has no usable key."""
    # Here, not above: they load requests and sqlite3, and must not slow ComfyUI's start.
    from ..kling_api.client import Client
    from ..kling_api.settings import load_profile

    return Client(load_profile(profile, host.data_folder()))


async def hand_on(run: Work[Result], decode: str) -> io.NodeOutput:
    """The five outputs of the job that `run(progress, stop)` brings home."""

    def work(progress: Callable[[Progress], None], stop: threading.Event) -> Steps[Clip]:
        result = yield from run(progress, stop)
        path = result.files[0]
        progress(last_words(result, "reading the frames"))
        frames, audio, shown = *decode_clip(path, decode), previews.of(result.files)
        progress(last_words(result, "done"))
        return Clip(path, frames, audio, result.video_id, result.task_id, shown)

    clip = await run_visibly(work)
    return io.NodeOutput(clip.frames, host.video(clip.path), clip.audio, clip.video_id, clip.task_id, ui=clip.shown)


@dataclass(frozen=True)
class Ending(Progress):
    """Progress of a job that is done, with what its user should know, a line each."""

    warnings: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join((super().__str__(), *(f"Warning: {wording.told(warning)}" for warning in self.warnings)))


def last_words(result: Result, state: str) -> Progress:
    """What the node shows once the result is on disk."""
    units = f"{result.units} {result.unit}" if result.units else ""
    if result.free:
        units = "made before" if result.paid_before else units
        units = f"{units}{_FREE}".lstrip()
    elif result.paid_before:
        units = f"paid before{f' ({units})' if units else ''}"
    text = f"{state}{f', {units}' if units else ''}"
    return Ending(text, 0, None, result.job_key, result.task_id, result.warnings)


def decode_clip(path: Path, decode: str) -> tuple[Any, Any]:
    """The frames that `decode` asks for, and the sound."""
    from ..kling_api import media

    readers = {"all": media.read_frames, "first": media.read_first_frame, "last": media.read_last_frame}
    return readers[decode](path), media.read_audio(path)
