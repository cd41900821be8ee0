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
    code_number,
    decimal,
    epoch_milliseconds,
    fields,
    first_id,
    inner_json,
    naming,
    rows,
    seconds,
    text,
    unreadable,
    words,
)
from .usual_words import says_broke_down, says_no_money, says_well, state_of
from .wire import Answer, Output, Refusal, Reply, Task, TaskState

_WHOSE = "this kind of gateway's"
#: Its message is the upstream's whole answer, its HTTP status the upstream's.
_UPSTREAM_REFUSED = "fail_to_fetch_task"
#: `id` is the number of a row beside `task_id` in the gateway's envelope, and the task itself elsewhere.
_ID_NAMES = ("task_id", "id")
#: Kling's own codes.
_KLINGS = range(1000, 6000)
#: Kling's codes about the account that pays there, which is the gateway's.
_ABOUT_THE_ACCOUNT = frozenset({*range(1000, 1200), 1304})


def task(reply: Reply) -> Task | Refusal:
    """An HTTP error may have an id and a status of its own: there only `task_id` names a task."""
    body = fields(reply.body)
    error = fields(body.get("error"))
    names = _ID_NAMES if reply.status < 400 or not body.get("error") else ("task_id",)
    data = _about(body, names)
    if data and _is_answer(reply.status, body, data):
        return _task(data, words(body.get("request_id")))
    quoted = (fields(inner_json(said)) for said in (body.get("message"), error.get("message")))
    named = first_id((_about(said, names) for said in (body, error, *quoted)), names)
    return naming(_refusal(reply, body), named)


def _about(body: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The object that names the task; {} where none does."""
    data = body.get("data")
    inside = rows(data) if isinstance(data, list) else [fields(data)]
    candidates = [*inside, body] if "code" in body else [body, *inside]
    return next((item for item in candidates if first_id((item,), names)), {})


def _is_answer(status: int, body: dict[str, Any], data: dict[str, Any]) -> bool:
    """Whether this is the task itself: an error of the request may name one as well, but not its state."""
    code, is_known = body.get("code"), _word(data) is not None and _state(data) is not TaskState.UNFAMILIAR
    if code in (None, "success") or _is_number(code, 0):
        return is_known or (status < 300 and not body.get("error"))
    if not 200 <= status < 300 or body.get("error") or not says_well(words(body.get("message"))):
        return False
    documented = words(code) in table("newapi")["errors"] or code_number(code) in _KLINGS
    return not documented and (is_known or (_word(data) is None and bool(first_id((data,)))))


def _word(data: dict[str, Any]) -> str | None:
    """The status; None where there is none, as in the documented answer to an order."""
    return next((words(data[name]) for name in ("task_status", "status") if name in data), None)


def _state(data: dict[str, Any]) -> TaskState:
    word = _word(data)
    return TaskState.SUBMITTED if word is None else state_of(word, table("newapi")["statuses"])


def _task(data: dict[str, Any], request_id: str) -> Task:
    state, kling = _state(data), _from_kling(data)
    return Task(
        id=first_id((data,), _ID_NAMES),
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
    if _is_number(code, 0):  # a success without what belongs there
        return unreadable(reply, _WHOSE)
    if _is_number(code) or code_number(code) in _KLINGS:
        return _by_kling(reply)
    if code_number(error.get("code")) in _KLINGS and reply.status < 500:
        return _by_kling(replace(reply, body=error), of_gateway=True)
    told = (error.get("code"), code, error.get("type"))
    word = next((said for value in told if (said := words(value))), "")
    message = words(error.get("message") or body.get("message"))
    nothing_said = not message and word not in table("newapi")["errors"]
    if nothing_said or (word in ("", "success") and not error):
        return unreadable(reply, _WHOSE)
    quoted = fields(inner_json(body.get("message")))
    if word == _UPSTREAM_REFUSED and code_number(quoted.get("code")) is not None and reply.status < 500:
        return _by_kling(replace(reply, body=quoted), of_gateway=True)
    return _by_gateway(reply, word, message)


def _by_kling(reply: Reply, of_gateway: bool = False) -> Refusal:
    """`of_gateway`: Kling refused the gateway, whose account it is then about."""
    refusal = official_answers.task(reply)
    if not isinstance(refusal, Refusal):
        return unreadable(reply, _WHOSE)
    if of_gateway and code_number(reply.body["code"]) in _ABOUT_THE_ACCOUNT:
        return replace(refusal, advice="It is about the gateway's own account at Kling: tell the gateway's support.")
    return refusal


def _by_gateway(reply: Reply, word: str, message: str) -> Refusal:
    """By the gateway's word for it, else by the HTTP status."""
    errors, status = table("newapi")["errors"], f"HTTP {reply.status}"
    entry = errors.get(word) or errors.get(status) or {}
    answer = _by_status(reply.status) if word == _UPSTREAM_REFUSED or not entry else Answer[entry["answer"]]
    broke_down = reply.status >= 500 and not entry.get("before_any_order")
    if broke_down or (entry.get("passes_on") and says_broke_down(message)):
        answer = Answer.UNCLEAR
    if answer is Answer.LATER and says_no_money(f"{word} {message}"):
        answer, entry = Answer.FINAL, errors[table("newapi")["no_money"]]
    meaning = entry.get("meaning", "an error that is not in the documentation")
    said = f"The gateway refused: {meaning} ('{message}')." if message else f"The gateway refused: {meaning}."
    return Refusal(answer, said, entry.get("advice", ""), word or status, retry_after=reply.retry_after)


def _by_status(status: int) -> Answer:
    if status == 429:
        return Answer.LATER
    return Answer.FINAL if status in PLAIN_REFUSALS else Answer.UNCLEAR


def _is_number(value: Any, *only: int) -> bool:
    return type(value) is int and (not only or value in only)
