"""From a recorded job to an accepted task: send once, and sort the outcome by what it did to the money.

Every branch ends with the row telling the truth; nothing whose outcome is unknown is sent under another key.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, replace

from .dialects.wire import Answer, Refusal, Request, Task, TaskState
from .errors import Charged, KlingError, NotConfigured, NotDelivered, OutcomeUnknown, Refused
from .find import accepted, can_look_up, find_by_our_key, find_named
from .job import State
from .job_errors import never_accepted, nothing_ordered, outcome_unknown, over_budget
from .kept import forget_preparations, keep_task, kept_task
from .limits import BudgetSpent, NoTurn
from .operations import Operation
from .prepare import prepared
from .profile import is_sandbox
from .run import Run
from .steps import Steps, pause
from .transport import NoAnswer

#: Seconds after which we stop trying to reach the provider at all.
UNREACHABLE_AFTER = 60.0
#: Seconds between two looks whether it is this job's turn.
TURN_LOOK = 1.0
#: Seconds for which addresses of uploads are surely good; the shortest that a bucket can be set to is an hour.
PREPARED_FOR = 45 * 60.0
#: Refusals (a value, a resource) that may mean that what was prepared is not known any more.
_MAY_BE_STALE = frozenset({"1200", "1201", "1203"})


def submit(run: Run) -> Steps[None]:
    """Raises NotDelivered, Refused or OutcomeUnknown; afterwards the job is `running` and has a task id."""
    if (made := kept_task(run)) is not None:
        accepted(run, made)
        return
    if run.job.state is State.SENDING:
        run.job = run.ledger.unanswered(run.claim, "The program ended while the request was on its way.")
    if run.job.state is State.UNKNOWN:
        if can_look_up(run):
            run.watch.tell("looking up an earlier request")
        try:
            if find_by_our_key(run):
                return
        except OutcomeUnknown:  # somebody has decided already, for a gateway that cannot be asked by our key
            if not run.job.may_repeat:
                raise
        _may_send_again(run, run.job.error)
    if run.operation is None:
        raise never_accepted(run.job)
    attempts = _Attempts(sent_again=run.job.unanswered > 0)
    _must_be_able_to_keep(run)
    request = _written(run, run.operation, attempts)
    while not (yield from _attempt(run, request, attempts)):
        if attempts.is_stale:
            request = _written(run, run.operation, attempts)


@dataclass
class _Attempts:
    """What one submission remembers between its attempts."""

    sent_again: bool
    refusals: int = 0
    unreachable_since: float | None = None
    prepared_at: float | None = None

    @property
    def is_stale(self) -> bool:
        """Whether what was prepared may have expired while the order waited for its turn."""
        return self.prepared_at is not None and time.monotonic() - self.prepared_at > PREPARED_FOR


def _attempt(run: Run, request: Request, attempts: _Attempts) -> Steps[bool]:
    """One POST and what follows from it. True when the task is accepted, False to try again."""
    yield from _take_turn(run, request.route)
    if attempts.is_stale:
        run.job = run.ledger.nothing_made(run.claim)
        return False
    try:
        answer = run.ask(request)
    except NotDelivered as error:
        _wait_for_network(run, error, attempts)
        return False
    except NoAnswer as error:
        answer = Refusal(Answer.UNCLEAR, f"The request was sent and no answer came ({error}).")
    if isinstance(answer, Task):
        if request.at_once:
            if answer.outputs and answer.state is not TaskState.FAILED:
                answer = replace(answer, state=TaskState.SUCCEEDED, message="")
            keep_task(run, answer)
        accepted(run, answer)
        return True
    if answer.answer is Answer.LATER:
        yield from _wait_for_slot(run, answer, attempts)
        return False
    if answer.answer is Answer.FINAL or _is_no_address(answer):
        if answer.code in _MAY_BE_STALE:
            forget_preparations(run)
        raise _refused(run, answer)
    return _settle_unknown(run, answer, attempts)


def _written(run: Run, operation: Operation, attempts: _Attempts) -> Request:
    """The order, with what it needs. Nothing of the user's is handed over for one that will not be sent."""
    answer = prepared(run, operation, lambda: _must_be_affordable(run))
    if isinstance(answer, Refusal):
        raise _refused(run, answer)
    attempts.prepared_at = None if answer == operation else time.monotonic()
    return run.dialect.create(answer, run.job.key)


def _is_no_address(answer: Refusal) -> bool:
    """Nothing is there to take an order. Only an error says that: an empty success may come from one that took it."""
    return answer.answer is Answer.ABSENT and bool(answer.code)


def _settle_unknown(run: Run, answer: Refusal, attempts: _Attempts) -> bool:
    """The task may have been made: look it up; not found, send once more under the same key where that is safe."""
    said = answer.message
    if answer.task_id:
        said += f" It names task {answer.task_id}: `kling collect {answer.task_id} --operation {run.job.operation}`."
    run.job = run.ledger.unanswered(run.claim, said)
    run.watch.tell("no clear answer: looking the task up" if can_look_up(run) else "no clear answer")
    if find_by_our_key(run) or find_named(run, answer.task_id):
        return True
    if attempts.sent_again or answer.answer is Answer.DUPLICATE:
        raise outcome_unknown(run.job, said, can_look_up(run))
    _may_send_again(run, said)
    attempts.sent_again = True
    return False


def _must_be_able_to_keep(run: Run) -> None:
    """Before anything is spent: what is made could not be fetched into a folder that takes no files."""
    probe = run.results / f"probe.{uuid.uuid4().hex[:8]}.part"
    try:
        run.results.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise NotConfigured(
            f"Results cannot be written to {run.results}: {error.strerror or error}.",
            "Make room or fix the folder.",
            charged=nothing_ordered(run.job),
            job_key=run.job.key,
        ) from None


def _take_turn(run: Run, route: str) -> Steps[None]:
    """Records that a request is on its way, as soon as the profile's own limits allow one."""
    while True:
        run.watch.check()
        try:
            run.job = run.ledger.sending(run.claim, route, run.limits)
        except NoTurn as full:
            run.watch.tell(f"waiting for a free slot ({full}: max_parallel of profile {run.job.profile})")
            yield from pause(run.watch, run.seconds(TURN_LOOK))
        except BudgetSpent as spent:
            raise _over_budget(run, spent) from None
        else:
            run.watch.tell(f"submitting{_about(run)}")
            return


def _must_be_affordable(run: Run) -> None:
    try:
        run.ledger.check_budget(run.job, run.limits)
    except BudgetSpent as spent:
        raise _over_budget(run, spent) from None


def _over_budget(run: Run, spent: BudgetSpent) -> KlingError:
    if not run.job.unanswered:
        run.job = run.ledger.refused(run.claim, f"Over the budget: {spent}.", "", "")
    return over_budget(run.job, str(spent), spent.advice)


def _about(run: Run) -> str:
    free = " (sandbox, free)" if is_sandbox(run.job.profile) else ""
    return f", about {run.job.estimate} {run.dialect.unit_for(run.job.operation)}{free}" if run.job.estimate else ""


def _may_send_again(run: Run, reason: str) -> None:
    """Only where the provider refuses a second task under our key can a repetition cost nothing.

    Elsewhere somebody has to decide it by hand (`kling jobs retry`), once for each time.
    """
    if not run.dialect.keyed_at(run.job.route) and not run.job.may_repeat:
        raise outcome_unknown(run.job, reason, can_look_up(run))


def _wait_for_network(run: Run, error: NotDelivered, attempts: _Attempts) -> None:
    run.job = run.ledger.nothing_made(run.claim)
    attempts.unreachable_since = attempts.unreachable_since or time.monotonic()
    attempts.refusals += 1
    if time.monotonic() - attempts.unreachable_since > run.seconds(UNREACHABLE_AFTER):
        error.job_key = run.job.key
        error.charged = nothing_ordered(run.job)
        raise error
    run.watch.tell(f"waiting for the network ({error.what})")
    run.back_off(attempts.refusals)


def _wait_for_slot(run: Run, answer: Refusal, attempts: _Attempts) -> Steps[None]:
    run.job = run.ledger.nothing_made(run.claim)
    attempts.refusals += 1
    run.watch.tell(f"waiting for a free slot ({answer.message})")
    yield from pause(run.watch, run.wait_before(attempts.refusals, answer.retry_after))


def _refused(run: Run, refusal: Refusal) -> KlingError:
    if run.job.unanswered:
        # An earlier request of this job may still arrive; the row must go on looking for it.
        run.job = run.ledger.unanswered(run.claim, refusal.message)
        said = f"{refusal.message} But an earlier request of this job got no answer."
        return outcome_unknown(run.job, said, can_look_up(run))
    run.job = run.ledger.refused(run.claim, refusal.message, refusal.code, refusal.request_id)
    return Refused(
        refusal.message,
        refusal.advice,
        charged=Charged.STEP_BEFORE if run.job.steps else None,
        code=refusal.code,
        job_key=run.job.key,
        request_id=refusal.request_id,
    )
