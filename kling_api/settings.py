"""Who pays and where: profiles, keys and the data folder. The one module that reads the environment.

The environment comes first, then `profiles.toml` in the data folder. Nothing here is ever written to a workflow.
An empty name of a profile stands for the one that KLING_PROFILE names; else for `default` where the environment holds a
key; else for the one named by `use = "studio"` at the top of `profiles.toml`; else for `default`.
"""

from __future__ import annotations

import difflib
import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .dialects import AUTO, DIALECTS, by_host
from .dialects.wire import Dialect, KeyKind
from .errors import NotConfigured
from .hosts import host_of, is_loopback
from .limits import NO_LIMITS, Limits
from .profile import SANDBOX, Credentials, Profile, is_sandbox, sandbox_name, sandbox_names
from .profiles_file import FIELDS, KEY_FIELDS, limits_of, read_profiles, read_use
from .upload_settings import no_uploads_of_its_own, upload_of
from .upload_target import KieFiles

#: Kling's own hosts (official authentication page, 2026-09); keys and tasks are regional.
GLOBAL_URL = DIALECTS["official"].base_url
CHINA_URL = "https://api-beijing.klingai.com"

_ENVIRONMENT = {
    "api_key": ("KLING_API_KEY",),
    "access_key": ("KLING_ACCESS_KEY", "KLING_AI_ACCESS_KEY"),
    "secret_key": ("KLING_SECRET_KEY", "KLING_AI_SECRET_KEY"),
    "base_url": ("KLING_BASE_URL",),
    "dialect": ("KLING_DIALECT",),
}


def load_profile(name: str = "", home: Path | None = None) -> Profile:
    """The profile of that name, "" for the default one. Raises NotConfigured with what to set where.

    Keys and URL in the environment belong to the profile that KLING_PROFILE names, else to `default`; any other profile
    takes all from the file, so that a key in the environment never pays for one chosen in a node or by `use`.
    """
    home = home or data_folder()
    if home.exists() and not home.is_dir():
        raise NotConfigured(f"The data folder {home} is not a folder.", "Set KLING_HOME to a folder.")
    chosen, asked = _named_in_environment() or "default", name.strip()
    if chosen == SANDBOX and asked in ("", SANDBOX):
        asked = chosen = sandbox_name(_from_environment()["dialect"])
    name = asked or default_name(home)
    tables = read_profiles(home)
    _must_be_meant(chosen, tables, home)
    if is_sandbox(name):
        limits = limits_of(name, tables.get(name, {}))
        no_uploads_of_its_own(name, tables.get(name, {}))
        return sandbox_profile(home, _from_environment()["base_url"] if chosen == name else "", limits, name)
    values = dict.fromkeys(FIELDS, "") | tables.get(name, {})
    if name == chosen:
        values = _merge(values, _from_environment())
    elif name not in tables:
        raise _unknown(name, tables, home) if asked else _unknown_use(tables, home)
    upload = upload_of(name, values, lambda other: _store(other, tables, home))
    return replace(_profile(name, values, home), upload=upload)


def _store(name: str, tables: dict[str, dict[str, str]], home: Path) -> tuple[str, KieFiles] | None:
    """The dialect of a profile as the file has it, and its store if that is kie.ai's; None where there is none."""
    if name not in tables or is_sandbox(name):
        return None
    profile = _profile(name, dict.fromkeys(FIELDS, "") | tables[name], home)
    store = KieFiles(profile.base_url, profile.credentials.api_key)
    return _spoken(profile.dialect, profile.base_url).name, store


def _must_be_meant(chosen: str, tables: dict[str, Any], home: Path) -> None:
    """A slip in KLING_PROFILE must not end with a key of the environment paying, and with no budget in force."""
    if chosen == "default" or is_sandbox(chosen) or chosen in tables:
        return
    if tables or difflib.get_close_matches(chosen.lower(), sandbox_names(), cutoff=0.75):
        raise _unknown(chosen, tables, home)


def sandbox_profile(home: Path, base_url: str = "", limits: Limits = NO_LIMITS, name: str = SANDBOX) -> Profile:
    """A profile that is always there. Its keys are plainly fake and it never leaves this machine."""
    if base_url and not is_loopback(base_url):
        raise NotConfigured(
            "KLING_PROFILE is sandbox, but KLING_BASE_URL is not on this machine.",
            "Unset one of the two: the sandbox only ever runs on 127.0.0.1.",
        )
    key = Credentials(api_key="api-key-kling-sandbox")
    dialect = name.removeprefix(SANDBOX).removeprefix("-") or "official"
    return Profile(name, base_url.rstrip("/"), dialect, key, home, limits)


def profile_names(home: Path | None = None) -> list[str]:
    """The names that a node or the command line may use; no key is among them."""
    home = home or data_folder()
    return list(dict.fromkeys([default_name(home), *read_profiles(home), *sandbox_names()]))


def default_name(home: Path) -> str:
    """What an empty name stands for; there need not be such a profile. Raises NotConfigured for a broken file."""
    return _named_in_environment() or ("" if fixed_by() else read_use(home)) or "default"


def fixed_by() -> str:
    """The name in the environment that decides which profile is the default one; "" where `use` may decide it."""
    names = ("KLING_PROFILE", *(name for field in KEY_FIELDS for name in _ENVIRONMENT[field]))
    return next((name for name in names if os.environ.get(name, "").strip()), "")


def data_folder() -> Path:
    """KLING_HOME, else the platform's folder for user data."""
    if configured := os.environ.get("KLING_HOME"):
        return Path(configured).expanduser().resolve()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Application Support")
    else:
        base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "kling"


def home_is_configured() -> bool:
    """Whether KLING_HOME decides where the data folder is."""
    return bool(os.environ.get("KLING_HOME"))


def base_url_is_set() -> bool:
    """Whether the environment names the default profile's host."""
    return bool(_from_environment()["base_url"])


def _named_in_environment() -> str:
    return os.environ.get("KLING_PROFILE", "").strip()


def _from_environment() -> dict[str, str]:
    return {
        setting: next((value for name in names if (value := os.environ.get(name, "").strip())), "")
        for setting, names in _ENVIRONMENT.items()
    }


def _merge(values: dict[str, str], environment: dict[str, str]) -> dict[str, str]:
    """A key in the environment takes the place of the account in the file, its host included.

    Half of one account and half of another is no account, and a key must not go to the host of another one.
    """
    if _needs_no_key(values) and not environment["base_url"]:
        environment = environment | dict.fromkeys(KEY_FIELDS, "")
    another = any(environment[key] not in ("", values[key]) for key in KEY_FIELDS)
    if another and any(values[key] for key in KEY_FIELDS):
        values = values | dict.fromkeys(FIELDS, "")  # its limits stay: a budget holds whoever pays
    return values | {setting: value for setting, value in environment.items() if value}


def _needs_no_key(values: dict[str, str]) -> bool:
    """Whether the file's profile is whole without a key: then one in the environment is meant for another host."""
    dialect = DIALECTS.get(values["dialect"])
    host = host_of(values["base_url"])
    return bool(dialect and host and KeyKind.NONE in dialect.keys(host))


def _profile(name: str, values: dict[str, str], home: Path) -> Profile:
    dialect = values["dialect"] or AUTO
    if dialect not in (AUTO, *DIALECTS):
        known = ", ".join((AUTO, *DIALECTS))
        raise NotConfigured(f"Profile {name}: dialect is '{dialect}'.", f"Choose one of: {known}.")
    base_url = _base_url(name, values["base_url"], dialect)
    spoken = _spoken(dialect, base_url)
    credentials = _credentials(name, values, home, spoken.keys(host_of(base_url)))
    _must_be_taken(name, credentials, spoken, base_url)
    return Profile(name, base_url, dialect, credentials, home, limits_of(name, values), values["account"].strip())


def base_url_of(written: str, dialect: str) -> str:
    """What stands before a dialect's own paths, however the setting is written; "" where there is no usual address."""
    url = written.strip().rstrip("/") or _spoken(dialect, "").base_url
    for ending in _spoken(dialect, url).url_endings:
        url = url.removesuffix(ending)
    return url


def _spoken(dialect: str, url: str) -> Dialect:
    """The dialect whose facts hold there; an unknown host that is left to "auto" is taken for one on Kling's paths."""
    return DIALECTS[dialect] if dialect != AUTO else by_host(url) or DIALECTS["official"]


def _base_url(name: str, value: str, dialect: str) -> str:
    base_url = base_url_of(value, dialect)
    if not base_url:
        raise NotConfigured(
            f"Profile {name}: dialect {dialect} has no usual address.",
            "Set base_url (or KLING_BASE_URL) to that of your provider.",
        )
    try:
        parts = urlsplit(base_url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a bracket too few, or a port that is no number
        usable = False
    if not usable:
        raise NotConfigured(f"Profile {name}: the base URL is not an http(s) URL.", f"For example {GLOBAL_URL}.")
    parts = urlsplit(base_url)
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise NotConfigured(
            f"Profile {name}: the base URL holds more than a host and a path.", f"For example {GLOBAL_URL}."
        )
    return base_url


def _credentials(name: str, values: dict[str, str], home: Path, kinds: frozenset[KeyKind]) -> Credentials:
    api_key, access_key, secret_key = (values[key].strip().strip("\"'") for key in KEY_FIELDS)
    if "|" in api_key:
        access_key, _, secret_key = (part.strip() for part in api_key.partition("|"))
        api_key = ""
    if not any((api_key, access_key, secret_key)) and KeyKind.NONE in kinds:
        return Credentials()
    if not api_key and not (access_key and secret_key):
        lacks = "no secret key" if access_key else "no access key" if secret_key else "no key"
        raise NotConfigured(
            f"Profile {name} has {lacks}.",
            "Set KLING_API_KEY, or KLING_ACCESS_KEY and KLING_SECRET_KEY, or write them into "
            f"{home / 'profiles.toml'} under [{name}]. To try without a key, use the profile sandbox.",
        )
    for secret in (api_key, access_key, secret_key):
        if any(not 32 < ord(letter) < 127 for letter in secret):
            raise NotConfigured(
                f"Profile {name}: the key holds a space or another character that no key has.", "Copy it again."
            )
    return Credentials(api_key=api_key) if api_key else Credentials(access_key=access_key, secret_key=secret_key)


def _must_be_taken(name: str, credentials: Credentials, dialect: Dialect, base_url: str) -> None:
    """No key travels in the open, and none to a provider that has no use for its kind."""
    host = host_of(base_url)
    if urlsplit(base_url).scheme == "http" and credentials.kind is not KeyKind.NONE and not is_loopback(base_url):
        raise NotConfigured(
            f"Profile {name}: {host} would get the key over plain http.", "Use https:// in the base URL."
        )
    kinds = dialect.keys(host)
    if credentials.is_klings_own and KeyKind.PAIR not in kinds and not is_loopback(base_url):
        raise NotConfigured(
            f"Profile {name}: the key is one of Kling's own platform; {host} (dialect {dialect.name}) cannot use it.",
            "Set the key that this provider gave you, or the dialect and base URL that the key belongs to.",
        )
    if credentials.kind not in kinds:
        takes = " or ".join(kind.value for kind in KeyKind if kind in kinds)
        raise NotConfigured(
            f"Profile {name}: dialect {dialect.name} at {host} takes {takes}, not {credentials.kind.value}.",
            "Set the key that this provider gave you, or the dialect and base URL that the key belongs to.",
        )


def _unknown(name: str, tables: dict[str, Any], home: Path) -> NotConfigured:
    # Somebody may have put a key where a name belongs; it must not come back in a message.
    named = f"'{name}'" if re.fullmatch(r"[\w.-]{1,24}", name) else "of that name"
    return NotConfigured(
        f"There is no profile {named}.", f"Known: {_known(tables)}. Profiles are kept in {home / 'profiles.toml'}."
    )


def _unknown_use(tables: dict[str, Any], home: Path) -> NotConfigured:
    return NotConfigured(
        f"What stands at use in {home / 'profiles.toml'} is no profile.", f"Known: {_known(tables)}. Name one of them."
    )


def _known(tables: dict[str, Any]) -> str:
    return ", ".join(dict.fromkeys([*tables, *sandbox_names()]))
