"""What an order needs first: clips uploaded to where a URL leads, faces found. Before it, nothing is ordered."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable

from .dialects.wire import Answer, Dialect, Refusal, Request
from .errors import NotDelivered
from .job_errors import preparation_unclear
from .kept import keep_preparation, kept_preparation, preparation_name
from .operations import Operation
from .operations.media import Medium, media_of, with_media, without_media
from .recordings import Footage, Sound
from .run import Run
from .transport import NoAnswer
from .uploads import Uploader, no_target

#: Two jobs that need the same answer pay for it once: the second waits for the first.
_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
_guard = threading.Lock()


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
        urls[medium] = run.uploader.upload(medium, run.watch.check)
    operation = with_media(operation, lambda medium: urls.get(medium, medium))
    while request := run.dialect.before(operation):
        allow()
        run.watch.check()
        run.watch.tell("preparing")
        answer = _paid(run, operation, request) if request.costs else run.preparation(operation, request)
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


def _paid(run: Run, operation: Operation, request: Request) -> Operation | Refusal:
    """The answer to a question that costs something: the one that is kept, or one attempt, whose answer is kept."""
    assert run.operation is not None
    # A clip of ours gets a new address each time; the question about it is known by its digest.
    name = preparation_name(run, run.dialect.before(without_media(run.operation)) or request)
    with _guard:
        lock = _locks[name]
    while not lock.acquire(timeout=0.5):
        run.watch.check()
    try:
        if (kept := kept_preparation(run, name)) is not None:
            return run.dialect.complete(operation, kept)
        return _asked_once(run, operation, request, name)
    finally:
        lock.release()


def _asked_once(run: Run, operation: Operation, request: Request, name: str) -> Operation | Refusal:
    attempt = 0
    while True:
        attempt += 1
        try:
            reply = run.transport.send(request)
        except NotDelivered as error:
            if attempt > TRIES:
                raise
            answer: Operation | Refusal = Refusal(Answer.LATER, error.what)
        except NoAnswer as error:
            raise preparation_unclear(run.job, f"No answer came ({error}).", _price(run, request)) from None
        else:
            answer = run.dialect.complete(operation, reply)
            if not isinstance(answer, Refusal) or _was_charged(answer):
                run.step_charged = True
                run.job = run.ledger.step_charged(run.claim, run.job.with_steps(request.costs))
                keep_preparation(run, name, reply, request.kept)
        if not isinstance(answer, Refusal) or answer.answer not in (Answer.LATER, Answer.UNCLEAR):
            return answer
        if answer.answer is Answer.UNCLEAR:
            raise preparation_unclear(run.job, answer.message, _price(run, request))
        run.watch.tell(f"asking again ({answer.message})")
        run.back_off(attempt, answer.retry_after)


#: Attempts to reach the provider before an order is given up.
TRIES = 8


def _was_charged(refusal: Refusal) -> bool:
    """A refusal of ours, of what a good answer holds: no face of that number."""
    return refusal.answer is Answer.FINAL and not refusal.code


def _price(run: Run, request: Request) -> str:
    return f"{request.costs} {run.dialect.unit_for(run.job.operation)}"
