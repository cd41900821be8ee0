"""Gets what a request names by URL, from this machine alone, and fails the task in the platform's words."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

from ..settings import is_loopback
from .worker import Unusable

#: Seen live, for a URL that cannot be fetched.
NOT_FETCHED = "Something went wrong when we tried to get the contents of the file."
_TIMEOUT = 10.0


def fetch(url: str, most: int) -> bytes:
    """The bytes behind a URL on this machine, `most` of them; no other host is asked. Raises Unusable."""
    try:
        parts = urlsplit(url)
        if not is_loopback(url):
            raise Unusable(NOT_FETCHED)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT)
        try:
            connection.request("GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
            response = connection.getresponse()
            data = response.read(most + 1)
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError):
        raise Unusable(NOT_FETCHED) from None
    if response.status != 200 or len(data) > most:
        raise Unusable(NOT_FETCHED)
    return data
