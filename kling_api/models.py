"""The models of Kling's own platform, read from data/video_models.json and data/image_models.json: values only.

What they can do and cost is answered in `capabilities`. Source and date of the facts stand in the files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

_DATA = Path(__file__).parent / "data"
_NONE = ("none",)
#: By mode and sound.
Prices = Mapping[str, Mapping[str, str]]
Rows = Mapping[str, list[dict[str, list[Any]]]]


@dataclass(frozen=True)
class Way:
    """One way in which a model can be used: a request fits when each of its features is allowed here.

    A feature without values may be anything: there is nothing to choose. `video`: the role of the clip that is given.
    """

    mode: tuple[str, ...] = ()
    duration: tuple[int, ...] = ()
    sound: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    camera: tuple[str, ...] = ()
    video: tuple[str, ...] = _NONE
    references: tuple[str, ...] = _NONE
    elements: tuple[str, ...] = _NONE
    voices: tuple[str, ...] = _NONE
    shots: tuple[str, ...] = _NONE
    aspect_ratio: tuple[str, ...] = ()
    resolution: tuple[str, ...] = ()
    image_reference: tuple[str, ...] = _NONE
    result_type: tuple[str, ...] = ("single",)

    def allows(self, feature: str, value: Any) -> bool:
        """`camera` "none" is always possible; "any" asks for some camera type that is not known yet."""
        if feature == "camera":
            return value == "none" or (bool(self.camera) if value == "any" else value in self.camera)
        allowed = getattr(self, feature)
        return not allowed or value in allowed


@dataclass(frozen=True)
class Model:
    """`ways` by operation. `generation`: "legacy" or "new". `units`: video units per second by operation, mode and

    sound ("off", "on", "voice" or "video"). `successors`: words for those operations that `successor` cannot do.
    """

    id: str
    ways: Mapping[str, tuple[Way, ...]]
    generation: str = "legacy"
    prompt_limit: Mapping[str, int] = field(default_factory=dict)
    units: Mapping[str, Prices] = field(default_factory=dict)
    image_units: Mapping[str, tuple[tuple[Way, str], ...]] = field(default_factory=dict)
    multi_shot_default: bool = False
    retired: str = ""
    successor: str = ""
    successors: Mapping[str, str] = field(default_factory=dict)

    def heir(self, operation: str) -> str:
        """The nearest live model that can do the operation, with the words that are needed."""
        return self.successors.get(operation, self.successor)


@cache
def video_models() -> Mapping[str, Model]:
    """Every known model that makes clips, by id, the live ones first."""
    return MappingProxyType({entry["id"]: _video_model(entry) for entry in video_document()["models"]})


@cache
def image_models() -> Mapping[str, Model]:
    """Every known model that makes pictures, by id, the live ones first. Some ids are those of a video model too."""
    return MappingProxyType({entry["id"]: _image_model(entry) for entry in image_document()["models"]})


@cache
def models_with(operation: str) -> Mapping[str, Model]:
    """The models of the table that the operation is in, whether they can do it or not; {} if it is in none."""
    tables = (video_models(), image_models())
    return next((table for table in tables if any(operation in model.ways for model in table.values())), {})


@cache
def video_document() -> Mapping[str, Any]:
    return _read("video_models.json")


@cache
def image_document() -> Mapping[str, Any]:
    return _read("image_models.json")


def _read(name: str) -> Mapping[str, Any]:
    return json.loads((_DATA / name).read_text(encoding="utf-8"))


def _video_model(entry: dict[str, Any]) -> Model:
    both = ("text2video", "image2video")
    further = entry.get("further_ways", {})
    ways = {name: entry.get(name, []) + further.get(name, []) for name in dict.fromkeys((*both, *further))}
    units: dict[str, Prices] = {both[0]: entry["units"], both[1]: entry["units"]}
    further_units: dict[str, Prices] = entry.get("further_units", {})
    return Model(
        id=entry["id"],
        ways=_ways(ways),
        generation=entry["generation"],
        prompt_limit=entry.get("prompt_limit", {}),
        units=units | {name: _joined(units.get(name, {}), rows) for name, rows in further_units.items()},
        multi_shot_default=entry.get("multi_shot_default", False),
        retired=entry.get("retired", ""),
        successor=entry.get("successor", ""),
        successors=entry.get("further_successors", {}),
    )


def _image_model(entry: dict[str, Any]) -> Model:
    return Model(
        id=entry["id"],
        ways=_ways(entry["ways"], {"aspect_ratio": image_document()["aspect_ratio"]}),
        image_units={name: tuple(map(_price, rows)) for name, rows in entry["units"].items()},
        retired=entry.get("retired", ""),
        successor=entry.get("successor", ""),
    )


def _ways(rows: Rows, usual: Mapping[str, list[Any]] = MappingProxyType({})) -> dict[str, tuple[Way, ...]]:
    return {name: tuple(_way({**usual, **row}) for row in entries) for name, entries in rows.items()}


def _way(row: Mapping[str, list[Any]]) -> Way:
    return Way(**{feature: tuple(values) for feature, values in row.items()})


def _price(row: dict[str, Any]) -> tuple[Way, str]:
    """What the price is for: a feature that the row does not name may be anything."""
    anything: dict[str, list[Any]] = {feature.name: [] for feature in fields(Way)}
    return _way(anything | {name: values for name, values in row.items() if name != "units"}), row["units"]


def _joined(first: Prices, more: Prices) -> Prices:
    return {mode: {**first.get(mode, {}), **more.get(mode, {})} for mode in dict.fromkeys((*first, *more))}
