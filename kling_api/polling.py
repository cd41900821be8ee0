"""When to ask how a task is doing. Polling is not retrying: an answer 'processing' is a success. Pure.

The times come from the ledger where it knows how long such jobs took, else from what others have measured.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Seconds that Kling needed on average (constants in ComfyUI's own Kling nodes, 2026-09).
USUAL_SECONDS = {"text2video": 319.0, "image2video": 164.0}
#: For an operation of which nobody has told a figure.
ANY_SECONDS = 200.0
LOCAL_SECONDS = 1.0
#: We stop waiting after this long; the job stays in the ledger and can be collected later.
PATIENCE = 3 * 3600.0
#: However long such jobs took before, the first question comes by then: one odd task must not hide a quick one.
LONGEST_FIRST_WAIT = 120.0


@dataclass(frozen=True)
class Plan:
    """`usual`: seconds that such a task takes; `interval`: seconds between questions around that time."""

    usual: float
    interval: float
    known: bool = False

    def next_wait(self, elapsed: float) -> float:
        """Seconds until the next question, `elapsed` seconds after the task was accepted.

        A time that we know ourselves is waited for in one go, up to its last fifth. One that others measured is only a
        hint: the first question comes early, as some models are five times faster. Far over the time, ask less often.
        """
        first = min(0.8 * self.usual, LONGEST_FIRST_WAIT) if self.known else min(0.5 * self.usual, 3 * self.interval)
        if elapsed < first:
            return max(self.interval / 4, first - elapsed)
        if elapsed < 3 * self.usual:
            return self.interval
        return min(self.interval * 5, 30.0)


def make_plan(operation: str, local: bool, median_seconds: float | None) -> Plan:
    """`local`: the provider is on this machine; `median_seconds`: how long such jobs took here, None if unknown."""
    interval = 0.2 if local else 4.0
    if median_seconds is not None:
        return Plan(median_seconds, interval, known=True)
    return Plan(LOCAL_SECONDS if local else USUAL_SECONDS.get(operation, ANY_SECONDS), interval)
