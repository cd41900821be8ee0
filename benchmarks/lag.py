"""How late the end of a task is seen, and with how many questions: our plan beside asking every 5 seconds.

Once in a simulation of many jobs, which also draws the curve the plan was chosen on; once in real time, with a client.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

from kling_api import wait
from kling_api.client import Client
from kling_api.describe import describe
from kling_api.dialects.wire import Task
from kling_api.operations import Text2Video
from kling_api.polling import Plan, make_plan
from kling_api.profile import Credentials, Profile
from kling_api.sandbox.config import DEFAULT_GATEWAY_KEY, SandboxConfig
from kling_api.sandbox.server import Sandbox

from . import lag_simulation as simulation
from .lag_simulation import FAMILIES, Way, simulate, spread
from .measurement import Measurement

#: Seconds between questions of the usual way.
USUAL_INTERVAL = 5.0
HISTORY = 20
_SEEDS = range(5)
#: In real time: clips of so many seconds, at sandboxes that take so many seconds for each of them. These paces end the
#: jobs evenly between two questions of the usual way; near 5 s (5.1, 5.5) most would end just after one, to its harm.
_CLIPS = range(4, 14)
_PACES = (5.6, 5.9, 6.2, 6.5)
_CURVE = Path(__file__).parent / "results" / "lag.png"
_LAG, _P95, _REQUESTS = "lag after ready, median", "lag after ready, p95", "questions per job"


def lag() -> list[Measurement]:
    draw_curve(_CURVE)
    return [*_simulated(), *_in_real_time()]


def draw_curve(path: Path) -> None:
    """What each way of asking costs and gives, in the simulation: one chart per case."""
    from . import plots

    axes = ("questions per job", "lag after ready, p95 (s)")
    cases = {
        "usual": (HISTORY, "Times vary by a quarter, 20 past jobs"),
        "two humps": (HISTORY, "40 s or 300 s, 20 past jobs"),
        "now faster": (HISTORY, "Twice as fast as the 20 past jobs"),
        "wide": (1, "Times vary by more than half, one past job"),
    }
    charts = [plots.Chart(title, *axes, curve(name, history), log_y=True) for name, (history, title) in cases.items()]
    plots.charts(path, charts)


def curve(family: str, history: int) -> dict[str, list[tuple[float, float]]]:
    """(questions per job, p95 of the lag) of each way, from its quickest to its slowest pace."""
    ways: dict[str, list[Way]] = {
        "every 3, 4, 5, 10, 16 s": [simulation.every(seconds) for seconds in (3, 4, 5, 10, 16)],
        "2, 4, 8 % of the elapsed time": [simulation.share_of_elapsed(share) for share in (0.02, 0.04, 0.08)],
        "0.8 x median, then every 3, 4, 8 s": [simulation.share_of_median(seconds) for seconds in (3, 4, 8)],
        "by fitted density": [simulation.by_density(cost) for cost in (0.25, 0.35, 0.5, 0.8)],
        "ours with 1.5, 2, 4, 6 s": [simulation.ours(scale) for scale in (0.5, 2 / 3, 4 / 3, 2)],
        "ours (3 s)": [simulation.ours()],
    }
    return {name: [_point(family, history, way) for way in those] for name, those in ways.items()}


def _point(family: str, history: int, way: Way) -> tuple[float, float]:
    figures = simulate(FAMILIES[family], history, way, jobs=400)
    return figures.requests, figures.p95


def _simulated() -> list[Measurement]:
    """Times that vary by a quarter, 20 past jobs; five times 1000 jobs."""
    ways = (simulation.ours(), simulation.every(USUAL_INTERVAL))
    ours, usual = ([simulate(FAMILIES["usual"], HISTORY, way, seed=seed) for seed in _SEEDS] for way in ways)
    said = "in a simulation: pictures to long clips, lognormal 25 %, 20 past jobs"
    return [
        _row(f"{_LAG} (simulated)", "s", [one.median for one in ours], [one.median for one in usual], said),
        _row(f"{_P95} (simulated)", "s", [one.p95 for one in ours], [one.p95 for one in usual], said),
        _row(f"{_REQUESTS} (simulated)", "", [one.requests for one in ours], [one.requests for one in usual], said),
        _where_we_are_later("all jobs take half as long as before", "now faster", HISTORY),
        _where_we_are_later("times vary by more than half, one past job", "wide", 1),
    ]


def _where_we_are_later(name: str, family: str, history: int) -> Measurement:
    """What fewer questions cost when the past tells little of the present; asking steadily never depends on it."""
    ours, usual = (
        [simulate(FAMILIES[family], history, way, seed=seed).p95 for seed in _SEEDS]
        for way in (simulation.ours(), simulation.every(USUAL_INTERVAL))
    )
    return _row(
        f"{_P95}, {name} (simulated)", "s", ours, usual, f"in a simulation: {family}, {history} past jobs", None
    )


def _row(
    what: str, unit: str, ours: list[float], usual: list[float], said: str, goal: float | None = 1.0
) -> Measurement:
    notes: dict[str, object] = {"measured": said, "usual way": f"asks every {USUAL_INTERVAL:.0f} s"}
    return Measurement(what, unit, goal, ours, usual, notes=notes)


@dataclass(frozen=True)
class _Steady(Plan):
    """The usual way in the place of a plan."""

    def next_wait(self, elapsed: float) -> float:
        return USUAL_INTERVAL


class _Counted:
    """A plan, and how often it was followed: by each wait comes one question."""

    def __init__(self, plan: Plan, asked: list[float]) -> None:
        self.usual = plan.usual
        self._plan = plan
        self._asked = asked

    def next_wait(self, elapsed: float) -> float:
        self._asked.append(elapsed)
        return self._plan.next_wait(elapsed)


def _in_real_time() -> list[Measurement]:
    """Both ways at the same time, with the same client, sandbox and clips; at a provider that is asked for each task
    singly. The past jobs of ours are drawn so that each clip's time is one more of their kind.
    """
    with ThreadPoolExecutor(len(_PACES)) as threads, _plans() as asked:
        parts = list(threads.map(_run_at, _PACES))
    ours, usual = ([lag for part in parts for lag in part[way]] for way in (0, 1))
    ours_p95, usual_p95 = (quantiles(lags, n=20)[-1] for lags in (ours, usual))
    ours_asked, usual_asked = (len(one) / len(ours) for one in asked)
    shortest, longest = min(_CLIPS) * min(_PACES), max(_CLIPS) * max(_PACES)
    said = f"in real time: {len(ours)} jobs of {shortest:.0f} to {longest:.0f} s, "
    said += f"each with {HISTORY} made-up past jobs (lognormal 25 %)"
    return [
        _row(f"{_LAG} (real time)", "s", ours, usual, said),
        _row(f"{_P95} (real time)", "s", [ours_p95], [usual_p95], said, None),
        _row(f"{_REQUESTS} (real time)", "", [ours_asked], [usual_asked], said, None),
    ]


@contextmanager
def _plans() -> Iterator[tuple[list[float], list[float]]]:
    """Plans as for a provider far away: ours where there is a history, else the usual way. Gives their questions."""
    asked: tuple[list[float], list[float]] = ([], [])

    def plan(operation: str, _local: bool, past: Sequence[float]) -> _Counted:
        if past:
            return _Counted(make_plan(operation, False, past), asked[0])
        return _Counted(_Steady(0.0, 0.0, 0.0, 0.0, USUAL_INTERVAL, USUAL_INTERVAL), asked[1])

    before = wait.make_plan
    wait.make_plan = plan  # pyright: ignore[reportAttributeAccessIssue]
    try:
        yield asked
    finally:
        wait.make_plan = before


def _run_at(pace: float) -> tuple[list[float], list[float]]:
    """Our lags and those of the usual way, in seconds, of each clip once."""
    with tempfile.TemporaryDirectory() as name:
        config = SandboxConfig(folder=Path(name) / "sandbox", pace=pace, shrink=8, slots=1000, units=10**6)
        with Sandbox(config) as sandbox:
            ours, usual = (_client(sandbox.url, Path(name) / home) for home in ("ours", "usual"))
            _give_history(ours, pace)
            with ThreadPoolExecutor(2 * len(_CLIPS)) as threads:
                lags = [threads.submit(_lag, client, clip) for client in (ours, usual) for clip in _CLIPS]
                found = [one.result() for one in lags]
    return found[: len(_CLIPS)], found[len(_CLIPS) :]


def _client(url: str, home: Path) -> Client:
    return Client(Profile("lag", f"{url}/kie", "kie", Credentials(api_key=DEFAULT_GATEWAY_KEY), home))


def _give_history(client: Client, pace: float) -> None:
    chance = random.Random(pace)
    vary = spread(0.25)
    for clip in _CLIPS:
        usual = vary(chance, clip * pace)
        for number in range(HISTORY):
            new = describe(_operation(clip, 1 + number), client.profile, client.dialect)
            claim = client.ledger.claim(new)
            client.ledger.finished(claim, "", "", vary(chance, usual))
            client.ledger.collected(claim, [])
            client.ledger.release(claim)


def _lag(client: Client, clip: int) -> float:
    """From the moment at which the provider was done to the one at which we knew it."""
    job = client.ledger.get(client.run(_operation(clip, 0)).job_key)
    assert job
    assert job.finished_at
    task = client.dialect.read(client.transport.send(client.dialect.query(job.route, job.task_id)))
    assert isinstance(task, Task)
    return job.finished_at - task.updated / 1000


def _operation(clip: int, seed: int) -> Text2Video:
    return Text2Video("A paper boat sails down a river.", model_name="kling-v3", duration=clip, seed=seed)
