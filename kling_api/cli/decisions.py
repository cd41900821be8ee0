"""`kling jobs forget` and `kling jobs retry`: what only the user can decide about a job."""

from __future__ import annotations

import sys
import time
from typing import Annotated

import typer

from ..client import Client
from ..errors import Charged, InvalidRequest, LedgerError
from ..job import Job, State
from ..ledger import Ledger, open_ledger
from ..owners import STALE_AFTER
from ..processes import is_alive
from ..settings import data_folder
from . import flags
from .console import show, show_error, show_json
from .job_key import Key, no_such_job, read_key

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask; needed with --json and in scripts.")]

_CANNOT_ASK = "cannot be looked up at this provider: look at its console first. The next"
_MEANINGS = {
    State.CREATED: "Nothing was made for it yet.",
    State.SENDING: "A request for it was on its way: it may be charged. `kling collect {key}` can still look it up.",
    State.UNKNOWN: "Nobody knows whether it was made: it may be charged. `kling collect {key}` can still look it up.",
    State.RUNNING: "It was made and is charged. `kling collect {key}` can still fetch its result, for 30 days.",
}


def forget(key: Key, yes: Yes = False, as_json: flags.AsJson = False) -> None:
    """Cut a job off from its request: the same request is a new job then, and is paid again. Asks nobody at Kling."""
    ledger = open_ledger(data_folder())
    job = _job(key)
    if job.is_open and not job.forgotten_at:
        ask(f"Job {job.key} is {job.state.value}. {_MEANINGS[job.state].format(key=job.key)} Forget it?", yes, as_json)
    if not job.forgotten_at:
        job = _forget(ledger, job)
    _tell("forgotten", job, "The same request is a new job from now on, and is paid anew.", as_json)


def retry(
    key: Key,
    yes: Yes = False,
    profile: Annotated[str, typer.Option(metavar="NAME", help="Default: the profile that made the job.")] = "",
    as_json: flags.AsJson = False,
) -> None:
    """Let a job of unknown outcome be sent once more by the next run of its request.

    It is looked up first, where the provider can be asked; elsewhere look at the provider's console before.
    """
    job = _job(key)
    if job.forgotten_at:
        raise InvalidRequest(
            f"Job {job.key} was forgotten.",
            "The same request is a new job anyway; just run it.",
            charged=Charged.NOTHING_CHANGED,
        )
    client = Client(profile or job.profile)
    risk = (
        "If the first one did arrive, a second one under its key is refused: it is not paid twice."
        if client.dialect.keyed_at(job.route)
        else "If the first one did arrive, it is paid twice."
    )
    can_ask = client.dialect.look_up(job.route, job.key) or client.dialect.list_page(job.route, 1)
    if job.state in (State.SENDING, State.UNKNOWN):
        first = "is looked up once more. If it is not there, the next" if can_ask else _CANNOT_ASK
        ask(f"Job {job.key} {first} run sends it again. {risk} Allow it?", yes, as_json)
        if can_ask:
            show_error(f"Looking job {job.key} up.")
    job = client.allow_repeat(job.key)
    if job.state is State.UNKNOWN:
        found = "It was not found." if can_ask else "It was not looked up, as this provider cannot be asked."
        _tell("allowed", job, f"{found} The next run of the same request sends it once more. {risk}", as_json)
    elif not job.task_id:
        _tell("settled", job, f"Another run has settled it: nothing was made, and it is {job.state.value}.", as_json)
    else:
        made = f"It was made after all: task {job.task_id}, collect it with `kling collect {job.key}`."
        _tell("found", job, made, as_json)


def _forget(ledger: Ledger, job: Job) -> Job:
    """An owner from before a restart of the computer or container is known to be dead only after a while."""
    end = time.monotonic() + STALE_AFTER + 5
    while True:
        try:
            return ledger.forget(job.key, job.state)
        except LedgerError:
            now = ledger.get(job.key)
            if now is None or now.state is not job.state or time.monotonic() > end or _surely_lives(now):
                raise
            time.sleep(1)


def _surely_lives(job: Job) -> bool:
    return bool(is_alive(job.owner.rpartition("/")[0]))


def _job(key: str) -> Job:
    key = read_key(key, Charged.NOTHING_CHANGED)
    job = open_ledger(data_folder()).get(key)
    if job is None:
        raise no_such_job(key, charged=Charged.NOTHING_CHANGED)
    return job


def ask(question: str, yes: bool, as_json: bool) -> None:
    """Returns when the answer is yes; else the command ends with 1 and nothing is changed."""
    if yes:
        return
    if as_json or not sys.stdin.isatty():
        raise InvalidRequest(f"This needs a yes: {question}", "Add --yes.", charged=Charged.NOTHING_CHANGED)
    show_error(f"{question} [y/N]")  # a prompt of typer would write to stdout as well
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        show_error("Nothing was changed.")
        raise typer.Exit(1)


def _tell(status: str, job: Job, meaning: str, as_json: bool) -> None:
    if as_json:
        show_json({"status": status, "job_key": job.key, "task_id": job.task_id, "state": job.state.value})
        return
    task = f", task id {job.task_id}" if job.task_id else ""
    show(f"{status}: job {job.key}{task}")
    show(meaning)
