"""`use` in profiles.toml: which profile an empty name stands for, and how it is written without touching the rest."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from kling_api import default_profile
from kling_api.client import Client
from kling_api.default_profile import choose_default
from kling_api.errors import NotConfigured
from kling_api.profiles_file import parse
from kling_api.settings import default_name, fixed_by, load_profile, profile_names

PROFILES = """\
# My profiles, \u4e2d\u6587 too.
[default]
api_key = "api-key-kling-FAKE-of-the-file"   # of the office

[studio]   # a gateway
access_key = 'AK_FAKE_STUDIO'
secret_key = "SK_FAKE_STUDIO"
base_url="https://gateway.example/kling/"
dialect  =  "official"
"""


@pytest.fixture
def file(home: Path) -> Path:
    path = home / "profiles.toml"
    path.write_text(PROFILES, encoding="utf-8")
    path.chmod(0o600)
    return path


def _use(file: Path, name: str) -> None:
    file.write_text(f'use = "{name}"\n{PROFILES}', encoding="utf-8")


def test_use_names_the_profile_that_an_empty_name_stands_for(file: Path) -> None:
    assert load_profile().name == default_name(file.parent) == "default"
    _use(file, " studio ")
    assert load_profile().name == default_name(file.parent) == profile_names()[0] == "studio"
    assert load_profile("default").name == "default"
    _use(file, "sandbox")
    assert Client().profile.is_sandbox


@pytest.mark.parametrize("name", ["KLING_API_KEY", "KLING_ACCESS_KEY", "KLING_AI_ACCESS_KEY", "KLING_SECRET_KEY"])
def test_a_key_in_the_environment_comes_before_use(file: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    _use(file, "studio")
    monkeypatch.setenv(name, "FAKE-of-the-environment")
    assert (default_name(file.parent), fixed_by()) == ("default", name)


def test_kling_profile_comes_before_use(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _use(file, "studio")
    monkeypatch.setenv("KLING_PROFILE", "default")
    assert (load_profile().name, fixed_by()) == ("default", "KLING_PROFILE")


def test_nothing_of_the_environment_belongs_to_a_profile_taken_through_use(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _use(file, "studio")
    monkeypatch.setenv("KLING_BASE_URL", "https://other.example")
    monkeypatch.setenv("KLING_DIALECT", "kie")
    assert load_profile() == load_profile("studio")
    assert load_profile().base_url == "https://gateway.example/kling"


def test_a_use_that_names_no_profile_is_said_and_hides_what_may_be_a_key(file: Path) -> None:
    _use(file, "api-key-kling-FAKE-pasted")
    with pytest.raises(NotConfigured) as caught:
        load_profile()
    assert "is no profile." in caught.value.what
    assert "default, studio, sandbox" in caught.value.advice
    assert "pasted" not in str(caught.value)
    assert load_profile("studio").name == "studio"


@pytest.mark.parametrize("value", ["3", "true", '["studio"]', "2026-11-21"])
def test_a_use_that_is_no_text_is_said(file: Path, value: str) -> None:
    file.write_text(f"use = {value}\n{PROFILES}", encoding="utf-8")
    with pytest.raises(NotConfigured, match="use is no name of a profile"):
        load_profile()


def test_a_profile_may_be_called_use(file: Path) -> None:
    file.write_text('[use]\napi_key = "api-key-kling-FAKE-x"\n', encoding="utf-8")
    assert "use" in profile_names()
    assert load_profile("use").name == "use"
    assert default_name(file.parent) == "default"
    before = file.read_bytes()
    with pytest.raises(NotConfigured, match="something else of that name stands there") as caught:
        choose_default("use", file.parent)
    assert str(caught.value).endswith("Nothing was changed.")
    assert file.read_bytes() == before


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "with a byte order mark"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_choosing_adds_one_line_and_changes_it_alone_the_next_time(file: Path, mark: str, end: str) -> None:
    rest = PROFILES.replace("\n", end).encode()
    file.write_bytes(mark.encode() + rest)
    for name in ("studio", "sandbox-kie", "default"):
        choose_default(name, file.parent)
        assert file.read_bytes() == mark.encode() + f'use = "{name}"{end}'.encode() + rest
        assert default_name(file.parent) == name
    assert [path.name for path in file.parent.iterdir()] == ["profiles.toml"]


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("use='default'# mine\n", 'use="studio"# mine\n'),
        ('  "use"  =  "de\\"fault"\n', '  "use"  =  "studio"\n'),
        ("# use = 'x'\nuse = 'nobody'\n", "# use = 'x'\nuse = \"studio\"\n"),
        (
            "studio2.api_key = '''\nuse = \"x\"\n'''\nuse = 'nobody'\n",
            "studio2.api_key = '''\nuse = \"x\"\n'''\nuse = \"studio\"\n",
        ),
    ],
)
def test_a_line_that_is_there_keeps_its_spelling(file: Path, line: str, after: str) -> None:
    file.write_text(line + PROFILES, encoding="utf-8")
    choose_default("studio", file.parent)
    assert file.read_text(encoding="utf-8") == after + PROFILES


def test_what_only_looks_like_a_line_stays_as_it_is(file: Path) -> None:
    text = f"old.api_key = '''\nuse = \"x\"\n'''\n{PROFILES}\n[more]\naccount = '''\nuse = 'y'\n'''\n"
    file.write_text(text, encoding="utf-8")
    choose_default("studio", file.parent)
    assert file.read_text(encoding="utf-8") == f'use = "studio"\n{text}'


def test_a_value_of_several_lines_is_left_to_be_edited_by_hand(file: Path) -> None:
    text = f'use = """\ndefault"""\n{PROFILES}'
    file.write_text(text, encoding="utf-8")
    with pytest.raises(NotConfigured, match="cannot be written into profiles"):
        choose_default("studio", file.parent)
    assert file.read_text(encoding="utf-8") == text


def test_a_profile_with_any_name_can_be_chosen(file: Path) -> None:
    name = '\u5de5\u4f5c\u5ba4 "A" \\ 1'
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    table = f'["{quoted}"]\napi_key = "api-key-kling-FAKE-y"\n'
    file.write_text(table, encoding="utf-8")
    choose_default(name, file.parent)
    assert default_name(file.parent) == name
    assert file.read_text(encoding="utf-8").endswith(table)


@pytest.mark.parametrize("mode", [0o600, 0o640])
def test_the_file_keeps_its_mode(file: Path, mode: int) -> None:
    file.chmod(mode)
    choose_default("studio", file.parent)
    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_a_file_that_was_not_there_is_its_owners_alone(home: Path) -> None:
    choose_default("sandbox", home / "new")
    file = home / "new" / "profiles.toml"
    assert file.read_text(encoding="utf-8") == 'use = "sandbox"\n'
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_profile("", home / "new").is_sandbox


def test_a_link_to_the_file_stays_a_link(file: Path, tmp_path: Path) -> None:
    real = tmp_path / "real.toml"
    file.rename(real)
    file.symlink_to(real)
    choose_default("studio", file.parent)
    assert file.is_symlink()
    assert real.read_text(encoding="utf-8").startswith('use = "studio"\n')


def test_choosing_what_is_chosen_does_not_touch_the_file(file: Path) -> None:
    before = file.stat()
    choose_default("default", file.parent)
    assert file.stat() == before


@pytest.mark.parametrize("name", ["", "nobody", "Studio", "profiles.toml"])
def test_an_unknown_name_is_refused(file: Path, name: str) -> None:
    before = file.read_bytes()
    with pytest.raises(NotConfigured, match="There is no profile of that name"):
        choose_default(name, file.parent)
    assert file.read_bytes() == before


def test_a_profile_that_cannot_be_used_is_refused(file: Path) -> None:
    file.write_text(f"{PROFILES}\n[empty]\n", encoding="utf-8")
    with pytest.raises(NotConfigured, match="Profile empty has no key"):
        choose_default("empty", file.parent)
    assert "use" not in file.read_text(encoding="utf-8")


def test_a_file_that_is_not_valid_is_refused_and_left(file: Path) -> None:
    file.write_text(f"{PROFILES}\nbroken = \n", encoding="utf-8")
    before = file.read_bytes()
    with pytest.raises(NotConfigured, match="not valid TOML"):
        choose_default("studio", file.parent)
    assert file.read_bytes() == before


@pytest.mark.parametrize("name", ["KLING_PROFILE", "KLING_API_KEY", "KLING_SECRET_KEY"])
def test_what_the_environment_decides_is_not_chosen(file: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "default")
    with pytest.raises(NotConfigured, match=f"{name} in the environment decides"):
        choose_default("studio", file.parent)
    assert file.read_text(encoding="utf-8") == PROFILES


def test_a_change_by_somebody_else_meanwhile_is_not_overwritten(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fsync = os.fsync

    def and_somebody_saves(handle: int) -> None:
        fsync(handle)
        file.write_text(f"{PROFILES}# saved\n", encoding="utf-8")

    monkeypatch.setattr(default_profile.os, "fsync", and_somebody_saves)
    with pytest.raises(NotConfigured, match="changed by somebody else"):
        choose_default("studio", file.parent)
    assert file.read_text(encoding="utf-8") == f"{PROFILES}# saved\n"
    assert [path.name for path in file.parent.iterdir()] == ["profiles.toml"]


def test_a_disk_that_takes_nothing_leaves_the_file_as_it_was(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(default_profile.os, "fsync", full)
    with pytest.raises(NotConfigured, match="cannot be written \\(No space left on device\\)") as caught:
        choose_default("studio", file.parent)
    assert str(caught.value).endswith("Nothing was changed.")
    assert file.read_text(encoding="utf-8") == PROFILES
    assert [path.name for path in file.parent.iterdir()] == ["profiles.toml"]


def test_many_who_choose_at_once_leave_a_whole_file(file: Path) -> None:
    names = ["studio", "default", "sandbox", "sandbox-kie"]
    seen: list[object] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            seen.append(parse(file.read_text(encoding="utf-8")))

    reader = threading.Thread(target=look)
    reader.start()
    writers = [threading.Thread(target=choose_default, args=(name, file.parent)) for name in names * 5]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    done.set()
    reader.join()
    assert None not in seen
    assert file.read_text(encoding="utf-8") in [f'use = "{name}"\n{PROFILES}' for name in names]


def test_what_a_killed_writer_left_is_removed_and_nothing_else(home: Path) -> None:
    file = home / "profiles.toml"
    file.write_text('[studio]\napi_key = "sk-xxxxxxxxxxxx"\n', encoding="utf-8")
    left, own = home / "profiles.toml.a1b2c3d4.part", home / "profiles.toml.my backup.part"
    for path in (left, own):
        path.write_text("old", encoding="utf-8")
    choose_default("studio", home)
    assert not left.exists()
    assert own.exists()
