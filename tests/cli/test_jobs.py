"""`kling jobs` shows the ledger, filtered or summed up, and asks nobody."""

from __future__ import annotations

import time
from datetime import date, timedelta

import pytest

from kling_api.cli.wanted import read_since
from kling_api.ledger import open_ledger

from .conftest import SHORT, Ended, Here, Kling

REQUEST = ("text2video", "--prompt", "A paper boat", *SHORT, "--json")
FIELDS = (
    *("key", "operation", "model", "mode", "duration", "profile", "dialect", "task_id", "request_id", "video_id"),
    *("units", "estimate", "slots", "elsewhere", "unanswered", "may_repeat", "error", "error_code", "created_at"),
    *("sent_at", "accepted_at", "finished_at", "collected_at", "forgotten_at", "seconds", "state", "files", "unit"),
)


def _keys(ended: Ended) -> list[str]:
    assert ended.exit_code == 0, ended.stderr
    return [job["key"] for job in ended.document["jobs"]]


def _split(line: str) -> list[str]:
    return line.split()


def test_jobs_lists_each_job_with_its_error_in_full(kling: Kling, kling_here: Here) -> None:
    assert kling("jobs").stdout.startswith("No jobs in ")
    kling.fault("fail_task", message="the scene is too dark")
    failed = kling_here(*REQUEST).document
    made = kling_here(*REQUEST).document
    table = kling_here("jobs").stdout.splitlines()
    assert " ".join(table[0].split()) == "JOB STATE PROFILE OPERATION MODEL MODE SECONDS AGE UNITS TASK ID"
    assert _split(table[1])[:7] == [made["job_key"], "collected", "default", "text2video", "kling-v3", "std", "3"]
    assert _split(table[1])[-2:] == [made["units"], made["task_id"]]
    assert table[2].startswith(failed["job_key"])
    assert "the scene is too dark" in table[3]
    listed = kling_here("jobs", "--json").document["jobs"]
    assert [job["state"] for job in listed] == ["collected", "failed"]
    assert listed[0]["files"] == [str(kling.home / "results" / f"{made['job_key']}.mp4")]
    assert kling_here("jobs", "--open", "--json").document == {"jobs": []}


def test_json_exports_every_public_field_and_nothing_of_who_works_on_it(kling_here: Here, left_running: str) -> None:
    (job,) = kling_here("jobs", "--json").document["jobs"]
    assert sorted(job) == sorted(FIELDS)
    assert (job["key"], job["state"], job["estimate"], job["slots"]) == (left_running, "running", "1.8", 1)
    assert job["created_at"] <= job["sent_at"] <= job["accepted_at"]
    assert (job["units"], job["finished_at"], job["forgotten_at"], job["elsewhere"]) == ("", None, None, False)


def test_units_that_are_not_known_yet_are_shown_as_an_estimate(kling_here: Here, left_running: str) -> None:
    assert _split(kling_here("jobs").stdout.splitlines()[1])[-2] == "~1.8"
    assert kling_here("collect", left_running, "--json").exit_code == 0
    assert _split(kling_here("jobs").stdout.splitlines()[1])[-2] == "1.8"


@pytest.fixture
def three_jobs(kling: Kling, kling_here: Here, left_running: str) -> dict[str, str]:
    """Keys: one running, one that failed, one that was made from a picture by another model."""
    kling.fault("fail_task", message="the scene is too dark")
    failed = kling_here(*REQUEST, "--seed", "1").document["job_key"]
    assert kling_here(*REQUEST, "--seed", "2", "--model-name", "kling-v2-6", "--duration", "5").exit_code == 0
    made = kling_here("jobs", "--model", "kling-v2-6", "--json").document["jobs"][0]["key"]
    return {"running": left_running, "failed": failed, "made": made}


def test_every_filter_narrows_the_list(kling_here: Here, three_jobs: dict[str, str]) -> None:
    running, failed, made = three_jobs.values()
    today, tomorrow = date.today().isoformat(), (date.today() + timedelta(days=1)).isoformat()
    for filters, keys in [
        ((), [made, failed, running]),
        (("--open",), [running]),
        (("--state", "failed", "--state", "collected"), [made, failed]),
        (("--state", " failed "), [failed]),
        (("--state", "", "--profile", "", "--operation", " ", "--model", "", "--since", ""), [made, failed, running]),
        (("--state", "", "--open"), [running]),
        (("--profile", "default"), [made, failed, running]),
        (("--profile", "studio"), []),
        (("--operation", "text2video", "--model", "kling-v3"), [failed, running]),
        (("--operation", "image2video"), []),
        (("--since", today), [made, failed, running]),
        (("--since", "0d", "--limit", "2"), [made, failed]),
        (("--since", tomorrow), []),
    ]:
        assert _keys(kling_here("jobs", *filters, "--json")) == keys, filters


def test_a_filter_that_finds_nothing_says_so(kling_here: Here, three_jobs: dict[str, str]) -> None:
    ended = kling_here("jobs", "--model", "kling-v9")
    assert (ended.exit_code, ended.stdout.startswith("No such jobs in ")) == (0, True)
    known = {job["model"] for job in kling_here("jobs", "--json").document["jobs"]}
    assert ended.stdout.splitlines()[1] == f"model may be: {', '.join(sorted(known))}."


def test_a_slip_in_a_filter_is_told_with_what_the_ledger_knows(kling_here: Here, three_jobs: dict[str, str]) -> None:
    for flags, text in [
        (("--profile", "defualt"), "profile may be: default.\n"),
        (("--operation", "t2v"), "operation may be: text2video.\n"),
        (("--model", "kling-v9"), "model may be: kling-v2-6, kling-v3.\n"),
    ]:
        for more in ("--json", "--costs"):
            ended = kling_here("jobs", *flags, more)
            assert (ended.exit_code, ended.stderr) == (0, text)
        assert kling_here("jobs", *flags).stdout.endswith(text)
    known = kling_here("jobs", "--model", "kling-v3", "--state", "refused")
    assert (known.stdout.count("\n"), known.stderr) == (1, "")


@pytest.mark.parametrize(
    ("flags", "text"),
    [
        (("--state", "done"), "state is 'done'.\nChoose one of: created, sending, unknown, running, collected,"),
        (("--since", "yesterday"), "since is 'yesterday'.\nGive a day such as 2026-11-01, or days such as 7d."),
        (("--since", "2026-13-01"), "since is '2026-13-01'."),
        (("--since", "0001-01-01"), "since is '0001-01-01'."),
        (("--limit", "-1"), "'--limit': -1 is too small; give at least 0."),
        (("--limit", "0", "--costs"), "--limit would leave some out"),
        (("--state", "x" * 3000), f"state is '{'x' * 57}...'."),
        (("--limit", "5", "forget", "kn-1"), "stand before `forget`"),
        (("--open", "--state", "failed"), "--open and --state exclude each other."),
        (("--costs", "--limit", "1"), "--limit would leave some out"),
        (("frobnicate",), "No such command 'frobnicate'"),
    ],
)
def test_a_wrong_filter_is_a_sentence_and_ends_with_2(kling_here: Here, flags: tuple[str, ...], text: str) -> None:
    ended = kling_here("jobs", "--json", *flags) if "forget" not in flags else kling_here("jobs", *flags, "--json")
    assert (ended.exit_code, ended.document["status"]) == (2, "invalid")
    assert text in ended.document["error"]


def test_a_day_begins_at_midnight_of_this_computer() -> None:
    noon = time.mktime((2026, 11, 14, 12, 0, 0, 0, 0, -1))
    midnight = time.mktime((2026, 11, 14, 0, 0, 0, 0, 0, -1))
    assert read_since("2026-11-14", noon) == read_since("0d", noon) == midnight
    assert read_since("7d", noon) == time.mktime((2026, 11, 7, 0, 0, 0, 0, 0, -1))
    assert read_since("", noon) == 0


def test_a_table_holds_a_screenful_and_says_that_there_is_more(kling: Kling, kling_here: Here) -> None:
    for seed in range(22):
        kling.fault("refuse")
        assert kling_here(*REQUEST, "--seed", str(seed)).exit_code == 1
    table = kling_here("jobs")
    assert len(table.stdout.splitlines()) == 1 + 2 * 20
    assert table.stderr == "Only the newest 20 are shown; --limit 0 shows all.\n"
    everything = kling_here("jobs", "--limit", "0")
    assert (len(everything.stdout.splitlines()), everything.stderr) == (1 + 2 * 22, "")
    assert len(_keys(kling_here("jobs", "--json"))) == 22


def test_costs_are_summed_by_day_model_and_operation(kling_here: Here, three_jobs: dict[str, str]) -> None:
    today = date.today().isoformat()
    rows = [_split(line) for line in kling_here("jobs", "--costs").stdout.splitlines()]
    assert rows[:4] == [
        ["DAY", "MODEL", "OPERATION", "JOBS", "UNITS", "EXPECTED", "FAILED"],
        [today, "kling-v2-6", "text2video", "1", "1.5", "0", "0"],
        [today, "kling-v3", "text2video", "2", "0", "1.8", "1"],
        ["total", "3", "1.5", "1.8", "1"],
    ]
    told = kling_here("jobs", "--costs", "--json").document
    assert told["costs"][1] == {
        **{"day": today, "model": "kling-v3", "operation": "text2video", "unit": "units"},
        **{"jobs": 2, "units": "0", "expected": "1.8", "failed": 1, "unpriced": 0},
    }
    assert told["total"] == {"jobs": 3, "units": "1.5", "expected": "1.8", "failed": 1, "unpriced": 0}
    assert [profile["profile"] for profile in told["profiles"]] == ["default"]
    assert told["elsewhere"] == 0
    filtered = kling_here("jobs", "--costs", "--model", "kling-v2-6", "--json").document
    assert filtered["total"]["jobs"] == 1


def test_credits_and_units_are_never_added_up(kling_here: Here, left_running: str) -> None:
    kie = ("--profile", "sandbox-kie", "--model-name", "kling-v2-6", "--duration", "5", "--seed", "9")
    assert kling_here(*REQUEST, *kie).exit_code == 0
    newest = kling_here("jobs").stdout.splitlines()[1]
    assert "55 credits" in newest
    headings = [line for line in kling_here("jobs", "--costs").stdout.splitlines() if line.startswith("DAY")]
    assert ["CREDITS" in headings[0], "UNITS" in headings[1]] == [True, True]
    told = kling_here("jobs", "--costs", "--json").document
    assert told["total"] is None
    assert {row["unit"]: row["jobs"] for row in told["totals"]} == {"credits": 1, "units": 1}


def test_costs_are_those_of_the_day_of_sending_and_hold_forgotten_jobs(
    kling: Kling, kling_here: Here, three_jobs: dict[str, str]
) -> None:
    ledger = open_ledger(kling.home)
    ledger._connection.execute("UPDATE jobs SET created_at = created_at - 864000")
    ledger._connection.execute(
        "UPDATE jobs SET sent_at = sent_at - 864000 WHERE key IN (?, ?)", (three_jobs["failed"], three_jobs["running"])
    )
    ledger.forget(three_jobs["made"])
    assert _keys(kling_here("jobs", "--since", "0d", "--json")) == []
    of_today = kling_here("jobs", "--costs", "--since", "0d", "--json").document
    assert (of_today["total"]["jobs"], of_today["total"]["units"]) == (1, "1.5")
    days = [row["day"] for row in kling_here("jobs", "--costs", "--json").document["costs"]]
    assert days == [date.today().isoformat(), (date.today() - timedelta(days=10)).isoformat()]


def test_the_units_of_several_profiles_are_told_apart(kling: Kling, kling_here: Here) -> None:
    (kling.home / "profiles.toml").write_text(
        f'[studio]\napi_key = "api-key-kling-sandbox"\nbase_url = "{kling.url}"\n', encoding="utf-8"
    )
    for profile in ("", "studio"):
        assert kling_here(*REQUEST, "--seed", str(len(profile)), "--profile", profile).exit_code == 0
    lines = [_split(line) for line in kling_here("jobs", "--costs").stdout.splitlines()]
    assert ["profile", "default", "1", "1.8", "0", "0"] in lines
    assert ["profile", "studio", "1", "1.8", "0", "0"] in lines
    assert ["total", "2", "3.6", "0", "0"] in lines


def test_nothing_was_spent_yet(kling_here: Here) -> None:
    ended = kling_here("jobs", "--costs")
    assert (ended.exit_code, _split(ended.stdout.splitlines()[-1])) == (0, ["total", "0", "0", "0", "0"])


def test_a_ledger_that_cannot_be_used_is_named_and_nothing_is_sent(kling: Kling, kling_here: Here) -> None:
    before = kling.counts()
    file = kling.home / "ledger.sqlite3"
    file.write_text("not a ledger", encoding="utf-8")
    doctor, jobs, made = kling_here("doctor"), kling_here("jobs", "--json"), kling_here(*REQUEST)
    assert (doctor.exit_code, jobs.exit_code, made.exit_code) == (1, 1, 1)
    assert str(file) in doctor.stdout
    assert str(file) in jobs.document["error"]
    assert made.document["status"] == "failed"
    assert kling.counts() == before
    assert "Not charged." in made.document["error"]
