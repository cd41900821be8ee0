"""A sound or clip as it is uploaded: its name, type, size and bytes. Where it goes is decided in `uploads`."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from .errors import MediaError
from .recordings import Footage, Sound

_TYPES = {
    **{"mp4": "video/mp4", "mov": "video/quicktime"},
    **{"mp3": "audio/mpeg", "wav": "audio/wav", "m4a": "audio/mp4", "aac": "audio/aac"},
}
_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Parcel:
    """`name` is made of the digest, so that the same thing has the same name wherever it goes."""

    name: str
    content_type: str
    size: int
    medium: Footage | Sound = field(repr=False)

    def open(self) -> BinaryIO:
        """Raises MediaError when the file is not there any more."""
        if isinstance(self.medium, Sound):
            return io.BytesIO(self.medium.data)
        try:
            return self.medium.path.open("rb")
        except OSError as error:
            raise _unreadable(self.medium, error) from None


def pack(medium: Footage | Sound) -> Parcel:
    """Raises MediaError for a clip whose file has changed since it was looked at: it would be paid for as another."""
    if isinstance(medium, Footage):
        try:
            changed = medium.path.stat().st_size != medium.size or digest_of(medium.path) != (
                medium.content or medium.digest()
            )
        except OSError as error:
            raise _unreadable(medium, error) from None
        if changed:
            raise MediaError(f"{medium.path} has changed since it was looked at.", "Run again to use it as it is now.")
        ending, size = (medium.format if medium.format in _TYPES else "mp4"), medium.size
    else:
        ending, size = medium.format, len(medium.data)
    return Parcel(f"{medium.digest()[:32]}.{ending}", _TYPES[ending], size, medium)


def digest_of(path: Path) -> str:
    """Of the file's bytes, as hex digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _unreadable(footage: Footage, error: OSError) -> MediaError:
    return MediaError(
        f"{footage.path} cannot be read: {error.strerror or error}.", "Leave the file in its place until the job runs."
    )
