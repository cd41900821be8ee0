"""Answers that were paid for and cannot be asked for again: kept in the ledger while they are of use."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import time
from typing import Any

from .dialects.wire import Output, Reply, Request, Task, TaskState
from .errors import LedgerError
from .run import Run

#: Seconds for which a provider keeps what an answer names (all docs, 2026-09).
_KEPT = 30 * 86400.0
#: Seconds between two tries to write one down.
_PAUSES = (0.5, 2.0, 5.0, 10.0)


def keep_task(run: Run, task: Task) -> None:
    """Before the job is marked as accepted, so that whoever finds it accepted also finds its result.

    Tried for a while: what a full disk or a locked file turns away now would be lost.
    """
    document = dataclasses.asdict(task) | {"state": task.state.value}
    for waited in (*_PAUSES, None):
        try:
            run.ledger.keep_answer(_task_name(run), json.dumps(document), _KEPT)
            return
        except LedgerError:
            if waited is None:
                raise
            time.sleep(run.seconds(waited))


def kept_task(run: Run) -> Task | None:
    document = _read(run.ledger.kept_answer(_task_name(run)))
    if document is None:
        return None
    outputs = tuple(Output(**output) for output in document["outputs"])
    return Task(**document | {"state": TaskState(document["state"]), "outputs": outputs})


def preparation_name(run: Run, asked: Request) -> str:
    """The same for the same question of the same account. `asked` holds no address that is made anew each time."""
    document = json.dumps([run.job.account, asked.method, asked.path, asked.body], sort_keys=True)
    return f"preparation {hashlib.sha256(document.encode()).hexdigest()}"


def keep_preparation(run: Run, name: str, reply: Reply, seconds: float) -> None:
    run.ledger.keep_answer(name, json.dumps(_without_urls(reply.body)), seconds)


def kept_preparation(run: Run, name: str) -> Reply | None:
    body = _read(run.ledger.kept_answer(name))
    if body is None:
        return None
    run.recalled.append(name)
    return Reply(200, body)


def forget_preparations(run: Run) -> None:
    """The order that was built on them was refused: it may be they that the provider does not know any more."""
    for name in run.recalled:
        run.ledger.drop_answer(name)
    run.recalled.clear()


def _task_name(run: Run) -> str:
    return f"task {run.job.key}"


def _read(value: str) -> Any:
    return json.loads(value) if value else None


def _without_urls(value: Any) -> Any:
    """Addresses may be signed, and nobody needs those of a preparation later."""
    if isinstance(value, dict):
        return {name: _without_urls(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_without_urls(item) for item in value]
    return "" if isinstance(value, str) and value.lstrip().lower().startswith(("http://", "https://")) else value
