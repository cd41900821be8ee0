"""The newest rows of the ledger as the sidebar shows them. Asks no provider and changes nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ..kling_api.dialects import unit_of
from ..kling_api.hosts import is_loopback
from ..kling_api.job import OPEN, Job, NewJob, State
from ..kling_api.ledger import FILE_NAME, Ledger, Wanted, open_ledger
from ..kling_api.ledger_file import must_not_be_lost
from ..kling_api.operations import ONLY_COLLECTED, OPERATIONS, ImageRecognize, MultiShotImages, VideoToAudio
from ..kling_api.owners import Owners
from ..kling_api.polling import make_plan
from ..kling_api.settings import is_sandbox
from . import previews

MOST = 1000
_BY_ENDING = {"video": previews.CLIPS, "picture": previews.PICTURES, "sound": previews.SOUNDS}
_BY_CATEGORY = {"videos": "video", "images": "picture", "audio": "sound", "general": "entry"}
#: What an operation makes, where no file says it yet.
_MADE = {
    **{made.kind: _BY_CATEGORY[made.category] for made in OPERATIONS},
    **dict.fromkeys((*ONLY_COLLECTED, VideoToAudio.kind), "video"),
    **dict.fromkeys((ImageRecognize.kind, MultiShotImages.kind), "picture"),
}
_CHARGED = {
    State.CREATED: "no",
    State.SENDING: "perhaps",
    State.UNKNOWN: "perhaps",
    State.RUNNING: "will_be",
    State.COLLECTED: "once",
    State.REFUSED: "no",
    State.FAILED: "usually_not",
}

#: Only asked whether others live, and kept: of a run on another machine that takes several looks.
_owners = Owners(lambda _owners, _ended: None, threading.RLock())


def job_list(home: Path, limit: int, open_only: bool, errors: Callable[[str], str]) -> dict[str, Any]:
    """The answer of GET /kling/jobs, in English. Raises LedgerError.

    `errors`: of a job's key, why it could not be fetched, "" for no error.
    """
    ledger = ledger_of(home)
    if ledger is None:
        return {"now": time.time(), "open": 0, "jobs": []}
    open_jobs = ledger.jobs(Wanted(states=OPEN, limit=MOST))
    found = open_jobs[:limit] if open_only else ledger.jobs(Wanted(limit=limit))
    usual = _usual(ledger, found)
    rows = [_row(job, usual.get(job.key), errors(job.key)) for job in found]
    return {"now": time.time(), "open": len(open_jobs), "jobs": rows}


def ledger_of(home: Path) -> Ledger | None:
    """None where there is no ledger yet: looking makes none. Raises LedgerError."""
    file = home / FILE_NAME
    if not file.exists():
        must_not_be_lost(file)
        return None
    return open_ledger(home)


def is_live(job: Job) -> bool:
    """Whether a run owns the job and lives, as far as can be known from here."""
    return bool(job.owner) and _owners.lives(job.owner, job.heartbeat)


def kind_of(job: Job) -> str:
    """What the job has made, or will make: "video", "picture", "sound", "entry" (of a library), "" for unknown."""
    for kind, endings in _BY_ENDING.items():
        if any(name.lower().endswith(endings) for name in job.files):
            return kind
    return _MADE.get(job.operation, "")


def _row(job: Job, usual: float | None, error: str) -> dict[str, Any]:
    units, estimated = _units(job)
    return {
        **{name: getattr(job, name) for name in ("key", "operation", "model", "mode", "duration", "profile")},
        **{name: getattr(job, name) for name in ("task_id", "video_id", "created_at", "finished_at", "seconds")},
        "state": job.state.value,
        "live": is_live(job),
        "usual": usual,
        "units": units,
        "unit": unit_of(job.dialect, job.operation),
        "estimated": estimated,
        "charged": _charged(job),
        "free": is_sandbox(job.account),
        "kind": kind_of(job),
        "files": len(job.files),
        "error": job.error or ("" if job.state is State.COLLECTED else error),
        "prompt": "",
    }


def _units(job: Job) -> tuple[str, bool]:
    """What the provider told; before that the estimate of a job that may cost something, True beside it."""
    if job.charged or job.elsewhere or job.state in (State.REFUSED, State.FAILED):
        return job.charged, False
    return job.estimate, bool(job.estimate)


def _charged(job: Job) -> str:
    taken = job.charged.strip("0.") != ""
    if taken or (job.state is State.RUNNING and job.finished_at is not None):
        return "once"
    if job.state is State.FAILED and job.units:
        return "no"  # the provider told that it took nothing
    return _CHARGED[job.state]


def _usual(ledger: Ledger, jobs: Iterable[Job]) -> dict[str, float]:
    """Seconds that such a job takes, by the keys of those under way. Jobs alike are looked up once."""
    pasts: dict[tuple[object, ...], tuple[float, ...]] = {}
    found = {}
    for job in jobs:
        if not job.is_open:
            continue
        alike = (job.account, job.operation, job.model, job.mode, job.duration)
        if alike not in pasts:
            named = {name: getattr(job, name) for name in NewJob.__dataclass_fields__}
            pasts[alike] = ledger.past_seconds(NewJob(**named))
        local = is_sandbox(job.account) or is_loopback(f"//{job.account.partition('#')[0]}")
        found[job.key] = make_plan(job.operation, local, pasts[alike]).usual
    return found
