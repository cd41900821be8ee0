"""When to ask how a task is doing. Polling is not retrying: an answer 'processing' is a success. Pure.

The times come from the ledger where it knows how long such jobs took, else from what others have measured. The figures
below are those of `python -m benchmarks lag`, which draws what each way of asking costs and how late it sees the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

#: Seconds that Kling needed on average (constants in ComfyUI's own Kling nodes, 2026-09; pictures: live, 2026-09).
USUAL_SECONDS = {"text2video": 319.0, "image2video": 164.0, "generations": 24.0, "omni-image": 24.0}
#: For an operation of which nobody has told a figure.
ANY_SECONDS = 200.0
LOCAL_SECONDS = 1.0
#: We stop waiting after this long; the job stays in the ledger and can be collected later.
PATIENCE = 3 * 3600.0

#: Seconds between questions while the task is likely to become ready. Its end is seen 1.9 s later (median; p95 3.8 s),
#: with 18 questions; 2 s make that 1.4 s (2.9 s) with 24, 4 s make it 2.5 s (5.1 s) with 15.
_INTERVAL, _LOCAL_INTERVAL = 3.0, 0.2
#: The same where nothing is known of such tasks: they are asked about from the start, so it would be 37 questions.
_UNKNOWN_INTERVAL = 4.0
#: Seconds between looks before that: of a provider that has become quicker no task is seen later than this. Without
#: looks one of half the usual time is seen 72 s later (p95), with them 17 s later, for two or three questions more.
_LOOK, _LOCAL_LOOK = 20.0, 1.0
#: The most questions while it is likely: times that vary widely get longer intervals, and an hour takes less than 300.
_MOST_QUESTIONS = 80
#: Beyond the longest likely time, the next question comes after this part of the time since then: a task of twice the
#: usual time is seen 6 s later (p95), with a tenth 12 s.
_GROWTH = 0.05
#: The longest pause there, in seconds.
_SLOWEST, _LOCAL_SLOWEST = 30.0, 1.5


@dataclass(frozen=True)
class Plan:
    """`usual`: seconds that such a task takes, the median. It is likely to become ready from `first` to `last`, and is
    asked about every `interval` seconds then; every `look` before, and ever more rarely after, up to every `slowest`.
    """

    usual: float
    first: float
    last: float
    look: float
    interval: float
    slowest: float

    def next_wait(self, elapsed: float) -> float:
        """Seconds until the next question, `elapsed` seconds after the task was accepted."""
        if elapsed < self.first:
            return max(self.interval / 4, min(self.look, self.first - elapsed))
        return min(self.slowest, max(self.interval, _GROWTH * (elapsed - self.last)))


def make_plan(operation: str, local: bool, past: Sequence[float]) -> Plan:
    """`local`: the provider is on this machine; `past`: the seconds that such jobs took here, () if unknown."""
    look, slowest = (_LOCAL_LOOK, _LOCAL_SLOWEST) if local else (_LOOK, _SLOWEST)
    if past:
        first, last = _likely(past)
        interval = min(slowest, max(_LOCAL_INTERVAL if local else _INTERVAL, (last - first) / _MOST_QUESTIONS))
        return Plan(median(past), first, last, look, interval, slowest)
    usual = LOCAL_SECONDS if local else USUAL_SECONDS.get(operation, ANY_SECONDS)
    interval = _LOCAL_INTERVAL if local else _UNKNOWN_INTERVAL
    first = min(0.5 * usual, 3 * interval)  # what others measured is only a hint: some models are ten times faster
    return Plan(usual, first, 2 * usual, look, interval, slowest)


def _likely(past: Sequence[float]) -> tuple[float, float]:
    """Of n + 1 jobs the last is the quickest once in n + 1 times, whatever the distribution; so the margin beyond the
    shortest and the longest is the wider, the fewer there were. With this one it happens once in 20 to 40 times.
    """
    margin = len(past) / (len(past) + 1)
    return margin * min(past), max(past) / margin
