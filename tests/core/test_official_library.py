"""Voices and elements that an account keeps: lists as Kling's pages show them, and deleting."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kling_api.dialects import DIALECTS
from kling_api.dialects.wire import Answer, Kept, Refusal, Reply, Request

from .official import OFFICIAL, envelope

TRIAL = "https://cdn.example/trial.mp3"


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("voice", "/v1/general/custom-voices"),
        ("preset-voice", "/v1/general/presets-voices"),
        ("element", "/v1/general/advanced-custom-elements"),
        ("preset-element", "/v1/general/advanced-presets-elements"),
    ],
)
def test_each_list_is_asked_for_page_by_page(kind: str, path: str) -> None:
    query = {"pageNum": "2", "pageSize": "500"}
    assert OFFICIAL.library(kind, 2) == Request("GET", path, query=query, route=path)


def test_what_the_account_made_can_be_deleted_and_what_kling_made_cannot() -> None:
    voices, elements = "/v1/general/delete-voices", "/v1/general/delete-advanced-elements"
    assert OFFICIAL.delete("voice", "850") == Request("POST", voices, {"voice_id": "850"}, route=voices)
    assert OFFICIAL.delete("element", "163") == Request("POST", elements, {"element_id": "163"}, route=elements)
    assert OFFICIAL.delete("preset-voice", "850") is OFFICIAL.delete("clip", "1") is OFFICIAL.library("clip", 1) is None


def _row(result: Any, status: str = "succeed") -> dict[str, Any]:
    return {"task_id": "42", "task_status": status, "task_result": result, "created_at": 5}


def test_voices_are_told_with_their_names_and_owners() -> None:
    mine = {"voice_id": "850", "voice_name": "Anna", "trial_url": TRIAL, "owned_by": "7001"}
    klings = {"voice_id": "829", "voice_name": "Sunny", "trial_url": TRIAL, "owned_by": "kling"}
    rows = [_row({"voices": [mine]}), _row({}, "failed"), _row(None, "processing"), _row({"voices": [klings]})]
    assert OFFICIAL.read_library(Reply(200, envelope(rows))) == (
        Kept("850", "Anna", "voice", "7001", "", TRIAL),
        Kept("829", "Sunny", "voice", "kling", "", TRIAL),
    )


def test_elements_are_told_with_their_state_and_picture() -> None:
    element = {
        "element_id": 829836802793406551,
        "element_name": "Anna",
        "element_image_list": {"frontal_image": "https://cdn.example/f.png", "refer_images": []},
        "element_voice_info": {"voice_id": "850"},
        "owned_by": "7001",
        "status": "deleted",
    }
    bare = {"element_id": "163", "element_image_list": []}
    assert OFFICIAL.read_library(Reply(200, envelope([_row({"elements": [element, bare]})]))) == (
        Kept("829836802793406551", "Anna", "element", "7001", "deleted", "https://cdn.example/f.png"),
        Kept("163", "", "element"),
    )


def test_an_empty_list_is_an_answer() -> None:
    assert OFFICIAL.read_library(Reply(200, envelope([]))) == ()


@pytest.mark.parametrize("document", [None, {}, envelope(None), envelope({"elements": []})])
def test_what_is_no_list_is_told(document: Any) -> None:
    assert isinstance(OFFICIAL.read_library(Reply(200, document)), Refusal)


@pytest.mark.parametrize(
    "document",
    [{"code": 0, "message": "SUCCEED"}, envelope({"task_id": "42", "task_status": "succeed"}), envelope(None)],
)
def test_whoever_is_deleted_is_gone_whatever_else_is_said(document: Any) -> None:
    assert OFFICIAL.read_deleted(Reply(200, document)) is None


def test_a_second_deletion_is_refused_in_kling_s_words() -> None:
    refusal = OFFICIAL.read_deleted(Reply(400, {"code": 1201, "message": "Element already be deleted for id: 163"}))
    assert refusal
    assert refusal.answer is Answer.FINAL
    assert "Element already be deleted for id: 163" in refusal.message


@given(result=st.dictionaries(st.sampled_from(["voices", "elements"]), st.lists(st.dictionaries(st.text(), st.text()))))
def test_whatever_a_row_holds_only_what_has_an_id_is_kept(result: dict[str, Any]) -> None:
    kept = OFFICIAL.read_library(Reply(200, envelope([_row(result)])))
    assert not isinstance(kept, Refusal)
    assert all(one.id for one in kept)


@pytest.mark.parametrize("name", [name for name in DIALECTS if name != "official"])
def test_other_providers_keep_nothing_that_we_know_of(name: str) -> None:
    dialect = DIALECTS[name]
    assert dialect.library("voice", 1) is dialect.delete("voice", "1") is None
    assert isinstance(dialect.read_library(Reply(200, envelope([]))), Refusal)
    assert isinstance(dialect.read_deleted(Reply(200, envelope(None))), Refusal)
