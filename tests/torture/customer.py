"""What a customer's process does: its threads run requests and collect jobs, stop, and tell what came of it."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from kling_api import download, find, ledger, polling, question, retry, run, submit
from kling_api.client import Client, Result
from kling_api.dialects.official import Official
from kling_api.errors import KlingError, StillRunning, TaskFailed
from kling_api.job import State
from kling_api.limits import Limits
from kling_api.operations import Text2Video
from kling_api.settings import Credentials, Profile

from .schedule import Action, Customer, Request, Schedule
from .steps import Steps, Stop, Tell, watch_process

#: Seconds to connect and without a byte; a clean run is never in a hurry.
_HURRIED, _PATIENT = (1.0, 0.25), (20.0, 20.0)
#: How often a clean run asks again for what may take more than one run: tasks that failed, or took their time.
_TRIES = 6
#: Seconds for which a run waits for a task: short where one may never end.
_PATIENCE, _IMPATIENCE = 30.0, 0.5


@dataclass(frozen=True)
class House:
    """Where the customers of one schedule live and buy."""

    url: str
    api_key: str
    home: Path

    def client(self, schedule: Schedule, hurried: bool) -> Client:
        limits = Limits(max_parallel=schedule.max_parallel)
        client = Client(Profile("torture", self.url, "official", Credentials(api_key=self.api_key), self.home, limits))
        client.transport._timeout = _HURRIED if hurried else _PATIENT
        if not schedule.keyed:
            client.dialect = Official(keyed=False)
        return client


def operation_of(request: Request) -> Text2Video:
    sound = request.model == "kling-3.0-turbo"  # which always makes it, and warns of anything else
    return Text2Video(
        "a kite", model_name=request.model, duration=3, aspect_ratio="1:1", sound=sound, seed=request.seed
    )


def live(schedule: Schedule, customer: Customer, house: House, tell: Tell) -> None:
    """All that one customer's process does, if nobody kills it."""
    steps = Steps(customer.kill)
    watch_process(steps, tell)
    _hurry(_IMPATIENCE if schedule.may_stick else _PATIENCE)
    _set(download, "TIMEOUT", (1.0, 0.6))
    client = house.client(schedule, hurried=True)
    threads = [
        threading.Thread(target=_act_all, args=(client, schedule, actions, steps, tell)) for actions in customer.threads
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def clean_up(schedule: Schedule, house: House, collects: bool, endless: Collection[str], tell: Tell) -> None:
    """Without faults and without hurry: every request once more to its end, and before that what is open by its key.

    `endless`: the keys of the tasks that never end.
    """
    client = _calm_client(schedule, house, tell)
    if collects:
        _collect_all(client, None, tell)
    for number in range(len(schedule.requests)):
        _to_its_end(client, schedule, number, endless, tell)


def decide(schedule: Schedule, house: House, endless: Collection[str], tell: Tell) -> None:
    """Somebody allows each job of unknown outcome to be sent once more, and runs the requests again."""
    client = _calm_client(schedule, house, tell)
    for job in client.ledger.jobs():
        if job.state is State.UNKNOWN:
            allowed = client.allow_repeat(job.key)
            if allowed.state is State.UNKNOWN:  # and not found in the last look-up
                tell({"allowed": job.key})
    for number in range(len(schedule.requests)):
        _to_its_end(client, schedule, number, endless, tell)


def _calm_client(schedule: Schedule, house: House, tell: Tell) -> Client:
    watch_process(Steps(None), tell)
    _hurry(_IMPATIENCE if schedule.may_stick else _PATIENCE)
    return house.client(schedule, hurried=False)


def _to_its_end(client: Client, schedule: Schedule, number: int, endless: Collection[str], tell: Tell) -> None:
    for _ in range(_TRIES):
        error = _tell_of(client, number, schedule.requests[number], None, tell)
        if not isinstance(error, TaskFailed | StillRunning) or error.job_key in endless:
            return


def _act_all(client: Client, schedule: Schedule, actions: tuple[Action, ...], steps: Steps, tell: Tell) -> None:
    for action in actions:
        time.sleep(action.wait)
        stop, timer = Stop(steps), None
        if action.stop_after is not None:
            timer = threading.Timer(action.stop_after, stop.set)
            timer.start()
        if action.request is None:
            _collect_all(client, stop, tell)
        else:
            _tell_of(client, action.request, schedule.requests[action.request], stop, tell)
        if timer:
            timer.cancel()


def _tell_of(client: Client, number: int, request: Request, stop: Stop | None, tell: Tell) -> KlingError | None:
    """Runs one request and tells what came of it."""
    try:
        _collected(client.run(operation_of(request), stop=stop), number, tell)
    except KlingError as error:
        _ended(error, number, stop, tell)
        return error
    except Exception:  # noqa: BLE001 - a defect: the schedule goes on and the verdict names it
        tell({"defect": traceback.format_exc()})
    return None


def _collect_all(client: Client, stop: Stop | None, tell: Tell) -> None:
    try:
        for job in client.ledger.jobs(open_only=True):
            try:
                _collected(client.collect(job.task_id or job.key, stop=stop), None, tell)
            except KlingError as error:
                _ended(error, None, stop, tell)
    except KlingError as error:
        _ended(error, None, stop, tell)
    except Exception:  # noqa: BLE001 - as above
        tell({"defect": traceback.format_exc()})


def _collected(result: Result, number: int | None, tell: Tell) -> None:
    missing = [path.name for path in result.files if not path.exists()]
    if missing or not result.files:
        tell({"defect": f"Job {result.job_key} was given as collected without its file {missing}."})
    tell({"request": number, "outcome": "collected", "key": result.job_key})


def _ended(error: KlingError, number: int | None, stop: Stop | None, tell: Tell) -> None:
    stopped = stop is not None and stop.is_set() and isinstance(error, StillRunning)
    outcome = "stopped" if stopped else type(error).__name__
    tell({"request": number, "outcome": outcome, "key": error.job_key, "what": error.what})


def _hurry(patience: float) -> None:
    """The library's own waits on this machine are made shorter still; no decision is changed."""
    _set(find, "LOOK_UP_WAITS", (0.0, 0.3, 1.0))
    _set(submit, "UNREACHABLE_AFTER", 15.0)
    _set(ledger, "SLOT_HELD", 0.5)
    _set(run, "UNANSWERED_AFTER", 30.0)
    _set(retry, "FIRST_WAIT", 0.3)
    _set(retry, "LONGEST_WAIT", 3.0)
    _set(polling, "LOCAL_SECONDS", 0.3)
    _set(question, "PATIENCE", patience)
    _set(download, "_CHUNK", 64 * 1024)  # several pieces per clip, so that there is a middle


def _set(module: ModuleType, name: str, value: object) -> None:
    if not hasattr(module, name):
        raise AttributeError(f"{module.__name__} has no {name} any more; the torture must be brought up to date.")
    setattr(module, name, value)
