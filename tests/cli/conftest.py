"""The command as a user runs it: a process of its own against a sandbox on this machine."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests

from kling_api import dialects
from kling_api.cli.app import run
from kling_api.client import Client
from kling_api.errors import StillRunning
from kling_api.media import write_picture
from kling_api.operations import Text2Video
from kling_api.sandbox import DEFAULT_API_KEY, Sandbox, SandboxConfig
from kling_api.watch import Progress

#: Quick to render; the same prompt is rendered once per sandbox, whatever the seed.
SHORT = ("--duration", "3")
_ESCAPE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Ended:
    """A finished command."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON object on stdout."""
        assert self.stdout.count("\n") == 1, self.stdout + self.stderr
        return json.loads(self.stdout)

    @property
    def is_plain(self) -> bool:
        return not _ESCAPE.search(self.stdout + self.stderr)


Here = Callable[..., Ended]


class Kling:
    """Runs `python -m kling_api` in a folder and with a data folder of its own."""

    def __init__(self, url: str, home: Path, folder: Path) -> None:
        self.url = url
        self.home = home
        self.folder = folder
        self.stdin = subprocess.DEVNULL
        self.environment = {"KLING_BASE_URL": url, "KLING_API_KEY": DEFAULT_API_KEY, "TERM": "xterm-256color"}

    def __call__(self, *arguments: str | Path, **environment: str) -> Ended:
        return self.end(self.start(*arguments, **environment))

    def start(self, *arguments: str | Path, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "kling_api", *map(str, arguments)],
            cwd=self.folder,
            env={**os.environ, **self.environment, **environment},
            stdin=self.stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    @staticmethod
    def end(process: subprocess.Popen[str]) -> Ended:
        stdout, stderr = process.communicate(timeout=60)
        return Ended(process.returncode, stdout, stderr)

    def fault(self, kind: str, **values: Any) -> None:
        answer = requests.post(f"{self.url}/sandbox/faults", json={"kind": kind, **values}, timeout=10)
        assert answer.ok, answer.text

    def end_faults(self) -> None:
        assert requests.delete(f"{self.url}/sandbox/faults", timeout=10).ok

    def counts(self) -> tuple[int, int]:
        """Tasks made and charges of the whole sandbox so far."""
        state = requests.get(f"{self.url}/sandbox/state", timeout=10).json()
        return state["tasks_made"], state["charges"]


@pytest.fixture(scope="session")
def _sandbox(sandbox_folder: Callable[[], Path]) -> Iterator[Sandbox]:
    with Sandbox(SandboxConfig(folder=sandbox_folder(), pace=0.0, slots=50, shrink=4)) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def _large_sandbox(sandbox_folder: Callable[[], Path]) -> Iterator[Sandbox]:
    """Its clips have the size of Kling's; those of the others are small."""
    with Sandbox(SandboxConfig(folder=sandbox_folder(), pace=0.0)) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def _slow_sandbox(sandbox_folder: Callable[[], Path]) -> Iterator[Sandbox]:
    """A 3 s clip takes 3 s here."""
    with Sandbox(SandboxConfig(folder=sandbox_folder(), pace=1.0, slots=50, shrink=4)) as sandbox:
        yield sandbox


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder that the command is run in."""
    folder = tmp_path / "working folder"
    folder.mkdir()
    return folder


@pytest.fixture
def kling(_sandbox: Sandbox, home: Path, folder: Path) -> Iterator[Kling]:
    yield Kling(_sandbox.url, home, folder)
    _sandbox.faults.clear()


@pytest.fixture
def large_kling(_large_sandbox: Sandbox, home: Path, folder: Path) -> Kling:
    return Kling(_large_sandbox.url, home, folder)


@pytest.fixture
def slow_kling(_slow_sandbox: Sandbox, home: Path, folder: Path) -> Iterator[Kling]:
    yield Kling(_slow_sandbox.url, home, folder)
    _slow_sandbox.faults.clear()


@pytest.fixture
def kling_here(
    kling: Kling, in_haste: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Here:
    """The command in this process, which is quicker."""
    monkeypatch.chdir(kling.folder)
    for name, value in {**kling.environment, "COLUMNS": "200"}.items():
        monkeypatch.setenv(name, value)

    def here(*arguments: str, **environment: str) -> Ended:
        with monkeypatch.context() as patched:
            for name, value in environment.items():
                patched.setenv(name, value)
            exit_code = run(arguments)
        printed = capsys.readouterr()
        return Ended(exit_code, printed.out, printed.err)

    return here


@pytest.fixture
def left_running(kling_here: Here) -> str:
    """The key of a job that was accepted and that nobody waits for any more: `text2video` of "A paper boat", 3 s."""
    stop = threading.Event()

    def stop_when_accepted(progress: Progress) -> None:
        if progress.task_id:
            stop.set()

    with pytest.raises(StillRunning) as stopped:
        Client().run(Text2Video(prompt="A paper boat", duration=3), stop_when_accepted, stop)
    assert stopped.value.job_key
    return stopped.value.job_key


@pytest.fixture
def kling_at_a_gateway(kling_here: Here, monkeypatch: pytest.MonkeyPatch) -> Here:
    """The same host, taken for one of which nobody knows whether it refuses a second task under the same key."""
    monkeypatch.setattr(dialects, "_has_own_key", lambda _profile: False)
    return kling_here


@pytest.fixture
def picture(folder: Path) -> Path:
    """A photograph that Kling takes."""
    return _write(folder / "photo.png", 640, 360)


@pytest.fixture
def small_picture(folder: Path) -> Path:
    return _write(folder / "small.png", 200, 200)


def _write(path: Path, width: int, height: int) -> Path:
    rows = np.linspace(0, 255, height, dtype=np.uint8)[:, None, None]
    write_picture(path, np.broadcast_to(rows, (height, width, 3)).copy())
    return path
