"""One account at one provider: its key, its host, its dialect and its limits; and the profiles that are always there.

Values only; where they come from is in `settings`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from .dialects import AUTO, DIALECTS, named
from .dialects.wire import KeyKind
from .hosts import is_loopback
from .limits import NO_LIMITS, Limits
from .redaction import MASK, remember
from .upload_target import Upload

SANDBOX = "sandbox"


@dataclass(frozen=True)
class Credentials:
    """An API key, or an access key with its secret key. Its repr shows neither."""

    api_key: str = field(default="", repr=False)
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        for secret in (self.api_key, self.access_key, self.secret_key):
            remember(secret)

    def __repr__(self) -> str:
        return f"Credentials({self.describe()})"

    def describe(self) -> str:
        """What kind of key this is, without the key."""
        if self.api_key:
            return f"API key {MASK}"
        return f"access key {MASK} with secret key {MASK}" if self.access_key else "no key"

    @property
    def kind(self) -> KeyKind:
        if self.api_key:
            return KeyKind.API_KEY
        return KeyKind.PAIR if self.access_key else KeyKind.NONE

    @property
    def is_klings_own(self) -> bool:
        """Whether it looks like an API key of Kling's own platform (its console, 2026-09)."""
        return self.api_key.startswith("api-key-kling-")

    def account(self, path: str) -> str:
        """Tells accounts apart in the ledger; nothing can be read back from it.

        Without a key the path of the base URL does: two services on one host are two.
        """
        identity = self.api_key or self.access_key or path
        return hashlib.sha256(f"kling account {identity}".encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Profile:
    """One account at one provider. `base_url` "" means the built-in sandbox, which the client starts by itself.

    `account_name`: a name of the user's for the account, so that a renewed key still is the same account. `upload`: a
    place of the user's for clips and sounds that must be URLs; None: that of the provider, if it has one.
    """

    name: str
    base_url: str
    dialect: str
    credentials: Credentials
    home: Path
    limits: Limits = NO_LIMITS
    account_name: str = ""
    upload: Upload | None = None

    @property
    def is_sandbox(self) -> bool:
        return is_sandbox(self.name)

    @property
    def is_local(self) -> bool:
        return self.is_sandbox or is_loopback(self.base_url)

    def account(self) -> str:
        """The account at its host: part of the fingerprint of a job."""
        if self.is_sandbox:
            return self.name
        return f"{_host(self.base_url)}#{self.account_name or self.credentials.account(urlsplit(self.base_url).path)}"


def sandbox_names() -> list[str]:
    """The profiles that are always there: `sandbox`, and one for each other dialect, such as `sandbox-kie`."""
    return [sandbox_name(dialect) for dialect in DIALECTS]


def sandbox_name(dialect: str) -> str:
    """The profile whose sandbox speaks that dialect. Raises NotConfigured for a dialect that there is not."""
    return SANDBOX if dialect in ("", AUTO, "official") else f"{SANDBOX}-{named(dialect).name}"


def is_sandbox(profile_name: str) -> bool:
    return profile_name in sandbox_names()


def _host(url: str) -> str:
    """Host and port in one spelling: https://API.example:443 and https://api.example are the same place."""
    parts = urlsplit(url)
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    return f"{parts.hostname}" + (f":{parts.port}" if parts.port not in (None, usual) else "")
