"""Could the request have been delivered? Asked of real sockets that fail in every way."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from kling_api.retry import LONGEST_RETRY_AFTER, LONGEST_WAIT, never_delivered, wait_before

from .raw_server import (
    CERTIFICATE,
    Behave,
    RawServer,
    answer,
    closed_port,
    full_queue,
    hang_up,
    raw_server,
    reset,
    say,
    speak_plainly,
    tunnel_to,
    wait_until_closed,
)

TIMEOUT = (0.5, 0.5)
#: Where nobody lives (RFC 6761): never resolved, and not this machine, so that a proxy is used for it.
NOWHERE = "kling.invalid"


@pytest.fixture
def servers() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def _post(url: str, proxy: str | None = None, verify: str | bool = str(CERTIFICATE)) -> BaseException:
    proxies = {"http": proxy, "https": proxy} if proxy else None
    with requests.Session() as session:
        session.trust_env = False
        with pytest.raises(requests.RequestException) as caught:
            session.post(url, json={"prompt": "a cat"}, timeout=TIMEOUT, verify=verify, proxies=proxies)
    return caught.value


def _start(servers: ExitStack, behave: Behave, *, tls: bool = False) -> RawServer:
    return servers.enter_context(raw_server(behave, tls=tls))


def test_a_refused_connection_delivers_nothing() -> None:
    assert never_delivered(_post(f"http://127.0.0.1:{closed_port()}"))


def test_a_name_that_nobody_has_delivers_nothing() -> None:
    assert never_delivered(_post(f"http://{NOWHERE}"))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems answer although the queue is full")
def test_a_connection_that_takes_too_long_delivers_nothing() -> None:
    with full_queue() as port:
        assert never_delivered(_post(f"http://127.0.0.1:{port}"))


@pytest.mark.parametrize("url", ["http://", "gopher://127.0.0.1/", "http://[::1"])
def test_a_url_that_cannot_be_used_delivers_nothing(url: str) -> None:
    assert never_delivered(_post(url))


@pytest.mark.parametrize("behave", [answer("400 The plain HTTP request"), hang_up, reset, wait_until_closed])
def test_a_tls_handshake_that_fails_delivers_nothing(servers: ExitStack, behave: Behave) -> None:
    listener = servers.enter_context(socket.create_server(("127.0.0.1", 0)))

    def refuse() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            behave(connection)

    thread = threading.Thread(target=refuse)
    thread.start()
    assert never_delivered(_post(f"https://127.0.0.1:{listener.getsockname()[1]}"))
    thread.join()


def test_a_certificate_that_nobody_vouches_for_stops_the_request(servers: ExitStack) -> None:
    server = _start(servers, answer(), tls=True)
    assert never_delivered(_post(server.url, verify=True))
    assert server.requests == []


def test_a_certificate_for_another_host_stops_the_request(servers: ExitStack) -> None:
    server = _start(servers, answer(), tls=True)
    assert never_delivered(_post(f"https://127.0.0.2:{_forward(servers, server.port)}"))
    assert server.requests == []


def _forward(servers: ExitStack, port: int) -> int:
    """The TLS server's port again at another address of this machine."""
    listener = servers.enter_context(socket.create_server(("127.0.0.2", 0)))

    def carry() -> None:
        connection, _ = listener.accept()
        with connection, socket.create_connection(("127.0.0.1", port)) as upstream:
            upstream.sendall(connection.recv(65536))
            connection.sendall(upstream.recv(65536))
            connection.recv(65536)

    threading.Thread(target=carry, daemon=True).start()
    return listener.getsockname()[1]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_not_there_delivers_nothing(scheme: str) -> None:
    assert never_delivered(_post(f"{scheme}://{NOWHERE}", proxy=f"http://127.0.0.1:{closed_port()}"))
    assert never_delivered(_post(f"{scheme}://{NOWHERE}", proxy="http://proxy.invalid:3128"))


@pytest.mark.parametrize(
    "behave",
    [
        answer("403 Forbidden"),
        answer("407 Proxy Authentication Required"),
        answer("502 Bad Gateway"),
        hang_up,
        reset,
        wait_until_closed,
        say(b"rubbish\r\n\r\n"),
    ],
)
def test_a_proxy_that_makes_no_tunnel_delivers_nothing(servers: ExitStack, behave: Behave) -> None:
    proxy = _start(servers, behave)
    assert never_delivered(_post(f"https://{NOWHERE}", proxy=proxy.url))
    assert proxy.requests[0].startswith(b"CONNECT kling.invalid:443")


AFTER_THE_REQUEST: list[Behave] = [
    hang_up,
    reset,
    wait_until_closed,
    answer("200 OK", b'{"code":0', length=4000),
    say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf"),
    say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot a number\r\n"),
    say(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 7\r\n\r\nno gzip"),
    say(b"HTTP/1.1 2"),
    say(b"rubbish\r\n\r\n"),
]


@pytest.mark.parametrize("behave", AFTER_THE_REQUEST)
@pytest.mark.parametrize("tls", [False, True])
def test_what_goes_wrong_after_the_request_may_have_been_delivered(
    servers: ExitStack, behave: Behave, tls: bool
) -> None:
    server = _start(servers, behave, tls=tls)
    error = _post(server.url)
    assert len(server.requests) == 1
    assert not never_delivered(error)


@pytest.mark.parametrize("behave", [*AFTER_THE_REQUEST, speak_plainly])
def test_what_goes_wrong_behind_a_proxy_may_have_been_delivered(servers: ExitStack, behave: Behave) -> None:
    server = _start(servers, behave, tls=True)
    proxy = _start(servers, tunnel_to(server.port))
    error = _post(f"https://{NOWHERE}", proxy=proxy.url)
    assert len(server.requests) == 1
    assert not never_delivered(error)


def test_plain_text_in_the_middle_of_tls_may_have_been_delivered(servers: ExitStack) -> None:
    server = _start(servers, speak_plainly, tls=True)
    assert not never_delivered(_post(server.url))
    assert len(server.requests) == 1


@pytest.mark.parametrize("behave", [hang_up, reset, wait_until_closed, say(b"rubbish\r\n\r\n")])
def test_a_proxy_that_took_a_plain_request_may_have_delivered_it(servers: ExitStack, behave: Behave) -> None:
    proxy = _start(servers, behave)
    assert not never_delivered(_post(f"http://{NOWHERE}", proxy=proxy.url))
    assert len(proxy.requests) == 1


def test_an_error_of_the_callers_own_says_nothing_about_the_request(servers: ExitStack) -> None:
    server = _start(servers, hang_up)
    try:
        raise requests.exceptions.ConnectTimeout("of an earlier request")
    except requests.exceptions.ConnectTimeout:
        error = _post(server.url)
    assert not never_delivered(error)


@given(attempt=st.integers(1, 10_000), jitter=st.floats(0, 1))
def test_the_wait_before_a_repetition_lies_between_half_and_the_whole_of_its_step(attempt: int, jitter: float) -> None:
    step = min(LONGEST_WAIT, 2.0 ** min(attempt - 1, 100))
    assert step / 2 <= wait_before(attempt, None, jitter) <= step


@given(attempt=st.integers(1, 100), named=st.floats(0, 1e12), jitter=st.floats(0, 1))
def test_a_pace_that_the_server_names_is_kept_up_to_a_limit(attempt: int, named: float, jitter: float) -> None:
    wait = wait_before(attempt, named, jitter)
    assert min(named, LONGEST_RETRY_AFTER) <= wait <= LONGEST_RETRY_AFTER + 1


def test_the_waits_grow_from_one_second_to_thirty() -> None:
    assert [wait_before(attempt, None, 1.0) for attempt in range(1, 8)] == [1, 2, 4, 8, 16, 30, 30]
