"""Clips as phones, editors and providers write them: their pixels, number, order and rate are those of ffmpeg."""

from __future__ import annotations

import shutil
from pathlib import Path

import av
import numpy as np
import pytest

from kling_api.media import read_audio, read_frames, write_clip
from kling_api.media.probe import probe

from . import samples

pytestmark = pytest.mark.skipif(
    not (shutil.which("ffmpeg") and shutil.which("ffprobe")), reason="the program `ffmpeg` is not installed"
)
COUNT = 12
UNEVEN = [0, 40, 50, 60, 400, 410, 1000, 1040, 1900, 1950, 1960, 3000]
X265 = {"x265-params": "log-level=none", "preset": "ultrafast", "crf": "12"}
# name, size as stored, turned by 90 degrees, arguments for samples.encode
KINDS = [
    ("b_frames.mp4", (128, 96), False, {"options": {"bf": "3", "g": "5"}}),
    ("uneven.mp4", (128, 96), False, {"pts": UNEVEN}),
    ("uneven.mkv", (128, 96), False, {"pts": UNEVEN, "options": {"bf": "3"}}),
    ("turned_90.mp4", (128, 96), True, {"rotation": 90}),
    ("turned_180.mp4", (128, 96), False, {"rotation": 180}),
    ("turned_270_odd.mp4", (97, 55), True, {"rotation": 270, "pix_fmt": "yuv444p"}),
    ("hevc_ten_bits.mp4", (128, 96), False, {"codec": "libx265", "pix_fmt": "yuv420p10le", "options": X265}),
    ("hevc_ten_bits_odd.mp4", (97, 55), False, {"codec": "libx265", "pix_fmt": "yuv444p10le", "options": X265}),
    ("ntsc.mp4", (128, 96), False, {"rate": 30}),
]


@pytest.mark.parametrize(("name", "size", "turned", "how"), KINDS, ids=[row[0] for row in KINDS])
def test_frames_and_rate_are_those_of_the_ffmpeg_program(
    tmp_path: Path, name: str, size: tuple[int, int], turned: bool, how: dict
) -> None:
    if "rotation" in how and not hasattr(av.VideoStream, "set_display_rotation"):
        pytest.skip("this PyAV cannot write a rotation")
    if how.get("codec", "libx264") not in av.codecs_available:
        pytest.skip("this PyAV cannot write HEVC")
    path = samples.encode(tmp_path / name, [samples.gradient(*size, shift) for shift in range(COUNT)], **how)
    width, height = reversed(size) if turned else size
    theirs = samples.ffmpeg_rgb(path, width, height)
    assert len(theirs) == COUNT
    assert np.abs(np.rint(read_frames(path).numpy() * 255) - theirs).max() <= 1
    assert probe(path).rate == samples.ffmpeg_rate(path)


def test_a_clip_without_sound_has_the_same_frames_as_one_with_sound(tmp_path: Path) -> None:
    for name, sound in (("silent.mp4", None), ("loud.mp4", samples.tone(1))):
        write_clip(tmp_path / name, (samples.gradient(64, 48, shift) for shift in range(24)), (64, 48), 24, sound)
    silent, loud = (read_frames(tmp_path / name) for name in ("silent.mp4", "loud.mp4"))
    assert (silent == loud).all()
    assert read_audio(tmp_path / "silent.mp4")["waveform"].shape == read_audio(tmp_path / "loud.mp4")["waveform"].shape
