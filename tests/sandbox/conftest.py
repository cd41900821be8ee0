"""A sandbox for the tests that do not mind each other's tasks, and a way to start one of one's own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from kling_api.sandbox import Sandbox, SandboxConfig
from kling_api.sandbox.faults import Fault

from .driver import Api, Start, as_png, photo


@pytest.fixture(scope="session")
def shared(sandbox_folder: Callable[[], Path]) -> Iterator[Sandbox]:
    """Its clips are small."""
    with Sandbox(SandboxConfig(folder=sandbox_folder(), pace=0.0, slots=10_000, shrink=4)) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def large(sandbox_folder: Callable[[], Path]) -> Iterator[Sandbox]:
    """Its clips have the size of Kling's."""
    with Sandbox(SandboxConfig(folder=sandbox_folder(), pace=0.0, slots=10_000)) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def undrawn() -> Iterator[Sandbox]:
    """Nothing is drawn here: for the many requests of which only the acceptance is looked at."""
    with Sandbox(SandboxConfig(pace=0.0, slots=10_000, faults=(Fault("never_finish", times=None),))) as sandbox:
        yield sandbox


@pytest.fixture
def api(shared: Sandbox) -> Api:
    return Api(shared)


@pytest.fixture
def start(sandbox_folder: Callable[[], Path]) -> Iterator[Start]:
    """Starts a sandbox with these settings, whose clips are small; it is stopped after the test."""
    with ExitStack() as stack:

        def start_one(**settings: Any) -> Sandbox:
            settings = {"folder": sandbox_folder(), "pace": 0.0, "shrink": 4} | settings
            return stack.enter_context(Sandbox(SandboxConfig(**settings)))

        yield start_one


class Listener:
    """A server on this machine: keeps what is posted, answers every GET with a file or else with one picture."""

    def __init__(self, server: HTTPServer) -> None:
        self.url = f"http://127.0.0.1:{server.server_port}"
        self.bodies: list[bytes] = []
        self.files: dict[str, bytes] = {}


@pytest.fixture
def listener() -> Iterator[Listener]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            listening.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(b"")

        def do_GET(self) -> None:
            self._answer(listening.files.get(self.path) or as_png(photo(320, 320, 4)))

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        listening = Listener(server)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield listening
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def picture_server(listener: Listener) -> str:
    return listener.url
