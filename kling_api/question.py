"""How one task is doing, asked until its wait is over. Decides from each answer whether to ask again, and when.

Sends nothing: that is done in `rounds`, for all tasks that are waited for.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future

from .dialects.wire import Answer, Refusal, Task, TaskState
from .polling import PATIENCE, Plan
from .run import Run

#: "No such task" is asked again so often: of a task that was accepted it is hard to believe.
ABSENT_TRIES = 4
UNDER_WAY = (TaskState.SUBMITTED, TaskState.PROCESSING)


class Question:
    """`answered`: the answer that ends the wait, good or bad. `due`: when to ask next, on the steady clock."""

    def __init__(self, run: Run, plan: Plan, at_once: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self.run = run
        self.task_id = run.job.task_id
        self.answered: Future[Task | Refusal] = Future()
        self.answered.set_running_or_notify_cancel()  # whoever waits for it cannot cancel it
        self._plan = plan
        self._clock = clock
        self._begun = clock()
        self._troubled_since: float | None = None
        self._troubles = 0
        self._absent = 0
        self.due = self._begun + (0.0 if at_once else plan.next_wait(run.watch.seconds))

    @property
    def waited(self) -> float:
        """Seconds of this run; the clock may have been set since the job began."""
        return self._clock() - self._begun

    def is_under_way(self, answer: Task) -> bool:
        return answer.id == self.task_id and answer.state in UNDER_WAY

    def hear(self, answer: Task | Refusal) -> None:
        """Ends the wait, or sets `due`."""
        wait = self._next_wait(answer)
        if wait is None:
            self.answered.set_result(answer)
        else:
            self.due = self._clock() + wait

    def _next_wait(self, answer: Task | Refusal) -> float | None:
        """Seconds until it is asked again, None when it is not."""
        if isinstance(answer, Refusal) and answer.answer in (Answer.LATER, Answer.UNCLEAR):
            return self._after_trouble(answer)
        self._troubled_since, self._troubles = None, 0
        if isinstance(answer, Refusal):
            return self._after_no(answer)
        self._absent = 0
        if not self.is_under_way(answer) or self.waited > PATIENCE:
            return None
        self.run.watch.state = answer.state.value
        return self._plan.next_wait(self.run.watch.seconds)

    def _after_trouble(self, answer: Refusal) -> float | None:
        """The provider cannot answer now. For how long that is borne is a budget of its own."""
        self._troubled_since = self._troubled_since or self._clock()
        if self.run.is_too_long(self._clock() - self._troubled_since):
            return None
        self._troubles += 1
        self.run.watch.state = f"asking again ({answer.message})"
        return self.run.wait_before(self._troubles, answer.retry_after)

    def _after_no(self, answer: Refusal) -> float | None:
        self._absent += 1
        if answer.answer is not Answer.ABSENT or self._absent >= ABSENT_TRIES:
            return None
        self.run.watch.state = "asking again (the provider does not know the task)"
        return self.run.wait_before(self._absent, None)
