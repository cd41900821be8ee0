"""Reading sound: the file's own rate and channels, every sample format, silence where there is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from kling_api.errors import Charged, MediaError
from kling_api.media import read_audio, read_frames, write_clip

from . import samples

# file, codec, sample format, largest error (lossless but for the rounding to whole numbers); AAC: see the clip below
FORMATS = [
    ("packed_16.wav", "pcm_s16le", "s16", 2 / 2**15),
    ("packed_32.wav", "pcm_s32le", "s32", 1e-6),
    ("packed_8.wav", "pcm_u8", "u8", 2 / 2**7),
    ("packed_float.wav", "pcm_f32le", "flt", 0),
    ("packed_double.wav", "pcm_f64le", "dbl", 1e-7),
    ("packed_16.flac", "flac", "s16", 2 / 2**15),
    ("planar_16.m4a", "alac", "s16p", 2 / 2**15),
]


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(("name", "codec", "sample_format", "error"), FORMATS, ids=[row[0] for row in FORMATS])
def test_every_sample_format_comes_as_floats_of_full_scale_1(
    tmp_path: Path, name: str, codec: str, sample_format: str, error: float, channels: int
) -> None:
    sound = samples.tone(0.5, 32000, channels)
    audio = read_audio(samples.write_sound(tmp_path / name, sound, 32000, codec, sample_format))
    waveform = audio["waveform"]
    assert audio["sample_rate"] == 32000
    assert waveform.dtype == torch.float32
    assert waveform.is_contiguous()
    assert waveform.shape == (1, channels, 16000)
    assert np.abs(waveform[0].numpy() - sound).max() <= error


def test_a_silent_clip_gives_stereo_silence_of_its_own_length(tmp_path: Path) -> None:
    write_clip(tmp_path / "silent.mp4", samples.numbered(25), (64, 48), 10)
    audio = read_audio(tmp_path / "silent.mp4")
    assert audio["waveform"].shape == (1, 2, round(2.5 * 44100))
    assert audio["waveform"].dtype == torch.float32
    assert audio["sample_rate"] == 44100
    assert not audio["waveform"].any()


@pytest.mark.parametrize(("channels", "rate"), [(1, 44100), (2, 48000)])
def test_a_clips_sound_starts_with_the_picture_and_has_its_length(tmp_path: Path, channels: int, rate: int) -> None:
    sound = samples.tone(2, rate, channels)
    write_clip(tmp_path / "clip.mp4", samples.numbered(24), (64, 48), 12, sound, rate)
    audio = read_audio(tmp_path / "clip.mp4")
    waveform = audio["waveform"]
    assert (audio["sample_rate"], waveform.shape) == (rate, (1, channels, 2 * rate))
    inside = slice(2048, -2048)
    assert np.abs(waveform[0].numpy() - sound)[:, inside].max() < 0.1


def test_damaged_sound_is_an_error_and_the_pictures_can_still_be_read(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    write_clip(path, samples.numbered(25), (64, 48), 12, samples.tone(2.1))
    positions = samples.packet_positions(path, "audio")
    data = bytearray(path.read_bytes())
    for start, size in positions[20:40]:
        data[start : start + size] = b"\xff" * size
    path.write_bytes(bytes(data))
    with pytest.raises(MediaError, match=r"sound of .*clip\.mp4 is broken after 0\.\d\d s") as caught:
        read_audio(path)
    assert caught.value.charged is Charged.ONCE
    assert read_frames(path).shape[0] == 25


def test_what_is_neither_clip_nor_sound_is_refused(tmp_path: Path) -> None:
    (tmp_path / "fake.mp4").write_text("no sound in here")
    with pytest.raises(MediaError, match=r"fake\.mp4"):
        read_audio(tmp_path / "fake.mp4")
