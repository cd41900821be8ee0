"""How the old standard writes a task: what surrounds its result, whatever that is. Tasks in, JSON out.

The result itself is in `official_results`, the shape of the new standard in `official_outputs`.
"""

from __future__ import annotations

from typing import Any

from ..core import State, Task, units_text
from ..desk import Desk
from .official_account import account_of
from .official_results import result_of

_WORDS = {
    State.SUBMITTED: "submitted",
    State.PROCESSING: "processing",
    State.SUCCEEDED: "succeed",
    State.FAILED: "failed",
}
#: Products that name the clip they began with, and those that may have a watermark (official docs, 2026-02).
_WITH_PARENT = ("/v1/videos/video-extend", "/v1/videos/advanced-lip-sync", "/v1/audio/video-to-audio")
_NEVER_MARKED = ("/v1/images/kolors-virtual-try-on", "/v1/audio/", "/v1/general/")


def created(task: Task) -> dict[str, Any]:
    """What a create answers: always "submitted", as the task has only just been made."""
    return {
        "task_id": str(task.row.id),
        "task_status": _WORDS[State.SUBMITTED],
        "task_info": {"external_task_id": task.row.external_id},
        "created_at": task.row.created,
        "updated_at": task.row.created,
    }


def task(desk: Desk, task: Task) -> dict[str, Any]:
    shape = _progress(desk, task) | {"task_info": _info(desk, task)}
    if not desk.product(task).startswith(_NEVER_MARKED):
        shape["watermark_info"] = {"enabled": task.row.watermark}
    return shape


def answered_at_once(desk: Desk, task: Task) -> dict[str, Any]:
    """Text to speech has a task without `task_info`, the recognition of a picture no task at all."""
    shape = _progress(desk, task)
    if desk.product(task) == "/v1/audio/tts":
        return shape
    return {name: shape[name] for name in ("final_unit_deduction", "task_result")}


def reason(task: Task) -> str:
    return task.row.failure if task.state is State.FAILED else ""


def _progress(desk: Desk, task: Task) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "task_id": str(task.row.id),
        "task_status": _WORDS[task.state],
        "task_status_msg": reason(task),
        "task_result": result_of(desk, task) if task.state is State.SUCCEEDED else {},
        "created_at": task.row.created,
        "updated_at": task.updated,
    }
    if task.is_terminal:
        shape["final_unit_deduction"] = units_text(task.charged)
    return shape


def _info(desk: Desk, task: Task) -> dict[str, Any]:
    info: dict[str, Any] = {"external_task_id": task.row.external_id}
    if desk.product(task) in _WITH_PARENT:
        info["parent_video"] = _parent(desk, task)
    return info


def _parent(desk: Desk, task: Task) -> dict[str, str]:
    """The clip of a video id with its address and length; of one that was given by URL what can be known."""
    video = desk.note(task)
    account = account_of(desk, task)
    seconds = desk.seconds_of(account, video)
    duration = "" if seconds is None else f"{seconds:.1f}"
    if not video.isdigit():
        return {"id": "", "url": video, "duration": duration}
    maker = desk.find(account, str(int(video) - 1))
    url = next((made.url for made in desk.outputs(maker) if made.id == video), "") if maker else ""
    return {"id": video, "url": url, "duration": duration}
