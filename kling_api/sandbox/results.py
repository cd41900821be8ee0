"""The files of finished tasks: made once per request, kept under the digest of what was asked."""

from __future__ import annotations

import json
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from ..media import write_picture
from .clip_spec import ClipSpec, MediaFolder, is_stored, read_spec
from .fetching import fetch
from .films import Material, write
from .image_spec import ImageSpec, read_image_spec
from .models import max_image_bytes
from .stills import draw_images
from .video_request import Picture, Speech

#: Limits of the official docs (2026-02) for reference clips and for sound.
_MOST_CLIP_BYTES, _MOST_SOUND_BYTES = 100_000_000, 5_000_000
_RESULT = "result:"


class ResultFolder:
    def __init__(self, folder: Path, media: MediaFolder) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._media = media
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def path_of(self, name: str) -> Path:
        return self._folder / name

    def name_of(self, file: Path) -> str:
        """How a clip's spec calls one of these files."""
        return _RESULT + file.name

    def named(self, name: str) -> Path | None:
        """The file of such a name, None for anything else."""
        return self.path_of(name.removeprefix(_RESULT)) if name.startswith(_RESULT) else None

    def render(self, work: str, check_stop: Callable[[], None]) -> Sequence[str]:
        """The names of the files for a spec in JSON. Raises worker.Unusable and what `check_stop` raises."""
        if "n" in json.loads(work):
            return self._images(self._stored_images(read_image_spec(work)), check_stop)
        return self._clip(self._stored_clip(read_spec(work)), check_stop)

    def _clip(self, spec: ClipSpec, check_stop: Callable[[], None]) -> Sequence[str]:
        path = self.path_of(f"{spec.digest()}.mp4")
        with self._locks[path.name]:  # two tasks with the same request wait for one rendering
            if not path.exists():
                part = _part_of(path)
                write(part, spec, self._material(spec), check_stop)
                part.replace(path)
        return (path.name,)

    def _images(self, spec: ImageSpec, check_stop: Callable[[], None]) -> Sequence[str]:
        digest = spec.digest()
        names = [f"{digest}-{index}.png" for index in range(spec.n)]
        with self._locks[digest]:
            if not self.path_of(names[-1]).exists():
                pictures = [self._media.read(name) for name in spec.pictures]
                mask = self._media.read(spec.mask) if spec.mask else None
                for name, image in zip(names, draw_images(spec, pictures, mask), strict=True):
                    check_stop()
                    part = _part_of(self.path_of(name))
                    write_picture(part, image)
                    part.replace(self.path_of(name))
        return names

    def _material(self, spec: ClipSpec) -> Material:
        read = self._media.read
        video = self.named(spec.video) or (self._media.path_of(spec.video) if spec.video else None)
        return Material(
            first=read(spec.first) if spec.first else None,
            last=read(spec.last) if spec.last else None,
            pictures=tuple(read(name) for name in spec.pictures),
            video=video,
            sound=self._media.path_of(str(spec.speech.file)) if spec.speech else None,
        )

    def _stored_clip(self, spec: ClipSpec) -> ClipSpec:
        """The same with every URL fetched and kept."""
        return replace(
            spec,
            first=self._picture(spec.first),
            last=self._picture(spec.last),
            pictures=tuple(self._picture(name) for name in spec.pictures),
            video=spec.video if self.named(spec.video) else self._stored(spec.video, _MOST_CLIP_BYTES),
            speech=self._speech(spec.speech),
        )

    def _stored_images(self, spec: ImageSpec) -> ImageSpec:
        pictures = tuple(self._picture(name) for name in spec.pictures)
        return replace(spec, pictures=pictures, mask=self._picture(spec.mask))

    def _speech(self, speech: Speech | None) -> Speech | None:
        return replace(speech, file=self._stored(speech.file, _MOST_SOUND_BYTES)) if speech else None

    def _picture(self, name: str) -> str:
        return self._stored(name, max_image_bytes("new"))

    def _stored(self, name: Picture, most: int) -> str:
        name = str(name or "")
        return name if not name or is_stored(name) else self._media.keep(fetch(name, most))


def _part_of(path: Path) -> Path:
    return path.with_name(f"{path.stem}.{os.getpid()}-{threading.get_ident()}.part{path.suffix}")
