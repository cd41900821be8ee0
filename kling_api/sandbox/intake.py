"""Everything that specs name, brought onto this machine: URLs are fetched and kept, results are where they are."""

from __future__ import annotations

from pathlib import Path

from .fetching import fetch
from .media_folder import MediaFolder, is_stored
from .models import max_image_bytes

#: Limits of the official docs (2026-02, 2026-09) for clips and for sound.
_MOST_CLIP_BYTES, _MOST_SOUND_BYTES = 200_000_000, 5_000_000
_RESULT = "result:"


class Intake:
    """`results`: the folder of the sandbox's own results."""

    def __init__(self, media: MediaFolder, results: Path) -> None:
        self._media = media
        self._results = results

    def picture(self, name: str) -> str:
        """The name from then on, "" for none. Raises Unusable, as do the next two."""
        return self._stored(name, max_image_bytes("new"))

    def pictures(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self.picture(name) for name in names)

    def clip(self, name: str) -> str:
        return self._stored(name, _MOST_CLIP_BYTES)

    def sound(self, name: str) -> str:
        return self._stored(name, _MOST_SOUND_BYTES)

    def file(self, name: str) -> Path | None:
        """Where something is that one of the above has named; None for a URL and for nothing."""
        if is_result(name):
            return self._results / name.removeprefix(_RESULT)
        return self._media.path_of(name) if is_stored(name) else None

    def read(self, name: str) -> bytes | None:
        file = self.file(name)
        return file.read_bytes() if file else None

    def read_all(self, names: tuple[str, ...]) -> tuple[bytes, ...]:
        return tuple(data for name in names if (data := self.read(name)) is not None)

    def _stored(self, name: str, most: int) -> str:
        if not name or is_result(name) or is_stored(name):
            return name
        return self._media.keep(fetch(name, most))


def is_result(name: str) -> bool:
    """Whether a spec means a file of the sandbox's own by it."""
    return name.startswith(_RESULT)


def name_of_result(file: Path) -> str:
    """How a spec calls a file of the results."""
    return _RESULT + file.name
