"""Writing clips: real H.264 and AAC of the size, rate and length that was asked for, the same bytes every time."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from kling_api.errors import MediaError
from kling_api.media import read_audio, read_frames, write_clip
from kling_api.media.probe import probe

from . import samples


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(30000, 1001)])
def test_a_clip_has_the_size_rate_and_length_that_was_asked_for(tmp_path: Path, rate: Fraction) -> None:
    write_clip(tmp_path / "clip.mp4", samples.numbered(25, 128, 96), (128, 96), rate, samples.tone(9))
    clip = probe(tmp_path / "clip.mp4")
    assert (clip.width, clip.height, clip.rate, clip.frames, clip.has_audio) == (128, 96, rate, 25, True)
    assert clip.duration == pytest.approx(float(25 / rate), abs=0.001)
    assert samples.numbers_of(read_frames(tmp_path / "clip.mp4").numpy()) == list(range(25))


def test_a_clip_is_h264_with_bt709_colours_and_aac(tmp_path: Path) -> None:
    write_clip(tmp_path / "clip.mp4", samples.numbered(5), (64, 48), 24, samples.tone(1))
    with av.open(str(tmp_path / "clip.mp4")) as container:
        video, audio = container.streams.video[0].codec_context, container.streams.audio[0].codec_context
        assert (video.name, video.pix_fmt, audio.name) == ("h264", "yuv420p", "aac")
        assert (video.colorspace, video.color_primaries, video.color_trc, video.color_range) == (1, 1, 1, 1)


@pytest.mark.parametrize("seconds", [0.2, 1.0, 3.0])
def test_sound_is_cut_or_filled_to_the_length_of_the_picture(tmp_path: Path, seconds: float) -> None:
    write_clip(tmp_path / "clip.mp4", samples.numbered(24), (64, 48), 24, samples.tone(seconds))
    waveform = read_audio(tmp_path / "clip.mp4")["waveform"]
    assert waveform.shape == (1, 2, 44100)
    loud = waveform[0, 0].abs() > 0.1
    assert int(loud.nonzero()[-1]) == pytest.approx(44100 * min(seconds, 1), abs=2048)


def test_the_index_is_at_the_start_of_the_file(tmp_path: Path) -> None:
    write_clip(tmp_path / "clip.mp4", samples.numbered(5), (64, 48), 24, samples.tone(1))
    data = (tmp_path / "clip.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_sound_and_picture_are_interleaved(tmp_path: Path) -> None:
    write_clip(tmp_path / "clip.mp4", (samples.gradient(64, 48, i) for i in range(96)), (64, 48), 24, samples.tone(4))
    with av.open(str(tmp_path / "clip.mp4")) as container:
        kinds = [p.stream.type for p in sorted(container.demux(), key=lambda packet: packet.pos or 0) if p.size]
    longest = max(len(run) for run in "".join("v" if kind == "video" else " " for kind in kinds).split())
    assert longest < 48


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        images = (samples.gradient(320, 240, shift) for shift in range(30))
        write_clip(tmp_path / name, images, (320, 240), 24, samples.tone(1.25))
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_frames_may_be_views_and_are_not_modified(tmp_path: Path) -> None:
    image = samples.gradient(128, 48)
    before = image.copy()
    write_clip(tmp_path / "clip.mp4", [image[:, 64:], image[:, ::-1][:, :64]], (64, 48), 24)
    assert np.array_equal(image, before)
    assert read_frames(tmp_path / "clip.mp4").shape == (2, 48, 64, 3)


@pytest.mark.parametrize("size", [(63, 48), (64, 47), (0, 0)])
def test_odd_sizes_are_refused_with_the_nearest_even_ones(tmp_path: Path, size: tuple[int, int]) -> None:
    with pytest.raises(MediaError, match=f"{size[0]} x {size[1]} pixels") as caught:
        write_clip(tmp_path / "clip.mp4", [], size, 24)
    assert f"{max(2, size[0] // 2 * 2)} x {max(2, size[1] // 2 * 2)}" in caught.value.advice


def test_nothing_is_left_behind_when_writing_fails(tmp_path: Path) -> None:
    wrong = [samples.grey(1), samples.grey(1, 32, 32)]
    with pytest.raises(MediaError, match=r"Frame 1 has the shape \[32, 32, 3\]"):
        write_clip(tmp_path / "clip.mp4", wrong, (64, 48), 24)
    with pytest.raises(MediaError, match="not a single frame"):
        write_clip(tmp_path / "clip.mp4", [], (64, 48), 24)
    with pytest.raises(MediaError, match=r"\[3, 100\]"):
        write_clip(tmp_path / "clip.mp4", samples.numbered(3), (64, 48), 24, np.zeros((3, 100), np.float32))
    assert not list(tmp_path.iterdir())
