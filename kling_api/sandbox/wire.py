"""What a dialect of the sandbox is: a table of routes whose answers are plain functions. No sockets here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from .core import Task
from .refusals import Refused


@dataclass(frozen=True)
class Call:
    """One HTTP request as it came. `parts` are the variable pieces of the path."""

    parts: Mapping[str, str]
    query: Mapping[str, str]
    authorization: str | None = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Reply:
    """One HTTP answer; `body` is JSON."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Route:
    """`pattern` as /v1/videos/text2video/{key}. `operation` is what faults and counters call it."""

    method: str
    pattern: str
    operation: str
    answer: Callable[[Call], Reply]


class Dialect(Protocol):
    """How one provider says it."""

    def routes(self) -> Sequence[Route]: ...

    def refusal(self, refused: Refused) -> Reply: ...

    def callback_body(self, task: Task) -> dict[str, Any]: ...
