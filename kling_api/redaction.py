"""Takes secrets out of text: keys, tokens, signatures in URLs.

Every text that came from outside (a server's message, an HTTP library's exception, a URL) passes here before it
reaches an error, a log or the ledger. What we write ourselves never holds a secret in the first place.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

MASK = "***"

_known: set[str] = set()

_SHAPES = (
    re.compile(r"(?i)((?:bearer|basic)\s+)[\w.~+/=|-]+"),
    re.compile(r"(\b)eyJ[\w-]+\.[\w-]+\.[\w-]*"),
    re.compile(r"(\bapi-key-)[\w-]+"),
    re.compile(r"(\bsk-)[\w-]{6,}"),
    # Of a signed URL in pieces, or one that is itself a parameter of another: its signs are encoded, once or more.
    re.compile(r"(?i)((?:signature|credential|security-token)(?:=|%(?:25){0,3}3D))[^&\s\"'<>]+"),
)
#: A URL's query and fragment, whatever is in them; a bracket or quote may be part of a signature. JSON may write \/.
#: The lengths are bounded, here and below: without that a text of a few kB could take minutes.
_AFTER_ADDRESS = re.compile(r"(?i)(https?:\\?/\\?/[^\s?#\"<>]{1,2000})[?#][^\s\"<>]+")
#: Also of a bare path: HTTP libraries write "url: /file.mp4?Signature=..." without the host.
_QUERY = re.compile(r"(?<=[^\s?'\"<>])\?[\w.~%\[\]+-]+=[^\s'\"<>)]*")
#: Our job keys and the task ids seen so far. An access or secret key has 32 letters and digits: so many are not shown.
_ID = re.compile(r"kn-[\w-]{1,40}|task_[\w.-]{1,60}|[\w.-]{1,24}", re.ASCII)
#: Up to the last @ before the path: a password may hold one, too.
_USER_INFO = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{0,20}://)[^\s/'\"<>]{1,2000}@")


def remember(secret: str) -> None:
    """Makes `redact` take this very text out too, whatever it looks like (a user may choose any key)."""
    if len(secret) >= 4:
        _known.add(secret)


def redact(text: str) -> str:
    """The text without keys, tokens, user names in URLs and query strings of URLs."""
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, MASK)
    for shape in _SHAPES:
        text = shape.sub(rf"\g<1>{MASK}", text)
    text = _USER_INFO.sub(rf"\g<1>{MASK}@", text)
    text = _AFTER_ADDRESS.sub(rf"\g<1>?{MASK}", text)
    return _QUERY.sub(f"?{MASK}", text)


def named(what: str, text: str) -> str:
    """`what` with the text as its name, "job kn-1"; "such job" for what may be a key, pasted where an id belongs."""
    return f"{what} {text}" if _ID.fullmatch(text) and redact(text) == text else f"such {what}"


@contextmanager
def quiet_urls() -> Iterator[None]:
    """While it lasts, urllib3's debug log of this thread shows no query string: a result's URL is signed there.

    Other threads and packages log as they always did.
    """
    logger = logging.getLogger("urllib3.connectionpool")
    if _without_queries not in logger.filters:
        logger.addFilter(_without_queries)
    before = getattr(_thread, "quiet", False)
    _thread.quiet = True
    try:
        yield
    finally:
        _thread.quiet = before


_thread = threading.local()


def _without_queries(record: logging.LogRecord) -> bool:
    if getattr(_thread, "quiet", False) and isinstance(record.args, tuple):
        record.args = tuple(_cut(value) for value in record.args)
    return True


def _cut(value: object) -> object:
    path, mark, _ = value.partition("?") if isinstance(value, str) else ("", "", "")
    return f"{path}?{MASK}" if mark else value
