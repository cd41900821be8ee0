"""Pictures, clips and sounds that were uploaded, served again under URLs of this sandbox."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ..media import write_picture
from .links import Links
from .media_folder import MediaFolder
from .models import max_image_bytes
from .pictures import SIGNATURES
from .refusals import invalid

_FOLDER = "/uploads/"
_NAME = re.compile(r"([0-9a-f]{64})\.(?:png|jpg|mp4|mov|mp3|wav|m4a)")
_PICTURES = (".png", ".jpg")
#: kie.ai's limit for a file from a stream is lower; that of Kling for a clip is this (2026-09).
_MOST_BYTES = 200_000_000
#: How many bytes tell what a file is.
_HEAD = 16


class Uploads:
    def __init__(self, media: MediaFolder, links: Links) -> None:
        self._media = media
        self._links = links

    def add(self, data: bytes | Path) -> str:
        """The URL of the file, which is moved, not copied. Raises Refused for another format, or too much of it."""
        head, size = _look_at(data)
        suffix = _suffix_of(head)
        if not suffix:
            raise invalid("Only PNG and JPEG pictures, mp4 and mov clips, and mp3, wav and m4a sounds can be uploaded")
        most, what = (max_image_bytes("new"), "Image") if suffix in _PICTURES else (_MOST_BYTES, "File")
        if size > most:
            raise invalid(f"{what} size can not exceed {most // 1_000_000}MB")
        name = self._media.keep(data) if isinstance(data, bytes) else self._media.adopt(data)
        return f"{self._links.base_url}{_FOLDER}{self._media.path_of(name).name}{suffix}"

    def add_picture(self, picture: np.ndarray) -> str:
        """The same for [H, W, 3] uint8 that the sandbox has drawn itself."""
        part = self._media.new_part(".png")
        write_picture(part, picture)
        return self.add(part)

    def file(self, name: str) -> Path | None:
        found = _NAME.fullmatch(name)
        file = self._media.path_of(found[1]) if found else None
        return file if file and file.exists() else None

    def name_in(self, url: str) -> str:
        """How a spec calls the file behind a URL that this gave, else ""."""
        if not url.startswith(self._links.base_url + _FOLDER):
            return ""
        file = self.file(url.removeprefix(self._links.base_url + _FOLDER))
        return self._media.name_of(file) if file else ""


def _look_at(data: bytes | Path) -> tuple[bytes, int]:
    """The beginning and the length."""
    if isinstance(data, bytes):
        return data[:_HEAD], len(data)
    with data.open("rb") as opened:
        return opened.read(_HEAD), data.stat().st_size


def _suffix_of(head: bytes) -> str:
    """By the first bytes, as a provider looks; "" for anything else."""
    for suffix, signature in SIGNATURES.items():
        if head.startswith(signature):
            return suffix
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return ".mov" if brand == b"qt  " else ".m4a" if brand.startswith(b"M4A") else ".mp4"
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return ".wav"
    is_mp3 = head.startswith(b"ID3") or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2)  # layer III
    return ".mp3" if is_mp3 else ""
