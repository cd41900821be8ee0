"""A full, read-only or damaged disk: a clear error, nothing paid that is not recorded, and the job goes on later."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from kling_api import polling
from kling_api.errors import LedgerError
from kling_api.ledger import State
from kling_api.sandbox.config import SandboxConfig
from kling_api.sandbox.server import Sandbox

from .child import JOB, MODES_COUNT, OWN_MOUNTS, Came, run_child, run_child_on_a_small_disk
from .conftest import Stage
from .counted import CountedStage

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither limits nor users like these")

PAGE = 4096


@pytest.fixture(scope="module")
def sandbox(sandbox_folder: Callable[[], Path]) -> Iterator[Sandbox]:
    with Sandbox(SandboxConfig(folder=sandbox_folder(), pace=0.05, slots=100, shrink=4)) as sandbox:
        yield sandbox


@pytest.fixture
def shared(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CountedStage:
    monkeypatch.setattr(polling, "LOCAL_SECONDS", 0.2)
    return CountedStage.new(sandbox, tmp_path / "home")


@dataclass(frozen=True)
class Full:
    """What a disk that is full from a step on does to a run."""

    step: str
    error: str
    charged: str
    tasks: int
    state: State | None


FULL = [
    Full("", "LedgerError", "NO", 0, None),
    Full("the row is written", "LedgerError", "NO", 0, State.CREATED),
    Full("the request is recorded, not sent", "LedgerError", "UNKNOWN", 1, State.SENDING),
    Full("the answer is read, not recorded", "LedgerError", "UNKNOWN", 1, State.SENDING),
    Full("the task was asked about", "LedgerError", "WILL_BE", 1, State.RUNNING),
    Full("the download begins", "DownloadFailed", "ONCE", 1, State.RUNNING),
    Full("half of the file is there", "DownloadFailed", "ONCE", 1, State.RUNNING),
    Full("the file is renamed, not recorded", "LedgerError", "", 1, State.RUNNING),
]


@pytest.mark.parametrize("full", FULL, ids=lambda full: full.step or "from the beginning")
def test_a_disk_that_gets_full_costs_no_job_and_no_second_charge(shared: CountedStage, full: Full) -> None:
    came = run_child(shared.sandbox.url, shared.home, full.step, "fill up")
    assert came.error == full.error, came.text
    assert came.charged == full.charged or not full.charged
    assert_clear(came)
    assert shared.tasks_made == full.tasks
    client = shared.client()
    assert [job.state for job in client.ledger.jobs()] == ([full.state] if full.state else [])
    assert client.run(JOB).files[0].stat().st_size > 100_000
    assert (shared.tasks_made, shared.charges) == (1, 1)


@pytest.mark.parametrize("step", ["the file is recorded", "the row is released"])
def test_a_disk_that_gets_full_at_the_very_end_does_not_take_the_result_away(shared: CountedStage, step: str) -> None:
    came = run_child(shared.sandbox.url, shared.home, step, "fill up")
    assert (came.error, Path(came.files[0]).exists()) == ("", True)


@pytest.mark.parametrize(
    ("step", "errors"),
    [
        ("", {"LedgerError"}),
        ("the row is written", {"LedgerError", "DownloadFailed"}),  # a journal that is there may have room
        ("the answer is read, not recorded", {"LedgerError", "DownloadFailed"}),
        ("half of the file is there", {"DownloadFailed"}),
    ],
)
def test_a_job_goes_on_in_the_same_process_when_the_disk_has_room_again(
    shared: CountedStage, step: str, errors: set[str]
) -> None:
    must_have_own_mounts()
    first, second = run_child_on_a_small_disk(shared.sandbox.url, shared.home, step)
    assert first.error in errors, first.text
    assert_clear(first)
    assert (second.error, len(second.files)) == ("", 1), second.text
    assert (shared.tasks_made, shared.charges) == (1, 1)


def run_as_a_user(stage: Stage) -> Came:
    """In a process for which the modes of files count: for root they do not."""
    prefix = MODES_COUNT if os.getuid() == 0 else ()
    try:
        subprocess.run([*prefix, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("root cannot give up the right to write everywhere on this system")
    return run_child(stage.sandbox.url, stage.home, prefix=prefix)


def set_modes(folder: Path, files: int, folders: int) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(folders if path.is_dir() else files)


@pytest.mark.parametrize("what", ["the whole folder", "the ledger"])
def test_what_cannot_be_written_is_named_and_the_job_waits(shared: CountedStage, what: str) -> None:
    assert run_child(shared.sandbox.url, shared.home, "the task is recorded", "die").killed
    set_modes(shared.home, files=0o444, folders=0o555 if what == "the whole folder" else 0o755)
    came = run_as_a_user(shared)
    set_modes(shared.home, files=0o644, folders=0o755)
    assert came.error == "LedgerError", came
    assert_clear(came)
    assert str(shared.home) in came.text
    assert shared.client().run(JOB).files[0].exists()
    assert (shared.tasks_made, shared.charges) == (1, 1)


@pytest.mark.parametrize("exists", [True, False], ids=["an empty folder", "a folder to be made"])
def test_nothing_is_sent_where_no_ledger_can_be_made(shared: CountedStage, exists: bool) -> None:
    if exists:
        shared.home.mkdir()
    set_modes(shared.home if exists else shared.home.parent, files=0o444, folders=0o555)
    came = run_as_a_user(shared)
    set_modes(shared.home if exists else shared.home.parent, files=0o644, folders=0o755)
    assert (came.error, came.charged) == ("LedgerError", "NO"), came
    assert_clear(came)
    assert shared.tasks_made == 0


def test_nothing_is_sent_whose_result_could_not_be_written(shared: CountedStage) -> None:
    results = shared.home / "results"
    results.mkdir(parents=True)
    results.chmod(0o555)
    came = run_as_a_user(shared)
    results.chmod(0o755)
    assert (came.error, came.charged) == ("NotConfigured", "NO"), came
    assert_clear(came)
    assert str(results) in came.text
    assert shared.tasks_made == 0
    assert shared.client().run(JOB).files[0].exists()
    assert (shared.tasks_made, shared.charges) == (1, 1)


@pytest.fixture(scope="module")
def collected(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a finished process that has collected the job."""
    home = tmp_path_factory.mktemp("collected") / "home"
    assert run_child(sandbox.url, home).files
    return home


@pytest.fixture
def paid(shared: CountedStage, collected: Path) -> CountedStage:
    """A copy of that folder, with all of its files."""
    shutil.copytree(collected, shared.home)
    return shared


@pytest.fixture
def closed(paid: CountedStage) -> CountedStage:
    """All rows are in the one file."""
    with closing(sqlite3.connect(paid.home / "ledger.sqlite3")) as ledger:
        ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert not (paid.home / "ledger.sqlite3-wal").exists()
    return paid


def run_on_a_damaged_ledger(stage: CountedStage, collected: Path) -> None:
    """An error, nothing made, and all is well again with a copy that was kept."""
    with pytest.raises(LedgerError) as caught:
        stage.client().run(JOB)
    assert_clear(Came(0, "LedgerError", str(caught.value), caught.value.charged.name))
    assert str(stage.home / "ledger.sqlite3") in caught.value.what
    for file in stage.home.glob("ledger.sqlite3*"):
        file.unlink()
    for file in collected.glob("ledger.sqlite3*"):
        shutil.copy(file, stage.home)
    assert stage.client().run(JOB).files[0].exists()
    assert stage.tasks_made == 0


@pytest.mark.parametrize("rubbish", [lambda _number: bytes(PAGE), lambda number: random.Random(number).randbytes(PAGE)])
def test_a_damaged_page_is_found_before_anything_is_sent(
    closed: CountedStage, collected: Path, rubbish: Callable[[int], bytes]
) -> None:
    ledger = closed.home / "ledger.sqlite3"
    whole = ledger.read_bytes()
    for number in range(len(whole) // PAGE):
        ledger.write_bytes(whole[: number * PAGE] + rubbish(number) + whole[(number + 1) * PAGE :])
        with pytest.raises(LedgerError):
            closed.client()
    run_on_a_damaged_ledger(closed, collected)


@pytest.mark.parametrize("left", [0, 100, PAGE, 5 * PAGE])
def test_a_truncated_ledger_is_found_before_anything_is_sent(closed: CountedStage, collected: Path, left: int) -> None:
    os.truncate(closed.home / "ledger.sqlite3", left)
    run_on_a_damaged_ledger(closed, collected)


def test_a_text_in_the_place_of_the_ledger_is_found(closed: CountedStage, collected: Path) -> None:
    (closed.home / "ledger.sqlite3").write_text("dear diary\n" * 1000)
    run_on_a_damaged_ledger(closed, collected)


@pytest.mark.parametrize("left", [None, b""], ids=["missing", "empty"])
def test_a_journal_without_its_ledger_is_not_thrown_away(
    paid: CountedStage, collected: Path, left: bytes | None
) -> None:
    assert (paid.home / "ledger.sqlite3-wal").stat().st_size > 0
    (paid.home / "ledger.sqlite3").unlink()
    if left is not None:
        (paid.home / "ledger.sqlite3").write_bytes(left)
    run_on_a_damaged_ledger(paid, collected)


@pytest.mark.parametrize("one_more", [False, True], ids=["of a new ledger", "of an old ledger"])
def test_the_journal_of_another_ledger_is_found(
    closed: CountedStage, collected: Path, tmp_path: Path, one_more: bool
) -> None:
    other = tmp_path / "other"
    run_child(closed.sandbox.url, other, "the row is written", "die")
    if one_more:
        with closing(sqlite3.connect(other / "ledger.sqlite3")) as ledger:
            ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        run_child(closed.sandbox.url, other, "the row is written", "die")
    shutil.copy(other / "ledger.sqlite3-wal", closed.home)
    run_on_a_damaged_ledger(closed, collected)


@pytest.mark.parametrize("damage", [b"", b"\xff" * 5000, None], ids=["empty", "rubbish", "missing"])
def test_the_ledger_file_alone_knows_all_jobs(paid: CountedStage, damage: bytes | None) -> None:
    """As when somebody copies that file only, or tidies up."""
    journal = paid.home / "ledger.sqlite3-wal"
    (paid.home / "ledger.sqlite3-shm").unlink()
    journal.unlink()
    if damage is not None:
        journal.write_bytes(damage)
    assert paid.client().run(JOB).files[0].exists()
    assert paid.tasks_made == 0


def test_a_ledger_is_not_begun_anew_beside_the_results_of_another(closed: CountedStage) -> None:
    (closed.home / "ledger.sqlite3").unlink()
    with pytest.raises(LedgerError, match="is missing, but there are traces of its jobs") as caught:
        closed.client()
    assert "kling collect TASK_ID --operation NAME" in caught.value.advice
    (closed.home / "results").rename(closed.home / "results of an earlier ledger")
    assert closed.client().ledger.jobs() == []


def assert_clear(came: Came) -> None:
    """What happened, what to do, whether it was charged; no Python words."""
    lines = came.text.splitlines()
    assert len(lines) == 3, came
    assert all(line.strip() and "Errno" not in line and "<" not in line for line in lines), came
    assert "charged" in lines[2]


def must_have_own_mounts() -> None:
    try:
        subprocess.run([*OWN_MOUNTS, "mount", "-t", "tmpfs", "none", "/mnt"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this system does not let a user mount a small disk of their own")
