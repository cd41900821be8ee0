"""What an order would cost, by what its node says before the graph runs: exactly, or what it depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..kling_api.errors import InvalidRequest
from ..kling_api.limits import plain
from ..kling_api.operations import TextToSpeech
from ..kling_api.recordings import Footage, Sound
from .order_values import is_made_before, kind_at, names_of, operation_for
from .orders import Order

if TYPE_CHECKING:
    from ..kling_api.dialects.wire import Dialect

#: The inputs that a price may depend on, beside the seconds.
DECIDE = ("model_name", "mode", "sound", "resolution", "n", "result_type", "series_amount", "refer_type", "profile")


@dataclass(frozen=True)
class Price:
    """`sort`: exact; second (`units` each); from (`units` at least); depends (on the input `on`); nothing; unknown.

    `beside`: what a step before costs on top, which `exact` and `from` hold already.
    """

    sort: str
    units: Decimal | None = None
    on: str = ""
    beside: Decimal = Decimal(0)


def price_of(order: Order, given: dict[str, Any], dialect: Dialect) -> Price:
    if is_made_before(order, given):
        return Price("nothing", Decimal(0))
    if unknown := _undecided(order, given, dialect):
        return Price("depends", on=unknown)
    try:
        five, ten, least = (_estimated(order, given, dialect, seconds) for seconds in (5, 10, 2))
    except InvalidRequest:
        return Price("unknown")
    if five is None or ten is None or least is None:
        return Price("unknown")
    beside = _speech(order, given, dialect)
    if five == ten:
        return Price("exact", five + beside, beside=beside)
    if five * 2 == ten:
        return Price("second", five / 5, beside=beside)
    return Price("from", least + beside, beside=beside)


def words_of(price: Price, unit: str, is_free: bool) -> str:
    said = _priced(price, unit)
    return f"{said} The sandbox is free." if is_free and price.units else said


def _priced(price: Price, unit: str) -> str:
    if price.units is None:
        return f"The cost depends on {price.on}." if price.sort == "depends" else "No price is known for this."
    if price.sort == "exact" and not price.units:
        return "Free of charge."
    said = {
        "exact": f"About {plain(price.units)} {unit}.",
        "second": f"About {plain(price.units)} {unit} for each second.",
        "from": f"From {plain(price.units)} {unit}, by the length of the sound.",
        "nothing": "Nothing is ordered.",
    }[price.sort]
    return (
        f"{said} {plain(price.beside)} {unit} more for the speech." if price.sort == "second" and price.beside else said
    )


def _undecided(order: Order, given: Mapping[str, Any], dialect: Dialect) -> str:
    """The first input that decides on the price and whose value is linked."""
    is_series = given.get("result_type") == "series"
    counts = {"n": not is_series, "series_amount": is_series}
    names = {"profile", *names_of(kind_at(order, dialect))}
    linked = [name for name in DECIDE if name in names and name in given and given[name] is None]
    return next((name for name in linked if counts.get(name, True)), "")


def _estimated(order: Order, given: dict[str, Any], dialect: Dialect, seconds: int) -> Decimal | None:
    """As if everything whose length is not known yet lasted that long."""
    operation: Any = operation_for(order, given, dialect)
    names = names_of(operation.kind)
    lasting: dict[str, Any] = {}
    if "duration" in given and given["duration"] is None and "duration" in names:
        lasting["duration"] = seconds
    if getattr(operation, "video_url", ""):
        lasting["video_url"] = Footage(Path("clip.mp4"), seconds, 1280, 720, 24, 1, "clip")
    if order.spoken:
        lasting |= {"sound_file": Sound(b"", "mp3", seconds, "sound"), "audio_id": ""}
    if "sound_end_time" in names and not given.get("sound_end_time"):
        lasting["sound_end_time"] = operation.sound_start_time + seconds * 1000
    return dialect.estimate(replace(operation, **lasting))


def _speech(order: Order, given: Mapping[str, Any], dialect: Dialect) -> Decimal:
    """The price of the text that is spoken first."""
    if not order.spoken or given.get("text", "") == "":
        return Decimal(0)
    return dialect.estimate(TextToSpeech("x", "x")) or Decimal(0)
