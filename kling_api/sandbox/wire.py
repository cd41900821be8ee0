"""What a dialect of the sandbox is: a table of routes whose answers are plain functions. No sockets here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from .core import Task
from .refusals import Refused


@dataclass(frozen=True)
class Call:
    """One HTTP request as it came. `parts` are the variable pieces of the path.

    A multipart form has no `body`, but texts in `form`, and `files` that are deleted once it is answered.
    """

    parts: Mapping[str, str]
    query: Mapping[str, str]
    authorization: str | None = field(repr=False)
    body: bytes = field(repr=False)
    form: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """One HTTP answer; `body` is JSON."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Route:
    """`pattern` as /v1/videos/text2video/{key}. `answer` may raise Refused.

    `operation` is what faults call it, or finds that out where one address serves several; it must not raise.
    """

    method: str
    pattern: str
    operation: str | Callable[[Call], str]
    answer: Callable[[Call], Reply]

    def operation_of(self, call: Call) -> str:
        return self.operation if isinstance(self.operation, str) else self.operation(call)


class Dialect(Protocol):
    """How one provider says it. `refusal` translates a code of Kling's own into its body and HTTP status."""

    def routes(self) -> Sequence[Route]: ...

    def refusal(self, refused: Refused) -> Reply: ...

    def callback_body(self, task: Task) -> dict[str, Any] | None:
        """What its callback URL is told of a task's present state; None: this state is not told."""
        ...
