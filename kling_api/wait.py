"""From an accepted task to a finished one: ask on a plan. An answer 'processing' is a success, not a failure."""

from __future__ import annotations

import time

from .dialects.wire import Answer, Refusal, Task, TaskState
from .job import NewJob, State
from .job_errors import cannot_ask, gone, gone_from_sandbox, not_known, task_failed
from .kept import kept_task
from .operations import ImageRecognize, TextToSpeech
from .polling import PATIENCE, Plan, make_plan
from .run import Run
from .settings import is_sandbox

#: Seconds for which Kling keeps results (all docs, 2026-09).
KEPT = 30 * 86400.0
ABSENT_TRIES = 4
#: Answered at once, and no page names a way to ask for them later.
_AT_ONCE = (TextToSpeech.kind, ImageRecognize.kind)


def wait(run: Run) -> Task:
    """Returns the succeeded task. Raises TaskFailed, or StillRunning when the provider cannot be asked any longer."""
    if (made := kept_task(run)) is not None and made.id == run.job.task_id:
        if made.state is TaskState.SUCCEEDED:
            return made
        _must_go_on(run, made, 0.0)
    adopted = run.claim.job.accepted_at is not None
    plan = _plan(run)
    run.watch.usual = plan.usual
    run.watch.begin(time.time() - (run.job.accepted_at or time.time()))
    run.watch.tell("asking" if adopted else "submitted")
    begun = time.monotonic()
    while True:
        run.watch.pause(0.0 if adopted else plan.next_wait(run.watch.seconds))
        adopted = False
        task = _ask(run)
        if isinstance(task, Task) and task.state is TaskState.SUCCEEDED and task.id == run.job.task_id:
            return task
        _must_go_on(run, task, time.monotonic() - begun)


def _ask(run: Run) -> Task | Refusal:
    """How the task is doing. "No such task" is asked again: of a task that was accepted it is hard to believe."""
    for attempt in range(1, ABSENT_TRIES):
        answer = _ask_once(run)
        if isinstance(answer, Task) or answer.answer is not Answer.ABSENT:
            return answer
        run.watch.tell("asking again (the provider does not know the task)")
        run.back_off(attempt)
    return _ask_once(run)


def _ask_once(run: Run) -> Task | Refusal:
    """Where the task was made; at a gateway that does not know it there, wherever else it may be asked for."""
    answer = run.question(run.dialect.query(run.job.route, run.job.task_id))
    if isinstance(answer, Task) or run.dialect.keyed or answer.answer not in (Answer.ABSENT, Answer.FINAL):
        return answer
    for route in run.dialect.routes(run.job.operation):
        request = run.dialect.query(route, run.job.task_id)
        if route == run.job.route or (request.needs_api_key and not run.has_api_key):
            continue
        other = run.question(request)
        if isinstance(other, Task) and other.id == run.job.task_id:
            return other
    return answer


def _must_go_on(run: Run, task: Task | Refusal, waited: float) -> None:
    """Raises unless the task is on its way. `waited`: seconds of this run; the clock may have been set since before."""
    if isinstance(task, Refusal) and run.job.state is State.COLLECTED and run.job.operation in _AT_ONCE:
        raise gone(run.job)  # nobody can be asked for it, and its answer has been kept for as long as its links hold
    if isinstance(task, Refusal) and task.answer is Answer.ABSENT:
        if is_sandbox(run.job.account):
            raise gone_from_sandbox(run.job)
        raise gone(run.job) if run.watch.seconds > KEPT else not_known(run.job)
    if isinstance(task, Refusal):
        raise cannot_ask(run.job, task.message, task.advice)
    if task.id != run.job.task_id:
        raise cannot_ask(run.job, f"The answer is about another task, {task.id}.")
    if task.state is TaskState.FAILED and run.job.state is State.COLLECTED:
        raise gone(run.job)  # it was made and paid; only its file is not there any more
    if task.state is TaskState.FAILED:
        run.job = run.ledger.failed(run.claim, task.message, run.job.with_steps(task.units))
        raise task_failed(run.job)
    if task.state is TaskState.UNFAMILIAR:
        raise cannot_ask(run.job, task.message, "Update kling-nodes, then collect the job.")
    if waited > PATIENCE:
        raise cannot_ask(run.job, f"The task is not done after {PATIENCE / 3600:.0f} hours.")
    run.watch.tell(task.state.value)


def _plan(run: Run) -> Plan:
    alike = NewJob(**{name: getattr(run.job, name) for name in NewJob.__dataclass_fields__})
    return make_plan(run.job.operation, run.local, run.ledger.median_seconds(alike))
