"""Which providers have a node's operation, with which models, and which inputs they do not take: from the dialects."""

from __future__ import annotations

import dataclasses

from kling_api.dialects import DIALECTS
from kling_api.operations import OPERATIONS

from .markdown import bullets, codes
from .subjects import inputs_of
from .words import WORDS

#: Another operation that the same node orders at a provider that has only that.
_INSTEAD = {"kolors-virtual-try-on": "try-on-video"}
_KINDS = {operation.kind: operation for operation in OPERATIONS}


def of_operation(operation: str, sockets: list[str], language: str) -> str:
    words = WORDS[language]
    able = [name for name, dialect in DIALECTS.items() if dialect.fields(operation)]
    gateways = [words["only gateways"].format(name) for name in _with(_INSTEAD.get(operation, ""))]
    if able == ["official"]:
        return "\n\n".join([words["only official"], *gateways])
    lines = [f"`{name}`{words['colon']}{_told(name, operation, sockets, words)}" for name in able]
    return f"{bullets(lines)}\n\n{words['dialects']}"


def _told(name: str, operation: str, sockets: list[str], words: dict[str, str]) -> str:
    return words["semicolon"].join(
        filter(None, (_models(name, operation, words), _lacks(name, operation, sockets, words)))
    )


def _with(operation: str) -> list[str]:
    return [name for name, dialect in DIALECTS.items() if operation and dialect.fields(operation)]


def _models(name: str, operation: str, words: dict[str, str]) -> str:
    """Kling's own are in the table of models."""
    models = DIALECTS[name].models_for(operation)
    if name == "official":
        return words["as above"] if models else ""
    if models:
        return words["models told"].format(codes(models))
    return words["any model"] if DIALECTS["official"].models_for(operation) else ""


def _lacks(name: str, operation: str, sockets: list[str], words: dict[str, str]) -> str:
    """Inputs of the node whose field cannot be said there; seed is ours everywhere."""
    taken = DIALECTS[name].fields(operation)
    fields = [field.name for field in dataclasses.fields(_KINDS[operation]) if field.name != "seed"]
    missing = [found for field in fields if field not in taken for found in inputs_of(field, sockets)]
    return words["lacks"].format(codes(dict.fromkeys(missing))) if missing else words["everything"]
