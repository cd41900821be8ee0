"""Fetches a finished file: kept whole or not at all. From where it may come is decided in `addresses`.

The URL is never the result, and no name is taken from it. What a broken transfer leaves is in `part_file`.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from contextlib import suppress
from pathlib import Path
from urllib.parse import urljoin

import requests

from .addresses import UnknownHost, check_peer, check_url, is_own, mount
from .errors import DownloadFailed, MediaError
from .part_file import PartFile, remove_left_behind
from .redaction import quiet_urls
from .transport import make_session

#: Seconds to connect, and seconds without a byte.
TIMEOUT = (10.0, 60.0)
#: A transfer that brings less than this many bytes in so many seconds would take days.
SLOWEST = (64 * 1024, 60.0)
#: 15 s of 4k at 60 Mbit/s are 0.11 GB; nothing that Kling makes comes near this.
LARGEST_FILE = 4 * 1024**3
#: Seconds between two looks at a transfer: so long may a stop go unnoticed.
_TICK = 0.2
#: Bytes read at once, and so many are lost at most where a transfer breaks. 16 kB take 1.5 times the processor's time;
#: larger ones than this save nothing (measured with 200 MB on loopback, 2026-11).
_CHUNK = 64 * 1024
_MOST_REDIRECTS = 5
_GONE = frozenset({401, 403, 404, 410})

#: Told several times a second and at the end: bytes so far and bytes in all (None when the server does not say).
#: May raise to stop.
OnPiece = Callable[[int, int | None], None]


class LinkExpired(Exception):
    """The server does not give the file under this URL any more; the task may name a fresh one."""


class Broken(Exception):
    """The transfer failed in a way that may pass: try again."""


def download(url: str, part: PartFile, own_url: str, check: Callable[[Path], object], on_piece: OnPiece) -> None:
    """One try to fetch `url` to `part.target`, from where the last one broke; `check` must not raise for the file.

    `own_url` is the profile's API host: the only one that may have a private address. Raises LinkExpired, Broken, or
    DownloadFailed where trying again is of no use.
    """
    folder = part.target.parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        remove_left_behind(folder)
        _fetch_and_check(url, part, own_url, check, on_piece)
        part.keep()
    except MediaError as error:
        part.begun.forget()
        raise Broken(f"the file does not open: {error.what}") from None
    except OSError as error:
        raise DownloadFailed(
            f"The result cannot be written to {folder}: {error.strerror or error}.",
            "Make room or fix the folder.",
        ) from None


def _fetch_and_check(
    url: str, part: PartFile, own_url: str, check: Callable[[Path], object], on_piece: OnPiece
) -> None:
    _Transfer(url, part, own_url).wait(on_piece)
    try:
        check(part.begun.path)
    except MediaError:
        if not part.begun.pieced:
            raise
    else:
        return
    part.begun.must_be_whole()  # the pieces do not fit, whatever the server says of them
    _Transfer(url, part, own_url).wait(on_piece)
    check(part.begun.path)


class _Transfer:
    """One URL to one file, in a thread of its own: a read that a server drags out can be ended from outside only."""

    def __init__(self, url: str, part: PartFile, own_url: str) -> None:
        self._url = url
        self._part = part
        self._begun = part.begun
        self._own_url = own_url
        self._received = 0
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
            if thread.is_alive() and not self._future.done():
                self._part.begin_anew()
        self._future.result()
        on_piece(self._begun.got, self._begun.total)

    def _watch(self, on_piece: OnPiece) -> None:
        least, window = SLOWEST
        before, since = 0, time.monotonic()
        while not wait_for([self._future], _TICK).done:
            on_piece(self._begun.got, self._begun.total)
            if time.monotonic() - since < window or self._arrived:
                continue
            if (brought := self._received - before) < least:
                raise Broken(f"the server sends almost nothing ({brought} bytes in {window:.0f} s)")
            before, since = self._received, time.monotonic()

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
                asked = self._begun.ask_for(self._url)
                with (
                    quiet_urls(),
                    self._session(url) as session,
                    _get(session, url, asked) as response,
                ):
                    if response.is_redirect:
                        url = urljoin(url, response.headers["Location"])
                    elif asked and not self._begun.accept(response.status_code, response.headers, url):
                        self._begun.forget()
                    else:
                        return self._save(response, url)
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

    def _save(self, response: requests.Response, sender: str) -> None:
        status, begun = response.status_code, self._begun
        if status in _GONE:
            raise LinkExpired(f"HTTP {status}")
        if status == 206 and begun.got:
            begun.go_on()
        elif status == 200:
            begun.begin(self._url, response.headers, sender)
        else:
            raise Broken(f"HTTP {status}")
        self._write(response)
        if begun.total not in (None, begun.got):
            raise Broken(f"{begun.got} of {begun.total} bytes arrived")
        if not begun.is_as_written():
            raise Broken("the file was changed by somebody else")

    def _write(self, response: requests.Response) -> None:
        begun = self._begun
        with begun.path.open("ab" if begun.got else "wb") as file:
            for piece in response.iter_content(_CHUNK):
                if max(begun.got + len(piece), begun.total or 0) > LARGEST_FILE:
                    raise DownloadFailed(f"The result is larger than {LARGEST_FILE / 1024**3:.0f} GB.")
                file.write(piece)
                begun.got += len(piece)
                self._received += len(piece)
                if begun.got > (begun.total or LARGEST_FILE):
                    break
            self._arrived = True
            file.flush()
            os.fsync(file.fileno())


def _get(session: requests.Session, url: str, asked: dict[str, str]) -> requests.Response:
    headers = {"Accept-Encoding": "identity", **asked}  # there is no part of what is compressed on the way
    try:
        return session.get(url, headers=headers, stream=True, timeout=TIMEOUT, allow_redirects=False, auth=_no_auth)
    except requests.RequestException:
        raise
    except OSError as error:  # requests itself, before it connects: a CA bundle that is not there
        raise DownloadFailed(f"No connection could be prepared: {error}.", "Set what it names right.") from None


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps requests from adding a .netrc entry; the API key never goes to a file host."""
    return request


def _in_words(error: requests.RequestException) -> str:
    if isinstance(error, requests.ConnectTimeout):
        return f"no connection came about in {TIMEOUT[0]:.0f} s"
    if isinstance(error, requests.Timeout):
        return f"the server sent nothing for {TIMEOUT[1]:.0f} s"
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return "the connection broke off"
    if isinstance(error, requests.exceptions.SSLError):
        return "no secure connection could be made"
    return "the connection failed" if isinstance(error, requests.ConnectionError) else type(error).__name__
