"""Who would pay for what a node orders, and whether they can: what Run would find, told before it. Makes no ledger."""

from __future__ import annotations

import time
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ..kling_api.dialects import dialect_of, named
from ..kling_api.errors import LedgerError, NotConfigured
from ..kling_api.limits import BudgetSpent, midnight
from ..kling_api.settings import load_profile
from . import host
from .job_list import ledger_of

if TYPE_CHECKING:
    from ..kling_api.dialects.wire import Dialect
    from ..kling_api.profile import Profile


@dataclass(frozen=True)
class Payer:
    """`profile`: None where it cannot be used, for the reason of `problem`, or is not known yet (`problem` "").

    `dialect`: that of the profile; Kling's own where there is none, as a good guess.
    """

    dialect: Dialect
    profile: Profile | None = None
    problem: str = ""

    @property
    def is_sandbox(self) -> bool:
        return self.profile is not None and self.profile.is_sandbox


def payer(name: str | None) -> Payer:
    """Of the profile of that name, "" for the default one. None (linked): nobody knows yet."""
    if name is None:
        return Payer(named("official"))
    try:
        profile = load_profile(name, host.data_folder())
    except NotConfigured as error:
        return Payer(named("official"), problem=error.what)
    return Payer(dialect_of(profile), profile)


def over_budget(payer: Payer, price: Decimal | None, is_least: bool = False) -> str:
    """Why the profile's own budgets do not allow it, "" where they do. `price`: in units of a budget, None where none

    is known. `is_least`: it may cost more.
    """
    profile = payer.profile
    if profile is None or not profile.limits.has_budget:
        return ""
    try:
        today, in_all = _spent(profile, payer.dialect.name)
        profile.limits.check_budget(price, today, in_all)
    except LedgerError as error:
        return error.what
    except BudgetSpent as spent:
        if is_least:
            return f"What is left of the budget of profile {profile.name} is not enough for this job."
        return f"The budget of profile {profile.name} does not allow this job: {spent}."
    return ""


def _spent(profile: Profile, dialect: str) -> tuple[Decimal, Decimal]:
    """Today and in all, as the ledger counts it when the job is sent."""
    ledger = ledger_of(profile.home)
    if ledger is None:
        return Decimal(0), Decimal(0)
    today = ledger.spent(profile.name, midnight(time.time()), dialect=dialect)
    return today, ledger.spent(profile.name, dialect=dialect)
