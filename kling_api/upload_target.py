"""Where a profile puts the clips and sounds that its provider takes by URL alone. Values; sending is in `uploads`."""

from __future__ import annotations

from dataclasses import dataclass, field

from .redaction import remember

USUAL_PREFIX = "kling-nodes/"
#: How long a URL is good, in hours: what is usual, and the most that such a signature may last (AWS, 2026).
USUAL_HOURS, MOST_HOURS = 24, 168


@dataclass(frozen=True)
class Bucket:
    """A bucket of the user's own at an S3-compatible store. Without keys, boto3 looks for them in its own places.

    Objects are private; the provider gets a URL that is good for `hours`. `endpoint_url` "" is Amazon.
    """

    bucket: str
    region: str = ""
    endpoint_url: str = ""
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    prefix: str = USUAL_PREFIX
    hours: int = USUAL_HOURS

    def __post_init__(self) -> None:
        for secret in (self.access_key, self.secret_key):
            remember(secret)


@dataclass(frozen=True)
class KieFiles:
    """kie.ai's own store, which keeps a file for a day or a few."""

    base_url: str
    api_key: str = field(repr=False)

    def __post_init__(self) -> None:
        remember(self.api_key)


Upload = Bucket | KieFiles
