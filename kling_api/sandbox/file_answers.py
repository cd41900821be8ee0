"""How a result is sent: by aiohttp, with ranges and validators, or badly, where a fault says so."""

from __future__ import annotations

import asyncio
from pathlib import Path

from aiohttp import web

from .faults import DOWNLOADS, FaultBoard

_TYPES = {
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".m4a": "audio/mp4",
}


def send(file: Path, suffix: str) -> web.StreamResponse:
    """`suffix` says what it is: an upload is stored without one."""
    return web.FileResponse(file, headers={"Content-Type": _TYPES[suffix]})


async def send_download(request: web.Request, file: Path, faults: FaultBoard) -> web.StreamResponse:
    """At most one fault of each kind at once."""
    made = {kind: faults.take((kind,), "download") for kind in DOWNLOADS}
    length = file.stat().st_size
    span = range(length) if made["no_ranges"] else _wanted(request, length)
    if not any(made.values()) or not span:
        return send(file, file.suffix)
    data = await asyncio.to_thread(file.read_bytes)
    response = _head(file, span, length)
    await response.prepare(request)
    cut = made["truncated_download"]
    most = len(span) // 2 if cut and cut.bytes is None else cut.bytes if cut else None
    await response.write(data[span.start : span.stop][:most])
    if cut and request.transport:
        request.transport.close()  # sends what is still waiting, then ends
    return response


def _wanted(request: web.Request, length: int) -> range:
    try:
        return range(length)[request.http_range]
    except ValueError:  # no range that anybody can read
        return range(length)


def _head(file: Path, span: range, length: int) -> web.StreamResponse:
    """With the same validators as those of aiohttp, so that a transfer can go on from a cut one."""
    headers = {"Content-Type": _TYPES[file.suffix], "Content-Length": str(len(span))}
    if len(span) < length:
        headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{length}"
    response = web.StreamResponse(status=206 if len(span) < length else 200, headers=headers)
    told = file.stat()
    response.etag, response.last_modified = f"{told.st_mtime_ns:x}-{told.st_size:x}", told.st_mtime
    return response
