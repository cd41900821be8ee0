"""`kling doctor` says what is in force, what the account holds, and what would go wrong."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path, PurePosixPath

import pytest

from kling_api.cli import doctor as doctor_module
from kling_api.cli.doctor_account import pack_findings
from kling_api.cli.mounts import file_system_of
from kling_api.dialects.wire import Pack

from .conftest import SHORT, Ended, Here, Kling

REQUEST = ("text2video", "--prompt", "A paper boat", *SHORT, "--json")
KEY = "api-key-kling-sandbox"


def _write_profiles(kling: Kling, text: str) -> None:
    file = kling.home / "profiles.toml"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)


def _gateway(base_url: str, dialect: str) -> str:
    return f'[gateway]\napi_key = "sk-sandbox"\nbase_url = "{base_url}"\ndialect = "{dialect}"\n'


def _told(ended: Ended, level: str) -> list[str]:
    return [finding["what"] for finding in ended.document["findings"] if finding["level"] == level]


def test_doctor_is_content_with_a_good_key(kling: Kling) -> None:
    ended = kling("doctor")
    assert ended.exit_code == 0, ended.stdout
    assert ended.is_plain
    assert f"{kling.url} answers and knows the key" in ended.stdout
    profile = f"Profile default: dialect official (found by auto), {kling.url}, API key *** from the environment"
    assert f"{profile}, sent as a bearer token" in ended.stdout
    assert str(kling.home) in ended.stdout
    assert {line.split()[0] for line in ended.stdout.splitlines()} == {"OK", "NOTE"}


def test_doctor_knows_a_pair_of_keys_and_where_it_comes_from(kling: Kling, kling_here: Here) -> None:
    pair = 'access_key = "sandbox-access-key"\nsecret_key = "sandbox-secret-key-0123456789abcdef"\n'
    _write_profiles(kling, f'[default]\nbase_url = "{kling.url}"\n{pair}')
    ended = kling_here("doctor", KLING_API_KEY="")
    assert ended.exit_code == 0, ended.stdout
    assert "access key *** with secret key *** from profiles.toml, sent as a JWT" in ended.stdout
    assert "WARN" not in ended.stdout


@pytest.mark.skipif(os.name != "posix", reason="file modes of POSIX")
def test_doctor_warns_of_a_file_of_keys_that_others_can_read(kling: Kling, kling_here: Here) -> None:
    _write_profiles(kling, '[studio]\napi_key = "api-key-kling-FAKE"\n')
    (kling.home / "profiles.toml").chmod(0o644)
    ended = kling_here("doctor", "--json")
    assert ended.exit_code == 0
    warned = [finding for finding in ended.document["findings"] if finding["level"] == "WARN"]
    assert len(warned) == 1
    assert "chmod 600" in warned[0]["advice"]


def test_doctor_tells_a_wrong_key_from_none_and_from_a_dead_host(kling_here: Here) -> None:
    wrong = kling_here("doctor", "--json", KLING_API_KEY="api-key-kling-wrong")
    none = kling_here("doctor", "--json", KLING_API_KEY="")
    dead = kling_here("doctor", KLING_BASE_URL="http://127.0.0.1:9")
    assert (wrong.exit_code, none.exit_code, dead.exit_code) == (1, 2, 1)
    assert (wrong.document["status"], none.document["status"]) == ("failed", "invalid")
    assert "the key is not accepted" in wrong.document["findings"][-1]["what"]
    assert "has no key" in none.document["findings"][-1]["what"]
    assert "could not be reached" in dead.stdout.splitlines()[-2]


def test_doctor_tells_the_packs_and_what_the_ledger_knows_beyond_them(kling_here: Here) -> None:
    assert kling_here(*REQUEST).exit_code == 0
    lines = kling_here("doctor").stdout.splitlines()
    assert lines[-3].startswith("OK    Pack Trial-Video-100000Units-50Con-1Months: 99")
    assert " of 100000 units remain, online, until 20" in lines[-3]
    assert lines[-2].startswith("OK    Pack Trial-Image-")
    assert " image units remain, online, until 20" in lines[-2]
    assert lines[-1] == "NOTE  The provider's figures lag by up to 12 hours; in these, by the ledger: 1.8 units"


def test_doctor_fails_where_a_paid_clip_would_have_no_place(kling: Kling, kling_here: Here) -> None:
    assert kling_here("doctor").exit_code == 0
    assert not (kling.home / "results").exists()
    (kling.home / "results").mkdir()
    assert kling_here("doctor").exit_code == 0
    assert list((kling.home / "results").iterdir()) == []
    (kling.home / "results").rmdir()
    (kling.home / "results").write_text("in the way", encoding="utf-8")
    ended = kling_here("doctor", "--json")
    assert (ended.exit_code, len(_told(ended, "FAIL"))) == (1, 1)
    assert f"{kling.home / 'results'} cannot be written" in _told(ended, "FAIL")[0]


def test_a_provider_that_tells_no_packs_is_no_failure(kling: Kling, kling_here: Here) -> None:
    kling.fault("refuse", operation="costs", code=1103, message="not for you")
    ended = kling_here("doctor", "--json")
    assert (ended.exit_code, ended.document["status"]) == (0, "ok")
    assert _told(ended, "NOTE")[0].startswith("The packs of this account are not known: ")


def _pack(name: str, remaining: str, days: float, state: str = "online") -> Pack:
    return Pack(name, Decimal(100), Decimal(remaining), state, 0, int((1000 + days) * 86_400_000) if days else 0)


@pytest.mark.parametrize(
    ("pack", "level", "text"),
    [
        (_pack("P", "60.50", 20), "OK", "Pack P: 60.5 of 100 units remain, online, until 1972-10-"),
        (_pack("P", "10.1", 3.1), "OK", "Pack P: 10.1 of 100"),
        (_pack("P", "10", 20), "WARN", "A tenth or less is left."),
        (_pack("P", "60", 2.9), "WARN", "It expires within 3 days"),
        (_pack("P", "0", 20), "WARN", "It is empty"),
        (_pack("P", "0", 20, "runOut"), "WARN", "It is empty"),
        (_pack("P", "100", 20, "toBeOnline"), "OK", "Pack P: 100 of 100 units remain, toBeOnline"),
        (_pack("P", "60", 0), "OK", "Pack P: 60 of 100 units remain, online"),
        (_pack("P", "0", -1, "runOut"), "NOTE", "Packs that have expired: 1"),
        (_pack("P", "50", 20, "expired"), "NOTE", "Packs that have expired: 1"),
    ],
)
def test_a_pack_that_ends_soon_is_a_warning(pack: Pack, level: str, text: str) -> None:
    (finding,) = pack_findings([pack], 1000 * 86400.0)
    assert (finding.level, text in str(finding)) == (level, True), str(finding)


def test_packs_are_told_in_the_order_in_which_they_expire() -> None:
    packs = [_pack("late", "60", 20), _pack("never", "60", 0), _pack("over", "60", -5), _pack("soon", "60", 10)]
    told = [finding.what for finding in pack_findings(packs, 1000 * 86400.0)]
    assert [text.split()[1].rstrip(":") for text in told] == ["soon", "late", "never", "that"]
    (none,) = pack_findings([], 0)
    assert (none.level, none.what) == ("NOTE", "The provider names no pack of this account")


def test_doctor_tells_the_limits_and_warns_of_a_budget_that_is_used_up(kling: Kling, kling_here: Here) -> None:
    assert "sets itself no limits" in kling_here("doctor").stdout
    _write_profiles(kling, "[default]\nmax_parallel = 3\nbudget_per_day = 1.8\nbudget_total = 50\n")
    assert (
        "OK    Profile default: 0 of 1.8 units spent or promised today (budget_per_day)" in kling_here("doctor").stdout
    )
    assert kling_here(*REQUEST).exit_code == 0
    lines = kling_here("doctor").stdout.splitlines()
    assert "OK    Profile default: at most 3 tasks at once (max_parallel)" in lines
    assert "WARN  Profile default: 1.8 of 1.8 units spent or promised today (budget_per_day)" in lines
    assert "OK    Profile default: 1.8 of 50 units spent or promised in all (budget_total)" in lines


def test_a_job_over_the_budget_is_refused_before_it_is_sent(kling: Kling, kling_here: Here) -> None:
    _write_profiles(kling, "[default]\nbudget_per_day = 1\n")
    before = kling.counts()
    ended = kling_here(*REQUEST)
    assert (ended.exit_code, ended.document["status"]) == (1, "refused")
    assert "it costs about 1.8 units; 0 of 1 units today are spent or promised" in ended.document["error"]
    assert "Not charged." in ended.document["error"]
    assert kling.counts() == before


def test_doctor_warns_when_a_key_goes_to_a_host_that_does_not_stand_beside_it(kling: Kling, kling_here: Here) -> None:
    _write_profiles(kling, f'[default]\napi_key = "{KEY}"\nbase_url = "https://gateway.example"\n')
    ended = kling_here("doctor", "--json", KLING_API_KEY="")
    assert _told(ended, "WARN") == [
        f"The key from profiles.toml is sent to {kling.url}, which KLING_BASE_URL names; the file names "
        "https://gateway.example."
    ]
    _write_profiles(kling, f'[default]\nbase_url = "{kling.url}/"\n')
    ended = kling_here("doctor", "--json", KLING_BASE_URL="")
    assert _told(ended, "WARN") == [f"The key from the environment is sent to {kling.url}, which profiles.toml names."]
    _write_profiles(kling, f'[default]\napi_key = "{KEY}"\nbase_url = "{kling.url}"\n')
    assert _told(kling_here("doctor", "--json", KLING_API_KEY="", KLING_BASE_URL=""), "WARN") == []


def test_doctor_says_where_an_unanswered_request_waits_for_a_decision(kling_at_a_gateway: Here) -> None:
    (note, *_) = _told(kling_at_a_gateway("doctor", "--json"), "NOTE")
    assert "not sent again by itself (`kling jobs retry`)" in note


MOUNTS = r"""
/dev/vda / ext4 rw 0 0
proc /proc proc rw 0 0
server:/vol /mnt/my\040share nfs4 rw 0 0
//nas/kling /mnt/nas cifs rw 0 0
/dev/vdb /mnt/nas ext4 rw 0 0
half a line
me@host: /home/user/far fuse.sshfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/user/.local/share/kling", "ext4"),
        ("/home/user/far/kling", "fuse.sshfs"),
        ("/home/user/farther", "ext4"),
        ("/mnt/my share", "nfs4"),
        ("/mnt/my share/kling", "nfs4"),
        ("/mnt/nas/kling", "ext4"),  # mounted over the share
        ("/proc/1", "proc"),
    ],
)
def test_the_file_system_is_that_of_the_nearest_mount(path: str, kind: str) -> None:
    assert file_system_of(PurePosixPath(path), MOUNTS) == kind
    assert file_system_of(PurePosixPath(path), "") == ""


def test_doctor_warns_of_a_data_folder_on_a_network_file_system(
    kling: Kling, kling_here: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        f"/dev/vda / ext4 rw 0 0\nserver:/v {str(kling.home).replace(' ', chr(92) + '040')} nfs4 rw 0 0\n"
    )
    monkeypatch.setattr(doctor_module, "_MOUNTS", mounts)
    ended = kling_here("doctor", "--json")
    assert ended.exit_code == 0
    assert _told(ended, "WARN") == [
        "The data folder is on a network file system (nfs4): two machines that use it at once can damage the ledger."
    ]
    assert any("KLING_HOME" in finding["advice"] for finding in ended.document["findings"])
    monkeypatch.setattr(doctor_module, "_MOUNTS", tmp_path / "nothing")
    assert _told(kling_here("doctor", "--json"), "WARN") == []


@pytest.mark.parametrize(
    ("dialect", "answered"),
    [
        ("newapi", "answers in this dialect that there is no such task, as it should"),
        ("flat", "answers that nothing is there"),
        ("unified", "answers in this dialect that there is no such task, as it should"),
        ("kie", "answers in this dialect that there is no such task, as it should"),
        ("wrapper", "answers in this dialect that there is no such task, as it should"),
    ],
)
def test_doctor_says_which_dialect_key_and_host_are_in_force_and_tries_a_free_call(
    kling: Kling, kling_here: Here, dialect: str, answered: str
) -> None:
    before = kling.counts()
    _write_profiles(kling, _gateway(f"{kling.url}/{dialect}", dialect))
    ended = kling_here("doctor", "--profile", "gateway")
    assert f"dialect {dialect}, {kling.url}/{dialect}, API key *** from profiles.toml, sent as a bearer token" in (
        ended.stdout
    )
    assert f"{kling.url}/{dialect} {answered}" in ended.stdout
    assert "not sent again by itself" in ended.stdout
    assert "sk-sandbox" not in ended.stdout + ended.stderr
    assert kling.counts() == before


def test_doctor_asks_kie_for_its_credits(kling: Kling, kling_here: Here) -> None:
    assert "credits remain, online" in kling_here("doctor", "--profile", "sandbox-kie").stdout


@pytest.mark.parametrize(("spoken", "there"), [("newapi", "kie"), ("kie", "wrapper"), ("wrapper", "newapi")])
def test_doctor_finds_a_dialect_that_is_not_spoken_there(
    kling: Kling, kling_here: Here, spoken: str, there: str
) -> None:
    _write_profiles(kling, _gateway(f"{kling.url}/{there}", spoken))
    ended = kling_here("doctor", "--profile", "gateway")
    assert ended.exit_code == 1
    assert "FAIL" in ended.stdout
