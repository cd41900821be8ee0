"""A sound, or a clip of ours, on its way to the provider, with its measures. Encoding and probing live in `media`."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Sound:
    """An encoded sound of `seconds`; `format` is mp3, wav, m4a or aac.

    `source` is a digest of what it was encoded from (its samples, or a file's bytes); "" takes the encoded bytes.
    """

    data: bytes = field(repr=False)
    format: str
    seconds: float
    source: str = field(default="", repr=False)

    def base64(self) -> str:
        """Raw Base64, without a `data:` prefix."""
        return base64.b64encode(self.data).decode("ascii")

    def digest(self) -> str:
        """Hex digits that tell sounds apart."""
        return self.source or hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class Footage:
    """A clip in a file of this machine: `width` x `height` pixels, `rate` frames per second, `size` bytes.

    Providers take clips by URL alone: it must be uploaded first. `source` is the digest of the file's bytes, or of what
    the file was made of, where making it again may give other bytes; then `content` is that of its bytes.
    """

    path: Path = field(repr=False, compare=False)
    seconds: float
    width: int
    height: int
    rate: float
    size: int
    source: str = field(repr=False)
    content: str = field(default="", repr=False, compare=False)

    @property
    def format(self) -> str:
        """The name's ending: mp4 or mov."""
        return self.path.suffix.removeprefix(".").lower() or "mp4"

    def digest(self) -> str:
        return self.source
