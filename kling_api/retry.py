"""One question decides about a repetition: could the request have been delivered?

Pure decisions; no I/O, no sleeping.
"""

from __future__ import annotations

import ssl
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
    urllib3.exceptions.ProxyError,
    requests.exceptions.ConnectTimeout,
    requests.exceptions.ProxyError,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidProxyURL,
)
#: A TLS connection that broke after the handshake raises SSLError as well; these texts of OpenSSL say "in use".
_TLS_IN_USE = ("EOF occurred", "bad record mac", "BAD_RECORD_MAC", "DECRYPTION_FAILED", "close notify", "timed out")


def never_delivered(error: BaseException) -> bool:
    """Whether the provider cannot have seen the request: refused, DNS, TLS handshake, connect timeout, proxy refusal.

    False for everything that may have happened after the first byte was sent (read timeout, reset, closed).
    """
    causes = list(_chain(error))
    if any(isinstance(cause, _NEVER_CONNECTED) for cause in causes):
        return True
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return True
    tls = [cause for cause in causes if isinstance(cause, ssl.SSLError | urllib3.exceptions.SSLError)]
    return bool(tls) and not any(word in str(cause) for cause in tls for word in _TLS_IN_USE)


def wait_before(attempt: int, retry_after: float | None, jitter: float) -> float:
    """Seconds before repetition number `attempt` (1 is the first). `jitter` is a random number 0..1.

    A pace that the server named is kept, and a little more; else 1, 2, 4 ... 30 s, each shortened by up to half.
    """
    if retry_after is not None and retry_after >= 0:
        return min(retry_after, LONGEST_RETRY_AFTER) + jitter
    ceiling = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(attempt - 1, 10))
    return ceiling * (0.5 + jitter / 2)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and all that it was made from: causes, contexts, and the reasons that urllib3 keeps in arguments."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        item = waiting.pop()
        if not isinstance(item, BaseException) or any(item is known for known in seen):
            continue
        seen.append(item)
        yield item
        waiting += [item.__cause__, item.__context__, getattr(item, "reason", None), *item.args]
