"""What a job's row says, as the error that a user gets to read. Pure."""

from __future__ import annotations

from .dialects.wire import Answer, Refusal
from .errors import (
    Charged,
    DownloadFailed,
    InvalidRequest,
    KlingError,
    LedgerError,
    NotDelivered,
    NotOffered,
    OutcomeUnknown,
    OverBudget,
    Refused,
    StillRunning,
    TaskFailed,
)
from .job import Job, State
from .redaction import named


def remembered(job: Job) -> KlingError:
    """The error of a job that another run has brought to its end."""
    if job.state is State.FAILED:
        return task_failed(job)
    return Refused(job.error, code=job.error_code, job_key=job.key, request_id=job.request_id)


def task_failed(job: Job) -> TaskFailed:
    return TaskFailed(
        f"The provider accepted the task, which then failed: {job.error.rstrip('.') or 'no reason was given'}.",
        "Whoever made it can make another one."
        if job.elsewhere
        else "Change what the reason names and run again; running again makes a new task.",
        job_key=job.key,
        task_id=job.task_id,
    )


def outcome_unknown(job: Job, reason: str, can_ask: bool = True) -> OutcomeUnknown:
    """`can_ask`: the provider can be asked by our key, or by its list, whether the task is there."""
    advice = _to_be_asked(job) if can_ask else _not_to_be_asked(job)
    return OutcomeUnknown(
        f"Nobody can say whether the task was made. {reason}",
        _only_collected(job) if job.forgotten_at else advice,
        job_key=job.key,
    )


def not_prepared(job: Job, reason: str) -> NotDelivered:
    """Before the order: a picture could not be uploaded, say."""
    return NotDelivered(
        f"What the order needs first could not be done. {reason}",
        "No order was sent now. Run the same request again.",
        charged=Charged.UNKNOWN if job.unanswered else Charged.NO,
        job_key=job.key,
    )


def preparation_unclear(job: Job, reason: str, price: str) -> OutcomeUnknown:
    """Something small that the order needs first, and that is charged by itself."""
    return OutcomeUnknown(
        f"What the order needs first could not be done. {reason}",
        f"No order was sent now. Whether that step ({price}) was charged is not known. Run the same request again to "
        "repeat it.",
        job_key=job.key,
    )


def nothing_ordered(job: Job) -> Charged:
    """Where the order itself was not sent now."""
    if job.unanswered:
        return Charged.UNKNOWN
    return Charged.STEP_BEFORE if job.steps else Charged.NO


def over_budget(job: Job, reason: str, advice: str) -> OverBudget:
    return OverBudget(
        f"The budget of profile {job.profile} does not allow this job: {reason}.",
        advice,
        charged=nothing_ordered(job),
        job_key=job.key,
    )


def no_such_task(job: Job, task_id: str) -> InvalidRequest:
    return InvalidRequest(
        f"The provider knows no {named(f'{job.operation} task', task_id)} of this account.",
        "Check the id, the operation and the profile: tasks belong to one account in one region.",
    )


def not_told(refusal: Refusal) -> Refused:
    """A question about the account, not about a job."""
    kind = NotOffered if refusal.answer is Answer.ABSENT else Refused
    return kind(refusal.message, refusal.advice, code=refusal.code, request_id=refusal.request_id)


def not_shown(job: Job, advice: str) -> Refused:
    """Somebody else's task that the provider does not show us."""
    return Refused(job.error, advice, code=job.error_code, request_id=job.request_id)


def never_accepted(job: Job) -> OutcomeUnknown:
    """Collecting by key alone cannot send what was never accepted: the ledger keeps no prompt and no picture."""
    return OutcomeUnknown(
        "This job was never accepted, so there is nothing to collect.",
        _only_collected(job)
        if job.forgotten_at
        else "Run the same request again: it goes on from here without being paid twice.",
        charged=Charged.UNKNOWN if job.unanswered else Charged.NO,
        job_key=job.key,
    )


def cannot_ask(job: Job, reason: str, advice: str = "") -> StillRunning:
    return StillRunning(
        f"The task was accepted, but how it is doing cannot be seen. {reason}",
        f"{advice} {_free(job)}".strip(),
        charged=Charged.ONCE if job.state is State.COLLECTED else None,
        job_key=job.key,
        task_id=job.task_id,
    )


def gone(job: Job) -> DownloadFailed:
    return DownloadFailed(
        f"The provider does not know task {job.task_id} any more; Kling keeps results for 30 days.",
        "If it was made with another key or region, use that profile. A different seed, or "
        f"`kling jobs forget {job.key}`, makes a new task.",
        job_key=job.key,
        task_id=job.task_id,
    )


def not_known(job: Job) -> StillRunning:
    """Not `gone`: the task is young enough to be there, so nobody must be led to pay for another one."""
    return StillRunning(
        f"The task was accepted, but the provider does not know task {job.task_id} now.",
        f"It may belong to another key or region. Later: {_free(job)}",
        charged=Charged.ONCE if job.state is State.COLLECTED else Charged.WILL_BE,
        job_key=job.key,
        task_id=job.task_id,
    )


def gone_from_sandbox(job: Job) -> DownloadFailed:
    return DownloadFailed(
        f"The sandbox does not know task {job.task_id} any more: its folder was deleted.",
        f"A different seed, or `kling jobs forget {job.key}`, makes a new task; that costs nothing.",
        charged=Charged.NO,
        job_key=job.key,
        task_id=job.task_id,
    )


def not_fetched(job: Job, reason: str) -> DownloadFailed:
    return DownloadFailed(
        reason,
        _free(job),
        job_key=job.key,
        task_id=job.task_id,
    )


def unrecorded(job: Job, error: LedgerError, task_id: str) -> LedgerError:
    """The ledger failed in the middle of a job: what that means for the money depends on how far the job had come.

    `task_id`: as the provider told it, also where the row does not hold it yet.
    """
    charged = {
        State.SENDING: Charged.UNKNOWN,
        State.UNKNOWN: Charged.UNKNOWN,
        State.RUNNING: Charged.ONCE if job.finished_at else Charged.WILL_BE,
        State.COLLECTED: Charged.ONCE,
    }
    return LedgerError(
        error.what,
        f"{error.advice} Then run the same request again: it goes on from there and is not paid twice.",
        charged=charged.get(job.state, Charged.NO),
        job_key=job.key,
        task_id=task_id or job.task_id,
    )


def stopped_while_another_works(job: Job) -> StillRunning:
    return StillRunning(
        "Stopped waiting; another run of the same request goes on with the job.",
        "Run the same request again to get its result.",
        job_key=job.key,
        task_id=job.task_id,
    )


def stopped(job: Job) -> StillRunning:
    """What a stop means for the money, by how far the job had come."""
    if job.state is State.COLLECTED:
        return StillRunning("Stopped.", _free(job), charged=Charged.ONCE, job_key=job.key)
    if job.task_id:
        return StillRunning(
            "Stopped waiting; the task goes on at the provider, as there is no cancel.",
            _free(job),
            job_key=job.key,
            task_id=job.task_id,
        )
    if job.state in (State.SENDING, State.UNKNOWN):
        advice = "Run the same request again: it is looked up where that is possible, and not sent twice by itself."
        return StillRunning("Stopped while it was being sent.", advice, charged=Charged.UNKNOWN, job_key=job.key)
    return StillRunning("Stopped before anything was made.", charged=nothing_ordered(job), job_key=job.key)


def _free(job: Job) -> str:
    """How to get at a task that was made. The request of a forgotten job, or of one of others, does not lead to it."""
    collect = f"`kling collect {job.key}` (node KlingCollect)"
    if job.forgotten_at or job.elsewhere:
        return f"Use {collect}; that is free."
    return f"Run the same request again with profile {job.profile}, or use {collect}; that is free."


def _only_collected(job: Job) -> str:
    return (
        "It was forgotten: the same request is a new job and is paid anew. "
        f"Only `kling collect {job.key}` (node KlingCollect) looks for it."
    )


def _to_be_asked(job: Job) -> str:
    return (
        "Run the same request again: it is looked up first, and never sent twice by itself. If it is never found, "
        f"`kling jobs retry {job.key}` allows one more try; a different seed makes a new task."
    )


def _not_to_be_asked(job: Job) -> str:
    return (
        "This provider cannot be asked for it, and nothing is sent again by itself. Look at its console: a task that "
        f"is there comes with `kling collect TASK_ID --operation {job.operation} --profile {job.profile}`; if there is "
        f"none, `kling jobs retry {job.key}` allows one more try."
    )
