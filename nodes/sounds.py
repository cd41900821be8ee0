"""From an operation to the outputs of a node that makes a sound."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..kling_api.steps import Steps
from ..kling_api.watch import Progress
from . import previews
from .clips import last_words, order
from .host import io
from .workers import run_visibly

if TYPE_CHECKING:
    from ..kling_api.operations import Operation


def outputs() -> list[Any]:
    """The three outputs of every node that makes a sound."""
    return [
        io.Audio.Output("audio", display_name="audio", tooltip="The sound that was made."),
        io.String.Output(
            "audio_id", display_name="audio_id", tooltip="Kling's id of the sound, for nodes that take one."
        ),
        io.String.Output(
            "task_id", display_name="task_id", tooltip="Kling's id of the task, for support and collecting."
        ),
    ]


async def make_sound(build: Callable[[], Operation], profile: str) -> io.NodeOutput:
    """Builds the operation, runs it and reads the sound, beside the loop."""

    def work(
        progress: Callable[[Progress], None], stop: threading.Event
    ) -> Steps[tuple[Any, str, str, dict[str, Any]]]:
        from ..kling_api.media import read_audio

        result = yield from order(build, profile)(progress, stop)
        audio = read_audio(result.files[0])
        progress(last_words(result, "done"))
        return audio, result.video_id, result.task_id, previews.of(result.files)

    *values, shown = await run_visibly(work)
    return io.NodeOutput(*values, ui=shown)
