"""Fetching a finished file: kept whole or not at all, and only from where a provider may have it."""

from __future__ import annotations

import gzip
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from kling_api import download as downloading
from kling_api import part_file
from kling_api.download import Broken, LinkExpired, download
from kling_api.errors import DownloadFailed, KlingError, MediaError
from kling_api.media.probe import check_clip
from kling_api.part_file import PartFile
from kling_api.watch import Stopped

from .raw_server import CERTIFICATE, Behave, RawServer, answer, closed_port, hang_up, raw_server, reset, say, tunnel_to

CONTENT = os.urandom(700_000)


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloading, "TIMEOUT", (1.0, 0.3))


@pytest.fixture
def serve() -> Iterator[Callable[[Behave], RawServer]]:
    with ExitStack() as stack:
        yield lambda behave: stack.enter_context(raw_server(behave))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "results" / "kn-1.mp4"


def _no_check(path: Path) -> None:
    assert path.exists()


def _fetch(
    server: RawServer,
    target: Path,
    path: str = "/a.mp4",
    check: Callable[[Path], object] = _no_check,
    on_piece: Callable[[int, int | None], None] = lambda _got, _total: None,
) -> None:
    _fetch_from(server.url + path, target, server.url, check, on_piece)


def _fetch_from(
    url: str,
    target: Path,
    own_url: str,
    check: Callable[[Path], object] = _no_check,
    on_piece: Callable[[int, int | None], None] = lambda _got, _total: None,
) -> None:
    with PartFile(target) as part:
        download(url, part, own_url, check, on_piece)


def test_a_file_is_kept_whole(serve: Callable[[Behave], RawServer], target: Path) -> None:
    pieces: list[tuple[int, int | None]] = []
    server = serve(answer(body=CONTENT))
    _fetch(
        server, target, check=lambda part: part.read_bytes() == CONTENT, on_piece=lambda *piece: pieces.append(piece)
    )
    assert target.read_bytes() == CONTENT
    assert [file.name for file in target.parent.iterdir()] == ["kn-1.mp4"]
    assert pieces[-1] == (len(CONTENT), len(CONTENT))
    assert [got for got, _ in pieces] == sorted(got for got, _ in pieces)


def test_the_results_are_private(serve: Callable[[Behave], RawServer], target: Path) -> None:
    _fetch(serve(answer(body=CONTENT)), target)
    assert target.parent.stat().st_mode & 0o077 == 0 or os.name == "nt"


def test_what_another_run_is_still_writing_is_not_touched(serve: Callable[[Behave], RawServer], target: Path) -> None:
    target.parent.mkdir()
    other = target.with_name("kn-1.mp4.00000000.part")
    other.write_bytes(b"x" * 10**6)
    _fetch(serve(answer(body=CONTENT)), target)
    assert target.read_bytes() == CONTENT
    assert sorted(target.parent.iterdir()) == [target, other]


def test_a_file_without_an_announced_length_is_kept(serve: Callable[[Behave], RawServer], target: Path) -> None:
    _fetch(serve(say(b"HTTP/1.1 200 OK\r\n\r\n" + CONTENT)), target)
    assert target.read_bytes() == CONTENT


def test_a_compressed_transfer_is_kept_as_what_it_holds(serve: Callable[[Behave], RawServer], target: Path) -> None:
    _fetch(serve(answer(body=gzip.compress(CONTENT), headers="Content-Encoding: gzip\r\n")), target)
    assert target.read_bytes() == CONTENT


def _stall(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\nbegin")
    connection.recv(1)


@pytest.mark.parametrize(
    "behave",
    [
        answer(body=CONTENT, length=len(CONTENT) + 1),
        say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\nhalf"),
        say(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 7\r\n\r\nno gzip"),
        answer("500 Internal Server Error"),
        answer("503 Unavailable"),
        answer("206 Partial Content"),
        answer("302 Found"),
        answer("302 Found", headers="Location: http://[\r\n"),
        hang_up,
        reset,
        _stall,
        say(b"HTTP/1.1 200 OK\r\nContent-Length: \xb2\r\n\r\n"),
    ],
)
def test_a_transfer_that_breaks_leaves_no_file_and_can_be_tried_again(
    serve: Callable[[Behave], RawServer], target: Path, behave: Behave
) -> None:
    begun = time.monotonic()
    with pytest.raises((Broken, DownloadFailed)) as caught:
        _fetch(serve(behave), target, "/a.mp4?Signature=FAKE", check=check_clip)
    assert not target.exists()
    assert "FAKE" not in f"{caught.value}"
    assert time.monotonic() - begun < 3


def test_a_host_that_is_not_there_can_be_tried_again(target: Path) -> None:
    url = f"http://127.0.0.1:{closed_port()}"
    with pytest.raises(Broken, match="connection failed"):
        _fetch_from(f"{url}/a.mp4?Signature=FAKE", target, url)
    assert not target.exists()


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden", "404 Not Found", "410 Gone"])
def test_a_link_that_has_ended_says_so(serve: Callable[[Behave], RawServer], target: Path, status: str) -> None:
    with pytest.raises(LinkExpired, match=f"HTTP {status[:3]}"):
        _fetch(serve(answer(status, b"<html>")), target)
    assert not target.exists()


def test_a_file_that_is_no_clip_is_not_kept(serve: Callable[[Behave], RawServer], target: Path) -> None:
    with pytest.raises(Broken, match="does not open"):
        _fetch(serve(answer(body=b"<html>not a clip</html>" * 100)), target, check=check_clip)
    assert not target.exists()


def test_a_check_that_fails_keeps_the_file_out(serve: Callable[[Behave], RawServer], target: Path) -> None:
    def refuse(part: Path) -> None:
        assert re.fullmatch(r"kn-1\.mp4\.[0-9a-f]{8}\.part", part.name)
        raise MediaError("It has no frames.")

    with pytest.raises(Broken, match="It has no frames"):
        _fetch(serve(answer(body=CONTENT)), target, check=refuse)
    assert not target.exists()


def test_a_redirect_on_the_own_host_is_followed(serve: Callable[[Behave], RawServer], target: Path) -> None:
    def behave(connection: socket.socket) -> None:
        moved = server.connections == 1
        headers = "Location: /there.mp4\r\n" if moved else ""
        answer("302 Found" if moved else "200 OK", b"" if moved else CONTENT, headers)(connection)

    server = serve(behave)
    _fetch(server, target)
    assert target.read_bytes() == CONTENT
    assert server.requests[1].startswith(b"GET /there.mp4 ")


@pytest.mark.parametrize("location", ["http://127.0.0.1:{port}/", "http://localhost:{port}/", "//127.0.0.1:{port}/"])
def test_a_redirect_into_a_private_network_is_not_followed(
    serve: Callable[[Behave], RawServer], target: Path, location: str
) -> None:
    inside = serve(answer(body=CONTENT))
    server = serve(answer("302 Found", b"", f"Location: {location.format(port=inside.port)}\r\n"))
    with pytest.raises(DownloadFailed, match="private network"):
        _fetch(server, target)
    assert inside.connections == 0


def test_a_redirect_to_a_local_file_is_not_followed(serve: Callable[[Behave], RawServer], target: Path) -> None:
    with pytest.raises(DownloadFailed, match="not an http"):
        _fetch(serve(answer("302 Found", b"", "Location: file:///etc/passwd\r\n")), target)


def test_redirects_in_a_circle_come_to_an_end(serve: Callable[[Behave], RawServer], target: Path) -> None:
    server = serve(answer("302 Found", b"", "Location: /again.mp4\r\n"))
    with pytest.raises(Broken, match="too many redirects"):
        _fetch(server, target)
    assert server.connections == 6


@pytest.mark.parametrize(
    "behave", [answer(body=b"", length=2000), say(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 2000)], ids=["announced", "sent"]
)
def test_a_file_larger_than_any_clip_is_not_fetched(
    serve: Callable[[Behave], RawServer], target: Path, monkeypatch: pytest.MonkeyPatch, behave: Behave
) -> None:
    monkeypatch.setattr(downloading, "LARGEST_FILE", 1000)
    with pytest.raises((DownloadFailed, Broken)):
        _fetch(serve(behave), target)
    assert not target.exists()


def test_no_name_is_taken_from_the_url_or_the_server(
    serve: Callable[[Behave], RawServer], target: Path, tmp_path: Path
) -> None:
    headers = 'Content-Disposition: attachment; filename="../../evil.sh"\r\n'
    _fetch(serve(answer(body=CONTENT, headers=headers)), target, "/../../..%2f..%2fevil.sh")
    assert [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*"))] == [
        "results",
        "results/kn-1.mp4",
    ]


def test_no_key_and_no_password_goes_to_a_file_host(
    serve: Callable[[Behave], RawServer], target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host is not this machine's own, so that requests would look into .netrc for it."""
    (tmp_path / "netrc").write_text("default login someone password FAKE\n", encoding="ascii")
    with raw_server(answer(body=CONTENT), tls=True) as server:
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        monkeypatch.setenv("HTTPS_PROXY", serve(tunnel_to(server.port)).url)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
        _fetch_from("https://kling.invalid/a.mp4", target, "https://kling.invalid")
        assert target.read_bytes() == CONTENT
        assert b"authorization" not in server.requests[0].lower()


def test_a_folder_that_cannot_be_written_is_named(serve: Callable[[Behave], RawServer], tmp_path: Path) -> None:
    (tmp_path / "results").write_text("", encoding="ascii")
    target = tmp_path / "results" / "kn-1.mp4"
    with pytest.raises(DownloadFailed, match="cannot be written") as caught:
        _fetch(serve(answer(body=CONTENT)), target)
    assert str(target.parent) in caught.value.what
    assert isinstance(caught.value, KlingError)


def test_a_missing_ca_bundle_is_not_taken_for_trouble_with_the_folder(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent/bundle.pem")
    with pytest.raises(DownloadFailed, match="No connection could be prepared"):
        _fetch_from("https://api.invalid/a.mp4", target, "https://api.invalid")


def _drip(head: bytes, drop: bytes) -> Behave:
    """Sends a little again and again, so that no wait for the next byte is long."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(200):
            connection.sendall(drop)
            time.sleep(0.05)

    return behave


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n"


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nX-Long: ", HEAD], ids=["head", "body"])
def test_a_server_that_drips_is_given_up(
    serve: Callable[[Behave], RawServer], target: Path, monkeypatch: pytest.MonkeyPatch, head: bytes
) -> None:
    monkeypatch.setattr(downloading, "SLOWEST", (1000, 0.6))
    begun = time.monotonic()
    with pytest.raises(Broken, match="the server sends almost nothing"):
        _fetch(serve(_drip(head, b"x")), target)
    assert time.monotonic() - begun < 5
    assert _nothing_goes_on(target)


def test_a_slow_transfer_that_gets_somewhere_is_waited_for(
    serve: Callable[[Behave], RawServer], target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloading, "SLOWEST", (1000, 0.6))
    _fetch(serve(_drip(HEAD, b"x" * 10_000)), target)
    assert target.stat().st_size == 200_000


def test_a_slow_disk_is_not_taken_for_a_slow_server(
    serve: Callable[[Behave], RawServer], target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloading, "SLOWEST", (10**6, 0.1))
    monkeypatch.setattr(os, "fsync", lambda _file: time.sleep(0.5))
    _fetch(serve(answer(body=CONTENT)), target)
    assert target.read_bytes() == CONTENT


def _look_up_slowly(*_values: object, **_more: object) -> list[object]:
    time.sleep(3)
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def _stop_soon() -> Callable[[int, int | None], None]:
    begun = time.monotonic()

    def on_piece(_got: int, _total: int | None) -> None:
        if time.monotonic() - begun > 0.3:
            raise Stopped

    return on_piece


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\n", HEAD + b"x" * 100_000], ids=["nothing", "head", "half"])
@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_a_stop_ends_a_transfer_that_hangs(
    target: Path, monkeypatch: pytest.MonkeyPatch, said: bytes, tls: bool
) -> None:
    monkeypatch.setattr(downloading, "TIMEOUT", (10.0, 60.0))
    monkeypatch.setattr(
        "kling_api.transport.is_loopback", lambda _url: False
    )  # so that the test's authority is trusted
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))

    def hang(connection: socket.socket) -> None:
        connection.sendall(said)
        connection.recv(1)

    with raw_server(hang, tls=tls) as server:
        begun = time.monotonic()
        with pytest.raises(Stopped):
            _fetch(server, target, on_piece=_stop_soon())
        assert time.monotonic() - begun < 2
        assert len(server.requests) == 1
        assert _nothing_goes_on(target)


def test_a_stop_does_not_wait_for_a_name(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", _look_up_slowly)
    begun = time.monotonic()
    with pytest.raises(Stopped):
        _fetch_from("https://cdn.example/a.mp4", target, "https://api.example", on_piece=_stop_soon())
    assert time.monotonic() - begun < 2
    assert _nothing_goes_on(target)


def test_a_stop_while_fetching_keeps_nothing(serve: Callable[[Behave], RawServer], target: Path) -> None:
    def stop(_got: int, _total: int | None) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        _fetch(serve(answer(body=CONTENT)), target, on_piece=stop)
    assert _nothing_goes_on(target)


def test_what_a_killed_process_left_behind_is_removed_a_day_later(
    serve: Callable[[Behave], RawServer], target: Path
) -> None:
    target.parent.mkdir()
    left, young, foreign = (
        target.with_name(name) for name in ("kn-0.mp4.0123abcd.part", "kn-2.mp4.0123abcd.part", "notes.part")
    )
    for file in (left, young, foreign):
        file.write_bytes(b"half")
    for file in (left, foreign):
        os.utime(file, (time.time() - 90_000, time.time() - 90_000))
    _fetch(serve(answer(body=CONTENT)), target)
    assert sorted(target.parent.iterdir()) == sorted([target, young, foreign])


def test_a_folder_is_looked_through_once_an_hour_and_not_for_each_file(
    serve: Callable[[Behave], RawServer], target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may hold the results of years."""
    looks: list[Path] = []
    look = Path.iterdir
    monkeypatch.setattr(Path, "iterdir", lambda folder: looks.append(folder) or look(folder))
    server = serve(answer(body=CONTENT))
    for _ in range(5):
        _fetch(server, target)
    assert looks == [target.parent]
    monkeypatch.setattr(part_file, "LOOK_AGAIN", 0.0)
    _fetch(server, target)
    assert looks == [target.parent] * 2


def _nothing_goes_on(target: Path) -> bool:
    """Neither a file nor, soon, a thread was left behind."""
    for thread in threading.enumerate():
        if thread.name == "kling download":
            thread.join(5)
            if thread.is_alive():
                return False
    return not (list(target.parent.iterdir()) if target.parent.exists() else [])
