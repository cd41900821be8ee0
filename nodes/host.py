"""All that is asked of ComfyUI: its node types, folders, stop flag, progress and video type."""

from __future__ import annotations

import hashlib
import inspect
import io as files
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from comfy_api.v0_0_2 import ComfyExtension, InputImpl, io

from .language import said

__all__ = [
    "ComfyExtension",
    "Interrupted",
    "ProgressDisplay",
    "advanced",
    "blocked",
    "data_folder",
    "digest_of_video",
    "interrupted",
    "io",
    "search_aliases",
    "video",
    "video_file",
]

log = logging.getLogger(__name__)


def search_aliases(*words: str) -> dict[str, Any]:
    """For `io.Schema`: the words as `search_aliases` where this ComfyUI knows them (0.11.0); older ones fail on it."""
    known = {field.name for field in fields(io.Schema)}
    return {"search_aliases": list(words)} if "search_aliases" in known else {}


def advanced() -> dict[str, Any]:
    """For an input that few need: `advanced`, where this ComfyUI knows it (after 0.8.0; older ones fail on it).

    Nodes 2.0 tucks such an input away behind a button; the front end of 0.10.0 shows it as it is.
    """
    return {"advanced": True} if "advanced" in inspect.signature(io.String.Input.__init__).parameters else {}


def data_folder() -> Path:
    """KLING_HOME, else ComfyUI's system user folder for this pack: it cannot be reached over HTTP (since 0.3.76)."""
    # Here, not above: they load the dialects, and must not slow ComfyUI's start.
    from ..kling_api import settings

    if settings.home_is_configured():
        return settings.data_folder()
    import folder_paths

    return Path(folder_paths.get_system_user_directory("kling"))


def video(path: Path) -> Any:
    """The file as a VIDEO: SaveVideo copies its streams without encoding them again."""
    return InputImpl.VideoFromFile(str(path))


def blocked(why: str) -> Any:
    """Stands for an output that there is none of: what is connected to it does not run, and the user is told why."""
    from comfy_execution.graph import ExecutionBlocker

    return ExecutionBlocker(said(why))


@contextmanager
def video_file(video: Any) -> Iterator[Path]:
    """The file of a VIDEO: its own, or one that is there meanwhile for a VIDEO that is none, or a part of its file."""
    source = _source_of(video)
    if isinstance(source, str):
        yield Path(source)
        return
    import folder_paths

    folder = Path(folder_paths.get_temp_directory())
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="kling-", dir=folder) as temporary:
        path = Path(temporary) / "clip.mp4"
        if isinstance(source, files.BytesIO):
            path.write_bytes(source.getbuffer())
        else:
            video.save_to(str(path))
        yield path


def _source_of(video: Any) -> str | files.BytesIO | None:
    """The path or bytes that a VIDEO is; None for one made of frames, and for a part of a file."""
    if not isinstance(video, InputImpl.VideoFromFile):
        return None
    source = video.get_stream_source()
    return source if _measures(video) == _measures(InputImpl.VideoFromFile(source)) else None


def _measures(video: Any) -> tuple[Any, ...]:
    """A trimmed or cropped VIDEO (ComfyUI 0.11 on) has others than its file."""
    return video.get_duration(), video.get_dimensions()


def digest_of_video(video: Any) -> str:
    """Tells a VIDEO apart that is written to a file anew; "" for one that is its file.

    Its file would not do: x264 on several threads does not always give the same bytes (seen with PyAV 18, libx264).
    """
    if _source_of(video) is not None:
        return ""
    digest = hashlib.sha256()
    if isinstance(video, InputImpl.VideoFromFile):
        source = video.get_stream_source()
        digest.update(Path(source).read_bytes() if isinstance(source, str) else source.getbuffer())
        # Where it begins and ends and what is cut off has no public name in every version.
        told = {name: value for name, value in vars(video).items() if value is not source}
        digest.update(repr(sorted(told.items())).encode())
        return digest.hexdigest()
    parts = video.get_components()
    for frame in parts.images:
        digest.update((frame * 255).clamp(0, 255).byte().cpu().numpy().tobytes())
    sound = parts.audio
    heard = sound and (sound["sample_rate"], sound["waveform"].shape, sound["waveform"].cpu().numpy().tobytes())
    digest.update(repr((parts.images.shape, parts.frame_rate, heard)).encode())
    return digest.hexdigest()


def interrupted() -> bool:
    """Whether Stop was pressed. Only peeks: the function that raises would clear the flag for the other nodes."""
    import comfy.model_management

    return comfy.model_management.processing_interrupted()


def Interrupted() -> BaseException:  # noqa: N802 - stands for ComfyUI's own class, which cannot be imported early
    """ComfyUI's InterruptProcessingException: ends the prompt without an error dialog."""
    import comfy.model_management

    return comfy.model_management.InterruptProcessingException()


class ProgressDisplay:
    """Progress bar and text on the node that is being executed. Nothing here can break a job.

    Made and used in the node's own coroutine, where ComfyUI's context says which node it is.
    """

    STEPS = 1000

    def __init__(self) -> None:
        self._node_id = _executing_node()
        self._furthest = 0.0

    def show(self, share: float, text: str) -> bool:
        """`share` 0..1. False when ComfyUI answered with its interrupt exception (which clears its stop flag)."""
        interrupt = type(Interrupted())
        self._furthest = max(self._furthest, share)  # a bar that goes back looks broken
        try:
            self._show(self._furthest, text)
        except interrupt:
            return False
        except Exception as error:  # noqa: BLE001 - the outermost edge: a display is not worth a paid job
            log.debug("Progress could not be shown: %s", error)
        return True

    def say(self, text: str) -> None:
        """Text alone. The bar would raise ComfyUI's interrupt exception after Stop, which clears its flag."""
        try:
            if self._node_id is not None:
                from server import PromptServer

                _send_text(PromptServer.instance, text, self._node_id)
        except Exception as error:  # noqa: BLE001 - the outermost edge: a display is not worth a paid job
            log.debug("A text could not be shown: %s", error)

    def _show(self, share: float, text: str) -> None:
        if self._node_id is None:
            return
        import comfy.utils
        from server import PromptServer

        _send_text(PromptServer.instance, text, self._node_id)
        comfy.utils.ProgressBar(self.STEPS, node_id=self._node_id).update_absolute(int(share * self.STEPS), self.STEPS)


def _send_text(server: Any, text: str, node_id: str) -> None:
    """To the browser tab that queued the prompt alone; a ComfyUI that knows no `sid` there sends it to all.

    Nodes 2.0 reads the text as Markdown, where two spaces end a line.
    """
    alone = {"sid": server.client_id} if "sid" in inspect.signature(server.send_progress_text).parameters else {}
    server.send_progress_text(text.replace("\n", "  \n"), node_id, **alone)


def _executing_node() -> str | None:
    from comfy_execution.utils import get_executing_context

    context = get_executing_context()
    return context.node_id if context else None
