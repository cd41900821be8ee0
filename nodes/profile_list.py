"""The profiles as the sidebar shows them: names, providers, limits and what is wrong with them. Never a key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ..kling_api.dialects import dialect_of
from ..kling_api.errors import NotConfigured
from ..kling_api.hosts import host_of
from ..kling_api.limits import Limits, plain
from ..kling_api.profile import Profile, is_sandbox
from ..kling_api.redaction import MASK, redact
from ..kling_api.settings import default_name, fixed_by, load_profile, profile_names, sandbox_names

#: So many letters and digits in one piece, with both, are no name.
_LIKE_A_KEY = re.compile(r"(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9+/=_]{25,}")
#: Where the sandboxes are.
_THIS_MACHINE = "127.0.0.1"


def profile_list(home: Path) -> dict[str, Any]:
    """The answer of GET /kling/profiles, in English. A file that cannot be read is the problem of each of them."""
    try:
        default, names = default_name(home), profile_names(home)
    except NotConfigured:
        default, names = "default", ["default", *sandbox_names()]
    if fixed_by() != "KLING_PROFILE":  # it stays, whichever is chosen
        names = ["default", *(name for name in names if name != "default")]
    profiles = [_entry(name, home) for name in names]
    return {"default": _named(default), "fixed_by": fixed_by(), "profiles": profiles}


def default_of(home: Path) -> str:
    """The name of the profile that an empty name stands for, "" while the file cannot be read."""
    try:
        return _named(default_name(home))
    except NotConfigured:
        return ""


def _named(name: str) -> str:
    """Somebody may have put a key where a name belongs."""
    return redact(name) if name and not _LIKE_A_KEY.search(name) else MASK


def _entry(name: str, home: Path) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": _named(name), "provider": "", "dialect": "", "usable": False, "problem": ""}
    entry["free"] = is_sandbox(name)
    try:
        profile = load_profile(name, home)
    except NotConfigured as error:
        return entry | {"problem": error.what.replace(name, _named(name)), "limits": {}}
    return entry | _told(profile)


def _told(profile: Profile) -> dict[str, Any]:
    return {
        "provider": host_of(profile.base_url) or _THIS_MACHINE,
        "dialect": dialect_of(profile).name,
        "usable": True,
        "limits": _limits(profile.limits),
    }


def _limits(limits: Limits) -> dict[str, Any]:
    """None: no limit. Budgets as decimal strings."""
    budgets = {"budget_per_day": limits.budget_per_day, "budget_total": limits.budget_total}
    told = {name: None if value is None else plain(value) for name, value in budgets.items()}
    return {"max_parallel": limits.max_parallel, **told}
