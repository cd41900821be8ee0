"""Waiting that can be seen and stopped."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_api import watch as watching
from kling_api.watch import Progress, Stopped, Watch


def test_a_stop_ends_a_long_wait_within_a_moment() -> None:
    stop = threading.Event()
    threading.Timer(0.1, stop.set).start()
    begun = time.monotonic()
    with pytest.raises(Stopped):
        Watch(None, stop).pause(30)
    assert time.monotonic() - begun < 0.6


def test_a_stop_that_came_before_is_noticed_even_without_waiting() -> None:
    stop = threading.Event()
    stop.set()
    for look in (lambda watch: watch.check(), lambda watch: watch.pause(0.0), lambda watch: watch.pause(5.0)):
        with pytest.raises(Stopped):
            look(Watch(None, stop))


def test_a_wait_reports_at_each_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "TICK", 0.05)
    reports: list[Progress] = []
    watch = Watch(reports.append, None)
    watch.task_id, watch.job_key, watch.usual = "42", "kn-1", 10.0
    watch.tell("processing")
    watch.pause(0.28)
    assert 4 <= len(reports) <= 7
    assert {(report.state, report.task_id, report.job_key) for report in reports} == {("processing", "42", "kn-1")}
    assert [report.seconds for report in reports] == sorted(report.seconds for report in reports)


def test_a_wait_lasts_as_long_as_it_should() -> None:
    begun = time.monotonic()
    Watch(None, None).pause(0.15)
    assert 0.15 <= time.monotonic() - begun < 0.6


def test_an_adopted_job_has_been_going_on_for_some_time() -> None:
    watch = Watch(None, None)
    watch.begin(100.0)
    assert 100 <= watch.seconds < 101
    watch.begin(-100.0)  # another machine's clock
    assert 0 <= watch.seconds < 1


@given(st.floats(0, 1e5), st.floats(0.01, 1e4))
def test_the_share_stays_below_the_whole_and_never_goes_back(seconds: float, usual: float) -> None:
    share = Progress("processing", seconds, usual, "", "").share
    assert 0 <= share < 1
    assert share <= Progress("processing", seconds + 1, usual, "", "").share


def test_the_share_is_nine_tenths_at_the_usual_time_and_nothing_when_no_time_is_known() -> None:
    assert Progress("processing", 60, 60, "", "").share == pytest.approx(0.9)
    assert Progress("processing", 60, None, "", "").share == 0.0
    assert Progress("processing", 60, 0.0, "", "").share == 0.0


def test_progress_reads_like_a_line_of_text() -> None:
    assert str(Progress("processing", 12.3, 60.0, "kn-1", "42")) == "processing, 12 of about 60 s, task 42"
    assert str(Progress("submitting", 1.2, None, "kn-1", "")) == "submitting, 1 s"
