"""Voices and elements that an account keeps at Kling, or that Kling has for everybody: lists, and deleting one. Pure.

Facts: pages on voices and elements as copied 2026-09. All of it is free.
"""

from __future__ import annotations

from typing import Any

from . import official_routes as routes
from .official_answers import envelope
from .reading import fields, rows, task_id, unreadable, words
from .reading import text as untrusted
from .wire import Kept, Refusal, Reply, Request

_GENERAL = "/v1/general"
_LISTS = {
    "voice": f"{_GENERAL}/custom-voices",
    "preset-voice": f"{_GENERAL}/presets-voices",
    "element": f"{_GENERAL}/advanced-custom-elements",
    "preset-element": f"{_GENERAL}/advanced-presets-elements",
}
_DELETES = {
    "voice": (f"{_GENERAL}/delete-voices", "voice_id"),
    "element": (f"{_GENERAL}/delete-advanced-elements", "element_id"),
}
#: Where a row of a list names what: by the kind of what is kept.
_RESULTS = {"voice": "voices", "element": "elements"}


def page(kind: str, number: int) -> Request | None:
    return routes.page(_LISTS[kind], number) if kind in _LISTS else None


def delete(kind: str, id: str) -> Request | None:
    """Only what the account has made itself can be deleted."""
    if kind not in _DELETES:
        return None
    path, name = _DELETES[kind]
    return Request("POST", path, {name: id}, route=path)


def kept(reply: Reply) -> tuple[Kept, ...] | Refusal:
    """What the tasks of a page have made; those without a result have made nothing."""
    data = envelope(reply)
    if isinstance(data, Refusal):
        return data
    if not isinstance(data, list):
        return unreadable(reply, "Kling's")
    return tuple(one for row in rows(data) for one in _of(row))


def deleted(reply: Reply) -> Refusal | None:
    """None when it is gone: the answer was seen to name nothing else (live, 2026-09)."""
    data = envelope(reply)
    return data if isinstance(data, Refusal) else None


def _of(row: dict[str, Any]) -> list[Kept]:
    result = fields(row.get("task_result"))
    found = [(kind, item) for kind, name in _RESULTS.items() for item in rows(result.get(name)) if _id(kind, item)]
    return [_one(kind, item) for kind, item in found]


def _one(kind: str, item: dict[str, Any]) -> Kept:
    return Kept(
        id=_id(kind, item),
        name=words(item.get(f"{kind}_name")),
        kind=kind,
        owned_by=words(item.get("owned_by")),
        status=words(item.get("status")),
        url=untrusted(item.get("trial_url")) if kind == "voice" else _frontal(item),
    )


def _id(kind: str, item: dict[str, Any]) -> str:
    return task_id(item.get(f"{kind}_id"))


def _frontal(item: dict[str, Any]) -> str:
    found = fields(item.get("element_image_list")).get("frontal_image")
    return untrusted(found) if isinstance(found, str) else ""
