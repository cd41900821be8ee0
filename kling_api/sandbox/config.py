"""What a sandbox is started with: accounts, units, slots, pace, lifetime of URLs, faults."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from .faults import Fault

DEFAULT_API_KEY = "api-key-kling-sandbox"
DEFAULT_GATEWAY_KEY = "sk-sandbox"
DEFAULT_ACCESS_KEY = "sandbox-access-key"
DEFAULT_SECRET_KEY = "sandbox-secret-key-0123456789abcdef"  # noqa: S105 - plainly fake, opens nothing
DAY = 86400.0


@dataclass(frozen=True)
class Account:
    """One customer: all keys share its tasks, units and slots. `units` and `slots` None: those of the sandbox.

    Kling's own platform knows only keys of its own form; the gateways take all.
    """

    name: str = "sandbox"
    api_keys: tuple[str, ...] = field(default=(DEFAULT_API_KEY, DEFAULT_GATEWAY_KEY), repr=False)
    access_key: str = field(default=DEFAULT_ACCESS_KEY, repr=False)
    secret_key: str = field(default=DEFAULT_SECRET_KEY, repr=False)
    units: float | None = None
    slots: int | None = None


@dataclass(frozen=True)
class SandboxConfig:
    """`port` 0 takes a free one. `folder` keeps tasks and clips; None makes one that is deleted at the end.

    `pace`: seconds of waiting per second of clip, so that 0.2 has a 5 s clip ready after 1 s (0: as soon as it is
    rendered). `units`: video units per account, and as many image units. `slots`: tasks of a kind that may be under way
    at once. `url_lifetime`: seconds that a result URL is valid. `retired`: refuse the models that Kling has announced
    to retire.
    """

    port: int = 0
    folder: Path | None = None
    accounts: tuple[Account, ...] = (Account(),)
    slots: int = 5
    units: float = 100_000
    pace: float = 0.2
    url_lifetime: float = 30 * DAY
    retired: bool = False
    faults: tuple[Fault, ...] = ()

    def __post_init__(self) -> None:
        if self.pace < 0:
            raise ValueError(f"pace is {self.pace}; give 0 or more seconds per second of clip.")
        names = [account.name for account in self.accounts]
        if len(set(names)) < len(names):
            raise ValueError(f"accounts must have different names, not {', '.join(names)}.")

    def milliunits_of(self, account: Account) -> int:
        """The size of the account's resource pack in thousandths of a unit."""
        return int(Decimal(str(self.units if account.units is None else account.units)) * 1000)

    def slots_of(self, account: Account) -> int:
        return self.slots if account.slots is None else account.slots
