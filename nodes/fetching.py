"""Brings the results of open jobs home that nobody waits for: `Client.collect` in threads of its own, a few at once.

Nothing here can order anything. How it ended is seen in the ledger; an error is kept in memory alone.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from ..kling_api.errors import Charged, InvalidRequest, KlingError
from ..kling_api.job import Job, State
from .job_list import is_live

log = logging.getLogger(__name__)

AT_ONCE = 8
#: Of those that wait for their turn.
MOST = 200
#: Seconds after which a fetch gives its place up: a task may never finish. The job stays open and can be fetched again.
PATIENCE = 1800.0


class NotToFetch(InvalidRequest):
    """The job has no result, or its result comes by itself."""


class Fetching:
    """The fetches of this process. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._keys: set[str] = set()
        self._errors: dict[str, str] = {}

    def start(self, home: Path, job: Job) -> bool:
        """Begins in the background; False where all is here already. Raises NotToFetch."""
        if not _is_to_fetch(home, job, job.key in self._keys):
            return False
        with self._lock:
            if len(self._keys) >= MOST:
                raise _not(f"{MOST} jobs are being fetched already.", "Wait until some have come.")
            if job.key in self._keys:
                return True
            self._keys.add(job.key)
            self._errors.pop(job.key, None)
        threading.Thread(target=self._fetch, args=(home, job), name="kling fetch", daemon=True).start()
        return True

    def is_under_way(self, key: str) -> bool:
        return key in self._keys

    def error(self, key: str) -> str:
        """Why the last fetch of that job ended without its result, "" for no error."""
        return self._errors.get(key, "")

    def _fetch(self, home: Path, job: Job) -> None:
        error = ""
        try:
            with self._places:
                _collect(home, job)
        except KlingError as trouble:
            error = trouble.what
            log.info("%s", trouble)
        except Exception as trouble:  # noqa: BLE001 - the outermost edge of a thread; its text may hold anything
            error = f"The job could not be fetched ({type(trouble).__name__})."
            log.error("%s: %s", job.key, error)
        finally:
            with self._lock:
                self._keys.discard(job.key)
                if error:
                    self._errors[job.key] = error


def _collect(home: Path, job: Job) -> None:
    # Here, not above: it loads requests.
    from ..kling_api.client import Client
    from ..kling_api.settings import load_profile

    stop = threading.Event()
    timer = threading.Timer(PATIENCE, stop.set)
    timer.daemon = True
    timer.start()
    try:
        Client(load_profile(job.profile, home)).collect(job.key, stop=stop)
    finally:
        timer.cancel()


def _is_to_fetch(home: Path, job: Job, under_way: bool) -> bool:
    from ..kling_api.collect import is_collected

    if job.state is State.COLLECTED and is_collected(job, home / "results"):
        return False
    if job.state in (State.REFUSED, State.FAILED):
        raise _not(f"There is nothing to fetch: the job is {job.state.value}.", "Run the graph again.")
    if job.state is State.CREATED and not job.elsewhere:
        raise _not("There is nothing to fetch: nothing was sent for the job.", "Run the graph again.")
    if is_live(job) and not under_way:
        raise _not("A run is waiting for the job already.", "Its result comes by itself.")
    return True


def _not(what: str, advice: str) -> NotToFetch:
    return NotToFetch(what, advice, charged=Charged.NOTHING_CHANGED)
