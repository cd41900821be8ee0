"""`profiles.toml` in the data folder: its tables, and what each setting in them may be. Knows no environment."""

from __future__ import annotations

import re
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from .errors import NotConfigured
from .limits import Limits

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE_NAME = "profiles.toml"
KEY_FIELDS = ("api_key", "access_key", "secret_key")
FIELDS = (*KEY_FIELDS, "base_url", "dialect", "account")
#: What a profile allows itself: numbers in the file, and never from the environment.
LIMIT_FIELDS = ("max_parallel", "budget_per_day", "budget_total")
#: Where clips and sounds are uploaded; a bucket has a table of its own, [studio.s3]. Never from the environment.
UPLOAD, BUCKET = "upload", "s3"
#: The one setting that stands outside the profiles: the name of the one that an empty name stands for.
USE = "use"
BUCKET_FIELDS = ("bucket", "region", "endpoint_url", "access_key", "secret_key", "prefix", "hours")


def read_profiles(home: Path) -> dict[str, dict[str, str]]:
    """The tables of profiles.toml by name; {} without a file. What stands in [studio.s3] is "s3.bucket" and so on."""
    tables = {name: table for name, table in read_document(home).items() if not _is_use(name, table)}
    return {name: _table(home / FILE_NAME, name, table) for name, table in tables.items()}


def read_use(home: Path) -> str:
    """The name of a profile that stands at `use`, "" without one."""
    document = read_document(home)
    return document[USE].strip() if _is_use(USE, document.get(USE)) else ""


def read_document(home: Path) -> dict[str, Any]:
    """All that stands in profiles.toml, as it stands there. Raises NotConfigured for a file that cannot be read."""
    file = home / FILE_NAME
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except NotADirectoryError:
        raise NotConfigured(f"The data folder {home} is not a folder.", "Set KLING_HOME to a folder.") from None
    except UnicodeDecodeError:
        raise NotConfigured(f"{file} is not UTF-8 text.", "Save it as UTF-8.") from None
    except OSError as error:
        if file.is_dir():
            raise NotConfigured(f"{file} is a folder.", "Move it away; profiles are kept in a file.") from None
        raise NotConfigured(f"{file} cannot be read ({type(error).__name__}).", "Check its owner and mode.") from None
    except tomllib.TOMLDecodeError as error:  # only where: its text could quote a line with a key
        raise NotConfigured(
            f"{file} is not valid TOML{_place(error)}.",
            "Texts stand in quotes, and so do names of profiles with other letters than a-z, 0-9, - and _, such as "
            '["工作室"].',
        ) from None


def parse(text: str) -> dict[str, Any] | None:
    """What the text of such a file says, None where it is not valid TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def limits_of(name: str, values: dict[str, str]) -> Limits:
    """The limits that a table of `read_profiles` sets. Raises NotConfigured for what is no number."""
    found = {setting: _limit(name, setting, values.get(setting, "").strip()) for setting in LIMIT_FIELDS}
    parallel = found.pop("max_parallel")
    if parallel is not None and (parallel < 1 or parallel != int(parallel)):
        raise _no_count(name, parallel)
    return Limits(None if parallel is None else int(parallel), **found)


def _no_count(name: str, given: object) -> NotConfigured:
    return NotConfigured(f"Profile {name}: max_parallel is {given}.", "Give a whole number from 1.")


def _place(error: Exception) -> str:
    """Where the parser stopped, which its text ends with (tomllib has `lineno` since Python 3.14)."""
    line = re.search(r"\(at line (\d+), column \d+\)$", str(error))
    return f" (line {line[1]})" if line else " (at its end)" if str(error).endswith("(at end of document)") else ""


def _is_use(name: str, value: Any) -> bool:
    """A profile may be called "use", too: that one is a table."""
    return name == USE and isinstance(value, str)


def _table(file: Path, name: str, table: Any) -> dict[str, str]:
    if name == USE and not isinstance(table, dict):
        raise NotConfigured(f"{file}: use is no name of a profile.", 'Write it in quotes, for example use = "studio".')
    if not isinstance(table, dict):
        raise NotConfigured(f"{file}: '{name}' stands outside a profile.", "Put it under a heading such as [studio].")
    bucket = table.get(BUCKET, {})
    if not isinstance(bucket, dict):
        raise NotConfigured(
            f"{file}: profile {name} has a wrong value for {BUCKET}.",
            f'Describe the bucket under a heading [{name}.{BUCKET}], and set upload = "{BUCKET}".',
        )
    own = {setting: value for setting, value in table.items() if setting != BUCKET}
    settings = _texts(file, f"profile {name}", own, (*FIELDS, *LIMIT_FIELDS, UPLOAD), LIMIT_FIELDS)
    described = _texts(file, f"[{name}.{BUCKET}]", bucket, BUCKET_FIELDS, ("hours",))
    return settings | {f"{BUCKET}.{setting}": value for setting, value in described.items()}


def _texts(
    file: Path, where: str, table: dict[str, Any], known: tuple[str, ...], numbers: tuple[str, ...]
) -> dict[str, str]:
    """The settings as text, those of `numbers` also where they are numbers in the file."""
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise NotConfigured(
            f"{file}: {where} has the unknown setting '{unknown[0]}'.", f"Known settings: {', '.join(known)}."
        )
    table = table | {setting: str(value) for setting in numbers if _is_number(value := table.get(setting))}
    wrong = [setting for setting, value in table.items() if not isinstance(value, str)]
    if wrong:
        advice = "Give a number." if wrong[0] in numbers else "Put the value in quotes."
        raise NotConfigured(f"{file}: {where} has a wrong value for {wrong[0]}.", advice)
    return table


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _limit(name: str, setting: str, text: str) -> Decimal | None:
    """A number of units or jobs, None for ""."""
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if setting == "max_parallel" and (not value.is_finite() or value < 0):
        raise _no_count(name, text)
    if not value.is_finite() or value < 0:
        raise NotConfigured(f"Profile {name}: {setting} is '{text}'.", "Give a number, for example 50.")
    return value
