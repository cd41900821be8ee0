"""The Authorization header: an API key as it is, or a JWT made from access key and secret key and renewed in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from .dialects.wire import KeyKind
from .settings import Credentials

#: Seconds; the documented example (official authentication page, 2026-02): exp = now + 1800, nbf = now - 5.
LIFETIME = 1800
BACKDATE = 5
#: A token is replaced this many seconds before it ends, so that none ends on its way.
RENEW_BEFORE = 120


class Authorization:
    """Gives the header value for one account; safe to share between threads."""

    def __init__(self, credentials: Credentials, clock: Callable[[], float] = time.time) -> None:
        self.credentials = credentials
        self._clock = clock
        self._lock = threading.Lock()
        self._token = ""
        self._made = 0.0

    def header(self) -> str:
        """ "" for a provider that asks for no key."""
        if self.credentials.kind is KeyKind.NONE:
            return ""
        if self.credentials.api_key:
            return f"Bearer {self.credentials.api_key}"
        with self._lock:
            age = self._clock() - self._made
            if not self._token or not 0 <= age < LIFETIME - RENEW_BEFORE:  # a negative age: the clock was set back
                self._made = self._clock()
                self._token = json_web_token(self.credentials, self._made)
            return f"Bearer {self._token}"


def json_web_token(credentials: Credentials, now: float) -> str:
    """HS256 over {iss, exp, nbf}, signed with the secret key (official authentication page, 2026-02)."""
    import jwt

    claims = {"iss": credentials.access_key, "exp": int(now) + LIFETIME, "nbf": int(now) - BACKDATE}
    return jwt.encode(claims, credentials.secret_key, algorithm="HS256", headers={"typ": "JWT"})
