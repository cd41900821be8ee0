"""Uploads to an S3-compatible bucket through boto3: private objects, and URLs that are good for some hours.

boto3 is an extra and is imported when the first thing is uploaded. Its log may not tell what it signs.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from .background import in_background
from .dialects.reading import words
from .errors import KlingError, NotConfigured, NotDelivered
from .hosts import host_of, is_loopback, is_one_of
from .parcel import Parcel, pack
from .recordings import Footage, Sound
from .redaction import quiet_urls, remember
from .upload_target import Bucket

#: Seconds to connect, and without a byte; attempts of each request, which boto3 itself repeats with growing waits.
_CONNECT, _SILENT, _TRIES = 10, 60, 4
#: Stores that know a bucket by its host name alone (their documents, 2026); with any other, boto3 knows what to do.
_BY_HOST = (".aliyuncs.com", ".myqcloud.com", ".volces.com")
#: Codes of answers that say: come back later.
_LATER = frozenset({"SlowDown", "InternalError", "ServiceUnavailable", "RequestTimeout", "500", "502", "503", "504"})
_LOGGERS = ("botocore", "boto3", "s3transfer")


class BucketUploader:
    """Safe to share between threads. Nothing in it shows a key or a signed URL."""

    def __init__(self, target: Bucket) -> None:
        self._target = target
        self._lock = threading.Lock()

    def upload(self, medium: Footage | Sound, check: Callable[[], None]) -> str:
        """A signed URL of the object, which is named by the digest: what is there already is not sent again."""
        parcel = pack(medium)
        answer = in_background(lambda go_on: self._answer(parcel, go_on), check)
        # Not in the thread, and not while boto3's own error is being handled: its frames hold the keys.
        if isinstance(answer, KlingError):
            raise answer
        return answer

    def _answer(self, parcel: Parcel, go_on: Callable[[], None]) -> str | KlingError:
        errors = _load()
        if isinstance(errors, KlingError):
            return errors
        try:
            with self._lock, _quiet():
                _remember_keys(self._session)
                client = self._client
            with _quiet(), quiet_urls():
                return self._put(client, parcel, go_on)
        except errors as error:
            return self._in_words(error)

    def _put(self, client: Any, parcel: Parcel, go_on: Callable[[], None]) -> str:
        from boto3.s3.transfer import TransferConfig

        place = {"Bucket": self._target.bucket, "Key": self._target.prefix + parcel.name}
        if not _is_there(client, place, parcel.size):
            go_on()
            # In this thread: what is logged elsewhere cannot be kept quiet.
            config = TransferConfig(use_threads=False)
            extra = {"ContentType": parcel.content_type}
            with parcel.open() as file:
                client.upload_fileobj(
                    file, place["Bucket"], place["Key"], extra, Callback=lambda _sent: go_on(), Config=config
                )
        return client.generate_presigned_url("get_object", Params=place, ExpiresIn=self._target.hours * 3600)

    @cached_property
    def _session(self) -> Any:
        from boto3.session import Session

        target = self._target
        keys = {"aws_access_key_id": target.access_key, "aws_secret_access_key": target.secret_key}
        return Session(**(keys if target.access_key else {}), region_name=target.region or None)

    @cached_property
    def _client(self) -> Any:
        target = self._target
        return self._session.client("s3", endpoint_url=target.endpoint_url or None, config=_config(target))

    def _in_words(self, error: Exception) -> KlingError:
        """What it means, without the error itself: that one holds the request with its signature."""
        bucket, said = self._target.bucket, _response(error)
        where = f"bucket {bucket} at {host_of(self._target.endpoint_url) or 'Amazon S3'}"
        code, status = (
            str(said.get("Error", {}).get("Code", "")),
            said.get("ResponseMetadata", {}).get("HTTPStatusCode"),
        )
        if not code:
            if isinstance(error, _settings_errors()):
                return NotConfigured(
                    f"The settings of {where} will not do ({type(error).__name__}).",
                    "Look at bucket, region, endpoint_url and the keys in profiles.toml, or at boto3's own settings.",
                )
            return NotDelivered(
                f"{where[0].upper()}{where[1:]} could not be reached ({type(error).__name__}).",
                "Nothing was ordered. Check the network and endpoint_url, then run again.",
            )
        told = words(said["Error"].get("Message"))
        message = f"{where[0].upper()}{where[1:]} refused the upload: {code}" + (f" ('{told}')." if told else ".")
        if code in _LATER or (isinstance(status, int) and status >= 500):
            return NotDelivered(message, "Nothing was ordered. Run the same request again later.")
        return NotConfigured(
            message,
            "The key must be allowed to put and get objects there; region and endpoint_url must be the bucket's own.",
        )


def _remember_keys(session: Any) -> None:
    """For each upload anew: boto3 finds keys in places of its own, and some are good for an hour. A store may quote

    them in a refusal.
    """
    keys = session.get_credentials()
    for key in keys.get_frozen_credentials() if keys else ():
        if isinstance(key, str):
            remember(key)


def _is_there(client: Any, place: dict[str, str], size: int) -> bool:
    """A refusal is told by the upload itself: an answer to HEAD has no text, and whoever may not list the bucket is

    refused what is not there.
    """
    from botocore.exceptions import ClientError

    try:
        return client.head_object(**place)["ContentLength"] == size
    except ClientError as error:
        if 400 <= _response(error).get("ResponseMetadata", {}).get("HTTPStatusCode", 0) < 500:
            return False
        raise


def _config(target: Bucket) -> Any:
    from botocore.config import Config

    host = host_of(target.endpoint_url)
    settings: dict[str, Any] = {
        "signature_version": "s3v4",
        "connect_timeout": _CONNECT,
        "read_timeout": _SILENT,
        "retries": {"mode": "standard", "total_max_attempts": _TRIES},
        "s3": {"addressing_style": "virtual"} if is_one_of(host, _BY_HOST) else None,
    }
    if is_loopback(target.endpoint_url):
        settings["proxies"] = {}
    # Since 1.36 boto3 adds checksums of its own, which many stores do not know; before, it has no such setting.
    if "request_checksum_calculation" in Config.OPTION_DEFAULTS:
        settings |= dict.fromkeys(("request_checksum_calculation", "response_checksum_validation"), "when_required")
    return Config(**settings)


def _load() -> tuple[type[Exception], ...] | NotConfigured:
    """All that boto3 may raise."""
    try:
        from boto3.exceptions import Boto3Error
        from boto3.s3 import transfer  # noqa: F401 - its loggers must be there before `_quiet` looks
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError:
        return NotConfigured(
            "Uploading to a bucket needs the package boto3, which is not installed.",
            'Install it into this Python: python -m pip install "boto3>=1.34"',
        )
    return (Boto3Error, BotoCoreError, ClientError, ValueError, OSError)


def _settings_errors() -> tuple[type[Exception], ...]:
    from botocore import exceptions as told

    return (
        *(told.NoCredentialsError, told.PartialCredentialsError, told.CredentialRetrievalError, told.NoRegionError),
        *(told.ParamValidationError, told.ProfileNotFound, told.ConfigParseError, ValueError),
    )


def _response(error: Exception) -> dict[str, Any]:
    """What the store answered, {} where nothing did."""
    return getattr(error, "response", {})


@contextmanager
def _quiet() -> Iterator[None]:
    """While it lasts, this thread's debug log of boto3 is dropped: it holds keys and signatures."""
    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] in _LOGGERS]
    for name in names:
        logging.getLogger(name).addFilter(_not_here)  # which adds it once
    _thread.quiet = True
    try:
        yield
    finally:
        _thread.quiet = False


_thread = threading.local()


def _not_here(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or not getattr(_thread, "quiet", False)
