"""The short form of the torture, and that its judge sees what there is to see."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kling_api.sandbox.faults import KINDS, read_fault

from .provider import Task
from .schedule import STEPS, make_schedule
from .verdict import Evidence, Row, accepted_are_kept, paid_once, sent_once, wanted_are_collected

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the torture forks its customers")

ROOT = Path(__file__).resolve().parents[2]
SCHEDULES = 48
CLIP = b"an mp4 file"
TASK = Task("100", "torture", "kn-1", "succeeded", False, "1.8", "clip.mp4")
ROW = Row("kn-1", "one", "collected", "100", ("kn-1.mp4",), 0, "")
COLLECTED = [{"request": 0, "outcome": "collected", "key": "kn-1"}]


def test_nothing_is_lost_paid_twice_or_broken_in_the_first_schedules(tmp_path: Path) -> None:
    output = tmp_path / "figures.json"
    command = [sys.executable, "-m", "tests.torture", "--count", str(SCHEDULES), "--output", str(output)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(output.read_text())
    assert (figures["schedules"], figures["lost"], figures["double"], figures["broken"]) == (SCHEDULES, 0, 0, 0)
    assert figures["charges"] == figures["collected"]
    for name in ("kills", "stops", "restarts", "failed", "collected"):  # it was not a quiet day
        assert figures[name] > 0, name
    assert len(figures["faults"]) >= 12


def test_a_seed_is_a_schedule_and_many_of_them_hold_every_fault_step_and_way(tmp_path: Path) -> None:
    schedules = [make_schedule(seed) for seed in range(1000)]
    assert schedules[7] == make_schedule(7)
    faults = [read_fault(fault) for schedule in schedules for _, fault in schedule.faults]
    assert {fault.kind for fault in faults} == set(KINDS)
    assert {"create", "query", "download", "any"} <= {fault.operation for fault in faults}
    kills = [customer.kill for schedule in schedules for customer in schedule.customers]
    assert {kill.step for kill in kills if kill} == {*STEPS, ""}
    for name in ("keyed", "drained", "collects", "decides"):
        assert {getattr(schedule, name) for schedule in schedules} == {True, False}


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    """One task, collected."""
    (tmp_path / "clip.mp4").write_bytes(CLIP)
    (tmp_path / "kn-1.mp4").write_bytes(CLIP)
    return Evidence([TASK], [ROW], tmp_path, tmp_path)


def kinds(evidence: Evidence, told: Sequence[dict[str, Any]] = COLLECTED) -> list[str]:
    """What is wrong, when one request was wanted."""
    found = [*accepted_are_kept(evidence), *wanted_are_collected(evidence, told, 1), *paid_once(evidence, 1)]
    return [finding.kind for finding in found]


def test_a_collected_job_with_its_clip_is_in_order(evidence: Evidence) -> None:
    assert kinds(evidence) == []


def test_a_task_without_a_row_is_lost(evidence: Evidence) -> None:
    assert kinds(replace(evidence, tasks=[TASK, replace(TASK, id="200", external_id="kn-2", units_charged="0")])) == [
        "lost"
    ]


@pytest.mark.parametrize("state", ["refused", "failed"])
def test_a_task_whose_row_is_closed_without_it_is_lost(evidence: Evidence, state: str) -> None:
    rows = [replace(ROW, state=state)]
    assert "lost" in kinds(replace(evidence, rows=rows))


def test_a_file_that_is_missing_or_half_is_lost(evidence: Evidence) -> None:
    (evidence.results / "kn-1.mp4").write_bytes(CLIP[:5])
    assert kinds(evidence) == ["lost"]
    (evidence.results / "kn-1.mp4").unlink()
    assert kinds(evidence) == ["lost"]


def test_a_request_that_is_charged_twice_is_double(evidence: Evidence) -> None:
    tasks = [TASK, replace(TASK, id="200", external_id="kn-2")]
    (evidence.results / "kn-2.mp4").write_bytes(CLIP)
    rows = [ROW, replace(ROW, key="kn-2", task_id="200", files=("kn-2.mp4",))]
    assert kinds(replace(evidence, tasks=tasks, rows=rows)) == ["double"]


def test_a_failed_task_may_be_followed_by_another_one(evidence: Evidence) -> None:
    failed = replace(TASK, id="50", external_id="kn-0", state="failed", units_charged="0", clip="")
    rows = [replace(ROW, key="kn-0", state="failed", task_id="50", files=()), ROW]
    assert kinds(replace(evidence, tasks=[failed, TASK], rows=rows)) == []


def test_only_a_task_that_never_ends_or_that_nobody_knows_of_may_wait(evidence: Evidence) -> None:
    told = [{"request": 0, "outcome": "StillRunning", "key": "kn-1"}]
    running = [replace(ROW, state="running", files=())]
    stuck = replace(TASK, state="processing", never_finishes=True, units_charged="0")
    assert kinds(replace(evidence, tasks=[stuck], rows=running), told) == []
    assert kinds(replace(evidence, rows=running), told) == ["lost"]
    unknown = [replace(ROW, state="unknown", task_id="", files=(), unanswered=1)]
    assert kinds(replace(evidence, tasks=[], rows=unknown), told) == []
    assert kinds(replace(evidence, rows=unknown), told) == ["lost"]


def test_a_gateway_may_be_sent_a_request_again_only_after_a_plain_refusal_or_by_hand() -> None:
    posted, rows = {"posted": "kn-1"}, [ROW]
    assert not list(sent_once([posted, {"refused": "kn-1"}, posted, {"answered": "kn-1"}], rows))
    assert not list(sent_once([posted, {"allowed": "kn-1"}, posted], rows))
    assert [finding.kind for finding in sent_once([posted, {"no answer": "kn-1"}, posted], rows)] == ["double"]
    two = [replace(ROW, state="refused"), replace(ROW, key="kn-2")]
    assert [finding.kind for finding in sent_once([posted, {"posted": "kn-2"}], two)] == ["double"]
