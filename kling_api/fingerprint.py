"""What makes two requests the same job: account, operation, all values that shape the result, media, and the seed."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

from .operations import Operation
from .stills import Still

#: Where the provider should report to does not change what it makes.
_NOT_PART_OF_THE_RESULT = frozenset({"callback_url"})


def fingerprint(operation: Operation, account: str, dialect: str) -> str:
    """A hex digest; pictures and prompts go in as digests only, so nothing can be read back from it."""
    values = {
        field.name: _canonical(getattr(operation, field.name))
        for field in dataclasses.fields(operation)
        if field.name not in _NOT_PART_OF_THE_RESULT
    }
    document = {"account": account, "dialect": dialect, "operation": operation.kind, "values": values}
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def _canonical(value: Any) -> Any:
    if isinstance(value, Still):
        return value.digest()
    if isinstance(value, float) and value.is_integer():
        return int(value)  # 1 and 1.0 ask for the same
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: _canonical(item) for name, item in dataclasses.asdict(value).items()}
    return value
