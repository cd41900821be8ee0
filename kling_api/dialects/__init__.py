"""The providers' dialects: a table of contents, and which one a host speaks.

A new one is a module here, its table in data/, one line below, and its twin in sandbox/dialects/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import NotConfigured
from ..hosts import host_of, is_loopback, is_one_of
from .flat import Flat
from .kie import Kie
from .newapi import NewApi
from .official import CLIPS, Official
from .unified import Unified
from .wire import Dialect
from .wrapper import Wrapper

if TYPE_CHECKING:
    from ..settings import Profile

#: By name, in the order of the tables.
DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect for dialect in (Official(), NewApi(), Flat(), Unified(), Kie(), Wrapper())
}
AUTO = "auto"
_ON_OFFICIAL_PATHS = Official(keyed=False)


def dialect_of(profile: Profile) -> Dialect:
    """The profile's dialect. "auto" knows some hosts by name and takes the official paths for every other, but trusts

    only Kling's own platform to refuse a second task under the same key: a gateway that ignores the key would make, and
    charge, a second one.
    """
    if profile.dialect != AUTO:
        return named(profile.dialect)
    known = by_host(profile.base_url)
    if known or _has_own_key(profile):
        return known or DIALECTS["official"]
    return _ON_OFFICIAL_PATHS


def named(name: str) -> Dialect:
    """Raises NotConfigured for a name that is none, with those that are."""
    if name not in DIALECTS:
        raise NotConfigured(f"There is no dialect '{name}'.", f"Choose one of: {', '.join((AUTO, *DIALECTS))}.")
    return DIALECTS[name]


def by_host(url: str) -> Dialect | None:
    """The dialect whose own host that is."""
    host = host_of(url)
    return next((dialect for dialect in DIALECTS.values() if is_one_of(host, dialect.hosts)), None)


def unit_of(name: str, operation: str = "") -> str:
    """What the dialect of that name counts the operation in, also for a row of a dialect that is there no more."""
    return DIALECTS[name].unit_for(operation) if name in DIALECTS else "units"


def clip_operations() -> tuple[str, ...]:
    """The operations whose result is a clip, by Kling's own names; one of them made any task that can be collected."""
    return CLIPS


def _has_own_key(profile: Profile) -> bool:
    """An address of this machine that is given a key of Kling's own kind: a proxy, the sandbox."""
    own_kind = not profile.credentials.api_key or profile.credentials.is_klings_own
    return profile.is_sandbox or (is_loopback(profile.base_url) and own_kind)
