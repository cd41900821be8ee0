"""Pictures, clips and sounds that requests bring, kept under the digest of their bytes."""

from __future__ import annotations

import hashlib
import os
import threading
from itertools import count
from pathlib import Path

from .refusals import invalid
from .video_request import Picture

_STORED = "sha256:"
_NUMBERS = count()
_BLOCK = 1 << 20


class MediaFolder:
    """What `keep` and `adopt` give back is how a spec calls it from then on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def keep(self, data: bytes) -> str:
        file = self.path_of(hashlib.sha256(data).hexdigest())
        if not file.exists():
            part = self.new_part()
            part.write_bytes(data)
            part.replace(file)
        return self.name_of(file)

    def adopt(self, part: Path) -> str:
        """Takes over a file that was written to `new_part`, without reading it into memory."""
        file = self.path_of(_digest_of(part))
        part.replace(file)
        return self.name_of(file)

    def new_part(self, suffix: str = "") -> Path:
        """A name that no other thread or process uses."""
        return self._folder / f"{os.getpid()}-{threading.get_ident()}-{next(_NUMBERS)}.part{suffix}"

    def name_of(self, file: Path) -> str:
        """How a spec calls a file of `path_of`."""
        return _STORED + file.name

    def path_of(self, name: str) -> Path:
        return self._folder / name.removeprefix(_STORED)


def is_stored(name: str) -> bool:
    return name.startswith(_STORED)


def check_url(media: Picture) -> Picture:
    """Raises Refused for a text that is no URL: it must not be taken for the name of a file."""
    if media and isinstance(media, str) and not media.startswith(("http://", "https://")):
        raise invalid("File is not in a valid base64 format")
    return media


def _digest_of(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
