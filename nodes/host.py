"""All that is asked of ComfyUI: its node types, folders, stop flag, progress and video type."""

from __future__ import annotations

import logging
from dataclasses import fields
from pathlib import Path
from typing import Any

from comfy_api.v0_0_2 import ComfyExtension, InputImpl, io

from ..kling_api import settings

__all__ = [
    "ComfyExtension",
    "Interrupted",
    "ProgressDisplay",
    "data_folder",
    "interrupted",
    "io",
    "search_aliases",
    "video",
]

log = logging.getLogger(__name__)


def search_aliases(*words: str) -> dict[str, Any]:
    """For `io.Schema`: the words as `search_aliases` where this ComfyUI knows them (0.11.0); older ones fail on it."""
    known = {field.name for field in fields(io.Schema)}
    return {"search_aliases": list(words)} if "search_aliases" in known else {}


def data_folder() -> Path:
    """KLING_HOME, else ComfyUI's system user folder for this pack: it cannot be reached over HTTP (since 0.3.76)."""
    if settings.home_is_configured():
        return settings.data_folder()
    import folder_paths

    return Path(folder_paths.get_system_user_directory("kling"))


def video(path: Path) -> Any:
    """The file as a VIDEO: SaveVideo copies its streams without encoding them again."""
    return InputImpl.VideoFromFile(str(path))


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

    def _show(self, share: float, text: str) -> None:
        if self._node_id is None:
            return
        import comfy.utils
        from server import PromptServer

        PromptServer.instance.send_progress_text(text, self._node_id)
        comfy.utils.ProgressBar(self.STEPS, node_id=self._node_id).update_absolute(int(share * self.STEPS), self.STEPS)


def _executing_node() -> str | None:
    from comfy_execution.utils import get_executing_context

    context = get_executing_context()
    return context.node_id if context else None
