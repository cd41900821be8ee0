"""Frames and sound -> an mp4 file (H.264, AAC). Reading clips lives in `frames` and `sound`."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream

from ..errors import MediaError

_BT709 = 1  # the code of BT.709 for matrix, primaries and transfer alike (ITU-T H.273)
_KEYFRAME_SECONDS = 2
# x264's output depends on its thread count, which by default follows the machine's cores.
_X264 = {"preset": "ultrafast", "crf": "18", "threads": "4"}
# FFmpeg's default search leaves clicks in a plain tone (up to half of full scale, version 8.0).
_AAC = {"aac_coder": "fast"}
_AAC_BITS_PER_SECOND = 192_000


def write_clip(
    path: Path | str,
    frames: Iterable[np.ndarray],
    size: tuple[int, int],
    rate: Fraction | int,
    sound: np.ndarray | None = None,
    sample_rate: int = 44100,
) -> None:
    """Write `frames` ([H, W, 3] uint8 RGB each) of `size` (width, height) at `rate` frames per second.

    `sound` ([C, T] float32 -1..1, one or two channels) is cut or filled with silence to the length of the picture.
    The same input gives the same bytes. MediaError for odd sizes, frames of another shape, or no frames at all;
    then nothing is left at `path`.
    """
    _check_size(size)
    try:
        with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
            _write(container, frames, size, Fraction(rate), sound, sample_rate)
    except BaseException:
        with suppress(OSError):
            Path(path).unlink(missing_ok=True)
        raise


def _write(
    container: OutputContainer,
    frames: Iterable[np.ndarray],
    size: tuple[int, int],
    rate: Fraction,
    sound: np.ndarray | None,
    sample_rate: int,
) -> None:
    video = _add_video(container, size, rate)
    track = None if sound is None else _SoundTrack(container, sound, sample_rate)
    count = 0
    for count, image in enumerate(frames, start=1):
        container.mux(video.encode(_video_frame(image, size, count - 1, rate)))
        if track:
            track.write_until(count / rate)
    if not count:
        raise MediaError("The clip was not written: there is not a single frame.")
    container.mux(video.encode(None))
    if track:
        track.finish()


class _SoundTrack:
    """Sound that is written piece by piece beside the picture, so that the file is interleaved."""

    def __init__(self, container: OutputContainer, sound: np.ndarray, sample_rate: int) -> None:
        if sound.ndim != 2 or sound.shape[0] not in (1, 2):
            raise MediaError(f"Sound must have the shape [1 or 2 channels, samples], not {list(sound.shape)}.")
        self._container = container
        self._sound = sound
        self._rate = sample_rate
        self._layout = "mono" if sound.shape[0] == 1 else "stereo"
        self._stream: AudioStream = container.add_stream("aac", rate=sample_rate, layout=self._layout, options=_AAC)
        self._stream.bit_rate = _AAC_BITS_PER_SECOND
        self._written = 0

    def write_until(self, seconds: Fraction) -> None:
        end = round(seconds * self._rate)
        piece = np.zeros((self._sound.shape[0], end - self._written), np.float32)
        there = self._sound[:, self._written : end]
        piece[:, : there.shape[1]] = there
        frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout=self._layout)
        frame.sample_rate, frame.pts, frame.time_base = self._rate, self._written, Fraction(1, self._rate)
        self._container.mux(self._stream.encode(frame))
        self._written = end

    def finish(self) -> None:
        self._container.mux(self._stream.encode(None))


def _check_size(size: tuple[int, int]) -> None:
    width, height = size
    if width < 2 or height < 2 or width % 2 or height % 2:
        raise MediaError(
            f"A clip of {width} x {height} pixels cannot be written: H.264 with 4:2:0 colours needs even sides.",
            f"Use {max(2, width // 2 * 2)} x {max(2, height // 2 * 2)}.",
        )


def _add_video(container: OutputContainer, size: tuple[int, int], rate: Fraction) -> VideoStream:
    video = container.add_stream("libx264", rate=rate, options=_X264)
    video.width, video.height = size
    video.pix_fmt = "yuv420p"
    context = video.codec_context
    context.gop_size = round(_KEYFRAME_SECONDS * rate)
    context.color_range = ColorRange.MPEG
    context.colorspace = context.color_primaries = context.color_trc = _BT709
    return video


def _video_frame(image: np.ndarray, size: tuple[int, int], index: int, rate: Fraction) -> av.VideoFrame:
    width, height = size
    if image.shape != (height, width, 3) or image.dtype != np.uint8:
        raise MediaError(
            f"Frame {index} has the shape {list(image.shape)} and type {image.dtype}; "
            f"the clip needs [{height}, {width}, 3] and uint8."
        )
    rgb = av.VideoFrame.from_numpy_buffer(np.ascontiguousarray(image), format="rgb24")
    frame = rgb.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG)
    frame.pts, frame.time_base = index, 1 / rate
    return frame
