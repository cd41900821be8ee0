"""Clips into tensors and pictures into upload bytes, each beside our own plain version of the usual way."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from kling_api.machine import available_memory
from kling_api.media import decode_picture, encode_image, read_first_frame, read_frames, resize, warp, write_clip

from .measurement import Measurement

_SIZE = (1920, 1080)
_RATE = 24
_RUNS = 3
_USUAL_PEAK = 3.0  # times the tensor; the plain version needs at least 2.1


def decode() -> list[Measurement]:
    """Time and peak memory from an mp4 file (1080p with sound) to the IMAGE tensor, each run in its own process."""
    seconds = _affordable_seconds()
    with TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.mp4"
        _write_test_clip(clip, seconds)
        runs: dict[str, list[dict[str, float]]] = {way: [] for way in _WAYS}
        for number in range(_RUNS + 1):
            for way in _WAYS:
                result = _run_alone(way, clip)
                if number:  # the first run of each only warms up the machine
                    runs[way].append(result)
        megabytes = round(clip.stat().st_size / 1e6, 1)
    notes: dict[str, object] = {"clip": f"{seconds} s, {_SIZE[0]} x {_SIZE[1]}, {_RATE} fps", "megabytes": megabytes}
    time_ours, time_usual = ([run["seconds"] for run in runs[way]] for way in ("ours", "usual"))
    peak_ours, peak_usual = ([run["peak"] for run in runs[way]] for way in ("ours", "usual"))
    return [
        Measurement(f"mp4 -> IMAGE, {seconds} s 1080p, time", "s", 0.33, time_ours, time_usual, notes=notes),
        Measurement("the same, peak memory / tensor", "x", 1.10, peak_ours, peak_usual, ours_alone=True, notes=notes),
    ]


def encode() -> list[Measurement]:
    """Time from an IMAGE tensor (1080p) to lossless PNG bytes."""
    with TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.mp4"
        _write_test_clip(clip, 1)
        image = read_first_frame(clip)
    pixels = np.rint(image[0].numpy() * 255).astype(np.uint8)
    ways: dict[str, Callable[[], bytes]] = {
        "usual": lambda: _pil_png(image),
        "ours": lambda: encode_image(image, 10**9),
    }
    sizes = {way: len(make()) for way, make in ways.items()}
    if not all(np.array_equal(decode_picture(make()), pixels) for make in ways.values()):
        raise SystemExit("the encoded picture differs from the tensor")
    times: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(_RUNS):
        for way, make in ways.items():
            times[way].append(_timed(make))
    notes: dict[str, object] = {"lossless": True, "bytes": sizes}
    return [Measurement("IMAGE 1080p -> PNG, lossless, time", "s", 0.10, times["ours"], times["usual"], notes=notes)]


def _list_and_stack(path: Path) -> object:
    """The usual way: a list of frames, each converted by itself, stacked at the end."""
    import av
    import torch

    with av.open(str(path)) as container:
        frames = [
            torch.from_numpy(frame.to_ndarray(format="rgb24")).float() / 255 for frame in container.decode(video=0)
        ]
    return torch.stack(frames)


_WAYS: dict[str, Callable[[Path], object]] = {"usual": _list_and_stack, "ours": read_frames}


def _pil_png(image: object) -> bytes:
    """The usual way: PIL with `optimize`."""
    from PIL import Image

    buffer = io.BytesIO()
    pixels = np.clip(255.0 * np.asarray(image)[0], 0, 255).round().astype(np.uint8)
    Image.fromarray(pixels).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _affordable_seconds() -> int:
    """10, or less where the usual way would not fit into the free memory."""
    free = available_memory()
    per_second = _USUAL_PEAK * _RATE * _SIZE[0] * _SIZE[1] * 3 * 4
    return 10 if free is None else max(1, min(10, int(free / per_second)))


def _write_test_clip(path: Path, seconds: int) -> None:
    samples = 0.5 * np.sin(2 * np.pi * 440 * np.arange(seconds * 44100) / 44100)
    write_clip(path, _moving_picture(seconds * _RATE), _SIZE, _RATE, np.stack([samples] * 2).astype(np.float32))


def _moving_picture(count: int) -> Iterator[np.ndarray]:
    """A slow pan over clouds of several sizes, with some grain: neither empty nor pure noise."""
    random = np.random.default_rng(2024)
    picture = np.zeros((_SIZE[1], _SIZE[0], 3), np.float32)
    for cells, strength in ((8, 60), (40, 30), (200, 15), (960, 5)):
        coarse = random.standard_normal((cells * 9 // 16, cells, 3)).astype(np.float32)
        picture += strength * resize(coarse, _SIZE)
    image = np.clip(picture + 128, 0, 255).astype(np.uint8)
    for index in range(count):
        yield warp(image, np.array([[1.1, 0, -0.7 * index], [0, 1.1, -20]], np.float32), _SIZE)


def _run_alone(way: str, clip: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.media", way, str(clip)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _measure_alone(way: str, clip: Path) -> dict[str, float]:
    """In a fresh process: seconds, and growth of peak memory as a multiple of the tensor."""
    read_frames(clip, 0, 1)  # the libraries are loaded, the file is in the cache
    before = _peak_bytes()
    started = time.perf_counter()
    tensor = _WAYS[way](clip)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "peak": (_peak_bytes() - before) / getattr(tensor, "nbytes", 1)}


def _peak_bytes() -> int:
    status = Path("/proc/self/status")
    if status.exists():  # Linux, where getrusage counts the parent's peak too
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _timed(make: Callable[[], object]) -> float:
    started = time.perf_counter()
    make()
    return time.perf_counter() - started


if __name__ == "__main__":
    print(json.dumps(_measure_alone(sys.argv[1], Path(sys.argv[2]))))
