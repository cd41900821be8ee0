"""The sums of many schedules, and how they are printed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields


@dataclass(frozen=True)
class Figures:
    """What schedules were made of, and what came of them; the last three should be 0.

    `jobs`: rows in ledgers. `posts`: that have left a customer. Of the jobs, `never_finished` wait for
    a task that the sandbox never ends, `open_by_decision` for a person.
    """

    schedules: int = 0
    processes: int = 0
    kills: int = 0
    stops: int = 0
    restarts: int = 0
    posts: int = 0
    requests: int = 0
    jobs: int = 0
    tasks_made: int = 0
    charges: int = 0
    collected: int = 0
    failed: int = 0
    refused: int = 0
    never_finished: int = 0
    open_by_decision: int = 0
    lost: int = 0
    double: int = 0
    broken: int = 0
    faults: dict[str, int] = field(default_factory=dict)

    def __add__(self, other: Figures) -> Figures:
        names = [field.name for field in fields(self) if field.name != "faults"]
        sums = {name: getattr(self, name) + getattr(other, name) for name in names}
        return Figures(**sums, faults=dict(Counter(self.faults) + Counter(other.faults)))

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.double or self.broken) and self.charges == self.collected

    def text(self, seconds: float) -> str:
        faults = [f"  {kind:<18} {count:>7}" for kind, count in sorted(self.faults.items())]
        values = [(field.name, getattr(self, field.name)) for field in fields(self) if field.name != "faults"]
        lines = [f"{name.replace('_', ' '):<20} {value:>7}" for name, value in values]
        faults_made = f"{'faults made':<20} {sum(self.faults.values()):>7}"
        pace = f"{'seconds':<20} {seconds:>7.0f}  ({self.schedules / max(seconds, 0.001):.1f} schedules/s)"
        return "\n".join([*lines[:5], faults_made, *faults, *lines[5:], pace])
