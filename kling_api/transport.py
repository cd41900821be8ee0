"""HTTP to one provider: one request, one attempt, one outcome. Repeating is decided elsewhere."""

from __future__ import annotations

import email.utils
import json
import time
from typing import TYPE_CHECKING, Any

from .auth import Authorization
from .dialects.wire import Reply, Request
from .errors import NotDelivered
from .redaction import quiet_urls, redact
from .retry import never_delivered
from .sessions import Sessions, sessions_of
from .settings import Credentials, is_loopback

if TYPE_CHECKING:
    import requests

#: Seconds to connect, and seconds without a byte while an answer is awaited (creates were seen to take 0.3-0.7 s).
TIMEOUT = (10.0, 60.0)
#: The same for what is answered only when it is done, is charged, and cannot be asked for again.
PATIENT = 300.0
USER_AGENT = "kling-nodes/0.1"
#: An answer is a few kB; no more than this is ever read.
LARGEST_ANSWER = 16 * 1024 * 1024


class NoAnswer(Exception):
    """The request may have been delivered, and no answer came. The text is cleaned of secrets."""


class Transport:
    """Sends requests to one base URL for one account; safe to share between threads."""

    def __init__(self, base_url: str, authorization: Authorization, timeout: tuple[float, float] = TIMEOUT) -> None:
        self._base_url = base_url
        self._authorization = authorization
        self._timeout = timeout

    @property
    def customer(self) -> tuple[str, Credentials]:
        """Whose tasks are seen with it: the same for transports that could stand for each other."""
        return self._base_url, self._authorization.credentials

    def send(self, request: Request) -> Reply:
        """Raises NotDelivered when the provider cannot have seen it, NoAnswer when it may have."""
        import requests

        try:
            # A redirect is never followed: the key would go along, and a repeated POST is a second order.
            with (
                quiet_urls(),
                self._sessions().borrowed(new=request.method != "GET") as session,
                session.request(
                    request.method,
                    self._base_url + request.path,
                    json=request.body,
                    params=request.query,
                    timeout=self._patience(request),
                    auth=_Bearer(self._authorization),
                    allow_redirects=False,
                    stream=True,
                ) as response,
            ):
                return Reply(response.status_code, _json(response), _retry_after(response))
        except requests.RequestException as error:
            trouble = _sorted_by_delivery(error, self._base_url)
        except OSError as error:  # requests itself, before it connects: a CA bundle that is not there
            trouble = NotDelivered(
                f"The request could not be prepared: {_reason(error)}.", "Set what it names right, then run again."
            )
        # Not up there: an error keeps the one in whose handling it was raised, `from None` or not; the library's holds
        # the request with its headers, and its frames hold the key.
        raise trouble

    def _patience(self, request: Request) -> tuple[float, float]:
        connect, read = self._timeout
        return connect, max(read, PATIENT) if request.at_once or request.costs else read

    def _sessions(self) -> Sessions:
        return sessions_of(self._base_url, make_session)


def make_session(url: str) -> requests.Session:
    """A session that repeats nothing by itself, and that no proxy takes away from this machine's own addresses."""
    import requests
    from requests.adapters import HTTPAdapter

    session = requests.Session()
    session.headers["User-Agent"] = USER_AGENT
    session.trust_env = not is_loopback(url)
    # Even with allow_redirects=False requests reads such an answer whole and raises for an address that it cannot read.
    session.get_redirect_target = lambda resp: None
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(max_retries=0))
    return session


class _Bearer:
    """Given as `auth`, so that requests does not put a .netrc entry of that host in its place."""

    def __init__(self, authorization: Authorization) -> None:
        self._authorization = authorization

    def __call__(self, request: Any) -> Any:
        header = self._authorization.header()
        if header:
            request.headers["Authorization"] = header
        return request


def _sorted_by_delivery(error: requests.RequestException, base_url: str) -> Exception:
    if never_delivered(error):
        return NotDelivered(
            f"{base_url} could not be reached: {_reason(error)}.",
            "Check the network, the proxy and the base URL of this profile (`kling doctor`), then run again.",
        )
    return NoAnswer(_reason(error))


def _reason(error: BaseException) -> str:
    """The innermost text without addresses of objects: 'Connection refused', 'Read timed out'."""
    inner = error.args[0] if error.args else error
    text = redact(str(getattr(inner, "reason", None) or inner)).replace("\n", " ")
    return f"{type(error).__name__}: {text.rpartition('): ')[2][:300]}"


def _json(response: requests.Response) -> Any:
    """The decoded JSON, None for anything else."""
    text = bytearray()
    for chunk in response.iter_content(64 * 1024):
        text += chunk
        if len(text) > LARGEST_ANSWER:
            return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # the latter for thousands of brackets
        return None


def _retry_after(response: requests.Response) -> float | None:
    """Seconds named by Retry-After, a number or a date."""
    value = response.headers.get("Retry-After", "")
    if value.isascii() and value.isdigit():
        return float(value)
    date = email.utils.parsedate_tz(value)
    try:
        return max(0.0, email.utils.mktime_tz(date) - time.time()) if date else None
    except (ValueError, OverflowError):  # a day or year that no calendar has
        return None
