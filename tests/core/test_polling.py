"""When to ask how a task is doing."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from statistics import fmean, median, quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_api.polling import USUAL_SECONDS, Plan, make_plan

#: What Kling's tasks have been seen to take: a picture, short clips, the averages of image and text to video.
USUAL = (24.0, 28.0, 83.0, 164.0, 319.0)
SECONDS = st.floats(0, 4 * 3600) | st.sampled_from([0.0, 1e-9, 1e9])
PASTS = st.lists(SECONDS, max_size=20)
OPERATIONS = st.sampled_from([*sorted(USUAL_SECONDS), "effects"])
PLANS = st.builds(make_plan, OPERATIONS, st.booleans(), PASTS)
FAR_AWAY = st.builds(make_plan, OPERATIONS, st.just(False), PASTS)


def _questions(plan: Plan, until: float) -> list[float]:
    """The seconds at which a task would be asked about that takes `until`; answers take no time."""
    asked = [plan.next_wait(0.0)]
    while asked[-1] < until:
        asked.append(asked[-1] + plan.next_wait(asked[-1]))
    return asked


@given(PLANS, st.floats(-10, 1e6))
def test_a_wait_is_never_nothing_and_never_longer_than_half_a_minute(plan: Plan, elapsed: float) -> None:
    assert 0.05 <= plan.next_wait(elapsed) <= 30


@given(FAR_AWAY)
def test_a_provider_far_away_is_not_asked_more_often_than_every_three_seconds(plan: Plan) -> None:
    asked = _questions(plan, 600.0)
    assert all(third - first >= 3 for first, third in zip(asked, asked[2:], strict=False))


@given(FAR_AWAY)
def test_an_hour_of_waiting_takes_less_than_300_questions(plan: Plan) -> None:
    assert len(_questions(plan, 3600.0)) < 300


@given(PLANS)
def test_far_over_the_usual_time_the_questions_come_more_slowly(plan: Plan) -> None:
    assert plan.next_wait(1e11) == plan.slowest >= plan.interval


@given(FAR_AWAY, st.floats(0, 4 * 3600))
def test_whatever_the_past_says_no_task_is_seen_more_than_half_a_minute_late(plan: Plan, ready: float) -> None:
    assert _questions(plan, ready)[-1] - ready <= 30


@given(st.lists(st.floats(1, 1200), min_size=1, max_size=20))
def test_a_task_quicker_than_all_before_is_seen_within_twenty_seconds(past: list[float]) -> None:
    ready = min(past) / 3
    assert _questions(make_plan("text2video", False, past), ready)[-1] - ready <= 20


@given(PASTS.filter(bool), st.booleans())
def test_the_usual_time_is_the_median(past: list[float], local: bool) -> None:
    assert make_plan("text2video", local, past).usual == median(past)


def test_a_time_that_others_measured_is_only_a_hint() -> None:
    plan = make_plan("text2video", False, ())
    assert plan.usual == 319.0
    assert _questions(plan, 24.0) == [12.0, 16.0, 20.0, 24.0]


def test_one_past_job_says_little_and_twenty_say_more() -> None:
    one, twenty = make_plan("text2video", False, [100.0]), make_plan("text2video", False, [100.0] * 20)
    assert (one.first, one.last) == (50.0, 200.0)
    assert (round(twenty.first), round(twenty.last)) == (95, 105)


def test_one_quick_job_is_enough_for_the_next_to_be_seen_in_time() -> None:
    plan = make_plan("text2video", False, [40.0, *[300.0] * 19])
    assert _questions(plan, 41.0)[-1] - 41.0 <= 3.5


def _simulated(sigma: float, history: int, plan: Callable[[Sequence[float]], Plan]) -> tuple[float, list[float]]:
    """Questions per job, and the seconds from the end of each to the question that tells it."""
    chance = random.Random(1)
    asked, lags = [], []
    for number in range(500):
        times = [USUAL[number % 5] * chance.lognormvariate(0.0, sigma) for _ in range(history + 1)]
        questions = _questions(plan(times[1:]), times[0])
        asked.append(len(questions))
        lags.append(questions[-1] - times[0])
    return fmean(asked), lags


def _steady(_past: Sequence[float]) -> Plan:
    return Plan(usual=0.0, first=0.0, last=1e9, look=5.0, interval=5.0, slowest=5.0)


@pytest.mark.parametrize("sigma", [0.05, 0.25])
@pytest.mark.parametrize("history", [1, 3, 20])
def test_the_end_is_seen_sooner_than_by_asking_every_five_seconds_and_with_fewer_questions(
    sigma: float, history: int
) -> None:
    asked, lags = _simulated(sigma, history, lambda past: make_plan("text2video", False, past))
    steadily_asked, _ = _simulated(sigma, history, _steady)
    assert median(lags) <= 2.0
    assert quantiles(lags, n=20)[-1] <= 5.0
    assert asked <= 0.85 * steadily_asked


def test_the_first_of_its_kind_is_seen_as_soon_for_a_few_more_questions() -> None:
    asked, lags = _simulated(0.25, 0, lambda past: make_plan("text2video", False, past))
    steadily_asked, _ = _simulated(0.25, 0, _steady)
    assert quantiles(lags, n=20)[-1] <= 5.0
    assert asked <= 1.3 * steadily_asked


def test_a_provider_on_this_machine_is_asked_many_times_a_second() -> None:
    assert len(_questions(make_plan("text2video", True, ()), 1.0)) >= 3


@pytest.mark.parametrize("operation", ["text2video", "image2video"])
def test_every_operation_has_a_usual_time(operation: str) -> None:
    assert 60 < USUAL_SECONDS[operation] < 600


def test_one_odd_task_does_not_put_off_the_first_question() -> None:
    assert make_plan("text2video", False, [10_800.0]).next_wait(0) <= 20
