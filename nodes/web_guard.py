"""Which requests the pack's routes answer: those of ComfyUI's own pages, not those of other sites in the same browser.

ComfyUI has a protection of its own, but none with --enable-cors-header, and none where a foreign name leads to this
machine (DNS rebinding): page and host are the same site then. Pure.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

_USUAL_PORTS = {"http": 80, "https": 443}
#: Endings of names that nobody on the internet can own (RFC 2606, 6761, 6762, 8375; ICANN keeps .internal private).
_PRIVATE = (".localhost", ".local", ".lan", ".home", ".home.arpa", ".internal", ".intranet", ".test", ".localdomain")
READING = ("GET", "HEAD")


@dataclass(frozen=True)
class Turned:
    """Why a request is turned away: an HTTP status, what is wrong, what to do."""

    status: int
    what: str
    advice: str


def why_turned_away(
    method: str, headers: Mapping[str, str], content_type: str, local: tuple[str, int] | None
) -> Turned | None:
    """None for a request that may be answered. `local`: address and port of this machine at which it arrived."""
    if _is_foreign(headers):
        return Turned(403, "The request comes from another site.", "Open ComfyUI's own page.")
    if _is_rebound(headers.get("Host", ""), local):
        return Turned(
            403, "The request names a host that is not this machine.", "Open ComfyUI at http://127.0.0.1 and its port."
        )
    # A form of another site can send text, but never this type without asking first.
    if method not in READING and content_type != "application/json":
        return Turned(415, "The request must have the type application/json.", "Send a JSON object.")
    return None


def _is_foreign(headers: Mapping[str, str]) -> bool:
    """By Sec-Fetch-Site, which no page can set (browsers tell it to https and to this machine); else by Origin.

    A picture on another site's page has no Origin. A proxy in front may have put another name into Host.
    """
    if headers.get("Sec-Fetch-Site") == "same-origin":
        return False
    if "Origin" in headers:
        return not _same_place(_parts(headers["Origin"]), _parts(f"//{headers.get('Host', '')}"))
    return headers.get("Sec-Fetch-Site") == "cross-site" and headers.get("Sec-Fetch-Mode") != "navigate"


def _same_place(origin: SplitResult | None, host: SplitResult | None) -> bool:
    if origin is None or host is None or not origin.hostname or origin.hostname != host.hostname:
        return False
    # A proxy in front may pass the name on without the port.
    return host.port is None or (origin.port or _USUAL_PORTS.get(origin.scheme)) == host.port


def _is_rebound(host: str, local: tuple[str, int] | None) -> bool:
    """Whether a name of the internet leads straight to this machine's loopback address.

    A proxy or tunnel on this machine listens at another port than ComfyUI itself, and that is the one in Host.
    """
    named = _parts(f"//{host}")
    if local is None or named is None or not _is_loopback(local[0]):
        return False
    return named.port == local[1] and _is_public(named.hostname or "")


def _is_public(name: str) -> bool:
    if "." not in name.rstrip(".") or name.rstrip(".").endswith(_PRIVATE):
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return True
    return False


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _parts(url: str) -> SplitResult | None:
    """None for what cannot be read, a port that is no number among it."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts
