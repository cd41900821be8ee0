"""Writes `use = "studio"` into profiles.toml: the profile that an empty name stands for. Changes nothing else in it.

Comments, keys, line ends and the order stay byte for byte; what the edited text means is checked before it is kept.
"""

from __future__ import annotations

import glob
import json
import os
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from .errors import Charged, NotConfigured
from .profiles_file import FILE_NAME, USE, parse, read_document
from .settings import default_name, fixed_by, load_profile, profile_names

_BOM = b"\xef\xbb\xbf"
#: A line that may set it, up to its value, and the value; an equal line may also stand inside a text of several lines.
_LINE = re.compile(r"""^([ \t]*(?:use|"use"|'use')[ \t]*=[ \t]*)("(?:[^"\\\r\n]|\\.)*"|'[^'\r\n]*')""", re.MULTILINE)
_BY_HAND = "Edit the file by hand."
_writing = threading.Lock()


def choose_default(name: str, home: Path) -> None:
    """Makes the profile of that name the default one. Raises NotConfigured, with nothing changed, where the environment

    decides it, the profile is unknown or unusable, or the file cannot be read or written.
    """
    if decider := fixed_by():
        raise _refused(
            f"{decider} in the environment decides which profile is the default one.",
            f"Remove {decider} from the environment to choose one here.",
        )
    with _writing:
        if name not in profile_names(home):
            raise _refused("There is no profile of that name.", "Choose one of the list.")
        load_profile(name, home)
        if name != default_name(home):
            _write(home, name)


def _write(home: Path, name: str) -> None:
    file = (home / FILE_NAME).resolve()  # a link to it stays a link
    try:
        before = file.read_bytes() if file.exists() else b""
        after = _edited(before, name, read_document(home))
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(file, before, after)
    except OSError as error:
        raise _refused(
            f"{file} cannot be written ({error.strerror or type(error).__name__}).", "Check its owner and mode."
        ) from None


def _edited(before: bytes, name: str, document: dict[str, Any]) -> bytes:
    """The file with that name at `use`. Of all ways to write it the first that means just this is taken."""
    mark = _BOM if before.startswith(_BOM) else b""
    text = before[len(mark) :].decode("utf-8")
    for candidate in _candidates(text, json.dumps(name, ensure_ascii=False)):
        if parse(candidate) == document | {USE: name}:
            return mark + candidate.encode("utf-8")
    raise _refused(
        f'use = "{name}" cannot be written into {FILE_NAME}: something else of that name stands there.', _BY_HAND
    )


def _candidates(text: str, value: str) -> Iterator[str]:
    for line in _LINE.finditer(text):
        yield f"{text[: line.start(2)]}{value}{text[line.end(2) :]}"
    end = "\r\n" if "\r\n" in text else "\n"
    yield f"{USE} = {value}{end}{text}"


def _replace(file: Path, before: bytes, after: bytes) -> None:
    """At once or not at all, with the owner and mode that the file has; a new one is its owner's alone."""
    # Of a process that was killed: the keys are in it. Its name is mkstemp's, eight letters, so that it is ours.
    for left in file.parent.glob(f"{glob.escape(file.name)}.????????.part"):
        with suppress(OSError):
            left.unlink()
    handle, name = tempfile.mkstemp(prefix=f"{file.name}.", suffix=".part", dir=file.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as written:
            written.write(after)
            written.flush()
            os.fsync(written.fileno())
        if file.exists():
            _take_over_access(file, part)
            if file.read_bytes() != before:
                raise _refused(f"{file} was changed by somebody else meanwhile.", "Choose again.")
        part.replace(file)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


def _take_over_access(file: Path, part: Path) -> None:
    """A file of somebody else that became ours could not be read by its owner any more."""
    status, own = file.stat(), part.stat()
    if hasattr(os, "chown") and (status.st_uid, status.st_gid) != (own.st_uid, own.st_gid):
        os.chown(part, status.st_uid, status.st_gid)
    part.chmod(status.st_mode & 0o777)


def _refused(what: str, advice: str) -> NotConfigured:
    return NotConfigured(what, advice, charged=Charged.NOTHING_CHANGED)
