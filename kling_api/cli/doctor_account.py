"""What `kling doctor` says of a profile: key, host, dialect, limits, and the packs of its account."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from importlib.util import find_spec

from ..client import Client
from ..dialects import AUTO, dialect_of
from ..dialects.wire import Answer, Dialect, KeyKind, Pack, Refusal, Request, Task
from ..errors import KlingError, LedgerError, NotConfigured
from ..hosts import host_of
from ..ledger import Ledger, open_ledger
from ..limits import midnight, plain
from ..operations import OPERATIONS
from ..settings import Profile, base_url_is_set, base_url_of, read_profiles
from ..transport import NoAnswer
from ..upload_target import Bucket
from .finding import FAIL, NOTE, OK, WARN, Finding

_NO_SUCH_TASK = "kling-doctor-asks-for-no-task"
#: Hours by which Kling's own figures may be late (official page of /account/costs, 2026-02).
_LAG = 12
_SOON = 3 * 86400.0
_LOW = Decimal("0.1")
_FILE, _ENVIRONMENT = "profiles.toml", "the environment"


def examine_account(profile: Profile) -> Iterator[Finding]:
    """All findings, the cheap ones first. Raises NotConfigured when the profile is of no use."""
    yield _in_force(profile)
    yield from _mixed(profile)
    yield from _unkeyed(profile)
    with suppress(LedgerError):  # told with the data folder
        yield from limit_findings(profile, open_ledger(profile.home), time.time())
    answered = _free_call(profile)
    yield _uploads(profile)
    yield answered
    if answered.level in (OK, NOTE):
        yield from _packs(profile)


def _uploads(profile: Profile) -> Finding:
    """Where clips go that a provider takes by URL alone."""
    target = profile.upload
    if isinstance(target, Bucket):
        if find_spec("boto3") is None:
            return Finding(FAIL, "The package boto3 is missing: clips cannot be uploaded.", 'pip install "boto3>=1.34"')
        return Finding(OK, f"Clips are uploaded to bucket {target.bucket} (private; URLs good for {target.hours} h)")
    if target:
        return Finding(OK, f"Clips are uploaded to {host_of(target.base_url)}")
    if profile.is_sandbox or dialect_of(profile).keeps_files:
        return Finding(OK, "Clips are uploaded to the provider itself")
    return Finding(OK, "Clips are not uploaded: connect video_id or give a URL, or set an upload target (README)")


def limit_findings(profile: Profile, ledger: Ledger, now: float) -> Iterator[Finding]:
    """What the profile allows itself, and how much of it is used."""
    limits = profile.limits
    if limits.max_parallel is not None:
        yield Finding(OK, f"Profile {profile.name}: at most {limits.max_parallel} tasks at once (max_parallel)")
    budgets = (
        ("budget_per_day", limits.budget_per_day, midnight(now), "today"),
        ("budget_total", limits.budget_total, 0.0, "in all"),
    )
    for name, budget, since, when in budgets:
        spent = ledger.spent(profile.name, since, dialect=dialect_of(profile).name)
        if budget is None:
            continue
        text = f"Profile {profile.name}: {plain(spent)} of {plain(budget)} units spent or promised {when} ({name})"
        yield Finding(OK, text) if spent < budget else Finding(WARN, text, "No job is sent until that changes.")
    if limits.max_parallel is None and not limits.has_budget:
        text = f"Profile {profile.name} sets itself no limits (max_parallel, budget_per_day, budget_total)"
        yield Finding(OK, text)


def pack_findings(packs: Sequence[Pack], now: float, unit: str = "units") -> Iterator[Finding]:
    """One for each pack that is not over, the first to expire first. `now` in epoch seconds."""
    over = [pack for pack in packs if pack.state == "expired" or 0 < pack.expires <= now * 1000]
    for pack in sorted((pack for pack in packs if pack not in over), key=lambda pack: pack.expires or float("inf")):
        of = "" if pack.total is None else f" of {plain(pack.total)}"
        text = f"Pack {pack.name}: {plain(pack.remaining)}{of} {pack.unit or unit} remain, {pack.state}"
        text += f", until {pack.last_day}" if pack.expires else ""
        advice = _trouble(pack, now)
        yield Finding(WARN if advice else OK, text, advice)
    if over:
        yield Finding(NOTE, f"Packs that have expired: {len(over)}")
    if not packs:
        yield Finding(NOTE, "The provider names no pack of this account")


def _in_force(profile: Profile) -> Finding:
    dialect = dialect_of(profile).name + (" (found by auto)" if profile.dialect == AUTO else "")
    place = profile.base_url or "a sandbox that starts when it is needed"
    return Finding(OK, f"Profile {profile.name}: dialect {dialect}, {place}, {_key_in_force(profile)}")


def _key_in_force(profile: Profile) -> str:
    """Its kind, where it comes from, and how it is sent: as the provider's own description demands."""
    credentials = profile.credentials
    if credentials.kind is KeyKind.NONE:
        return "no key (this provider asks for none)"
    origin = "kling-nodes itself (it opens nothing else)" if profile.is_sandbox else _key_origin(profile)
    sent = "as a bearer token" if credentials.kind is KeyKind.API_KEY else "as a JWT, its secret key stays here"
    return f"{credentials.describe()} from {origin}, sent {sent}"


def _key_origin(profile: Profile) -> str:
    secret = profile.credentials.api_key or profile.credentials.secret_key
    written = read_profiles(profile.home).get(profile.name, {}).values()
    return _FILE if any(secret in value for value in written) else _ENVIRONMENT


def _mixed(profile: Profile) -> Iterator[Finding]:
    """A key goes to a host that does not stand beside it."""
    if profile.is_sandbox:
        return
    written = read_profiles(profile.home).get(profile.name, {}).get("base_url", "")
    named = base_url_of(written, profile.dialect)
    from_file = profile.base_url == named
    key_origin = _key_origin(profile)
    if key_origin == _FILE and not from_file:
        yield Finding(
            WARN,
            f"The key from {_FILE} is sent to {profile.base_url}, which KLING_BASE_URL names; the file names {named}.",
            "Unset KLING_BASE_URL, or set the key beside it in the environment.",
        )
    if key_origin == _ENVIRONMENT and written and from_file and not base_url_is_set():
        yield Finding(
            WARN,
            f"The key from {_ENVIRONMENT} is sent to {profile.base_url}, which {_FILE} names.",
            "Set KLING_BASE_URL beside the key, or write the key into the file.",
        )


def _unkeyed(profile: Profile) -> Iterator[Finding]:
    if not dialect_of(profile).keyed:
        yield Finding(
            NOTE,
            "It is not known that this host refuses a second task under the same key: a request that gets no answer is "
            "not sent again by itself (`kling jobs retry`)",
        )


def _free_call(profile: Profile) -> Finding:
    """Asks for a task that cannot exist: a provider that knows the key answers that there is none."""
    try:
        client = Client(profile)
        answer = client.dialect.read(client.transport.send(_question(client.dialect)))
    except NoAnswer as error:
        return Finding(FAIL, f"{profile.base_url} did not answer ({error}).", "Try again; look at the base URL.")
    except NotConfigured:
        raise
    except KlingError as error:
        return Finding(FAIL, error.what, error.advice)
    if isinstance(answer, Task) or answer.answer is Answer.ABSENT:
        return _answered(client, answer)
    level = WARN if answer.answer is Answer.LATER else FAIL
    return Finding(level, f"{client.base_url}: {answer.message}", answer.advice)


def _question(dialect: Dialect) -> Request:
    """After a task that cannot exist; where Kling's own platform has two addresses, the one for both kinds of key."""
    route = next(route for kind in OPERATIONS for route in dialect.routes(kind.kind))
    return dialect.query(route, _NO_SUCH_TASK)


def _answered(client: Client, answer: Task | Refusal) -> Finding:
    """Kling looks at the key before it looks for the task; of others that is not known."""
    if client.dialect.keyed:
        return Finding(OK, f"{client.base_url} answers and knows the key")
    if isinstance(answer, Refusal) and answer.code.removeprefix("HTTP ") == "404":
        return Finding(
            NOTE,
            f"{client.base_url} answers that nothing is there: no such task, as it should, or no such address. Whether "
            "base URL, dialect and key are right shows with the first job; a refused one costs nothing",
        )
    return Finding(OK, f"{client.base_url} answers in this dialect that there is no such task, as it should")


def _packs(profile: Profile) -> Iterator[Finding]:
    client, now = Client(profile), time.time()
    try:
        packs = client.packs()
    except KlingError as error:
        yield Finding(NOTE, f"The packs of this account are not known: {error.what}")
        return
    yield from pack_findings(packs, now, client.dialect.unit)
    if packs and client.dialect.keyed:
        spent = plain(client.ledger.spent(profile.name, now - _LAG * 3600, dialect=client.dialect.name))
        lag = f"The provider's figures lag by up to {_LAG} hours; in these, by the ledger: {spent} units"
        yield Finding(NOTE, lag)


def _trouble(pack: Pack, now: float) -> str:
    """ "" for a pack that is well, or not in force yet."""
    if pack.state == "runOut" or (pack.is_online and pack.remaining <= 0):
        return "It is empty: without another pack or a balance jobs are refused."
    if not pack.is_online:
        return ""
    if pack.expires and pack.expires / 1000 - now < _SOON:
        return "It expires within 3 days; units that remain are lost then."
    low = pack.total is not None and pack.remaining <= pack.total * _LOW
    return "A tenth or less is left." if low else ""
