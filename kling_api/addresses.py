"""From where a result may be fetched: http(s), and no address inside a private network but the API host's own.

Looked at twice: in the URL, and on the connection itself, as a name may stand for another address by then.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy

from .errors import DownloadFailed
from .redaction import redact

_MADE_UP = ipaddress.ip_network("198.18.0.0/15")
#: Networks in which the last 32 bits are an IPv4 address: NAT64 (RFC 6052) and "compatible" ones (RFC 4291).
_IPV4_AT_THE_END = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96"))
#: What Python counts as global, at least before 3.12.4: NAT64 within one network (RFC 8215), site-local (RFC 3879).
_PRIVATE = (ipaddress.ip_network("64:ff9b:1::/48"), ipaddress.ip_network("fec0::/10"))

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
#: Given each new connection before anything is sent on it. May raise to refuse it.
OnConnect = Callable[[socket.socket], None]


class UnknownHost(Exception):
    """The name cannot be looked up now."""


def check_url(url: str, own_url: str) -> None:
    """Raises DownloadFailed for anything but http(s) to a public address or to the profile's own API host (`own_url`),
    UnknownHost when the name has no address.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:  # a bracket too few, or a port that is no number
        parts, host, port = urlsplit(""), None, None
    if parts.scheme not in ("http", "https") or not host:
        raise DownloadFailed(f"The provider named a result that is not an http(s) URL: {redact(url)[:80]}.")
    if is_own(url, own_url):
        return
    try:
        found = socket.getaddrinfo(host, port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # the latter for a label of more than 63 letters
        if select_proxy(url, get_environ_proxies(url)):
            return  # the proxy knows the name; a machine behind it often knows none
        raise UnknownHost(f"the host {host} cannot be found") from None
    for *_, address in found:
        _must_be_public(str(address[0]), host)


def check_peer(connection: socket.socket) -> None:
    """Raises DownloadFailed when the other end is inside a private network, whatever its name stood for before."""
    address = str(connection.getpeername()[0])
    _must_be_public(address, address)


def is_own(url: str, own_url: str) -> bool:
    """Whether both name the same host and port."""
    parts, own = urlsplit(url), urlsplit(own_url)
    return (parts.hostname, parts.port) == (own.hostname, own.port)


def is_public(address: _Address) -> bool:
    """Whether the address, and each IPv4 address inside it, may belong to a provider.

    198.18.0.0/15 counts: proxies with made-up DNS answers (common in China) give every host an address there, and
    nothing else lives in it (RFC 2544).
    """
    if isinstance(address, ipaddress.IPv6Address) and (inside := list(_ipv4_inside(address))):
        return all(map(is_public, inside))
    if address in _MADE_UP:
        return True
    return address.is_global and not address.is_multicast and not any(address in network for network in _PRIVATE)


class WatchedAdapter(HTTPAdapter):
    """Shows every new connection to `direct`, or to `proxied` when it leads to a proxy, which looks names up itself."""

    def __init__(self, direct: OnConnect, proxied: OnConnect) -> None:
        self._direct = direct
        self._proxied = proxied
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _watch(self.poolmanager, self._direct)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        known = proxy in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not known:
            _watch(manager, self._proxied)
        return manager


def mount(session: requests.Session, direct: OnConnect, proxied: OnConnect) -> None:
    """Makes the session show its connections; it repeats nothing by itself."""
    for scheme in ("https://", "http://"):
        session.mount(scheme, WatchedAdapter(direct, proxied))


def _must_be_public(address: str, host: str) -> None:
    if not is_public(ipaddress.ip_address(address.partition("%")[0])):
        raise DownloadFailed(
            f"The provider named a result on {host}, which is an address inside a private network.",
            "It was not fetched. If this is your own gateway, its results must come from the profile's base URL.",
        )


def _ipv4_inside(address: ipaddress.IPv6Address) -> Iterator[ipaddress.IPv4Address]:
    """Where a packet to this address may come out: mapped, 6to4, Teredo (server and client), NAT64."""
    if address.ipv4_mapped:
        yield address.ipv4_mapped
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo
    if any(address in network for network in _IPV4_AT_THE_END):
        yield ipaddress.IPv4Address(address.packed[-4:])


def _watch(manager: Any, look: OnConnect) -> None:
    """On top of the manager's own classes: those for a SOCKS proxy connect in a way of their own."""
    classes = manager.pool_classes_by_scheme
    manager.pool_classes_by_scheme = {scheme: _watched(pool, look) for scheme, pool in classes.items()}


def _watched(pool: Any, look: OnConnect) -> type:
    """The pool class with connections that are looked at before TLS or the request begins (urllib3 1.26 to 2.8)."""
    base = pool.ConnectionCls

    def connect(self: Any) -> socket.socket:
        connection = base._new_conn(self)
        try:
            look(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    return type(pool.__name__, (pool,), {"ConnectionCls": type(base.__name__, (base,), {"_new_conn": connect})})
