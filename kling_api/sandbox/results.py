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
from .asset_files import write_portrait, write_trial
from .asset_spec import AssetSpec, read_asset_spec
from .clip_spec import ClipSpec, read_spec
from .film import Material
from .films import write
from .image_spec import ImageSpec, read_image_spec
from .intake import Intake, is_result
from .sound_spec import read_sound_spec
from .sounds import suffixes_of, write_sound
from .stills import Given, draw_images
from .video_request import ASSETS, IMAGES, SOUNDS, Speech

CheckStop = Callable[[], None]


class ResultFolder:
    """`shrink`: as in SandboxConfig."""

    def __init__(self, folder: Path, intake: Intake, shrink: int) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._intake = intake
        self._shrink = shrink
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def path_of(self, name: str) -> Path:
        return self._folder / name

    def render(self, work: str, check_stop: CheckStop) -> Sequence[str]:
        """The names of the files for a spec in JSON. Raises worker.Unusable and what `check_stop` raises."""
        operation = json.loads(work)["operation"]
        if operation in IMAGES:
            return self._images(work, check_stop)
        if operation in SOUNDS:
            return self._sounds(work, check_stop)
        return self._asset(work) if operation in ASSETS else self._clip(work, check_stop)

    def _clip(self, work: str, check_stop: CheckStop) -> Sequence[str]:
        spec = self._fetched(read_spec(work))
        path = self.path_of(f"{spec.digest()}.mp4")
        with self._locks[path.name]:  # two tasks with the same request wait for one rendering
            if not path.exists():
                part = _part_of(path)
                write(part, spec, self._material(spec), check_stop)
                part.replace(path)
        return (path.name,)

    def _images(self, work: str, check_stop: CheckStop) -> Sequence[str]:
        spec = self._fetched_images(read_image_spec(work))
        digest, given = spec.digest(), self._given(spec)
        names, told = [], self.path_of(f"{digest}.names")  # how many there will be is only known once they are drawn
        with self._locks[digest]:
            if told.exists():
                return told.read_text(encoding="utf-8").split()
            for name, image in draw_images(spec, given):
                check_stop()
                names.append(f"{digest}-{name}.png")
                part = _part_of(self.path_of(names[-1]))
                write_picture(part, image)
                part.replace(self.path_of(names[-1]))
            told.write_text("\n".join(names), encoding="utf-8")
        return names

    def _sounds(self, work: str, check_stop: CheckStop) -> Sequence[str]:
        spec = read_sound_spec(work)
        spec = replace(spec, video=self._intake.clip(spec.video))
        paths = {suffix: self.path_of(spec.digest() + suffix) for suffix in suffixes_of(spec)}
        with self._locks[spec.digest()]:
            if not all(path.exists() for path in paths.values()):
                parts = {suffix: _part_of(path) for suffix, path in paths.items()}
                write_sound(spec, self._intake.file(spec.video), parts.__getitem__, check_stop)
                for suffix, part in parts.items():
                    part.replace(paths[suffix])
        return [path.name for path in paths.values()]

    def _asset(self, work: str) -> Sequence[str]:
        spec = self._fetched_asset(read_asset_spec(work))
        intake, is_voice = self._intake, spec.operation == "custom-voices"
        path = self.path_of(spec.digest() + (".mp3" if is_voice else ".png"))
        part, video = _part_of(path), intake.file(spec.video)
        if is_voice:
            write_trial(part, intake.file(spec.sound), video)
        else:
            scale = self._shrink if is_result(spec.video) else 1
            write_portrait(part, intake.read_all(spec.pictures), video, scale)
        part.replace(path)
        return (path.name,)

    def _material(self, spec: ClipSpec) -> Material:
        intake = self._intake
        return Material(
            first=intake.read(spec.first),
            last=intake.read(spec.last),
            pictures=intake.read_all(spec.pictures),
            elements=intake.read_all(spec.elements),
            video=intake.file(spec.video),
            sound=intake.file(str(spec.speech.file)) if spec.speech else None,
        )

    def _given(self, spec: ImageSpec) -> Given:
        intake = self._intake
        return Given(
            pictures=intake.read_all(spec.pictures),
            elements=intake.read_all(spec.elements),
            mask=intake.read(spec.mask),
            scene=intake.read(spec.scene),
            style=intake.read(spec.style),
        )

    def _fetched(self, spec: ClipSpec) -> ClipSpec:
        """The same with every URL fetched and kept."""
        intake = self._intake
        return replace(
            spec,
            first=intake.picture(spec.first),
            last=intake.picture(spec.last),
            pictures=intake.pictures(spec.pictures),
            video=intake.clip(spec.video),
            speech=self._speech(spec.speech),
        )

    def _fetched_images(self, spec: ImageSpec) -> ImageSpec:
        intake = self._intake
        return replace(
            spec,
            pictures=intake.pictures(spec.pictures),
            mask=intake.picture(spec.mask),
            scene=intake.picture(spec.scene),
            style=intake.picture(spec.style),
        )

    def _fetched_asset(self, spec: AssetSpec) -> AssetSpec:
        intake = self._intake
        pictures, sound = intake.pictures(spec.pictures), intake.sound(spec.sound)
        return replace(spec, pictures=pictures, sound=sound, video=intake.clip(spec.video))

    def _speech(self, speech: Speech | None) -> Speech | None:
        return replace(speech, file=self._intake.sound(str(speech.file or ""))) if speech else None


def _part_of(path: Path) -> Path:
    return path.with_name(f"{path.stem}.{os.getpid()}-{threading.get_ident()}.part{path.suffix}")
