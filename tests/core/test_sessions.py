"""Connections that are used again by any thread, but for orders only where that is safe."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kling_api.auth import Authorization
from kling_api.dialects.wire import Request
from kling_api.sessions import IDLE, MOST_FREE, Sessions, sessions_of
from kling_api.settings import Credentials
from kling_api.transport import Transport, make_session


class Provider(ThreadingHTTPServer):
    """Counts connections, and keeps what each request brought along."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.connections = 0
        self.seen: list[tuple[str, str]] = []
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Provider  # type: ignore[assignment]

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def do_GET(self) -> None:
        self.server.seen.append((self.headers.get("Authorization", ""), self.headers.get("Cookie", "")))
        self.send_response(200)
        self.send_header("Set-Cookie", "who=the first one; Path=/")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def provider() -> Iterator[Provider]:
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def _transport(provider: Provider, key: str = "sk-xxxxxxxx-of-one") -> Transport:
    return Transport(provider.url, Authorization(Credentials(api_key=key)))


def test_threads_that_come_and_go_use_one_connection(provider: Provider) -> None:
    for _ in range(5):
        thread = threading.Thread(target=_transport(provider).send, args=(Request("GET", "/tasks"),))
        thread.start()
        thread.join()
    assert (provider.connections, len(provider.seen)) == (1, 5)


def test_many_requests_at_once_use_no_more_connections_than_threads(provider: Provider) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: _transport(provider).send(Request("GET", "/tasks")), range(60)))
    assert provider.connections <= 4
    assert len(provider.seen) == 60


def test_accounts_share_connections_but_neither_keys_nor_cookies(provider: Provider) -> None:
    for key in ("sk-xxxxxxxx-of-one", "sk-xxxxxxxx-of-another"):
        _transport(provider, key).send(Request("GET", "/tasks"))
    assert provider.connections == 1
    assert provider.seen == [("Bearer sk-xxxxxxxx-of-one", ""), ("Bearer sk-xxxxxxxx-of-another", "")]


def test_an_order_never_goes_out_on_a_connection_that_was_used_before(provider: Provider) -> None:
    """One that the server closes just then would leave nobody knowing whether the order has arrived."""
    for _ in range(3):
        _transport(provider).send(Request("GET", "/tasks"))
        _transport(provider).send(Request("POST", "/v1/videos/text2video", {"prompt": "a cat"}))
    assert provider.connections == 4  # one for the questions, which also go out on those that orders leave behind
    assert len(provider.seen) == 6


def test_a_connection_that_nobody_used_for_long_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    now, closed = [100.0], []
    sessions = Sessions("http://127.0.0.1", make_session, lambda: now[0])
    with sessions.borrowed() as first:
        monkeypatch.setattr(first, "close", lambda: closed.append("first"))
    now[0] += IDLE + 1
    with sessions.borrowed() as second:
        assert second is not first
    second.close()
    assert closed == ["first"]


def test_after_an_error_a_connection_is_not_used_again() -> None:
    sessions = Sessions("http://127.0.0.1", make_session)
    with pytest.raises(OSError, match="reset"), sessions.borrowed() as first:
        raise OSError("reset")
    with sessions.borrowed() as second:
        assert second is not first
    second.close()


def test_no_more_connections_are_kept_than_questions_use(provider: Provider) -> None:
    for _ in range(3 * MOST_FREE):
        _transport(provider).send(Request("POST", "/v1/videos/text2video", {"prompt": "a cat"}))
    assert len(sessions_of(provider.url, make_session)._free) == MOST_FREE


def test_threads_that_come_at_once_share_one_pool() -> None:
    barrier = threading.Barrier(16)

    def get(_number: int) -> Sessions:
        barrier.wait(5)
        return sessions_of("http://127.0.0.1:9/at once", make_session)

    with ThreadPoolExecutor(16) as threads:
        assert len(set(map(id, threads.map(get, range(16))))) == 1
