"""What a profile has spent, as the ledger keeps it: the same as adding up all its rows, whatever happens to them."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kling_api import ledger_file
from kling_api.errors import LedgerError
from kling_api.job import Claim, Job, NewJob, State
from kling_api.ledger import FILE_NAME, Ledger, Wanted
from kling_api.limits import midnight

NEW = NewJob("", "host#1", "studio", "official", "/tasks", "text2video", "kling-v3", "std", 5)
PROFILES, DIALECTS = ("studio", "home"), ("official", "kie")
UNITS = ("", "0", "3", "2.5", "0.05", "12.345678", "1000000")
WORTH = ("1", "0.025", "0.3")
#: Of those rows something may have been made; all others count with their small steps alone.
MAY_HAVE_MADE = (State.SENDING, State.UNKNOWN, State.RUNNING, State.COLLECTED, State.FAILED)
MADE_NOTHING = (State.CREATED, State.REFUSED, State.FAILED)


def added_up(every: list[Job], profile: str, since: float, but: str, dialect: str) -> Decimal:
    """Row by row."""
    counted = [
        job
        for job in every
        if job.profile == profile
        and dialect in ("", job.dialect)
        and job.key != but
        and (job.created_at if job.sent_at is None else job.sent_at) >= since
    ]
    return sum((_cost(job) for job in counted), Decimal(0))


def _cost(job: Job) -> Decimal:
    if job.elsewhere or not (job.state in MAY_HAVE_MADE or job.steps):
        return Decimal(0)
    units = job.units or (job.steps if job.state in MADE_NOTHING else job.estimate)
    return Decimal(units or 0) * Decimal(job.worth)


class _TakenBack(Exception):
    pass


class Story:
    """Random things happen to random jobs of a ledger; its clock jumps, also backwards."""

    def __init__(self, home: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.now = datetime(2026, 11, 21, 12).timestamp()
        self.ledger = Ledger(home, lambda: self.now)
        self.ledger._connection.execute("PRAGMA synchronous = OFF")  # no power cut here
        self.claims: list[Claim] = []

    def go_on(self) -> None:
        self.now += self.random.choice((1, 60, 899.5, 900, 86_400, -3600)) * self.random.random()
        happening = self.random.choice((self._begin, self._begin, self._step, self._step, self._step, self._by_hand))
        with suppress(LedgerError):  # of two rows of a request only one may live: the change is taken back
            happening()

    def _begin(self) -> None:
        pick = self.random.choice
        values: dict[str, Any] = {"profile": pick(PROFILES), "dialect": pick(DIALECTS), "estimate": pick(UNITS)}
        values |= {"worth": pick(WORTH), "elsewhere": self.random.random() < 0.1}
        name = f"{self.random.randrange(40)}"
        claim = self.ledger.claim(replace(NEW, fingerprint=name, **values))
        if claim.owner:
            self.claims.append(claim)

    def _step(self) -> None:
        if not self.claims:
            return
        claim, ledger, units = self.random.choice(self.claims), self.ledger, self.random.choice(UNITS)
        steps = {
            "book_steps": ("0.05",),
            "sending": ("/tasks",),
            "nothing_made": (),
            "unanswered": ("no answer",),
            "accepted": ("42", ""),
            "refused": ("no", "1301", ""),
            "failed": ("no face", units),
            "finished": (units, "", 5.0),
            "collected": (["a.mp4"], [1]),
        }
        name = self.random.choice((*steps, "release", "forget"))
        if name == "release":
            ledger.release(claim)
            self.claims.remove(claim)
        elif name == "forget":
            ledger.release(claim)
            self.claims.remove(claim)
            ledger.forget(claim.job.key)
        else:
            getattr(ledger, name)(claim, *steps[name])

    def _by_hand(self) -> None:
        """What we never do, but the owner of the file may."""
        if not (jobs := self.ledger.jobs(Wanted(forgotten=True, limit=None))):
            return
        key = self.random.choice(jobs).key
        changes: dict[str, tuple[Any, ...]] = {
            **dict.fromkeys(("units", "steps", "estimate"), UNITS),
            **{"worth": WORTH, "elsewhere": (0, 1), "profile": PROFILES, "dialect": DIALECTS},
            **{"sent_at": (None, self.now), "created_at": (self.now - 100_000, 5.0)},
            "state": tuple(state.value for state in (*MAY_HAVE_MADE, State.CREATED, State.REFUSED)),
        }
        name = self.random.choice(list(changes))
        with self.ledger._transaction():
            if self.random.random() < 0.1:
                self.ledger._connection.execute("DELETE FROM jobs WHERE key = ?", (key,))
                self.claims = [claim for claim in self.claims if claim.job.key != key]
            else:
                change = f"UPDATE jobs SET {name} = ? WHERE key = ?"
                self.ledger._connection.execute(change, (self.random.choice(changes[name]), key))

    def check(self) -> None:
        moments = (0.0, midnight(self.now), self.now - 12 * 3600, self.now - 600.25)
        key = self.claims[0].job.key if self.claims else ""
        every = self.ledger.jobs(Wanted(forgotten=True, limit=None))
        for profile in PROFILES:
            for dialect in ("", *DIALECTS):
                for since in moments:
                    for but in ("", key):
                        asked = (profile, since, but, dialect)
                        assert self.ledger.spent(*asked) == round(added_up(every, *asked), 6), asked


@pytest.mark.parametrize("seed", range(4))
def test_the_sums_are_those_of_all_rows_whatever_happens_to_them(home: Path, seed: int) -> None:
    story = Story(home, seed)
    for _ in range(12):
        for _ in range(25):
            story.go_on()
        story.check()
    assert story.ledger.spent("studio") > 0
    states = {job.state for job in story.ledger.jobs(Wanted(forgotten=True, limit=None))}
    assert len(states) >= 6


def test_a_change_that_is_taken_back_changes_no_sum(home: Path) -> None:
    ledger = Ledger(home)
    claim = ledger.claim(replace(NEW, fingerprint="first", estimate="3"))
    with suppress(_TakenBack), ledger._transaction():
        ledger._write_change(claim, "state = 'sending', sent_at = ?", 1000.0)
        assert ledger.spent("studio") == 3
        raise _TakenBack
    assert ledger.spent("studio") == 0


def test_the_sums_of_a_ledger_from_before_they_were_kept_are_those_of_its_rows(home: Path, tmp_path: Path) -> None:
    story = Story(home, 7)
    for _ in range(200):
        story.go_on()
    columns = ", ".join(name for name in Job.__dataclass_fields__)
    older = tmp_path / "older"
    older.mkdir()
    with closing(sqlite3.connect(older / FILE_NAME)) as old, old:
        for statement in ";\n".join(ledger_file._MIGRATIONS[:3]).split(";\n"):
            old.execute(statement)
        old.execute("PRAGMA user_version = 3")
        old.execute("ATTACH ? AS present", (str(home / FILE_NAME),))
        old.execute(f"INSERT INTO jobs ({columns}) SELECT {columns} FROM present.jobs")
    story.ledger = Ledger(older, lambda: story.now)
    story.check()
    assert story.ledger.spent("studio") > 0


@pytest.mark.parametrize("units", ["1e300", "-1e300", "1e999", "-5", "many", "0x10"])
def test_what_a_provider_calls_units_never_stops_the_ledger(home: Path, units: str) -> None:
    ledger = Ledger(home)
    for name in ("first", "second", "third"):
        claim = ledger.claim(replace(NEW, fingerprint=name, estimate="3"))
        ledger.sending(claim, "/tasks")
        ledger.finished(claim, units, "", None)
    assert isinstance(ledger.spent("studio"), Decimal)
    for job in ledger.jobs():
        with ledger._transaction():
            ledger._connection.execute("UPDATE jobs SET units = '1' WHERE key = ?", (job.key,))
    if units not in ("1e300", "-1e300", "1e999"):  # such numbers cannot be taken back to the last digit
        assert ledger.spent("studio") == 3
