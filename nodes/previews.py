"""What a node that made something shows of it, in core's own form: a player, pictures, a sound.

The files of the data folder cannot be reached over HTTP; those that are shown are copied into ComfyUI's temp folder.
No link: ComfyUI writes uploads in place there (POST /upload/image), and would write into the paid result.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

CLIPS = (".mp4",)
PICTURES = (".png", ".jpg", ".jpeg", ".webp")
SOUNDS = (".mp3", ".wav", ".m4a", ".aac")
#: In ComfyUI's temp folder, which it empties at each start and end.
SUBFOLDER = "kling"


class Shown(dict[str, Any]):
    """ComfyUI joins what a node showed for each item of a list by the names that the first one has (execution.py): what
    another lacks is nothing there, and no error that would end a paid job."""

    def __missing__(self, name: str) -> tuple[()]:
        return ()


def of(files: Sequence[Path]) -> Shown:
    """For `io.NodeOutput(ui=...)`; empty where nothing can be shown. Never raises for a file's sake.

    Blocking: for the worker's thread.
    """
    if clips := _shown(files, CLIPS):
        return Shown(images=clips, animated=(True,))
    shown = {"images": _shown(files, PICTURES), "audio": _shown(files, SOUNDS)}
    # Core's sound player fails on an empty list (front end 1.37).
    return Shown((name, value) for name, value in shown.items() if value)


def _shown(files: Sequence[Path], endings: tuple[str, ...]) -> list[dict[str, str]]:
    """As `comfy_api`'s SavedResult says it; its class is in no version's public names."""
    return [
        {"filename": path.name, "subfolder": SUBFOLDER, "type": "temp"}
        for path in files
        if path.suffix.lower() in endings and _put_in_reach(path)
    ]


def _put_in_reach(path: Path) -> bool:
    import folder_paths

    try:
        folder = Path(folder_paths.get_temp_directory()) / SUBFOLDER
        folder.mkdir(parents=True, exist_ok=True)
        _copy(path, folder / path.name)
    except OSError as error:  # a display is not worth a paid job
        log.warning("%s cannot be shown on its node: %s", path.name, error.strerror)
        return False
    return True


def _copy(source: Path, target: Path) -> None:
    if _is_there(source, target):
        return
    # Beside it first: whoever looks at the target sees the old file or the whole new one.
    with tempfile.TemporaryDirectory(prefix=".", dir=target.parent) as folder:
        new = Path(folder) / source.name
        shutil.copy2(source, new)
        new.replace(target)


def _is_there(source: Path, target: Path) -> bool:
    """A copy keeps the time. A link that an earlier version left is no copy."""
    if not target.exists():
        return False
    one, other = source.stat(), target.stat()
    is_link = os.path.samestat(one, other)
    return not is_link and (one.st_size, int(one.st_mtime)) == (other.st_size, int(other.st_mtime))
