"""Many tasks are asked about in few requests, and what comes of each is the same as if it were asked about alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kling_api import question as questions
from kling_api import rounds as module
from kling_api import run as runs
from kling_api.auth import Authorization
from kling_api.dialects import dialect_of
from kling_api.dialects.wire import Answer as Meaning
from kling_api.dialects.wire import Refusal, Task, TaskState
from kling_api.job import NewJob
from kling_api.ledger import Ledger
from kling_api.polling import make_plan
from kling_api.question import Question
from kling_api.rounds import Rounds
from kling_api.run import Run
from kling_api.settings import Profile
from kling_api.transport import Transport
from kling_api.watch import Watch

from .asked_provider import Answer, AskedProvider, asked_provider, broken, fine
from .conftest import API_KEY, KEY_PAIR

OLD, NEW = "/v1/videos/text2video", "/tasks"

MakeQuestions = Callable[..., list[Question]]
Ask = Callable[[list[Question]], Rounds]


@pytest.fixture
def provider() -> Iterator[AskedProvider]:
    with asked_provider() as server:
        yield server


@pytest.fixture
def make(provider: AskedProvider, tmp_path: Path) -> MakeQuestions:
    """Questions about so many tasks under way, whose ids are their numbers; asked at once."""
    ledger = Ledger(tmp_path)

    def make(count: int, route: str = OLD, credentials: object = API_KEY, first: int = 100) -> list[Question]:
        made = []
        for number in range(first, first + count):
            provider.words[str(number)] = "processing"
            profile = Profile("test", provider.url, "official", credentials, tmp_path)  # type: ignore[arg-type]
            made.append(Question(_run(ledger, profile, route, number), make_plan("text2video", True, ()), at_once=True))
        return made

    return make


def _run(ledger: Ledger, profile: Profile, route: str, number: int) -> Run:
    new = NewJob(f"{number:064x}", "host#1", "test", "official", route, "text2video", "kling-v3", "std", 5)
    claim = ledger.claim(new)
    ledger.sending(claim, route)
    job = ledger.accepted(claim, str(number), "")
    return Run(
        claim=claim,
        job=job,
        operation=None,
        watch=Watch(None, None),
        ledger=ledger,
        dialect=dialect_of(profile),
        transport=Transport(profile.base_url, Authorization(profile.credentials)),
        base_url=profile.base_url,
        results=profile.home,
        local=True,
        has_api_key=bool(profile.credentials.api_key),
    )


@pytest.fixture
def ask() -> Iterator[Ask]:
    """Starts rounds of these questions, which end with the test."""
    begun: list[Rounds] = []

    def ask(asked: list[Question]) -> Rounds:
        begun.append(Rounds())
        with begun[-1]._condition:  # or the first would be asked about before the others are there
            for question in asked:
                begun[-1].add(question)
        return begun[-1]

    yield ask
    for rounds in begun:
        for question in tuple(rounds._waiting):
            rounds.drop(question)
    _wait_until(lambda: not any(rounds._asked for rounds in begun))


def _wait_until(come: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not come():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


def _succeeded(question: Question) -> Task:
    answer = question.answered.result(10)
    assert isinstance(answer, Task)
    assert (answer.id, answer.state) == (question.task_id, TaskState.SUCCEEDED)
    return answer


@pytest.mark.parametrize(("route", "credentials"), [(OLD, API_KEY), (NEW, API_KEY), (OLD, KEY_PAIR)])
def test_each_task_ends_with_its_own_record(
    provider: AskedProvider, make: MakeQuestions, ask: Ask, route: str, credentials: object
) -> None:
    asked = make(45, route, credentials)
    ask(asked)
    _wait_until(lambda: provider.asked["together"] >= 6)
    assert provider.asked["singly"] == 0
    assert not any(question.answered.done() for question in asked)
    provider.words.update({question.task_id: "succeed" for question in asked})
    for question in asked:
        task = _succeeded(question)
        assert [output.id for output in task.outputs] == [f"v{question.task_id}"]
    # What the new standard tells of an old task may lack something: the task's own record is asked for, once.
    assert provider.asked["singly"] == (45 if (route, credentials) == (OLD, API_KEY) else 0)


def test_no_more_than_twenty_ids_travel_in_a_request_and_a_list_is_as_long_as_it_must_be(
    provider: AskedProvider, make: MakeQuestions, ask: Ask
) -> None:
    ask(make(45))
    _wait_until(lambda: provider.asked["together"] >= 3)
    assert provider.most_ids == 20
    ask(make(45, OLD, KEY_PAIR, first=500))
    _wait_until(lambda: len(provider.page_sizes) >= 2)
    assert set(provider.page_sizes) == {90}


def test_a_task_that_was_just_made_rides_along_and_needs_no_request_of_its_own(
    provider: AskedProvider, make: MakeQuestions, ask: Ask
) -> None:
    asked = make(12)
    rounds = ask(asked[:1])
    for question in asked[1:]:
        time.sleep(0.03)  # their times are not the same; the requests become so
        rounds.add(question)
    provider.asked.clear()
    time.sleep(1.0)
    assert provider.asked["singly"] <= 1  # the one that was on its way
    assert provider.asked["together"] <= 1.0 / 0.2 + 2


def test_one_task_alone_is_asked_for_where_it_was_made(provider: AskedProvider, make: MakeQuestions, ask: Ask) -> None:
    (question,) = make(1)
    ask([question])
    _wait_until(lambda: provider.asked["singly"] >= 2)
    assert provider.asked["together"] == 0
    provider.words[question.task_id] = "succeed"
    _succeeded(question)


@pytest.mark.parametrize(
    "together",
    [
        lambda _: (404, {"code": 1203, "message": "The requested resource does not exist"}),
        lambda _: (200, "<html>It works!</html>"),
        lambda _: (500, None),
        lambda _: (400, {"code": 1201, "message": "task_ids or external_task_ids is required"}),
        lambda _: fine([]),
        lambda found: fine([{**record, "id": "someone elses"} for record in found]),
    ],
    ids=["no such address", "a page", "an error", "refused", "nothing", "other tasks"],
)
def test_where_a_provider_does_not_tell_of_several_they_are_asked_for_one_by_one(
    provider: AskedProvider, make: MakeQuestions, ask: Ask, together: Callable[[object], object]
) -> None:
    provider.together = together  # type: ignore[assignment]
    asked = make(7)
    ask(asked)
    _wait_until(lambda: provider.asked["singly"] >= 14)
    assert provider.asked["together"] == 1  # and not again for a while
    provider.words.update({question.task_id: "succeed" for question in asked})
    for question in asked:
        _succeeded(question)


def test_a_provider_in_trouble_is_not_asked_for_each_task(
    provider: AskedProvider, make: MakeQuestions, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "UNANSWERED_AFTER", 10.0)  # 1 s here
    provider.together = provider.singly = broken
    asked = make(20)
    ask(asked)
    for question in asked:
        answer = question.answered.result(20)
        assert isinstance(answer, Refusal)
        assert answer.answer is Meaning.UNCLEAR
    assert sum(provider.asked.values()) < 40  # with 20 tasks, several tries each


def test_a_provider_that_is_back_goes_on_telling(provider: AskedProvider, make: MakeQuestions, ask: Ask) -> None:
    provider.together = provider.singly = broken
    asked = make(5)
    ask(asked)
    _wait_until(lambda: asked[0].run.watch.state.startswith("asking again"))
    provider.together = provider.singly = fine
    provider.words.update({question.task_id: "succeed" for question in asked})
    for question in asked:
        _succeeded(question)


def test_a_named_pace_is_kept_for_all(provider: AskedProvider, make: MakeQuestions, ask: Ask) -> None:
    provider.together = lambda _: (429, {"code": 1302, "message": "too fast"})
    asked = make(5)
    ask(asked)
    _wait_until(lambda: asked[0].run.watch.state.startswith("asking again"))
    assert provider.asked["singly"] == 0
    provider.together = fine
    provider.words.update({question.task_id: "succeed" for question in asked})
    for question in asked:
        _succeeded(question)


def test_a_task_that_a_list_leaves_out_is_asked_for_and_found_or_not(
    provider: AskedProvider, make: MakeQuestions, ask: Ask
) -> None:
    asked = make(6)
    del provider.words[asked[0].task_id]
    ask(asked)
    answer = asked[0].answered.result(20)
    assert isinstance(answer, Refusal)
    assert answer.answer is Meaning.ABSENT
    assert not any(question.answered.done() for question in asked[1:])


def test_a_failed_task_and_an_unfamiliar_word_end_it(provider: AskedProvider, make: MakeQuestions, ask: Ask) -> None:
    asked = make(4)
    ask(asked)
    provider.words[asked[0].task_id] = "failed"
    provider.words[asked[1].task_id] = "meditating"
    states = [question.answered.result(10) for question in asked[:2]]
    assert [task.state for task in states if isinstance(task, Task)] == [TaskState.FAILED, TaskState.UNFAMILIAR]
    assert not any(question.answered.done() for question in asked[2:])


@pytest.mark.parametrize("credentials", [API_KEY, KEY_PAIR])
@pytest.mark.parametrize("wrong", ["failed", "succeed", "succeeded"])
def test_an_end_that_a_list_tells_is_believed_only_with_the_task_s_own_word(
    provider: AskedProvider, make: MakeQuestions, ask: Ask, credentials: object, wrong: str
) -> None:
    """A failure ends the job for good, and the same request would be paid anew."""
    route = NEW if credentials is API_KEY else OLD

    def say(found: list[dict[str, Any]]) -> Answer:
        return fine([{**record, "task_status": wrong, "status": wrong, "outputs": []} for record in found])

    provider.together = say
    asked = make(3, route, credentials)
    ask(asked)
    _wait_until(lambda: provider.asked["singly"] >= 6)
    assert not any(question.answered.done() for question in asked)


def test_a_thread_that_cannot_be_had_once_does_not_stop_the_questions_for_good(
    provider: AskedProvider, make: MakeQuestions, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, refused = threading.Thread.start, []

    def start(thread: threading.Thread) -> None:
        if thread.name == "kling question" and not refused:
            refused.append(thread)
            raise RuntimeError("can't start new thread")
        begin(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    asked = make(2)
    rounds = ask(asked[:1])
    with pytest.raises(RuntimeError, match="can't start"):
        asked[0].answered.result(10)
    _wait_until(lambda: not rounds._runs)
    rounds.add(asked[1])
    provider.words[asked[1].task_id] = "succeed"
    _succeeded(asked[1])


def test_tasks_that_are_done_together_are_seen_together(provider: AskedProvider, make: MakeQuestions, ask: Ask) -> None:
    def answer_slowly(record: dict[str, Any]) -> Answer:
        time.sleep(0.4)
        return fine(record)

    asked = make(8)
    provider.singly = answer_slowly
    provider.words.update({question.task_id: "succeed" for question in asked})
    begun = time.monotonic()
    ask(asked)
    for question in asked:
        _succeeded(question)
    assert time.monotonic() - begun < 8 * 0.4 / 2


def test_customers_are_never_asked_for_together(provider: AskedProvider, make: MakeQuestions, ask: Ask) -> None:
    ask([*make(3), *make(3, OLD, KEY_PAIR, first=500)])
    _wait_until(lambda: provider.asked["together"] >= 4)
    assert provider.most_ids == 3
    assert provider.page_sizes


def test_what_nobody_waits_for_is_not_asked_for(provider: AskedProvider, make: MakeQuestions, ask: Ask) -> None:
    asked = make(3)
    rounds = ask(asked)
    _wait_until(lambda: provider.asked["together"] >= 1)
    for question in asked:
        rounds.drop(question)
    time.sleep(0.3)  # what is on its way comes back
    provider.asked.clear()
    time.sleep(0.7)
    assert not provider.asked


def test_a_hundred_waiting_tasks_of_a_provider_without_lists_need_few_threads(
    provider: AskedProvider, make: MakeQuestions, ask: Ask
) -> None:
    provider.together = lambda _: (404, {"code": 1203, "message": "no"})
    most = 0
    before = sum(thread.name == "kling question" for thread in threading.enumerate())  # of tests before this one
    ask(make(100))
    while provider.asked["singly"] < 200:
        most = max(most, sum(thread.name == "kling question" for thread in threading.enumerate()))
        time.sleep(0.01)
    assert 1 < most <= before + module.MOST_REQUESTS


def test_the_thread_ends_when_nothing_is_waited_for_and_comes_back(
    provider: AskedProvider, make: MakeQuestions, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_IDLE", 0.1)
    asked = make(2)
    rounds = ask(asked[:1])
    provider.words[asked[0].task_id] = "succeed"
    _succeeded(asked[0])
    _wait_until(lambda: not rounds._runs)
    rounds.add(asked[1])
    provider.words[asked[1].task_id] = "succeed"
    _succeeded(asked[1])


def test_a_defect_of_ours_is_raised_where_the_job_is_waited_for(
    make: MakeQuestions, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_question: Question) -> Task:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(module, "_singly", fail)
    (question,) = make(1)
    ask([question])
    with pytest.raises(ZeroDivisionError, match="a defect"):
        question.answered.result(10)


def test_the_wait_ends_after_three_hours_of_processing(make: MakeQuestions, ask: Ask) -> None:
    now = [0.0]
    (sample,) = make(1)
    question = Question(sample.run, make_plan("text2video", True, ()), at_once=True, clock=lambda: now[0])
    task = Task(question.task_id, TaskState.PROCESSING)
    now[0] = questions.PATIENCE - 1
    question.hear(task)
    assert not question.answered.done()
    now[0] = questions.PATIENCE + 1
    question.hear(task)
    assert question.answered.result(0) is task


def test_trouble_has_a_budget_of_its_own_that_a_good_answer_fills_again(make: MakeQuestions, ask: Ask) -> None:
    now = [0.0]
    (sample,) = make(1)
    question = Question(sample.run, make_plan("text2video", True, ()), at_once=True, clock=lambda: now[0])
    trouble = Refusal(Meaning.UNCLEAR, "no answer")
    limit = question.run.seconds(runs.UNANSWERED_AFTER)
    for good in (True, False):
        question.hear(trouble)
        now[0] += limit - 1
        question.hear(trouble)
        assert not question.answered.done()
        if good:
            question.hear(Task(question.task_id, TaskState.PROCESSING))
        now[0] += 2
    question.hear(trouble)
    assert question.answered.result(0) is trouble
