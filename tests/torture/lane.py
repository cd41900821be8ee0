"""Makes schedules happen, one after the other: forks customers, kills them, restarts the sandbox, and has it judged.

A lane is a process with one thread, so that it can fork at any moment.
"""

from __future__ import annotations

import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

from .children import WHERE_ARE_YOU, Child, read_some
from .customer import House, clean_up, decide, live
from .figures import Figures
from .provider import Provider, api_key_of, copy_clips
from .schedule import Customer, Kill, Restart, Schedule, make_schedule
from .steps import Tell
from .verdict import (
    Evidence,
    Finding,
    accepted_are_kept,
    paid_once,
    read_rows,
    sent_once,
    wanted_are_collected,
)

#: Seconds after which the processes of a schedule hang; nearly all end within three.
DEADLINE = 60.0
#: A sandbox serves this many schedules, so that its tables stay short.
_BATCH = 40

Say = Callable[[str], None]
#: A seed, what came of it, and what was wrong.
Result = tuple[int, Figures, list[Finding]]


def run_lane(seeds: list[int], folder: Path, clips: Path, say: Say) -> Generator[Result, None, None]:
    """The figures and findings of each seed. `clips`: what need not be rendered anew."""
    for start in range(0, len(seeds), _BATCH):
        schedules = [make_schedule(seed) for seed in seeds[start : start + _BATCH]]
        place = folder / f"batch-{start}"
        copy_clips(clips, place / "sandbox")
        provider = Provider(place / "sandbox", schedules)
        try:
            provider.start([])
            for schedule in schedules:
                performance = Performance(schedule, provider, place / f"schedule-{schedule.seed}", say)
                yield schedule.seed, *performance.result()
            provider.stop()
            if text := provider.complaints():
                yield (
                    schedules[-1].seed,
                    Figures(broken=1),
                    [Finding("broken", f"the sandbox of this batch said: {text}")],
                )
        finally:
            provider.abandon()
            shutil.rmtree(place, ignore_errors=True)


class Performance:
    """One schedule from its first process to its verdict."""

    def __init__(self, schedule: Schedule, provider: Provider, folder: Path, say: Say) -> None:
        folder.mkdir(parents=True)
        self._schedule = schedule
        self._provider = provider
        self._folder = folder
        self._say = say
        self._house = House(provider.url, api_key_of(schedule), folder / "home")
        self._children: list[Child] = []
        self._findings: list[Finding] = []
        self._begun = time.monotonic()
        self._spoken = 0
        self._restarts = 0

    def result(self) -> tuple[Figures, list[Finding]]:
        """Plays it, has it judged, and leaves no process and no file behind."""
        self._say(f"{self._schedule}")
        faults_before = self._provider.faults_made()
        try:
            self._play()
            self._provider.clear_faults()
            self._settle()
            figures = self._figures(faults_before)
        finally:
            for child in self._children:
                child.kill()
                child.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
        return figures, self._findings

    def _play(self) -> None:
        """The chaos: everything at its time, until the last customer has ended."""
        self._provider.add_faults([fault for at, fault in self._schedule.faults if at == 0])
        timeline = sorted(self._events(), key=lambda event: event[0])
        self._begun = time.monotonic()
        coming = len(self._schedule.customers)
        while (coming or self._alive()) and self._now < DEADLINE:
            while timeline and timeline[0][0] <= self._now:
                _, happen, starts = timeline.pop(0)
                happen()
                coming -= starts
            read_some(self._children, min(timeline[0][0] - self._now, 1.0) if timeline else 1.0)
            self._speak()
        self._end_all("a customer")
        self._find(accepted_are_kept(self._evidence()))

    def _events(self) -> Iterator[tuple[float, Callable[[], None], int]]:
        """When, what, and how many customers begin by it."""
        for at, fault in self._schedule.faults:
            if at:
                yield at, lambda fault=fault: self._provider.add_faults([fault]), 0
        for restart in self._schedule.restarts:
            yield restart.at, lambda restart=restart: self._restart(restart), 0
        for number, customer in enumerate(self._schedule.customers):
            yield customer.start, lambda number=number, customer=customer: self._fork(f"customer {number}", customer), 1
            if customer.kill and not customer.kill.step:
                kill: Kill = customer.kill
                yield customer.start + kill.seconds, lambda number=number: self._kill(f"customer {number}"), 0

    def _fork(self, name: str, customer: Customer) -> None:
        self._start(name, lambda tell: live(self._schedule, customer, self._house, tell))

    def _kill(self, name: str) -> None:
        for child in self._children:
            if child.name == name:
                child.kill()

    def _restart(self, restart: Restart) -> None:
        """The customers' pipes hold what they tell in the meantime."""
        waiting = self._provider.stop(restart.hard)
        self._say(f"{self._now:6.2f}  the sandbox {'is killed' if restart.hard else 'stops'}")
        time.sleep(restart.down)
        self._provider.start(waiting)
        self._restarts += 1
        self._say(f"{self._now:6.2f}  the sandbox is back")

    def _settle(self) -> None:
        """No faults any more: what a clean run makes of it, and what it has cost in the end."""
        if self._schedule.drained:
            self._drain()
        self._alone("clean run", self._clean_up(self._schedule.collects))
        self._drain()
        if any(self._evidence().task(key) for key in self._unknown()):  # it arrived after it was looked for in vain
            self._alone("second clean run", self._clean_up(collects=False))
        if self._schedule.decides and self._unknown():
            self._alone("decision", lambda tell: decide(self._schedule, self._house, self._endless(), tell))
        self._drain()
        evidence, told = self._evidence(), self._told()
        wanted = len(self._schedule.requests)
        self._find(accepted_are_kept(evidence))
        self._find(wanted_are_collected(evidence, self._children[-1].told, wanted))
        self._find(paid_once(evidence, wanted))
        if not self._schedule.keyed:
            self._find(sent_once(told, evidence.rows))
        self._look_for_defects()
        self._say("\n".join(str(item) for item in (*evidence.tasks, *evidence.rows, *self._findings)))

    def _clean_up(self, collects: bool) -> Callable[[Tell], None]:
        return lambda tell: clean_up(self._schedule, self._house, collects, self._endless(), tell)

    def _endless(self) -> set[str]:
        return {task.external_id for task in self._provider.tasks(self._schedule) if task.never_finishes}

    def _unknown(self) -> list[str]:
        return [row.key for row in read_rows(self._house.home) if row.state == "unknown"]

    def _alone(self, name: str, work: Callable[[Tell], None]) -> None:
        self._start(name, work)
        end = self._now + DEADLINE
        while self._alive() and self._now < end:
            read_some(self._children, 1.0)
            self._speak()
        self._end_all(f"the {name}")

    def _drain(self) -> None:
        if not self._provider.drain(self._schedule, DEADLINE):
            self._findings.append(Finding("broken", "the sandbox's tasks do not come to an end"))

    def _start(self, name: str, work: Callable[[Tell], None]) -> None:
        errors = self._folder / f"{name}.txt"
        self._children.append(Child(name, work, errors))
        self._say(f"{self._now:6.2f}  {name} is process {self._children[-1].pid}")

    def _end_all(self, what: str) -> None:
        """Nobody may be alive at this point; whoever is, hangs."""
        for child in self._children:
            if child.exit_code is None:
                child.kill(WHERE_ARE_YOU)
                time.sleep(0.5)
                child.kill()
                child.wait()
                self._findings.append(Finding("broken", f"{what} hangs:\n{child.errors.read_text(errors='replace')}"))

    def _look_for_defects(self) -> None:
        for child in self._children:
            defects = [fact["defect"] for fact in child.told if "defect" in fact]
            # No schedule damages a ledger: this comes only where two runs own one job, or where one lock is held on.
            defects += [str(fact) for fact in child.told if fact.get("outcome") == "LedgerError"]
            if child.exit_code not in (0, -signal.SIGKILL) and not defects:
                defects.append(f"it ended with {child.exit_code}")
            if text := child.errors.read_text(errors="replace").strip():
                defects.append(f"it wrote to stderr: {text}")
            self._findings += [Finding("broken", f"{child.name}: {defect}") for defect in defects]

    def _evidence(self) -> Evidence:
        """The tasks first: what was accepted by then must be in the ledger since before."""
        tasks = self._provider.tasks(self._schedule)
        return Evidence(tasks, read_rows(self._house.home), self._house.home / "results", self._provider.clips)

    def _find(self, findings: Iterator[Finding]) -> None:
        self._findings += [finding for finding in findings if finding not in self._findings]

    def _told(self) -> list[dict[str, Any]]:
        return [fact for child in self._children for fact in child.told]

    def _speak(self) -> None:
        told = [(child.name, fact) for child in self._children for fact in child.told]
        for name, fact in told[self._spoken :]:
            self._say(f"{self._now:6.2f}  {name}: {fact}")
        self._spoken = len(told)

    def _alive(self) -> bool:
        return any(child.exit_code is None for child in self._children)

    @property
    def _now(self) -> float:
        return time.monotonic() - self._begun

    def _figures(self, faults_before: Counter[str]) -> Figures:
        evidence, told = self._evidence(), self._told()
        states = Counter(row.state for row in evidence.rows)
        findings = Counter(finding.kind for finding in self._findings)
        return Figures(
            schedules=1,
            processes=len(self._children),
            kills=sum(child.exit_code == -signal.SIGKILL for child in self._children),
            stops=sum(fact.get("outcome") == "stopped" for fact in told),
            restarts=self._restarts,
            posts=sum("posted" in fact for fact in told),
            requests=len(self._schedule.requests),
            jobs=len(evidence.rows),
            tasks_made=len(evidence.tasks),
            charges=sum(task.charged for task in evidence.tasks),
            collected=states["collected"],
            failed=states["failed"],
            refused=states["refused"],
            never_finished=states["running"],
            open_by_decision=states["unknown"],
            lost=findings["lost"],
            double=findings["double"],
            broken=findings["broken"],
            faults=dict(self._provider.faults_made() - faults_before),
        )
