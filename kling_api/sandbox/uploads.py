"""Pictures that were uploaded, served again under URLs of this sandbox."""

from __future__ import annotations

import re
from pathlib import Path

from .clip_spec import MediaFolder
from .links import Links
from .models import max_image_bytes
from .pictures import SIGNATURES
from .refusals import invalid

_NAME = re.compile(r"([0-9a-f]{64})\.(png|jpg)")


class Uploads:
    def __init__(self, media: MediaFolder, links: Links) -> None:
        self._media = media
        self._links = links

    def add(self, data: bytes) -> str:
        """The URL of the picture. Raises Refused for what is no PNG or JPEG, or too large."""
        suffix = next((suffix for suffix, signature in SIGNATURES.items() if data.startswith(signature)), "")
        if not suffix:
            raise invalid("Only PNG and JPEG pictures can be uploaded")
        if len(data) > max_image_bytes("new"):
            raise invalid(f"Image size can not exceed {max_image_bytes('new') // 1_000_000}MB")
        digest = self._media.path_of(self._media.keep(data)).name
        return f"{self._links.base_url}/uploads/{digest}{suffix}"

    def file(self, name: str) -> Path | None:
        found = _NAME.fullmatch(name)
        file = self._media.path_of(found[1]) if found else None
        return file if file and file.exists() else None
