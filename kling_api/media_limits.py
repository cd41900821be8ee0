"""What a picture, clip or sound that we hold may be, per operation and field: data/media_limits.json. Values only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .capabilities import generation_of, image_limits
from .operations import Operation

_FILE = Path(__file__).parent / "data" / "media_limits.json"
Range = tuple[float, float]
_ANY: Range = (0, float("inf"))


@dataclass(frozen=True)
class StillLimits:
    """Fewest and most pixels of each side; `ratio`: the most of longer to shorter; `size` in bytes."""

    fewest: float
    most: float
    ratio: float
    size: float


@dataclass(frozen=True)
class ClipLimits:
    """Least and most; sides in pixels, `ratio` of width to height, `rate` in frames per second, `size` in bytes."""

    formats: tuple[str, ...]
    seconds: Range
    short_side: Range = _ANY
    long_side: Range = _ANY
    ratio: Range = _ANY
    area: float = float("inf")
    rate: Range = _ANY
    size: float = float("inf")


@dataclass(frozen=True)
class SoundLimits:
    formats: tuple[str, ...]
    seconds: Range
    size: float = float("inf")


def usual_still(generation: str = "legacy") -> StillLimits:
    """Of every picture without a row of its own."""
    usual = image_limits()
    return StillLimits(usual.min_side, _ANY[1], usual.max_ratio, usual.max_bytes[generation])


def still_limits(operation: Operation, field: str) -> StillLimits:
    """As the operation's model takes it."""
    usual = usual_still(generation_of(getattr(operation, "model_name", "")))
    row = _row("stills", operation, field)
    if not row:
        return usual
    fewest, most = row.get("sides", (usual.fewest, usual.most))
    return StillLimits(fewest, most, _ANY[1] if row.get("any_ratio") else usual.ratio, row.get("bytes", usual.size))


def clip_limits(operation: Operation, field: str) -> ClipLimits | None:
    """None where nobody says."""
    row = _row("clips", operation, field)
    if not row:
        return None
    return ClipLimits(
        formats=tuple(_document()["clip_formats"]),
        seconds=_range(row, "seconds"),
        short_side=_short_side(row),
        long_side=_long_side(row),
        ratio=_range(row, "ratio"),
        area=row.get("area", float("inf")),
        rate=_range(row, "rate"),
        size=row.get("bytes", float("inf")),
    )


def sound_limits(operation: Operation, field: str) -> SoundLimits | None:
    """None where nobody says."""
    row = _row("sounds", operation, field)
    if not row:
        return None
    return SoundLimits(tuple(row["formats"]), _range(row, "seconds"), row.get("bytes", float("inf")))


def _row(table: str, operation: Operation, field: str) -> dict[str, Any] | None:
    """The first that fits the operation."""
    rows = (row for row in _document()[table] if row["operation"] == operation.kind and row["field"] in (field, "*"))
    return next((row for row in rows if _fits(row.get("when", {}), operation)), None)


def _fits(when: Mapping[str, list[str]], operation: Operation) -> bool:
    return all(getattr(operation, name, None) in values for name, values in when.items())


def _short_side(row: Mapping[str, Any]) -> Range:
    return _range(row, "short_side" if "short_side" in row else "sides")


def _long_side(row: Mapping[str, Any]) -> Range:
    return _range(row, "long_side" if "long_side" in row else "sides")


def _range(row: Mapping[str, Any], name: str) -> Range:
    low, high = row.get(name, _ANY)
    return low, high


@cache
def _document() -> Mapping[str, Any]:
    return json.loads(_FILE.read_text(encoding="utf-8"))
