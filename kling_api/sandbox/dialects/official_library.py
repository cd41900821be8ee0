"""What an account keeps at Kling's own platform: preset voices and elements, deleting one's own, faces in a clip."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from ..assets import KLING, Asset
from ..config import Account
from ..core import units_text
from ..desk import Desk
from ..fields import read_body
from ..validation import needed
from ..validation_lip_sync import read_identify_face
from ..wire import Call
from .official_pages import Page, numbered, read_order
from .official_results import element, voice

#: A search for faces costs 0.05 units (price list of 2026-09).
_FACES_MILLIUNITS = 50

Delete = Callable[[Account, str], object]


class Library:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def pages(self) -> Sequence[Page]:
        desk = self._desk
        deleting = {
            "/v1/general/delete-voices": ("voice_id", desk.delete_voice),
            "/v1/general/delete-advanced-elements": ("element_id", desk.delete_element),
            "/v1/general/delete-elements": ("element_id", desk.delete_element),
        }
        return [
            Page("GET", "/v1/general/presets-voices", "list", self._preset_voices),
            Page("GET", "/v1/general/advanced-presets-elements", "list", self._preset_elements),
            Page("POST", "/v1/videos/identify-face", "identify-face", self._identify_face),
            *(
                Page("POST", path, "delete", partial(self._delete, name, delete))
                for path, (name, delete) in deleting.items()
            ),
        ]

    def _preset_voices(self, call: Call, account: Account) -> list[dict[str, Any]]:
        voices = numbered(call, 1000).of(self._desk.preset_voices())
        return [_preset(one, {"voices": [voice(one, KLING)]}) for one in voices]

    def _preset_elements(self, call: Call, account: Account) -> list[dict[str, Any]]:
        elements = numbered(call).of(self._desk.preset_elements())
        return [_preset(one, {"elements": [_preset_element(one)]}) for one in elements]

    def _delete(self, name: str, delete: Delete, call: Call, account: Account) -> dict[str, Any]:
        id = needed(read_body(call.body), name)
        delete(account, id)
        return {"task_id": id, "task_status": "succeed"}

    def _identify_face(self, call: Call, account: Account) -> dict[str, Any]:
        video = read_identify_face(*read_order(call, account, self._desk))
        session = self._desk.identify(account, video, _FACES_MILLIUNITS)
        return {
            "session_id": session.id,
            "final_unit_deduction": units_text(_FACES_MILLIUNITS),
            "face_data": [
                {"face_id": face.id, "face_image": face.image, "start_time": face.start, "end_time": face.end}
                for face in session.faces
            ],
        }


def _preset(one: Asset, result: dict[str, Any]) -> dict[str, Any]:
    """A list of presets is written as one of tasks."""
    return {
        "task_id": one.id,
        "task_status": "succeed",
        "task_status_msg": "",
        "task_result": result,
        "created_at": one.created,
        "updated_at": one.created,
    }


def _preset_element(one: Asset) -> dict[str, Any]:
    return element(one.id, one.name, json.loads(one.document), KLING, "succeed")
