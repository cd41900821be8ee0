"""What a request would cost and what would be sent: told for every operation without its media."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from kling_api.dialects import DIALECTS
from kling_api.errors import InvalidRequest
from kling_api.operations import OPERATIONS, LipSync, Text2Video, TryOnVideo
from kling_api.quote import Quote, operation_of, quote, read_parameters

OFFICIAL = DIALECTS["official"]
#: Without these the operation is nothing.
MORE: dict[str, dict[str, Any]] = {"editing/expand": {"up_expansion_ratio": 0.5}}


def told(kind: str, more: dict[str, Any] | None = None, dialect: str = "official", **said: Any) -> Quote:
    spoken = DIALECTS[dialect]
    return quote(operation_of(kind, said, more or MORE.get(kind, {}), spoken), spoken)


@pytest.mark.parametrize("kind", [made.kind for made in OPERATIONS if made is not TryOnVideo])
def test_every_operation_can_be_quoted_with_nothing_given(kind: str) -> None:
    found = told(kind, prompt="", text="")
    assert found.method == "POST"
    assert found.path.startswith("/")
    assert "invalid" not in found.body
    assert json.loads(found.body)


@pytest.mark.parametrize("name", [name for name in DIALECTS if name != "official"])
def test_every_operation_of_a_gateway_can_be_quoted_with_nothing_given(name: str) -> None:
    two = {"image_list": ["https://a.example/1.png", "https://a.example/2.png"]}
    kinds = [made.kind for made in OPERATIONS if DIALECTS[name].fields(made.kind)]
    assert kinds
    for kind in kinds:
        found = told(kind, two if kind == "multi-image2video" else None, name)
        assert json.loads(found.body)
        assert found.of_budget == DIALECTS[name].unit


def test_media_are_named_where_they_would_stand() -> None:
    body = json.loads(told("image2video", duration=3).body)
    assert body["image"] == "<image>"
    assert body["prompt"] == "<prompt>"
    assert body["duration"] == "3"
    assert body["external_task_id"] == "<job key>"


def test_what_is_given_is_taken_and_what_the_operation_has_not_is_left_out() -> None:
    body = json.loads(told("tts", {"voice_id": "ai_shatang"}, text="Hello", mode="pro", n=2).body)
    assert (body["text"], body["voice_id"]) == ("Hello", "ai_shatang")
    assert not {"mode", "n"} & set(body)


def test_images_cost_units_of_their_own_and_a_budget_counts_their_worth() -> None:
    found = told("generations", n=3, model_name="kling-v2-1")
    assert (found.units, found.unit) == (Decimal(12), "image units")
    assert (found.price, found.of_budget) == (Decimal("0.300"), "units")


def test_a_lip_sync_is_quoted_with_looking_for_faces_and_written_with_a_face() -> None:
    found = told("advanced-lip-sync")
    assert found.units == OFFICIAL.estimate(LipSync(sound_file="https://a.example/1.mp3", video_id="1"))
    body = json.loads(found.body)
    assert body["session_id"] == "<session_id>"
    assert body["face_choose"][0]["face_id"] == "<face_id>"


def test_a_model_without_a_price_has_none() -> None:
    found = told("text2video", model_name="kling-v99")
    assert found.units is None
    assert found.price is None
    assert any("not in our tables" in warning for warning in found.warnings)


def test_what_stands_in_for_a_value_is_not_warned_of() -> None:
    assert told("effects").warnings == ()
    assert any("no_such" in warning for warning in told("effects", {"effect_scene": "no_such"}).warnings)
    elements = {"element_list": ["1"]}
    assert told("image2video", elements).warnings == ()
    assert any("<<<element_1>>>" in warning for warning in told("image2video", elements, prompt="a cat").warnings)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"seconds": 5}, "text2video has no field seconds"),
        ({"cfg_scale": "high"}, 'cfg_scale is "high".\nGive a number.'),
        ({"sound": 1}, "sound is 1.\nGive true or false."),
        ({"duration": 5.5}, "duration is 5.5.\nGive a whole number."),
        ({"duration": True}, "duration is true.\nGive a whole number."),
        ({"voice_list": "1"}, 'voice_list is "1".\nGive a list of texts.'),
        ({"voice_list": [1]}, "Give a list of texts."),
        ({"camera_control": {"zm": 3}}, "camera_control cannot be read"),
        ({"camera_control": 3}, "Give an object with the API's own field names."),
        ({"multi_shot": {"multi_prompt": [{"text": "a"}]}}, "multi_shot cannot be read"),
    ],
)
def test_a_parameter_that_cannot_be_is_refused_in_words(more: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        operation_of("text2video", {}, more, OFFICIAL)
    assert said in str(caught.value)


def test_an_operation_that_nobody_knows_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(InvalidRequest, match="operation is 'dance'"):
        operation_of("dance", {}, {}, OFFICIAL)


def test_objects_of_the_api_become_ours() -> None:
    shots = [{"prompt": "A dog", "duration": 2}, {"prompt": "A cat", "duration": 3}]
    made = operation_of("text2video", {}, {"multi_shot": {"multi_prompt": shots}, "cfg_scale": 1}, OFFICIAL)
    assert isinstance(made, Text2Video)
    assert made.multi_shot
    assert made.multi_shot.seconds == 5
    moved = operation_of("text2video", {}, {"camera_control": {"type": "simple", "zoom": 3}}, OFFICIAL)
    assert isinstance(moved, Text2Video)
    assert moved.camera_control
    assert moved.camera_control.zoom == 3


@pytest.mark.parametrize(("text", "found"), [("", {}), ("{}", {}), ('{"n": 2}', {"n": 2})])
def test_parameters_are_a_json_object(text: str, found: dict[str, Any]) -> None:
    assert read_parameters(text) == found


@pytest.mark.parametrize("text", ["{n: 2}", "[1]", "5", "null"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="parameters is no JSON"):
        read_parameters(text)
