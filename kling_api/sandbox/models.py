"""The models of the sandbox: which ways they can be used, at which size, rate and price. Read from the data file.

Read here on its own and not through the client's checks, so that a mistake in those shows against the sandbox.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parents[1] / "data" / "video_models.json"
#: Units per second where no price is published (the retired models without a row in the price list).
FALLBACK_UNITS = Decimal("0.4")
#: For models and modes that the data file does not have: the usual sizes and rate (official docs, 2026).
USUAL_RESOLUTION = {"std": "720p", "pro": "1080p", "4k": "4k"}
_USUAL_RATE = 24


@dataclass(frozen=True)
class Way:
    """Values that are possible together."""

    mode: tuple[str, ...]
    duration: tuple[int, ...]
    sound: tuple[str, ...]
    frames: tuple[str, ...]
    camera: tuple[str, ...]


@dataclass(frozen=True)
class Model:
    """`generation` legacy or new; `resolution` and `units` by mode; `rate` (frames per second) by operation."""

    id: str
    generation: str
    retired: bool
    ways: Mapping[str, tuple[Way, ...]]
    resolution: Mapping[str, str]
    rate: Mapping[str, int]
    prompt_limits: Mapping[str, int]
    units: Mapping[str, Mapping[str, str]]

    @property
    def version(self) -> str:
        """What slots are counted by: kling-v2-6 and kling-2.6 are the same version "2.6"."""
        version = re.sub(r"^kling-v?", "", self.id)
        version = re.sub(r"^(\d)-(\d)", r"\1.\2", version)
        return re.sub(r"^(\d)(?![.\d])", r"\1.0", version)

    def prompt_limit(self, operation: str) -> int:
        return self.prompt_limits.get(operation, _document()["prompt_limit"])

    def lines(self, mode: str) -> str:
        """720p, 1080p or 4k."""
        return self.resolution.get(mode) or USUAL_RESOLUTION[mode]

    def frames_per_second(self, operation: str) -> int:
        return self.rate.get(operation, _USUAL_RATE)

    def milliunits(self, mode: str, sound: bool, seconds: float) -> int:
        """The price of a clip in thousandths of a unit."""
        price = self.units.get(mode, {}).get("on" if sound else "off")
        return int((Decimal(price) if price else FALLBACK_UNITS) * Decimal(str(seconds)) * 1000)


def find_model(model_id: str, operation: str, generation: str) -> Model | None:
    """The model if that generation of the API offers the operation with it."""
    model = _models().get(model_id)
    return model if model and model.generation == generation and model.ways.get(operation) else None


def any_model(model_id: str) -> Model:
    """The model, or one of that name that can be drawn with: gateways do not look into Kling's capability map."""
    return _models().get(model_id) or Model(model_id, "legacy", False, {}, USUAL_RESOLUTION, {}, {}, {})


def aspect_ratios() -> tuple[str, ...]:
    return tuple(_document()["aspect_ratio"])


def min_image_side() -> int:
    return _document()["image"]["min_side"]


def max_image_ratio() -> float:
    return _document()["image"]["max_ratio"]


def max_image_bytes(generation: str) -> int:
    return _document()["image"][f"{generation}_max_bytes"]


@cache
def _document() -> dict[str, Any]:
    return json.loads(_FILE.read_text(encoding="utf-8"))


@cache
def _models() -> dict[str, Model]:
    return {entry["id"]: _model(entry) for entry in _document()["models"]}


def _model(entry: dict[str, Any]) -> Model:
    operations = [name for name in entry if isinstance(entry[name], list)]
    return Model(
        id=entry["id"],
        generation=entry["generation"],
        retired=bool(entry.get("retired")),
        ways={name: tuple(_way(row) for row in entry[name]) for name in operations},
        resolution=entry["resolution"],
        rate=entry["rate"],
        prompt_limits=entry.get("prompt_limit", {}),
        units=entry["units"],
    )


def _way(row: dict[str, list[Any]]) -> Way:
    return Way(**{name: tuple(values) for name, values in row.items()})
