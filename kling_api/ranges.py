"""Whether a transfer may go on from where it broke (RFC 9110, sections 8.8, 13.1.5, 14). Pure.

A file must never be made of two different ones: where a server's word does not exclude it, the answer is no.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

#: A strong one; a weak one (W/) may stand for two files that differ in their bytes.
_ETAG = re.compile(r'"[\x21\x23-\x7e\x80-\xff]{1,256}"')
_DATE = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", re.ASCII)
_CONTENT_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19})", re.ASCII)


@dataclass(frozen=True)
class Version:
    """Which file it is that a server has begun to send. `etag` and `modified` are "" where they prove nothing."""

    url: str
    length: int
    etag: str
    modified: str
    place: str

    def headers(self, url: str, got: int) -> dict[str, str]:
        """Asks for the bytes from `got` on, if it is still this file; {} where that cannot be asked for.

        `url` may be a fresh link to the same result: a date alone says nothing about it.
        """
        proof = self.etag or (self.modified if url == self.url else "")
        return {"Range": f"bytes={got}-", "If-Range": proof} if proof and 0 < got < self.length else {}

    def goes_on(self, headers: Mapping[str, str], got: int, sender: str) -> bool:
        """Whether a 206 with these headers brings the bytes of this file from `got` on.

        Some servers do not look at If-Range, so what proves the version must be told again.
        """
        part = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", ""))
        if not part or "Content-Encoding" in headers or place_of(sender) != self.place:
            return False
        first, last, length = map(int, part.groups())
        if (first, length) != (got, self.length) or not first <= last < length:
            return False
        if announced(headers) not in (None, last - first + 1):
            return False
        return headers.get("ETag") == self.etag if self.etag else headers.get("Last-Modified") == self.modified


def place_of(url: str) -> str:
    """Whose tag or date it is: they tell versions of one resource apart, not resources. A signature may differ."""
    return url.partition("#")[0].partition("?")[0]


def read_version(url: str, headers: Mapping[str, str], sender: str) -> Version | None:
    """Of a whole file that begins to arrive; None where it cannot be told apart from another one."""
    length = announced(headers)
    etag, modified = headers.get("ETag", ""), headers.get("Last-Modified", "")
    etag = etag if _ETAG.fullmatch(etag) else ""
    modified = modified if _proves_a_version(modified, headers.get("Date", "")) else ""
    return Version(url, length, etag, modified, place_of(sender)) if length and (etag or modified) else None


def announced(headers: Mapping[str, str]) -> int | None:
    """The length of what is sent; None when nobody says, or it is that of a compressed transfer."""
    length = headers.get("Content-Length", "")
    known = length.isascii() and length.isdigit() and "Content-Encoding" not in headers
    return int(length) if known else None


def _proves_a_version(modified: str, date: str) -> bool:
    """A date counts seconds: within the first one the file may change once more (RFC 9110, 8.8.2.2)."""
    if not (_DATE.fullmatch(modified) and _DATE.fullmatch(date)):
        return False
    try:
        return parsedate_to_datetime(date) > parsedate_to_datetime(modified)
    except ValueError:  # a day or year that no calendar has
        return False
