"""`kling demo`: the main job end to end without a key, in a sandbox and a data folder that are gone afterwards."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..capabilities import default_model, image_limits
from ..checks import check_still
from ..client import Client, Result
from ..dialects import DIALECTS
from ..errors import NotConfigured
from ..operations import Operation
from ..recordings import Sound
from ..settings import sandbox_name, sandbox_profile
from ..stills import Still
from ..transport import make_session
from . import flags
from .console import show, show_error, show_json
from .demo_requests import Step, from_text, speech, to_end_frame, with_camera, with_speech
from .output import deliver, prepare_folder
from .video import read_picture
from .waiting import run_visibly

if TYPE_CHECKING:
    from numpy import ndarray
    from torch import Tensor

_SHEET = "contact-sheet.png"
_PICTURES_PER_CLIP = 6


def demo(
    image: Annotated[
        str, typer.Option(metavar="FILE", help="A photograph that the clips from a picture start on.")
    ] = "",
    dialect: Annotated[
        str, typer.Option(metavar="NAME", help=f"The provider's dialect that is spoken: {', '.join(DIALECTS)}.")
    ] = "official",
    output: flags.Output = Path("output"),
    as_json: flags.AsJson = False,
) -> None:
    """Do the main job in the sandbox, without a key: clips, a lip sync, a contact sheet, frames as a tensor."""
    begun = time.monotonic()
    profile = sandbox_name(dialect)
    photo = _read_photo(image)
    folder = prepare_folder(output)
    tell = show_error if as_json else show
    with tempfile.TemporaryDirectory(prefix="kling-demo-", ignore_cleanup_errors=True) as home:
        demonstration = _Demonstration(Path(home), profile, folder, tell)
        with demonstration.sandbox:
            files = demonstration.run(photo)
            tasks, charges = demonstration.count()
    seconds = time.monotonic() - begun
    if as_json:
        counts = {"tasks": tasks, "charges": charges, "seconds": round(seconds, 1)}
        show_json({"status": "collected", "files": [str(file) for file in files], **counts, "error": None})
        return
    show(f"\nDone in {seconds:.0f} s. In {folder}:")
    for file in files:
        show(f"  {file.name}  ({file.stat().st_size / 1e6:.1f} MB)")
    show("Beside each clip a .json file of the same name says how it was made.")


class _Demonstration:
    """The steps in their order; each tells what it does and what came of it."""

    def __init__(self, home: Path, profile: str, folder: Path, tell: Callable[[str], None]) -> None:
        try:
            from ..sandbox import Sandbox, SandboxConfig
        except ModuleNotFoundError as error:
            raise NotConfigured(
                f"The sandbox needs the package {error.name}.", 'Install it with: pip install "kling-nodes[cli]"'
            ) from None
        self.sandbox = Sandbox(SandboxConfig(folder=home / "sandbox"))
        self._home = home
        self._profile = profile
        self._folder = folder
        self._tell = tell
        self._step = 0
        self._clips: list[tuple[str, Path]] = []
        self._sounds: list[Path] = []

    def run(self, photo: Still | None) -> list[Path]:
        """Everything that is in the output folder afterwards."""
        client = self._client()
        dialect = client.dialect
        self._tell(f"The sandbox speaks the dialect {dialect.name}, at {client.base_url}")
        text = from_text(dialect)
        first = self._make(client, text) if text else None
        still = photo or (_last_frame(first) if first else _drawn(self._home))
        source = "the photograph" if photo else "the last frame of clip 1" if first else "a drawn picture"
        second = self._make(client, with_camera(dialect, still, source))
        start = _last_frame(second) if second else still
        end = photo or (_first_frame(first) if first else still)
        target = "the photograph" if photo else "the first frame of clip 1" if first else "the drawn picture"
        step = to_end_frame(dialect, start, end, f"the last frame of clip {len(self._clips)}", target)
        third = self._make(client, step)
        self._speak(client, second or third)
        made = text or step
        if made and (first or third):
            self._repeat(client, made.operation)
        self._decode()
        return [*(file for _, file in self._clips), *self._sounds, self._draw_sheet()]

    def count(self) -> tuple[int, int]:
        """Tasks that the sandbox has made, and charges."""
        with make_session(self.sandbox.url) as session:
            state = session.get(f"{self.sandbox.url}/sandbox/state", timeout=10).json()
        return state["tasks_made"], state["charges"]

    def _client(self) -> Client:
        from ..sandbox.shared import address_of

        profile = sandbox_profile(self._home, name=self._profile)
        return Client(replace(profile, base_url=address_of(self.sandbox.url, profile.dialect)))

    def _make(self, client: Client, step: Step | None) -> Result | None:
        """None for a step that the dialect has no request for."""
        if step is None:
            return None
        operation = step.operation
        self._announce(f"{step.title}{_model_of(operation)}")
        result = run_visibly(client, lambda progress, stop: client.run(operation, progress, stop))
        file = deliver(result, self._folder, f"{len(self._clips) + 1:02}-{step.name}")[0]
        self._clips.append((step.title, file))
        units = f"{result.units} {client.dialect.unit}" if result.units else "price not told"
        self._tell(f"   {_measures(file)}, {units}: {file}")
        return result

    def _speak(self, client: Client, clip: Result | None) -> None:
        """Lip sync: of a text where the dialect has text to speech, else of a chord."""
        if clip is None:
            return
        from ..media import read_footage

        sound, source = self._sound(client)
        step = with_speech(client.dialect, read_footage(clip.files[0]), clip.video_id, sound, source)
        self._make(client, step)

    def _sound(self, client: Client) -> tuple[Sound, str]:
        """What is said, and what it is."""
        from ..media import read_sound

        order = speech(client.dialect)
        if order:
            self._announce(f'Text to speech: "{order.text}"')
            result = run_visibly(client, lambda progress, stop: client.run(order, progress, stop))
            file = deliver(result, self._folder, "speech")[0]
            self._tell(f"   {result.units} {result.unit}: {file}")
            self._sounds.append(file)
            return read_sound(file), "a text"
        return _chord(self._home), "a chord"

    def _repeat(self, client: Client, operation: Operation) -> None:
        self._announce("One request once more: it was paid for, so it comes from the ledger")
        begun = time.monotonic()
        result = run_visibly(client, lambda progress, stop: client.run(operation, progress, stop))
        took = (time.monotonic() - begun) * 1000
        tasks, charges = self.count()
        self._tell(
            f"   Job {result.job_key} again after {took:.0f} ms; the sandbox made {tasks} tasks, {charges} charges"
        )

    def _decode(self) -> None:
        from ..media import read_audio, read_frames

        self._announce("Clip 1 as the values that a graph gets")
        begun = time.monotonic()
        frames = read_frames(self._clips[0][1])
        took = time.monotonic() - begun
        audio = read_audio(self._clips[0][1])
        waveform, rate = audio["waveform"], audio["sample_rate"]
        self._tell(
            f"   IMAGE {list(frames.shape)} {_dtype(frames)}, {frames.nbytes / 1e9:.2f} GB, decoded in {took:.1f} s\n"
            f"   AUDIO {list(waveform.shape)} {_dtype(waveform)}, {rate} Hz, {waveform.shape[-1] / rate:.2f} s"
        )

    def _draw_sheet(self) -> Path:
        from ..media import contact_sheet, write_picture

        self._announce("A contact sheet of the clips")
        clips = enumerate(self._clips, 1)
        sheet = contact_sheet([(f"{number} {title}", _pictures(file)) for number, (title, file) in clips])
        path = self._folder / _SHEET
        write_picture(path, sheet)
        self._tell(f"   {path}")
        return path

    def _announce(self, title: str) -> None:
        self._step += 1
        self._tell(f"{self._step}. {title}")


def _chord(folder: Path) -> Sound:
    """Three seconds of one, as the sandbox plays it."""
    from ..media import read_sound
    from ..sandbox.sounds import write_wav
    from ..sandbox.tones import chord

    path = folder / "chord.wav"
    write_wav(path, chord(1, 3))
    return read_sound(path)


def _model_of(operation: Operation) -> str:
    """ " (kling-v3, std, 5 s)", with what of it the operation has."""
    said = [getattr(operation, name, "") for name in ("model_name", "mode")]
    duration = getattr(operation, "duration", 0)
    words = [word for word in (*said, f"{duration} s" if duration else "") if word]
    return f" ({', '.join(words)})" if words else ""


def _read_photo(image: str) -> Still | None:
    """Raises InvalidRequest for one that Kling would not take, before the first step."""
    photo = read_picture(image, default_model())
    if photo is None:
        return None
    if isinstance(photo, str):
        raise NotConfigured("demo takes a file, not a URL: the sandbox does not leave this machine.")
    check_still("image", photo)
    return photo


def _last_frame(result: Result) -> Still:
    from ..media import read_last_frame

    return _still(read_last_frame(result.files[0]))


def _first_frame(result: Result) -> Still:
    from ..media import read_first_frame

    return _still(read_first_frame(result.files[0]))


def _drawn(folder: Path) -> Still:
    """A picture for a dialect that makes no clip from text: one that the sandbox paints."""
    from ..media import read_still, write_picture
    from ..sandbox.scenes import Landscape

    path = folder / "drawn.png"
    write_picture(path, Landscape(1, (1280, 720), 5).draw(0.0))
    return read_still(path, image_limits().max_bytes["legacy"])


def _still(frame: Tensor) -> Still:
    from ..media import encode_still

    return encode_still(frame, image_limits().max_bytes["legacy"])


def _pictures(file: Path) -> list[ndarray]:
    """Pictures of the clip at even distances, the first and the last among them."""
    from ..media import read_frames
    from ..media.probe import probe

    last = probe(file).frames - 1
    numbers = [round(last * step / (_PICTURES_PER_CLIP - 1)) for step in range(_PICTURES_PER_CLIP)]
    return [read_frames(file, number, 1)[0].mul(255).round().byte().numpy() for number in numbers]


def _measures(file: Path) -> str:
    from ..media.probe import probe

    clip = probe(file)
    sound = "with sound" if clip.has_audio else "silent"
    return f"{clip.width} x {clip.height}, {float(clip.rate):g} frames/s, {clip.duration:.2f} s, {sound}"


def _dtype(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")
