"""Text -> a strip of white letters on black, wrapped and cached; Chinese too where OpenCV has the font (5 on)."""

from __future__ import annotations

import re
from functools import lru_cache
from threading import Lock

import cv2
import numpy as np

_WHITE = (255, 255, 255)
_UNSPACED = r"\u1100-\u11ff\u2e80-\ud7af\uf900-\ufaff\uff00-\uffef"  # scripts written without blanks between words
_PIECE = re.compile(rf"\s+|[{_UNSPACED}]|[^\s{_UNSPACED}]+")
_LOCK = Lock()  # one font face must not be drawn with by two threads at a time


@lru_cache(maxsize=32)
def text_strip(text: str, width: int, size: int, max_height: int) -> np.ndarray:
    """[h, width, 3] uint8, read-only: `text` in letters of `size` pixels, cut with an ellipsis at `max_height`."""
    with _LOCK:
        margin, line_height = size // 2, round(size * 1.4)
        most = max(1, (max_height - margin) // line_height)
        lines = _wrap(_printable(text), max(1, width - 2 * margin), size)
        if len(lines) > most:
            lines = [*lines[: most - 1], _shorten(lines[most - 1], width - 2 * margin, size)]
        strip = np.zeros((margin + line_height * len(lines), width, 3), np.uint8)
        for row, line in enumerate(lines, start=1):
            _draw(strip, line, (margin, line_height * row - size // 4), size)
        strip = strip[:max_height]
        strip.flags.writeable = False
        return strip


def _wrap(text: str, width: int, size: int) -> list[str]:
    lines = [""]
    for piece in _pieces(text, width, size):
        if lines[-1] and _text_width(lines[-1] + piece, size) > width:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line for line in lines if line.strip()]


def _shorten(line: str, width: int, size: int) -> str:
    while line and _text_width(line + " ...", size) > width:
        line = line[:-1]
    return line + " ..."


def _pieces(text: str, width: int, size: int) -> list[str]:
    """Where a line may break; a word longer than a line may break anywhere."""
    pieces: list[str] = []
    for piece in _PIECE.findall(text):
        pieces += [" "] if piece.isspace() else [piece] if _text_width(piece, size) <= width else list(piece)
    return pieces


def _has_font_faces() -> bool:
    return hasattr(cv2, "FontFace")  # OpenCV 5


@lru_cache(maxsize=1)
def _face() -> cv2.FontFace:
    return cv2.FontFace("sans")


def _printable(text: str) -> str:
    """Hershey, the only lettering of OpenCV 4, has ASCII alone: other characters appear as their \\uXXXX escapes."""
    return text if _has_font_faces() else text.encode("ascii", "backslashreplace").decode("ascii")


def _text_width(text: str, size: int) -> int:
    if _has_font_faces():
        return cv2.getTextSize((0, 0), text, (0, 0), _face(), size, 400)[2]
    return cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size / 30, _stroke(size))[0][0]


def _draw(strip: np.ndarray, text: str, origin: tuple[int, int], size: int) -> None:
    if _has_font_faces():
        cv2.putText(strip, text, origin, _WHITE, _face(), size, 400)
    else:
        cv2.putText(strip, text, origin, cv2.FONT_HERSHEY_SIMPLEX, size / 30, _WHITE, _stroke(size), cv2.LINE_AA)


def _stroke(size: int) -> int:
    return max(1, size // 16)
