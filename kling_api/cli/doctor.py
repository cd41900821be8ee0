"""`kling doctor`: what is in force here, and whether the provider knows the key. Spends nothing, shows no key."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict
from importlib import metadata
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile

import typer

from .. import __version__
from ..errors import LedgerError, NotConfigured
from ..ledger import open_ledger
from ..settings import data_folder, load_profile, profile_names
from . import flags
from .console import show, show_json
from .doctor_account import examine_account
from .finding import FAIL, OK, WARN, Finding
from .mounts import NETWORK_FILE_SYSTEMS, file_system_of

#: Package as it is installed -> what it is for. A package can come under several names.
_NEEDED = {
    ("requests",): "HTTP",
    ("pyjwt",): "tokens",
    ("numpy",): "pictures",
    ("torch",): "frames",
    ("opencv-python", "opencv-python-headless", "opencv-contrib-python", "opencv-contrib-python-headless"): "pictures",
    ("av",): "clips",
}
_MOUNTS = Path("/proc/mounts")
_LOW_DISK = 2 * 1024**3


def doctor(profile: flags.Profile = "", as_json: flags.AsJson = False) -> None:
    """Show what is in force, and try a free call. Exit code 0 when all is well, 1 when not, 2 without a key."""
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
    yield from examine_account(profile)


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
    yield from _results(home / "results")
    free = shutil.disk_usage(home).free
    text = f"{free / 1024**3:.1f} GB are free there"
    yield Finding(OK, text) if free >= _LOW_DISK else Finding(WARN, text, "Make room: results are kept there.")
    kind = _file_system(home)
    if kind in NETWORK_FILE_SYSTEMS:
        yield Finding(
            WARN,
            f"The data folder is on a network file system ({kind}): two machines that use it at once can damage the "
            "ledger.",
            "Set KLING_HOME to a folder on this machine's own disk.",
        )


def _results(folder: Path) -> Iterator[Finding]:
    """A clip that was paid for must have a place; where the folder is not there yet, the one above it counts."""
    try:
        with TemporaryFile(dir=folder if folder.exists() else folder.parent):
            return
    except OSError as error:
        yield Finding(
            FAIL,
            f"{folder} cannot be written: {error.strerror or error}.",
            "Check its owner and mode: the clips are kept there. Those that are paid for can be fetched afterwards.",
        )


def _file_system(folder: Path) -> str:
    """ "" where the system does not tell it in Linux's way."""
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return file_system_of(PurePosixPath(folder.resolve()), mounts)


def _profiles_file(file: Path) -> Iterator[Finding]:
    if not file.is_file():
        return
    mode = file.stat().st_mode & 0o777
    if os.name == "posix" and mode & 0o077:
        yield Finding(WARN, f"{file} can be read by others (mode {mode:o}).", f"chmod 600 '{file}'")
    else:
        yield Finding(OK, f"{file} is yours alone")
