"""The life of one job, in reading order: claim, submit, wait, collect. Blocking; knows no provider and no host program.

Nothing is sent without a row in the ledger, and nothing whose outcome is unknown is sent again under another key.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .auth import Authorization
from .collect import collect, files, is_collected
from .dialects import dialect_of
from .errors import InvalidRequest, LedgerError, NotConfigured
from .fingerprint import fingerprint
from .job_errors import remembered, stopped, stopped_while_another_works, unrecorded
from .ledger import Claim, NewJob, State, open_ledger
from .operations import Operation
from .run import Run
from .settings import Profile, load_profile
from .submit import submit
from .transport import Transport
from .wait import wait
from .watch import Progress, Stopped, Watch

log = logging.getLogger(__name__)

OnProgress = Callable[[Progress], None]


@dataclass(frozen=True)
class Result:
    """A collected job. `files` are on this machine; `units` a decimal string, "" where the provider does not say."""

    job_key: str
    task_id: str
    files: tuple[Path, ...]
    units: str
    video_id: str = ""
    warnings: tuple[str, ...] = ()


class Client:
    """Runs operations for one profile. Safe to share between threads."""

    def __init__(self, profile: Profile | str = "") -> None:
        """Raises NotConfigured when the profile has no usable key, LedgerError when jobs cannot be recorded."""
        self.profile = load_profile(profile) if isinstance(profile, str) else profile
        self.dialect = dialect_of(self.profile)
        self.ledger = open_ledger(self.profile.home)
        self.base_url = self.profile.base_url or _sandbox_url(self.profile.home)
        self.transport = Transport(self.base_url, Authorization(self.profile.credentials))
        self.results = self.profile.home / "results"

    def run(
        self, operation: Operation, progress: OnProgress | None = None, stop: threading.Event | None = None
    ) -> Result:
        """Makes the operation's result, or gives the one that was paid for already. Blocks until it is on disk.

        The same operation with the same seed is the same job: it is adopted, waited for or taken from disk, never made
        twice. Raises a KlingError that says what happened to the money; a `stop` ends the wait with StillRunning.
        """
        warnings = self.dialect.check(operation)
        for warning in warnings:
            log.warning("%s", warning)
        new = self._describe(operation)
        return self._live(lambda: self.ledger.claim(new), operation, Watch(progress, stop), warnings)

    def collect(self, key: str, progress: OnProgress | None = None, stop: threading.Event | None = None) -> Result:
        """Fetches the result of a job of the ledger, by job key or task id. Never sends a new order."""
        job = self.ledger.get(key)
        if job is None:
            raise InvalidRequest(f"There is no job or task {key} in the ledger.", "`kling jobs` lists what is there.")
        here = tuple(self.results / name for name in job.files)
        if job.state is State.COLLECTED and here and all(path.exists() for path in here):
            return Result(job.key, job.task_id, here, job.units, job.video_id)
        if _host_of(job.account) != _host_of(self.profile.account()):
            raise NotConfigured(
                f"Job {job.key} was made with profile {job.profile}, at another host.",
                f"Collect it with profile {job.profile}.",
            )
        return self._live(lambda: self.ledger.adopt(job.key), None, Watch(progress, stop), ())

    def _describe(self, operation: Operation) -> NewJob:
        request = self.dialect.create(operation, "")
        if request.needs_api_key and not self.profile.credentials.api_key:
            raise NotConfigured(
                f"{operation.model_name} needs an API key; profile {self.profile.name} has access key and secret key.",
                "Create an API key in Kling's console (it works for all models), or choose a model such as kling-v3.",
            )
        account = self.profile.account()
        return NewJob(
            fingerprint=fingerprint(operation, account, self.dialect),
            account=account,
            profile=self.profile.name,
            dialect=self.dialect.name,
            route=request.route,
            operation=operation.kind,
            model=operation.model_name,
            mode=operation.mode,
            duration=operation.duration,
        )

    def _live(
        self, claim: Callable[[], Claim], operation: Operation | None, watch: Watch, warnings: tuple[str, ...]
    ) -> Result:
        """The job from wherever it is now to its files, by the one run that owns it."""
        run = self._own(claim, operation, watch)
        try:
            return self._to_the_end(run, warnings)
        except Stopped:
            raise stopped(run.job) from None
        except LedgerError as error:
            raise unrecorded(run.job, error) from error
        finally:
            self._release(run.claim)

    def _to_the_end(self, run: Run, warnings: tuple[str, ...]) -> Result:
        if run.job.state in (State.REFUSED, State.FAILED):
            raise remembered(run.job)
        if run.job.state in (State.CREATED, State.SENDING, State.UNKNOWN):
            submit(run)
        if not is_collected(run):
            collect(run, wait(run))
        return Result(run.job.key, run.job.task_id, files(run), run.job.units, run.job.video_id, warnings)

    def _release(self, claim: Claim) -> None:
        try:
            self.ledger.release(claim)
        except LedgerError as error:
            # The run's own outcome must not be lost to this; a row that still names a dead run is taken over.
            log.warning("%s", error.what)

    def _own(self, claim_once: Callable[[], Claim], operation: Operation | None, watch: Watch) -> Run:
        """Waits while another live run works on this very job."""
        claim = claim_once()
        while not claim.owner:
            watch.job_key, watch.task_id = claim.job.key, claim.job.task_id
            watch.tell("waiting for another run of the same request")
            try:
                watch.pause(0.5)
            except Stopped:
                raise stopped_while_another_works(claim.job) from None
            claim = self.ledger.adopt(claim.job.key)
        watch.job_key, watch.task_id = claim.job.key, claim.job.task_id
        return Run(
            claim=claim,
            job=claim.job,
            operation=operation,
            watch=watch,
            ledger=self.ledger,
            dialect=self.dialect,
            transport=self.transport,
            base_url=self.base_url,
            results=self.results,
            local=self.profile.is_local,
        )


def _host_of(account: str) -> str:
    """The key may have been renewed since; the host tells whether the question makes sense."""
    return account.partition("#")[0]


def _sandbox_url(home: Path) -> str:
    from .sandbox.shared import shared_url

    return shared_url(home)
