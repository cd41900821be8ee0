"""What an order needs first: clips uploaded to where a URL leads, faces found. Before it, nothing is ordered."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from .dialects.wire import Answer, Dialect, Refusal, Reply, Request
from .errors import KlingError, NotDelivered
from .job_errors import not_prepared, nothing_ordered, preparation_unclear
from .kept import keep_preparation, kept_preparation, preparation_name
from .limits import BudgetSpent, plain
from .operations import Operation
from .operations.media import Medium, media_of, with_media, without_media
from .recordings import Footage, Sound
from .run import Run
from .transport import NoAnswer
from .uploads import Uploader, no_target


def must_be_uploadable(operation: Operation, dialect: Dialect, uploader: Uploader | None) -> None:
    """Raises InvalidRequest for a clip or sound that must be a URL while there is nowhere to put it."""
    if uploader is None:
        for field in _to_upload(operation, dialect):
            raise no_target(field)


def prepared(run: Run, operation: Operation, allow: Callable[[], None]) -> Operation | Refusal:
    """The operation with what the order needs; `allow` is called before each step and raises when it may not be."""
    waiting = _to_upload(operation, run.dialect)
    urls: dict[Medium, str] = {}
    for medium in dict.fromkeys(waiting.values()):
        allow()
        run.watch.check()
        run.watch.tell("uploading")
        assert run.uploader is not None  # `must_be_uploadable` has been asked
        try:
            urls[medium] = run.uploader.upload(medium, run.watch.check)
        except KlingError as error:
            error.charged, error.job_key = nothing_ordered(run.job), run.job.key
            raise
    operation = with_media(operation, lambda medium: urls.get(medium, medium))
    while request := run.dialect.before(operation):
        allow()
        run.watch.check()
        run.watch.tell("preparing")
        answer = _paid(run, operation, request, allow) if request.costs else run.preparation(operation, request)
        if isinstance(answer, Refusal):
            return answer
        operation = answer
    return operation


def _to_upload(operation: Operation, dialect: Dialect) -> dict[str, Footage | Sound]:
    """By the name of the field: all clips, and the sounds that the provider takes by URL alone."""
    only = dialect.urls_only(operation.kind)
    return {
        name: medium
        for name, medium in media_of(operation).items()
        if isinstance(medium, Footage) or (isinstance(medium, Sound) and name in only)
    }


def _paid(run: Run, operation: Operation, request: Request, allow: Callable[[], None]) -> Operation | Refusal:
    """The answer to a question that costs something: the one that is kept, or one attempt, whose answer is kept."""
    assert run.operation is not None
    # A clip of ours gets a new address each time; the question about it is known by its digest.
    name = preparation_name(run, run.dialect.before(without_media(run.operation)) or request)
    while (kept := kept_preparation(run, name)) is None and not run.ledger.lease(name, LEASE):
        run.watch.tell("waiting for another run that needs the same")
        run.watch.pause(run.seconds(2.0))
    if kept is not None:
        return run.dialect.complete(operation, kept)
    try:
        if (kept := kept_preparation(run, name)) is not None:  # that other run has just ended
            return run.dialect.complete(operation, kept)
        return _asked(run, operation, request, name, allow)
    finally:
        run.ledger.end_lease(name)


def _asked(
    run: Run, operation: Operation, request: Request, name: str, allow: Callable[[], None]
) -> Operation | Refusal:
    """Repeated only after answers that say that nothing was done. Raises NotDelivered when it stays so."""
    trouble = ""
    for attempt in range(1, TRIES + 1):
        reply = _sent_once(run, request, allow)
        answer = reply if isinstance(reply, Refusal) else run.dialect.complete(operation, reply)
        if isinstance(answer, Refusal) and answer.answer is Answer.UNCLEAR:
            raise preparation_unclear(run.job, answer.message, _price(run, request))
        if isinstance(reply, Reply) and (not isinstance(answer, Refusal) or _was_charged(answer)):
            keep_preparation(run, name, reply, request.kept)
            return answer
        run.job = run.ledger.book_steps(run.claim, _steps_before(run, request))
        if not isinstance(answer, Refusal) or answer.answer is not Answer.LATER:
            return answer
        trouble = answer.message
        run.watch.tell(f"asking again ({trouble})")
        run.back_off(attempt, answer.retry_after)
    raise not_prepared(run.job, trouble)


def _sent_once(run: Run, request: Request, allow: Callable[[], None]) -> Reply | Refusal:
    """Booked first, so that a budget holds all the questions that are on their way."""
    while True:
        allow()
        try:
            run.job = run.ledger.book_steps(run.claim, _added(run.job.steps, request.costs), run.limits)
            break
        except BudgetSpent:  # by another run since; `allow` says so
            continue
    try:
        return run.transport.send(request)
    except NotDelivered as error:
        return Refusal(Answer.LATER, error.what, error.advice)
    except NoAnswer as error:
        return Refusal(Answer.UNCLEAR, f"No answer came ({error}).")


#: Attempts before an order is given up.
TRIES = 8
#: Seconds for which a run that was killed keeps others from asking; longer than an answer is waited for.
LEASE = 330.0


def _steps_before(run: Run, request: Request) -> str:
    """Without the one that came to nothing."""
    left = Decimal(run.job.steps or 0) - Decimal(request.costs)
    return plain(left) if left else ""


def _added(steps: str, costs: str) -> str:
    return plain(Decimal(steps or 0) + Decimal(costs))


def _was_charged(refusal: Refusal) -> bool:
    """A refusal of ours, of what a good answer holds: no face of that number."""
    return refusal.answer is Answer.FINAL and not refusal.code


def _price(run: Run, request: Request) -> str:
    return f"{request.costs} {run.dialect.unit_for(run.job.operation)}"
