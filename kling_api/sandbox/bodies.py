"""Reads a request into a `Call`; the files of a multipart form go to disk piece by piece, however large they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from aiohttp import BodyPartReader, web

from .wire import Call

#: Two pictures of 50 MB as Base64, or a clip of 200 MB, and the rest.
LARGEST_BODY = 210 * 1024 * 1024
_LARGEST_TEXT = 64 * 1024
_CHUNK = 1 << 18

NewPart = Callable[[], Path]


async def read_call(request: web.Request, new_part: NewPart) -> Call:
    """A form that is malformed has no parts. `drop_files` is to be called once it is answered."""
    form: dict[str, str] = {}
    files: dict[str, Path] = {}
    body = b""
    if request.content_type == "multipart/form-data":
        await _read_form(request, new_part, form, files)
    else:
        body = await request.read()
    return Call(
        parts=dict(request.match_info),
        query=dict(request.query),
        authorization=request.headers.get("Authorization"),
        body=body,
        form=form,
        files=files,
    )


def drop_files(call: Call) -> None:
    """Those that nobody has taken over."""
    for file in call.files.values():
        file.unlink(missing_ok=True)


async def _read_form(request: web.Request, new_part: NewPart, form: dict[str, str], files: dict[str, Path]) -> None:
    left = LARGEST_BODY
    try:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if not isinstance(part, BodyPartReader) or not part.name:
                continue
            if part.filename is None:
                form[part.name] = (await part.read_chunk(_LARGEST_TEXT)).decode(errors="replace")
                await part.release()
            else:
                files[part.name] = new_part()
                left = await _save(part, files[part.name], left)
    except ValueError:
        return
    except BaseException:
        for file in files.values():
            file.unlink(missing_ok=True)
        raise


async def _save(part: BodyPartReader, file: Path, left: int) -> int:
    """How much more the request may hold."""
    size = left
    with file.open("wb") as opened:
        while chunk := await part.read_chunk(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise web.HTTPRequestEntityTooLarge(max_size=LARGEST_BODY, actual_size=size - left)
            opened.write(chunk)
    return left
