"""The program itself: help, version, what it loads, the sandbox in the foreground, the demo."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from kling_api import __version__
from kling_api.media.probe import check_clip, check_picture

from .conftest import SHORT, Here, Kling

COMMANDS = ("text2video", "image2video", "jobs", "collect", "doctor", "sandbox", "demo")
DECISIONS = ("jobs forget", "jobs retry")


def test_the_help_names_every_command_and_exit_code(kling: Kling) -> None:
    ended = kling("--help", KLING_API_KEY="", COLUMNS="200")
    assert ended.exit_code == 0
    assert ended.is_plain
    assert all(re.search(rf"│ {command} ", ended.stdout) for command in COMMANDS)
    assert all(f"{code} " in ended.stdout for code in range(5))
    assert kling("--version").stdout == f"kling {__version__}\n"
    assert kling().exit_code == 2


@pytest.mark.parametrize("command", [*COMMANDS, *DECISIONS])
def test_every_command_has_a_help_and_json(kling_here: Here, command: str) -> None:
    ended = kling_here(*command.split(), "--help")
    assert ended.exit_code == 0
    assert "--json" in ended.stdout
    flags = re.findall(r"^│ [* ]*(--[\w-]+)(.*)│$", ended.stdout, re.MULTILINE)
    assert flags
    assert all(re.search(r"[a-z]{3,}.* [a-z]", text) for _, text in flags)


def test_the_help_of_jobs_explains_its_words(kling_here: Here) -> None:
    told = " ".join(kling_here("jobs", "--help").stdout.replace("│", " ").split())
    assert "with a ~ they are an estimate" in told
    assert "created - not sent; sending, unknown - perhaps made; running - made, not fetched yet;" in told
    assert "EXPECTED (--costs) is the estimate of jobs whose units the provider has not told yet." in told


@pytest.mark.skipif(sys.platform == "win32", reason="terminals of POSIX")
def test_on_a_terminal_the_estimate_stays_above_the_bar(kling: Kling) -> None:
    ours, theirs = os.openpty()
    request = ("text2video", "--prompt", "A paper boat", *SHORT)
    process = subprocess.Popen(
        [sys.executable, "-m", "kling_api", *request],
        cwd=kling.folder,
        env={**os.environ, **kling.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # how the end of a terminal is told
        while piece := os.read(ours, 4096):
            shown += piece
    os.close(ours)
    assert process.wait(30) == 0
    assert b"submitting, about 1.8 units\r\n" in shown


def test_a_clip_is_made_without_loading_torch(kling: Kling) -> None:
    request = ["text2video", "--prompt", "A paper boat", *SHORT, "--json"]
    program = (
        f"import sys; sys.argv[1:] = {request!r}\nfrom kling_api.cli.app import run\nassert run(sys.argv[1:]) == 0\n"
    )
    program += "assert 'av' in sys.modules and 'torch' not in sys.modules, 'torch was loaded'"
    done = _python(program, kling)
    assert done.returncode == 0, done.stderr


def test_without_the_extra_one_line_says_how_to_get_it(kling: Kling) -> None:
    done = _python("import sys; sys.modules['typer'] = None\nfrom kling_api.__main__ import main; main()", kling)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "kling needs the package typer. Install it with: pip install typer rich aiohttp"
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_the_sandbox_runs_in_the_foreground_until_ctrl_c(kling: Kling) -> None:
    process = kling.start("sandbox", "--folder", "box", "--faults", '{"kind": "refuse"}')
    assert process.stdout
    printed = [process.stdout.readline() for _ in range(6)]
    values = dict(line.strip().split("=", 1) for line in printed if re.match(r"KLING_\w+=", line))
    assert sorted(values) == ["KLING_ACCESS_KEY", "KLING_API_KEY", "KLING_BASE_URL", "KLING_SECRET_KEY"]
    faults = requests.get(f"{values['KLING_BASE_URL']}/sandbox/faults", timeout=10).json()["faults"]
    assert [fault["kind"] for fault in faults] == ["refuse"]
    pair = {"KLING_API_KEY": "", **{name: values[name] for name in values if name != "KLING_API_KEY"}}
    assert kling("doctor", **pair).exit_code == 0
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
    assert kling.end(process).stderr == ""


def test_a_sandbox_that_cannot_start_says_why(kling: Kling, kling_here: Here) -> None:
    port = kling.url.rpartition(":")[2]
    for flags, text in [
        (("--port", port), "in use"),
        (("--faults", '[{"kind": "no such"}]'), "unknown fault 'no such'"),
        (("--faults", "3"), "JSON object"),
        (("--pace", "-1"), "pace is -1"),
    ]:
        ended = kling_here("sandbox", *flags, "--json")
        assert (ended.exit_code, ended.document["status"]) == (2, "invalid")
        assert text in ended.document["error"]


def test_the_demo_leaves_its_clips_and_a_contact_sheet(kling: Kling, picture: Path) -> None:
    ended = kling("demo", "--image", picture, KLING_API_KEY="", KLING_BASE_URL="")
    assert ended.exit_code == 0, ended.stderr
    assert ended.is_plain
    output = kling.folder / "output"
    clips = sorted(output.glob("*.mp4"))
    assert [clip.name[:3] for clip in clips] == ["01-", "02-", "03-", "04-"]
    assert [check_clip(clip).has_audio for clip in clips] == [True, False, True, True]
    width, height = check_picture(output / "contact-sheet.png")
    assert width > 1500
    assert height > 600
    assert "5 tasks, 5 charges" in ended.stdout
    assert ended.stderr.count("retirement of kling-v1-5") == 1
    described = sorted(file.stem for file in output.glob("*.json"))
    assert described == [*(clip.stem for clip in clips), "speech"]
    assert ".json" not in ended.stdout.partition("In ")[2].partition("Beside")[0]
    assert "IMAGE [120, 720, 1280, 3] float32" in ended.stdout
    assert list(kling.home.iterdir()) == []


def test_the_demo_refuses_a_photograph_that_kling_would_refuse(kling: Kling, small_picture: Path) -> None:
    ended = kling("demo", "--image", small_picture)
    assert ended.exit_code == 2
    assert "200 x 200 pixels" in ended.stderr
    assert ended.stdout == ""


def _python(program: str, kling: Kling) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=kling.folder,
        env={**os.environ, **kling.environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
