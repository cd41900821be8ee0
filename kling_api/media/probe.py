"""What a media file is: size, rate, length; and whether it really opens. Needs no torch."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from ..errors import MediaError
from .container import check_size, open_clip, sound_stream, video_stream
from .stills import decode_picture


@dataclass(frozen=True)
class Clip:
    """A clip's measures: pixels as displayed (after rotation), frames per second, seconds."""

    width: int
    height: int
    rate: Fraction  # 0 if unknown
    frames: int  # as announced by the header; 0 if unknown
    duration: float  # 0.0 if unknown
    has_audio: bool
    rotation: int  # degrees, counter-clockwise, that the stored picture is turned for display: 0, 90, 180 or 270


def probe(path: Path | str) -> Clip:
    """Read the measures of a clip. MediaError if it is not a clip or announces an absurd size."""
    with open_clip(path) as container:
        video = video_stream(container, path)
        return _measure(container, video, _first_frame(container, video))


def check_clip(path: Path | str) -> Clip:
    """`probe`, and the first frame must really decode. MediaError names what is wrong."""
    with open_clip(path) as container:
        video = video_stream(container, path)
        frame = _first_frame(container, video)
        if frame is None:
            raise MediaError(f"{path} holds no frame that can be decoded.")
        check_size(frame.width, frame.height, path)
        return _measure(container, video, frame)


def check_picture(path: Path | str) -> tuple[int, int]:
    """Decode a still picture; its (width, height). MediaError names what is wrong."""
    path = Path(path)
    if not path.is_file():
        raise MediaError(f"There is no file at {path}.")
    height, width = decode_picture(path.read_bytes(), str(path)).shape[:2]
    return width, height


def check_sound(path: Path | str) -> None:
    """Some of the sound must really decode. MediaError names what is wrong."""
    with open_clip(path, what="sound") as container:
        stream = sound_stream(container, path)
        for packet in container.demux(stream):
            with suppress(FFmpegError):  # mp3 files in the wild hold odd bytes; a player skips them, too
                if packet.decode():
                    return
        raise MediaError(f"{path} holds no sound that can be decoded.")


def seconds(container: InputContainer, video: VideoStream) -> float:
    """The clip's length; 0.0 if nothing in the header tells."""
    if video.duration and video.time_base:
        return float(video.duration * video.time_base)
    if container.duration:
        return container.duration / av.time_base
    return float(video.frames / video.average_rate) if video.average_rate else 0.0


def turns(frame: av.VideoFrame) -> int:
    """Quarter turns counter-clockwise (0-3) that bring a decoded frame upright."""
    return round(frame.rotation / 90) % 4


def _first_frame(container: InputContainer, video: VideoStream) -> av.VideoFrame | None:
    try:
        return next(container.decode(video), None)
    except FFmpegError:
        return None


def _measure(container: InputContainer, video: VideoStream, frame: av.VideoFrame | None) -> Clip:
    quarter = turns(frame) if frame else 0  # the header's rotation reaches us on the frames only
    width, height = video.codec_context.width, video.codec_context.height
    rate = video.average_rate or video.guessed_rate
    return Clip(
        width=height if quarter % 2 else width,
        height=width if quarter % 2 else height,
        rate=Fraction(rate.numerator, rate.denominator) if rate else Fraction(0),  # PyAV 19 has a type of its own
        frames=video.frames,
        duration=seconds(container, video),
        has_audio=bool(container.streams.audio),
        rotation=quarter * 90,
    )
