"""Reading a clip in parts: the same frames as the whole, without decoding all that comes before them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import av
import pytest
import torch

from kling_api.errors import MediaError
from kling_api.media import frames, read_frames, write_clip
from kling_api.media.packets import Packets, list_packets

from . import samples

COUNT = 40
STARTS = (1, 7, 8, 9, 15, 16, 17, 30, 32, 39)
OPEN = {"x264-params": "open-gop=1:keyint=8:min-keyint=8:bframes=3:scenecut=0"}
X265 = {"x265-params": "log-level=none:keyint=8:min-keyint=8:bframes=3:open-gop=1", "preset": "ultrafast"}
# name, is there a keyframe to begin at, arguments for samples.encode
KINDS = [
    ("closed.mp4", True, {"options": {"g": "8", "bf": "3"}}),
    ("open.mp4", True, {"options": OPEN}),
    ("open.mov", True, {"options": OPEN}),
    ("hevc.mp4", True, {"codec": "libx265", "options": X265}),
    ("uneven.mp4", True, {"options": {"g": "8", "bf": "3"}, "pts": [7 * n + n * n for n in range(COUNT)]}),
    ("turned.mp4", True, {"options": {"g": "8"}, "rotation": 90}),
    ("one_keyframe.mp4", False, {"options": {"g": "250"}}),
    ("matroska.mkv", False, {"options": {"g": "8", "bf": "3"}}),
    ("stream.ts", False, {"options": {"g": "8", "bf": "3"}}),
    ("old.avi", False, {"codec": "mpeg4", "options": {"g": "8"}}),
]


@pytest.mark.parametrize(("name", "entered", "how"), KINDS, ids=[row[0] for row in KINDS])
def test_a_part_is_what_the_whole_has_there(tmp_path: Path, name: str, entered: bool, how: dict) -> None:
    if "rotation" in how and not hasattr(av.VideoStream, "set_display_rotation"):
        pytest.skip("this PyAV cannot write a rotation")
    if how.get("codec", "libx264") not in av.codecs_available:
        pytest.skip("this PyAV cannot write HEVC")
    images = [samples.gradient(64, 48, shift) for shift in range(COUNT)]
    path = samples.encode(tmp_path / name, images, **how)
    whole = read_frames(path)
    assert len(whole) == COUNT
    assert bool(list_packets(path).entrance(COUNT - 1)) is entered
    for start in STARTS:
        assert torch.equal(read_frames(path, start, 3), whole[start : start + 3]), start
    assert torch.equal(read_frames(path, 9, 4, every=7), whole[9::7][:4])


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="the program `ffmpeg` is not installed")
def test_a_clip_that_was_cut_without_encoding_anew_is_read_right(tmp_path: Path) -> None:
    path = samples.encode(tmp_path / "long.mp4", samples.numbered(28), options={"g": "8", "bf": "3"})
    command = ["ffmpeg", "-v", "error", "-ss", "0.2", "-i", str(path), "-c", "copy", str(tmp_path / "cut.mp4")]
    subprocess.run(command, check=True)
    whole = read_frames(tmp_path / "cut.mp4")
    for start in range(1, len(whole)):
        assert torch.equal(read_frames(tmp_path / "cut.mp4", start, 2), whole[start : start + 2]), start


def test_damage_before_the_part_does_not_matter(tmp_path: Path) -> None:
    images = (samples.gradient(320, 240, shift) for shift in range(120))
    write_clip(tmp_path / "clip.mp4", images, (320, 240), 24)
    expected = read_frames(tmp_path / "clip.mp4", 110, 5)
    data = bytearray((tmp_path / "clip.mp4").read_bytes())
    for offset, size in samples.packet_positions(tmp_path / "clip.mp4", "video")[10:30]:
        data[offset : offset + size] = bytes(size)
    (tmp_path / "clip.mp4").write_bytes(bytes(data))
    with pytest.raises(MediaError, match="breaks off after"):
        read_frames(tmp_path / "clip.mp4")
    assert torch.equal(read_frames(tmp_path / "clip.mp4", 110, 5), expected)


def test_a_keyframe_that_is_not_where_it_was_said_to_be_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = samples.encode(tmp_path / "clip.mp4", samples.numbered(28), options={"g": "8"})
    expected = read_frames(path, 20, 3)
    monkeypatch.setattr(frames, "list_packets", lambda _path: Packets(28, {0: 0, 5000: 9}))
    assert torch.equal(read_frames(path, 20, 3), expected)


def test_a_start_beyond_the_end_names_the_number_of_frames_of_a_long_clip_too(tmp_path: Path) -> None:
    path = samples.encode(tmp_path / "clip.mp4", samples.numbered(28), options={"g": "8"})
    with pytest.raises(MediaError, match="holds 28 frames; there is no frame 30"):
        read_frames(path, 30)


_REFUSED = """
import sys
from kling_api import machine
from kling_api.errors import MediaError
from kling_api.media import read_frames

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))

read_frames(sys.argv[1], 0, 1)
before = peak()
machine.available_memory = lambda: 24_000_000_000
try:
    read_frames(sys.argv[2])
except MediaError as error:
    print(peak() - before, error.what)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from Linux's /proc")
def test_fifteen_seconds_of_4k_are_refused_with_the_numbers_before_memory_is_taken(tmp_path: Path) -> None:
    write_clip(tmp_path / "small.mp4", samples.numbered(2), (64, 48), 24)
    write_clip(tmp_path / "large.mp4", samples.numbered(1, 3840, 2160), (3840, 2160), 24)
    samples.announce_frames_in_mp4(tmp_path / "large.mp4", 360)
    command = [sys.executable, "-c", _REFUSED, str(tmp_path / "small.mp4"), str(tmp_path / "large.mp4")]
    grown, _, said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.partition(" ")
    assert "360 frames of 3840 x 2160 pixels" in said
    assert "would take 35.8 GB of memory, and 24.0 GB are free" in said
    assert int(grown) < 50_000_000
