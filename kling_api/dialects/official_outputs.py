"""What a task of Kling's own platform has made, in both generations: clips, pictures, sounds, voices, elements. Pure.

Facts: official docs as copied 2026-02 (old standard) and 2026-09 (new standard). Nothing in an answer is trusted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .reading import fields, rows, seconds, task_id, text, words
from .wire import Output

#: The pictures of one set of ai-multi-shot.
_VIEWS = (1, 2, 3)
_NOT_THERE = (False, None, "", "false")


def outputs(data: dict[str, Any]) -> tuple[Output, ...]:
    """In the order in which they are told, clips before the sounds made for them."""
    result = fields(data.get("task_result"))
    found = [output for name, read in _OLD.items() for row in rows(result.get(name)) for output in read(row)]
    for row in rows(data.get("outputs")):
        found += _NEW.get(text(row.get("type")), _nothing)(row)
    return tuple(dict.fromkeys(found))


def _clip(row: dict[str, Any]) -> list[Output]:
    return _file("video", row.get("url"), row, seconds(row.get("duration")))


def _picture(row: dict[str, Any]) -> list[Output]:
    """One picture; of ai-multi-shot three, of image recognition a mask of something that is there."""
    views = [(f"{text(row.get('index')) or 0}-{view}", row.get(f"url_{view}")) for view in _VIEWS]
    if any(url for _, url in views):
        return [output for name, url in views for output in _file("image", url, {}, name=name)]
    if "is_contain" in row:
        return (
            _file("image", row.get("url"), {}, name=words(row.get("type")))
            if row["is_contain"] not in _NOT_THERE
            else []
        )
    return _file("image", row.get("url"), row)


def _sound(row: dict[str, Any]) -> list[Output]:
    """Text to speech has one file, the others two of the same sound: the one that is not compressed is taken."""
    for url, length in _SOUNDS:
        if row.get(url):
            return _file("audio", row[url], row, seconds(row.get(length)))
    return []


#: Where a sound's file and its length stand: old standard, new standard, text to speech.
_SOUNDS = (
    *(("url_wav", "duration_wav"), ("wav_url", "wav_duration")),
    *(("url_mp3", "duration_mp3"), ("mp3_url", "mp3_duration")),
    ("url", "duration"),
)


def _voice(row: dict[str, Any]) -> list[Output]:
    id = task_id(row.get("voice_id") or row.get("id"))
    return [Output("voice", _url(row.get("trial_url") or row.get("url")), id)] if id else []


def _element(row: dict[str, Any]) -> list[Output]:
    id = task_id(row.get("element_id") or row.get("id"))
    return [Output("element", "", id)] if id else []


def _nothing(row: dict[str, Any]) -> list[Output]:
    return []


_Reader = Callable[[dict[str, Any]], list[Output]]
_OLD: dict[str, _Reader] = {
    "videos": _clip,
    "images": _picture,
    "series_images": _picture,
    "audios": _sound,
    "voices": _voice,
    "elements": _element,
}
_NEW: dict[str, _Reader] = {
    "video": _clip,
    "image": _picture,
    "audio": _sound,
    "voice": _voice,
    "element": _element,
}


def _file(kind: str, url: Any, row: dict[str, Any], duration: float | None = None, name: str = "") -> list[Output]:
    """Nothing without an address."""
    found = _url(url)
    return [Output(kind, found, task_id(row.get("id")), duration, name)] if found else []


def _url(value: Any) -> str:
    return text(value) if isinstance(value, str) else ""
