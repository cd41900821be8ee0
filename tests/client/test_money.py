"""Never lost, never paid twice: what the client does when things go wrong, over real HTTP."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from kling_api import submit
from kling_api.client import Client
from kling_api.dialects import dialect_of
from kling_api.dialects.official import Official
from kling_api.errors import (
    Charged,
    DownloadFailed,
    KlingError,
    LedgerError,
    NotDelivered,
    OutcomeUnknown,
    Refused,
    StillRunning,
    TaskFailed,
)
from kling_api.ledger import Claim, Ledger, State
from kling_api.operations import Text2Video
from kling_api.sandbox.config import Account, SandboxConfig
from kling_api.sandbox.server import Sandbox
from kling_api.settings import Credentials, Profile, sandbox_profile
from kling_api.watch import Progress

from .conftest import Stage

JOB = Text2Video(prompt="A paper boat on a river", duration=3)
ONE_WITHOUT_AN_ANSWER = ["drop_before", "drop_after", "error_before", "error_after", "garbage", "garbage_after"]


def test_the_same_request_again_gives_the_file_without_a_new_task(stage: Stage) -> None:
    first = stage.client().run(JOB)
    assert stage.client().run(JOB) == first
    assert (stage.tasks_made, stage.charges) == (1, 1)


def test_another_seed_is_another_job(stage: Stage) -> None:
    stage.client().run(JOB)
    stage.client().run(Text2Video(prompt=JOB.prompt, duration=3, seed=1))
    assert (stage.tasks_made, stage.charges) == (2, 2)


@pytest.mark.parametrize("model", ["kling-v3", "kling-3.0-turbo"])
@pytest.mark.parametrize("fault", ONE_WITHOUT_AN_ANSWER)
def test_a_lost_answer_is_looked_up_and_paid_once(stage: Stage, fault: str, model: str) -> None:
    stage.fault(fault)
    result = stage.client().run(Text2Video(prompt=JOB.prompt, duration=3, model_name=model))
    assert result.files[0].exists()
    assert (stage.tasks_made, stage.charges) == (1, 1)


def test_a_duplicate_answer_leads_to_the_task_that_is_there(stage: Stage) -> None:
    stage.fault("slow_after", seconds=2)  # answers after our patience, so that the second request finds the first task
    client = stage.client()
    client.transport._timeout = (1.0, 0.5)
    result = client.run(JOB)
    assert result.files[0].exists()
    assert (stage.tasks_made, stage.charges) == (1, 1)


def test_an_outcome_that_nobody_knows_stays_in_the_ledger_and_is_settled_by_the_next_run(stage: Stage) -> None:
    stage.fault("error_before", times=2)
    client = stage.client()
    with pytest.raises(OutcomeUnknown) as caught:
        client.run(JOB)
    assert caught.value.charged is Charged.UNKNOWN
    (job,) = client.ledger.jobs()
    assert (job.state, job.owner, job.unanswered) == (State.UNKNOWN, "", 2)
    assert client.run(JOB).job_key == job.key
    assert (stage.tasks_made, stage.charges) == (1, 1)


def test_a_refusal_after_an_unanswered_request_does_not_close_the_job(stage: Stage) -> None:
    stage.fault("error_before")
    stage.fault("refuse", code=1301)
    client = stage.client()
    with pytest.raises(OutcomeUnknown, match="an earlier request of this job got no answer"):
        client.run(JOB)
    assert client.ledger.jobs()[0].state is State.UNKNOWN


def test_too_fast_is_waited_out_under_the_same_key(stage: Stage) -> None:
    stage.fault("rate_429", times=2, retry_after=0.2)
    states: list[str] = []
    stage.client().run(JOB, progress=lambda progress: states.append(progress.state))
    assert any(state.startswith("waiting for a free slot") for state in states)
    assert (stage.tasks_made, stage.charges) == (1, 1)


def test_a_full_account_makes_jobs_wait_their_turn(make_stage: Callable[..., Stage]) -> None:
    stage = make_stage(slots=1, pace=0.2)
    client = stage.client()
    threads = [
        threading.Thread(target=client.run, args=(Text2Video(prompt="A kite", duration=3, seed=seed),))
        for seed in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [job.state for job in client.ledger.jobs()] == [State.COLLECTED] * 3
    assert (stage.tasks_made, stage.charges) == (3, 3)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (1101, "the account is in arrears"),
        (1102, "no units are left"),
        (1103, "the account may not use this model"),
        (1300, "refused by the platform's policy"),
        (1301, "refused by content safety"),
        (1304, "this network address is not on the account's list"),
    ],
)
def test_a_refusal_says_why_and_does_not_block_the_next_try(stage: Stage, code: int, sentence: str) -> None:
    stage.fault("refuse", code=code)
    client = stage.client()
    with pytest.raises(Refused, match=sentence) as caught:
        client.run(JOB)
    assert caught.value.charged is Charged.NO
    assert client.ledger.jobs()[0].state is State.REFUSED
    client.run(JOB)
    assert stage.charges == 1


def test_empty_units_are_named(make_stage: Callable[..., Stage]) -> None:
    stage = make_stage(units=0.5)
    with pytest.raises(Refused, match="no units are left, or the resource pack has expired"):
        stage.client().run(JOB)


def test_a_failed_task_gives_its_reason_and_running_again_makes_a_new_one(stage: Stage) -> None:
    stage.fault("fail_task", message="Image pixel is invalid")
    client = stage.client()
    with pytest.raises(TaskFailed, match="Image pixel is invalid"):
        client.run(JOB)
    client.run(JOB)
    assert (stage.tasks_made, stage.charges) == (2, 1)


def test_a_stop_ends_within_a_second_and_the_job_is_collected_later(make_stage: Callable[..., Stage]) -> None:
    stage = make_stage(pace=0.6)
    client = stage.client()
    stop = threading.Event()
    pressed: list[float] = []

    def press(progress: Progress) -> None:
        if progress.task_id and not stop.is_set():
            pressed.append(time.monotonic())
            stop.set()

    with pytest.raises(StillRunning) as caught:
        client.run(JOB, progress=press, stop=stop)
    assert time.monotonic() - pressed[0] < 1
    assert caught.value.task_id
    result = client.collect(caught.value.task_id)
    assert result.job_key == caught.value.job_key
    assert (stage.tasks_made, stage.charges) == (1, 1)


def test_a_stop_before_anything_was_sent_says_so(stage: Stage) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(StillRunning, match="Stopped before anything was made") as caught:
        stage.client().run(JOB, stop=stop)
    assert caught.value.charged is Charged.NO
    assert stage.tasks_made == 0


def test_an_unreachable_provider_costs_nothing_and_the_job_goes_on_later(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submit, "UNREACHABLE_AFTER", 2.0)
    profile = stage.profile()
    stage.sandbox.stop()
    client = stage.client()
    client.transport._base_url = "http://127.0.0.1:9"
    with pytest.raises(NotDelivered, match="could not be reached") as caught:
        client.run(JOB)
    assert caught.value.charged is Charged.NO
    (job,) = client.ledger.jobs()
    assert (job.state, job.unanswered) == (State.CREATED, 0)
    assert profile.account() == job.account


def test_a_broken_download_is_repeated_and_nothing_half_is_kept(stage: Stage) -> None:
    stage.fault("truncated_download", times=2)
    result = stage.client().run(JOB)
    kept = {path.name for path in result.files[0].parent.iterdir()}
    assert kept == {result.files[0].name, f"{result.job_key}.json"}
    assert stage.charges == 1


def test_a_download_that_never_works_is_a_paid_job_that_is_collected_later(stage: Stage) -> None:
    stage.fault("truncated_download", times=None)
    client = stage.client()
    with pytest.raises(DownloadFailed) as caught:
        client.run(JOB)
    assert caught.value.charged is Charged.ONCE
    stage.clear_faults()
    assert client.collect(str(caught.value.job_key)).files[0].exists()
    assert (stage.tasks_made, stage.charges) == (1, 1)


def test_a_deleted_result_is_fetched_again_for_free(stage: Stage) -> None:
    client = stage.client()
    path = client.run(JOB).files[0]
    content = path.read_bytes()
    path.unlink()
    assert client.run(JOB).files[0].read_bytes() == content
    assert (stage.tasks_made, stage.charges) == (1, 1)


@pytest.mark.parametrize("size", [0, 1000])
def test_a_result_that_was_cut_off_is_fetched_again_for_free(stage: Stage, size: int) -> None:
    client = stage.client()
    path = client.run(JOB).files[0]
    content = path.read_bytes()
    for again in (lambda: client.run(JOB), lambda: client.collect(path.stem)):
        path.write_bytes(content[:size])
        assert again().files[0].read_bytes() == content
    assert (stage.tasks_made, stage.charges) == (1, 1)


def test_a_result_that_its_owner_has_worked_on_is_left_alone(stage: Stage) -> None:
    client = stage.client()
    path = client.run(JOB).files[0]
    path.write_bytes(path.read_bytes() + b"more")
    assert client.run(JOB).files[0].read_bytes().endswith(b"more")


def test_a_task_of_a_sandbox_whose_folder_was_deleted_is_told_so(tmp_path: Path) -> None:
    stop = threading.Event()
    with Sandbox(SandboxConfig(pace=0.5, shrink=4)) as sandbox:
        client = Client(sandbox_profile(tmp_path, sandbox.url))
        with pytest.raises(StillRunning):
            client.run(JOB, progress=lambda progress: stop.set() if progress.task_id else None, stop=stop)
    with (
        Sandbox(SandboxConfig(shrink=4)) as sandbox,
        pytest.raises(DownloadFailed, match="its folder was deleted") as caught,
    ):
        Client(sandbox_profile(tmp_path, sandbox.url)).run(JOB)
    assert caught.value.charged is Charged.NO


def test_questions_are_repeated_while_the_provider_cannot_answer_them(stage: Stage) -> None:
    for fault in ("error_before", "drop_before", "garbage", "rate_429"):
        stage.fault(fault, operation="query")
    stage.client().run(JOB)
    assert (stage.tasks_made, stage.charges) == (1, 1)


def test_identical_requests_at_the_same_moment_are_one_job(make_stage: Callable[..., Stage]) -> None:
    stage = make_stage(pace=0.3)
    results = []
    threads = [threading.Thread(target=lambda: results.append(stage.client().run(JOB))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len({result.job_key for result in results}) == 1
    assert len(results) == 4
    assert (stage.tasks_made, stage.charges) == (1, 1)


def test_whoever_waited_for_a_failing_job_gets_its_error_and_not_a_new_task(make_stage: Callable[..., Stage]) -> None:
    stage = make_stage(pace=0.5)
    stage.fault("fail_task", message="there is no human in the video")
    errors: list[KlingError] = []

    def run() -> None:
        try:
            stage.client().run(JOB)
        except KlingError as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
        time.sleep(0.3)
    for thread in threads:
        thread.join(60)
    assert [type(error) for error in errors] == [TaskFailed, TaskFailed]
    assert stage.tasks_made == 1


RUN = """
    import sys
    from pathlib import Path
    from kling_api.client import Client
    from kling_api.operations import Text2Video
    from kling_api.settings import Credentials, Profile, sandbox_profile

    profile = Profile("test", sys.argv[1], "official", Credentials(api_key="api-key-kling-sandbox"), Path(sys.argv[2]))
    told = lambda progress: print(progress.state, flush=True)
    print(Client(profile).run(Text2Video(prompt="A paper boat on a river", duration=3), told).job_key)
"""


def start(stage: Stage) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", textwrap.dedent(RUN), stage.sandbox.url, str(stage.home)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_identical_requests_of_two_processes_are_one_job(make_stage: Callable[..., Stage]) -> None:
    stage = make_stage(pace=0.3)
    with start(stage) as one, start(stage) as other:
        keys = {process.communicate(timeout=60)[0].splitlines()[-1] for process in (one, other)}
    assert len(keys) == 1
    assert (stage.tasks_made, stage.charges) == (1, 1)


def test_without_a_ledger_nothing_is_sent(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "home1").write_text("a file where the data folder should be")
    with pytest.raises(KlingError, match="home1 is not a folder"):
        stage.client().run(JOB)
    assert stage.tasks_made == 0


def test_a_ledger_that_was_deleted_under_us_stops_the_next_job(stage: Stage) -> None:
    client = stage.client()
    client.run(JOB)
    for file in stage.home.glob("ledger.sqlite3*"):
        file.unlink()
    with pytest.raises(KlingError, match="was moved or deleted while in use"):
        client.run(Text2Video(prompt=JOB.prompt, duration=3, seed=5))
    assert stage.tasks_made == 1


def test_a_ledger_that_is_deleted_between_two_tries_stops_the_job(stage: Stage) -> None:
    stage.fault("rate_429", times=None)
    client = stage.client()

    def delete(progress: Progress) -> None:
        if progress.state.startswith("waiting for a free slot"):
            for file in stage.home.glob("ledger.sqlite3*"):
                file.unlink()
            stage.clear_faults()

    with pytest.raises(LedgerError, match="was moved or deleted while in use"):
        client.run(JOB, progress=delete)
    assert stage.tasks_made == 0


@pytest.mark.parametrize(
    ("step", "charged"),
    [
        ("sending", Charged.NO),
        ("accepted", Charged.UNKNOWN),
        ("finished", Charged.WILL_BE),
        ("collected", Charged.ONCE),
    ],
)
def test_a_ledger_that_fails_in_the_middle_says_what_that_means_for_the_money(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, step: str, charged: Charged
) -> None:
    def fail(*_values: object) -> None:
        raise LedgerError("The disk is full.", "Make room.")

    with monkeypatch.context() as patched:
        patched.setattr(Ledger, step, fail)
        with pytest.raises(LedgerError, match="The disk is full") as caught:
            stage.client().run(JOB)
    assert caught.value.charged is charged
    assert caught.value.job_key
    assert stage.client().run(JOB).files[0].exists()
    assert (stage.tasks_made, stage.charges) == (1, 1)


def test_a_ledger_that_fails_at_the_very_end_loses_neither_the_result_nor_the_next_run(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = Ledger.release

    @contextmanager
    def fail(_ledger: Ledger) -> Iterator[None]:
        raise LedgerError("The disk is full.", "Make room.")
        yield

    def release_on_a_full_disk(ledger: Ledger, claim: Claim) -> None:
        with monkeypatch.context() as full:
            full.setattr(Ledger, "_transaction", fail)
            release(ledger, claim)

    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "release", release_on_a_full_disk)
        assert stage.client().run(JOB).files[0].exists()
    assert stage.client().run(JOB).files[0].exists()
    assert (stage.tasks_made, stage.charges) == (1, 1)


def gateway(stage: Stage) -> Client:
    """A provider of which nobody knows whether it refuses a key that is sent twice."""
    client = stage.client()
    client.dialect = Official(keyed=False)
    return client


@pytest.mark.parametrize(
    ("url", "key", "keyed"),
    [
        ("https://api-beijing.klingai.com", "sk-xxxxxxxx", True),
        ("https://gateway.example", "api-key-kling-xxxxxxxx", False),
        ("http://127.0.0.1:3000", "sk-xxxxxxxx", False),
        ("http://127.0.0.1:3000", "api-key-kling-xxxxxxxx", True),
    ],
)
def test_only_kling_itself_is_trusted_to_refuse_a_key_that_is_sent_twice(
    tmp_path: Path, url: str, key: str, keyed: bool
) -> None:
    assert dialect_of(Profile("any", url, "auto", Credentials(api_key=key), tmp_path)).keyed is keyed


def test_a_gateway_is_not_sent_a_lost_request_again(stage: Stage) -> None:
    client = gateway(stage)
    stage.fault("drop_before")
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            client.run(JOB)
    assert stage.tasks_made == 0


def test_a_gateway_that_knows_our_key_gives_the_task_that_it_made(stage: Stage) -> None:
    client = gateway(stage)
    stage.fault("drop_after")
    assert client.run(JOB).files[0].exists()
    assert (stage.tasks_made, stage.charges) == (1, 1)


def test_a_renewed_key_of_the_same_host_collects_what_the_old_one_made(make_stage: Callable[..., Stage]) -> None:
    account = Account("sandbox", ("api-key-kling-old-xxxx", "api-key-kling-new-xxxx"))
    stage = make_stage(accounts=(account,))
    stage.fault("truncated_download", times=4)
    with pytest.raises(DownloadFailed) as caught:
        stage.client(Credentials(api_key="api-key-kling-old-xxxx")).run(JOB)
    renewed = stage.client(Credentials(api_key="api-key-kling-new-xxxx"))
    assert renewed.collect(str(caught.value.job_key)).files[0].exists()
    assert stage.charges == 1


def test_a_forked_child_does_not_use_its_parents_ledger(stage: Stage) -> None:
    client = stage.client()
    client.run(JOB)
    script = (
        "import os, sys; from pathlib import Path; from kling_api.ledger import open_ledger\n"
        "home = Path(sys.argv[1]); parent = open_ledger(home)\n"
        "if os.fork() == 0:\n"
        "    os._exit(0 if open_ledger(home) is not parent and open_ledger(home).jobs() else 1)\n"
        "sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))\n"
    )
    assert subprocess.run([sys.executable, "-c", script, str(stage.home)], check=False, timeout=60).returncode == 0


def test_a_missing_ca_bundle_sends_nothing_and_says_so(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submit, "UNREACHABLE_AFTER", 0.0)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent/bundle.pem")
    client = Client(Profile("test", "https://api.invalid", "official", Credentials(api_key="sk-xxxxxxxx"), stage.home))
    with pytest.raises(NotDelivered, match="could not be prepared"):
        client.run(JOB)
    assert client.ledger.jobs()[0].state is State.CREATED


def forget_tasks(stage: Stage) -> Client:
    """A job that is under way at a provider which then knows nothing of it."""
    stop = threading.Event()
    with pytest.raises(StillRunning):
        stage.client().run(JOB, progress=lambda progress: stop.set() if progress.task_id else None, stop=stop)
    with closing(sqlite3.connect(stage.home / "ledger.sqlite3")) as ledger, ledger:
        ledger.execute("UPDATE jobs SET task_id = '111111111111111111'")
    return stage.client()


def test_a_young_task_that_the_provider_does_not_know_leads_nobody_to_pay_again(stage: Stage) -> None:
    client = forget_tasks(stage)
    with pytest.raises(StillRunning, match="does not know task 111111111111111111 now") as caught:
        client.run(JOB)
    assert "seed" not in str(caught.value)
    assert client.ledger.jobs()[0].state is State.RUNNING
    assert stage.tasks_made == 1


def test_a_task_that_is_older_than_results_are_kept_says_how_to_make_a_new_one(stage: Stage) -> None:
    client = forget_tasks(stage)
    with closing(sqlite3.connect(stage.home / "ledger.sqlite3")) as ledger, ledger:
        ledger.execute("UPDATE jobs SET accepted_at = accepted_at - 31 * 86400")
    with pytest.raises(DownloadFailed, match="any more; Kling keeps results for 30 days"):
        client.run(JOB)
    assert stage.tasks_made == 1
