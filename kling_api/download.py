"""Fetches a finished file: kept whole or not at all. From where it may come is decided in `addresses`.

The URL is never the result, and no name is taken from it.
"""

from __future__ import annotations

import os
import re
import socket
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from contextlib import suppress
from pathlib import Path
from urllib.parse import urljoin

import requests

from .addresses import UnknownHost, check_peer, check_url, is_own, mount
from .errors import DownloadFailed, MediaError
from .redaction import quiet_urls
from .transport import make_session

#: Seconds to connect, and seconds without a byte.
TIMEOUT = (10.0, 60.0)
#: A transfer that brings less than this many bytes in so many seconds would take days.
SLOWEST = (64 * 1024, 60.0)
#: 15 s of 4k at 60 Mbit/s are 0.11 GB; nothing that Kling makes comes near this.
LARGEST_FILE = 4 * 1024**3
#: Seconds after which a file that nobody has written to was left behind by a process that was killed. A transfer writes
#: at least every minute, or it is ended; but a computer may sleep in the middle of one.
LEFT_BEHIND = 86400.0
#: Seconds between two looks at a transfer: so long may a stop go unnoticed.
_TICK = 0.2
_CHUNK = 16 * 1024
_MOST_REDIRECTS = 5
_GONE = frozenset({401, 403, 404, 410})
_PART = re.compile(r"\.[0-9a-f]{8}\.part$")

#: Told several times a second and at the end: bytes so far and bytes in all (None when the server does not say).
#: May raise to stop.
OnPiece = Callable[[int, int | None], None]


class LinkExpired(Exception):
    """The server does not give the file under this URL any more; the task may name a fresh one."""


class Broken(Exception):
    """The transfer failed in a way that may pass: try again."""


def download(url: str, target: Path, own_url: str, check: Callable[[Path], object], on_piece: OnPiece) -> None:
    """Fetches `url` to `target` through a file of its own; `check` must not raise for the finished file.

    `own_url` is the profile's API host: the only one that may have a private address. Raises LinkExpired, Broken, or
    DownloadFailed where trying again is of no use.
    """
    # A name of its own: a run that was taken for dead may still be writing to the one that it began.
    part = target.with_name(f"{target.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _remove_what_was_left_behind(target.parent)
        _Transfer(url, part, own_url).wait(on_piece)
        check(part)
        part.replace(target)
        _sync_folder(target.parent)
    except MediaError as error:
        raise Broken(f"the file does not open: {error.what}") from None
    except OSError as error:
        raise DownloadFailed(
            f"The result cannot be written to {target.parent}: {error.strerror or error}.",
            "Make room or fix the folder.",
        ) from None
    finally:
        with suppress(OSError):  # half a file on a full disk would keep it full
            part.unlink(missing_ok=True)


class _Transfer:
    """One URL to one file, in a thread of its own: a read that a server drags out can be ended from outside only."""

    def __init__(self, url: str, part: Path, own_url: str) -> None:
        self._url = url
        self._part = part
        self._own_url = own_url
        self._got = 0
        self._total: int | None = None
        self._arrived = False
        self._given_up = False
        self._connection: socket.socket | None = None
        self._future: Future[None] = Future()

    def wait(self, on_piece: OnPiece) -> None:
        """Returns when the whole file is on disk; raises what ended the transfer, or what `on_piece` raises."""
        thread = threading.Thread(target=self._run, name="kling download", daemon=True)
        thread.start()
        try:
            self._watch(on_piece)
        finally:
            self._end()
            thread.join(2 * _TICK)  # it may be looking a name up; nobody waits for that
        self._future.result()
        on_piece(self._got, self._total)

    def _watch(self, on_piece: OnPiece) -> None:
        least, window = SLOWEST
        before, since = 0, time.monotonic()
        while not wait_for([self._future], _TICK).done:
            on_piece(self._got, self._total)
            if time.monotonic() - since < window or self._arrived:
                continue
            if self._got - before < least:
                raise Broken(f"the server sends almost nothing ({self._got - before} bytes in {window:.0f} s)")
            before, since = self._got, time.monotonic()

    def _end(self) -> None:
        """Wakes the thread if it still waits for the server."""
        self._given_up = True
        if self._connection:
            with suppress(OSError):  # closed already
                self._connection.shutdown(socket.SHUT_RDWR)
            self._connection.close()

    def _run(self) -> None:
        try:
            self._follow(self._url)
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            self._future.set_exception(error)
        else:
            self._future.set_result(None)

    def _follow(self, url: str) -> None:
        try:
            for _ in range(_MOST_REDIRECTS + 1):
                check_url(url, self._own_url)
                with (
                    quiet_urls(),
                    self._session(url) as session,
                    _get(session, url) as response,
                ):
                    if response.is_redirect:
                        url = urljoin(url, response.headers["Location"])
                        continue
                    return self._save(response)
        except requests.RequestException as error:
            raise Broken(_in_words(error)) from None  # its own text holds the signed URL
        except UnknownHost as error:
            raise Broken(str(error)) from None
        except ValueError:
            raise Broken("a redirect leads to no address") from None
        raise Broken("too many redirects")

    def _session(self, url: str) -> requests.Session:
        session = make_session(url)
        mount(session, direct=self._hold if is_own(url, self._own_url) else self._check_and_hold, proxied=self._hold)
        return session

    def _check_and_hold(self, connection: socket.socket) -> None:
        check_peer(connection)
        self._hold(connection)

    def _hold(self, connection: socket.socket) -> None:
        """Keeps a second handle: TLS takes the first one over."""
        if self._connection:
            self._connection.close()
        self._connection = connection.dup()
        if self._given_up:
            self._connection.close()
            raise Broken("nobody waits for it any more")

    def _save(self, response: requests.Response) -> None:
        if response.status_code in _GONE:
            raise LinkExpired(f"HTTP {response.status_code}")
        if response.status_code != 200:
            raise Broken(f"HTTP {response.status_code}")
        self._total = _announced(response)
        with self._part.open("wb") as file:
            for piece in response.iter_content(_CHUNK):
                self._got += len(piece)
                if max(self._got, self._total or 0) > LARGEST_FILE:
                    raise DownloadFailed(f"The result is larger than {LARGEST_FILE / 1024**3:.0f} GB.")
                file.write(piece)
            self._arrived = True
            file.flush()
            os.fsync(file.fileno())
        if self._total not in (None, self._got):
            raise Broken(f"{self._got} of {self._total} bytes arrived")
        if not self._part.exists() or self._part.stat().st_size != self._got:
            raise Broken("the file was changed by somebody else")


def _get(session: requests.Session, url: str) -> requests.Response:
    try:
        return session.get(url, stream=True, timeout=TIMEOUT, allow_redirects=False, auth=_no_auth)
    except requests.RequestException:
        raise
    except OSError as error:  # requests itself, before it connects: a CA bundle that is not there
        raise DownloadFailed(f"No connection could be prepared: {error}.", "Set what it names right.") from None


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps requests from adding a .netrc entry; the API key never goes to a file host."""
    return request


def _announced(response: requests.Response) -> int | None:
    """The length of the file; None when nobody says, or it is that of a compressed transfer."""
    length = response.headers.get("Content-Length", "")
    known = length.isascii() and length.isdigit() and "Content-Encoding" not in response.headers
    return int(length) if known else None


def _in_words(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return f"the server sent nothing for {TIMEOUT[1]:.0f} s"
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return "the connection broke off"
    if isinstance(error, requests.exceptions.SSLError):
        return "no secure connection could be made"
    return "the connection failed" if isinstance(error, requests.ConnectionError) else type(error).__name__


def _remove_what_was_left_behind(folder: Path) -> None:
    """Parts of files whose process was killed; nobody else would ever take them away."""
    for file in folder.iterdir():
        with suppress(OSError):  # another process does the same, or a scanner looks at it: the next time will do
            if _PART.search(file.name) and time.time() - file.stat().st_mtime > LEFT_BEHIND:
                file.unlink()


def _sync_folder(folder: Path) -> None:
    """The new name must outlive a power cut, too. Windows cannot sync a folder and does not need it."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
