"""Small media files and pictures for the tests, made fresh each time; no binary files are kept in the repository."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np


def gradient(width: int, height: int, shift: int = 0) -> np.ndarray:
    """[H, W, 3] uint8: smooth, all three channels different, moved by `shift`."""
    x = np.arange(width)[None, :] * 255 / max(1, width - 1)
    y = np.arange(height)[:, None] * 255 / max(1, height - 1)
    red, green, blue = (x + 7 * shift) % 256 + 0 * y, 0 * x + y, (x + y) / 2
    return np.stack([red, green, blue], axis=-1).astype(np.uint8)


def grey(level: int, width: int = 64, height: int = 48) -> np.ndarray:
    return np.full((height, width, 3), level, np.uint8)


def numbered(count: int, width: int = 64, height: int = 48) -> Iterator[np.ndarray]:
    """Frames whose grey level tells their number: 20, 28, 36 ... (at most 28 frames)."""
    return (grey(20 + 8 * index, width, height) for index in range(count))


def numbers_of(frames: np.ndarray) -> list[int]:
    """Which of the `numbered` frames these are."""
    levels = np.asarray(frames).mean(axis=(1, 2, 3)) * 255
    return [round((float(level) - 20) / 8) for level in levels]


def tone(seconds: float, sample_rate: int = 44100, channels: int = 2) -> np.ndarray:
    """[C, T] float32: 440 Hz at half scale; the second channel is quieter."""
    wave = 0.5 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * sample_rate)) / sample_rate)
    return np.stack([wave, wave / 2])[:channels].astype(np.float32)


def encode(
    path: Path,
    frames: Sequence[np.ndarray] | Iterator[np.ndarray],
    *,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    pts: Sequence[int] | None = None,
    rate: int = 24,
    full_range: bool = False,
    matrix: int = 1,
    options: dict[str, str] | None = None,
    rotation: int = 0,
) -> Path:
    """A clip in any codec and pixel format that FFmpeg writes; `pts` in ticks of 1/1000 s makes the rate vary."""
    with av.open(str(path), "w", options={k: v for k, v in (options or {}).items() if k == "movflags"}) as container:
        quality = {"crf": "12"} if codec == "libx264" else {"qscale": "2"}
        stream = container.add_stream(codec, rate=rate, options={**quality, **(options or {})})
        for index, image in enumerate(frames):
            if not index:
                stream.height, stream.width = image.shape[:2]
                stream.pix_fmt = pix_fmt
                context = stream.codec_context
                context.colorspace, context.color_range = matrix, 2 if full_range else 1
                context.time_base = Fraction(1, 1000) if pts else Fraction(1, rate)
                if rotation:
                    stream.set_display_rotation(rotation)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24").reformat(
                format=pix_fmt, dst_colorspace=matrix, dst_color_range=2 if full_range else 1
            )
            frame.pts, frame.time_base = (pts[index], Fraction(1, 1000)) if pts else (index, Fraction(1, rate))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def reference(path: Path) -> np.ndarray:
    """[N, H, W, 3] uint8 through PyAV's own conversion, told the colour range."""
    with av.open(str(path)) as container:
        return np.stack(
            [
                frame.to_ndarray(format="rgb24", src_color_range=frame.color_range, dst_color_range=2)
                for frame in container.decode(video=0)
            ]
        )


def ffmpeg_rgb(path: Path, width: int, height: int) -> np.ndarray:
    """[N, H, W, 3] uint8 as the `ffmpeg` program writes it."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-fps_mode", "passthrough", "-f", "rawvideo"]
    output = subprocess.run([*command, "-pix_fmt", "rgb24", "-"], check=True, capture_output=True).stdout
    return np.frombuffer(output, np.uint8).reshape(-1, height, width, 3)


def ffmpeg_rate(path: Path) -> Fraction:
    """Frames per second on average, as the `ffprobe` program tells it."""
    command = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=avg_frame_rate"]
    done = subprocess.run([*command, "-of", "csv=p=0", str(path)], check=True, capture_output=True, text=True)
    return Fraction(done.stdout.strip().strip(","))


def announce_in_avi(path: Path, frames: int) -> None:
    """Change the number of frames that an AVI file's headers announce; the frames themselves stay."""
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, data.index(b"avih") + 8 + 16, frames)
    struct.pack_into("<I", data, data.index(b"strh") + 8 + 32, frames)
    path.write_bytes(bytes(data))


def announce_size_in_avi(path: Path, width: int, height: int) -> None:
    """Change the size that an AVI file's stream format announces."""
    data = bytearray(path.read_bytes())
    struct.pack_into("<ii", data, data.index(b"strf") + 8 + 4, width, height)
    path.write_bytes(bytes(data))


def announce_frames_in_mp4(path: Path, frames: int) -> None:
    """Make an mp4 file's tables announce that many frames of one and the same small size."""
    data = bytearray(path.read_bytes())
    struct.pack_into(">II", data, data.index(b"stsz") + 8, 64, frames)
    struct.pack_into(">I", data, data.index(b"stts") + 12, frames)
    struct.pack_into(">I", data, data.index(b"stsc") + 16, frames)
    path.write_bytes(bytes(data))


def write_sound(path: Path, sound: np.ndarray, sample_rate: int, codec: str, sample_format: str) -> Path:
    """A file with one sound track; `sound` [C, T] float32."""
    layout = "mono" if sound.shape[0] == 1 else "stereo"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=sample_rate, layout=layout)
        stream.codec_context.format = sample_format
        resampler = av.AudioResampler(format=sample_format, layout=layout, rate=sample_rate)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound), format="fltp", layout=layout)
        frame.sample_rate = sample_rate
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return path


def packet_positions(path: Path, kind: str) -> list[tuple[int, int]]:
    """Where in the file the packets of the first track of that kind lie: (offset, bytes)."""
    with av.open(str(path)) as container:
        stream = next(stream for stream in container.streams if stream.type == kind)
        return [(packet.pos or 0, packet.size) for packet in container.demux(stream) if packet.size]
