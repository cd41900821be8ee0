"""`kling doctor`: what is in force here, and whether the provider knows the key. Spends nothing, shows no key."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

import typer

from .. import __version__
from ..client import Client
from ..dialects.wire import Answer, Task
from ..errors import KlingError, LedgerError, NotConfigured, NotDelivered
from ..ledger import open_ledger
from ..operations import Text2Video
from ..settings import SANDBOX, Profile, data_folder, load_profile, profile_names, read_profiles
from ..transport import NoAnswer
from . import flags
from .console import show, show_json

OK, WARN, FAIL = "OK", "WARN", "FAIL"
#: Package as it is installed -> what it is for. A package can come under several names.
_NEEDED = {
    ("requests",): "HTTP",
    ("pyjwt",): "tokens",
    ("numpy",): "pictures",
    ("torch",): "frames",
    ("opencv-python", "opencv-python-headless", "opencv-contrib-python", "opencv-contrib-python-headless"): "pictures",
    ("av",): "clips",
}
_LOW_DISK = 2 * 1024**3
_NO_SUCH_TASK = "kling-doctor-asks-for-no-task"


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    level: str
    what: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.level:<5} {self.what}" + (f"\n      {self.advice}" if self.advice else "")


def doctor(profile: flags.Profile = "", as_json: flags.AsJson = False) -> None:
    """Show what is in force and try one free call. Exit code 0 when all is well, 1 when not, 2 without a key."""
    findings: list[Finding] = []
    exit_code = 0
    try:
        for finding in examine(profile):
            findings.append(finding)
            if not as_json:
                show(str(finding))
    except NotConfigured as error:
        exit_code = 2
        findings.append(Finding(FAIL, error.what, error.advice))
        if not as_json:
            show(str(findings[-1]))
    if exit_code == 0 and any(finding.level == FAIL for finding in findings):
        exit_code = 1
    if as_json:
        status = {0: "ok", 1: "failed", 2: "invalid"}[exit_code]
        show_json({"status": status, "findings": [asdict(finding) for finding in findings]})
    raise typer.Exit(exit_code)


def examine(profile_name: str) -> Iterator[Finding]:
    """All findings, the cheap ones first. Raises NotConfigured when the profile is of no use."""
    python = f"Python {platform.python_version()} ({sys.executable})"
    yield Finding(OK, f"kling-nodes {__version__}, {python}")
    yield from _packages()
    home = data_folder()
    yield from _folder(home)
    yield from _profiles_file(home / "profiles.toml")
    yield Finding(OK, f"Profiles: {', '.join(profile_names(home))}")
    profile = load_profile(profile_name, home)
    yield _profile(profile)
    yield _free_call(profile)


def _packages() -> Iterator[Finding]:
    found = {names[0]: _version(names) for names in _NEEDED}
    present = ", ".join(f"{name} {version}" for name, version in found.items() if version)
    yield Finding(OK, f"Packages: {present}")
    for names, purpose in _NEEDED.items():
        if not found[names[0]]:
            yield Finding(FAIL, f"The package {names[0]} ({purpose}) is missing.", f"pip install {names[0]}")
    if not _version(("aiohttp",)):
        yield Finding(WARN, "The package aiohttp is missing; only the sandbox needs it.", "pip install aiohttp")


def _version(names: tuple[str, ...]) -> str:
    for name in names:
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return ""


def _folder(home: Path) -> Iterator[Finding]:
    try:
        open_jobs = len(open_ledger(home).jobs(open_only=True, limit=1000))
    except LedgerError as error:
        yield Finding(FAIL, error.what, error.advice)
        return
    yield Finding(OK, f"Data folder {home}" + (f"; jobs not settled yet: {open_jobs}" if open_jobs else ""))
    free = shutil.disk_usage(home).free
    text = f"{free / 1024**3:.1f} GB are free there"
    yield Finding(OK, text) if free >= _LOW_DISK else Finding(WARN, text, "Make room: results are kept there.")


def _profiles_file(file: Path) -> Iterator[Finding]:
    if not file.exists():
        return
    mode = file.stat().st_mode & 0o777
    if os.name == "posix" and mode & 0o077:
        yield Finding(WARN, f"{file} can be read by others (mode {mode:o}).", f"chmod 600 '{file}'")
    else:
        yield Finding(OK, f"{file} is yours alone")


def _profile(profile: Profile) -> Finding:
    place = profile.base_url or "a sandbox that starts when it is needed"
    kind = profile.credentials.describe()
    return Finding(OK, f"Profile {profile.name}: dialect {profile.dialect}, {place}, {kind} from {_origin(profile)}")


def _origin(profile: Profile) -> str:
    """Where the key in force stands."""
    if profile.name == SANDBOX:
        return "kling-nodes itself (it opens nothing else)"
    secret = profile.credentials.api_key or profile.credentials.secret_key
    written = read_profiles(profile.home).get(profile.name, {}).values()
    return "profiles.toml" if any(secret in value for value in written) else "the environment"


def _free_call(profile: Profile) -> Finding:
    """Asks for a task that cannot exist: a provider that knows the key answers that there is none."""
    try:
        client = Client(profile)
        route = client.dialect.create(Text2Video(prompt="never sent"), "").route
        answer = client.dialect.read(client.transport.send(client.dialect.query(route, _NO_SUCH_TASK)))
    except NotDelivered as error:
        return Finding(FAIL, error.what, error.advice)
    except NoAnswer as error:
        return Finding(FAIL, f"{profile.base_url} did not answer ({error}).", "Try again; look at the base URL.")
    except KlingError as error:
        if isinstance(error, NotConfigured):
            raise
        return Finding(FAIL, error.what, error.advice)
    if isinstance(answer, Task) or answer.answer is Answer.ABSENT:
        return Finding(OK, f"{client.base_url} answers and knows the key")
    level = WARN if answer.answer is Answer.LATER else FAIL
    return Finding(level, f"{client.base_url}: {answer.message}", answer.advice)
