"""A clip's compressed pictures, listed without decoding any: how many there are, and where decoding may begin."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from pathlib import Path

from av.packet import Packet

from ..errors import Charged
from .container import open_clip

# Here one packet is one frame, and what comes after a keyframe needs nothing from before it.
_FORMAT, _CODECS = "mp4", ("h264", "hevc")


@dataclass(frozen=True)
class Packets:
    count: int
    keyframes: dict[int, int]  # presentation time in ticks -> number of the frame, in order; empty if that is not clear

    def entrance(self, start: int) -> int | None:
        """The time of the last keyframe at or before frame `start`; None where that is the first one, or not clear."""
        index = bisect_right(list(self.keyframes.values()), start) - 1
        return list(self.keyframes)[index] if index > 0 else None


def list_packets(path: Path | str) -> Packets:
    """A few milliseconds: the file is read, nothing is decoded."""
    with open_clip(path, Charged.ONCE) as container:
        stream = container.streams.video[0]
        # Not the packets themselves: together they are as large as the file.
        marks = [_mark(packet) for packet in container.demux(stream) if packet.size]
        known = _FORMAT in container.format.name.split(",") and stream.codec_context.name in _CODECS
        return Packets(len(marks), _keyframes(marks) if known else {})


def _mark(packet: Packet) -> tuple[int, bool] | None:
    """Its time, and whether it is a keyframe; None for a packet that does not tell which frame it is."""
    if packet.pts is None or packet.is_corrupt or packet.is_discard:
        return None
    return packet.pts, packet.is_keyframe


def _keyframes(marks: list[tuple[int, bool] | None]) -> dict[int, int]:
    clear = [mark for mark in marks if mark]
    shown = sorted({pts for pts, _ in clear})
    if not clear or len(shown) < len(marks) or clear[0] != (shown[0], True):
        return {}
    return {pts: bisect_left(shown, pts) for pts, is_keyframe in sorted(clear) if is_keyframe}
