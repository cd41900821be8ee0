"""Sounds and clips on their way to the provider: AUDIO values and files -> `Sound` and `Footage`. Results: `sound`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError

from ..errors import MediaError
from ..parcel import digest_of
from ..recordings import Footage, Sound
from .container import announced_samples, open_clip, reason, sound_stream, without_padding
from .mp3 import encode_mp3, must_fit
from .probe import check_clip

if TYPE_CHECKING:
    from .sound import Audio

#: The most that Kling takes of a sound file (official docs, 2026-02).
MAX_SOUND_BYTES = 5_000_000
_FAMILY = "mov,mp4,m4a,3gp,3g2,mj2"  # FFmpeg's one name for them all


def encode_sound(audio: Audio | Mapping[str, Any], max_bytes: int = MAX_SOUND_BYTES) -> Sound:
    """ComfyUI's AUDIO (`waveform` [1, C, T] float -1..1, C 1 or 2; `sample_rate` in Hz) -> mp3 within `max_bytes`.

    The bit rate is the highest of 320 to 64 kbit/s that fits. Values outside -1..1 are clipped; the tensor stays as it
    is. MediaError for NaN or infinite values, no samples, several sounds, or one that is too long to fit.
    """
    samples, sample_rate = _samples(audio)
    digest = hashlib.sha256(f"{samples.shape} {sample_rate} ".encode() + samples.tobytes()).hexdigest()
    data = encode_mp3(samples, sample_rate, max_bytes)
    return Sound(data, "mp3", samples.shape[1] / sample_rate, source=digest)


def read_sound(path: Path | str, max_bytes: int = MAX_SOUND_BYTES) -> Sound:
    """A sound file, or the sound of a clip, for the way to the provider, in at most `max_bytes`.

    An mp3, wav, m4a or aac that fits is kept byte for byte; anything else becomes an mp3. MediaError for a file that
    is broken, has no sound, or is too long to fit.
    """
    path = Path(path)
    with open_clip(path, what="sound") as container:
        stream = sound_stream(container, path)
        kept = _format(container, stream) if path.stat().st_size <= max_bytes else ""
        if not kept:
            must_fit(_announced(container, stream), max_bytes)
        samples = _decode(container, stream, path)
        seconds = samples.shape[1] / stream.sample_rate
        if kept:
            return Sound(path.read_bytes(), kept, seconds)
        return Sound(encode_mp3(samples, stream.sample_rate, max_bytes), "mp3", seconds, source=digest_of(path))


def read_footage(path: Path | str) -> Footage:
    """A clip of this machine with its measures: an mp4 or mov file, else MediaError says what is wrong with it."""
    path = Path(path).absolute()
    clip = check_clip(path)
    with open_clip(path) as container:
        family, name = container.format.name, container.format.long_name
    if family != _FAMILY:
        raise MediaError(
            f"{path} is a clip in another format ({name}); providers take mp4 and mov.", "Save it as mp4 (H.264)."
        )
    if clip.duration <= 0:
        raise MediaError(f"{path} does not say how long it is.", "Save it anew as mp4.")
    return Footage(
        path, clip.duration, clip.width, clip.height, float(clip.rate), path.stat().st_size, source=digest_of(path)
    )


def _samples(audio: Audio | Mapping[str, Any]) -> tuple[np.ndarray, int]:
    """[C, T] float32 -1..1, and the rate."""
    try:
        waveform, sample_rate = audio["waveform"], int(audio["sample_rate"])
        shape = list(waveform.shape)
    except (TypeError, KeyError, AttributeError, ValueError):
        raise MediaError("The sound is no AUDIO value: it needs a waveform and a sample_rate.") from None
    if len(shape) == 3 and shape[0] > 1:
        raise MediaError(f"A single sound is needed, and this is a batch of {shape[0]}.", "Give one of them.")
    if len(shape) != 3 or 0 in shape or sample_rate < 1:
        raise MediaError(
            f"The sound is empty or malformed: its waveform has the shape {shape} at {sample_rate} Hz.",
            "A waveform is [1, channels, samples]. Look at the node that made it.",
        )
    if shape[1] > 2:
        raise MediaError(f"The sound has {shape[1]} channels.", "Mix it down to one or two.")
    values = waveform.detach()[0].cpu().float().numpy()
    if not np.isfinite(values).all():
        raise MediaError(
            "The sound holds values that are not numbers (NaN or infinite).", "Look at the node that made it."
        )
    return np.ascontiguousarray(values.clip(-1, 1)), sample_rate


def _decode(container: InputContainer, stream: AudioStream, path: Path) -> np.ndarray:
    """[C, T] float32, mixed down to stereo where there are more channels."""
    layout = "mono" if stream.layout.nb_channels == 1 else "stereo"
    resampler = av.AudioResampler(format="fltp", layout=layout, rate=stream.sample_rate)
    pieces: list[np.ndarray] = []
    try:
        for frame in container.decode(stream):
            pieces += [piece.to_ndarray() for piece in resampler.resample(frame)]
        pieces += [piece.to_ndarray() for piece in resampler.resample(None)] if pieces else []
    except (FFmpegError, ValueError) as error:  # the latter when it changes its format in the middle
        there = sum(piece.shape[1] for piece in pieces) / stream.sample_rate
        raise MediaError(
            f"The sound of {path} is broken after {there:.2f} s ({reason(error)}).", "Save it anew, or give another."
        ) from error
    if not sum(piece.shape[1] for piece in pieces):
        raise MediaError(f"{path} holds no sound that can be decoded.", "Save it anew, or give another.")
    samples = np.concatenate(pieces, axis=1)
    return samples[:, : without_padding(stream, samples.shape[1])]


def _format(container: InputContainer, stream: AudioStream) -> str:
    """What providers call the file as it is; "" for what they do not take."""
    container_name, codec = container.format.name, stream.codec_context.name
    if container_name == "mp3" and codec.startswith("mp3"):
        return "mp3"
    if container_name == "wav" and codec.startswith("pcm_"):
        return "wav"
    if container_name == "aac":
        return "aac"
    return "m4a" if container_name == _FAMILY and codec == "aac" and not container.streams.video else ""


def _announced(container: InputContainer, stream: AudioStream) -> float:
    """Seconds; 0.0 where the header does not tell."""
    return announced_samples(stream) / stream.sample_rate or (container.duration or 0) / av.time_base
