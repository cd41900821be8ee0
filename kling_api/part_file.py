"""What has arrived of a file, beside its final name until it is whole.

It belongs to one run: nobody goes on with what another run or process has left, as nobody knows how that ended.
"""

from __future__ import annotations

import os
import re
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .ranges import Version, announced, read_version

#: Bytes that make a try worth another one: the file must have come so much further than ever before.
PROGRESS = 1024**2
#: Seconds after which a file that nobody has written to was left behind by a process that was killed. A transfer writes
#: at least every minute, or it is ended; but a computer may sleep in the middle of one.
LEFT_BEHIND = 86400.0
#: Seconds between two looks for such files: each goes through the whole folder, which may hold the results of years.
LOOK_AGAIN = 3600.0
#: What a server may say that does not know the part that it is asked for.
_NO_SUCH_PART = frozenset({400, 412, 416})
#: After so many errors in a row for whoever asks for the rest the whole is asked for: some servers cannot do ranges.
#: One less than a file's tries, so that the last one is for the whole.
_REFUSALS = 3
_PART = re.compile(r"\.[0-9a-f]{8}\.part$")

_looked: dict[Path, float] = {}


@dataclass
class Begun:
    """One file on disk: `got` bytes of `total`, None when the server does not say.

    `version` None: nobody can go on with it. `pieced`: by more than one transfer. `refused`: how often in a row a
    server had an error for whoever asked for the rest. `whole`: nothing but the whole file is asked for any more.
    """

    path: Path
    got: int = 0
    total: int | None = None
    version: Version | None = None
    pieced: bool = False
    refused: int = 0
    whole: bool = False

    def ask_for(self, url: str) -> dict[str, str]:
        """The headers that ask for the rest; {} for the whole file, which then begins anew."""
        can_go_on = self.version and not self.whole and self.is_as_written()
        asked = self.version.headers(url, self.got) if self.version and can_go_on else {}
        if not asked:
            self.forget()
        return asked

    def accept(self, status: int, headers: Mapping[str, str], sender: str) -> bool:
        """Whether an answer to whoever asked for the rest leads anywhere, be it later; else ask for the whole."""
        if status == 206 and self.version:
            return self.version.goes_on(headers, self.got, sender)
        if status == 200:
            return True
        self.refused += 1
        return status not in _NO_SUCH_PART and self.refused < _REFUSALS

    def begin(self, url: str, headers: Mapping[str, str], sender: str) -> None:
        """A whole file is about to arrive."""
        self.forget()
        self.total, self.version = announced(headers), read_version(url, headers, sender)

    def go_on(self) -> None:
        """The rest is about to arrive."""
        self.pieced, self.refused = True, 0

    def forget(self) -> None:
        self.got, self.total, self.version, self.pieced, self.refused = 0, None, None, False, 0

    def must_be_whole(self) -> None:
        self.whole = True

    def is_as_written(self) -> bool:
        try:
            return self.path.stat().st_size == self.got
        except OSError:
            return False


class PartFile:
    """The tries to fetch one file to `target`; whatever is not whole is removed at the end (`with`)."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self._begun: list[Begun] = []
        self._furthest = 0
        self.begin_anew()

    def __enter__(self) -> PartFile:
        return self

    def __exit__(self, *_: object) -> None:
        for begun in self._begun:
            with suppress(OSError):  # half a file on a full disk would keep it full
                begun.path.unlink(missing_ok=True)

    @property
    def begun(self) -> Begun:
        return self._begun[-1]

    def begin_anew(self) -> None:
        """Under a name of its own: a run that was taken for dead, or a transfer, may still be writing to another."""
        path = self.target.with_name(f"{self.target.name}.{uuid.uuid4().hex[:8]}.part")
        self._begun.append(Begun(path, whole=bool(self._begun) and self.begun.whole))

    def keep(self) -> None:
        """Gives the whole file its name."""
        self.begun.path.replace(self.target)
        _sync_folder(self.target.parent)

    def has_moved_on(self) -> bool:
        """Since the last time that this was asked. The length of the file bounds how often that can be."""
        moved_on = self.begun.got >= self._furthest + PROGRESS
        if moved_on:
            self._furthest = self.begun.got
        return moved_on


def remove_left_behind(folder: Path) -> None:
    """Parts of files whose process was killed; nobody else would ever take them away."""
    if time.monotonic() - _looked.get(folder, -LOOK_AGAIN) < LOOK_AGAIN:
        return
    _looked[folder] = time.monotonic()
    for file in folder.iterdir():
        with suppress(OSError):  # another process does the same, or a scanner looks at it: the next time will do
            if _PART.search(file.name) and time.time() - file.stat().st_mtime > LEFT_BEHIND:
                file.unlink()


def _sync_folder(folder: Path) -> None:
    """The new name must outlive a power cut, too. Windows cannot sync a folder and does not need it."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
