"""`task_result` of the old standard for each product. Outputs in, JSON out."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from ..assets import KLING, Asset
from ..core import Task
from ..desk import Desk
from ..outputs import Made
from .official_account import account_of, creator

#: What is looked for in a picture.
MASKS = ("object_seg", "head_seg", "face_seg", "cloth_seg")


def result_of(desk: Desk, task: Task) -> dict[str, Any]:
    """Of a task that has succeeded."""
    made = desk.outputs(task)
    write = _WRITERS.get(desk.product(task))
    if write:
        return write(desk, task, made)
    result: dict[str, Any] = {}
    if videos := [_video(one, task) for one in made if one.kind == "video"]:
        result["videos"] = videos
    if images := _images(made, task):
        result["images"] = images
    if audios := sound_files(made):
        result["audios"] = [_audio(files) for files in audios]
    return result


def sound_files(made: Sequence[Made]) -> list[dict[str, Made]]:
    """The files of each sound by their format."""
    sounds: dict[str, dict[str, Made]] = {}
    for one in made:
        if one.kind == "audio":
            sounds.setdefault(one.id, {})[one.name] = one
    return list(sounds.values())


def voice(one: Made | Asset, owner: str) -> dict[str, str]:
    return {"voice_id": one.id, "voice_name": one.name, "trial_url": one.url, "owned_by": owner}


def element(id: str, name: str, document: dict[str, Any], owner: str, status: str) -> dict[str, Any]:
    """The id is a number here, and text everywhere else."""
    return {
        "element_id": int(id),
        "element_name": name,
        "element_description": document.get("element_description", ""),
        "reference_type": document.get("reference_type", "image_refer"),
        "element_image_list": document.get("element_image_list", {}),
        "element_video_list": document.get("element_video_list", {}),
        "element_voice_info": document.get("element_voice_info", {}),
        "tag_list": document.get("tag_list", []),
        "owned_by": owner,
        "status": status,
    }


def _video(one: Made, task: Task) -> dict[str, str]:
    marked = one.url if task.row.watermark else ""
    return {"id": one.id, "url": one.url, "watermark_url": marked, "duration": f"{one.seconds:.1f}"}


def _images(made: Sequence[Made], task: Task) -> list[dict[str, Any]]:
    urls = [one.url for one in made if one.kind == "image"]
    return [
        {"index": index, "url": url, "watermark_url": url if task.row.watermark else ""}
        for index, url in enumerate(urls)
    ]


def _audio(files: dict[str, Made]) -> dict[str, str]:
    """Text to speech has one file, the others have two."""
    mp3, wav = files["mp3"], files.get("wav")
    if wav is None:
        return {"id": mp3.id, "url": mp3.url, "duration": f"{mp3.seconds:.3f}"}
    return {
        "id": mp3.id,
        "url_mp3": mp3.url,
        "url_wav": wav.url,
        "duration_mp3": f"{mp3.seconds:.3f}",
        "duration_wav": f"{wav.seconds:.3f}",
    }


def _omni_images(desk: Desk, task: Task, made: Sequence[Made]) -> dict[str, Any]:
    images, is_series = _images(made, task), desk.note(task) == "series"
    return {
        "result_type": "series" if is_series else "single",
        "images": [] if is_series else images,
        "series_images": images if is_series else [],
    }


def _views(desk: Desk, task: Task, made: Sequence[Made]) -> dict[str, Any]:
    """Sets of three views; an output is called "<set>-<view>"."""
    sets: dict[int, dict[str, Any]] = {}
    for one in made:
        index, _, view = one.name.partition("-")
        sets.setdefault(int(index), {"index": int(index)})[f"url_{int(view) + 1}"] = one.url
    return {"images": [sets[index] for index in sorted(sets)]}


def _masks(desk: Desk, task: Task, made: Sequence[Made]) -> dict[str, Any]:
    urls = {one.name: one.url for one in made}
    return {"images": [{"type": name, "is_contain": name in urls, "url": urls.get(name, "")} for name in MASKS]}


def _voices(desk: Desk, task: Task, made: Sequence[Made]) -> dict[str, Any]:
    """None once it has been deleted (inferred)."""
    there = made if desk.asset(task) else ()
    return {"voices": [voice(one, creator(task.row.account)) for one in there]}


def _elements(desk: Desk, task: Task, made: Sequence[Made]) -> dict[str, Any]:
    status = "succeed" if desk.asset(task) else "deleted"
    document = json.loads(desk.note(task))
    document["element_voice_info"] = _voice_info(desk, task, document.get("element_voice_id", ""))
    owner = creator(task.row.account)
    return {"elements": [element(one.id, one.name, document, owner, status) for one in made]}


def _voice_info(desk: Desk, task: Task, voice_id: str) -> dict[str, str]:
    """The voice that an element speaks with, while it is there."""
    account = account_of(desk, task)
    owned = [*desk.preset_voices(), *desk.voices(account)] if voice_id else []
    found = next((one for one in owned if one.id == voice_id), None)
    return voice(found, KLING if found.owner == KLING else creator(account.name)) if found else {}


_WRITERS: dict[str, Callable[[Desk, Task, Sequence[Made]], dict[str, Any]]] = {
    "/v1/images/omni-image": _omni_images,
    "/v1/general/ai-multi-shot": _views,
    "/v1/videos/image-recognize": _masks,
    "/v1/general/custom-voices": _voices,
    "/v1/general/advanced-custom-elements": _elements,
}
