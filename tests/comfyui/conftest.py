"""A real ComfyUI with this pack in it, where COMFYUI_DIR names one; without it these tests are skipped and say so."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]
#: Seconds for ComfyUI to start on a busy machine, and for a prompt.
START = 120
PROMPT = 240
#: The first bytes of a binary message that holds a text for a node (ComfyUI's protocol.py).
_TEXT = (3).to_bytes(4, "big")
#: The key of a second customer of the slow sandbox, plainly fake.
SECOND_KEY = "api-key-kling-second-customer"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("COMFYUI_DIR"):
        return
    reason = "COMFYUI_DIR is not set: set it to a ComfyUI folder (and COMFYUI_PYTHON to its Python) to run these in it"
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=reason))


#: The browser that all prompts come from: progress is told to it alone.
BROWSER = uuid.uuid4().hex


class ComfyUI:
    """One running server. `base` holds models/, input/, output/, custom_nodes/; `home` is the pack's data folder."""

    def __init__(self, base: Path, environment: dict[str, str]) -> None:
        self.base = base
        self.home = base / "kling-home"
        self._environment = environment
        self.log = base / "comfyui.log"
        for name in ("models/upscale_models", "input", "output", "custom_nodes", "user", "temp"):
            (base / name).mkdir(parents=True, exist_ok=True)
        _copy_pack(base / "custom_nodes" / "kling nodes-1.0")

    def start(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        command = [
            os.environ.get("COMFYUI_PYTHON", sys.executable),
            str(Path(os.environ["COMFYUI_DIR"]) / "main.py"),
            *("--cpu", "--listen", "127.0.0.1", "--port", str(port), "--base-directory", str(self.base)),
            *("--disable-api-nodes", "--disable-auto-launch", "--disable-assets-autoscan"),
            *("--database-url", f"sqlite:///{self.base / 'comfyui.db'}"),
        ]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KLING_")}
        environment = kept | {"HF_HUB_OFFLINE": "1", "KLING_HOME": str(self.home)} | self._environment
        with self.log.open("a") as log:
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=self.base)
        self._wait_until_up()

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(30)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(30)

    @contextmanager
    def listening(self) -> Iterator[list[tuple[str, str]]]:
        """What the browser that queues is told meanwhile to show on the nodes: (node id, text), as it comes."""
        texts: list[tuple[str, str]] = []
        ready, end = threading.Event(), threading.Event()
        address = f"{self.url.replace('http', 'ws')}/ws?clientId={BROWSER}"
        thread = threading.Thread(target=lambda: asyncio.run(_listen(address, texts, ready, end)))
        thread.start()
        try:
            assert ready.wait(30)
            yield texts
        finally:
            end.set()
            thread.join()

    def object_info(self) -> dict[str, Any]:
        return requests.get(f"{self.url}/object_info", timeout=60).json()

    def queue(self, prompt: dict[str, Any]) -> str:
        """Queues an API-format prompt; its id. Fails with ComfyUI's own words when it is refused."""
        answer = requests.post(f"{self.url}/prompt", json={"prompt": prompt, "client_id": BROWSER}, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()["prompt_id"]

    def refusal(self, prompt: dict[str, Any]) -> str:
        """The node errors of a prompt that must be refused before it is queued."""
        answer = requests.post(f"{self.url}/prompt", json={"prompt": prompt}, timeout=60)
        assert answer.status_code == 400, answer.text
        return json.dumps(answer.json()["node_errors"])

    def interrupt(self) -> None:
        requests.post(f"{self.url}/interrupt", json={}, timeout=30)

    def result(self, prompt_id: str, seconds: float = PROMPT) -> dict[str, Any]:
        """The history entry of a prompt, once it has ended."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            entry = requests.get(f"{self.url}/history/{prompt_id}", timeout=30).json().get(prompt_id)
            if entry and entry["status"]:
                return entry
            time.sleep(0.05)
        raise AssertionError(f"prompt {prompt_id} did not end in {seconds} s")

    def run(self, prompt: dict[str, Any]) -> dict[str, Any]:
        """Queues the prompt and waits for its success; the history entry."""
        entry = self.result(self.queue(prompt))
        assert entry["status"]["status_str"] == "success", json.dumps(entry["status"]["messages"], indent=1)[-4000:]
        return entry

    def _wait_until_up(self) -> None:
        end = time.monotonic() + START
        while time.monotonic() < end:
            assert self._process.poll() is None, self.log.read_text()[-4000:]
            try:
                requests.get(f"{self.url}/system_stats", timeout=5)
                return
            except requests.ConnectionError:
                time.sleep(0.2)
        raise AssertionError(f"ComfyUI did not start in {START} s:\n{self.log.read_text()[-4000:]}")


async def _listen(address: str, texts: list[tuple[str, str]], ready: threading.Event, end: threading.Event) -> None:
    import aiohttp

    async with aiohttp.ClientSession() as session, session.ws_connect(address) as browser:
        ready.set()
        while not end.is_set():
            try:
                message = await browser.receive(timeout=0.2)
            except asyncio.TimeoutError:
                continue
            if message.type is aiohttp.WSMsgType.BINARY and message.data[:4] == _TEXT:
                length = int.from_bytes(message.data[4:8], "big")
                text = message.data[8 + length :].decode().replace("  \n", "\n")  # line ends, as Markdown has them
                texts.append((message.data[8 : 8 + length].decode(), text))


def _copy_pack(target: Path) -> None:
    """The pack's own files under a name with a space, a hyphen and a dot."""
    parts = ("__init__.py", "nodes", "kling_api", "locales", "pyproject.toml", "example_workflows")
    target.mkdir()
    for part in parts:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, target / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A sandbox of its own process life: it outlives the ComfyUI that is restarted. Its URL."""
    from kling_api.sandbox.config import Account, SandboxConfig
    from kling_api.sandbox.server import Sandbox

    accounts = (Account(), Account("second", api_keys=(SECOND_KEY,), access_key="second-customer"))
    folder = tmp_path_factory.mktemp("sandbox")
    # 2 s of waiting per second of clip: a 5 s clip takes 10 s, so that waiting side by side can be told from in turn.
    with Sandbox(SandboxConfig(folder=folder, accounts=accounts, pace=2.0, slots=20)) as running:
        yield running.url


@pytest.fixture(scope="session")
def comfyui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComfyUI]:
    """ComfyUI with the built-in sandbox: what a user without a key has."""
    server = ComfyUI(tmp_path_factory.mktemp("comfyui"), {"KLING_PROFILE": "sandbox"})
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def slow_comfyui(tmp_path_factory: pytest.TempPathFactory, sandbox: str) -> Iterator[ComfyUI]:
    """ComfyUI with a sandbox outside of it that takes its time."""
    server = ComfyUI(tmp_path_factory.mktemp("slow-comfyui"), {"KLING_PROFILE": "sandbox", "KLING_BASE_URL": sandbox})
    server.start()
    yield server
    server.stop()
