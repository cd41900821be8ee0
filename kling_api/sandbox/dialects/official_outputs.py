"""How the new standard writes a task of either standard: `outputs[]` and `billing[]`. Tasks in, JSON out."""

from __future__ import annotations

import json
from typing import Any

from ..core import State, Task, units_text
from ..desk import Desk
from ..outputs import Made
from .official_account import creator
from .official_results import sound_files
from .official_shapes import reason

_WORDS = {
    State.SUBMITTED: "submitted",
    State.PROCESSING: "processing",
    State.SUCCEEDED: "succeeded",
    State.FAILED: "failed",
}
_ELEMENT_TYPES = {"image_refer": "multi_image_elements", "video_refer": "video_character_elements"}


def created(task: Task) -> dict[str, Any]:
    return {
        "id": str(task.row.id),
        "status": _WORDS[State.SUBMITTED],
        "create_time": task.row.created,
        "update_time": task.row.created,
        "external_id": task.row.external_id,
    }


def task(desk: Desk, task: Task) -> dict[str, Any]:
    return {
        "id": str(task.row.id),
        "status": _WORDS[task.state],
        "message": reason(task),
        "create_time": task.row.created,
        "update_time": task.updated,
        "external_id": task.row.external_id,
        "outputs": _outputs(desk, task) if task.state is State.SUCCEEDED else [],
        "billing": _billing(task) if task.is_terminal else [],
    }


def status(task: Task) -> str:
    return _WORDS[task.state]


def _outputs(desk: Desk, task: Task) -> list[dict[str, Any]]:
    made = desk.outputs(task)
    shapes = [_seen(one, desk, task) for one in made if one.kind in ("video", "image")]
    shapes += [_sound(files) for files in sound_files(made)]
    return shapes + [_asset(one, desk, task) for one in made if one.kind in ("voice", "element")]


def _seen(one: Made, desk: Desk, task: Task) -> dict[str, Any]:
    """A picture has neither id nor number; `group_id` only where pictures belong together."""
    marked = one.url if task.row.watermark else ""
    shape = {"type": one.kind, "url": one.url, "watermark_url": marked}
    if one.kind == "video":
        return shape | {"id": one.id, "duration": f"{one.seconds:.1f}"}
    if desk.product(task) == "/v1/general/ai-multi-shot":
        return shape | {"group_id": one.name.partition("-")[0]}
    return shape | ({"group_id": "0"} if desk.note(task) == "series" else {})


def _sound(files: dict[str, Made]) -> dict[str, Any]:
    shape: dict[str, Any] = {"type": "audio"}
    for name, one in files.items():
        shape |= {"id": one.id, f"{name}_url": one.url, f"{name}_duration": f"{one.seconds:.3f}"}
    return shape


def _asset(one: Made, desk: Desk, task: Task) -> dict[str, Any]:
    shape = {
        "type": one.kind,
        "id": one.id,
        "name": one.name,
        "owned_by": creator(task.row.account),
        "status": "succeeded" if desk.asset(task) else "deleted",
    }
    if one.kind == "voice":
        return shape | {"url": one.url}
    document = json.loads(desk.note(task))
    return shape | {
        "description": document["element_description"],
        "element_type": _ELEMENT_TYPES[document["reference_type"]],
        "references": _references(document),
        "tags": [tag | {"id": int(tag["id"].removeprefix("o_"))} for tag in document["tag_list"]],
    }


def _references(document: dict[str, Any]) -> list[dict[str, str]]:
    pictures = document.get("element_image_list")
    if pictures:
        others = [{"type": "image", "role": "reference", "url": one["image_url"]} for one in pictures["refer_images"]]
        return [{"type": "image", "role": "frontal", "url": pictures["frontal_image"]}, *others]
    clips = document["element_video_list"]["refer_videos"]
    return [{"type": "video", "role": "refer", "url": clip["video_url"]} for clip in clips]


def _billing(task: Task) -> list[dict[str, Any]]:
    amount = units_text(task.charged)
    return [{"charge_type": "unit", "amount": amount, "package_type": task.row.pack, "list_price": amount}]
