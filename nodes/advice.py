"""What the editor tells while the artist edits: what an order would cost, what is wrong, what the model cannot do.

From the same data and checks as validate_inputs, the order itself and its estimate. Sends nothing.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..kling_api.errors import InvalidRequest
from ..kling_api.limits import plain
from ..kling_api.operations import Operation, TextToSpeech, TryOnVideo
from ..kling_api.recordings import Footage, Sound
from . import inputs as shared
from .abilities import abilities
from .judging import UNSENT
from .language import speaking
from .order_values import fields_of, given_of, is_linked, names_of
from .orders import Order, orders
from .translation import translated
from .wording import told

if TYPE_CHECKING:
    from ..kling_api.dialects.wire import Dialect

#: The inputs that a price may depend on, beside the seconds.
_DECIDE = ("model_name", "mode", "sound", "resolution", "n", "result_type", "series_amount", "refer_type", "profile")
_CITATION = re.compile(r"<<<\w+>>>")


@dataclass(frozen=True)
class Price:
    """`sort`: exact; second (`units` each); from (`units` at least); depends (on the input `on`); nothing; unknown.

    `beside`: what a step before costs on top, which `exact` and `from` hold already.
    """

    sort: str
    units: Decimal | None = None
    on: str = ""
    beside: Decimal = Decimal(0)


def is_advised(node: str) -> bool:
    """Whether the node orders something."""
    return node in orders()


def advise(node: str, inputs: Mapping[str, Any], language: str) -> dict[str, Any]:
    """`inputs`: widget or socket -> value, None for a linked one; what is not there is not given. Texts in `language`.

    A long text may be said as {"length": characters, "text": what of it matters}. Raises KeyError for a node that
    orders nothing.
    """
    order = orders()[node]
    given = given_of(order, {name: _whole(value) for name, value in inputs.items()})
    dialect = shared.dialect(given.get("profile") or "")
    able = abilities(order, dialect, given.get("model_name") or "")
    price = _price(order, given, dialect)
    problem, notes = _judged(order, given, dialect)
    return {
        "units": _plain(price.units) if price.sort in ("exact", "nothing") else None,
        "unit": dialect.unit_for(_kind(order, dialect)),
        "price": {"is": price.sort, "units": _plain(price.units), "on": price.on, "beside": _plain(price.beside)},
        "text": translated(_text(price, dialect.unit_for(_kind(order, dialect))), language),
        "problem": translated(problem, language),
        "notes": [translated(note, language) for note in notes],
        "options": {name: list(values) for name, values in able.options.items()},
        "unused": {name: translated(why, language) for name, why in able.unused.items()},
    }


def _whole(value: Any) -> Any:
    """A text that was said by its length, as long as it is."""
    if not isinstance(value, dict):
        return value
    text, length = value.get("text"), value.get("length")
    if not isinstance(text, str) or not isinstance(length, int) or not 0 <= length < 1_000_000:
        return None
    return text.ljust(length, "x")[: max(length, 0)]


def _judged(order: Order, given: dict[str, Any], dialect: Dialect) -> tuple[str, list[str]]:
    """What is wrong, "" for nothing, and what there is to know beside. Nobody has pressed Run: that nothing was sent

    goes without saying.
    """
    answer = _validated(order, given)
    if answer is not True:
        return str(answer).removesuffix(f" {UNSENT}"), []
    if _is_made_before(order, given) or any(name in given and given[name] is None for name in _DECIDE):
        return "", []
    from ..kling_api.quote import quote

    try:
        warnings = quote(_operation(order, given, dialect), dialect).warnings
    except InvalidRequest as error:
        if _is_of_what_is_linked(order, given, error):
            return "", []
        return told(f"{error.what} {error.advice}", order.names), []
    return "", [told(warning, order.names) for warning in warnings]


def _validated(order: Order, given: Mapping[str, Any]) -> str | bool:
    check: Callable[..., str | bool] = order.node.validate_inputs
    names = inspect.signature(check).parameters
    with speaking("en"):  # it is put into the reader's language at the end, as a whole
        return check(**{name: value for name, value in given.items() if name in names})


def _is_of_what_is_linked(order: Order, given: Mapping[str, Any], error: InvalidRequest) -> bool:
    """A stand-in may be refused for what the real one will not be: how many there are, or how long."""
    batches = [brought for brought in order.brought.values() if brought.batch and is_linked(given, brought)]
    return bool(batches) or "stand-in" in error.what


def _operation(order: Order, given: Mapping[str, Any], dialect: Dialect, **more: Any) -> Operation:
    """With stand-ins for what is linked or missing. Raises InvalidRequest."""
    from ..kling_api.quote import operation_of

    kind = _kind(order, dialect)
    names = names_of(kind)
    said = fields_of(order, given, names) | more
    if order.spoken and not said.get("sound_end_time"):
        said.pop("sound_end_time", None)
    if "reference_type" in names:
        said["reference_type"] = "video_refer" if said.get("refer_video") else "image_refer"
    linked = any(brought.batch and is_linked(given, brought) for brought in order.brought.values())
    said = {name: value for name, value in said.items() if value != "" or name not in ("prompt", "text")}
    if linked and isinstance(said.get("prompt"), str):
        said["prompt"] = _CITATION.sub("<<<>>>", said["prompt"])
    return operation_of(kind, said, {}, dialect)


def _price(order: Order, given: dict[str, Any], dialect: Dialect) -> Price:
    if _is_made_before(order, given):
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


def _is_made_before(order: Order, given: Mapping[str, Any]) -> bool:
    """With the id of what was made before, nothing is ordered; one that is linked will be there."""
    return order.made_before in given and given[order.made_before] != ""


def _undecided(order: Order, given: Mapping[str, Any], dialect: Dialect) -> str:
    """The first input that decides on the price and whose value is linked."""
    is_series = given.get("result_type") == "series"
    counts = {"n": not is_series, "series_amount": is_series}
    names = {"profile", *names_of(_kind(order, dialect))}
    linked = [name for name in _DECIDE if name in names and name in given and given[name] is None]
    return next((name for name in linked if counts.get(name, True)), "")


def _estimated(order: Order, given: dict[str, Any], dialect: Dialect, seconds: int) -> Decimal | None:
    """As if everything whose length is not known yet lasted that long."""
    operation: Any = _operation(order, given, dialect)
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


def _kind(order: Order, dialect: Dialect) -> str:
    """A provider may have no try-on but the one that makes a clip."""
    if (
        not dialect.fields(order.kind)
        and order.node.__name__ == "KlingVirtualTryOn"
        and dialect.fields(TryOnVideo.kind)
    ):
        return TryOnVideo.kind
    return order.kind


def _text(price: Price, unit: str) -> str:
    if price.units is None:
        return f"The cost depends on {price.on}." if price.sort == "depends" else "No price is known for this."
    said = {
        "exact": f"About {plain(price.units)} {unit}.",
        "second": f"About {plain(price.units)} {unit} for each second.",
        "from": f"From {plain(price.units)} {unit}, by the length of the sound.",
        "nothing": "Nothing is ordered.",
    }[price.sort]
    return (
        f"{said} {plain(price.beside)} {unit} more for the speech." if price.sort == "second" and price.beside else said
    )


def _plain(units: Decimal | None) -> str | None:
    return None if units is None else plain(units)
