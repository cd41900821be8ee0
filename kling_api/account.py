"""What is left on an account and what this machine has spent of it, and the same as a text for people.

Knows no provider: `look_up` asks through the client that it is given, the rest is pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from .client import Client
from .dialects import unit_of
from .dialects.wire import Pack
from .errors import NotOffered
from .job import OPEN, Job
from .ledger import Wanted
from .limits import NO_LIMITS, Limits, midnight, plain
from .profile import is_sandbox

LAG = "Kling's figures lag by up to 12 hours"
#: Open jobs that are named one by one; more are counted.
_NAMED = 20


@dataclass(frozen=True)
class Account:
    """One profile's account. Units are decimals, in the provider's `unit`; `packs` None where it does not tell them.

    `spent_today` and `spent` are what the ledger of this machine knows, jobs under way with their estimates.
    """

    profile: str
    packs: tuple[Pack, ...] | None
    spent_today: Decimal = Decimal(0)
    spent: Decimal = Decimal(0)
    open_jobs: tuple[Job, ...] = ()
    limits: Limits = NO_LIMITS
    unit: str = "units"

    @property
    def remaining(self) -> Decimal | None:
        """`unit`s left in all packs that are online, None where the provider does not tell."""
        return None if self.packs is None else self._left(self.unit)

    def left(self) -> dict[str, Decimal]:
        """The same for every unit that the account has packs of."""
        units = [self.unit, *(pack.unit for pack in self.packs or () if pack.unit)]
        return {unit: self._left(unit) for unit in dict.fromkeys(units)}

    def _left(self, unit: str) -> Decimal:
        online = (pack for pack in self.packs or () if pack.is_online and (pack.unit or self.unit) == unit)
        return sum((pack.remaining for pack in online), Decimal(0))


def look_up(client: Client, now: float) -> Account:
    """Asks the provider and the ledger; `now` in epoch seconds. Free.

    Raises a KlingError, such as Refused for a wrong key; a provider that has no way to tell is none.
    """
    profile, ledger = client.profile, client.ledger
    return Account(
        profile=profile.name,
        packs=_told(client),
        spent_today=ledger.spent(profile.name, midnight(now), dialect=client.dialect.name),
        spent=ledger.spent(profile.name, dialect=client.dialect.name),
        open_jobs=tuple(ledger.jobs(Wanted(states=OPEN, profile=profile.name, limit=None))),
        limits=profile.limits,
        unit=client.dialect.unit,
    )


def report(account: Account) -> str:
    """Lines for a person to read; no key is in them."""
    lines = [
        f"Profile {account.profile}",
        *(["The sandbox is free. Its packs are made up."] if is_sandbox(account.profile) else []),
        *_packs(account),
        f"Spent from this machine: {plain(account.spent_today)} {account.unit} today, {plain(account.spent)} in all "
        "(jobs under way with their estimates)",
        *_open_jobs(account.open_jobs),
        *_limits(account.limits),
    ]
    return "\n".join(lines)


def _told(client: Client) -> tuple[Pack, ...] | None:
    try:
        return client.packs()
    except NotOffered:
        return None


def _packs(account: Account) -> list[str]:
    if account.packs is None or account.remaining is None:
        return [f"The provider has no way to tell how many {account.unit} are left; look at its console."]
    if not account.packs:
        return ["The account has no resource packs."]
    in_order = sorted(account.packs, key=lambda pack: (not pack.is_online, pack.expires))
    lag = f" ({LAG})" if account.unit == "units" else ""
    told = " and ".join(f"{plain(left)} {unit}" for unit, left in account.left().items())
    return [
        f"{told} left in packs that are online{lag}",
        *(_pack(pack, pack.unit or account.unit) for pack in in_order),
    ]


def _pack(pack: Pack, unit: str) -> str:
    expiry = f", until {pack.last_day}" if pack.expires else ""
    of = "" if pack.total is None else f" of {plain(pack.total)}"
    return f"- {pack.name}: {plain(pack.remaining)}{of} {unit}, {pack.state}{expiry}"


def _open_jobs(jobs: tuple[Job, ...]) -> list[str]:
    if not jobs:
        return ["No open jobs"]
    more = [f"- and {len(jobs) - _NAMED} more"] if len(jobs) > _NAMED else []
    return [f"Open jobs: {len(jobs)}", *(_job(job) for job in jobs[:_NAMED]), *more]


def _job(job: Job) -> str:
    what = " ".join(word for word in (job.operation, job.model, job.mode) if word)
    return f"- {job.key}: {job.state.value}, {what}, {_price(job)}"


def _price(job: Job) -> str:
    if job.elsewhere:
        return "made elsewhere"
    units = job.charged or job.estimate
    return f"about {units} {unit_of(job.dialect, job.operation)}" if units else "no price known"


def _limits(limits: Limits) -> list[str]:
    """Only those that are set."""
    found = {
        "max_parallel": limits.max_parallel,
        "budget_per_day": limits.budget_per_day,
        "budget_total": limits.budget_total,
    }
    named = [f"{name} {plain(Decimal(value))}" for name, value in found.items() if value is not None]
    return [f"Limits of the profile: {', '.join(named) or 'none'}"]
