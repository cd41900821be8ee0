"""`kling jobs forget` and `kling jobs retry`, and collecting what was made elsewhere: decisions that can cost money."""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

import pytest
import requests

from kling_api.client import Client
from kling_api.errors import StillRunning
from kling_api.operations import Text2Video
from kling_api.watch import Progress

from .conftest import SHORT, Ended, Here, Kling

REQUEST = ("text2video", "--prompt", "A paper boat", *SHORT, "--json")
ERROR = ["status", "job_key", "task_id", "files", "units", "error"]


def _state(kling_here: Here, key: str) -> dict[str, Any]:
    jobs = kling_here("jobs", "--forgotten", "--json").document["jobs"]
    return next(job for job in jobs if job["key"] == key)


def test_forgetting_a_running_job_needs_a_yes_that_says_what_it_means(kling_here: Here, left_running: str) -> None:
    for ended in (kling_here("jobs", "forget", left_running, "--json"), kling_here("jobs", "forget", left_running)):
        text = ended.stderr or ended.document["error"]
        assert ended.exit_code == 2
        assert "It was made and is charged." in text
        assert f"`kling collect {left_running}` can still fetch its result, for 30 days" in text
        assert "Add --yes.\nNothing was changed." in text
    assert _state(kling_here, left_running)["forgotten_at"] is None


def test_after_forgetting_the_same_request_is_a_new_job_and_the_old_result_is_still_there(
    kling: Kling, kling_here: Here, left_running: str
) -> None:
    tasks, _ = kling.counts()
    ended = kling_here("jobs", "forget", left_running, "--yes", "--json")
    assert ended.exit_code == 0, ended.stderr
    task = ended.document.pop("task_id")
    assert ended.document == {"status": "forgotten", "job_key": left_running, "task_id": task, "state": "running"}
    assert kling_here("jobs", "--json").document == {"jobs": []}
    assert [line.split()[1:3] for line in kling_here("jobs", "--forgotten").stdout.splitlines()[1:]] == [
        ["running,", "forgotten"]
    ]

    new = kling_here(*REQUEST).document
    assert (new["status"], kling.counts()[0]) == ("collected", tasks + 1)
    assert new["job_key"] != left_running
    old = kling_here("collect", left_running, "--json").document
    assert (old["status"], old["task_id"]) == ("collected", task)
    assert kling.counts()[0] == tasks + 1
    assert kling_here("jobs", "--costs", "--json").document["total"]["units"] == "3.6"


def test_a_collected_job_is_forgotten_without_a_question_once(kling_here: Here) -> None:
    key = kling_here(*REQUEST).document["job_key"]
    first, again = kling_here("jobs", "forget", key), kling_here("jobs", "forget", key)
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert first.stdout.startswith(f"forgotten: job {key}, task id ")
    assert "The same request is a new job from now on, and is paid anew." in first.stdout


def test_a_job_of_unknown_outcome_may_be_charged_when_it_is_forgotten(kling: Kling, kling_here: Here) -> None:
    key = _lose_an_answer(kling, kling_here)
    ended = kling_here("jobs", "forget", key, "--json")
    assert "Nobody knows whether it was made: it may be charged." in ended.document["error"]
    done = kling_here("jobs", "forget", key, "--yes", "--json").document
    assert done == {"status": "forgotten", "job_key": key, "task_id": "", "state": "unknown"}
    pointless = kling_here("jobs", "retry", key, "--yes", "--json")
    assert (pointless.exit_code, pointless.document["job_key"]) == (2, "")
    assert "was forgotten" in pointless.document["error"]


def test_a_job_that_is_being_worked_on_is_not_forgotten(kling: Kling, kling_here: Here) -> None:
    kling.fault("never_finish")
    stop, accepted, keys = threading.Event(), threading.Event(), []

    def tell(progress: Progress) -> None:
        if progress.task_id:
            keys.append(progress.job_key)
            accepted.set()

    def work() -> None:
        with pytest.raises(StillRunning):
            Client().run(Text2Video(prompt="A paper boat", duration=3), tell, stop)

    worker = threading.Thread(target=work)
    worker.start()
    assert accepted.wait(10)
    ended = kling_here("jobs", "forget", keys[0], "--yes", "--json")
    stop.set()
    worker.join(10)
    assert (ended.exit_code, ended.document["status"], list(ended.document)) == (1, "failed", ERROR)
    assert "is being worked on by another run" in ended.document["error"]


@pytest.mark.parametrize("command", [("jobs", "forget"), ("jobs", "retry"), ("collect",)])
def test_a_key_that_is_not_there_is_wrong_input(kling_here: Here, command: tuple[str, ...]) -> None:
    ended = kling_here(*command, "kn-nothing", "--json")
    assert (ended.exit_code, ended.document["status"], list(ended.document)) == (2, "invalid", ERROR)
    assert "There is no job or task kn-nothing in the ledger." in ended.document["error"]


@pytest.mark.skipif(sys.platform == "win32", reason="terminals of POSIX")
def test_at_a_terminal_the_question_is_asked_and_no_changes_nothing(
    kling: Kling, kling_here: Here, left_running: str
) -> None:
    no = _at_a_terminal(kling, "n\n", "jobs", "forget", left_running)
    assert (no.exit_code, no.stdout) == (1, "")
    assert "is running. It was made and is charged." in no.stderr
    assert "Nothing was changed." in no.stderr
    assert _state(kling_here, left_running)["forgotten_at"] is None
    yes = _at_a_terminal(kling, "y\n", "jobs", "forget", left_running)
    assert (yes.exit_code, yes.stdout.startswith("forgotten: ")) == (0, True)
    assert _state(kling_here, left_running)["forgotten_at"]


def test_retry_finds_what_was_made_after_all_and_it_is_paid_once(kling: Kling, kling_here: Here) -> None:
    tasks, charges = kling.counts()
    kling.fault("drop_after")
    kling.fault("refuse", operation="query", times=None)
    lost = kling_here(*REQUEST)
    assert (lost.exit_code, lost.document["status"]) == (4, "unknown")
    kling.end_faults()
    key = lost.document["job_key"]
    asked = kling_here("jobs", "retry", key)
    assert asked.exit_code == 2
    assert "is looked up once more" in asked.stderr
    ended = kling_here("jobs", "retry", key, "--yes")
    assert ended.exit_code == 0, ended.stderr
    job = _state(kling_here, key)
    assert ended.stdout.splitlines() == [
        f"found: job {key}, task id {job['task_id']}",
        f"It was made after all: task {job['task_id']}, collect it with `kling collect {key}`.",
    ]
    assert kling_here("collect", key, "--json").document["status"] == "collected"
    assert kling.counts() == (tasks + 1, charges + 1)


def test_retry_lets_the_next_run_of_the_same_request_send_it_again(kling: Kling, kling_here: Here) -> None:
    tasks, charges = kling.counts()
    key = _lose_an_answer(kling, kling_here)
    told = kling_here("jobs", "retry", key, "--yes", "--json").document
    assert told == {"status": "allowed", "job_key": key, "task_id": "", "state": "unknown"}
    ended = kling_here(*REQUEST).document
    assert (ended["status"], ended["job_key"]) == ("collected", key)
    assert kling.counts() == (tasks + 1, charges + 1)


def test_only_a_yes_sends_again_where_a_second_task_would_be_paid_twice(kling: Kling, kling_at_a_gateway: Here) -> None:
    kling.fault("drop_before")
    first, again = kling_at_a_gateway(*REQUEST), kling_at_a_gateway(*REQUEST)
    assert (first.exit_code, again.exit_code) == (4, 4)
    key = first.document["job_key"]
    ended = kling_at_a_gateway("jobs", "retry", key, "--yes")
    assert ended.exit_code == 0, ended.stderr
    assert ended.stdout.startswith(f"allowed: job {key}\n")
    assert "If the first one did arrive, it is paid twice." in ended.stdout
    assert kling_at_a_gateway(*REQUEST).document["job_key"] == key
    assert _state(kling_at_a_gateway, key)["state"] == "collected"


def test_a_job_whose_outcome_is_known_is_not_sent_again(kling_here: Here) -> None:
    key = kling_here(*REQUEST).document["job_key"]
    ended = kling_here("jobs", "retry", key, "--json")
    assert (ended.exit_code, ended.document["status"]) == (2, "invalid")
    assert "is collected; only a job of unknown outcome" in ended.document["error"]


def test_a_task_that_was_made_elsewhere_is_collected_by_its_operation(kling: Kling, kling_here: Here) -> None:
    made = requests.post(
        f"{kling.url}/v1/videos/text2video",
        json={"model_name": "kling-v3", "prompt": "A paper boat", "duration": "3"},
        headers={"Authorization": f"Bearer {kling.environment['KLING_API_KEY']}"},
        timeout=10,
    ).json()
    task, counts = made["data"]["task_id"], kling.counts()[0]
    without = kling_here("collect", task, "--json")
    assert without.exit_code == 2
    assert "give its task id and --operation" in without.document["error"]
    wrong = kling_here("collect", task, "--operation", "text2speech", "--json")
    assert (wrong.exit_code, "operation is 'text2speech'" in wrong.document["error"]) == (2, True)

    ended = kling_here("collect", task, "--operation", "text2video", "--json", "--output", "clips")
    assert ended.exit_code == 0, ended.stderr
    assert list(ended.document) == ERROR
    key = ended.document["job_key"]
    assert ended.document["files"] == [str(kling.folder / "clips" / f"text2video-{key}.mp4")]
    assert kling_here("collect", task, "--json", "--output", "clips").document == ended.document
    assert _state(kling_here, key)["elsewhere"] is True
    costs = kling_here("jobs", "--costs")
    assert costs.stdout.splitlines()[-1] == "Not counted: 1 made elsewhere and only fetched here."
    assert kling.counts()[0] == counts


def _lose_an_answer(kling: Kling, kling_here: Here) -> str:
    """The key of a job of which nobody knows that it was never made."""
    kling.fault("drop_before", times=None)
    ended = kling_here(*REQUEST)
    kling.end_faults()
    assert ended.document["status"] == "unknown"
    return ended.document["job_key"]


def _at_a_terminal(kling: Kling, typed: str, *arguments: str) -> Ended:
    """Standard input alone is a terminal there, as in `kling jobs forget KEY > log`."""
    ours, theirs = os.openpty()
    try:
        kling.stdin = theirs
        process = kling.start(*arguments)
        os.write(ours, typed.encode())
        return kling.end(process)
    finally:
        os.close(theirs)
        os.close(ours)


def test_where_the_provider_cannot_be_asked_nothing_claims_a_look_up(kling: Kling, kling_here: Here) -> None:
    text = f'[kie]\napi_key = "sk-sandbox"\nbase_url = "{kling.url}/kie"\ndialect = "kie"\n'
    (kling.home / "profiles.toml").write_text(text, encoding="utf-8")
    before = kling.counts()
    kling.fault("drop_before")
    ended = kling_here("text2video", "--prompt", "a kite", "--model-name", "kling-v2-6", "--profile", "kie")
    assert ended.exit_code == 4
    assert "This provider cannot be asked for it, and nothing is sent again by itself." in ended.stderr
    assert "--operation text2video --profile kie" in ended.stderr
    assert "looking" not in ended.stderr
    (job,) = kling_here("jobs", "--json").document["jobs"]
    told = kling_here("jobs", "retry", job["key"], "--yes")
    assert "It was not looked up, as this provider cannot be asked." in told.stdout
    assert "it is paid twice" in told.stdout
    assert kling.counts() == before
