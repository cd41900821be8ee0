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
PACKS = ("video", "image")
#: The most pictures of one order, each of which takes a slot.
MOST_IMAGES = 9
_SHRINKS = (1, 2, 4, 8)


@dataclass(frozen=True)
class Account:
    """One customer: all keys share its tasks, units and slots. Units and slots None: those of the sandbox.

    Kling's own platform knows only keys of its own form; the gateways take all.
    """

    name: str = "sandbox"
    api_keys: tuple[str, ...] = field(default=(DEFAULT_API_KEY, DEFAULT_GATEWAY_KEY), repr=False)
    access_key: str = field(default=DEFAULT_ACCESS_KEY, repr=False)
    secret_key: str = field(default=DEFAULT_SECRET_KEY, repr=False)
    units: float | None = None
    slots: int | None = None
    image_units: float | None = None
    image_slots: int | None = None


@dataclass(frozen=True)
class SandboxConfig:
    """`port` 0 takes a free one. `folder` keeps tasks and clips; None makes one that is deleted at the end.

    `pace`: seconds of waiting per second of clip, so that 0.2 has a 5 s clip ready after 1 s (0: as soon as it is
    rendered). `units`: video units per account; `image_units` None: as many. `slots`: tasks of a version that may be
    under way at once; `image_slots`: pictures, None: as many, but no fewer than one order may have. `url_lifetime`:
    seconds that a result URL is valid. `retired`: refuse the models that Kling has announced to retire. `shrink`
    (1, 2, 4 or 8): clips are drawn at 1/shrink of Kling's width and height; for tests that do not look at them.
    """

    port: int = 0
    folder: Path | None = None
    accounts: tuple[Account, ...] = (Account(),)
    slots: int = 5
    units: float = 100_000
    image_units: float | None = None
    image_slots: int | None = None
    pace: float = 0.2
    url_lifetime: float = 30 * DAY
    retired: bool = False
    faults: tuple[Fault, ...] = ()
    shrink: int = 1

    def __post_init__(self) -> None:
        if self.pace < 0:
            raise ValueError(f"pace is {self.pace}; give 0 or more seconds per second of clip.")
        if self.shrink not in _SHRINKS:
            raise ValueError(f"shrink is {self.shrink}; give one of {', '.join(map(str, _SHRINKS))}.")
        names = [account.name for account in self.accounts]
        if len(set(names)) < len(names):
            raise ValueError(f"accounts must have different names, not {', '.join(names)}.")

    def milliunits_of(self, account: Account, pack: str = "video") -> int:
        """The size of the account's resource pack (video, image) in thousandths of a unit."""
        units = _first(account.units, self.units)
        if pack == "image":
            units = _first(account.image_units, self.image_units, units)
        return int(Decimal(str(units)) * 1000)

    def slots_of(self, account: Account, pack: str = "video") -> int:
        slots = _first(account.slots, self.slots)
        if pack == "image":
            slots = _first(account.image_slots, self.image_slots, max(slots, MOST_IMAGES))
        return int(slots)


def _first(*values: float | None) -> float:
    """The first that is given; the last one always is."""
    return next(value for value in values if value is not None)
