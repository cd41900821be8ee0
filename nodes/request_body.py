"""What a request says in JSON: an object of a few words, checked for its kind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..kling_api.errors import InvalidRequest

if TYPE_CHECKING:
    from aiohttp import web

#: Bytes; our own pages send a few words.
LONGEST = 64 * 1024


async def read_body(request: web.Request) -> dict[str, Any]:
    """The object in the body. Raises InvalidRequest."""
    if (request.content_length or 0) > LONGEST:
        raise InvalidRequest("The request is too long.")
    body = bytearray()  # a chunked one names no length
    async for part in request.content.iter_chunked(LONGEST):
        body += part
        if len(body) > LONGEST:
            raise InvalidRequest("The request is too long.")
    return read_object(body.decode("utf-8", errors="replace"))


def read_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise InvalidRequest("The request is no JSON object.")
    return value


def text_of(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not 0 < len(value.strip()) <= 200:
        raise InvalidRequest(f"{name} must be a text.")
    return value
