"""How many jobs of a profile may be under way, and how many units it may spend. Decisions only; the ledger counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

#: Seconds for which a task that nobody here waits for is taken to hold its slot (typical tasks need up to 10 min).
SLOT_HELD = 600.0


class NoTurn(Exception):
    """All slots of the profile are taken; the text says by how many. Another job's end gives the turn."""


class BudgetSpent(Exception):
    """The job's estimate would pass the profile's budget; the text gives the numbers, `advice` says what to do."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.advice = advice


@dataclass(frozen=True)
class Limits:
    """What a profile allows itself. None: no limit. Budgets in the provider's units; a day is one of this computer."""

    max_parallel: int | None = None
    budget_per_day: Decimal | None = None
    budget_total: Decimal | None = None

    @property
    def has_budget(self) -> bool:
        return self.budget_per_day is not None or self.budget_total is not None

    def check_turn(self, taken: int, slots: int) -> None:
        """Raises NoTurn while `taken` slots leave no room for `slots` more. Alone, even a larger job has its turn."""
        if self.max_parallel is not None and taken and taken + slots > self.max_parallel:
            raise NoTurn(f"{taken} of {self.max_parallel} in use")

    def check_budget(self, price: Decimal | None, today: Decimal, in_all: Decimal) -> None:
        """Raises BudgetSpent when `price` (units) on top of what was spent would pass a limit, or is not known."""
        if not self.has_budget:
            return
        if price is None:
            raise BudgetSpent(
                "no price is known for this request, so it cannot be held to the budget",
                "Choose a model with a price in the README's table (most other providers tell none), or a profile "
                "without a budget.",
            )
        limits = (
            ("budget_per_day", self.budget_per_day, today, "today", "or wait for a new day"),
            ("budget_total", self.budget_total, in_all, "in all", "or use another profile"),
        )
        for name, limit, spent, when, otherwise in limits:
            if limit is not None and spent + price > limit:
                raise BudgetSpent(
                    f"it costs about {plain(price)} units; {plain(spent)} of {plain(limit)} units {when} "
                    f"are spent or promised ({name})",
                    f"Raise {name} in profiles.toml, make a shorter or cheaper clip, {otherwise}.",
                )


NO_LIMITS = Limits()


def midnight(now: float) -> float:
    """When this computer's day began that the epoch seconds `now` are in."""
    return datetime.fromtimestamp(now).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def plain(units: Decimal) -> str:
    """ "2.5", "30" - without zeros at the end and without an exponent."""
    return f"{units.normalize():f}" if units else "0"
