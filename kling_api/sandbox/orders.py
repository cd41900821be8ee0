"""What is ordered, by whom, and why an order is not taken. What becomes of it is in `core`."""

from __future__ import annotations

from dataclasses import dataclass


class NotPlaced(Exception):
    """An order that was not taken; nothing was made."""


class DuplicateExternalId(NotPlaced):
    def __init__(self, external_id: str) -> None:
        super().__init__(external_id)
        self.external_id = external_id


class NoUnitsLeft(NotPlaced):
    pass


class NoFreeSlot(NotPlaced):
    pass


@dataclass(frozen=True)
class Order:
    """What a dialect wants made. `pack` (video, image) and `version` of the model decide which slots it takes.

    `result`: the files, where it was made at once.
    """

    product: str
    pack: str
    version: str
    seconds: float
    milliunits: int
    work: str
    slots: int = 1
    external_id: str = ""
    callback_url: str = ""
    watermark: bool = False
    result: str | None = None


@dataclass(frozen=True)
class Allowance:
    """An account with its pack: `milliunits` in all, `slots` at once."""

    account: str
    milliunits: int
    slots: int


@dataclass(frozen=True)
class Fate:
    """What a fault has decided about a task before it was made."""

    failure: str = ""
    stuck: bool = False
