"""The values between a dialect and the rest: what is sent, what came back, and what it means. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Protocol

from ..operations import Operation


@dataclass(frozen=True)
class Request:
    """One HTTP request. `route` is kept in the ledger and says where the task is asked for later.

    `at_once`: an order whose answer is the finished task, which can hardly be asked for again. `costs`: a preparation
    that is charged (in the dialect's unit); its answer is kept for `kept` seconds, and it is never repeated while its
    outcome is unknown.
    """

    method: str
    path: str
    body: dict[str, Any] | None = field(default=None, repr=False)
    query: dict[str, str] | None = None
    route: str = ""
    needs_api_key: bool = False
    at_once: bool = False
    costs: str = ""
    kept: float = 0.0


@dataclass(frozen=True)
class Reply:
    """One answer: HTTP status, the decoded JSON (None when it was none), and the pace that the server asked for."""

    status: int
    body: Any = field(repr=False)
    retry_after: float | None = None


class TaskState(Enum):
    SUBMITTED = "submitted"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNFAMILIAR = "a word that we do not know"


@dataclass(frozen=True)
class Output:
    """One result at the provider: `kind` video, image, audio, voice or element; `duration` in seconds where it has one.

    `url` "": an id and no file (an element). `name` tells apart what one task makes of several sorts ("face_seg").
    """

    kind: str
    url: str = field(repr=False)
    id: str = ""
    duration: float | None = None
    name: str = ""


@dataclass(frozen=True)
class Task:
    """A task as the provider sees it. Times are epoch milliseconds; `units` a decimal string.

    `job_key` is our key where the answer names it.
    """

    id: str
    state: TaskState
    message: str = ""
    outputs: tuple[Output, ...] = ()
    units: str = ""
    created: int = 0
    updated: int = 0
    request_id: str = ""
    job_key: str = ""


class Answer(Enum):
    """What an answer that is not a task means for the money."""

    LATER = "refused for now; nothing was made"
    FINAL = "refused for good; nothing was made"
    DUPLICATE = "a task with our key is there already"
    ABSENT = "no such task"
    UNCLEAR = "nobody knows whether a task was made"


@dataclass(frozen=True)
class Refusal:
    """An answer that is not a task. `task_id`: one that it names all the same.

    Whoever names a task may have made it: such an answer to an order is never FINAL and never LATER.
    """

    answer: Answer
    message: str
    advice: str = ""
    code: str = ""
    request_id: str = ""
    retry_after: float | None = None
    task_id: str = ""


@dataclass(frozen=True)
class Round:
    """A way to ask for several tasks in one request: at `path`, at most `most` of them.

    The records of tasks that were made on the route `path` are those that a question about one task gets.
    """

    path: str
    most: int


@dataclass(frozen=True)
class Pack:
    """A resource pack of the account. `total` and `remaining` in `unit`, "" for the dialect's own; `total` None where
    not said; times in epoch milliseconds, 0 where not said.

    `state` is the provider's word: toBeOnline, online, expired, runOut.
    """

    name: str
    total: Decimal | None
    remaining: Decimal
    state: str
    effective: int = 0
    expires: int = 0
    unit: str = ""

    @property
    def is_online(self) -> bool:
        return self.state == "online"

    @property
    def last_day(self) -> str:
        """The day of this computer on which it expires, "2026-12-21"; "" where nobody says."""
        try:
            return datetime.fromtimestamp(self.expires / 1000).date().isoformat() if self.expires else ""
        except (ValueError, OverflowError, OSError):  # a time that no calendar has
            return f"{self.expires} ms"


@dataclass(frozen=True)
class Kept:
    """A voice or an element that the provider keeps, by its `kind`: `owned_by` "kling" or the number of an account.

    `url` leads to its sound or its picture, "" where it has none; `status` is the provider's word, "" where not said.
    """

    id: str
    name: str
    kind: str
    owned_by: str = ""
    status: str = ""
    url: str = field(default="", repr=False)


class KeyKind(Enum):
    """What a profile has to show who it is."""

    API_KEY = "an API key"
    PAIR = "an access key with its secret key"
    NONE = "no key"


class Dialect(Protocol):
    """How one provider says it. Pure functions over the values above.

    `keyed`: our job key travels with a create, a second create under it is refused, and a task can be found by it; an
    order without a place for the key is told by `keyed_at`.
    `unit`: what the provider counts money in. `hosts`: where "auto" takes it for granted, ".example.com" for all hosts
    below. `base_url`: its usual address, "" where each customer has another. `url_endings`: what people add to it
    although the dialect's own paths begin with it. `keeps_files`: clips and sounds can be uploaded to it, also for
    profiles of other providers.
    """

    name: str
    keyed: bool
    unit: str
    hosts: tuple[str, ...]
    base_url: str
    url_endings: tuple[str, ...]
    keeps_files: bool

    def keys(self, host: str) -> frozenset[KeyKind]:
        """The kinds of key that are taken at that host."""
        ...

    def keyed_at(self, route: str) -> bool:
        """`keyed`, for what is ordered with that `Request.route`."""
        ...

    def unit_for(self, operation: str) -> str:
        """`unit`, or that of the operation where a provider counts several things ("image units")."""
        ...

    def worth(self, operation: str) -> Decimal:
        """How much of `unit` one of `unit_for(operation)` is worth, so that a budget can hold both."""
        ...

    def urls_only(self, operation: str) -> frozenset[str]:
        """The operation's fields of pictures and sounds that the provider takes by URL alone; clips always are."""
        ...

    def fields(self, operation: str) -> frozenset[str]:
        """The operation's fields that can be said here, with any model; none for an operation that cannot be done."""
        ...

    def models_for(self, operation: str) -> tuple[str, ...]:
        """The models that are documented for the operation, by Kling's ids where it has one; () where nobody says."""
        ...

    def takes(self, operation: str, field: str, value: Any) -> bool:
        """Whether the field can be said here and may have that value, with some model."""
        ...

    def problem(self, operation: str, model: str, asked: Mapping[str, Any]) -> str:
        """Why this cannot be done, with the values that would do; "" when it can, or when nobody knows.

        `asked` maps some or all of `capabilities.FEATURES` to what is wanted; what is left out may be anything.
        """
        ...

    def check(self, operation: Operation) -> tuple[str, ...]:
        """Raises InvalidRequest for what the provider cannot do; returns warnings."""
        ...

    def estimate(self, operation: Operation) -> Decimal | None:
        """What it will cost, in the dialect's unit; None where no price is known."""
        ...

    def before(self, operation: Operation) -> Request | None:
        """A request without which the order cannot be written, such as the upload of a picture; None: it can."""
        ...

    def complete(self, operation: Operation, reply: Reply) -> Operation | Refusal:
        """The operation with what the answer to `before` has added to it."""
        ...

    def create(self, operation: Operation, job_key: str) -> Request: ...

    def query(self, route: str, task_id: str) -> Request: ...

    def round(self, route: str, has_api_key: bool) -> Round | None:
        """How tasks made on that route are asked for together, None where each is asked for by itself."""
        ...

    def ask_round(self, together: Round, task_ids: Sequence[str]) -> Request:
        """One request for all of them; its answer is read by `read_list`, and may hold others or leave some out."""
        ...

    def look_up(self, route: str, job_key: str) -> Request | None:
        """The request that finds a task by our key, None where the provider has none."""
        ...

    def list_page(self, route: str, number: int) -> Request | None:
        """Page `number` (from 1) of the tasks made on that route, for where no query by our key is documented."""
        ...

    def routes(self, operation: str) -> tuple[str, ...]:
        """Where a task of that operation may be asked for when somebody else made it; () for an unknown operation."""
        ...

    def packs(self, start: int, end: int) -> Request | None:
        """The request for the account's packs from `start` to `end` (epoch ms), None where the provider has none."""
        ...

    def library(self, kind: str, page: int) -> Request | None:
        """The request for page `page` (from 1) of what is kept; None where the provider has none.

        `kind`: "voice" and "element" of the account, "preset-voice" and "preset-element" of the provider.
        """
        ...

    def delete(self, kind: str, id: str) -> Request | None:
        """The request that deletes a "voice" or an "element" of the account, None where the provider has none."""
        ...

    def read(self, reply: Reply) -> Task | Refusal: ...

    def read_list(self, reply: Reply) -> tuple[Task, ...] | Refusal: ...

    def read_packs(self, reply: Reply) -> tuple[Pack, ...] | Refusal: ...

    def read_library(self, reply: Reply) -> tuple[Kept, ...] | Refusal: ...

    def read_deleted(self, reply: Reply) -> Refusal | None:
        """None when it is gone."""
        ...
