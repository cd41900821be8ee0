"""Answers to an order that are neither a task nor a plain refusal, from a provider that answers what it is told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from kling_api.client import Client
from kling_api.errors import KlingError, OutcomeUnknown, Refused, StillRunning
from kling_api.job import State
from kling_api.operations import Image2Video, Text2Video
from kling_api.settings import Credentials, Profile

Answer = tuple[int, Any]
ORDER = {"text": Text2Video("a kite", "kling-v1-6"), "picture": Image2Video("https://me.example/a.png", prompt="go")}


class Provider:
    """`orders` counts POSTs; `asked` are the paths of GETs. Each is answered as `answer(method, path)` says."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answer: Callable[[str, str], Answer] = lambda _method, _path: (404, {})
        self.orders = 0
        self.asked: list[str] = []

    def client(self, dialect: str, home: Path) -> Client:
        return Client(Profile("test", self.url, dialect, Credentials(api_key="sk-FAKE-of-a-provider"), home))


@pytest.fixture
def provider() -> Iterator[Provider]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            told.orders += 1
            self._answer("POST")

        def do_GET(self) -> None:
            told.asked.append(self.path)
            self._answer("GET")

        def _answer(self, method: str) -> None:
            status, body = told.answer(method, self.path)
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told = Provider(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield told
        finally:
            server.shutdown()
            thread.join()


def _run(client: Client, what: str = "text", seconds: float = 3.0) -> KlingError:
    """The error of a run, which is stopped after some time."""
    stop = threading.Event()
    timer = threading.Timer(seconds, stop.set)
    timer.start()
    try:
        with pytest.raises(KlingError) as caught:
            client.run(ORDER[what], stop=stop)
        return caught.value
    finally:
        timer.cancel()


@pytest.mark.parametrize("dialect", ["auto", "newapi"])
def test_an_empty_success_is_no_refusal_and_is_not_ordered_again(
    provider: Provider, tmp_path: Path, dialect: str
) -> None:
    provider.answer = lambda method, _path: (200, {"code": 0, "data": []}) if method == "POST" else (404, {})
    client = provider.client(dialect, tmp_path)
    for _ in range(2):
        assert isinstance(_run(client), OutcomeUnknown)
    assert provider.orders == 1


def test_nothing_at_that_address_is_a_refusal(provider: Provider, tmp_path: Path) -> None:
    provider.answer = lambda _method, _path: (404, {"detail": "Not Found"})
    client = provider.client("wrapper", tmp_path)
    assert isinstance(_run(client), Refused)
    assert client.ledger.jobs()[0].state is State.REFUSED


def test_a_task_that_an_unclear_answer_names_is_asked_for_and_found(provider: Provider, tmp_path: Path) -> None:
    record = {"taskId": "task_kling-2.6_1", "model": "kling-2.6/text-to-video", "state": "generating"}

    def answer(method: str, _path: str) -> Answer:
        if method == "POST":
            return 500, {"code": 500, "msg": "internal error", "data": {"taskId": "task_kling-2.6_1"}}
        return 200, {"code": 200, "msg": "success", "data": record}

    provider.answer = answer
    client = provider.client("kie", tmp_path)
    stop = threading.Event()
    threading.Timer(2.0, stop.set).start()
    with pytest.raises(StillRunning):
        client.run(Text2Video("a kite", "kling-v2-6"), stop=stop)
    (job,) = client.ledger.jobs()
    assert (job.state, job.task_id, provider.orders) == (State.RUNNING, "task_kling-2.6_1", 1)


def test_a_named_task_that_another_job_has_is_not_taken_for_this_one(provider: Provider, tmp_path: Path) -> None:
    record = {"taskId": "t-1", "state": "generating"}
    busy = {"code": 500, "msg": "t-1 is under way", "data": {"taskId": "t-1"}}

    def answer(method: str, _path: str) -> Answer:
        if method == "GET":
            return 200, {"code": 200, "msg": "success", "data": record}
        return (200, {"code": 200, "msg": "success", "data": record}) if provider.orders == 1 else (500, busy)

    provider.answer = answer
    client = provider.client("kie", tmp_path)
    stop = threading.Event()
    threading.Timer(1.0, stop.set).start()
    with pytest.raises(StillRunning):
        client.run(Text2Video("a kite", "kling-v2-6"), stop=stop)
    with pytest.raises(OutcomeUnknown):
        client.run(Text2Video("a swan", "kling-v2-6"))
    assert [job.task_id for job in client.ledger.jobs()] == ["", "t-1"]


def test_a_task_that_is_named_but_not_found_is_told_to_the_user(provider: Provider, tmp_path: Path) -> None:
    named = {"code": 500, "msg": "internal error", "data": {"taskId": "task_kling-2.6_1"}}
    absent = {"code": 422, "msg": "recordInfo is null", "data": None}
    provider.answer = lambda method, _path: (500, named) if method == "POST" else (422, absent)
    client = provider.client("kie", tmp_path)
    with pytest.raises(OutcomeUnknown, match=r"It names task task_kling-2\.6_1: `kling collect task_kling-2\.6_1"):
        client.run(Text2Video("a kite", "kling-v2-6"))
    assert "task_kling-2.6_1" in client.ledger.jobs()[0].error
    assert provider.orders == 1


def test_a_gateway_that_does_not_know_its_native_address_is_asked_at_the_generic_one(
    provider: Provider, tmp_path: Path
) -> None:
    def answer(method: str, path: str) -> Answer:
        if method == "POST":
            return 200, {"task_id": "t-1"}
        if path.startswith("/kling"):
            return 404, {"error": {"message": "Invalid URL", "type": "invalid_request_error"}}
        return 200, {"task_id": "t-1", "status": "failed", "error": {"code": 4001, "message": "no kites"}}

    provider.answer = answer
    client = provider.client("newapi", tmp_path)
    tail = Image2Video("https://me.example/a.png", "https://me.example/b.png", "go", "kling-v1-6")
    with pytest.raises(KlingError, match="no kites"):
        client.run(tail)
    assert client.ledger.jobs()[0].state is State.FAILED
