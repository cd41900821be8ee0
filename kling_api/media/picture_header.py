"""Reads a still picture's format, size and orientation from its first bytes, before anything is decoded."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Literal

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
# Start-of-frame markers (ITU-T T.81, table B.1); C4, C8 and CC in this range are something else.
_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_EXIF_ORIENTATION = 0x0112


@dataclass(frozen=True)
class PictureHeader:
    """What a picture's header announces; width and height in pixels as stored, before any turn."""

    format: Literal["PNG", "JPEG", "WebP", "BMP"]
    width: int
    height: int
    upright: bool = True  # False: EXIF says that viewers must turn or mirror it


def read_header(data: bytes) -> PictureHeader | None:
    """None if `data` is not a picture of a kind that we read, or ends within its header."""
    try:
        if data.startswith(_PNG):
            return PictureHeader("PNG", *struct.unpack(">II", data[16:24]), upright=_png_upright(data))
        if data.startswith(_JPEG):
            return _jpeg(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
        if data[:2] == b"BM":
            width, height = struct.unpack("<ii", data[18:26])
            return PictureHeader("BMP", width, abs(height))  # a negative height means top row first
    except (struct.error, IndexError):
        pass
    return None


def _jpeg(data: bytes) -> PictureHeader | None:
    at, upright = 2, True
    while data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        (length,) = struct.unpack(">H", data[at + 2 : at + 4])
        body = data[at + 4 : at + 2 + length]
        if marker in _SOF:
            height, width = struct.unpack(">HH", body[1:5])
            return PictureHeader("JPEG", width, height, upright)
        if marker == 0xE1 and body[:6] == b"Exif\0\0":
            upright = _exif_upright(body[6:])
        at += 2 + length
    return None


def _webp(data: bytes) -> PictureHeader | None:
    kind, body = data[12:16], data[20:30]
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", body[6:10])
        return PictureHeader("WebP", width & 0x3FFF, height & 0x3FFF)
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return PictureHeader("WebP", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8X":
        return PictureHeader("WebP", int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1)
    return None


def _png_upright(data: bytes) -> bool:
    at = len(_PNG)
    while at + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        if kind == b"eXIf":
            return _exif_upright(data[at + 8 : at + 8 + length])
        if kind == b"IDAT":
            return True
        at += length + 12
    return True


def _exif_upright(tiff: bytes) -> bool:
    """False if the first directory of this TIFF structure holds an orientation other than 1 (upright)."""
    order = "<" if tiff[:2] == b"II" else ">"
    try:
        (directory,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, directory)
        for entry in range(directory + 2, directory + 2 + 12 * count, 12):
            tag, _, _, value = struct.unpack_from(order + "HHIH", tiff, entry)
            if tag == _EXIF_ORIENTATION:
                return value in (0, 1)
    except struct.error:
        pass  # damaged EXIF: viewers ignore it, so do we
    return True
