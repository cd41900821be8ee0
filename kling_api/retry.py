"""One question decides about a repetition: could the request have been delivered?

Pure decisions; no I/O, no sleeping.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator

import requests
import urllib3.exceptions

FIRST_WAIT = 1.0
LONGEST_WAIT = 30.0
#: A named pace is honoured up to here; a longer one is asked again then.
LONGEST_RETRY_AFTER = 300.0

_NEVER_CONNECTED = (
    urllib3.exceptions.NewConnectionError,  # refused, unreachable; also NameResolutionError
    urllib3.exceptions.ConnectTimeoutError,
    requests.exceptions.ConnectTimeout,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidProxyURL,
)
#: Where urllib3 makes a connection: TCP, the proxy's tunnel, the TLS handshake. Nothing of the request is sent there.
_CONNECTING = ("urllib3.connection", "connect")


def never_delivered(error: BaseException) -> bool:
    """Whether the provider cannot have seen the request: refused, DNS, TLS handshake, connect timeout, proxy refusal.

    False for everything that may have happened after the first byte was sent (read timeout, reset, closed).
    """
    return any(isinstance(cause, _NEVER_CONNECTED) or _while_connecting(cause) for cause in _chain(error))


def wait_before(attempt: int, retry_after: float | None, jitter: float) -> float:
    """Seconds before repetition number `attempt` (1 is the first). `jitter` is a random number 0..1.

    A pace that the server named is kept, and a little more; else 1, 2, 4 ... 30 s, each shortened by up to half.
    """
    if retry_after is not None and retry_after >= 0:
        return min(retry_after, LONGEST_RETRY_AFTER) + jitter
    ceiling = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(attempt - 1, 10))
    return ceiling * (0.5 + jitter / 2)


def _while_connecting(error: BaseException) -> bool:
    """By where it was raised, as the class does not tell: urllib3 2 says SSLError for an error in mid-stream, too, and
    ProxyError when an answer is lost behind a proxy (seen with 2.8, 2026-10)."""
    frames = (frame for frame, _ in traceback.walk_tb(error.__traceback__))
    return any((frame.f_globals.get("__name__"), frame.f_code.co_name) == _CONNECTING for frame in frames)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and all that it was made from: its cause, and what requests and urllib3 keep as reason and arguments.

    Not its `__context__`: that may be an error of the caller's, which says nothing about this request.
    """
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        item = waiting.pop()
        if not isinstance(item, BaseException) or any(item is known for known in seen):
            continue
        seen.append(item)
        yield item
        waiting += [item.__cause__, getattr(item, "reason", None), *item.args]
