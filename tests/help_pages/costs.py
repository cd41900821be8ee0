"""What a node costs: tables and example totals, from the price lists that the estimate uses."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from kling_api import capabilities, estimate
from kling_api.dialects import DIALECTS
from kling_api.models import Model, Way, image_document, video_document
from kling_api.operations import Image2Video, Text2Video

from .abilities import models_of, name_of
from .markdown import bullets, code, codes, figure, table
from .words import WORDS

_PRICES = json.loads((Path(estimate.__file__).parent / "data" / "prices.json").read_text(encoding="utf-8"))
#: A clip of 5 and of 10 s, by mode and sound.
_SAMPLES = (("std", "off", 5), ("pro", "off", 5), ("pro", "on", 5), ("pro", "off", 10), ("4k", "off", 5))
_ORDERS = {"text2video": Text2Video("x"), "image2video": Image2Video("https://stand-in.invalid/x.png")}
#: Dollars below which a tenth of a cent is told.
_CENTS = Decimal("0.1")
_FOR_MOTION = (("std", "off", 5), ("pro", "off", 10))


def of_operation(operation: str, language: str) -> str:
    """Everything about the price of an operation at Kling itself, then what is known of other providers."""
    parts = [_at_kling(operation, language), _dated(operation, language), _elsewhere(operation, language)]
    return "\n\n".join(part for part in parts if part)


def _at_kling(operation: str, language: str) -> str:
    words, priced = WORDS[language], [model for model in models_of(operation) if _has_price(model, operation)]
    if priced and priced[0].image_units.get(operation):
        return (
            f"{words['per image']}\n\n{_of_pictures(priced, operation, words)}\n\n{_picture_sample(operation, words)}"
        )
    if priced:
        heard = any("on" in prices for model in priced for prices in model.units[operation].values())
        heading = words["per second, sound" if heard else "per second"]
        return "\n\n".join((heading, _of_clips(priced, operation, words), _samples(operation, words)))
    return _flat(operation, words)


def _has_price(model: Model, operation: str) -> bool:
    return bool(model.image_units.get(operation) or model.units.get(operation))


def _of_clips(models: list[Model], operation: str, words: dict[str, str]) -> str:
    modes = [mode for mode in capabilities.modes() if any(mode in model.units[operation] for model in models)]
    rows = [
        (name_of(model), *(_cell(model.units[operation].get(mode, {}), words) for mode in modes)) for model in models
    ]
    return table((words["model"], *modes), rows)


def _cell(prices: Any, words: dict[str, str]) -> str:
    """ "0.6, ♪ 0.9"; what costs the same is said once."""
    told = {
        "off": "{}",
        "on": "♪\N{NO-BREAK SPACE}{}",
        "voice": f"{words['with voice']} {{}}",
        "video": f"{words['with clip']} {{}}",
    }
    found: dict[str, str] = {}
    for sort, form in told.items():
        if sort in prices and prices[sort] not in found:
            found[prices[sort]] = form.format(figure(Decimal(prices[sort])))
    return "<br>".join(found.values()) or "-"


def _of_pictures(models: list[Model], operation: str, words: dict[str, str]) -> str:
    rows = []
    for model in models:
        told = [_picture_price(way, units, words) for way, units in model.image_units[operation]]
        rows.append((name_of(model), words["comma"].join(told)))
    return table((words["model"], words["price"]), rows)


def _picture_price(way: Way, units: str, words: dict[str, str]) -> str:
    circumstances = [words["from text"] for value in way.references if value == "none"] + list(way.resolution)
    return units + (words["brackets"].format(", ".join(circumstances)) if circumstances else "")


def _samples(operation: str, words: dict[str, str]) -> str:
    """Totals with the model that a new node has."""
    model = capabilities.default_model(operation)
    lines = []
    for mode, sound, seconds in _FOR_MOTION if operation == "motion-control" else _SAMPLES:
        units = capabilities.units_per_second(model, mode, sound, operation)
        if units is not None and _is_possible(model, operation, mode, sound, seconds):
            heard = [words["can sound"]] if sound == "on" else []
            what = words["comma"].join([f"{mode}, {seconds} s", *heard])
            total = units * seconds
            lines.append(f"{what}{words['colon']}{_total(total, 'units', words)}")
    return f"{words['for example']} {code(model)}{words['colon'].strip()}\n\n{bullets(lines)}"


def _is_possible(model: str, operation: str, mode: str, sound: str, seconds: int) -> bool:
    return not capabilities.problem(model, operation, {"mode": mode, "sound": sound, "duration": seconds})


def _picture_sample(operation: str, words: dict[str, str]) -> str:
    model = capabilities.default_model(operation)
    units = capabilities.units_per_image(model, operation, {"references": "none"})
    if units is None:
        return f"{code(model)}{words['colon']}{words['unknown price']}"
    count = 1 if operation == "kolors-virtual-try-on" else 4
    total = _total(units * count, "image units", words)
    return f"{words['for example']} {code(model)}, n = {count}{words['colon']}{total}{words['stop']}"


def _total(units: Decimal, unit: str, words: dict[str, str]) -> str:
    document = image_document() if unit == "image units" else video_document()
    dollars = units * Decimal(document["unit_price_usd"])
    told = words["dollars"].format(f"{dollars:.2f}" if dollars >= _CENTS else f"{dollars:.3f}")
    return words[unit].format(figure(units)) + words["brackets"].format(told)


def _flat(operation: str, words: dict[str, str]) -> str:
    """Prices of operations without models."""
    if operation == "advanced-lip-sync":
        sound, faces = _PRICES["lip_sync"], _PRICES["per_call"]["identify-face"]
        lines = [words["sound price"].format(**sound), words["faces price"].format(faces), _speech(words)]
        return bullets(lines)
    if operation in _PRICES["per_second"]:
        modes = ", ".join(f"{mode} {units}" for mode, units in _PRICES["per_second"][operation].items())
        return bullets([words["second price"].format(modes, ""), _speech(words)])
    if operation in _PRICES["per_image"]:
        form = "views price" if operation == "ai-multi-shot" else "image price"
        return words[form].format(_PRICES["per_image"][operation]) + words["stop"]
    price = _PRICES["per_call"].get(operation)
    if price is None:
        return words["unknown price"]
    return words["free made"] if price == "0" else _total(Decimal(price), "units", words) + words["stop"]


def _speech(words: dict[str, str]) -> str:
    return words["tts price"].format(_PRICES["per_call"]["tts"])


def _dated(operation: str, language: str) -> str:
    known = any(_has_price(model, operation) for model in models_of(operation))
    priced = any(rows.get(operation, "0") != "0" for rows in _PRICES.values() if isinstance(rows, dict))
    if not known and not priced and operation != "advanced-lip-sync":
        return ""
    return WORDS[language]["list"].format(_PRICES["date"][:7])


def _elsewhere(operation: str, language: str) -> str:
    """Only providers that have the operation."""
    words, lines, untold = WORDS[language], [], []
    for name, dialect in DIALECTS.items():
        if name == "official" or not dialect.fields(operation):
            continue
        told = _of_provider(name, operation, words)
        lines += told
        untold += [] if told else [name]
    if untold:
        lines.append(words["unpriced"].format(codes(untold)))
    return f"{words['elsewhere']}{words['colon'].strip()}\n\n{bullets(lines)}" if lines else ""


def _of_provider(name: str, operation: str, words: dict[str, str]) -> list[str]:
    sample = _ORDERS.get(operation)
    if sample and DIALECTS[name].estimate(sample) == estimate.estimate(sample):
        return [words["kling price"].format(name)]
    document = json.loads((Path(estimate.__file__).parent / "data" / f"{name}.json").read_text(encoding="utf-8"))
    entry = document.get("operations", {}).get(operation, {})
    if "credits" in entry:
        return [words["credits price"].format(name, "-".join(map(str, dict.fromkeys(entry["credits"]))))]
    found = []
    for row in document.get("models", ()):
        price = row.get("price")
        if price and row.get("operation") == operation:
            told = (price["sound off"], price["sound on"], codes(row["names"]))
            found.append(words["kie price"].format(name, *told))
    return found
