"""The sound of a clip or of a sound file -> ComfyUI's AUDIO value. Never resampled. The way back is `recordings`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

import av
import numpy as np
import torch
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from torch import Tensor

from ..errors import Charged, MediaError
from .container import announced_samples, open_clip, reason, video_stream, without_padding
from .memory import check_memory
from .probe import seconds

_SILENCE_RATE = 44100


class Audio(TypedDict):
    """`waveform` [1, C, T] float32 -1..1 on the CPU, contiguous; `sample_rate` in Hz."""

    waveform: Tensor
    sample_rate: int


def read_audio(path: Path | str) -> Audio:
    """The sound of a clip, or of an mp3, wav or other sound file, at its own rate and channels.

    Stereo silence of the clip's length if there is none.
    """
    with open_clip(path, Charged.ONCE, "clip or sound") as container:
        if not container.streams.audio:
            return _silence(container, path)
        stream = container.streams.audio[0]
        _check_length(stream, path)
        pieces = [_to_float(frame) for frame in _decode(container, stream, path)]
        if not pieces:
            return _silence(container, path)
        samples = np.concatenate(pieces, axis=1)
        waveform = np.ascontiguousarray(samples[None, :, : without_padding(stream, samples.shape[1])])
        return {"waveform": torch.from_numpy(waveform), "sample_rate": stream.sample_rate}


def _silence(container: InputContainer, path: Path | str) -> Audio:
    samples = max(1, round(seconds(container, video_stream(container, path, Charged.ONCE)) * _SILENCE_RATE))
    check_memory(2 * samples * 4, path, "The silence")
    return {"waveform": torch.zeros((1, 2, samples), dtype=torch.float32), "sample_rate": _SILENCE_RATE}


def _decode(container: InputContainer, stream: AudioStream, path: Path | str) -> Iterator[av.AudioFrame]:
    samples = 0
    try:
        for frame in container.decode(stream):
            if (frame.sample_rate, frame.layout.nb_channels) != (stream.sample_rate, stream.layout.nb_channels):
                raise MediaError(f"The sound of {path} changes its format in the middle.", charged=Charged.ONCE)
            samples += frame.samples
            yield frame
    except FFmpegError as error:
        raise MediaError(
            f"The sound of {path} is broken after {samples / stream.sample_rate:.2f} s ({reason(error)}).",
            "The pictures can still be read. Remove the file and collect the job again to fetch it anew.",
            charged=Charged.ONCE,
        ) from error


def _to_float(frame: av.AudioFrame) -> np.ndarray:
    """[C, T] float32; whole numbers are scaled so that full scale is 1."""
    samples = frame.to_ndarray()
    if not frame.format.is_planar:
        samples = samples.reshape(-1, frame.layout.nb_channels).T
    floats = samples.astype(np.float32)
    if samples.dtype.kind == "u":  # unsigned 8 bit, where 128 is silence
        return floats / 128 - 1
    if samples.dtype.kind == "i":
        return floats / 2.0 ** (8 * samples.dtype.itemsize - 1)
    return floats


def _check_length(stream: AudioStream, path: Path | str) -> None:
    check_memory(2 * announced_samples(stream) * stream.layout.nb_channels * 4, path, "The sound")
