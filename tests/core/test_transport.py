"""One request, one attempt, one outcome; and the key goes to the provider's host and nowhere else."""

from __future__ import annotations

import email.utils
import json
import re
import time
import traceback
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from kling_api import transport
from kling_api.auth import Authorization
from kling_api.dialects.wire import Reply, Request
from kling_api.errors import NotDelivered
from kling_api.redaction import remember
from kling_api.settings import Credentials
from kling_api.transport import NoAnswer, Transport

from .raw_server import (
    CERTIFICATE,
    Behave,
    RawServer,
    answer,
    closed_port,
    hang_up,
    raw_server,
    reset,
    say,
    tunnel_to,
    wait_until_closed,
)

KEY = "Odd_Key-FAKE-that-no-pattern-knows"
POST = Request("POST", "/v1/videos/text2video", {"prompt": "a cat 猫"})
GET = Request("GET", "/tasks", query={"task_ids": "42"})


@pytest.fixture
def servers() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(autouse=True)
def _no_proxy_or_netrc_of_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "none"))


def _start(servers: ExitStack, behave: Behave, *, tls: bool = False) -> RawServer:
    return servers.enter_context(raw_server(behave, tls=tls))


def _transport(url: str) -> Transport:
    return Transport(url, Authorization(Credentials(api_key=KEY)), timeout=(2.0, 0.5))


def _send(servers: ExitStack, behave: Behave) -> Reply:
    return _transport(_start(servers, behave).url).send(POST)


def test_a_request_carries_the_key_and_the_body_and_gives_the_answer(servers: ExitStack) -> None:
    server = _start(servers, answer("429 Too Many", b'{"code":1303,"data":null}', "Retry-After: 7\r\n"))
    assert _transport(server.url).send(POST) == Reply(429, {"code": 1303, "data": None}, 7.0)
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/videos/text2video HTTP/1.1\r\n")
    assert f"Authorization: Bearer {KEY}".encode() in head
    assert b"Content-Type: application/json" in head
    assert json.loads(body) == POST.body


def test_a_question_carries_its_query(servers: ExitStack) -> None:
    server = _start(servers, answer())
    _transport(server.url).send(GET)
    assert server.requests[0].startswith(b"GET /tasks?task_ids=42 HTTP/1.1\r\n")


@pytest.mark.parametrize("status", ["500 Internal", "502 Bad Gateway", "503 Gone Fishing", "504 Timeout", "429 Slow"])
def test_a_bad_status_is_an_answer_and_is_not_repeated(servers: ExitStack, status: str) -> None:
    server = _start(servers, answer(status, b"<html>"))
    reply = _transport(server.url).send(POST)
    assert (reply.status, reply.body) == (int(status[:3]), None)
    assert server.connections == len(server.requests) == 1


@pytest.mark.parametrize("behave", [hang_up, reset, wait_until_closed, answer(body=b"{", length=99)])
def test_a_lost_answer_is_not_asked_for_twice(servers: ExitStack, behave: Behave) -> None:
    server = _start(servers, behave)
    with pytest.raises(NoAnswer):
        _transport(server.url).send(POST)
    time.sleep(0.1)
    assert server.connections == len(server.requests) == 1


def test_a_host_that_is_not_there_is_told_in_words(servers: ExitStack) -> None:
    port = closed_port()
    with pytest.raises(NotDelivered) as caught:
        _transport(f"http://127.0.0.1:{port}").send(POST)
    assert re.fullmatch(
        rf"http://127\.0\.0\.1:{port} could not be reached: ConnectionError: Failed to establish a new connection: "
        r"\[Errno \d+\] .*refused\.",
        caught.value.what,
    )
    assert "kling doctor" in caught.value.advice


def test_a_silent_host_is_told_in_words(servers: ExitStack) -> None:
    with pytest.raises(NoAnswer, match=r"^ReadTimeout: Read timed out\. \(read timeout=0\.5\)$"):
        _send(servers, wait_until_closed)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_an_answer_and_is_not_followed(servers: ExitStack, status: str) -> None:
    elsewhere = _start(servers, answer())
    server = _start(servers, answer(status, b"", f"Location: {elsewhere.url}/\r\n"))
    assert _transport(server.url).send(POST).status == int(status[:3])
    assert elsewhere.connections == 0
    assert server.connections == 1


@pytest.mark.parametrize("location", ["http://[", "http://", "gopher://x/", "//", "http://a:port/", "\x80"])
def test_a_redirect_to_nowhere_is_an_answer_too(servers: ExitStack, location: str) -> None:
    assert _send(servers, answer("302 Found", b"{}", f"Location: {location}\r\n")) == Reply(302, {})


def test_an_entry_in_netrc_does_not_replace_the_key(
    servers: ExitStack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("default login someone password FAKE_NETRC\n", encoding="ascii")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server, proxy = _behind_a_proxy(servers, monkeypatch, answer())
    _transport("https://kling.invalid").send(POST)
    assert proxy.connections == 1
    assert f"Authorization: Bearer {KEY}".encode() in server.requests[0]
    assert b"Basic" not in server.requests[0]


def _behind_a_proxy(servers: ExitStack, monkeypatch: pytest.MonkeyPatch, behave: Behave) -> tuple[RawServer, RawServer]:
    """kling.invalid with a certificate that is trusted, to be reached through the proxy of the environment."""
    server = _start(servers, behave, tls=True)
    proxy = _start(servers, tunnel_to(server.port))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("//", "//someone:FAKE_PROXY_PASSWORD@"))
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
    return server, proxy


def test_the_proxy_of_the_environment_carries_what_is_for_other_hosts_and_never_sees_the_key(
    servers: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, proxy = _behind_a_proxy(servers, monkeypatch, answer(body=b'{"code":0}'))
    assert _transport("https://kling.invalid").send(POST).body == {"code": 0}
    assert len(server.requests) == 1
    assert KEY.encode() not in proxy.requests[0]


def test_an_answer_lost_behind_a_proxy_may_have_been_delivered(
    servers: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, _ = _behind_a_proxy(servers, monkeypatch, hang_up)
    with pytest.raises(NoAnswer) as caught:
        _transport("https://kling.invalid").send(POST)
    assert len(server.requests) == 1
    assert "FAKE_PROXY_PASSWORD" not in _all_text(caught.value)


def test_the_proxy_of_the_environment_does_not_take_away_this_machines_own_addresses(
    servers: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, proxy = _behind_a_proxy(servers, monkeypatch, answer())
    own = _start(servers, answer())
    _transport(own.url).send(POST)
    assert (proxy.connections, own.connections) == (0, 1)


def _all_text(error: BaseException) -> str:
    """What a log with a traceback would show, and what the chain of errors holds beyond it."""
    texts = ["".join(traceback.format_exception(error))]
    chained: BaseException | None = error
    while chained:
        texts.append(f"{chained} {chained!r}")
        chained = chained.__cause__ or chained.__context__
    return " ".join(texts)


@pytest.mark.parametrize("behave", [hang_up, reset, wait_until_closed, say(b"rubbish\r\n")])
def test_no_key_shows_in_a_lost_answer(servers: ExitStack, behave: Behave) -> None:
    with pytest.raises(NoAnswer) as caught:
        _send(servers, behave)
    assert KEY not in _all_text(caught.value)


def test_a_key_that_the_server_quotes_does_not_show(servers: ExitStack) -> None:
    remember(KEY)
    with pytest.raises(NoAnswer, match=r"\*\*\*") as caught:
        _send(servers, say(f"HTTP/1.1 {KEY}\r\n".encode()))
    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_no_key_shows_when_the_host_is_not_there() -> None:
    with pytest.raises(NotDelivered) as caught:
        _transport(f"http://127.0.0.1:{closed_port()}").send(POST)
    assert KEY not in _all_text(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>502</html>",
        b'{"code":',
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"9" * 5000,
        b"\xef\xbb\xbf\xef\xbb\xbf{}",
    ],
)
def test_an_answer_that_is_no_json_has_no_body(servers: ExitStack, body: bytes) -> None:
    assert _send(servers, answer("502 Bad Gateway", body)) == Reply(502, None)


def test_an_answer_without_end_is_not_read_on(servers: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LARGEST_ANSWER", 200_000)
    assert _send(servers, answer(body=b'"' + b"x" * 300_000 + b'"')) == Reply(200, None)
    assert _send(servers, answer(body=b'"' + b"x" * 100_000 + b'"')).body == "x" * 100_000


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("", None),
        ("soon", None),
        ("-3", None),
        ("1.5", None),
        ("\u00b2", None),
        ("Mon, 99 Foo 2026 99:99:99 GMT", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 99999999999999999999 07:28:00 GMT", None),
    ],
)
def test_the_pace_that_a_server_names_is_read(servers: ExitStack, header: str, seconds: float | None) -> None:
    assert _send(servers, answer("429 Too Many", b"{}", f"Retry-After: {header}\r\n")).retry_after == seconds


def test_the_pace_may_be_a_date(servers: ExitStack) -> None:
    date = email.utils.formatdate(time.time() + 90, usegmt=True)
    seconds = _send(servers, answer("429 Too Many", b"{}", f"Retry-After: {date}\r\n")).retry_after
    assert seconds is not None
    assert 85 <= seconds <= 90
