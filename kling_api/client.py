"""The life of one job, in reading order: claim, submit, wait, collect. Blocking; knows no provider and no host program.

Nothing is sent without a row in the ledger, and nothing whose outcome is unknown is sent again under another key.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from .auth import Authorization
from .collect import collect, is_collected
from .describe import describe, describe_task, without_name
from .dialects import dialect_of
from .dialects.wire import Pack, Refusal
from .errors import InvalidRequest, LedgerError, NotConfigured, NotOffered, OutcomeUnknown, Refused
from .find import find_by_our_key, find_elsewhere
from .job import Claim, Job, State
from .job_errors import not_told, remembered, stopped, stopped_while_another_works, unrecorded
from .ledger import open_ledger
from .operations import Operation
from .prepare import must_be_uploadable
from .redaction import named
from .run import Run
from .settings import Profile, load_profile
from .sidecar import sidecar_path
from .steps import Steps, pause, to_the_end
from .submit import submit
from .transport import NoAnswer, Transport
from .uploads import uploader_of
from .wait import wait
from .watch import Progress, Stopped, Watch

log = logging.getLogger(__name__)

#: Packs are asked for that were valid at some time in the last year, in milliseconds.
_PACKS_SINCE = 365 * 86_400_000

OnProgress = Callable[[Progress], None]


@dataclass(frozen=True)
class Result:
    """A collected job. `files` are on this machine, none for what is an id alone (an element); `units` a decimal
    string, "" where the provider does not say, in its `unit` ("units", "image units", "credits").

    `video_id`: the provider's id of the first result: a clip, a sound, a voice or an element; "" for pictures.

    `sidecar`: the JSON file that says what was asked for and what came of it, None when it is not there. `paid_before`:
    it was collected before this run, which has cost nothing. `free`: the sandbox made it, whatever `units` says.
    """

    job_key: str
    task_id: str
    files: tuple[Path, ...]
    units: str
    video_id: str = ""
    warnings: tuple[str, ...] = ()
    sidecar: Path | None = None
    paid_before: bool = field(default=False, compare=False)
    unit: str = "units"
    free: bool = False


class Client:
    """Runs operations for one profile. Safe to share between threads."""

    def __init__(self, profile: Profile | str = "") -> None:
        """Raises NotConfigured when the profile has no usable key, LedgerError when jobs cannot be recorded."""
        self.profile = load_profile(profile) if isinstance(profile, str) else profile
        self.dialect = dialect_of(self.profile)
        self.ledger = open_ledger(self.profile.home)
        self.base_url = self.profile.base_url or _sandbox_url(self.profile)
        self.transport = Transport(self.base_url, Authorization(self.profile.credentials))
        self.results = self.profile.home / "results"
        self.uploader = uploader_of(self.profile)

    def run(
        self, operation: Operation, progress: OnProgress | None = None, stop: threading.Event | None = None
    ) -> Result:
        """Makes the operation's result, or gives the one that was paid for already. Blocks until it is on disk.

        The same operation with the same seed is the same job: it is adopted, waited for or taken from disk, never made
        twice. Raises a KlingError that says what happened to the money; a `stop` ends the wait with StillRunning.
        """
        steps = self.steps(operation, progress, stop)
        del operation  # its pictures need not stay while the provider works
        return to_the_end(steps)

    def steps(
        self, operation: Operation, progress: OnProgress | None = None, stop: threading.Event | None = None
    ) -> Steps[Result]:
        """`run` for whoever has no thread to spare while it waits: yields each `Wait`, returns the Result.

        Each step blocks for a request or two, or for the download. After a stop it is to be taken to its end all the
        same, which is near then, so that the ledger and the caller learn what became of the job.
        """
        warnings = self.must_be_possible(operation)
        for warning in warnings:
            log.warning("%s", warning)
        new = describe(operation, self.profile, self.dialect)
        also = without_name(operation, self.profile, self.dialect)
        run = yield from self._own(lambda: self.ledger.claim(new, also), operation, Watch(progress, stop))
        del operation
        return (yield from self._live(run, warnings))

    def must_be_possible(self, operation: Operation) -> tuple[str, ...]:
        """Raises InvalidRequest for what cannot be ordered with this profile; returns warnings. Sends nothing."""
        warnings = self.dialect.check(operation)
        must_be_uploadable(operation, self.dialect, self.uploader)
        return warnings

    def collect(
        self,
        key: str,
        progress: OnProgress | None = None,
        stop: threading.Event | None = None,
        operation: str = "",
    ) -> Result:
        """Fetches the result of a job of the ledger, by job key or task id. Never sends an order, never costs anything.

        With `operation` (such as "text2video") also of a task that was made elsewhere with this account.
        """
        return to_the_end(self.steps_to_collect(key, progress, stop, operation))

    def steps_to_collect(
        self,
        key: str,
        progress: OnProgress | None = None,
        stop: threading.Event | None = None,
        operation: str = "",
    ) -> Steps[Result]:
        """`collect` for whoever has no thread to spare; see `steps`."""
        job = self.ledger.get(key)
        if job and operation and job.key != key and _host_of(job.account) != _host_of(self.profile.account()):
            job = None  # another provider's task of the same number
        if job is None or (job.elsewhere and job.state in (State.CREATED, State.REFUSED)):
            if job and job.state is State.CREATED:  # stopped before it was found; what made it is known
                operation = operation or job.operation
            new = describe_task(job.task_id if job else key, operation, self.profile, self.dialect)
            claim = partial(self.ledger.claim, new)
        elif is_collected(job, self.results):
            return self._result(job, (), paid_before=True)
        else:
            self._must_be_ours(job)
            claim = partial(self.ledger.adopt, job.key)
        run = yield from self._own(claim, None, Watch(progress, stop))
        return (yield from self._live(run, ()))

    def allow_repeat(self, key: str, progress: OnProgress | None = None, stop: threading.Event | None = None) -> Job:
        """Somebody decides that a job of unknown outcome may be sent once more, by the next run of the same request.

        It is looked up first, once more; returns the row as it is then. Raises InvalidRequest when there is no doubt.
        """
        job = self.ledger.get(key)
        if job is None or job.state not in (State.UNKNOWN, State.SENDING):
            state = f"Job {key} is {job.state.value}" if job else f"There is no {named('job', key)}"
            raise InvalidRequest(f"{state}; only a job of unknown outcome can be sent again.", "See `kling jobs`.")
        if job.forgotten_at:
            raise InvalidRequest(f"Job {key} was forgotten.", "The same request is a new job anyway; just run it.")
        self._must_be_ours(job)
        run = to_the_end(self._own(partial(self.ledger.adopt, job.key), None, Watch(progress, stop)))
        try:
            if run.job.state is State.SENDING:
                run.job = self.ledger.unanswered(run.claim, "The program ended while the request was on its way.")
            if run.job.state is not State.UNKNOWN or find_by_our_key(run):
                return run.job
        except OutcomeUnknown:
            if self.dialect.keyed_at(job.route):  # a look-up that Kling refused (a wrong key) settles nothing
                raise
        except Stopped:
            raise stopped(run.job) from None
        finally:
            self._release(run.claim)
        return self.ledger.allow_repeat(job.key)

    def packs(self) -> tuple[Pack, ...]:
        """The account's resource packs, as the provider tells them (Kling's figures lag by up to 12 hours). Free.

        Raises NotOffered when the provider has no way to tell them, Refused when it did not, NotDelivered.
        """
        now = int(time.time() * 1000)
        request = self.dialect.packs(now - _PACKS_SINCE, now)
        if request is None:
            raise NotOffered("This provider has no way to ask for the account's units.")
        try:
            answer = self.dialect.read_packs(self.transport.send(request))
        except NoAnswer as error:
            raise Refused(f"{self.base_url} did not answer ({error}).", "Try again.") from None
        if isinstance(answer, Refusal):
            raise not_told(answer)
        return answer

    def _result(self, job: Job, warnings: tuple[str, ...], paid_before: bool) -> Result:
        sidecar = sidecar_path(self.results, job)
        return Result(
            job_key=job.key,
            task_id=job.task_id,
            files=tuple(self.results / name for name in job.files),
            units=job.units,
            video_id=job.video_id,
            warnings=warnings,
            sidecar=sidecar if sidecar.exists() else None,
            paid_before=paid_before,
            unit=self.dialect.unit_for(job.operation),
            free=self.profile.is_sandbox,
        )

    def _must_be_ours(self, job: Job) -> None:
        """A task can only be asked for where it was made, and in the words in which it was."""
        if job.dialect != self.dialect.name:
            raise NotConfigured(
                f"Job {job.key} was made in the dialect {job.dialect}; profile {self.profile.name} speaks "
                f"{self.dialect.name} now.",
                f'Use a profile with dialect = "{job.dialect}".',
            )
        if _host_of(job.account) != _host_of(self.profile.account()):
            raise NotConfigured(
                f"Job {job.key} was made with profile {job.profile} at {_host_of(job.account)}; profile "
                f"{self.profile.name} names {_host_of(self.profile.account())} now.",
                "Use a profile of that host: tasks stay where they were made.",
            )

    def _live(self, run: Run, warnings: tuple[str, ...]) -> Steps[Result]:
        """The job from wherever it is now to its files, by the one run that owns it."""
        try:
            return (yield from self._to_the_end(run, warnings))
        except Stopped:
            raise stopped(run.job) from None
        except LedgerError as error:
            raise unrecorded(run.job, error, run.watch.task_id) from error
        finally:
            self._release(run.claim)

    def _to_the_end(self, run: Run, warnings: tuple[str, ...]) -> Steps[Result]:
        if run.job.state in (State.REFUSED, State.FAILED):
            raise remembered(run.job)
        if run.job.elsewhere and run.job.state is State.CREATED:
            find_elsewhere(run)
        if run.job.state in (State.CREATED, State.SENDING, State.UNKNOWN):
            yield from submit(run)
        paid_before = run.job.state is State.COLLECTED
        if not is_collected(run.job, run.results):
            collect(run, (yield from wait(run)))
        return self._result(run.job, (*warnings, *run.warnings), paid_before)

    def _release(self, claim: Claim) -> None:
        try:
            self.ledger.release(claim)
        except LedgerError as error:
            # The run's own outcome must not be lost to this; a row that still names a dead run is taken over.
            log.warning("%s", error.what)

    def _own(self, claim_once: Callable[[], Claim], operation: Operation | None, watch: Watch) -> Steps[Run]:
        """Waits while another live run works on this very job."""
        claim = claim_once()
        while not claim.owner:
            watch.job_key, watch.task_id = claim.job.key, claim.job.task_id
            watch.tell("waiting for another run of the same request")
            try:
                yield from pause(watch, 0.5)
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
            has_api_key=bool(self.profile.credentials.api_key),
            limits=self.profile.limits,
            uploader=self.uploader,
        )


def _host_of(account: str) -> str:
    """The key may have been renewed since; the host tells whether the question makes sense."""
    return account.partition("#")[0]


def _sandbox_url(profile: Profile) -> str:
    from .sandbox.shared import shared_url

    return shared_url(profile.home, profile.dialect)
