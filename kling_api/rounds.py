"""Asks how all tasks are doing that this process waits for: with few threads, and with few requests.

Where a provider tells of several tasks in one answer, those that are due are asked for together, and others ride along.
Such an answer only ever says that a task is on its way, or brings what it has made; all else is asked singly.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from .dialects.wire import Answer, Refusal, Round, Task, TaskState
from .question import Question
from .redaction import redact
from .threads import Threads

log = logging.getLogger(__name__)

#: Requests under way at a provider: a hundred tasks of one that tells of one at a time, 0.4 s each, take 5 s.
MOST_REQUESTS = 8
#: Seconds for which tasks are asked for singly after a provider did not tell of them together.
SINGLY_FOR = 600.0
#: Seconds after which, once or twice, a thread without tasks ends.
_IDLE = 10.0


@dataclass(frozen=True)
class _Group:
    """Tasks that can be asked for in one request: of one customer, in one way."""

    dialect: str
    customer: Hashable
    round: Round


class Rounds:
    """One process's waiting tasks. Safe to share between threads."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._waiting: set[Question] = set()
        self._asked: set[Question] = set()
        self._singly_until: dict[_Group, float] = {}
        self._threads: dict[str, Threads] = {}
        self._runs = False

    def add(self, question: Question) -> None:
        """From now on it is asked when it is due, until it is answered."""
        with self._condition:
            if not self._runs:
                threading.Thread(target=self._work_or_tell, name="kling rounds", daemon=True).start()
                self._runs = True
            self._waiting.add(question)
            self._condition.notify()

    def drop(self, question: Question) -> None:
        """Nobody waits for it any more."""
        with self._condition:
            self._waiting.discard(question)

    def _work_or_tell(self) -> None:
        """A run must not wait for an answer that nobody asks for any more."""
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - handed to the runs that wait for an answer
            with self._condition:
                self._runs = False
                waiting, self._waiting, self._asked = self._waiting, set(), set()
            _fail(waiting, error)

    def _work(self) -> None:
        while True:
            with self._condition:
                for group, questions in self._due():
                    self._asked.update(questions)
                    threads = self._threads_for(questions[0].run.base_url)
                    threads.run(lambda group=group, questions=questions: self._ask(group, questions))
                self._condition.wait(min(_IDLE, max(0.0, self._next_due() - time.monotonic())))
                if not self._waiting:
                    self._condition.wait_for(lambda: self._waiting, _IDLE)
                if not self._waiting:
                    self._runs = False
                    return

    def _threads_for(self, provider: str) -> Threads:
        """Each has its own: one that does not answer must not keep the tasks of another one waiting."""
        return self._threads.setdefault(provider, Threads(MOST_REQUESTS, "kling question"))

    def _next_due(self) -> float:
        return min((question.due for question in self._waiting - self._asked), default=float("inf"))

    def _due(self) -> Iterable[tuple[_Group | None, list[Question]]]:
        """What to ask now: each a request, or a few."""
        now = time.monotonic()
        groups: dict[_Group | None, list[Question]] = defaultdict(list)
        for question in self._waiting - self._asked:
            groups[self._group(question, now)].append(question)
        for group, questions in groups.items():
            due = [question for question in questions if question.due <= now]
            if group is None:
                yield from ((None, [question]) for question in due)
            elif due:
                yield from _together(group, questions, len(due))

    def _group(self, question: Question, now: float) -> _Group | None:
        """None for a task that is asked for singly."""
        run = question.run
        together = run.dialect.round(run.job.route, run.has_api_key)
        if together is None:
            return None
        group = _Group(run.dialect.name, run.transport.customer, together)
        return None if self._singly_until.get(group, 0.0) > now else group

    def _ask(self, group: _Group | None, questions: list[Question]) -> None:
        left: list[Question] = []
        try:
            if group and len(questions) > 1:
                left = self._ask_together(group, questions)
                for question in left:  # not one after the other: tasks that are done together are seen together
                    threads = self._threads_for(question.run.base_url)
                    threads.run(lambda question=question: self._ask(None, [question]))
            else:
                for question in questions:
                    question.hear(_singly(question))
        except BaseException as error:  # noqa: BLE001 - handed to the runs that wait for an answer
            left = []
            _fail(questions, error)
        finally:
            with self._condition:
                self._asked.difference_update(set(questions) - set(left))
                self._waiting.difference_update([question for question in questions if question.answered.done()])
                self._condition.notify()

    def _ask_together(self, group: _Group, questions: list[Question]) -> list[Question]:
        """Those that are still to be asked singly."""
        told = _told(group.round, questions)
        if isinstance(told, Refusal):
            return self._without_an_answer(group, questions, told)
        left: list[Question] = []
        for question in questions:
            task = told.get(question.task_id)
            if task and (question.is_under_way(task) or _is_made(task, group.round, question)):
                question.hear(task)
            else:
                left.append(question)
        if len(told) < len(questions) / 2:
            self._go_on_singly(group, "its answer leaves tasks out")
        return left

    def _without_an_answer(self, group: _Group, questions: list[Question], refusal: Refusal) -> list[Question]:
        """Whether it is the provider that has trouble, or this way of asking, the first task alone can tell."""
        if refusal.answer is Answer.LATER:
            _hear_all(questions, refusal)
            return []
        answer = _singly(questions[0])
        if isinstance(answer, Refusal) and answer.answer in (Answer.LATER, Answer.UNCLEAR):
            _hear_all(questions, answer)
            return []
        self._go_on_singly(group, refusal.message)
        questions[0].hear(answer)
        return questions[1:]

    def _go_on_singly(self, group: _Group, reason: str) -> None:
        log.info("Tasks are asked for one by one: %s", redact(reason))
        with self._condition:
            self._singly_until[group] = time.monotonic() + SINGLY_FOR


def rounds() -> Rounds:
    """Those of this process; a forked child has its own."""
    return _rounds.setdefault(os.getpid(), Rounds())  # in one step: threads that come at once share one


_rounds: dict[int, Rounds] = {}


def _together(group: _Group, questions: list[Question], due: int) -> Iterable[tuple[_Group, list[Question]]]:
    """Full requests: a place in one that goes out anyway costs nothing, so the next that will be due ride along."""
    most = group.round.most
    chosen = sorted(questions, key=lambda question: question.due)[: -(-due // most) * most]
    return [(group, chosen[start : start + most]) for start in range(0, len(chosen), most)]


def _told(together: Round, questions: Sequence[Question]) -> dict[str, Task] | Refusal:
    """By task id, what the provider tells of them; a Refusal when it does not answer in that way."""
    run = questions[0].run
    wanted = sorted({question.task_id for question in questions})
    answer = run.try_to_ask(run.dialect.read_list, run.dialect.ask_round(together, wanted))
    return answer if isinstance(answer, Refusal) else {task.id: task for task in answer if task.id in wanted}


def _singly(question: Question) -> Task | Refusal:
    """Where the task was made; at a gateway that does not know it there, wherever else it may be asked for."""
    run = question.run
    answer = run.try_to_ask(run.dialect.read, run.dialect.query(run.job.route, question.task_id))
    if isinstance(answer, Task) or run.dialect.keyed or answer.answer not in (Answer.ABSENT, Answer.FINAL):
        return answer
    for route in run.dialect.routes(run.job.operation):
        request = run.dialect.query(route, question.task_id)
        if route == run.job.route or (request.needs_api_key and not run.has_api_key):
            continue
        other = run.try_to_ask(run.dialect.read, request)
        if isinstance(other, Task) and other.id == question.task_id:
            return other
        if isinstance(other, Refusal) and other.answer in (Answer.LATER, Answer.UNCLEAR):
            return other
    return answer


def _fail(questions: Iterable[Question], error: BaseException) -> None:
    for question in questions:
        if not question.answered.done():
            question.answered.set_exception(error)


def _hear_all(questions: Iterable[Question], answer: Refusal) -> None:
    for question in questions:
        question.hear(answer)


def _is_made(task: Task, together: Round, question: Question) -> bool:
    """A failure is the task's own to tell: it ends the job for good, and the same request is a new order then."""
    its_own = together.path == question.run.job.route
    return its_own and task.state is TaskState.SUCCEEDED and bool(task.outputs)
