"""A job as the ledger keeps it: values only. How they get to disk is in `ledger`."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from .limits import plain


class State(Enum):
    """Where a job is. OPEN states may still cost or hold money; a new run of the same request adopts them."""

    CREATED = "created"  # recorded, nothing sent
    SENDING = "sending"  # a request is on its way, or was when the process died
    UNKNOWN = "unknown"  # sent, no usable answer, not found by our key
    RUNNING = "running"  # the provider has accepted it; task_id is known
    COLLECTED = "collected"  # the files are on disk
    REFUSED = "refused"  # the provider said no, or a budget of ours did; nothing was made
    FAILED = "failed"  # accepted, then failed at the provider


OPEN = (State.CREATED, State.SENDING, State.UNKNOWN, State.RUNNING)


@dataclass(frozen=True)
class NewJob:
    """What is known of a job before it is sent.

    `estimate`: units that it will cost by the price table, a decimal string, "" without a price; `worth`: what one of
    them is in units of the profile's budget. `slots`: how many of the account's parallel tasks it takes. `elsewhere`:
    task `task_id` was made by somebody else and is only fetched.
    """

    fingerprint: str
    account: str
    profile: str
    dialect: str
    route: str
    operation: str
    model: str
    mode: str
    duration: int
    estimate: str = ""
    slots: int = 1
    task_id: str = ""
    elsewhere: bool = False
    worth: str = "1"


@dataclass(frozen=True)
class Job:
    """A row. Times are epoch seconds; `seconds` is how long the provider worked; `files` are names in results/, of
    `sizes` bytes (() in rows of the first version).

    `unanswered` counts the requests whose outcome nobody told us; `may_repeat`: somebody has allowed one more.
    `steps`: units of small steps before the order, which `units` holds as well. `finished_at`: when the provider was
    seen to be done. `forgotten_at`: since when no request leads here any more.
    """

    key: str
    fingerprint: str
    state: State
    account: str
    profile: str
    dialect: str
    route: str
    operation: str
    model: str
    mode: str
    duration: int
    estimate: str
    slots: int
    elsewhere: bool
    task_id: str
    request_id: str
    video_id: str
    units: str
    files: tuple[str, ...]
    sizes: tuple[int, ...]
    error: str
    error_code: str
    unanswered: int
    may_repeat: bool
    created_at: float
    sent_at: float | None
    accepted_at: float | None
    finished_at: float | None
    collected_at: float | None
    forgotten_at: float | None
    seconds: float | None
    owner: str
    heartbeat: float
    worth: str = "1"
    steps: str = ""

    def with_steps(self, units: str) -> str:
        """What the provider told of the task, and the steps before it; "" where it told nothing of the task."""
        return plain(Decimal(units) + Decimal(self.steps)) if units and self.steps else units

    @property
    def charged(self) -> str:
        """Units that are known to have been taken: `units`, or those of the steps alone where nothing was made."""
        unmade = self.state in (State.CREATED, State.REFUSED, State.FAILED)
        return self.units or (self.steps if unmade else "")

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


@dataclass(frozen=True)
class Claim:
    """The job of a request, and the name under which this run owns it ("" when another live run does)."""

    job: Job
    owner: str
