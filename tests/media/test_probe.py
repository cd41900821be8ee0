"""Measuring and checking files, without torch."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import pytest

from kling_api import machine
from kling_api.errors import MediaError
from kling_api.media import check_clip, check_picture, write_clip, write_picture
from kling_api.media.probe import probe

from . import samples


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    write_clip(tmp_path / "clip.mp4", samples.numbered(25), (64, 48), 25)
    return tmp_path / "clip.mp4"


def test_probe_tells_size_rate_frames_length_and_sound(clip: Path) -> None:
    found = check_clip(clip)
    assert found == probe(clip)
    assert (found.width, found.height, found.frames, found.duration) == (64, 48, 25, 1.0)
    assert found.rate == Fraction(25)
    assert not found.has_audio
    assert found.rotation == 0


@pytest.mark.skipif(not hasattr(av.VideoStream, "set_display_rotation"), reason="this PyAV cannot write a rotation")
def test_size_is_that_of_the_displayed_picture(tmp_path: Path) -> None:
    found = probe(samples.encode(tmp_path / "turned.mp4", samples.numbered(3), rotation=90))
    assert (found.width, found.height, found.rotation) == (48, 64, 90)


def test_asking_about_a_file_does_not_load_torch(clip: Path) -> None:
    code = (
        "import sys; from kling_api.media import check_clip, read_still; check_clip(sys.argv[1]); "
        "print('torch' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code, str(clip)], check=True, capture_output=True, text=True)
    assert result.stdout.strip() == "False"


def test_importing_the_package_loads_none_of_the_large_libraries() -> None:
    code = "import sys; import kling_api.media; print({'torch', 'cv2', 'av'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert result.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "is empty"), (b"<html>not found</html>", "not a clip"), (b"\x00\x00\x00\x18ftypmp42" + bytes(90), "")],
)
def test_a_file_that_is_no_clip_is_refused_by_name(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "fake.mp4").write_bytes(content)
    with pytest.raises(MediaError, match=f"fake.mp4.*{said}"):
        check_clip(tmp_path / "fake.mp4")


def test_a_picture_is_no_clip(tmp_path: Path) -> None:
    write_picture(tmp_path / "picture.png", samples.gradient(64, 48))
    (tmp_path / "picture.mp4").write_bytes((tmp_path / "picture.png").read_bytes())
    with pytest.raises(MediaError, match="not a clip"):
        check_clip(tmp_path / "picture.mp4")


def test_a_playlist_named_mp4_is_not_followed(clip: Path) -> None:
    playlist = clip.with_name("list.mp4")
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{clip.name}\n#EXT-X-ENDLIST\n")
    with pytest.raises(MediaError, match="not a clip"):
        check_clip(playlist)


def test_a_file_with_sound_alone_is_no_clip(tmp_path: Path) -> None:
    path = samples.write_sound(tmp_path / "sound.mp4", samples.tone(0.2), 44100, "aac", "fltp")
    with pytest.raises(MediaError, match="no picture track"):
        check_clip(path)


def test_a_clip_whose_first_frame_is_damaged_is_refused(clip: Path) -> None:
    data = bytearray(clip.read_bytes())
    start = data.index(b"mdat") + 4
    data[start:] = bytes(len(data) - start)
    clip.write_bytes(bytes(data))
    with pytest.raises(MediaError, match="no frame that can be decoded"):
        check_clip(clip)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for check in (check_clip, check_picture):
        with pytest.raises(MediaError, match=r"no file at .*gone\.mp4"):
            check(tmp_path / "gone.mp4")


def test_a_file_name_may_look_like_an_address(tmp_path: Path, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    clip.rename(tmp_path / "concat:clip %d.mp4")
    assert check_clip("concat:clip %d.mp4").frames == 25


def test_a_picture_is_measured_and_a_broken_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    write_picture(path, samples.gradient(64, 48))
    assert check_picture(path) == (64, 48)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(MediaError, match=r"picture\.png starts like a PNG but cannot be decoded"):
        check_picture(path)


def test_free_memory_is_known_with_and_without_psutil(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "psutil", None)
    (tmp_path / "meminfo").write_text("MemTotal:       100 kB\nMemAvailable:    7 kB\n")
    monkeypatch.setattr(machine, "_MEMINFO", tmp_path / "meminfo")
    assert machine.available_memory() == 7 * 1024
    monkeypatch.setattr(machine, "_MEMINFO", tmp_path / "absent")
    assert machine.available_memory() is None
