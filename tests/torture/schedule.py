"""What happens in one schedule: requests, faults, customers, stops, kills, restarts. Pure: a function of the seed."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

#: One of each generation of the API.
MODELS = ("kling-v3", "kling-3.0-turbo")

#: Where a kill may come, how often it is chosen, and at which time at most that the step is reached.
STEPS = {
    "post": (3, 3),  # before a POST leaves
    "half": (2, 3),  # its headers have left, its body has not
    "posted": (6, 3),  # it has left, and there is no answer yet
    "answered": (4, 3),  # its answer is read, and not recorded yet
    "get": (2, 4),  # before a question or a download leaves
    "begin": (2, 12),  # around each transition in the ledger
    "write": (2, 12),
    "commit": (3, 12),
    "committed": (4, 12),
    "look": (3, 40),  # the stop is looked at: while waiting and between the pieces of a download
    "fsync": (2, 2),  # the whole file is there, under its passing name
    "rename": (2, 2),
    "renamed": (3, 2),  # between the rename and the row
}

_CREATE_FAULTS = ("refuse", "rate_429", "duplicate", "fail_task", "never_finish")
_LOST_ANSWERS = ("drop_before", "drop_after", "error_before", "error_after", "garbage", "garbage_after")
_SLOW = ("slow", "slow_after")
_DOWNLOADS = ("truncated_download", "truncated_download", "no_ranges")
#: `refuse` with these: for good, for good, come later, and "no such task" of one that may be there.
_REFUSALS: tuple[dict[str, Any], ...] = (
    {"code": 1301},
    {"code": 1102},
    {"code": 1303},
    {"code": 1201, "message": "Task not found by id/external id"},
)


@dataclass(frozen=True)
class Request:
    """Something that the user wants made once: `seed` tells takes of the same body apart."""

    model: str
    seed: int


@dataclass(frozen=True)
class Action:
    """`request` by its number; None: collect by key whatever is open. Stopped after `stop_after` seconds, if given."""

    request: int | None
    wait: float
    stop_after: float | None


@dataclass(frozen=True)
class Kill:
    """By SIGKILL: when `step` is reached for the `count`-th time; with "" by the lane, after `seconds`."""

    step: str = ""
    count: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Customer:
    """A process that begins `start` seconds into the schedule. Its threads share one client."""

    start: float
    threads: tuple[tuple[Action, ...], ...]
    kill: Kill | None


@dataclass(frozen=True)
class Restart:
    """The sandbox is away from `at` for `down` seconds; `hard`: by SIGKILL."""

    at: float
    down: float
    hard: bool


@dataclass(frozen=True)
class Schedule:
    """`keyed` False: the sandbox is taken for a gateway that may not refuse a key sent twice.

    `slots`: tasks that the account may have under way; `max_parallel`: that the profile allows itself. `faults`: when
    each is set, and its JSON. `drained`: nothing is on its way any more when the clean run begins; else requests may
    still arrive during it. `collects`: the clean run first collects by key what is open. `decides`: in the end somebody
    allows what nobody knows of to be sent to the gateway again.
    """

    seed: int
    keyed: bool
    slots: int
    max_parallel: int | None
    requests: tuple[Request, ...]
    faults: tuple[tuple[float, dict[str, Any]], ...]
    customers: tuple[Customer, ...]
    restarts: tuple[Restart, ...]
    drained: bool
    collects: bool
    decides: bool

    @property
    def may_stick(self) -> bool:
        return any(fault["kind"] == "never_finish" for _, fault in self.faults)


def make_schedule(seed: int) -> Schedule:
    random = Random(seed)
    requests = _requests(random)
    some = _late_arrival(random) if random.random() < 0.2 else (_fault(random) for _ in range(random.randint(0, 8)))
    faults = tuple(sorted(some, key=lambda fault: fault[0]))
    sticks = any(fault["kind"] == "never_finish" for _, fault in faults)
    return Schedule(
        seed=seed,
        keyed=random.random() < 0.75,
        slots=5 if sticks else random.choice((1, 2, 5, 5)),  # a task that never ends keeps its slot
        max_parallel=random.choice((1, 2)) if random.random() < 0.15 else None,
        requests=requests,
        faults=faults,
        customers=tuple(_customer(random, number, len(requests)) for number in range(random.choice((1, 1, 2, 2, 3)))),
        restarts=_restarts(random),
        drained=random.random() < 0.5,
        collects=random.random() < 0.5,
        decides=random.random() < 0.5,
    )


def _requests(random: Random) -> tuple[Request, ...]:
    count = random.choice((1, 1, 1, 2, 2, 3, 4))
    return tuple(Request(random.choice(MODELS), seed) for seed in range(count))


def _customer(random: Random, number: int, requests: int) -> Customer:
    start = 0.0 if number == 0 or random.random() < 0.4 else random.uniform(0.05, 1.0)
    twins = random.random() < 0.3
    first = random.randrange(requests)
    threads = []
    for _ in range(random.choice((1, 1, 2, 3, 4))):
        actions = [_action(random, requests) for _ in range(random.choice((1, 1, 2)))]
        if twins:
            actions[0] = Action(first, 0.0, actions[0].stop_after)
        threads.append(tuple(actions))
    return Customer(start, tuple(threads), _kill(random))


def _action(random: Random, requests: int) -> Action:
    request = None if random.random() < 0.15 else random.randrange(requests)
    wait = random.choice((0.0, random.uniform(0.0, 0.3)))
    return Action(request, wait, random.uniform(0.0, 0.9) if random.random() < 0.25 else None)


def _kill(random: Random) -> Kill | None:
    chance = random.random()
    if chance < 0.4:
        return None
    if chance < 0.6:
        return Kill(seconds=random.uniform(0.0, 1.0))
    (step,) = random.choices(list(STEPS), [weight for weight, _ in STEPS.values()])
    return Kill(step, random.randint(1, STEPS[step][1]))


def _restarts(random: Random) -> tuple[Restart, ...]:
    if random.random() >= 0.08:
        return ()
    return (Restart(random.uniform(0.05, 0.6), random.uniform(0.0, 0.4), random.random() < 0.5),)


def _late_arrival(random: Random) -> list[tuple[float, dict[str, Any]]]:
    """The first request is worked on long after it was given up; meanwhile the next ones fare badly, too."""
    faults: list[dict[str, Any]] = [{"kind": "slow", "operation": "create", "seconds": random.uniform(0.5, 2.0)}]
    for _ in range(random.randint(1, 4)):
        kind = random.choice(("rate_429", "refuse", "refuse", "slow", "drop_before", "error_before", "duplicate"))
        faults.append({"kind": kind, "operation": "create"} | _values(random, kind))
    return [(0.0, fault) for fault in faults]


def _fault(random: Random) -> tuple[float, dict[str, Any]]:
    at = 0.0 if random.random() < 0.8 else random.uniform(0.0, 1.0)
    kinds = random.choices((_CREATE_FAULTS, _LOST_ANSWERS, _SLOW, _DOWNLOADS), (4, 7, 5, 1))[0]
    kind = random.choice(kinds)
    if kind == "never_finish" and random.random() < 0.6:  # each makes a request that nobody can finish
        kind = "fail_task"
    return at, {"kind": kind} | _details(random, kind)


def _details(random: Random, kind: str) -> dict[str, Any]:
    if kind in _DOWNLOADS:
        return {"times": random.choice((1, 1, 2, 5))}
    if kind in ("fail_task", "never_finish"):
        return {"message": "Image pixel is invalid"}
    operation = random.choices(("create", "query", "download", "any"), (6, 3, 1, 1))[0]
    return {"operation": operation, "times": random.choice((1, 1, 1, 2, 3))} | _values(random, kind)


def _values(random: Random, kind: str) -> dict[str, Any]:
    if kind == "refuse":
        return random.choice(_REFUSALS)
    if kind == "rate_429":
        return {"retry_after": 0.1} if random.random() < 0.2 else {}
    if kind in ("error_before", "error_after"):
        return {"code": random.choice((5000, 5001, 5002))}
    if kind in _SLOW:  # mostly longer than the customers wait, so that it is worked on behind their back
        return {"seconds": random.choice((0.05, random.uniform(0.2, 0.5), random.uniform(0.3, 1.5)))}
    return {}
