"""Slips at the command line: each is a sentence that says what would do, and nothing is sent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kling_api.errors import MediaError
from kling_api.media import read_still

from .conftest import SHORT, Here, Kling

REQUEST = ("text2video", "--prompt", "A paper boat", *SHORT)
LONG = "x" * 3000


@pytest.mark.parametrize(
    ("flags", "lines"),
    [
        (("--image", "nowhere.png"), ["There is no file at nowhere.png.", "Look at its name and folder."]),
        (("--image", "clips"), ["clips is a folder.", "Give a picture."]),
        (("--image", "ftp://x/y.png"), ["ftp://x/y.png is no http(s) URL and no file.", "Give a picture file or"]),
        (("--end-image", f"data:{LONG}"), ["data:xxxx", "Give a picture file or an http(s) URL."]),
        (("--image", "~nobody-here/y.png"), ["There is no file at ~nobody-here/y.png.", "Look at its name"]),
        (("--image", LONG), ["xxx", "Check its owner and mode."]),
        ((), ["There is no picture.", "Give --image or --end-image."]),
        (("--image", " "), ["There is no picture.", "Give --image or --end-image."]),
        (
            ("--end-image", "y.png", "--camera-control", "pan=5"),
            ["An end frame and a camera move cannot be used", "Leave out --end-image or --camera-control."],
        ),
    ],
    ids=str,
)
def test_a_picture_that_cannot_be_used_is_named_with_what_would_do(
    kling: Kling, kling_here: Here, flags: tuple[str, ...], lines: list[str]
) -> None:
    (kling.folder / "clips").mkdir()
    ended = kling_here("image2video", *flags)
    assert (ended.exit_code, ended.stdout) == (2, "")
    told = ended.stderr.splitlines()
    assert [line[: len(start)] for line, start in zip(told, lines, strict=False)] == lines
    assert told[2:] == ["Not charged."]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_picture_that_must_not_be_read_is_a_sentence(picture: Path) -> None:
    picture.chmod(0)
    with pytest.raises(MediaError, match="cannot be read: Permission denied"):
        read_still(picture, 10**7)


def test_an_error_of_the_disk_is_a_sentence(picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(MediaError) as caught:
        read_still(picture, 10**7)
    assert str(caught.value).splitlines() == [
        f"{picture} cannot be read: Permission denied.",
        "Check its owner and mode.",
        "Not charged.",
    ]


@pytest.mark.parametrize(
    ("flags", "text"),
    [
        (("--duration", "abc"), "Invalid value for '--duration': 'abc' is no whole number."),
        (("--seed", "1.5"), "'1.5' is no whole number."),
        (("--duration", ""), "'' is no whole number."),
        (("--cfg-scale", "much"), "Invalid value for '--cfg-scale': 'much' is no number."),
    ],
)
def test_what_is_no_number_is_said_without_the_parsers_words(
    kling_here: Here, flags: tuple[str, ...], text: str
) -> None:
    ended = kling_here(*REQUEST, *flags)
    assert ended.exit_code == 2
    assert text in ended.stderr.splitlines()[0]
    assert "parse" not in ended.stderr


def test_a_number_out_of_range_says_which_would_do(kling_here: Here) -> None:
    assert "'--port'" in kling_here("sandbox", "--port", "99999").stderr
    assert "65535" in kling_here("sandbox", "--port", "99999").stderr


@pytest.mark.parametrize("command", [("collect",), ("jobs", "forget"), ("jobs", "retry")])
def test_a_key_may_have_spaces_around_it_but_not_be_empty(
    kling_here: Here, left_running: str, command: tuple[str, ...]
) -> None:
    yes = () if command == ("collect",) else ("--yes",)
    spaced = kling_here(*command, f" {left_running}\n", *yes, "--json")
    assert "no job or task" not in spaced.stdout
    assert left_running in spaced.stdout
    for empty in ("", " \n"):
        ended = kling_here(*command, empty, *yes)
        assert (ended.exit_code, ended.stderr.splitlines()[0]) == (2, "KEY is empty.")
    pasted = kling_here(*command, LONG, *yes)
    assert pasted.exit_code == 2
    assert pasted.stderr.splitlines()[0] == "There is no such job or task in the ledger."


@pytest.mark.parametrize("command", ["forget", "retry"])
def test_a_decision_that_was_not_taken_speaks_of_no_charge(kling_here: Here, left_running: str, command: str) -> None:
    told = [kling_here("jobs", command, "kn-nothing"), kling_here("jobs", command, "")]
    if command == "forget":
        told.append(kling_here("jobs", command, left_running))
    assert all(ended.stderr.splitlines()[2:] == ["Nothing was changed."] for ended in told), told


def test_a_folder_of_nobodys_home_is_a_sentence(kling_here: Here) -> None:
    ended = kling_here(*REQUEST, "--output", "~nobody-here/clips")
    assert ended.exit_code == 2
    assert "The output folder ~nobody-here/clips cannot be made" in ended.stderr


@pytest.mark.parametrize("damage", ["a file", "a damaged database"])
def test_a_sandbox_that_cannot_start_is_a_sentence_and_names_the_folder(kling: Kling, damage: str) -> None:
    folder = kling.home / "sandbox"
    if damage == "a file":
        folder.write_text("", encoding="utf-8")
    else:
        folder.mkdir()
        (folder / "sandbox.sqlite3").write_text("no database", encoding="utf-8")
    unset = {"KLING_API_KEY": "", "KLING_BASE_URL": ""}
    made, doctor = kling(*REQUEST, "--profile", "sandbox", **unset), kling("doctor", "--profile", "sandbox", **unset)
    assert (made.exit_code, doctor.exit_code) == (2, 2)
    lines = made.stderr.splitlines()
    assert lines[0].startswith("The sandbox cannot be started: ")
    assert lines[1:] == [f"Delete {folder}: it holds no paid work.", "Not charged."]
    assert doctor.stdout.splitlines()[-2] == f"FAIL  {lines[0]}"
    assert doctor.stderr == ""
    served = kling("sandbox", "--folder", str(folder))
    assert (served.exit_code, served.stderr.splitlines()[0]) == (2, lines[0])


PROFILES_FILES = [
    ('[a]\napi_key = "FAKE-1\n', "is not valid TOML (line 2).", "Texts stand in quotes"),
    ("[工作室]\n", "is not valid TOML (line 1).", "other letters than a-z, 0-9, - and _"),
    ('x = "FAKE-2', "is not valid TOML (at its end).", "Texts stand in quotes"),
    ("[default]\nmax_parallel = -2\n", "Profile default: max_parallel is -2.", "Give a whole number from 1."),
    ("[default]\nmax_parallel = 2.5\n", "max_parallel is 2.5.", "Give a whole number from 1."),
    ("[default]\nbudget_per_day = true\n", "budget_per_day", "Give a number"),
    ("[default]\napi_key = 7\n", "profile default has a wrong value for api_key.", "in quotes"),
]


@pytest.mark.parametrize(("text", "what", "advice"), PROFILES_FILES, ids=[what for _, what, _ in PROFILES_FILES])
def test_a_slip_in_the_profiles_is_found_by_line_or_name(
    kling: Kling, kling_here: Here, text: str, what: str, advice: str
) -> None:
    (kling.home / "profiles.toml").write_text(text, encoding="utf-8")
    ended = kling_here(*REQUEST)
    assert ended.exit_code == 2
    first, second, _ = ended.stderr.splitlines()
    assert what in first
    assert advice in second
    assert "FAKE" not in ended.stderr


def test_a_folder_in_the_place_of_the_profiles_is_a_sentence(kling: Kling, kling_here: Here) -> None:
    (kling.home / "profiles.toml").mkdir()
    for ended in (kling_here(*REQUEST), kling_here("doctor")):
        assert ended.exit_code == 2
        assert f"{kling.home / 'profiles.toml'} is a folder." in ended.stdout + ended.stderr
