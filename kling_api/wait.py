"""From an accepted task to a finished one. An answer 'processing' is a success, not a failure."""

from __future__ import annotations

import time

from .dialects.wire import Answer, Refusal, Task, TaskState
from .errors import KlingError
from .job import NewJob, State
from .job_errors import cannot_ask, gone, gone_from_sandbox, not_known, task_failed
from .kept import kept_task
from .operations import ImageRecognize, TextToSpeech
from .polling import PATIENCE, Plan, make_plan
from .question import UNDER_WAY, Question
from .rounds import rounds
from .run import Run
from .settings import is_sandbox
from .sidecar import let_go_of_operation
from .steps import Steps, Wait

#: Seconds for which Kling keeps results (all docs, 2026-09).
KEPT = 30 * 86400.0
#: Answered at once, and no page names a way to ask for them later.
_AT_ONCE = (TextToSpeech.kind, ImageRecognize.kind)


def wait(run: Run) -> Steps[Task]:
    """Returns the succeeded task. Raises TaskFailed, or StillRunning when the provider cannot be asked any longer."""
    if (made := kept_task(run)) is not None and made.id == run.job.task_id:
        if made.state is TaskState.SUCCEEDED:
            return made
        if made.state not in UNDER_WAY:
            raise _not_made(run, made)
    let_go_of_operation(run)
    adopted = run.claim.job.accepted_at is not None
    plan = _plan(run)
    run.watch.usual = plan.usual
    run.watch.begin(time.time() - (run.job.accepted_at or time.time()))
    run.watch.tell("asking" if adopted else "submitted")
    question = Question(run, plan, at_once=adopted)
    rounds().add(question)
    try:
        yield Wait(run.watch, future=question.answered)
        run.watch.check()
    finally:
        rounds().drop(question)
    answer = question.answered.result()
    if isinstance(answer, Task) and answer.state is TaskState.SUCCEEDED and answer.id == run.job.task_id:
        return answer
    raise _not_made(run, answer)


def _not_made(run: Run, task: Task | Refusal) -> KlingError:
    """What the answer means that has ended the wait, and is not the finished task."""
    if isinstance(task, Refusal) and run.job.state is State.COLLECTED and run.job.operation in _AT_ONCE:
        return gone(run.job)  # nobody can be asked for it, and its answer has been kept for as long as its links hold
    if isinstance(task, Refusal) and task.answer is Answer.ABSENT:
        if is_sandbox(run.job.account):
            return gone_from_sandbox(run.job)
        return gone(run.job) if run.watch.seconds > KEPT else not_known(run.job)
    if isinstance(task, Refusal):
        return cannot_ask(run.job, task.message, task.advice)
    if task.id != run.job.task_id:
        return cannot_ask(run.job, f"The answer is about another task, {task.id}.")
    if task.state is TaskState.FAILED and run.job.state is State.COLLECTED:
        return gone(run.job)  # it was made and paid; only its file is not there any more
    if task.state is TaskState.FAILED:
        run.job = run.ledger.failed(run.claim, task.message, run.job.with_steps(task.units))
        return task_failed(run.job)
    if task.state is TaskState.UNFAMILIAR:
        return cannot_ask(run.job, task.message, "Update kling-nodes, then collect the job.")
    return cannot_ask(run.job, f"The task is not done after {PATIENCE / 3600:.0f} hours.")


def _plan(run: Run) -> Plan:
    alike = NewJob(**{name: getattr(run.job, name) for name in NewJob.__dataclass_fields__})
    return make_plan(run.job.operation, run.local, run.ledger.past_seconds(alike))
