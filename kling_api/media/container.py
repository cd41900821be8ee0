"""Opens clip files safely and turns FFmpeg's errors into ours. What is inside is read by `probe`, `frames`, `sound`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import cv2
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from ..errors import Charged, MediaError

MAX_SIDE = 16384  # pixels; no camera or provider makes more, and FFmpeg's decoders stop there too
MAX_PIXELS = 2**28

# Only self-contained files. FFmpeg also opens playlists, which would make it read other files or addresses.
_FORMATS = "mov,mp4,matroska,webm,avi,mpegts,mpeg,flv,gif,ogg,mp3,wav,aac,flac"
_ERRORS = (FFmpegError, cv2.error, OSError, MemoryError)


@contextmanager
def open_clip(path: Path | str, charged: Charged | None = None, what: str = "clip") -> Iterator[InputContainer]:
    """The opened file; whatever FFmpeg or OpenCV raises inside becomes a MediaError that names the file and `what` it

    should have been.
    """
    path = Path(path)
    _check_file(path, charged)
    try:
        container = _open(path)
    except _ERRORS as error:
        raise MediaError(f"{path} is not a {what} that can be opened ({reason(error)}).", charged=charged) from error
    with container:
        try:
            yield container
        except _ERRORS as error:
            raise MediaError(f"{path} is broken: {reason(error)}.", charged=charged) from error


def video_stream(container: InputContainer, path: Path | str, charged: Charged | None = None) -> VideoStream:
    """The picture track, its announced size checked before anything is decoded."""
    if not container.streams.video:
        raise MediaError(f"{path} holds no picture track.", charged=charged)
    stream = container.streams.video[0]
    check_size(stream.codec_context.width, stream.codec_context.height, path, charged)
    return stream


def sound_stream(container: InputContainer, path: Path | str, charged: Charged | None = None) -> AudioStream:
    if not container.streams.audio:
        raise MediaError(f"{path} holds no sound.", "Give a file that has a sound track.", charged=charged)
    return container.streams.audio[0]


def announced_samples(stream: AudioStream) -> int:
    """0 where the header does not tell."""
    if not stream.duration or not stream.time_base:
        return 0
    return round(stream.duration * stream.time_base * stream.sample_rate)


def without_padding(stream: AudioStream, samples: int) -> int:
    """How many of the decoded samples count: an encoder fills its last block with zeros, which the track's announced

    length leaves out.
    """
    announced = announced_samples(stream)
    return announced if 0 < samples - announced < (stream.codec_context.frame_size or 0) else samples


def check_size(width: int, height: int, path: Path | str, charged: Charged | None = None) -> None:
    if width < 1 or height < 1 or max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise MediaError(
            f"{path} announces {width} x {height} pixels, which no real picture has; it is broken or not meant well.",
            charged=charged,
        )


def reason(error: BaseException) -> str:
    """FFmpeg's own words, without the number and the name of its inner function."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _open(path: Path) -> InputContainer:
    options = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}
    try:
        return av.open(f"file:{path}", options=options, metadata_errors="replace")
    except TypeError:  # PyAV 19 has no such argument
        return av.open(f"file:{path}", options=options)


def _check_file(path: Path, charged: Charged | None) -> None:
    if not path.is_file():
        raise MediaError(f"There is no file at {path}.", charged=charged)
    if not path.stat().st_size:
        raise MediaError(f"{path} is empty (0 bytes).", "Remove the file, then run again.", charged=charged)
