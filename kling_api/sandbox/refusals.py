"""A request that the platform turns down: code and message as Kling says them, with the HTTP status of each code.

No transport here; a dialect that wraps Kling takes the same refusals and writes them in its own shape.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .orders import DuplicateExternalId, NoFreeSlot, NotPlaced, NoUnitsLeft

#: Official error code page (copies of 2026-02 and 2026-09).
HTTP_STATUS = {
    1000: 401, 1001: 401, 1002: 401, 1003: 401, 1004: 401,
    1100: 429, 1101: 429, 1102: 429, 1103: 403,
    1200: 400, 1201: 400, 1202: 404, 1203: 404,
    1300: 400, 1301: 400, 1302: 429, 1303: 429, 1304: 429,
    5000: 500, 5001: 503, 5002: 504,
}  # fmt: skip


class Refused(Exception):
    """The platform's no: `code` and `message` for the body, `status` for HTTP."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = HTTP_STATUS.get(code, 400)


def invalid(message: str) -> Refused:
    """1201: a key or a value is wrong; the message says which."""
    return Refused(1201, message)


def unreadable_body() -> Refused:
    """Malformed JSON, or a JSON kind that the field does not take."""
    return invalid("Failed to resolve the request body")


@contextmanager
def refusing() -> Iterator[None]:
    """What the core does not take inside becomes a refusal."""
    try:
        yield
    except NotPlaced as error:
        raise refusal_of(error) from None


def refusal_of(error: NotPlaced) -> Refused:
    """Why the core did not take an order, in Kling's words (all three seen live)."""
    if isinstance(error, DuplicateExternalId):
        return invalid(f"External_task_id {error.external_id} already exists")
    if isinstance(error, NoUnitsLeft):
        return Refused(1102, "Account balance not enough")
    if isinstance(error, NoFreeSlot):
        return Refused(1303, "parallel task over resource pack limit")
    raise TypeError(f"no words for {type(error).__name__}")
