"""Limits of what is connected to a node: pictures, clips, sounds and prompts, from the data that is checked by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kling_api import capabilities, media_limits

from .abilities import models_of
from .markdown import code, codes, figure, table
from .subjects import inputs_of
from .words import WORDS

_DATA = json.loads((Path(media_limits.__file__).parent / "data" / "media_limits.json").read_text(encoding="utf-8"))
_MEGA = 1_000_000
#: Kling's try-on has no prompt; a sound's is shorter, as its tooltip says.
_PROMPTS_APART = ("kolors-virtual-try-on", "text-to-audio")


def of_operation(operation: str, sockets: dict[str, str], language: str) -> str:
    """`sockets`: the types of a node's inputs by their names. "" where nothing is limited."""
    words, names = WORDS[language], list(sockets)
    rows = [row for kind in ("stills", "clips", "sounds") for row in _rows(kind, operation, names, words)]
    said = {name for row in _DATA["stills"] if row["operation"] == operation for name in inputs_of(row["field"], names)}
    usual = [name for name, type in sockets.items() if type == "IMAGE" and name not in said]
    if usual:
        rows.insert(0, (_named(usual), _usual(operation, words)))
    if "prompt" in sockets and operation not in _PROMPTS_APART:
        rows.append((codes(["prompt"]), _prompt(operation, words)))
    return table((words["input"], words["limit"]), rows) if rows else ""


def _rows(kind: str, operation: str, names: list[str], words: dict[str, str]) -> list[tuple[str, str]]:
    found = []
    for row in _DATA[kind]:
        if row["operation"] == operation and (inputs := inputs_of(row["field"], names)):
            told = _told(kind, row, words)
            if when := row.get("when"):
                told = f"{_when(when)}{words['colon']}{told}"
            elif earlier := any(inputs[0] in name for name, _ in found):
                told = f"{words['otherwise']}{words['colon']}{told}" if earlier else told
            found.append((_named(inputs), told))
    return found


def _when(fields: dict[str, list[str]]) -> str:
    """A model says by itself what it is; the value of another field does not."""
    return ", ".join(f"{'' if name == 'model_name' else f'{name} '}{', '.join(some)}" for name, some in fields.items())


def _told(kind: str, row: dict[str, Any], words: dict[str, str]) -> str:
    usual = capabilities.image_limits()
    parts = []
    if formats := row.get("formats") or (_DATA["clip_formats"] if kind == "clips" else None):
        parts.append(", ".join(formats))
    if "sides" in row:
        low, high = row["sides"]
        parts.append(words["side"].format(low) if high > 60000 else words["sides"].format(low, high))
    elif kind == "stills":
        parts.append(words["side"].format(usual.min_side))
    if kind == "stills" and not row.get("any_ratio"):
        parts.append(words["ratio"].format(figure(usual.max_ratio)))
    for name in ("short_side", "long_side", "ratio", "rate", "seconds"):
        if name in row:
            form = {"short_side": "short side", "long_side": "long side", "ratio": "shape"}.get(name, name)
            parts.append(words[form].format(*map(figure, row[name])))
    if "area" in row:
        parts.append(words["area"].format(figure(round(row["area"] / _MEGA, 1))))
    if size := row.get("bytes") or (kind == "stills" and _most_bytes(row.get("when", {}).get("model_name", [""]))):
        parts.append(words["bytes"].format(size // _MEGA))
    return words["comma"].join(parts)


def _most_bytes(models: list[str]) -> int:
    return capabilities.image_limits().max_bytes[capabilities.generation_of(models[0])]


def _usual(operation: str, words: dict[str, str]) -> str:
    usual = capabilities.image_limits()
    newer = [model.id for model in models_of(operation) if model.generation == "new"]
    parts = [words["side"].format(usual.min_side), words["ratio"].format(figure(usual.max_ratio))]
    size = words["bytes"].format(usual.max_bytes["legacy"] // _MEGA)
    more = words["brackets"].format(words["new pictures"].format(usual.max_bytes["new"] // _MEGA, ", ".join(newer)))
    return words["comma"].join([*parts, size + (more if newer else "")])


def _prompt(operation: str, words: dict[str, str]) -> str:
    usual = capabilities.prompt_limit("", operation)
    others: dict[int, list[str]] = {}
    for model in models_of(operation):
        if (limit := capabilities.prompt_limit(model.id, operation)) != usual:
            others.setdefault(limit, []).append(model.id)
    more = [words["and more"].format(limit, ", ".join(models)) for limit, models in others.items()]
    return words["prompt"].format(usual) + (words["brackets"].format(words["comma"].join(more)) if more else "")


def _named(names: list[str]) -> str:
    """Of several with numbers the first and the last."""
    stems: dict[str, list[str]] = {}
    for name in names:
        stem, _, number = name.rpartition("_")
        stems.setdefault(f"{stem}_1" if number.isdigit() else name, []).append(name)
    return ", ".join(code(some[0]) + (f" – {code(some[-1])}" if len(some) > 1 else "") for some in stems.values())
