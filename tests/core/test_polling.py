"""When to ask how a task is doing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_api.polling import USUAL_SECONDS, Plan, make_plan

PLANS = st.builds(
    make_plan,
    st.sampled_from(sorted(USUAL_SECONDS)),
    st.booleans(),
    st.none() | st.floats(0, 7200),
)


def _questions(plan: Plan, until: float) -> list[float]:
    """The seconds at which a task would be asked about that takes longer than `until`."""
    asked = [plan.next_wait(0.0)]
    while asked[-1] < until:
        asked.append(asked[-1] + plan.next_wait(asked[-1]))
    return asked


@given(PLANS, st.floats(-10, 1e6))
def test_a_wait_is_never_nothing_and_never_longer_than_half_a_minute_beyond_the_usual_time(
    plan: Plan, elapsed: float
) -> None:
    wait = plan.next_wait(elapsed)
    assert wait >= 0.05
    assert elapsed + wait <= max(elapsed + 30, plan.usual)


@given(PLANS.filter(lambda plan: plan.usual > 2 * plan.interval))
def test_the_first_question_comes_before_the_usual_time_ends(plan: Plan) -> None:
    assert plan.next_wait(0.0) < plan.usual


@given(PLANS)
def test_far_over_the_usual_time_the_questions_come_more_slowly(plan: Plan) -> None:
    assert plan.next_wait(3 * plan.usual + 1) > plan.next_wait(plan.usual) or plan.usual == 0
    assert plan.next_wait(1e9) <= 30


def test_a_time_that_others_measured_is_only_a_hint() -> None:
    plan = make_plan("text2video", False, None)
    assert (plan.usual, plan.known) == (319.0, False)
    assert plan.next_wait(0.0) == 12.0


def test_a_time_that_we_measured_ourselves_is_waited_for_in_one_go() -> None:
    plan = make_plan("text2video", False, 100.0)
    assert _questions(plan, 100.0) == [80.0, 84.0, 88.0, 92.0, 96.0, 100.0]


def test_an_hour_of_waiting_takes_a_bounded_number_of_questions() -> None:
    assert len(_questions(make_plan("image2video", False, None), 3600.0)) < 300


def test_a_provider_on_this_machine_is_asked_many_times_a_second() -> None:
    assert len(_questions(make_plan("text2video", True, None), 1.0)) >= 3


@pytest.mark.parametrize("operation", ["text2video", "image2video"])
def test_every_operation_has_a_usual_time(operation: str) -> None:
    assert 60 < USUAL_SECONDS[operation] < 600


def test_one_odd_task_does_not_put_off_the_first_question() -> None:
    assert make_plan("text2video", False, 10_800.0).next_wait(0) <= 120
