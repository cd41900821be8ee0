"""The capability table against a second copy of Kling's map, and every explanation against what it promises."""

from __future__ import annotations

import itertools
import json
import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kling_api import capabilities
from kling_api.capabilities import (
    default_model,
    generation_of,
    image_limits,
    model_for,
    models_for,
    problem,
    prompt_limit,
    sound_of,
    units_per_second,
)
from kling_api.models import video_models

DATA = Path(capabilities.__file__).parent / "data"
S, P, K = "std", "pro", "4k"
LONG = tuple(range(3, 16))

#: Kling's capability map as written in its documentation, read by hand: S5 is std with 5 s, "P5 P10 silent" pro
#: without sound. Operation -> model -> ways as (modes, seconds, sounds, frames, camera types).
SHORT = (5, 10)
SOME_CAMERAS = ("none", "any", "simple", "down_back")
ALL_CAMERAS = ("simple", "down_back", "forward_up", "right_turn_forward", "left_turn_forward")
Ways = list[tuple[tuple[str, ...], tuple[int, ...], str, tuple[str, ...], tuple[str, ...]]]
TEXT: dict[str, Ways] = {
    "kling-v1": [((S, P), SHORT, "off", ("none",), ()), ((S,), (5,), "off", ("none",), ALL_CAMERAS)],
    "kling-v1-6": [((S, P), SHORT, "off", ("none",), ())],
    "kling-v2-master": [((S, P), SHORT, "off", ("none",), ())],
    "kling-v2-1-master": [((S, P), SHORT, "off", ("none",), ())],
    "kling-v2-5-turbo": [((S, P), SHORT, "off", ("none",), ())],
    "kling-v2-6": [((S, P), SHORT, "off", ("none",), ()), ((P,), SHORT, "on", ("none",), ())],
    "kling-v3": [((S, P, K), LONG, "off on", ("none",), ())],
    "kling-3.0": [((S, P, K), LONG, "off on", ("none",), ())],
    "kling-3.0-turbo": [((S, P), LONG, "on", ("none",), ())],
    "kling-2.6": [((S, P), SHORT, "off", ("none",), ()), ((P,), SHORT, "on", ("none",), ())],
    "kling-2.5-turbo": [((S, P), SHORT, "off", ("none",), ())],
}
FIRST, BOTH, LAST = ("first",), ("first+last",), ("last",)
IMAGE: dict[str, Ways] = {
    "kling-v1": [((S, P), SHORT, "off", FIRST, ()), ((S, P), (5,), "off", BOTH, ())],
    "kling-v1-5": [
        ((S, P), SHORT, "off", FIRST, ()),
        ((P,), SHORT, "off", BOTH + LAST, ()),
        ((P,), (5,), "off", FIRST, ("simple",)),
    ],
    "kling-v1-6": [((S, P), SHORT, "off", FIRST, ()), ((P,), SHORT, "off", BOTH + LAST, ())],
    "kling-v2-master": [((S, P), SHORT, "off", FIRST, ())],
    "kling-v2-1": [((S, P), SHORT, "off", FIRST, ()), ((P,), SHORT, "off", BOTH, ())],
    "kling-v2-1-master": [((S, P), SHORT, "off", FIRST, ())],
    "kling-v2-5-turbo": [((S, P), SHORT, "off", FIRST, ()), ((P,), SHORT, "off", BOTH, ())],
    "kling-v2-6": [
        ((S, P), SHORT, "off", FIRST, ()),
        ((P,), SHORT, "on", FIRST, ()),
        ((P,), SHORT, "off", BOTH, ()),
    ],
    "kling-v3": [((S, P, K), LONG, "off on", FIRST + BOTH, ())],
    "kling-3.0": [((S, P, K), LONG, "off on", FIRST + BOTH, ())],
    "kling-3.0-turbo": [((S, P), LONG, "on", FIRST, ())],
    "kling-2.6": [((S, P), SHORT, "off", FIRST, ()), ((P,), SHORT, "off on", FIRST + BOTH, ())],
    "kling-2.5-turbo": [((S, P), SHORT, "off", FIRST, ()), ((P,), SHORT, "off", BOTH, ())],
}
MAP = {"text2video": TEXT, "image2video": IMAGE}
RETIRED = {"kling-v1", "kling-v1-5", "kling-v1-6", "kling-v2-master", "kling-v2-1", "kling-v2-1-master"}
NEW_STANDARD = {"kling-3.0", "kling-3.0-turbo", "kling-2.6", "kling-2.5-turbo", "kling-3.0-omni", "kling-o1"}
FRAMES = {"text2video": ("none",), "image2video": ("first", "first+last", "last")}
#: The features of every clip, which the map above is about.
PLAIN = capabilities.FEATURES[:5]
CASES = [(operation, model) for operation in MAP for model in sorted(set(TEXT) | set(IMAGE))]


def _everything(operation: str) -> list[dict[str, Any]]:
    """Every combination that somebody could ask for, and a few that nobody should."""
    values = itertools.product(
        (S, P, K, "ultra"), (*range(1, 17), 60), ("off", "on"), FRAMES[operation], ("none", "any", *ALL_CAMERAS)
    )
    return [dict(zip(PLAIN, row, strict=True)) for row in values]


def _some(operation: str) -> list[dict[str, Any]]:
    """A part of them that meets every kind of refusal."""
    return [
        row for row in _everything(operation) if row["duration"] in (5, 7, 10, 60) and row["camera"] in SOME_CAMERAS
    ]


def _possible(operation: str, model: str, asked: dict[str, Any]) -> bool:
    return any(
        asked["mode"] in modes
        and asked["duration"] in seconds
        and asked["sound"] in sounds.split()
        and asked["frames"] in frames
        and (asked["camera"] == "none" or (asked["camera"] in cameras or (asked["camera"] == "any" and bool(cameras))))
        for modes, seconds, sounds, frames, cameras in MAP[operation].get(model, [])
    )


@pytest.mark.parametrize(("operation", "model"), CASES)
def test_exactly_the_combinations_of_klings_map_are_possible(operation: str, model: str) -> None:
    for asked in _everything(operation):
        assert bool(problem(model, operation, asked)) != _possible(operation, model, asked), asked


def test_the_table_holds_the_models_of_klings_map_and_no_others() -> None:
    for operation, models in MAP.items():
        assert set(models_for(operation)) == set(models)
    both = {model.id for model in video_models().values() if model.ways["text2video"] or model.ways["image2video"]}
    assert both == set(TEXT) | set(IMAGE)


@pytest.mark.parametrize(("operation", "model"), CASES)
def test_every_way_out_that_an_explanation_names_would_really_do(operation: str, model: str) -> None:
    promised = 0
    for asked in _some(operation):
        if not (said := problem(model, operation, asked)):
            continue
        for changes in _promises(said):
            promised += 1
            refused = [problem(model, operation, _as_far_as(said, asked) | change) for change in changes]
            assert not any(refused), (said, asked, changes, refused)
        for other in _other_models(said):
            promised += 1
            feature = "" if said.startswith("model_name") else _feature(said)
            assert _somehow_possible(operation, other, feature, asked.get(feature)), (said, other)
    assert promised


_VALUE = {"std": "mode", "pro": "mode", "4k": "mode", "off": "sound", "on": "sound"}
_FRAME_WORDS = {
    "a first frame alone": "first",
    "a first frame with an end frame": "first+last",
    "an end frame without a first frame": "last",
}


def _promises(said: str) -> list[list[dict[str, Any]]]:
    """Each promise as the changes that it allows: "with mode pro or 4k and sound off" gives two changes."""
    if found := re.search(r" can do it with (.+)\.$", said):
        return [_changes(option) for option in found[1].split("; or ")]
    if found := re.search(r"Possible here: (.+?)\.(?: Models|$)", said):
        feature = _feature(said)
        return [[{feature: _read(word)}] for word in found[1].split(", ")]
    return []


def _changes(option: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [{}]
    for part in option.split(" and "):
        words = re.sub(r"^(mode|duration|sound|camera_control type) ", "", part).split(" or ")
        feature = part.split(" ", 1)[0] if part not in _FRAME_WORDS else "frames"
        rows = [row | {feature: _read(word)} for row in rows for word in words]
    return rows


def _read(word: str) -> Any:
    if word in _FRAME_WORDS:
        return _FRAME_WORDS[word]
    return int(word.removesuffix(" s")) if word.endswith(" s") else word


def _feature(said: str) -> str:
    head = said.split(" is not possible")[0]
    if head.lower() in _FRAME_WORDS:
        return "frames"
    return "camera" if head.startswith("camera_control") else head.split(" ")[0]


def _as_far_as(said: str, asked: dict[str, Any]) -> dict[str, Any]:
    """The features up to the one that the explanation is about: it promises nothing about those after it."""
    return dict(list(asked.items())[: capabilities.FEATURES.index(_feature(said)) + 1])


def _other_models(said: str) -> list[str]:
    found = re.search(r"(?:Models that can|These can): (.+)\.$", said)
    return re.sub(r" \([^)]*\)", "", found[1]).split(", ") if found else []


@cache
def _somehow_possible(operation: str, model: str, feature: str, value: Any) -> bool:
    """With that value of the feature and anything else."""
    return any(_possible(operation, model, row) for row in _everything(operation) if row.get(feature) == value)


@pytest.mark.parametrize(
    ("model", "operation", "asked", "said"),
    [
        (
            "kling-v2-6",
            "text2video",
            {"mode": "std", "duration": 7},
            "duration 7 s is not possible with kling-v2-6. Possible here: 5 s, 10 s. "
            "Models that can: kling-v3, kling-3.0-turbo, kling-3.0.",
        ),
        (
            "kling-v2-6",
            "image2video",
            {"mode": "std", "duration": 5, "sound": "on"},
            "sound on is not possible with kling-v2-6 (mode std, duration 5 s). kling-v2-6 can do it with mode pro.",
        ),
        (
            "kling-v3",
            "text2video",
            {"camera": "any"},
            "camera_control is not possible with kling-v3. Disconnect it or leave it out. "
            "Models that can: kling-v1 (retirement announced for 2026-09-15).",
        ),
        (
            "kling-v2-6",
            "image2video",
            {"mode": "pro", "sound": "on", "frames": "first+last"},
            "A first frame with an end frame is not possible with kling-v2-6 (mode pro, sound on). "
            "kling-v2-6 can do it with sound off.",
        ),
        (
            "kling-v1",
            "text2video",
            {"mode": "pro", "duration": 10, "sound": "off", "frames": "none", "camera": "down_back"},
            "camera_control type down_back is not possible with kling-v1 (mode pro, duration 10 s). "
            "kling-v1 can do it with mode std and duration 5 s.",
        ),
        (
            "kling-v2-1",
            "text2video",
            {},
            "model_name kling-v2-1 cannot do text2video. These can: kling-v3, kling-3.0-turbo, kling-v2-6, "
            "kling-v2-5-turbo, kling-3.0, kling-2.6, kling-2.5-turbo.",
        ),
    ],
)
def test_an_explanation_reads_like_a_sentence(model: str, operation: str, asked: dict[str, Any], said: str) -> None:
    assert problem(model, operation, asked) == said


def test_a_model_that_nobody_knows_is_never_refused() -> None:
    assert problem("kling-v9", "text2video", {"mode": "8k", "duration": 60, "camera": "any"}) == ""


def test_a_feature_that_is_left_out_may_be_anything() -> None:
    assert problem("kling-v2-6", "image2video", {"sound": "on"}) == ""
    assert problem("kling-v1", "text2video", {"camera": "any"}) == ""


def test_the_default_model_is_live_and_does_both_operations() -> None:
    model = video_models()[default_model()]
    assert not model.retired
    assert all(model.ways[operation] for operation in MAP)
    assert default_model("image2video") == default_model()
    assert (
        problem(default_model(), "text2video", {"mode": "std", "duration": 5, "sound": "off", "frames": "none"}) == ""
    )


def test_every_model_has_a_price_for_everything_that_it_can_do() -> None:
    for model, operation in itertools.product(video_models().values(), MAP):
        for way in model.ways[operation]:
            for mode, sound in itertools.product(way.mode, way.sound):
                price = units_per_second(model.id, mode, sound, operation)
                assert price is not None, (model.id, mode, sound)
                assert Decimal("0.1") < price < 5


def test_the_prices_are_those_of_the_price_list() -> None:
    assert units_per_second("kling-v3", "std", "off") == Decimal("0.6")
    assert units_per_second("kling-v3", "pro", "on") == Decimal("1.2")
    assert units_per_second("kling-v3", "4k", "off") == Decimal(3)
    assert units_per_second("kling-3.0-turbo", "pro", "on") == Decimal(1)
    assert units_per_second("kling-2.6", "pro", "on") == Decimal(1)
    assert units_per_second("kling-v2-5-turbo", "std", "off") == Decimal("0.3")
    assert units_per_second("kling-v2-5-turbo", "std", "on") is None
    assert units_per_second("kling-v9", "std", "off") is None
    assert units_per_second("kling-v1", "std", "off") == Decimal("0.2")
    assert units_per_second("kling-v1-6", "pro", "off", "multi-image2video") == Decimal("0.7")
    assert units_per_second("kling-v2-6", "pro", "voice", "image2video") == Decimal("1.2")
    assert units_per_second("kling-v2-6", "pro", "on", "image2video") == Decimal(1)
    assert units_per_second("kling-2.6", "pro", "voice", "text2video") is None


def test_retired_models_come_last_and_name_a_live_successor_that_does_the_same() -> None:
    models = list(video_models().values())
    assert {model.id for model in models if model.retired} == RETIRED
    assert [bool(model.retired) for model in models] == sorted(bool(model.retired) for model in models)
    for model in models:
        if model.retired:
            assert re.fullmatch(r"\d{4}-\d\d-\d\d", model.retired)
            successor = video_models()[model.successor]
            assert not successor.retired
            assert all(successor.ways[operation] for operation in MAP if model.ways[operation])
            assert all(model.heir(operation) == model.successor for operation in MAP)
    several = model_for("kling-v1-6", "multi-image2video")
    assert several
    assert several.heir("multi-image2video").startswith("kling-v3-omni with omni-video")


def test_each_model_belongs_to_its_generation_and_unknown_ones_are_sorted_by_how_they_are_written() -> None:
    for model in video_models():
        assert generation_of(model) == ("new" if model in NEW_STANDARD else "legacy")
    assert generation_of("kling-4.0-turbo") == "new"
    assert [generation_of(name) for name in ("kling-v4", "kling-video-o1", "kling-", "other")] == ["legacy"] * 4


def test_prompt_limits_are_those_of_the_documentation() -> None:
    assert prompt_limit("kling-v3", "text2video") == prompt_limit("kling-v9", "image2video") == 2500
    assert prompt_limit("kling-3.0", "text2video") == prompt_limit("kling-3.0", "image2video") == 3072
    assert prompt_limit("kling-3.0-turbo", "text2video") == 3072
    assert prompt_limit("kling-3.0-turbo", "image2video") == 2500


def test_picture_limits_are_those_of_the_documentation() -> None:
    limits = image_limits()
    assert (limits.min_side, limits.max_ratio) == (300, 2.5)
    assert dict(limits.max_bytes) == {"legacy": 10_000_000, "new": 50_000_000}


def test_a_model_that_is_never_silent_is_on_whatever_is_wanted() -> None:
    assert sound_of("kling-3.0-turbo", "text2video", wanted=False) == "on"
    assert sound_of("kling-v3", "text2video", wanted=False) == "off"
    assert sound_of("kling-v3", "text2video", wanted=True) == "on"
    assert sound_of("kling-v9", "text2video", wanted=False) == "off"


@pytest.mark.parametrize("file", sorted(DATA.rglob("*.json")), ids=lambda file: file.name)
def test_every_data_file_names_its_source_and_date(file: Path) -> None:
    document = json.loads(file.read_text(encoding="utf-8"))
    assert len(document["source"]) > 20
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", document["date"])
