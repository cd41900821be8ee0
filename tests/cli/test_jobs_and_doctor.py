"""`kling jobs` shows the ledger, `kling doctor` what is in force."""

from __future__ import annotations

import os

import pytest

from .conftest import SHORT, Kling

REQUEST = ("text2video", "--prompt", "A paper boat", *SHORT, "--json")


def test_jobs_lists_each_job_with_its_error_in_full(kling: Kling) -> None:
    assert kling("jobs").stdout.startswith("No jobs in ")
    kling.fault("fail_task", message="the scene is too dark")
    failed = kling(*REQUEST).document
    made = kling(*REQUEST).document
    table = kling("jobs").stdout.splitlines()
    assert " ".join(table[0].split()) == "JOB STATE PROFILE OPERATION MODEL MODE SECONDS AGE UNITS TASK ID"
    assert table[1].split()[:7] == [made["job_key"], "collected", "default", "text2video", "kling-v3", "std", "3"]
    assert table[1].endswith(f"{made['units']}    {made['task_id']}")
    assert table[2].startswith(failed["job_key"])
    assert "the scene is too dark" in table[3]
    listed = kling("jobs", "--json").document["jobs"]
    assert [job["state"] for job in listed] == ["collected", "failed"]
    assert listed[0]["files"] == [str(kling.home / "results" / f"{made['job_key']}.mp4")]
    assert len(kling("jobs", "--limit", "1", "--json").document["jobs"]) == 1
    assert kling("jobs", "--open", "--json").document == {"jobs": []}


def test_doctor_is_content_with_a_good_key(kling: Kling) -> None:
    ended = kling("doctor")
    assert ended.exit_code == 0, ended.stdout
    assert ended.is_plain
    assert f"{kling.url} answers and knows the key" in ended.stdout
    assert "API key *** from the environment" in ended.stdout
    assert str(kling.home) in ended.stdout
    assert all(line.startswith("OK ") for line in ended.stdout.splitlines())


def test_doctor_knows_a_pair_of_keys_and_where_it_comes_from(kling: Kling) -> None:
    file = kling.home / "profiles.toml"
    file.write_text(
        '[default]\naccess_key = "sandbox-access-key"\nsecret_key = "sandbox-secret-key-0123456789abcdef"\n',
        encoding="utf-8",
    )
    file.chmod(0o600)
    ended = kling("doctor", KLING_API_KEY="")
    assert ended.exit_code == 0, ended.stdout
    assert "access key *** with secret key *** from profiles.toml" in ended.stdout


@pytest.mark.skipif(os.name != "posix", reason="file modes of POSIX")
def test_doctor_warns_of_a_file_of_keys_that_others_can_read(kling: Kling) -> None:
    file = kling.home / "profiles.toml"
    file.write_text('[studio]\napi_key = "api-key-kling-fake"\n', encoding="utf-8")
    file.chmod(0o644)
    ended = kling("doctor", "--json")
    assert ended.exit_code == 0
    warned = [finding for finding in ended.document["findings"] if finding["level"] == "WARN"]
    assert len(warned) == 1
    assert "chmod 600" in warned[0]["advice"]


def test_doctor_tells_a_wrong_key_from_none_and_from_a_dead_host(kling: Kling) -> None:
    wrong = kling("doctor", "--json", KLING_API_KEY="api-key-kling-wrong")
    none = kling("doctor", "--json", KLING_API_KEY="")
    dead = kling("doctor", KLING_BASE_URL="http://127.0.0.1:9")
    assert (wrong.exit_code, none.exit_code, dead.exit_code) == (1, 2, 1)
    assert (wrong.document["status"], none.document["status"]) == ("failed", "invalid")
    assert "the key is not accepted" in wrong.document["findings"][-1]["what"]
    assert "has no key" in none.document["findings"][-1]["what"]
    assert "could not be reached" in dead.stdout


def test_a_ledger_that_cannot_be_used_is_named_and_nothing_is_sent(kling: Kling) -> None:
    before = kling.counts()
    file = kling.home / "ledger.sqlite3"
    file.write_text("not a ledger", encoding="utf-8")
    doctor, jobs, made = kling("doctor"), kling("jobs", "--json"), kling(*REQUEST)
    assert (doctor.exit_code, jobs.exit_code, made.exit_code) == (1, 1, 1)
    assert str(file) in doctor.stdout
    assert str(file) in jobs.document["error"]
    assert made.document["status"] == "failed"
    assert kling.counts() == before
    assert "Not charged." in made.document["error"]
