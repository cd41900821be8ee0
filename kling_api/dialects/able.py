"""Which other dialect can do what one cannot: the end of many a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def others(operation: str, field: str = "", but: str = "") -> str:
    """A sentence with the dialects that can say the field, or do the operation at all where `field` is ""."""
    from . import DIALECTS  # here: that table holds the dialects that use this module

    able = [
        name
        for name, dialect in DIALECTS.items()
        if name != but and (field in dialect.fields(operation) if field else dialect.fields(operation))
    ]
    return f" Dialects that can: {', '.join(able)}." if able else ""


def takers(operation: str, model: str, but: str) -> str:
    """A sentence with the dialects that document the model for the operation."""
    from . import DIALECTS

    able = [name for name, dialect in DIALECTS.items() if name != but and model in dialect.models_for(operation)]
    return f" Dialects that have it: {', '.join(able)}." if able else ""


def doers(operation: str, model: str, asked: Mapping[str, Any], but: str) -> str:
    """A sentence with the dialects that can do what is `asked` (see `Dialect.problem`) with that model."""
    from . import DIALECTS

    able = [
        name
        for name, dialect in DIALECTS.items()
        if name != but and dialect.fields(operation) and not dialect.problem(operation, model, asked)
    ]
    return f" Dialects that can: {', '.join(able)}." if able else ""


def accepting(operation: str, field: str, value: Any, but: str) -> str:
    """A sentence with the dialects that have a model which takes that value."""
    from . import DIALECTS

    able = [name for name, dialect in DIALECTS.items() if name != but and dialect.takes(operation, field, value)]
    return f" Dialects with a model that takes it: {', '.join(able)}." if able else ""
