"""What a provider's document allows for one operation, read from the dialect's table in data/. No I/O but that file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True)
class Offer:
    """One operation as one provider does it, with one of its models.

    `fields`: the operation's fields that can be said. `required`: those that must be given. `values`: what a field may
    be; `limits`: the most characters of a text; `counts`: fewest and most pictures. `model` is the provider's own name,
    "" where it takes Kling's. `price` maps "sound on"/"sound off" or "any" to the provider's unit, per second or per
    request as `price_per` says. `urls_only`: fields of pictures and sounds that are taken by URL alone.
    """

    fields: frozenset[str]
    required: frozenset[str] = frozenset()
    values: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    counts: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    model: str = ""
    price: Mapping[str, str] = field(default_factory=dict)
    price_per: str = "request"
    urls_only: frozenset[str] = frozenset()


def read_offer(entry: Mapping[str, Any]) -> Offer:
    return Offer(
        fields=frozenset(entry["fields"]),
        required=frozenset(entry.get("required", ())),
        values={name: tuple(values) for name, values in entry.get("values", {}).items()},
        limits=entry.get("limits", {}),
        counts={name: (low, high) for name, (low, high) in entry.get("counts", {}).items()},
        model=entry.get("model", ""),
        price=entry.get("price", {}),
        price_per=entry.get("price_per", "request"),
        urls_only=frozenset(entry.get("urls_only", ())),
    )


@cache
def table(dialect: str) -> dict[str, Any]:
    """data/<dialect>.json."""
    return json.loads((_DATA / f"{dialect}.json").read_text(encoding="utf-8"))
