"""How Kling's own platform writes a task, in the shape of each generation. Tasks in, JSON out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..core import State, Task, units_text

UrlOf = Callable[[Task], str]

_LEGACY_WORDS = {
    State.SUBMITTED: "submitted",
    State.PROCESSING: "processing",
    State.SUCCEEDED: "succeed",
    State.FAILED: "failed",
}
_NEW_WORDS = _LEGACY_WORDS | {State.SUCCEEDED: "succeeded"}


def legacy_created(task: Task) -> dict[str, Any]:
    """What a create answers: always "submitted", as the task has only just been made."""
    return {
        "task_id": str(task.row.id),
        "task_status": _LEGACY_WORDS[State.SUBMITTED],
        "task_info": {"external_task_id": task.row.external_id},
        "created_at": task.row.created,
        "updated_at": task.row.created,
    }


def legacy_task(task: Task, url_of: UrlOf) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "task_id": str(task.row.id),
        "task_status": _LEGACY_WORDS[task.state],
        "task_status_msg": _reason(task),
        "task_info": {"external_task_id": task.row.external_id},
        "watermark_info": {"enabled": task.row.watermark},
        "task_result": {},
        "created_at": task.row.created,
        "updated_at": task.updated,
    }
    if task.state is State.SUCCEEDED:
        shape["task_result"] = {"videos": [_video(task, url_of)]}
    if task.is_terminal:
        shape["final_unit_deduction"] = units_text(task.charged)
    return shape


def new_created(task: Task) -> dict[str, Any]:
    return {
        "id": str(task.row.id),
        "status": _NEW_WORDS[State.SUBMITTED],
        "create_time": task.row.created,
        "update_time": task.row.created,
        "external_id": task.row.external_id,
    }


def new_task(task: Task, url_of: UrlOf) -> dict[str, Any]:
    return {
        "id": str(task.row.id),
        "status": _NEW_WORDS[task.state],
        "message": _reason(task),
        "create_time": task.row.created,
        "update_time": task.updated,
        "external_id": task.row.external_id,
        "outputs": [{"type": "video"} | _video(task, url_of)] if task.state is State.SUCCEEDED else [],
        "billing": _billing(task) if task.is_terminal else [],
    }


def new_status(task: Task) -> str:
    return _NEW_WORDS[task.state]


def _video(task: Task, url_of: UrlOf) -> dict[str, Any]:
    url = url_of(task)
    return {
        "id": task.output_id(),
        "url": url,
        "watermark_url": url if task.row.watermark else "",
        "duration": f"{task.row.seconds:.1f}",
    }


def _billing(task: Task) -> list[dict[str, Any]]:
    amount = units_text(task.charged)
    return [{"charge_type": "unit", "amount": amount, "package_type": task.row.pack, "list_price": amount}]


def _reason(task: Task) -> str:
    return task.row.failure if task.state is State.FAILED else ""
