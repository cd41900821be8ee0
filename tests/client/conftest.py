"""A real client and a real sandbox, each on a fresh folder."""

from __future__ import annotations

import logging
import threading
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import requests

from kling_api.client import Client
from kling_api.media import read_sound
from kling_api.recordings import Sound
from kling_api.sandbox.config import DEFAULT_ACCESS_KEY, DEFAULT_API_KEY, DEFAULT_SECRET_KEY, SandboxConfig
from kling_api.sandbox.server import Sandbox
from kling_api.settings import Credentials, Profile
from kling_api.stills import Still

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


@pytest.fixture
def make_stage(tmp_path: Path, sandbox_folder: Callable[[], Path]) -> Iterator[Callable[..., Stage]]:
    """Starts a sandbox with the given config values, whose clips are small; several in one test have a folder each."""
    running: list[Sandbox] = []

    def make(**config: Any) -> Stage:
        sandbox = Sandbox(SandboxConfig(**{"folder": sandbox_folder(), "pace": 0.05, "shrink": 4} | config))
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
def all_logs(in_haste: None, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


@pytest.fixture
def quick(make_stage: Callable[..., Stage]) -> Stage:
    """A sandbox that is done as soon as it has drawn."""
    return make_stage(pace=0.0)


@pytest.fixture
def large(make_stage: Callable[..., Stage]) -> Stage:
    """The same, and its clips have the size of Kling's."""
    return make_stage(pace=0.0, shrink=1)


@pytest.fixture
def still() -> Still:
    """A grey picture that every operation takes."""
    done, data = cv2.imencode(".png", np.full((512, 512, 3), 90, np.uint8))
    assert done
    return Still(data.tobytes(), 512, 512)


@pytest.fixture
def spoken(tmp_path: Path) -> Sound:
    """A tone of three seconds that we hold."""
    write_tone(tmp_path / "tone.wav")
    return read_sound(tmp_path / "tone.wav")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The URL of a server on this machine that gives the folder's files out."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def write_tone(path: Path) -> None:
    """Three seconds of a tone, 48 kHz."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        file.writeframes((np.sin(np.arange(48_000 * 3) * 0.05) * 12_000).astype("<i2").tobytes())


@pytest.fixture
def sound(tmp_path: Path) -> Iterator[str]:
    """The URL of a tone of three seconds on this machine."""
    folder = tmp_path / "sound"
    folder.mkdir()
    write_tone(folder / "tone.wav")
    with served(folder) as url:
        yield f"{url}/tone.wav"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass
