"""The tables of omni video, motion control and pictures against Kling's rules as read by hand, and each promise."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from kling_api import capabilities
from kling_api.capabilities import (
    aspect_ratios,
    default_model,
    features_of,
    generation_of,
    model_for,
    models_for,
    problem,
    prompt_limit,
    resolutions,
    units_per_image,
    units_per_second,
)
from kling_api.models import image_models, models_with, video_models
from kling_api.operations import OPERATIONS

MENUS = {
    "omni-video": "kling-v3-omni kling-video-o1 kling-3.0-omni kling-o1",
    "motion-control": "kling-v3 kling-v2-6 kling-3.0 kling-2.6",
    "multi-image2video": "kling-v1-6",
    "generations": "kling-v3 kling-v2-1 kling-v2 kling-v2-new kling-v1-5 kling-v1",
    "omni-image": "kling-image-o1 kling-v3-omni",
    "multi-image2image": "kling-v2-1 kling-v2",
    "kolors-virtual-try-on": "virtual_try_on kolors-virtual-try-on-v1-5 kolors-virtual-try-on-v1",
}
O1 = ("kling-video-o1", "kling-o1")
RATIOS = ("16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9")
ASKED: dict[str, dict[str, tuple[Any, ...]]] = {
    "omni-video": {
        "mode": ("std", "4k", "ultra"),
        "duration": (2, 3, 5, 7, 10, 11, 15, 16),
        "sound": ("off", "on"),
        "frames": ("none", "first", "first+last"),
        "video": ("none", "feature", "base"),
        "references": ("none", "some"),
        "elements": ("none", "some"),
        "shots": ("none", "customize", "intelligence"),
    },
    "motion-control": {"mode": ("std", "pro", "4k"), "elements": ("none", "some")},
    "multi-image2video": {"mode": ("std", "pro", "4k"), "duration": (4, 5, 7, 10)},
    "generations": {
        "references": ("none", "some"),
        "image_reference": ("none", "subject", "face"),
        "elements": ("none", "some"),
        "resolution": ("1k", "2k", "4k"),
        "aspect_ratio": ("16:9", "21:9", "auto", "5:4"),
    },
    "omni-image": {
        "references": ("none", "some"),
        "elements": ("none", "some"),
        "resolution": ("1k", "2k", "4k"),
        "aspect_ratio": ("16:9", "21:9", "auto", "5:4"),
        "result_type": ("single", "series"),
    },
    "multi-image2image": {"aspect_ratio": (*RATIOS, "auto")},
}
CASES = [(operation, model) for operation in ASKED for model in models_for(operation)]


def _everything(operation: str) -> Iterator[dict[str, Any]]:
    names = ASKED[operation]
    return (dict(zip(names, row, strict=True)) for row in itertools.product(*names.values()))


def _possible(operation: str, model: str, asked: dict[str, Any]) -> bool:
    return RULES[operation](model, **asked)


def _omni_video(model: str, mode: str, duration: int, **asked: str) -> bool:
    """The pages of 3.0 Omni and O1 (2026-09) and of omni video (2026-02)."""
    video, frames, shots = asked["video"], asked["frames"], asked["shots"]
    if mode not in (("std", "pro") if model in O1 else ("std", "pro", "4k")):
        return False
    if video != "none" and asked["sound"] == "on":
        return False
    if video == "base":
        return frames == "none" and shots == "none"
    if model not in O1:
        cut = video == "feature" and generation_of(model) == "legacy" and shots == "customize"
        return not cut and 3 <= duration <= 15
    if asked["sound"] == "on" or shots != "none":
        return False
    more = (video, asked["references"], asked["elements"]) != ("none", "none", "none")
    if frames == "first+last" and more:
        return False
    return 3 <= duration <= 10 if more else duration in (5, 10)


def _motion_control(model: str, mode: str, elements: str) -> bool:
    return mode != "4k" and (elements == "none" or model in ("kling-v3", "kling-3.0"))


def _generations(
    model: str, references: str, image_reference: str, elements: str, resolution: str, **asked: str
) -> bool:
    if elements == "some" and model != "kling-v3":
        return False
    if image_reference != "none" and (model not in ("kling-v2-1", "kling-v1-5") or references == "none"):
        return False
    if references == "some" and model == "kling-v1-5" and image_reference == "none":
        return False
    if references == "none" and model == "kling-v2-new":
        return False
    only_1k = model in ("kling-v1", "kling-v1-5", "kling-v2-new") or (model == "kling-v2" and references == "some")
    if resolution not in (("1k",) if only_1k else ("1k", "2k")):
        return False
    return asked["aspect_ratio"] in RATIOS and not (model == "kling-v1" and asked["aspect_ratio"] == "21:9")


def _omni_image(model: str, resolution: str, aspect_ratio: str, result_type: str, **_: str) -> bool:
    if model == "kling-image-o1" and (resolution == "4k" or result_type == "series"):
        return False
    return aspect_ratio in (*RATIOS, "auto")


RULES: dict[str, Any] = {
    "omni-video": _omni_video,
    "motion-control": _motion_control,
    "multi-image2video": lambda model, mode, duration: mode in ("std", "pro") and duration in (5, 10),
    "generations": _generations,
    "omni-image": _omni_image,
    "multi-image2image": lambda model, aspect_ratio: aspect_ratio in RATIOS,
}


@pytest.mark.parametrize(("operation", "model"), CASES)
def test_exactly_what_klings_pages_allow_is_possible(operation: str, model: str) -> None:
    for asked in _everything(operation):
        said = problem(model, operation, asked)
        assert bool(said) != _possible(operation, model, asked), (asked, said)


@pytest.mark.parametrize(("operation", "menu"), MENUS.items())
def test_the_menu_has_the_models_of_klings_pages_with_the_live_ones_first(operation: str, menu: str) -> None:
    assert models_for(operation) == tuple(menu.split())
    retired = [bool(models_with(operation)[model].retired) for model in models_for(operation)]
    assert retired == sorted(retired)


@pytest.mark.parametrize(("operation", "model"), CASES)
def test_every_way_out_that_an_explanation_names_would_really_do(operation: str, model: str) -> None:
    refused = ((asked, problem(model, operation, asked)) for asked in _everything(operation))
    said = {text: asked for asked, text in refused if text}
    for text, asked in said.items():
        so_far = _as_far_as(text, operation, asked)
        for changes in _promises(text):
            assert not problem(model, operation, so_far | changes), (text, asked, changes)
        for other in _other_models(text):
            assert other in models_for(operation)
    assert said


#: Each phrase of an explanation and the feature that it is about: read by hand, not from the code.
PHRASES = {
    "no clip": ("video", "none"),
    "a clip with refer_type feature": ("video", "feature"),
    "a clip with refer_type base": ("video", "base"),
    "a reference picture": ("references", "some"),
    "no reference picture": ("references", "none"),
    "element_list": ("elements", "some"),
    "no element_list": ("elements", "none"),
    "no first frame": ("frames", "none"),
    "a first frame alone": ("frames", "first"),
    "a first frame with an end frame": ("frames", "first+last"),
    "no multi_shot": ("shots", "none"),
    "multi_shot customize": ("shots", "customize"),
    "multi_shot intelligence": ("shots", "intelligence"),
    "no image_reference": ("image_reference", "none"),
}


def _promises(said: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if here := re.search(r"Possible here: (.+?)\.(?: |$)", said):
        name = _feature(said)
        found += [{name: _value(name, word)} for word in here[1].split(", ")]
    if others := re.search(r" can do it with (.+)\.$", said):
        for option in others[1].split("; or "):
            found += _changes(option)
    if "eave it out." in said:
        found.append({_feature(said): "none"})
    return found


def _changes(option: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [{}]
    for part in option.split(" and "):
        words = part.split(" or ")
        if words[0] in PHRASES:
            values = [PHRASES[word] for word in words]
        else:
            name = part.split(" ")[0]
            values = [(name, _value(name, word.removeprefix(f"{name} "))) for word in words]
        rows = [row | {name: value} for row in rows for name, value in values]
    return rows


def _value(name: str, word: str) -> Any:
    if word in PHRASES:
        return PHRASES[word][1]
    return int(word.removesuffix(" s")) if name == "duration" else word


def _feature(said: str) -> str:
    head = said.partition(" is not possible")[0]
    known = PHRASES.get(head) or PHRASES.get(head[0].lower() + head[1:])
    return known[0] if known else head.split(" ")[0]


def _as_far_as(said: str, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
    """An explanation promises nothing about the features after the one that it is about."""
    order = features_of(operation)
    return {name: asked[name] for name in order[: order.index(_feature(said)) + 1] if name in asked}


def _other_models(said: str) -> list[str]:
    found = re.search(r"(?:Models that can|These can): (.+)\.$", said)
    return re.sub(r" \([^)]*\)", "", found[1]).split(", ") if found else []


@pytest.mark.parametrize(
    ("model", "operation", "asked", "said"),
    [
        (
            "kling-video-o1",
            "omni-video",
            {
                "video": "none",
                "references": "none",
                "elements": "none",
                "frames": "first",
                "mode": "std",
                "duration": 7,
            },
            "duration 7 s is not possible with kling-video-o1 (mode std). Possible here: 5 s, 10 s. kling-video-o1 can "
            "do it with a reference picture; or element_list; or a clip with refer_type feature.",
        ),
        (
            "kling-v3-omni",
            "omni-video",
            {"video": "base", "sound": "on"},
            "sound on is not possible with kling-v3-omni (a clip with refer_type base). kling-v3-omni can do it with "
            "no clip.",
        ),
        (
            "kling-o1",
            "omni-video",
            {"references": "some", "frames": "first+last"},
            "A first frame with an end frame is not possible with kling-o1 (a reference picture). kling-o1 can do it "
            "with no reference picture.",
        ),
        (
            "kling-2.6",
            "motion-control",
            {"elements": "some"},
            "element_list is not possible with kling-2.6. Disconnect it or leave it out. "
            "Models that can: kling-v3, kling-3.0.",
        ),
        (
            "kling-v3",
            "image2video",
            {"voices": "some"},
            "voice_list is not possible with kling-v3. Disconnect it or leave it out. "
            "Models that can: kling-v2-6, kling-2.6.",
        ),
        (
            "kling-v2-6",
            "image2video",
            {"mode": "std", "voices": "some"},
            "voice_list is not possible with kling-v2-6 (mode std). kling-v2-6 can do it with mode pro.",
        ),
        (
            "kling-v2-5-turbo",
            "text2video",
            {"shots": "customize"},
            "multi_shot customize is not possible with kling-v2-5-turbo. Disconnect it or leave it out. "
            "Models that can: kling-v3, "
            "kling-3.0-turbo, kling-3.0.",
        ),
        (
            "kling-v1-5",
            "generations",
            {"references": "some", "image_reference": "none"},
            "No image_reference is not possible with kling-v1-5 (a reference picture). Possible here: subject, face. "
            "kling-v1-5 can do it with no reference picture.",
        ),
        (
            "kling-image-o1",
            "omni-image",
            {"resolution": "4k"},
            "resolution 4k is not possible with kling-image-o1. Possible here: 1k, 2k. Models that can: kling-v3-omni.",
        ),
        (
            "kling-v3",
            "multi-image2image",
            {},
            "model_name kling-v3 cannot do multi-image2image. These can: kling-v2-1.",
        ),
    ],
)
def test_an_explanation_reads_like_a_sentence(model: str, operation: str, asked: dict[str, Any], said: str) -> None:
    assert problem(model, operation, asked) == said


def test_a_clip_that_is_edited_has_no_duration_to_choose() -> None:
    for model in models_for("omni-video"):
        assert problem(model, "omni-video", {"video": "base", "duration": 60}) == ""


def test_voices_need_a_model_that_has_them_with_sound_and_1080p() -> None:
    for operation, model in itertools.product(("text2video", "image2video"), video_models()):
        way = {"mode": "pro", "duration": 5, "sound": "on", "voices": "some"}
        can = model == "kling-v2-6" or (model, operation) == ("kling-2.6", "image2video")
        assert bool(problem(model, operation, way)) != can
        assert problem(model, operation, way | {"sound": "off"})


def test_shots_and_elements_need_the_third_version() -> None:
    frames = {"text2video": "none", "image2video": "first"}
    for operation, model in itertools.product(frames, models_for("image2video")):
        way = {"mode": "std", "frames": frames[operation]}
        third = model in ("kling-v3", "kling-3.0")
        assert (problem(model, operation, way | {"shots": "intelligence"}) == "") == third
        assert (problem(model, operation, way | {"shots": "customize"}) == "") == (third or model == "kling-3.0-turbo")
        with_elements = third and operation == "image2video"
        assert (problem(model, operation, way | {"elements": "some"}) == "") == with_elements


def test_the_default_model_of_an_operation_is_the_one_that_it_has_by_itself() -> None:
    for operation in OPERATIONS:
        field = operation.__dataclass_fields__.get("model_name")
        if operation.kind == "try-on-video" or field is None:
            continue
        usual = field.default_factory() if callable(field.default_factory) else field.default
        assert default_model(operation.kind) == usual
        assert usual in models_for(operation.kind)
    assert default_model("tts") == ""


def test_an_operation_without_models_has_no_menu_and_no_problem() -> None:
    for operation in ("effects", "tts", "video-extend", "no such thing"):
        assert models_for(operation) == ()
        assert problem("anything", operation, {"mode": "8k"}) == ""
        assert models_with(operation) == {}


def test_a_model_of_pictures_is_not_taken_for_the_clips_model_of_that_name() -> None:
    assert problem("kling-v3", "generations", {"aspect_ratio": "3:2"}) == ""
    assert problem("kling-v2-1", "generations", {"references": "some", "image_reference": "face"}) == ""
    assert model_for("kling-v3", "generations") is not model_for("kling-v3", "text2video")
    assert model_for("kling-v2-6", "generations") is None


def test_ratios_and_sizes_are_those_of_the_operation() -> None:
    assert aspect_ratios("omni-video") == ("16:9", "9:16", "1:1")
    assert aspect_ratios("generations") == aspect_ratios("multi-image2image") == RATIOS
    assert (resolutions("generations"), resolutions("omni-image")) == (("1k", "2k"), ("1k", "2k", "4k"))
    assert resolutions("multi-image2image") == resolutions("text2video") == ()


def test_prompt_limits_are_those_of_the_documentation() -> None:
    limits = {model: prompt_limit(model, "omni-video") for model in models_for("omni-video")}
    assert limits == {"kling-v3-omni": 2500, "kling-video-o1": 2500, "kling-3.0-omni": 3072, "kling-o1": 2500}
    assert prompt_limit("kling-v3", "generations") == prompt_limit("kling-3.0", "motion-control") == 2500


@pytest.mark.parametrize("operation", ["omni-video", "motion-control", "multi-image2video"])
def test_every_model_has_a_price_for_everything_that_it_can_do(operation: str) -> None:
    for name in models_for(operation):
        for way in video_models()[name].ways[operation]:
            for mode, sound in itertools.product(way.mode, way.sound):
                sort = sound if way.video == ("none",) else "video"
                assert units_per_second(name, mode, sort, operation) is not None, (name, mode, sort)


#: The price list (2026-09), row by row: units per second of 720p, 1080p and 4k.
PRICES = {
    ("kling-v3-omni", "omni-video", "off"): "0.6 0.8 3.0",
    ("kling-3.0-omni", "omni-video", "on"): "0.8 1.0 3.0",
    ("kling-v3-omni", "omni-video", "video"): "0.9 1.2 3.0",
    ("kling-o1", "omni-video", "off"): "0.6 0.8 -",
    ("kling-video-o1", "omni-video", "video"): "0.9 1.2 -",
    ("kling-v3", "motion-control", "off"): "0.9 1.2 -",
    ("kling-2.6", "motion-control", "off"): "0.5 0.8 -",
    ("kling-2.6", "image2video", "voice"): "- 1.2 -",
}


@pytest.mark.parametrize(("row", "prices"), PRICES.items())
def test_the_prices_are_those_of_the_price_list(row: tuple[str, str, str], prices: str) -> None:
    model, operation, sort = row
    for mode, price in zip(capabilities.modes(), prices.split(), strict=True):
        assert units_per_second(model, mode, sort, operation) == (None if price == "-" else Decimal(price))


@pytest.mark.parametrize(
    ("model", "operation", "asked", "price"),
    [
        ("kling-v3", "generations", {"references": "none"}, 8),
        ("kling-v3", "generations", {"references": "some", "elements": "some"}, 8),
        ("kling-v2-1", "generations", {"references": "none"}, 4),
        ("kling-v2-1", "generations", {"references": "some", "image_reference": "face"}, 8),
        ("kling-v1", "generations", {"references": "some"}, 1),
        ("kling-v1-5", "generations", {"references": "none", "resolution": "1k"}, 4),
        ("kling-v2", "generations", {"references": "some"}, 8),
        ("kling-v2-new", "generations", {"references": "some"}, 8),
        ("kling-image-o1", "omni-image", {"resolution": "2k"}, 8),
        ("kling-v3-omni", "omni-image", {"resolution": "2k", "result_type": "series"}, 8),
        ("kling-v3-omni", "omni-image", {"resolution": "4k"}, 16),
        ("kling-v2-1", "multi-image2image", {"aspect_ratio": "1:1"}, 16),
        ("kolors-virtual-try-on-v1", "kolors-virtual-try-on", {}, 20),
        ("virtual_try_on", "kolors-virtual-try-on", {}, None),
        ("kling-v9", "generations", {}, None),
        ("kling-v3", "multi-image2image", {}, None),
    ],
)
def test_a_picture_costs_what_the_price_list_says(
    model: str, operation: str, asked: dict[str, Any], price: int | None
) -> None:
    assert units_per_image(model, operation, asked) == (None if price is None else Decimal(price))


def test_a_retired_model_of_pictures_names_a_live_one_that_does_the_same() -> None:
    for model in image_models().values():
        assert bool(model.retired) == bool(model.successor)
        if model.retired:
            successor = image_models()[model.successor]
            assert not successor.retired
            assert set(model.ways) <= set(successor.ways)
