"""A transfer that breaks goes on from where it broke, and a file is never made of two different ones."""

from __future__ import annotations

import os
import random
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kling_api import download as downloading
from kling_api.download import Broken, LinkExpired, download
from kling_api.errors import MediaError
from kling_api.part_file import PartFile

from .raw_server import Behave, RawServer, raw_server, reset, wait_until_closed

FIRST, SECOND = os.urandom(700_000), os.urandom(700_000)
LONG = os.urandom(4_000_000)
DATE = "Date: Sat, 21 Nov 2026 11:00:00 GMT\r\n"
MODIFIED = "Last-Modified: Sat, 21 Nov 2026 10:00:00 GMT\r\n"
#: So much may be lost where a transfer breaks.
LOST = 64 * 1024


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloading, "TIMEOUT", (2.0, 1.0))


@dataclass
class Host:
    """Serves `content` with ranges, and breaks the transfers off after as many bytes as `cuts` says, in turn.

    `instead`: answers in place of its own, by the number of the request. `sent` counts the bytes of the file.
    """

    content: bytes = FIRST
    cuts: list[int] = field(default_factory=list)
    headers: str = 'ETag: "v1"\r\n'
    looks_at_if_range: bool = True
    has_ranges: bool = True
    breaks: Behave = lambda connection: None
    instead: dict[int, Behave] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    sent: int = 0
    server: RawServer = field(init=False)

    def answer(self, connection: socket.socket) -> None:
        self.asked.append(value(self.server.requests[-1].decode("latin-1"), "Range"))
        self.instead.get(len(self.asked), self._send)(connection)

    def _send(self, connection: socket.socket) -> None:
        first = self._first(self.server.requests[-1].decode("latin-1"))
        part = self.content[first:]
        head = f"Content-Length: {len(part)}\r\n{self.headers}"
        if first:
            head += f"Content-Range: bytes {first}-{len(self.content) - 1}/{len(self.content)}\r\n"
        status = "206 Partial Content" if first else "200 OK"
        if self.cuts:
            part = part[: self.cuts.pop(0)]
        self.sent += len(part)
        connection.sendall(f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + part)
        if len(part) < len(self.content) - first:
            self.breaks(connection)

    def _first(self, request: str) -> int:
        condition = value(request, "If-Range")
        fits = condition in self.headers if self.looks_at_if_range else True
        wanted = re.fullmatch(r"bytes=(\d+)-", self.asked[-1])
        return int(wanted[1]) if wanted and condition and fits and self.has_ranges else 0


def value(request: str, name: str) -> str:
    found = re.search(rf"(?im)^{name}: (.*)\r$", request)
    return found[1] if found else ""


@contextmanager
def running(host: Host) -> Iterator[Host]:
    with raw_server(host.answer) as host.server:
        yield host


@pytest.fixture
def part(tmp_path: Path) -> Iterator[PartFile]:
    with PartFile(tmp_path / "results" / "kn-1.mp4") as part:
        yield part


def fetch(
    host: Host, part: PartFile, path: str = "/a.mp4", check: Callable[[Path], object] = lambda _part: None
) -> None:
    download(host.server.url + path, part, host.server.url, check, lambda _got, _total: None)


def fetch_to_the_end(host: Host, part: PartFile, most: int = 50) -> bytes:
    for _ in range(most):
        try:
            fetch(host, part)
        except Broken:
            continue
        return part.target.read_bytes()
    raise AssertionError(f"it did not come in {most} tries")


def broken_off(host: Host, part: PartFile) -> int:
    """How many bytes of a first try are there."""
    with pytest.raises(Broken):
        fetch(host, part)
    return part.begun.got


BREAKS: list[Behave] = [lambda connection: None, reset, wait_until_closed]


@pytest.mark.parametrize("breaks", BREAKS, ids=["closed", "reset", "silence"])
def test_a_transfer_goes_on_from_where_it_broke(part: PartFile, breaks: Behave) -> None:
    with running(Host(cuts=[400_000], breaks=breaks)) as host:
        got = broken_off(host, part)
        assert got == part.begun.path.stat().st_size
        fetch(host, part)
    assert part.target.read_bytes() == FIRST
    assert host.asked == ["", f"bytes={got}-"]
    assert value(host.server.requests[1].decode(), "If-Range") == '"v1"'
    if breaks is not reset:  # which takes what the client has not read yet
        assert 400_000 - LOST < got <= 400_000


@pytest.mark.parametrize("seed", range(3))
def test_a_line_that_breaks_again_and_again_costs_no_byte_twice(part: PartFile, seed: int) -> None:
    chance = random.Random(seed)
    cuts = [chance.randrange(LOST, 400_000) for _ in range(chance.randrange(5, 20))]
    with running(Host(LONG, list(cuts))) as host:
        assert fetch_to_the_end(host, part) == LONG
    assert len(LONG) <= host.sent <= len(LONG) + len(cuts) * LOST


def test_a_server_without_ranges_sends_the_whole_once_more(part: PartFile) -> None:
    with running(Host(cuts=[400_000, 500_000], has_ranges=False)) as host:
        assert fetch_to_the_end(host, part) == FIRST
    assert len(host.asked) == 3
    assert all(host.asked[1:])


@pytest.mark.parametrize("content", [SECOND, SECOND[:-1], SECOND + b"x", SECOND[:300_000]], ids=len)
@pytest.mark.parametrize("looks_at_if_range", [True, False])
def test_a_file_that_has_changed_begins_anew(part: PartFile, content: bytes, looks_at_if_range: bool) -> None:
    with running(Host(cuts=[400_000], looks_at_if_range=looks_at_if_range)) as host:
        broken_off(host, part)
        host.content, host.headers = content, 'ETag: "v2"\r\n'
        fetch(host, part)
    assert part.target.read_bytes() == content


def test_a_file_that_has_changed_in_length_alone_begins_anew(part: PartFile) -> None:
    with running(Host(cuts=[400_000])) as host:
        broken_off(host, part)
        host.content = SECOND + b"x"
        fetch(host, part)
    assert part.target.read_bytes() == host.content


def partial(headers: str, body: bytes) -> Behave:
    head = f"HTTP/1.1 206 Partial Content\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return lambda connection: connection.sendall(head.encode() + body)


ANOTHER_PART = [
    "",
    "Content-Range: bytes 0-699999/700000\r\n",
    "Content-Range: bytes 5-699999/700000\r\n",
    "Content-Range: bytes */700000\r\n",
    "Content-Type: multipart/byteranges; boundary=x\r\n",
]


@pytest.mark.parametrize("headers", ANOTHER_PART)
def test_a_part_that_was_not_asked_for_is_not_added(part: PartFile, headers: str) -> None:
    with running(Host(cuts=[400_000], instead={2: partial(f'ETag: "v1"\r\n{headers}', SECOND)})) as host:
        broken_off(host, part)
        fetch(host, part)
    assert part.target.read_bytes() == FIRST
    assert host.asked[2:] == [""]


@pytest.mark.parametrize("body", [SECOND, b"x" * 10])
def test_a_part_of_another_length_than_it_says_is_not_kept(part: PartFile, body: bytes) -> None:
    """In pieces (chunked), so that no length is announced but that of the range."""

    def answer(connection: socket.socket) -> None:
        got = part.begun.got
        head = f'ETag: "v1"\r\nContent-Range: bytes {got}-699999/700000\r\nTransfer-Encoding: chunked\r\n'
        connection.sendall(f"HTTP/1.1 206 Partial Content\r\n{head}\r\n{len(body):x}\r\n".encode() + body)
        connection.sendall(b"\r\n0\r\n\r\n")

    def check(path: Path) -> None:
        if path.read_bytes() != FIRST:
            raise MediaError("It is not what was sent.")

    with running(Host(cuts=[400_000], instead={2: answer})) as host:
        broken_off(host, part)
        broken_off(host, part)
        fetch(host, part, check=check)
    assert part.target.read_bytes() == FIRST


def test_a_part_without_end_is_left_where_the_file_should_end(part: PartFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def send_much(connection: socket.socket) -> None:
        head = f'ETag: "v1"\r\nContent-Range: bytes {part.begun.got}-699999/700000\r\nTransfer-Encoding: chunked\r\n'
        connection.sendall(f"HTTP/1.1 206 Partial Content\r\n{head}\r\n3d0900\r\n".encode() + LONG)

    monkeypatch.setattr(downloading, "LARGEST_FILE", 2_000_000)
    with running(Host(cuts=[400_000], instead={2: send_much})) as host:
        broken_off(host, part)
        assert 700_000 < broken_off(host, part) <= 700_000 + LOST
        fetch(host, part)
    assert part.target.read_bytes() == FIRST


@pytest.mark.parametrize("status", ["416 Range Not Satisfiable", "400 Bad Request", "412 Precondition Failed"])
def test_a_part_that_the_server_does_not_know_is_the_whole_in_the_same_try(part: PartFile, status: str) -> None:
    with running(Host(cuts=[400_000], instead={2: say(status)})) as host:
        broken_off(host, part)
        fetch(host, part)
    assert part.target.read_bytes() == FIRST
    assert host.asked[2:] == [""]


def say(status: str) -> Behave:
    return lambda connection: connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())


def test_a_server_with_a_moments_trouble_does_not_cost_what_is_there(part: PartFile) -> None:
    with running(Host(cuts=[400_000], instead={2: say("503 Unavailable"), 3: say("502 Bad Gateway")})) as host:
        assert fetch_to_the_end(host, part, 4) == FIRST
    assert host.asked[1] == host.asked[3] != ""


def test_a_server_that_fails_at_every_range_gives_the_whole_in_the_last_of_four_tries(part: PartFile) -> None:
    trouble = say("500 Internal Server Error")
    with running(Host(cuts=[400_000], instead={2: trouble, 3: trouble, 4: trouble})) as host:
        assert fetch_to_the_end(host, part, 4) == FIRST
    assert host.asked[4:] == [""]


@pytest.mark.parametrize("path", ["/a.mp4?sign=FAKE1", "/a.mp4?sign=FAKE2"])
def test_a_fresh_link_goes_on_with_the_same_file(part: PartFile, path: str) -> None:
    with running(Host(cuts=[400_000], instead={2: say("403 Forbidden")})) as host:
        with pytest.raises(Broken):
            fetch(host, part, "/a.mp4?sign=FAKE1")
        with pytest.raises(LinkExpired):
            fetch(host, part, "/a.mp4?sign=FAKE1")
        fetch(host, part, path)
    assert part.target.read_bytes() == FIRST
    assert host.asked[2] == host.asked[1] != ""


@pytest.mark.parametrize(
    ("headers", "path", "asks"),
    [
        (DATE + MODIFIED, "/a.mp4", True),
        ('ETag: W/"v1"\r\n' + DATE + MODIFIED, "/a.mp4", True),
        (DATE + MODIFIED, "/a.mp4?sign=FAKE", False),
        (DATE + MODIFIED.replace("10:00", "11:00"), "/a.mp4", False),
        ('ETag: W/"v1"\r\n', "/a.mp4", False),
        ("", "/a.mp4", False),
    ],
)
def test_without_a_strong_etag_a_date_may_do(part: PartFile, headers: str, path: str, asks: bool) -> None:
    with running(Host(cuts=[400_000], headers=headers)) as host:
        broken_off(host, part)
        fetch(host, part, path)
    assert part.target.read_bytes() == FIRST
    assert bool(host.asked[1]) is asks


def test_what_came_without_a_proof_is_not_added_to_by_a_server_that_sends_parts_unasked(part: PartFile) -> None:
    rest = partial("Content-Range: bytes 400000-699999/700000\r\n", SECOND[400_000:])
    with running(Host(cuts=[400_000], headers="", instead={2: rest})) as host:
        broken_off(host, part)
        with pytest.raises(Broken, match="HTTP 206"):
            fetch(host, part)
        fetch(host, part)
    assert part.target.read_bytes() == FIRST


def test_a_file_of_pieces_that_does_not_open_is_fetched_whole_once_more(part: PartFile) -> None:
    """The server says that it is the same file, and it is not."""

    def check(path: Path) -> None:
        if path.read_bytes() not in (FIRST, SECOND):
            raise MediaError("It is made of two.")

    with running(Host(cuts=[400_000])) as host:
        broken_off(host, part)
        host.content = SECOND
        fetch(host, part, check=check)
        assert part.target.read_bytes() == SECOND
    assert [bool(asked) for asked in host.asked] == [False, True, False]


def test_pieces_that_did_not_fit_are_not_tried_again(part: PartFile) -> None:
    def refuse(_path: Path) -> None:
        raise MediaError("It has no frames.")

    with running(Host(cuts=[400_000, 700_000, 400_000])) as host:
        broken_off(host, part)
        with pytest.raises(Broken):  # put together, refused, and the whole one breaks, too
            fetch(host, part, check=refuse)
        with pytest.raises(Broken, match="does not open"):
            fetch(host, part, check=refuse)
    assert [bool(asked) for asked in host.asked] == [False, True, False, False]
    assert not part.target.exists()


@pytest.mark.parametrize("meddle", [lambda path: path.unlink(), lambda path: os.truncate(path, 1000)])
def test_a_part_that_somebody_has_changed_is_not_added_to(part: PartFile, meddle: Callable[[Path], object]) -> None:
    with running(Host(cuts=[400_000])) as host:
        broken_off(host, part)
        meddle(part.begun.path)
        fetch(host, part)
    assert part.target.read_bytes() == FIRST
    assert host.asked == ["", ""]


def test_what_a_transfer_may_still_be_writing_to_is_not_added_to(
    part: PartFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk takes long over a piece; meanwhile the server is given up."""
    monkeypatch.setattr(downloading, "SLOWEST", (10**9, 0.4))
    real_open, writing = Path.open, threading.Event()

    def open_slowly(path: Path, *values: object, **more: object) -> object:
        if path == first and not writing.is_set():
            writing.set()
            time.sleep(1.5)
        return real_open(path, *values, **more)  # pyright: ignore[reportArgumentType, reportCallIssue]

    first = part.begun.path
    with running(Host()) as host:
        with monkeypatch.context() as patched:
            patched.setattr(Path, "open", open_slowly)
            with pytest.raises(Broken, match="almost nothing"):
                fetch(host, part)
        assert part.begun.path != first
        monkeypatch.setattr(downloading, "SLOWEST", (1, 60.0))
        fetch(host, part)
        assert part.target.read_bytes() == FIRST
        for thread in threading.enumerate():
            if thread.name == "kling download":
                thread.join(5)
        part.__exit__()
    assert list(part.target.parent.iterdir()) == [part.target]


def test_what_came_before_does_not_hide_that_nothing_comes_now(part: PartFile, monkeypatch: pytest.MonkeyPatch) -> None:
    def drip(connection: socket.socket) -> None:
        got = part.begun.got
        head = f'ETag: "v1"\r\nContent-Range: bytes {got}-699999/700000\r\nContent-Length: {700_000 - got}\r\n'
        connection.sendall(f"HTTP/1.1 206 Partial Content\r\n{head}\r\n".encode())
        for _ in range(60):
            connection.sendall(b"x")
            time.sleep(0.05)

    monkeypatch.setattr(downloading, "SLOWEST", (1000, 0.5))
    with running(Host(cuts=[400_000], instead={2: drip})) as host:
        broken_off(host, part)
        with pytest.raises(Broken, match="almost nothing"):
            fetch(host, part)


def test_a_redirect_is_asked_for_the_rest_as_well(part: PartFile) -> None:
    def move(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /there.mp4\r\nContent-Length: 0\r\n\r\n")

    with running(Host(cuts=[400_000], instead={1: move, 3: move})) as host:
        broken_off(host, part)
        fetch(host, part)
    assert part.target.read_bytes() == FIRST
    assert host.asked[3].startswith("bytes=")


def test_nothing_is_asked_for_in_a_compressed_form(part: PartFile) -> None:
    with running(Host()) as host:
        fetch(host, part)
    assert value(host.server.requests[0].decode(), "Accept-Encoding") == "identity"


def test_the_parts_of_a_file_that_never_came_are_removed_at_the_end(tmp_path: Path) -> None:
    with running(Host(cuts=[400_000])) as host, PartFile(tmp_path / "kn-1.mp4") as part:
        broken_off(host, part)
        assert list(tmp_path.iterdir()) == [part.begun.path]
    assert list(tmp_path.iterdir()) == []


def test_a_try_that_brings_much_is_told_from_those_that_bring_nothing_new(part: PartFile) -> None:
    with running(Host(LONG, [2_000_000, 0, 1_500_000, 10_000], has_ranges=True)) as host:
        moved = []
        for _ in range(4):
            broken_off(host, part)
            moved.append(part.has_moved_on())
        fetch(host, part)
    assert moved == [True, False, True, False]


def test_the_same_bytes_again_are_no_progress(part: PartFile) -> None:
    with running(Host(LONG, [2_000_000] * 3, has_ranges=False)) as host:
        moved = [bool(broken_off(host, part)) and part.has_moved_on() for _ in range(3)]
    assert moved == [True, False, False]
