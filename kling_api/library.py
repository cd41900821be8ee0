"""The voices and elements that an account keeps at its provider: lists, and deleting one. All of it is free."""

from __future__ import annotations

from .client import Client
from .dialects.wire import Kept, Refusal, Reply, Request
from .errors import Charged, InvalidRequest, KlingError, NotDelivered, NotOffered, OutcomeUnknown, Refused
from .job_errors import not_told
from .operations.rules import not_empty
from .transport import NoAnswer

#: What a list can be asked for.
KINDS = ("voice", "element", "preset-voice", "preset-element")
#: No account was seen with more; a list that never ends is a provider's mistake.
_MOST_PAGES = 20


def kept_things(client: Client, kind: str) -> tuple[Kept, ...]:
    """All of that `kind` (one of KINDS). Raises NotOffered, Refused or NotDelivered."""
    found: dict[str, Kept] = {}
    for number in range(1, _MOST_PAGES + 1):
        request = client.dialect.library(kind, number)
        if request is None:
            raise NotOffered(f"Dialect {client.dialect.name} has no list of this kind ({kind}).", _ELSEWHERE)
        page = client.dialect.read_library(_sent(client, request))
        if isinstance(page, Refusal):
            raise not_told(page)
        new = {one.id: one for one in page if one.id not in found}
        found |= new
        if not new:
            break
    return tuple(one for one in found.values() if one.kind == kind.removeprefix("preset-"))


def delete(client: Client, kind: str, id: str) -> None:
    """Deletes a "voice" or an "element" of the account; it cannot be had back. Raises Refused or NotDelivered."""
    not_empty(f"The id of the {kind}", id, f"`kling {kind}s` lists them.")
    request = client.dialect.delete(kind, id)
    if request is None:
        raise NotOffered(f"Dialect {client.dialect.name} cannot delete a {kind}.", _ELSEWHERE)
    try:
        refusal = client.dialect.read_deleted(client.transport.send(request))
    except NoAnswer as error:
        raise OutcomeUnknown(
            f"Whether the {kind} was deleted is not known: no answer came ({error}).",
            f"`kling {kind}s` shows whether it is still there.",
            charged=Charged.NO,
        ) from None
    if refusal:
        raise _not_deleted(kind, refusal)


_ELSEWHERE = "Kling's own platform has one: choose a profile of it."


def _not_deleted(kind: str, refusal: Refusal) -> KlingError:
    return Refused(
        f"The {kind} was not deleted. {refusal.message}",
        refusal.advice,
        code=refusal.code,
        request_id=refusal.request_id,
    )


def _sent(client: Client, request: Request) -> Reply:
    if request.needs_api_key and not client.profile.credentials.api_key:
        raise InvalidRequest("This list needs an API key.", "Use a profile with an API key.")
    try:
        return client.transport.send(request)
    except NoAnswer as error:
        raise NotDelivered(f"{client.base_url} did not answer ({error}).", "Try again.") from None
