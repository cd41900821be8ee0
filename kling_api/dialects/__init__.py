"""The providers' dialects: a table of contents, and which one a host speaks."""

from __future__ import annotations

from ..errors import NotConfigured
from ..settings import Profile
from .official import Official
from .wire import Dialect

DIALECTS: dict[str, Dialect] = {"official": Official()}


def dialect_of(profile: Profile) -> Dialect:
    """The profile's dialect; "auto" takes the official paths for every host."""
    name = "official" if profile.dialect == "auto" else profile.dialect
    if name not in DIALECTS:
        raise NotConfigured(
            f"Profile {profile.name}: this version does not speak the dialect {name} yet.",
            f"It speaks: {', '.join(DIALECTS)}.",
        )
    return DIALECTS[name]
