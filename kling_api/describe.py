"""The row of a job before it is sent, made from an operation or from a task that others made."""

from __future__ import annotations

import re
from dataclasses import replace

from .capabilities import generation_of, models_for
from .dialects import clip_operations
from .dialects.wire import Dialect
from .errors import InvalidRequest, NotConfigured
from .fingerprint import fingerprint, fingerprint_of_task
from .job import NewJob
from .limits import plain
from .operations import OPERATIONS, Operation
from .operations.media import without_media
from .redaction import named, redact
from .settings import Profile

#: Every provider's ids seen so far: digits, hex, Base64 for URLs, "task_kling-2.6_1765182425861".
_TASK_ID = re.compile(r"(?=[\w.-]*\w)[\w.-]{1,128}", re.ASCII)


def describe(operation: Operation, profile: Profile, dialect: Dialect) -> NewJob:
    request = dialect.create(without_media(operation), "")
    if request.needs_api_key and not profile.credentials.api_key:
        raise NotConfigured(
            f"{_text(operation, 'model_name')} needs an API key; profile {profile.name} has access key and secret key.",
            f"Create an API key in Kling's console (it works for all models){_or_instead(operation)}.",
        )
    account, price = profile.account(), dialect.estimate(operation)
    return NewJob(
        fingerprint=fingerprint(operation, account, dialect),
        account=account,
        profile=profile.name,
        dialect=dialect.name,
        route=request.route,
        operation=operation.kind,
        model=_text(operation, "model_name"),
        mode=_text(operation, "mode"),
        duration=round(getattr(operation, "duration", 0)),
        estimate="" if price is None else plain(price),
        slots=operation.slots,
        worth=plain(dialect.worth(operation.kind)),
    )


def without_name(operation: Operation, profile: Profile, dialect: Dialect) -> str:
    """The fingerprint that the request had before its account was given a name; "" for one without a name."""
    if not profile.account_name:
        return ""
    return fingerprint(operation, replace(profile, account_name="").account(), dialect)


def describe_task(task_id: str, operation: str, profile: Profile, dialect: Dialect) -> NewJob:
    """A task that others made. Without a task id of ours there is nothing to send, and nothing is."""
    if task_id.startswith("kn-"):
        raise InvalidRequest(
            f"There is no {named('job', task_id)} in the ledger.",
            "It may be of another ledger: the .json beside its clip names its task id; give that with its operation.",
        )
    if not operation or not task_id.strip():
        raise InvalidRequest(
            f"There is no {named('job or task', task_id)} in the ledger.",
            "`kling jobs` lists what is there. To fetch a task made elsewhere, name its operation as well.",
        )
    if not dialect.routes(operation):
        named_here = (*clip_operations(), *(made.kind for made in OPERATIONS))
        known = dict.fromkeys(name for name in named_here if dialect.routes(name))
        raise InvalidRequest(
            f"operation is '{operation[:60]}', of which dialect {dialect.name} knows no tasks.",
            f"Give the one that made the task: {', '.join(known)}.",
        )
    if not _TASK_ID.fullmatch(task_id) or redact(task_id) != task_id:
        # A key pasted by mistake must not be written down.
        raise InvalidRequest("That is no task id.", "Give the id that the provider told when the task was made.")
    account = profile.account()
    return NewJob(
        fingerprint=fingerprint_of_task(account, task_id),
        account=account,
        profile=profile.name,
        dialect=dialect.name,
        route="",
        operation=operation,
        model="",
        mode="",
        duration=0,
        slots=0,
        task_id=task_id,
        elsewhere=True,
    )


def _or_instead(operation: Operation) -> str:
    """The first model of the older API, which takes both kinds of key."""
    asked = _text(operation, "model_name")
    old = (name for name in models_for(operation.kind) if generation_of(name) == "legacy" and name != asked)
    model = next(old, "")
    return f", or choose a model such as {model}" if model else ""


def _text(operation: Operation, name: str) -> str:
    """Not every operation has a model or a mode."""
    return getattr(operation, name, "")
