"""Servers on a bare socket, for what no well-behaved HTTP server does: hang up, reset, send half or rubbish."""

from __future__ import annotations

import atexit
import contextlib
import re
import shutil
import socket
import ssl
import struct
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import trustme

_folder = tempfile.mkdtemp(prefix="kling-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
#: A certificate authority of this test run only; nobody else trusts it.
_authority = trustme.CA()
CERTIFICATE = Path(_folder) / "authority.pem"
_authority.cert_pem.write_to_path(str(CERTIFICATE))

Behave = Callable[[socket.socket], None]


class RawServer:
    """`requests` are the raw texts received; `connections` counts what was accepted."""

    def __init__(self, behave: Behave, tls: bool) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._behave = behave
        self._tls = _server_context() if tls else None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._closing = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        self._closing.set()
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = self._listener.accept()
                self.connections += 1
                thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        with contextlib.suppress(OSError):
            try:
                if self._tls:
                    connection = self._tls.wrap_socket(connection, server_side=True)
                if request := read_request(connection):
                    self.requests.append(request)
                    self._behave(connection)
            finally:
                connection.close()


@contextlib.contextmanager
def raw_server(behave: Behave, *, tls: bool = False) -> Iterator[RawServer]:
    """`behave` gets the connection when a whole request has been read; the connection is closed after it."""
    server = RawServer(behave, tls)
    try:
        yield server
    finally:
        server.close()


def read_request(connection: socket.socket) -> bytes:
    """One HTTP request, head and body; what has come so far when the other side stops."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (piece := connection.recv(65536)):
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    while length and len(body) < int(length[1]):
        if not (piece := connection.recv(65536)):
            break
        body += piece
    return head + b"\r\n\r\n" + body


def answer(status: str = "200 OK", body: bytes = b"{}", headers: str = "", length: int | None = None) -> Behave:
    """Sends one answer; `length` may lie."""
    announced = len(body) if length is None else length
    head = f"HTTP/1.1 {status}\r\nContent-Length: {announced}\r\nConnection: close\r\n{headers}\r\n"
    return lambda connection: connection.sendall(head.encode("latin-1") + body)


def say(data: bytes) -> Behave:
    return lambda connection: connection.sendall(data)


def hang_up(connection: socket.socket) -> None:
    """Closes in good order without a word."""


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def wait_until_closed(connection: socket.socket) -> None:
    """Says nothing for as long as the client listens."""
    with contextlib.suppress(OSError):
        connection.recv(1)


def speak_plainly(connection: socket.socket) -> None:
    """Leaves TLS in the middle of a connection and sends plain text, as a broken middlebox does."""
    with socket.socket(fileno=connection.detach()) as plain:
        plain.sendall(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")


def tunnel_to(port: int) -> Behave:
    """A proxy: answers CONNECT and carries bytes both ways, wherever the client wanted to go."""

    def behave(connection: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as upstream:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_carry, args=(upstream, connection), daemon=True)
            back.start()
            _carry(connection, upstream)
            back.join(5)

    return behave


def _carry(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def full_queue() -> Iterator[int]:
    """A port whose queue is full: the system does not answer a further connection (Linux)."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def _server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _authority.issue_cert("kling.invalid", "localhost", "127.0.0.1").configure_cert(context)
    return context
