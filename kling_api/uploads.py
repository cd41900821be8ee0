"""Where clips and sounds go that a provider takes by URL alone: a bucket of the user's own, or kie.ai's store.

Nothing is ever put where others could find it. An upload orders nothing and costs nothing at the provider.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from .dialects import DIALECTS, dialect_of
from .errors import InvalidRequest
from .kie_files import KieUploader
from .recordings import Footage, Sound
from .s3 import BucketUploader
from .upload_target import Bucket, KieFiles, Upload

if TYPE_CHECKING:
    from .profile import Profile


class Uploader(Protocol):
    def upload(self, medium: Footage | Sound, check: Callable[[], None]) -> str:
        """The URL of it. `check` is called all the while and may raise to stop.

        Raises MediaError (the file has changed), NotConfigured (the target will not do), NotDelivered or Refused.
        """
        ...


def uploader_of(profile: Profile) -> Uploader | None:
    """What the profile uploads with: its own setting, else its provider's store; None where it has neither."""
    target = _target(profile)
    if isinstance(target, Bucket):
        return BucketUploader(target)
    return KieUploader(target) if target else None


def no_target(field: str) -> InvalidRequest:
    """`field`: of the operation, which holds a clip or sound of ours."""
    return InvalidRequest(
        f"{field} is a file of this machine, and the provider takes it by URL alone; this profile has no place where "
        "it could be uploaded.",
        "Three ways: connect the video_id of a clip that this account has made, where there is such an input; or set "
        'an upload target for the profile in profiles.toml (upload = "s3" with a bucket of your own, or upload = "..." '
        f"with the name of a kie.ai profile); or give {field} as a URL.",
    )


def _target(profile: Profile) -> Upload | None:
    if profile.is_sandbox:
        return KieFiles(_sandbox_store(profile), profile.credentials.api_key)
    if profile.upload is None and dialect_of(profile).keeps_files:
        return KieFiles(profile.base_url, profile.credentials.api_key)
    return profile.upload


def _sandbox_store(profile: Profile) -> str:
    """The sandbox fetches from this machine alone; its kie.ai twin keeps files for all dialects."""
    from .sandbox.shared import address_of, shared_url

    keeper = next(dialect.name for dialect in DIALECTS.values() if dialect.keeps_files)
    if not profile.base_url:
        return shared_url(profile.home, keeper)
    parts = urlsplit(profile.base_url)
    return address_of(f"{parts.scheme}://{parts.netloc}", keeper)
