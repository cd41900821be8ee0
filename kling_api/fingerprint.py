"""What makes two requests the same job: account, what the provider is sent, and the seed."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

from .dialects.wire import Dialect
from .operations import Operation
from .operations.media import without_media


def fingerprint(operation: Operation, account: str, dialect: Dialect) -> str:
    """A hex digest over the request as the dialect writes it, so that a field that is not sent makes no difference.

    Pictures and sounds go in by their pixels and samples: another encoder, or another version of it, makes other bytes
    of the same one.
    Where the provider should report to does not change what it makes. Nothing can be read back from the digest.
    """
    silent = {"callback_url": ""} if hasattr(operation, "callback_url") else {}
    request = dialect.create(dataclasses.replace(without_media(operation), **silent), "")
    document = {
        "account": account,
        "dialect": dialect.name,
        "path": request.path,
        "body": _canonical(request.body),
        "seed": operation.seed,
    }
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def fingerprint_of_task(account: str, task_id: str) -> str:
    """For a task that others made: nothing is known of its request."""
    return hashlib.sha256(json.dumps({"account": account, "task": task_id}).encode()).hexdigest()


def _canonical(value: Any) -> Any:
    """1 and 1.0 ask for the same."""
    if isinstance(value, dict):
        return {name: _canonical(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
