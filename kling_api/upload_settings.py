"""What a profile of profiles.toml says about uploads: checked here, in sentences that quote no key."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from .dialects import named
from .errors import NotConfigured
from .hosts import is_loopback
from .profiles_file import BUCKET, BUCKET_FIELDS, UPLOAD
from .upload_target import MOST_HOURS, USUAL_HOURS, USUAL_PREFIX, Bucket, KieFiles, Upload

_PREFIX = re.compile(r"[\w!.()/-]*", re.ASCII)
_WAYS = f'Set upload = "{BUCKET}" with a bucket of your own under [NAME.{BUCKET}], or the name of a kie.ai profile.'


def upload_of(
    name: str, values: dict[str, str], store_of: Callable[[str], tuple[str, KieFiles] | None]
) -> Upload | None:
    """What the settings of the profile say; None: nothing. `store_of` tells the dialect and store of another profile.

    Raises NotConfigured with what to set.
    """
    target = values.get(UPLOAD, "").strip()
    described = {setting: values.get(f"{BUCKET}.{setting}", "").strip() for setting in BUCKET_FIELDS}
    if target == BUCKET:
        return _bucket(name, described)
    if not target and any(described.values()):
        raise NotConfigured(
            f"Profile {name} describes a bucket, but does not use it.", f'Set upload = "{BUCKET}" under [{name}].'
        )
    if not target:
        return None
    store = store_of(target)
    if store is None:  # the value is not told: somebody may have put a key there
        raise NotConfigured(
            f'Profile {name}: upload is neither "{BUCKET}" nor the name of a profile in profiles.toml.', _WAYS
        )
    if not named(store[0]).keeps_files:
        raise NotConfigured(
            f"Profile {name}: upload names the profile {target}, but dialect {store[0]} has no store for files.", _WAYS
        )
    return store[1]


def no_uploads_of_its_own(name: str, values: dict[str, str]) -> None:
    """Raises where a sandbox is to upload: it would have to fetch from outside of this machine."""
    if any(value for setting, value in values.items() if setting == UPLOAD or setting.startswith(f"{BUCKET}.")):
        raise NotConfigured(
            f"Profile {name}: a sandbox takes no upload target; it keeps what it is given itself.",
            f"Remove upload and [{name}.{BUCKET}].",
        )


def _bucket(name: str, described: dict[str, str]) -> Bucket:
    if not described["bucket"]:
        raise NotConfigured(
            f'Profile {name}: upload is "{BUCKET}", but no bucket is named.',
            f"Write bucket, region or endpoint_url, access_key and secret_key under [{name}.{BUCKET}].",
        )
    _check_keys(name, described)
    _check_url(name, described["endpoint_url"])
    return Bucket(
        bucket=described["bucket"],
        region=described["region"],
        endpoint_url=described["endpoint_url"].rstrip("/"),
        access_key=described["access_key"],
        secret_key=described["secret_key"],
        prefix=_prefix(name, described["prefix"]),
        hours=_hours(name, described["hours"]),
    )


def _check_keys(name: str, described: dict[str, str]) -> None:
    keys = described["access_key"], described["secret_key"]
    if bool(keys[0]) != bool(keys[1]):
        lacks = "secret_key" if keys[0] else "access_key"
        raise NotConfigured(
            f"Profile {name}: [{name}.{BUCKET}] has no {lacks}.",
            "Give both keys, or neither: boto3 then looks for them in its own places.",
        )
    if any(not 32 < ord(letter) < 127 for key in keys for letter in key):
        raise NotConfigured(
            f"Profile {name}: a key in [{name}.{BUCKET}] holds a space or another character that no key has.",
            "Copy it again.",
        )


def _check_url(name: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        usable = usable and not (parts.username or parts.password or parts.query or parts.fragment)
    except ValueError:  # a bracket too few, or a port that is no number
        usable = False
    if url and not usable:
        raise NotConfigured(
            f"Profile {name}: the endpoint_url of its bucket is not an https URL of a host.",
            "For example https://s3.eu-central-1.amazonaws.com; leave it out for Amazon S3.",
        )
    if url.startswith("http://") and not is_loopback(url):
        raise NotConfigured(
            f"Profile {name}: clips and keys would go to the bucket over plain http.", "Use https:// in endpoint_url."
        )


def _prefix(name: str, prefix: str) -> str:
    if not _PREFIX.fullmatch(prefix) or prefix.startswith("/") or ".." in prefix:
        raise NotConfigured(
            f"Profile {name}: the prefix of its bucket is '{prefix[:60]}'.",
            f"Give letters, digits, - _ . and /, for example {USUAL_PREFIX}.",
        )
    return prefix or USUAL_PREFIX


def _hours(name: str, text: str) -> int:
    if not text:
        return USUAL_HOURS
    if not re.fullmatch("[0-9]{1,4}", text) or not 1 <= int(text) <= MOST_HOURS:
        raise NotConfigured(
            f"Profile {name}: hours is '{text[:20]}'.",
            f"Give whole hours from 1 to {MOST_HOURS}: so long the provider may fetch what was uploaded.",
        )
    return int(text)
