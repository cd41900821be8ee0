"""The pages of kie.ai's models as data/kie.json has them: which one a model leads to, and what it allows. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from .offer import Offer, read_offer, table


@dataclass(frozen=True)
class Page:
    """One model of kie.ai for one operation; the table says what each of its keys means."""

    model: str
    operation: str
    names: tuple[str, ...]
    offer: Offer
    input: Mapping[str, str | list[str]]
    always: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    may_be_empty: tuple[str, ...] = ()
    makes: str = ""
    sounds: bool = False
    larger_than: Mapping[str, int] = field(default_factory=dict)
    shots: Mapping[str, int] = field(default_factory=dict)
    media: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def is_for(self, model: str) -> bool:
        return model in (self.model, *self.names)


@cache
def pages(operation: str) -> tuple[Page, ...]:
    """() for an operation that kie.ai does not have."""
    return tuple(_page(row) for row in table("kie")["models"] if row["operation"] == operation)


def operations() -> tuple[str, ...]:
    return tuple(dict.fromkeys(row["operation"] for row in table("kie")["models"]))


def pages_for(operation: str, model: str) -> tuple[Page, ...]:
    """Several where each mode is a model of its own; () for a model that cannot be had here.

    An id with a slash is one of kie.ai's, also where the table does not know it yet.
    """
    found = tuple(page for page in pages(operation) if page.is_for(model))
    if found or "/" not in model or own_operation(model):
        return found
    alike = table("kie")["unknown"].get(operation)
    return tuple(_of_unknown(page, model) for page in pages(operation) if page.model == alike)


def page_for(operation: str, model: str, mode: str) -> Page | None:
    found = pages_for(operation, model)
    return next((page for page in found if page.makes == mode), found[0] if found else None)


def own_operation(model: str) -> str:
    """What the model is for, if that is one of kie.ai's own ids."""
    return next((row["operation"] for row in table("kie")["models"] if row["model"] == model), "")


def names(operation: str) -> tuple[str, ...]:
    """Kling's ids, then kie.ai's own; "" alone where the operation has no model_name."""
    kling = [name for page in pages(operation) for name in page.names]
    own = [page.model for page in pages(operation) if page.names != ("",)]
    return tuple(dict.fromkeys(kling + own))


def offer_for(operation: str, model: str) -> Offer | None:
    """A name of several pages can what any of them can."""
    found = [page.offer for page in pages_for(operation, model)]
    return replace(found[0], fields=frozenset().union(*(offer.fields for offer in found))) if found else None


def _page(row: dict[str, Any]) -> Page:
    """`mode` can always be said: where it is no field, it chooses the model, or nothing."""
    fields = {"mode", "callback_url"} | ({"sound"} if row.get("sounds") else set())
    fields |= {"model_name"} if row["names"] != [""] else set()
    fields |= {"multi_shot"} if row.get("shots") else set()
    for ours in row["input"].values():
        fields |= set(ours) if isinstance(ours, list) else {ours}
    return Page(
        model=row["model"],
        operation=row["operation"],
        names=tuple(row["names"]),
        offer=read_offer({**row, "fields": sorted(fields)}),
        input=row["input"],
        always=row.get("always", {}),
        words=row.get("words", {}),
        may_be_empty=tuple(row.get("may_be_empty", ())),
        makes=row.get("makes", ""),
        sounds=row.get("sounds", False),
        larger_than=row.get("larger_than", {}),
        shots=row.get("shots", {}),
        media=row.get("media", {}),
    )


def _of_unknown(page: Page, model: str) -> Page:
    """Its price is not known."""
    return replace(page, model=model, offer=replace(page.offer, model=model, price={}))
