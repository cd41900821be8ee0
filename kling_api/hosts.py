"""What a base URL says of its host. Pure: no name is looked up."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def host_of(url: str) -> str:
    """The host in lower case without a port, "" for what is no URL."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # a bracket too few
        return ""


def is_loopback(url: str) -> bool:
    """Whether the URL leads to this machine itself."""
    host = host_of(url)
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_one_of(host: str, names: tuple[str, ...]) -> bool:
    """Whether `host` is one of `names`; a name that begins with a dot stands for all hosts below it."""
    return any(host == name or (name.startswith(".") and host.endswith(name)) for name in names)
