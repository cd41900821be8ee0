"""What the gateway new-api answers, in its documented shapes and in those of its newer versions. Pure.

A task comes bare, in the gateway's envelope (code "success") with Kling's own inside it, or in Kling's alone (code 0).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from . import official_answers
from .offer import table
from .reading import (
    PLAIN_REFUSALS,
    decimal,
    epoch_milliseconds,
    fields,
    inner_json,
    rows,
    seconds,
    text,
    unreadable,
    words,
)
from .wire import Answer, Output, Refusal, Reply, Task, TaskState

_WHOSE = "this kind of gateway's"
#: Its message is the upstream's whole answer, its HTTP status the upstream's.
_UPSTREAM_REFUSED = "fail_to_fetch_task"
#: Kling's codes about the account that pays there, which is the gateway's.
_ABOUT_THE_ACCOUNT = frozenset({*range(1000, 1200), 1304})


def task(reply: Reply) -> Task | Refusal:
    body = fields(reply.body)
    data = _about(body)
    if _is_answer(reply.status, body, data):
        return _task(data, words(body.get("request_id")))
    refusal = _refusal(reply, body)
    error = fields(body.get("error"))
    quoted = (fields(inner_json(said)) for said in (body.get("message"), error.get("message")))
    if refusal.answer is not Answer.DUPLICATE and any(_about(said) for said in (body, error, *quoted)):
        return replace(refusal, answer=Answer.UNCLEAR)  # whoever names a task may have made it, whatever else is said
    return refusal


def _about(body: dict[str, Any]) -> dict[str, Any]:
    """The object that names the task; {} where none does."""
    data = body.get("data")
    inside = rows(data) if isinstance(data, list) else [fields(data)]
    candidates = [*inside, body] if "code" in body else [body, *inside]
    return next((item for item in candidates if _id(item)), {})


def _is_answer(status: int, body: dict[str, Any], data: dict[str, Any]) -> bool:
    """Whether this is the task itself: an error of the request may name one as well, but not its state."""
    code = body.get("code")
    if not data or not (code in (None, "success") or _is_number(code, 0)):
        return False
    return _word(data) in table("newapi")["statuses"] or (status < 300 and not body.get("error"))


def _id(data: dict[str, Any]) -> str:
    """`task_id`, else `id`; in the gateway's envelope both are there, and `id` is the number of a row."""
    named = (data.get(name) for name in ("task_id", "id"))
    return next((text(value) for value in named if value and type(value) in (str, int)), "")


def _word(data: dict[str, Any]) -> str | None:
    """The status; None where there is none, as in the documented answer to an order."""
    return next((words(data[name]) for name in ("task_status", "status") if name in data), None)


def _task(data: dict[str, Any], request_id: str) -> Task:
    word, statuses = _word(data), table("newapi")["statuses"]
    state = TaskState[statuses[word]] if word in statuses else TaskState.UNFAMILIAR
    if word is None:
        state = TaskState.SUBMITTED
    kling = _from_kling(data)
    return Task(
        id=_id(data),
        state=state,
        job_key=text(fields(kling.get("task_info")).get("external_task_id")),
        message=_message(data, kling, state),
        outputs=tuple(_outputs(data, kling, state)),
        units=_units(data, state),
        created=_time(data, "submit_time", "created_at"),
        updated=_time(data, "finish_time", "completed_at", "updated_at"),
        request_id=request_id,
    )


def _from_kling(data: dict[str, Any]) -> dict[str, Any]:
    """Kling's own words about the task: in the envelope that the gateway keeps inside its own, or the object itself."""
    raw = fields(inner_json(data.get("data")))
    return fields(raw.get("data")) or raw or data


def _message(data: dict[str, Any], kling: dict[str, Any], state: TaskState) -> str:
    if state is TaskState.UNFAMILIAR:
        return f"The status is '{_word(data)}', a word that this version does not know."
    if state is not TaskState.FAILED:  # older versions write the address of a success into `fail_reason`
        return ""
    error = fields(data.get("error"))
    told = (error.get("message"), data.get("fail_reason"), kling.get("task_status_msg"))
    message = next((said for value in told if (said := words(value))), "")
    code = words(error.get("code"))
    return f"{message} (code {code})" if message and code else message or code


def _outputs(data: dict[str, Any], kling: dict[str, Any], state: TaskState) -> list[Output]:
    found = [
        Output("video", text(video["url"]), text(video.get("id")), seconds(video.get("duration")))
        for video in rows(fields(kling.get("task_result")).get("videos"))
        if video.get("url")
    ]
    address = "" if found or state is not TaskState.SUCCEEDED else _address(data)
    if not address:
        return found
    length = fields(data.get("metadata")).get("duration") or data.get("seconds")
    return [Output("video", address, duration=seconds(length))]


def _address(data: dict[str, Any]) -> str:
    """Where the clip is, by the names that the versions give it (the gateway's code, 2026-11)."""
    told = (data.get("url"), fields(data.get("metadata")).get("url"), data.get("result_url"), data.get("fail_reason"))
    return next((text(url) for url in told if isinstance(url, str) and url.startswith(("https://", "http://"))), "")


def _units(data: dict[str, Any], state: TaskState) -> str:
    """What the gateway took; the quota of a failed task is given back."""
    quota = decimal(data.get("quota")) if state is TaskState.SUCCEEDED else None
    return f"{quota:f}" if quota else ""


def _time(data: dict[str, Any], *names: str) -> int:
    return next((found for name in names if (found := epoch_milliseconds(data.get(name)))), 0)


def _refusal(reply: Reply, body: dict[str, Any]) -> Refusal:
    """Kling's own codes are numbers, the gateway's are words; what is neither is not one of its answers."""
    error, code = fields(body.get("error")), body.get("code")
    if _is_number(code):
        return _by_kling(reply)
    told = (error.get("code"), code, error.get("type"))
    word = next((said for value in told if (said := words(value))), "")
    message = words(error.get("message") or body.get("message"))
    nothing_said = not message and word not in table("newapi")["errors"]
    if nothing_said or (word in ("", "success") and not error):
        return unreadable(reply, _WHOSE)
    quoted = fields(inner_json(body.get("message")))
    if word == _UPSTREAM_REFUSED and _is_number(quoted.get("code")) and reply.status < 500:
        return _by_kling(Reply(reply.status, quoted, reply.retry_after), of_gateway=True)
    return _by_gateway(reply, word, message)


def _by_kling(reply: Reply, of_gateway: bool = False) -> Refusal:
    """`of_gateway`: Kling refused the gateway, whose account it is then about."""
    refusal = official_answers.task(reply)
    if not isinstance(refusal, Refusal):
        return unreadable(reply, _WHOSE)
    if of_gateway and reply.body["code"] in _ABOUT_THE_ACCOUNT:
        return replace(refusal, advice="It is about the gateway's own account at Kling: tell the gateway's support.")
    return refusal


def _by_gateway(reply: Reply, word: str, message: str) -> Refusal:
    """By the gateway's word for it, else by the HTTP status."""
    errors, status = table("newapi")["errors"], f"HTTP {reply.status}"
    entry = errors.get(word) or errors.get(status) or {}
    answer = Answer[entry["answer"]] if entry else _by_status(reply.status)
    if word == _UPSTREAM_REFUSED:
        answer = _by_status(reply.status)
    if reply.status >= 500 and not entry.get("before_any_order"):
        answer = Answer.UNCLEAR
    meaning = entry.get("meaning", "an error that is not in the documentation")
    said = f"The gateway refused: {meaning} ('{message}')." if message else f"The gateway refused: {meaning}."
    return Refusal(answer, said, entry.get("advice", ""), word or status, retry_after=reply.retry_after)


def _by_status(status: int) -> Answer:
    if status == 429:
        return Answer.LATER
    return Answer.FINAL if status in PLAIN_REFUSALS else Answer.UNCLEAR


def _is_number(value: Any, *only: int) -> bool:
    return type(value) is int and (not only or value in only)
