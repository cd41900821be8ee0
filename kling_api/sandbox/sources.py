"""How what a request names becomes what a spec names: a URL, or something that this sandbox has already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .media_folder import check_url
from .video_request import Picture

_SOUND_OF_A_TASK = "audio:"


@dataclass(frozen=True)
class Sources:
    """One account's. `keep` stores bytes; the others find what an id, or for a clip a URL, stands for.

    All give names; all but `keep` raise Refused for what the account does not have.
    """

    keep: Callable[[bytes], str]
    clip_of: Callable[[str], str]
    sound_of: Callable[[str], str]
    element_of: Callable[[str], str]
    check_voice: Callable[[str], object]

    def picture(self, picture: Picture) -> str:
        picture = check_url(picture)
        return self.keep(picture) if isinstance(picture, bytes) else picture or ""

    def pictures(self, pictures: tuple[Picture, ...]) -> tuple[str, ...]:
        return tuple(self.picture(picture) for picture in pictures)

    def elements(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """A picture of each."""
        return tuple(self.element_of(element) for element in ids)

    def sound(self, file: Picture) -> str:
        if isinstance(file, str) and file.startswith(_SOUND_OF_A_TASK):
            return self.sound_of(file.removeprefix(_SOUND_OF_A_TASK))
        return self.picture(file)

    def clip(self, video: str) -> str:
        return self.clip_of(video) if video else ""
