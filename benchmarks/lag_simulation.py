"""How late the end of a task is seen, and with how many questions, for ways of asking when to ask. Pure and seeded.

The times are drawn around what Kling's tasks have been seen to take; there is no clock and no network here.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median, quantiles

from kling_api.polling import make_plan

#: Seconds of a picture, a short clip of a turbo and of an omni model (live, 2026-09), and the averages of image to
#: video and text to video in ComfyUI's own Kling nodes.
USUAL = (24.0, 28.0, 83.0, 164.0, 319.0)
#: Seconds that an answer takes (live, 2026-09); the provider looks at its task half way.
ANSWER = 0.3
#: Much longer than any task, so that every simulation ends.
_TOO_LATE = 1e6

#: Seconds from now to the next question, by the seconds since the task was accepted.
NextWait = Callable[[float], float]
#: What one would do, knowing how long such jobs took before.
Way = Callable[[Sequence[float]], NextWait]
#: Of the usual seconds: how long the past jobs took, and how long this one will.
Draw = Callable[[random.Random, float], float]


@dataclass(frozen=True)
class Family:
    """Past jobs are drawn by `past`, the one that is waited for by `now`."""

    past: Draw
    now: Draw


def spread(sigma: float, factor: float = 1.0) -> Draw:
    """Lognormal around `factor` x the usual seconds."""
    return lambda chance, usual: usual * factor * math.exp(chance.gauss(0.0, sigma))


def _two_humps(chance: random.Random, _usual: float) -> float:
    """A model that takes 40 s, or 300 s when there is a queue."""
    return (40.0 if chance.random() < 0.5 else 300.0) * math.exp(chance.gauss(0.0, 0.15))


FAMILIES = {
    "tight": Family(spread(0.05), spread(0.05)),
    "usual": Family(spread(0.25), spread(0.25)),
    "wide": Family(spread(0.6), spread(0.6)),
    "two humps": Family(_two_humps, _two_humps),
    "now slower": Family(spread(0.25), spread(0.25, 2.0)),
    "now faster": Family(spread(0.25), spread(0.25, 0.5)),
}


@dataclass(frozen=True)
class Figures:
    """`requests` per job, mean; seconds from the end of the task to the answer that tells it: median, p95, mean."""

    requests: float
    median: float
    p95: float
    mean: float


def simulate(family: Family, history: int, way: Way, jobs: int = 1000, seed: int = 1) -> Figures:
    """`history`: how many such jobs there were before each. All ways see the same jobs."""
    chance = random.Random(seed)
    asked, lags = [], []
    for number in range(jobs):
        usual = USUAL[number % len(USUAL)]
        past = [family.past(chance, usual) for _ in range(history)]
        requests, lag = _wait(way(past), family.now(chance, usual))
        asked.append(requests)
        lags.append(lag)
    return Figures(fmean(asked), median(lags), quantiles(lags, n=20)[-1], fmean(lags))


def _wait(next_wait: NextWait, ready: float) -> tuple[int, float]:
    now, requests = 0.0, 0
    while now < _TOO_LATE:
        now += next_wait(now) + ANSWER
        requests += 1
        if now - ANSWER / 2 >= ready:
            return requests, now - ready
    raise AssertionError(f"A task that takes {ready:.0f} s was never seen to be done.")


def ours(scale: float = 1.0, operation: str = "text2video") -> Way:
    """`scale`: of the seconds between questions."""

    def way(past: Sequence[float]) -> NextWait:
        plan = make_plan(operation, False, past)
        return replace(plan, interval=plan.interval * scale).next_wait

    return way


def every(seconds: float) -> Way:
    return lambda _past: lambda _elapsed: seconds


def share_of_median(seconds: float) -> Way:
    """0.8 of the median in one go, at most 120 s, then steadily up to three times the median: our plan before this."""

    def way(past: Sequence[float]) -> NextWait:
        usual = median(past) if past else 319.0
        first = min(0.8 * usual, 120.0) if past else 12.0

        def next_wait(elapsed: float) -> float:
            if elapsed < first:
                return max(seconds / 4, first - elapsed)
            return seconds if elapsed < 3 * usual else 5 * seconds

        return next_wait

    return way


def share_of_elapsed(share: float, shortest: float = 2.0) -> Way:
    return lambda _past: lambda elapsed: max(shortest, share * elapsed)


def by_density(cost: float) -> Way:
    """As often as the square root of how likely the end is now (Keller 1974), under a lognormal fitted to the past.

    `cost`: the larger, the fewer questions. A few jobs are taken together with a guess of 0.25 for their spread.
    """

    def way(past: Sequence[float]) -> NextWait:
        logs = [math.log(seconds) for seconds in past]
        centre = fmean(logs)
        variance = (3 * 0.25**2 + sum((one - centre) ** 2 for one in logs)) / (2 + len(logs))
        sigma = math.sqrt(variance * (1 + 1 / len(logs)))
        return lambda elapsed: _until_due(elapsed, centre, sigma, cost)

    return way


def _until_due(elapsed: float, centre: float, sigma: float, cost: float) -> float:
    step, due, at = 0.5, 0.0, elapsed
    while due < 1 and not (at > elapsed + 30 and at > math.exp(centre)):
        due += step * math.sqrt(_hazard(at + step / 2, centre, sigma)) / cost
        at += step
    return max(2.0, at - elapsed)


def _hazard(at: float, centre: float, sigma: float) -> float:
    """Of a lognormal: how likely the end is in the next second when it has not come yet."""
    z = (math.log(at) - centre) / sigma
    later = math.erfc(z / math.sqrt(2)) / 2
    if later < 1e-9:
        return z / (sigma * at)
    return math.exp(-z * z / 2) / (math.sqrt(2 * math.pi) * sigma * at * later)
