"""A real client and a real sandbox, each on a fresh folder."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from kling_api.client import Client
from kling_api.sandbox.config import DEFAULT_ACCESS_KEY, DEFAULT_API_KEY, DEFAULT_SECRET_KEY, SandboxConfig
from kling_api.sandbox.server import Sandbox
from kling_api.settings import Credentials, Profile

API_KEY = Credentials(api_key=DEFAULT_API_KEY)
KEY_PAIR = Credentials(access_key=DEFAULT_ACCESS_KEY, secret_key=DEFAULT_SECRET_KEY)


@dataclass
class Stage:
    """One sandbox and the data folder of its customer."""

    sandbox: Sandbox
    home: Path

    def profile(self, credentials: Credentials = API_KEY) -> Profile:
        return Profile("test", self.sandbox.url, "official", credentials, self.home)

    def client(self, credentials: Credentials = API_KEY) -> Client:
        return Client(self.profile(credentials))

    def fault(self, kind: str, **values: Any) -> None:
        answer = requests.post(f"{self.sandbox.url}/sandbox/faults", json={"kind": kind, **values}, timeout=10)
        assert answer.ok, answer.text

    def clear_faults(self) -> None:
        requests.delete(f"{self.sandbox.url}/sandbox/faults", timeout=10)

    @property
    def tasks_made(self) -> int:
        return self._state()["tasks_made"]

    @property
    def charges(self) -> int:
        return self._state()["charges"]

    def _state(self) -> dict[str, Any]:
        return requests.get(f"{self.sandbox.url}/sandbox/state", timeout=10).json()


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clips of all sandboxes: the same clip need not be drawn for each test."""
    return tmp_path_factory.mktemp("clips")


@pytest.fixture
def make_stage(tmp_path: Path, rendered: Path) -> Iterator[Callable[..., Stage]]:
    """Starts a sandbox with the given config values; several in one test have a folder each."""
    running: list[Sandbox] = []

    def make(**config: Any) -> Stage:
        folder = tmp_path / f"sandbox{len(running)}"
        folder.mkdir()
        (folder / "clips").symlink_to(rendered)
        sandbox = Sandbox(SandboxConfig(**{"folder": folder, "pace": 0.05} | config))
        sandbox.start()
        running.append(sandbox)
        return Stage(sandbox, tmp_path / f"home{len(running)}")

    yield make
    for sandbox in running:
        sandbox.stop()


@pytest.fixture
def stage(make_stage: Callable[..., Stage]) -> Stage:
    return make_stage()


@pytest.fixture(autouse=True)
def all_logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
