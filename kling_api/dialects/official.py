"""Kling's own platform, both generations: `/v1/...` and the new standard. Operation -> request, answer -> task.

Facts: official docs as copied 2026-02 (old standard) and 2026-09 (new standard), error texts as seen live in 2026.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .. import capabilities
from ..checks import check_video
from ..operations import Image2Video, Operation, Text2Video
from ..redaction import redact
from ..stills import Still
from .wire import Answer, Output, Refusal, Reply, Request, Task, TaskState

_ERRORS = Path(__file__).parents[1] / "data" / "official_errors.json"
_NEW_STANDARD = {"text2video": "text-to-video", "image2video": "image-to-video"}
_TASKS = "/tasks"
#: The old standard says `succeed`, the new one `succeeded`.
_STATES = {
    "submitted": TaskState.SUBMITTED,
    "processing": TaskState.PROCESSING,
    "succeed": TaskState.SUCCEEDED,
    "succeeded": TaskState.SUCCEEDED,
    "failed": TaskState.FAILED,
}
#: std = 720p, pro = 1080p, 4k = 4k (new-standard pages, 2026-09).
_RESOLUTIONS = {"std": "720p", "pro": "1080p", "4k": "4k"}
_LONGEST_TEXT = 500
_DUPLICATE = re.compile(r"(?i)external_?task_?id\b.*already exists")
_ABSENT = re.compile(r"(?i)task not found")
#: HTTP statuses that say "not processed" even when the body cannot be read. Not among them: 408, 409 and 499, which a
#: server also sends when it gave up on work that it had begun, and 302 and 303, with which some answer finished work.
_PLAIN_REFUSALS = frozenset(
    {301, 307, 308, 400, 401, 402, 403, 404, 405, 407, 410, 411, 413, 414, 415, 417, 421, 422, 426, 431, 451, 501, 505}
)


class Official:
    """The dialect `official`."""

    name = "official"

    def __init__(self, keyed: bool = True) -> None:
        """`keyed` False: a gateway on the same paths, of which nobody knows whether it refuses a key sent twice."""
        self.keyed = keyed

    def check(self, operation: Operation) -> tuple[str, ...]:
        return check_video(operation)

    def create(self, operation: Operation, job_key: str) -> Request:
        if capabilities.generation_of(operation.model_name) == "new":
            path = f"/{_NEW_STANDARD[operation.kind]}/{operation.model_name}"
            return Request("POST", path, _new_body(operation, job_key), route=_TASKS, needs_api_key=True)
        path = f"/v1/{operation.category}/{operation.kind}"
        return Request("POST", path, _old_body(operation, job_key), route=path)

    def query(self, route: str, task_id: str) -> Request:
        if route == _TASKS:
            return Request("GET", _TASKS, query={"task_ids": task_id}, route=route, needs_api_key=True)
        return Request("GET", f"{route}/{quote(task_id, safe='')}", route=route)

    def look_up(self, route: str, job_key: str) -> Request | None:
        if route == _TASKS:
            return Request("GET", _TASKS, query={"external_task_ids": job_key}, route=route, needs_api_key=True)
        return self.query(route, job_key)

    def read(self, reply: Reply) -> Task | Refusal:
        body = reply.body
        code = body.get("code") if isinstance(body, dict) else None
        if not isinstance(code, int) or isinstance(code, bool):
            return _unreadable(reply)
        if code != 0:
            return _refusal(reply, code)
        data = body.get("data")
        if data == []:  # the new standard's way to say it
            return Refusal(Answer.ABSENT, "Kling knows no such task.")
        task = data[0] if isinstance(data, list) else data
        if not isinstance(task, dict) or not _id(task):
            return _unreadable(reply)
        return _task(task, _words(body.get("request_id")))


def _old_body(operation: Operation, job_key: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model_name": operation.model_name,
        "prompt": operation.prompt,
        "negative_prompt": operation.negative_prompt,
        "cfg_scale": operation.cfg_scale,
        "mode": operation.mode,
        "duration": str(operation.duration),
        "external_task_id": job_key,
        "callback_url": operation.callback_url,
    }
    if _has_sound(operation):
        body["sound"] = "on" if operation.sound else "off"
    if isinstance(operation, Text2Video):
        body["aspect_ratio"] = operation.aspect_ratio
    else:
        body |= {"image": _media(operation.image), "image_tail": _media(operation.image_tail)}
    if operation.camera_control:
        config = operation.camera_control.config()
        body["camera_control"] = {"type": operation.camera_control.type} | ({"config": config} if config else {})
    return {name: value for name, value in body.items() if value != ""}


def _new_body(operation: Operation, job_key: str) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "resolution": _RESOLUTIONS.get(operation.mode, operation.mode),
        "duration": operation.duration,
    }
    model = capabilities.video_models().get(operation.model_name)
    if model and model.multi_shot_default:
        settings["multi_shot"] = False  # the API's default is true: it would cut the clip into shots nobody asked for
    if _has_sound(operation):
        settings["audio"] = "native" if operation.sound else "off"
    options = {"external_task_id": job_key} | (
        {"callback_url": operation.callback_url} if operation.callback_url else {}
    )
    if isinstance(operation, Text2Video):
        settings["aspect_ratio"] = operation.aspect_ratio
        return {"prompt": operation.prompt, "settings": settings, "options": options}
    return {"contents": _contents(operation), "settings": settings, "options": options}


def _contents(operation: Image2Video) -> list[dict[str, str]]:
    contents = [{"type": "prompt", "text": operation.prompt}] if operation.prompt else []
    frames = {"first_frame": operation.image, "last_frame": operation.image_tail}
    return contents + [{"type": kind, "url": _media(frame)} for kind, frame in frames.items() if frame is not None]


def _has_sound(operation: Operation) -> bool:
    """Whether the model has a sound switch: one that is always silent or never silent takes no such field."""
    model = capabilities.video_models().get(operation.model_name)
    if model is None:
        return operation.sound
    return {sound for way in model.ways[operation.kind] for sound in way.sound} == {"on", "off"}


def _media(value: Still | str | None) -> str:
    return value.base64() if isinstance(value, Still) else value or ""


def _task(data: dict[str, Any], request_id: str) -> Task:
    word = _words(data.get("task_status") or data.get("status"))
    message = _words(data.get("task_status_msg") or data.get("message"))
    return Task(
        id=_id(data),
        state=_STATES.get(word, TaskState.UNFAMILIAR),
        job_key=_job_key(data),
        message=message if word in _STATES else f"The status is '{word}', a word that this version does not know.",
        outputs=tuple(_outputs(data)),
        units=_units(data),
        created=_milliseconds(data.get("created_at") or data.get("create_time")),
        updated=_milliseconds(data.get("updated_at") or data.get("update_time")),
        request_id=request_id,
    )


def _id(data: dict[str, Any]) -> str:
    return _text(data.get("task_id") or data.get("id"))


def _job_key(data: dict[str, Any]) -> str:
    """Our key as the answer names it: `task_info.external_task_id` (old), `external_id` (new)."""
    info = data.get("task_info")
    return _text((info.get("external_task_id") if isinstance(info, dict) else "") or data.get("external_id"))


def _outputs(data: dict[str, Any]) -> list[Output]:
    result = data.get("task_result")
    found = [("video", item) for item in _rows(result.get("videos") if isinstance(result, dict) else None)]
    found += [(str(item.get("type")), item) for item in _rows(data.get("outputs"))]
    return [
        Output(kind, str(item["url"]), _text(item.get("id")), _seconds(item.get("duration")))
        for kind, item in found
        if item.get("url")
    ]


def _rows(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; an answer that holds anything else there holds nothing for us."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _words(value: Any) -> str:
    """A server's text for people: one line, not endless, and without secrets (a server may quote the key)."""
    return redact(" ".join(_text(value).split()))[:_LONGEST_TEXT]


def _text(value: Any) -> str:
    """JSON may hold half a character (a lone surrogate), which no file and no URL can take."""
    return str(value or "").encode("utf-8", "replace").decode("utf-8")


def _units(data: dict[str, Any]) -> str:
    """`final_unit_deduction` (old), or the units of `billing[]` (new): a decimal string, "" when not said."""
    if data.get("final_unit_deduction") not in (None, ""):
        return _words(data["final_unit_deduction"])
    amounts = [_words(row.get("amount")) for row in _rows(data.get("billing")) if row.get("charge_type") == "unit"]
    return amounts[0] if amounts else ""


def _seconds(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _milliseconds(value: Any) -> int:
    """Gateways were seen sending these as text."""
    text = str(value)
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else 0


def _refusal(reply: Reply, code: int) -> Refusal:
    body = reply.body
    message = _words(body.get("message") or body.get("msg"))
    entry = _error_codes().get(str(code))
    if entry:
        answer, advice, meaning = Answer[entry["answer"]], entry["advice"], entry["meaning"]
    else:
        answer, advice, meaning = _undocumented(reply.status, code), "", "an error that is not in the documentation"
    if _DUPLICATE.search(message) and code // 1000 != 5:
        answer = Answer.DUPLICATE
    elif code in (1201, 1203) and _ABSENT.search(message):
        answer = Answer.ABSENT
    elif isinstance(body.get("data"), dict) and _id(body["data"]):
        answer = Answer.UNCLEAR  # whoever names a task may have made it, whatever else is said
    said = f"Kling refused: {meaning} ('{message}')." if message else f"Kling refused: {meaning}."
    return Refusal(answer, said, advice, str(code), _words(body.get("request_id")), reply.retry_after)


def _undocumented(status: int, code: int) -> Answer:
    """Refused for good only where the HTTP status says so; else nobody knows."""
    if code == status == 429:
        return Answer.LATER  # a gateway's own limit, not Kling's
    refused = (status in _PLAIN_REFUSALS or status == 429) and code // 1000 != 5
    return Answer.FINAL if refused else Answer.UNCLEAR


def _unreadable(reply: Reply) -> Refusal:
    said = f"The answer (HTTP {reply.status}) is not one of Kling's: check the base URL of this profile."
    advice = "`kling doctor` shows what is in force."
    if reply.status in _PLAIN_REFUSALS:
        return Refusal(Answer.FINAL, said, advice, f"HTTP {reply.status}")
    if reply.status == 429:
        return Refusal(Answer.LATER, said, advice, "HTTP 429", retry_after=reply.retry_after)
    return Refusal(Answer.UNCLEAR, said, advice, f"HTTP {reply.status}")


@cache
def _error_codes() -> dict[str, dict[str, str]]:
    return json.loads(_ERRORS.read_text(encoding="utf-8"))["codes"]
