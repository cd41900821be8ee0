"""Sounds and clips on their way to the provider: what is kept as it is, what is encoded anew, what is refused."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch

from kling_api.errors import Charged, MediaError
from kling_api.media import check_sound, encode_sound, read_audio, read_footage, read_sound, write_clip

from . import samples


def _audio(sound: np.ndarray, sample_rate: int = 44100) -> dict[str, object]:
    return {"waveform": torch.from_numpy(np.ascontiguousarray(sound))[None], "sample_rate": sample_rate}


def _error(path: Path) -> str:
    with pytest.raises(MediaError) as caught:
        read_sound(path)
    assert caught.value.charged is Charged.NO
    return str(caught.value)


# AUDIO values


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000])
def test_a_sound_comes_back_from_its_mp3_as_long_and_as_loud_as_it_was(
    tmp_path: Path, rate: int, channels: int
) -> None:
    tone = samples.tone(3.3, rate, channels)
    sound = encode_sound(_audio(tone, rate), 5_000_000)
    assert (sound.format, sound.seconds) == ("mp3", pytest.approx(3.3))
    (tmp_path / "a.mp3").write_bytes(sound.data)
    back = read_audio(tmp_path / "a.mp3")
    assert (back["waveform"].shape, back["sample_rate"]) == ((1, *tone.shape), rate)
    assert np.abs(back["waveform"][0].numpy() - tone)[:, 2000:-2000].max() < 0.03


def test_a_rate_that_mp3_does_not_know_is_converted_to_one_that_it_does(tmp_path: Path) -> None:
    for rate, becomes in ((96000, 48000), (30000, 32000)):
        sound = encode_sound(_audio(samples.tone(2, rate), rate), 5_000_000)
        (tmp_path / "a.mp3").write_bytes(sound.data)
        assert read_audio(tmp_path / "a.mp3")["sample_rate"] == becomes
        assert sound.seconds == pytest.approx(2)


def test_the_bit_rate_is_the_highest_that_fits() -> None:
    tone = _audio(samples.tone(10, 44100))
    sizes = [len(encode_sound(tone, most).data) for most in (5_000_000, 399_000, 200_000, 90_000)]
    rates = [round(size * 8 / 10_000) for size in sizes]
    assert rates == [pytest.approx(rate, rel=0.02) for rate in (320, 256, 128, 64)]


def test_a_sound_that_is_too_long_says_how_long_it_may_be() -> None:
    with pytest.raises(MediaError, match=r"sound of 10\.0 s takes more than the 70,000 bytes .* 64 kbit/s") as caught:
        encode_sound(_audio(samples.tone(10, 8000), 8000), 70_000)
    assert "Cut it to 8 s" in caught.value.advice
    assert encode_sound(_audio(samples.tone(8, 8000), 8000), 70_000)


def test_the_digest_is_that_of_the_samples_and_their_rate() -> None:
    tone = samples.tone(1)
    same = encode_sound(_audio(tone), 5_000_000)
    assert encode_sound(_audio(tone.copy()), 20_000).digest() == same.digest()
    others = [_audio(tone, 48000), _audio(tone[:1]), _audio(tone * np.float32(0.5)), _audio(tone.reshape(1, -1))]
    assert len({encode_sound(other, 5_000_000).digest() for other in others} | {same.digest()}) == 5


def test_the_tensor_stays_as_it_is_and_values_beyond_full_scale_are_clipped(tmp_path: Path) -> None:
    waveform = torch.from_numpy(samples.tone(1) * 4)[None]
    before = waveform.clone()
    sound = encode_sound({"waveform": waveform, "sample_rate": 44100}, 5_000_000)
    assert torch.equal(waveform, before)
    (tmp_path / "a.mp3").write_bytes(sound.data)
    assert read_audio(tmp_path / "a.mp3")["waveform"].abs().max() < 1.3


@pytest.mark.parametrize(
    ("audio", "said"),
    [
        ({}, "no AUDIO value"),
        (None, "no AUDIO value"),
        ({"waveform": [1.0], "sample_rate": 44100}, "no AUDIO value"),
        (_audio(np.zeros((2, 0), np.float32)), r"empty or malformed.*\[1, 2, 0\]"),
        ({"waveform": torch.zeros(2, 100), "sample_rate": 44100}, r"malformed.*\[2, 100\]"),
        ({"waveform": torch.zeros(3, 2, 100), "sample_rate": 44100}, "a batch of 3"),
        (_audio(np.zeros((6, 100), np.float32)), "has 6 channels"),
        (_audio(np.zeros((1, 100), np.float32), 0), "at 0 Hz"),
        (_audio(np.full((1, 100), np.nan, np.float32)), "NaN"),
        (_audio(np.full((1, 100), np.inf, np.float32)), "NaN or infinite"),
    ],
)
def test_what_is_no_single_sound_is_refused(audio: dict[str, object], said: str) -> None:
    with pytest.raises(MediaError, match=said):
        encode_sound(audio, 5_000_000)


# Sound files

#: File, codec, sample format, what it is afterwards.
FILES = [
    ("a.wav", "pcm_s16le", "s16", "wav"),
    ("a.mp3", "libmp3lame", "fltp", "mp3"),
    ("a.m4a", "aac", "fltp", "m4a"),
    ("a.aac", "aac", "fltp", "aac"),
]


@pytest.mark.parametrize(("name", "codec", "sample_format", "is_now"), FILES, ids=[row[0] for row in FILES])
def test_what_providers_take_is_kept_byte_for_byte(
    tmp_path: Path, name: str, codec: str, sample_format: str, is_now: str
) -> None:
    path = samples.write_sound(tmp_path / name, samples.tone(2.5), 44100, codec, sample_format)
    sound = read_sound(path)
    assert (sound.data, sound.format) == (path.read_bytes(), is_now)
    assert sound.seconds == pytest.approx(2.5, abs=0.06)
    assert sound.digest() == hashlib.sha256(path.read_bytes()).hexdigest()
    check_sound(path)
    assert read_audio(path)["waveform"].abs().max() > 0.4


def test_the_contents_count_and_not_the_name(tmp_path: Path) -> None:
    path = samples.write_sound(tmp_path / "a.mp3", samples.tone(1), 44100, "libmp3lame", "fltp")
    assert read_sound(path.rename(tmp_path / "a.wav")).format == "mp3"


@pytest.mark.parametrize(
    ("name", "codec", "sample_format"),
    [("a.flac", "flac", "s16"), ("a.m4a", "alac", "s16p"), ("a.mka", "aac", "fltp")],
)
def test_any_other_sound_becomes_an_mp3(tmp_path: Path, name: str, codec: str, sample_format: str) -> None:
    path = samples.write_sound(tmp_path / name, samples.tone(2.5), 44100, codec, sample_format)
    sound = read_sound(path)
    assert (sound.format, sound.seconds) == ("mp3", pytest.approx(2.5, abs=0.06))
    assert sound.digest() == hashlib.sha256(path.read_bytes()).hexdigest()
    (tmp_path / "b.mp3").write_bytes(sound.data)
    assert read_audio(tmp_path / "b.mp3")["waveform"].abs().max() > 0.4


def test_a_file_that_is_too_large_becomes_an_mp3_that_fits(tmp_path: Path) -> None:
    path = samples.write_sound(tmp_path / "a.wav", samples.tone(5), 44100, "pcm_s16le", "s16")
    sound = read_sound(path, 100_000)
    assert sound.format == "mp3"
    assert len(sound.data) <= 100_000 < path.stat().st_size
    assert sound.digest() == read_sound(path).digest()


def test_the_sound_of_a_clip_can_be_taken(tmp_path: Path) -> None:
    write_clip(tmp_path / "clip.mp4", samples.numbered(24), (64, 48), 8, samples.tone(3))
    sound = read_sound(tmp_path / "clip.mp4")
    assert (sound.format, sound.seconds) == ("mp3", 3)
    check_sound(tmp_path / "clip.mp4")


def test_more_than_two_channels_are_mixed_down(tmp_path: Path) -> None:
    six = np.concatenate([samples.tone(1, 48000)] * 3)
    sound = read_sound(_write_surround(tmp_path / "a.flac", six))
    (tmp_path / "b.mp3").write_bytes(sound.data)
    assert read_audio(tmp_path / "b.mp3")["waveform"].shape == (1, 2, 48000)


def _write_surround(path: Path, sound: np.ndarray) -> Path:
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("flac", rate=48000, layout="5.1")
        whole = np.ascontiguousarray((sound.T * 32767).astype(np.int16)).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(whole, format="s16", layout="5.1")
        frame.sample_rate = 48000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_a_sound_file_that_will_not_do_says_why(tmp_path: Path) -> None:
    write_clip(tmp_path / "silent.mp4", samples.numbered(5), (64, 48), 10)
    assert "silent.mp4 holds no sound" in _error(tmp_path / "silent.mp4")
    (tmp_path / "text.mp3").write_text("no sound in here, only words")
    assert "text.mp3 is not a sound that can be opened" in _error(tmp_path / "text.mp3")
    assert "There is no file at" in _error(tmp_path / "none.mp3")
    long = samples.write_sound(tmp_path / "long.wav", samples.tone(3, 8000, 1), 8000, "pcm_s16le", "s16")
    with pytest.raises(MediaError, match=r"sound of 3\.0 s takes more than the 20,000 bytes"):
        read_sound(long, 20_000)
    path = samples.write_sound(tmp_path / "broken.flac", samples.tone(2), 44100, "flac", "s16")
    path.write_bytes(path.read_bytes()[:9000] + bytes(30_000))
    assert "broken.flac" in _error(path)


# Checking a result


@pytest.mark.parametrize(("name", "codec", "sample_format", "_"), FILES, ids=[row[0] for row in FILES])
def test_a_sound_that_holds_nothing_is_not_taken_for_one(
    tmp_path: Path, name: str, codec: str, sample_format: str, _: str
) -> None:
    path = samples.write_sound(tmp_path / name, samples.tone(1), 44100, codec, sample_format)
    check_sound(path)
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(MediaError, match=name):
        check_sound(path)


def test_a_clip_without_sound_is_no_sound(tmp_path: Path) -> None:
    write_clip(tmp_path / "silent.mp4", samples.numbered(5), (64, 48), 10)
    with pytest.raises(MediaError, match="holds no sound"):
        check_sound(tmp_path / "silent.mp4")


def test_odd_bytes_in_an_mp3_do_not_make_it_a_broken_one(tmp_path: Path) -> None:
    path = samples.write_sound(tmp_path / "a.mp3", samples.tone(1), 44100, "libmp3lame", "fltp")
    path.write_bytes(path.read_bytes() + b"TAG" + bytes(125))
    check_sound(path)
    assert read_audio(path)["waveform"].shape[2] == 44100


# Clips


@pytest.mark.parametrize("name", ["dance.mp4", "dance.mov", "dance"])
def test_a_clip_has_the_measures_and_the_digest_of_its_file(tmp_path: Path, name: str) -> None:
    write_clip(tmp_path / "a.mp4", samples.numbered(25, 640, 360), (640, 360), Fraction(25, 2), samples.tone(2))
    path = (tmp_path / "a.mp4").rename(tmp_path / name)
    clip = read_footage(str(path))
    assert (clip.path, clip.width, clip.height, clip.rate) == (path, 640, 360, 12.5)
    assert clip.seconds == pytest.approx(2, abs=0.05)
    assert (clip.size, clip.digest()) == (path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())
    assert str(tmp_path) not in repr(clip)


@pytest.mark.parametrize("name", ["a.mkv", "a.webm", "a.avi"])
def test_another_container_is_refused_with_what_to_save_it_as(tmp_path: Path, name: str) -> None:
    codec = {"a.webm": "libvpx"}.get(name, "mpeg4")
    samples.encode(tmp_path / name, samples.numbered(5), codec=codec)
    with pytest.raises(MediaError, match="another format") as caught:
        read_footage(tmp_path / name)
    assert "Save it as mp4" in caught.value.advice
    assert caught.value.charged is Charged.NO


def test_a_sound_is_no_clip(tmp_path: Path) -> None:
    path = samples.write_sound(tmp_path / "a.m4a", samples.tone(1), 44100, "aac", "fltp")
    with pytest.raises(MediaError, match="holds no picture track"):
        read_footage(path)
