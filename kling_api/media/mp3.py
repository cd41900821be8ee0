"""Samples -> the bytes of an mp3 file, as good as the limit allows. What comes in is checked by `recordings`."""

from __future__ import annotations

import io

import av
import numpy as np

from ..errors import MediaError

#: kbit/s, the best first; below the last one speech suffers audibly.
BIT_RATES = (320, 256, 192, 160, 128, 96, 64)
#: The rates that mp3 knows, in Hz; any other is converted to the next higher one.
_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)


def encode_mp3(samples: np.ndarray, sample_rate: int, max_bytes: int) -> bytes:
    """[C, T] float32 -1..1, one or two channels -> mp3 at the best bit rate that fits into `max_bytes`.

    MediaError for a sound that is too long even for the lowest.
    """
    seconds = samples.shape[1] / sample_rate
    for bit_rate in BIT_RATES:
        if _bytes_at(bit_rate, seconds) <= max_bytes:
            data = _encode(samples, sample_rate, bit_rate * 1000)
            if len(data) <= max_bytes:
                return data
    raise _too_long(seconds, max_bytes)


def must_fit(seconds: float, max_bytes: int) -> None:
    """Raises what `encode_mp3` would, before anything is decoded."""
    if _bytes_at(BIT_RATES[-1], seconds) > max_bytes:
        raise _too_long(seconds, max_bytes)


def _too_long(seconds: float, max_bytes: int) -> MediaError:
    return MediaError(
        f"The sound of {seconds:.1f} s takes more than the {max_bytes:,} bytes allowed, even as an mp3 of "
        f"{BIT_RATES[-1]} kbit/s.",
        f"Cut it to {int(max_bytes / _bytes_at(BIT_RATES[-1], 1) * 0.99)} s or less.",
    )


def _bytes_at(bit_rate: int, seconds: float) -> float:
    return seconds * bit_rate * 1000 / 8


def _encode(samples: np.ndarray, sample_rate: int, bit_rate: int) -> bytes:
    file = io.BytesIO()
    layout = "mono" if samples.shape[0] == 1 else "stereo"
    rate = next((known for known in _RATES if known >= sample_rate), _RATES[-1])
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=layout)
    frame.sample_rate = sample_rate
    resampler = av.AudioResampler(format="fltp", layout=layout, rate=rate)
    with av.open(file, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=rate, layout=layout)
        stream.codec_context.format = "fltp"
        stream.bit_rate = bit_rate
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return file.getvalue()
