"""Fetches a finished file: kept whole or not at all. Only from addresses that a provider may have.

The URL is never the result, and no name is taken from it.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from .errors import DownloadFailed, MediaError
from .redaction import quiet_urls, redact
from .transport import make_session

if TYPE_CHECKING:
    import requests

#: Seconds to connect, and seconds without a byte.
TIMEOUT = (10.0, 60.0)
#: 15 s of 4k at 60 Mbit/s are 0.11 GB; nothing that Kling makes comes near this.
LARGEST_FILE = 4 * 1024**3
_CHUNK = 256 * 1024
_MOST_REDIRECTS = 5
_MADE_UP = ipaddress.ip_network("198.18.0.0/15")
_GONE = frozenset({401, 403, 404, 410})

#: Told after each piece: bytes so far and bytes in all (None when the server does not say). May raise to stop.
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
        _fetch(url, part, own_url, on_piece)
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


def check_address(url: str, own_url: str) -> None:
    """Raises DownloadFailed for anything but http(s) to a public address or to the profile's own API host."""
    try:
        parts, own = urlsplit(url), urlsplit(own_url)
        port = parts.port
    except ValueError:  # a bracket too few, or a port that is no number
        parts = own = urlsplit("")
        port = None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise DownloadFailed(f"The provider named a result that is not an http(s) URL: {redact(url)[:80]}.")
    if (parts.hostname, port) == (own.hostname, own.port):
        return
    try:
        found = socket.getaddrinfo(parts.hostname, port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # the latter for a label of more than 63 letters
        if _has_proxy(url):
            return  # the proxy knows the name; a machine behind it often knows none
        raise Broken(f"the host {parts.hostname} cannot be found") from None
    for *_, address in found:
        if not _is_public(ipaddress.ip_address(str(address[0]).partition("%")[0])):
            raise DownloadFailed(
                f"The provider named a result on {parts.hostname}, which is an address inside a private network.",
                "It was not fetched. If this is your own gateway, its results must come from the profile's base URL.",
            )


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """198.18.0.0/15 counts: proxies with made-up DNS answers (common in China) give every host an address there, and

    nothing else lives in it (RFC 2544).
    """
    if isinstance(address, ipaddress.IPv4Address) and address in _MADE_UP:
        return True
    return address.is_global and not address.is_multicast


def _has_proxy(url: str) -> bool:
    from requests.utils import get_environ_proxies, select_proxy

    return bool(select_proxy(url, get_environ_proxies(url)))


def _fetch(url: str, part: Path, own_url: str, on_piece: OnPiece) -> None:
    import requests

    try:
        for _ in range(_MOST_REDIRECTS + 1):
            check_address(url, own_url)
            with (
                quiet_urls(),
                make_session(url) as session,
                session.get(url, stream=True, timeout=TIMEOUT, allow_redirects=False, auth=_no_auth) as response,
            ):
                if response.is_redirect:
                    url = urljoin(url, response.headers["Location"])
                    continue
                return _save(response, part, on_piece)
    except requests.RequestException as error:
        raise Broken(_in_words(error)) from None  # its own text holds the signed URL
    except ValueError:
        raise Broken("a redirect leads to no address") from None
    raise Broken("too many redirects")


def _in_words(error: requests.RequestException) -> str:
    import requests

    if isinstance(error, requests.Timeout):
        return f"the server sent nothing for {TIMEOUT[1]:.0f} s"
    if isinstance(error, requests.exceptions.ChunkedEncodingError | requests.exceptions.ContentDecodingError):
        return "the connection broke off"
    if isinstance(error, requests.exceptions.SSLError):
        return "no secure connection could be made"
    return "the connection failed" if isinstance(error, requests.ConnectionError) else type(error).__name__


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps requests from adding a .netrc entry; the API key never goes to a file host."""
    return request


def _save(response: requests.Response, part: Path, on_piece: OnPiece) -> None:
    if response.status_code in _GONE:
        raise LinkExpired(f"HTTP {response.status_code}")
    if response.status_code != 200:
        raise Broken(f"HTTP {response.status_code}")
    encoded = "Content-Encoding" in response.headers
    length = response.headers.get("Content-Length", "")
    total = int(length) if length.isascii() and length.isdigit() and not encoded else None
    got = 0
    with part.open("wb") as file:
        for piece in response.iter_content(_CHUNK):
            got += len(piece)
            if max(got, total or 0) > LARGEST_FILE:
                raise DownloadFailed(f"The result is larger than {LARGEST_FILE / 1024**3:.0f} GB.")
            file.write(piece)
            on_piece(got, total)
        file.flush()
        os.fsync(file.fileno())
    if total is not None and got != total:
        raise Broken(f"{got} of {total} bytes arrived")
    if part.stat().st_size != got:
        raise Broken("the file was changed by somebody else")


def _sync_folder(folder: Path) -> None:
    """The new name must outlive a power cut, too. Windows cannot sync a folder and does not need it."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
