"""Reading pictures out of clips: right pixels, right number, right order, little memory, clear errors."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import av
import numpy as np
import pytest
import torch

from kling_api import machine
from kling_api.errors import Charged, MediaError
from kling_api.media import check_clip, read_first_frame, read_frames, read_last_frame, write_clip
from kling_api.media.frame_buffer import FrameBuffer

from . import samples

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="the program `ffmpeg` is not installed")

# name, size, arguments for samples.encode: what differs is how the colours are stored.
STORED = [
    ("bt709.mp4", (128, 96), {}),
    ("bt601.mp4", (128, 96), {"matrix": 6}),
    ("full.mp4", (128, 96), {"full_range": True}),
    ("ten_bit.mp4", (128, 96), {"pix_fmt": "yuv420p10le"}),
    ("odd_444.mp4", (97, 55), {"pix_fmt": "yuv444p"}),
    ("odd_420.avi", (97, 55), {"codec": "mpeg4"}),
]


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """25 numbered frames of 64 x 48 in one mp4 file."""
    write_clip(tmp_path / "clip.mp4", samples.numbered(25), (64, 48), 24)
    return tmp_path / "clip.mp4"


def levels(tensor: torch.Tensor) -> np.ndarray:
    return np.rint(tensor.numpy() * 255).astype(int)


def test_frames_are_one_float_tensor_from_0_to_1(clip: Path) -> None:
    frames = read_frames(clip)
    assert frames.shape == (25, 48, 64, 3)
    assert frames.dtype == torch.float32
    assert frames.is_contiguous()
    assert 0 <= frames.min() <= frames.max() <= 1


@pytest.mark.parametrize(("name", "size", "how"), STORED, ids=[row[0] for row in STORED])
def test_pixels_match_pyav(tmp_path: Path, name: str, size: tuple[int, int], how: dict) -> None:
    if how.get("full_range") and int(av.__version__.split(".")[0]) < 18:
        pytest.skip("this PyAV's own conversion does not know the full range")
    path = samples.encode(tmp_path / name, [samples.gradient(*size, shift) for shift in range(5)], **how)
    difference = np.abs(levels(read_frames(path)) - samples.reference(path))
    interpolated = name in ("ten_bit.mp4", "odd_420.avi")  # PyAV takes the chroma samples to sit elsewhere than ffmpeg
    assert difference.mean() < 2 if interpolated else difference.max() <= 1


@needs_ffmpeg
@pytest.mark.parametrize(("name", "size", "how"), STORED, ids=[row[0] for row in STORED])
def test_pixels_match_the_ffmpeg_program(tmp_path: Path, name: str, size: tuple[int, int], how: dict) -> None:
    path = samples.encode(tmp_path / name, [samples.gradient(*size, shift) for shift in range(5)], **how)
    assert np.abs(levels(read_frames(path)) - samples.ffmpeg_rgb(path, *size)).max() <= 1


def test_colours_come_back_as_they_went_in(tmp_path: Path) -> None:
    colours = [(200, 30, 40), (30, 180, 60), (40, 50, 220), (235, 235, 235), (16, 16, 16)]
    images = [np.full((48, 64, 3), colour, np.uint8) for colour in colours]
    write_clip(tmp_path / "colours.mp4", images, (64, 48), 24)
    assert np.abs(levels(read_frames(tmp_path / "colours.mp4")) - np.stack(images)).max() <= 3


def test_frames_come_in_order_with_b_frames(tmp_path: Path) -> None:
    path = samples.encode(tmp_path / "b.mp4", samples.numbered(25), options={"bf": "3", "g": "8"})
    assert samples.numbers_of(read_frames(path).numpy()) == list(range(25))


@pytest.mark.parametrize(("start", "count"), [(0, 1), (0, 25), (7, 5), (20, 99), (24, None), (3, None)])
def test_start_and_count_choose_frames_exactly(clip: Path, start: int, count: int | None) -> None:
    chosen = list(range(25))[start:][:count]
    frames = read_frames(clip, start, count)
    assert samples.numbers_of(frames.numpy()) == chosen
    assert torch.equal(frames, read_frames(clip)[start:][:count])


def test_a_start_beyond_the_end_names_the_number_of_frames(clip: Path) -> None:
    with pytest.raises(MediaError, match=r"holds 25 frames; there is no frame 25"):
        read_frames(clip, 25)


@pytest.mark.parametrize(("start", "count"), [(-1, None), (0, 0), (0, -3)])
def test_a_senseless_start_or_count_is_refused(clip: Path, start: int, count: int) -> None:
    with pytest.raises(MediaError, match="start must be 0 or more"):
        read_frames(clip, start, count)


def test_first_and_last_frame_equal_those_of_the_whole(clip: Path) -> None:
    frames = read_frames(clip)
    assert torch.equal(read_first_frame(clip), frames[:1])
    assert torch.equal(read_last_frame(clip), frames[-1:])


@pytest.mark.parametrize("name", ["b.mp4", "b.mkv", "b.ts", "b.avi"])
def test_the_last_frame_is_found_in_every_container(tmp_path: Path, name: str) -> None:
    path = samples.encode(tmp_path / name, samples.numbered(25), options={"g": "10"})
    assert torch.equal(read_last_frame(path), read_frames(path)[-1:])


def test_the_last_frame_does_not_need_the_whole_clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = samples.encode(tmp_path / "keys.mp4", samples.numbered(25), options={"g": "5"})
    monkeypatch.setattr(machine, "available_memory", lambda: 2 * 64 * 48 * 3 * 4)
    assert samples.numbers_of(read_last_frame(path).numpy()) == [24]


def test_a_variable_frame_rate_loses_and_repeats_nothing(tmp_path: Path) -> None:
    pts = [0, 40, 50, 60, 400, 410, 1000, 1040, 1900, 1950]
    path = samples.encode(tmp_path / "vfr.mp4", samples.numbered(10), pts=pts)
    assert samples.numbers_of(read_frames(path).numpy()) == list(range(10))


@pytest.mark.skipif(not hasattr(av.VideoStream, "set_display_rotation"), reason="this PyAV cannot write a rotation")
@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_the_rotation_in_the_header_is_applied(tmp_path: Path, rotation: int) -> None:
    images = [samples.gradient(64, 48)] * 3
    plain = read_frames(samples.encode(tmp_path / "plain.mp4", images))
    turned = read_frames(samples.encode(tmp_path / "turned.mp4", images, rotation=rotation))
    expected = torch.rot90(plain, rotation // 90, dims=(1, 2))
    assert turned.shape == expected.shape
    # Turned before the colours are converted, as ffmpeg does: the rounding may differ by a level.
    assert (turned - expected).abs().max() <= 1.01 / 255


@pytest.mark.parametrize("name", ["unknown.mkv", "unknown.ts", "fragmented.mp4"])
def test_a_header_that_does_not_tell_the_number_of_frames_is_no_hindrance(tmp_path: Path, name: str) -> None:
    options = {"movflags": "frag_keyframe+empty_moov"} if name == "fragmented.mp4" else {}
    path = samples.encode(tmp_path / name, samples.numbered(25), options={"g": "10", **options})
    with av.open(str(path)) as container:
        assert container.streams.video[0].frames in (0, 10)  # nothing, or the first fragment only
    assert samples.numbers_of(read_frames(path).numpy()) == list(range(25))


def test_frames_that_the_header_does_not_announce_are_kept(tmp_path: Path) -> None:
    path = samples.encode(tmp_path / "few.avi", samples.numbered(25), codec="mpeg4")
    samples.announce_in_avi(path, 3)
    with av.open(str(path)) as container:
        assert container.streams.video[0].frames == 3
    assert samples.numbers_of(read_frames(path).numpy()) == list(range(25))


def test_frames_that_are_announced_but_missing_leave_nothing_behind(tmp_path: Path) -> None:
    path = samples.encode(tmp_path / "many.avi", samples.numbered(25), codec="mpeg4")
    samples.announce_in_avi(path, 400)
    with av.open(str(path)) as container:
        assert container.streams.video[0].frames == 400
    frames = read_frames(path)
    assert samples.numbers_of(frames.numpy()) == list(range(25))
    assert frames.untyped_storage().nbytes() == frames.numel() * 4


def test_a_clip_that_changes_its_size_keeps_the_first_one(tmp_path: Path) -> None:
    parts = [
        samples.encode(tmp_path / "a.ts", samples.numbered(5, 64, 48)).read_bytes(),
        samples.encode(tmp_path / "b.ts", samples.numbered(5, 96, 80)).read_bytes(),
    ]
    (tmp_path / "both.ts").write_bytes(b"".join(parts))
    frames = read_frames(tmp_path / "both.ts")
    assert frames.shape == (10, 48, 64, 3)
    assert samples.numbers_of(frames.numpy()) == [0, 1, 2, 3, 4] * 2


def test_a_clip_beyond_the_free_memory_is_refused_with_the_numbers(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "available_memory", lambda: 500_000)
    with pytest.raises(MediaError) as caught:
        read_frames(clip)
    assert "25 frames of 64 x 48 pixels" in caught.value.what
    assert "0.001 GB of memory, and 0.001 GB are free" in caught.value.what
    assert "first or last" in caught.value.advice
    assert str(clip) in caught.value.advice
    assert caught.value.charged is Charged.ONCE
    assert read_frames(clip, 3, 5).shape[0] == 5


def test_more_frames_than_were_counted_are_kept(clip: Path) -> None:
    buffer = FrameBuffer(clip, expected=3)
    with av.open(str(clip)) as container:
        for frame in container.decode(video=0):
            buffer.append(frame)
    assert torch.equal(buffer.tensor(), read_frames(clip))


def test_more_frames_than_were_counted_are_held_against_the_free_memory(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "available_memory", lambda: 5 * 64 * 48 * 3 * 4)
    buffer = FrameBuffer(clip, expected=3)
    with av.open(str(clip)) as container:
        frames = container.decode(video=0)
        for _ in range(3):
            buffer.append(next(frames))
        with pytest.raises(MediaError, match="8 more frames"):
            buffer.append(next(frames))


def test_ten_million_announced_frames_are_refused_before_memory_is_taken(clip: Path) -> None:
    samples.announce_frames_in_mp4(clip, 10_000_000)
    with pytest.raises(MediaError, match="10,000,000 frames of 64 x 48 pixels"):
        read_frames(clip)


# FFmpeg itself turns sizes beyond its own limit into 0 x 0.
@pytest.mark.parametrize(("width", "height", "said"), [(20000, 64, "20000 x 64"), (60000, 60000, "0 x 0")])
def test_an_absurd_announced_size_is_refused(tmp_path: Path, width: int, height: int, said: str) -> None:
    path = samples.encode(tmp_path / "huge.avi", samples.numbered(2), codec="rawvideo", pix_fmt="bgr24")
    samples.announce_size_in_avi(path, width, height)
    for read in (read_frames, read_last_frame, check_clip):
        with pytest.raises(MediaError, match=f"announces {said} pixels"):
            read(path)


@pytest.mark.parametrize("content", [b"", b"this is a text, not a clip\n" * 50, b"#EXTM3U\nhttp://127.0.0.1:9/a.ts\n"])
def test_what_is_not_a_clip_is_an_error_that_names_the_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "fake.mp4"
    path.write_bytes(content)
    for read in (read_frames, read_first_frame, read_last_frame):
        with pytest.raises(MediaError, match=r"fake\.mp4"):
            read(path)


def test_a_clip_that_breaks_off_says_after_how_many_frames(tmp_path: Path) -> None:
    path = tmp_path / "broken.mp4"
    write_clip(path, [samples.gradient(320, 240, shift) for shift in range(48)], (320, 240), 24)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    before = threading.active_count()
    with pytest.raises(MediaError, match=r"breaks off after \d+ of 48 frames"):
        read_frames(path)
    with pytest.raises(MediaError, match="breaks off after"):
        read_last_frame(path)
    assert threading.active_count() == before


def test_damage_in_the_middle_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "damaged.mp4"
    write_clip(path, [samples.gradient(320, 240, shift) for shift in range(48)], (320, 240), 24)
    data = bytearray(path.read_bytes())
    middle = (data.index(b"mdat") + len(data)) // 2
    data[middle : middle + 3000] = bytes(3000)
    path.write_bytes(bytes(data))
    with pytest.raises(MediaError, match=r"breaks off after \d+ of 48 frames"):
        read_frames(path)


def test_a_failure_in_the_second_thread_reaches_the_caller(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = []

    def fail(self: FrameBuffer, frame: av.VideoFrame) -> None:
        where.append(threading.current_thread())
        raise MediaError("the conversion failed")

    monkeypatch.setattr(FrameBuffer, "append", fail)
    before = threading.active_count()
    with pytest.raises(MediaError, match="the conversion failed"):
        read_frames(clip)
    assert threading.main_thread() not in where
    assert threading.active_count() == before


_MEASURE = """
import sys
from kling_api.media import read_frames

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))

read_frames(sys.argv[1], 0, 1)
before = peak()
frames = read_frames(sys.argv[1])
print((peak() - before) / (frames.numel() * 4))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from Linux's /proc")
@pytest.mark.parametrize("announced", [None, 45])
def test_peak_memory_is_the_tensor_and_a_few_frames(tmp_path: Path, announced: int | None) -> None:
    path = tmp_path / "clip.avi"
    samples.encode(path, (samples.gradient(960, 544, shift) for shift in range(60)), codec="mpeg4")
    if announced:
        samples.announce_in_avi(path, announced)
    result = subprocess.run([sys.executable, "-c", _MEASURE, str(path)], check=True, capture_output=True, text=True)
    assert 0.9 <= float(result.stdout) <= 1.10
