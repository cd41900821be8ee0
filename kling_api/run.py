"""One run of one job that it owns: what submit, wait and collect share, and the question that costs nothing."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from .dialects.wire import Answer, Dialect, Refusal, Reply, Request, Task
from .errors import KlingError, NotDelivered
from .job import Claim, Job
from .job_errors import cannot_ask, not_prepared, outcome_unknown
from .ledger import Ledger
from .limits import NO_LIMITS, Limits
from .operations import Operation
from .retry import wait_before
from .transport import NoAnswer, Transport
from .uploads import Uploader
from .watch import Watch

#: Seconds for which a question about a task is repeated while the provider cannot answer it.
UNANSWERED_AFTER = 300.0

Answered = TypeVar("Answered")


@dataclass
class Run:
    """`job` is the row as last written; `operation` is None when only the key is known (collecting).

    `local`: the provider is on this machine, so waiting is measured in tenths of the usual seconds. `recalled`: the
    names of kept answers that this run was built on. `parameters`: what the sidecar tells of the operation, once that
    is let go.
    """

    claim: Claim
    job: Job
    operation: Operation | None
    watch: Watch
    ledger: Ledger
    dialect: Dialect
    transport: Transport
    base_url: str
    results: Path
    local: bool
    has_api_key: bool = True
    limits: Limits = NO_LIMITS
    warnings: list[str] = field(default_factory=list)
    recalled: list[str] = field(default_factory=list)
    uploader: Uploader | None = None
    parameters: dict[str, Any] | None = None

    def ask(self, request: Request) -> Task | Refusal:
        """One attempt. Raises NotDelivered or NoAnswer."""
        return self.dialect.read(self.transport.send(request))

    def question(self, request: Request) -> Task | Refusal:
        """A question about a task. It costs nothing and is repeated while the provider cannot answer it."""
        return self.question_read_by(self.dialect.read, request)

    def preparation(self, operation: Operation, request: Request) -> Operation | Refusal:
        """A free request without which the order cannot be written; repeated like a question. Raises NotDelivered."""
        return self.question_read_by(lambda reply: self.dialect.complete(operation, reply), request, not_prepared)

    def try_to_ask(self, read: Callable[[Reply], Answered | Refusal], request: Request) -> Answered | Refusal:
        """One attempt of a question. Trouble on the way is a Refusal as well."""
        try:
            return read(self.transport.send(request))
        except NotDelivered as error:
            return Refusal(Answer.LATER, error.what)
        except NoAnswer as error:
            return Refusal(Answer.UNCLEAR, f"No answer came ({error}).")

    def question_read_by(
        self,
        read: Callable[[Reply], Answered | Refusal],
        request: Request,
        error: Callable[[Job, str], KlingError] | None = None,
    ) -> Answered | Refusal:
        """The same for an answer that is not one task. `error`: what is raised when nobody answers it."""
        begun = time.monotonic()
        attempt = 0
        while True:
            answer = self.try_to_ask(read, request)
            if not isinstance(answer, Refusal) or answer.answer not in (Answer.LATER, Answer.UNCLEAR):
                return answer
            if self.is_too_long(time.monotonic() - begun):
                error = error or (cannot_ask if self.job.task_id else outcome_unknown)
                raise error(self.job, answer.message)
            attempt += 1
            self.watch.tell(f"asking again ({answer.message})")
            self.back_off(attempt, answer.retry_after)

    def back_off(self, attempt: int, retry_after: float | None = None) -> None:
        """Waits before repetition number `attempt`; raises Stopped when the user stops."""
        self.watch.pause(self.wait_before(attempt, retry_after))

    def wait_before(self, attempt: int, retry_after: float | None) -> float:
        """Seconds before repetition number `attempt`."""
        seconds = wait_before(attempt, retry_after, random.random())
        return self.seconds(seconds) if retry_after is None else seconds  # a pace that was named is kept

    def is_too_long(self, unanswered: float) -> bool:
        """Whether a question that got no answer for so many seconds is given up."""
        return unanswered > self.seconds(UNANSWERED_AFTER)

    def seconds(self, usual: float) -> float:
        return usual * 0.1 if self.local else usual
