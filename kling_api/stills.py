"""A still picture on its way to the provider: encoded bytes and their measures. Encoding lives in `media`."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Still:
    """An encoded picture (PNG or JPEG bytes) of `width` x `height` pixels.

    `source` is a digest of what it was encoded from (pixels, or a file's bytes); "" takes the encoded bytes.
    """

    data: bytes = field(repr=False)
    width: int
    height: int
    source: str = field(default="", repr=False)

    def base64(self) -> str:
        """Raw Base64, without the `data:` prefix that Kling refuses (official docs, 2026-02)."""
        return base64.b64encode(self.data).decode("ascii")

    def digest(self) -> str:
        """Hex digits that tell pictures apart."""
        return self.source or hashlib.sha256(self.data).hexdigest()
