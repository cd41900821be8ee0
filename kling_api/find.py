"""Finds a task that is there already: by our key, in the provider's list, or one made by others. Sends no order."""

from __future__ import annotations

from .dialects.wire import Answer, Refusal, Task
from .errors import OutcomeUnknown
from .job_errors import no_such_task, not_shown, outcome_unknown
from .run import Run
from .sidecar import write_sidecar

#: Seconds between look-ups of a task that may have been made: a read right after a create was never missed in 152
#: live tries (2026-09), so three looks settle it.
LOOK_UP_WAITS = (0.0, 1.0, 3.0)
#: Pages of a list that are looked through: 500 tasks each, of one operation.
MOST_PAGES = 10


def find_by_our_key(run: Run) -> bool:
    """Looks the task up by our key; True when it is there and now recorded. Raises OutcomeUnknown for a refusal."""
    if not can_look_up(run):
        return False
    for seconds in LOOK_UP_WAITS:
        run.watch.pause(run.seconds(seconds))
        task = _look_up(run)
        if task is not None:
            accepted(run, task)
            return True
    return False


def can_look_up(run: Run) -> bool:
    """Whether the provider can be asked for a task without its id."""
    route, key = run.job.route, run.job.key
    return run.dialect.look_up(route, key) is not None or run.dialect.list_page(route, 1) is not None


def find_named(run: Run, task_id: str) -> bool:
    """Asks for the task that an unclear answer to our order has named; True when it is there and now recorded.

    A provider may also name a task that stands in the way: one that another job has is not this one's.
    """
    known = run.ledger.get(task_id) if task_id else None
    if not task_id or (known and known.key != run.job.key):
        return False
    for seconds in LOOK_UP_WAITS:
        run.watch.pause(run.seconds(seconds))
        try:
            answer = run.question(run.dialect.query(run.job.route, task_id))
        except OutcomeUnknown:  # nobody answers; the caller tells the task's id
            return False
        if isinstance(answer, Task) and answer.id == task_id and answer.job_key in ("", run.job.key):
            accepted(run, answer)
            return True
    return False


def find_elsewhere(run: Run) -> None:
    """Asks for a task that was made by others; afterwards the job is `running`. Raises InvalidRequest or Refused."""
    task_id, refusal = run.job.task_id, None
    for route in run.dialect.routes(run.job.operation):
        request = run.dialect.query(route, task_id)
        if request.needs_api_key and not run.has_api_key:
            continue
        answer = run.question(request)
        if isinstance(answer, Task) and task_id not in (answer.id, answer.job_key):
            continue  # an answer about another task
        if isinstance(answer, Task):
            run.job = run.ledger.found_elsewhere(run.claim, answer.id, route, answer.created / 1000)
            run.watch.task_id = answer.id
            return
        refusal = refusal if answer.answer is Answer.ABSENT else answer
    if refusal:
        run.job = run.ledger.refused(run.claim, refusal.message, refusal.code, refusal.request_id)
        raise not_shown(run.job, refusal.advice)
    run.job = run.ledger.refused(run.claim, "The provider knows no such task.", "", "")
    raise no_such_task(run.job, task_id)


def accepted(run: Run, task: Task) -> None:
    """Records the task first of all: from here on it is found again whatever happens."""
    run.watch.task_id = task.id
    run.job = run.ledger.accepted(run.claim, task.id, task.request_id)
    write_sidecar(run)


def _look_up(run: Run) -> Task | None:
    request = run.dialect.look_up(run.job.route, run.job.key)
    if request is None:
        return _look_through_list(run)
    answer = run.question(request)
    if isinstance(answer, Task):
        return answer if _is_ours(run, answer) else None
    return _absent(run, answer)


def _look_through_list(run: Run) -> Task | None:
    """Page by page, as the order is not documented; only a task that names our key is ours."""
    for number in range(1, MOST_PAGES + 1):
        run.watch.check()
        request = run.dialect.list_page(run.job.route, number)
        answer = run.question_read_by(run.dialect.read_list, request) if request else ()
        if isinstance(answer, Refusal):
            return _absent(run, answer)
        if not answer:
            return None
        ours = [task for task in answer if task.job_key == run.job.key]
        if ours:
            return ours[0]
    return None


def _absent(run: Run, refusal: Refusal) -> None:
    if refusal.answer is not Answer.ABSENT:
        raise outcome_unknown(run.job, f"The look-up was refused: {refusal.message}")


def _is_ours(run: Run, task: Task) -> bool:
    """A provider that does not know our keys may answer with a stranger's task."""
    return task.job_key == run.job.key or (run.dialect.keyed_at(run.job.route) and not task.job_key)
