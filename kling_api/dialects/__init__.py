"""The providers' dialects: a table of contents, and which one a host speaks."""

from __future__ import annotations

from urllib.parse import urlsplit

from ..errors import NotConfigured
from ..settings import Profile, is_loopback
from .official import CLIPS, Official
from .wire import Dialect

DIALECTS: dict[str, Dialect] = {"official": Official()}
_ON_OFFICIAL_PATHS = Official(keyed=False)


def dialect_of(profile: Profile) -> Dialect:
    """The profile's dialect. "auto" takes the official paths for every host, but trusts only Kling's own platform to

    refuse a second task under the same key: a gateway that ignores the key would make, and charge, a second one.
    """
    if profile.dialect == "auto" and not _is_kling(profile):
        return _ON_OFFICIAL_PATHS
    name = "official" if profile.dialect == "auto" else profile.dialect
    if name not in DIALECTS:
        raise NotConfigured(
            f"Profile {profile.name}: this version does not speak the dialect {name} yet.",
            f"It speaks: {', '.join(DIALECTS)}.",
        )
    return DIALECTS[name]


def clip_operations() -> tuple[str, ...]:
    """The operations whose result is a clip, by Kling's own names; one of them made any task that can be collected."""
    return CLIPS


def _is_kling(profile: Profile) -> bool:
    """Kling's hosts, or an address of this machine that is given a key of Kling's own kind (a proxy, the sandbox)."""
    host = urlsplit(profile.base_url).hostname or ""
    key = profile.credentials.api_key
    own_kind = not key or key.startswith("api-key-kling-")
    return profile.is_sandbox or host.endswith(".klingai.com") or (is_loopback(profile.base_url) and own_kind)
