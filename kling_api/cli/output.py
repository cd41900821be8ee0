"""The folder that the user gets his files in. The originals stay in the data folder."""

from __future__ import annotations

import logging
import os
import shutil
import uuid
from pathlib import Path

from ..client import Result
from ..errors import DownloadFailed, InvalidRequest

log = logging.getLogger(__name__)


def prepare_folder(folder: Path) -> Path:
    """The folder as an absolute path, made if need be. Raises InvalidRequest before anything is spent."""
    try:
        folder = folder.expanduser().absolute()
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError) as error:  # the latter for ~somebody, where nobody has that name
        reason = getattr(error, "strerror", None) or error
        raise InvalidRequest(
            f"The output folder {folder} cannot be made: {reason}.", "Choose another --output."
        ) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InvalidRequest(f"The output folder {folder} cannot be written.", "Choose another --output.")
    return folder


def deliver(result: Result, folder: Path, name: str) -> list[Path]:
    """Copies the result's clips to `folder` as `name`.mp4, `name`-1.mp4 ...; each is there whole or not at all.

    `name`.json beside them says what was asked for and what came of it. Returns the clips.
    """
    name = name.replace("/", "-")  # as in avatar/image2video
    targets = [
        folder / f"{name}{f'-{number}' if number else ''}{file.suffix}" for number, file in enumerate(result.files)
    ]
    try:
        for file, target in zip(result.files, targets, strict=True):
            _copy(file, target)
    except OSError as error:
        raise DownloadFailed(
            f"The clip is in {result.files[0].parent}; it cannot be copied to {folder}: {error.strerror or error}.",
            f"Make room, or use `kling collect {result.job_key} --output FOLDER` with another folder.",
            job_key=result.job_key,
            task_id=result.task_id,
        ) from None
    if result.sidecar:
        _describe(result.sidecar, folder / f"{name}.json")
    return targets


def _describe(sidecar: Path, target: Path) -> None:
    """The clip is there already, so a disk that does not take this as well ends no command."""
    try:
        _copy(sidecar, target)
    except OSError as error:
        log.warning("The description %s of the clip cannot be written: %s.", target, error.strerror or error)


def _copy(file: Path, target: Path) -> None:
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        shutil.copyfile(file, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
