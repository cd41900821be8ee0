"""Tasks under Kling's names for their fields, bare or in an envelope, and errors in every usual shape. Pure.

For providers whose documents show no error. What is refused is known by the code in the answer, else by the HTTP
status; both, and the status words, are in the dialect's table.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from . import official_answers
from .offer import table
from .reading import (
    PLAIN_REFUSALS,
    code_number,
    fields,
    first_id,
    milliseconds,
    naming,
    rows,
    seconds,
    text,
    unreadable,
    words,
)
from .usual_words import says_no_money, says_well, state_of
from .wire import Answer, Output, Refusal, Reply, Task, TaskState

_WHOSE = "this kind of provider's"
_KINDS = {"videos": "video", "images": "image"}
#: A task that comes with one of these is no error.
_SUCCESS = frozenset({"0", "200", "success"})
_ABSENT = re.compile(r"(?i)\btask(_| )?(id )?(was |is )?(does )?not(_| )(found|exist)|no such task|任务不存在")
#: Kling's own, which a provider may hand through.
_KLINGS = range(1000, 6000)
#: Those about the account that pays at Kling, which may be the provider's own.
_ABOUT_THE_ACCOUNT = frozenset({*range(1000, 1200), 1304})


def task(reply: Reply, dialect: str) -> Task | Refusal:
    """What was made must not be lost to a wrapping: whatever object names the task is read.

    A record of a task that has ended may come under the code of its error: the record counts.
    """
    body = fields(reply.body)
    data = _about(body)
    state = _state(data, dialect)
    has_ended = bool(data) and state in (TaskState.SUCCEEDED, TaskState.FAILED)
    if not has_ended and (not data or not 200 <= reply.status < 300 or _is_error(body, data, dialect)):
        return naming(_refusal(reply, body, dialect), first_id((data,)))
    return Task(
        id=first_id((data,)),
        state=state,
        message=_about_state(body, data, state),
        outputs=tuple(_outputs(fields(data.get("task_result")))),
        created=milliseconds(data.get("created_at")),
        updated=milliseconds(data.get("updated_at")),
        request_id=words(body.get("request_id")),
    )


def _state(data: dict[str, Any], dialect: str) -> TaskState:
    if "task_status" not in data:  # as an answer to an order may be
        return TaskState.SUBMITTED
    return state_of(words(data["task_status"]), table(dialect)["states"])


def _about_state(body: dict[str, Any], data: dict[str, Any], state: TaskState) -> str:
    if state is TaskState.UNFAMILIAR:
        return f"The status is '{words(data.get('task_status'))}', a word that this version does not know."
    said = words(data.get("task_status_msg"))
    return said or (_message(body) if state is TaskState.FAILED else "")


def _is_error(body: dict[str, Any], data: dict[str, Any], dialect: str) -> bool:
    """Whether what comes beside a task is an error. A code that nobody documents is none if no message says so."""
    code, state = _code(body), _state(data, dialect)
    if body.get("error") and (state is TaskState.UNFAMILIAR or "task_status" not in data):
        return True
    if not code:
        return False
    documented = code in table(dialect)["errors"] or _is_klings(code, dialect)
    return documented or state is TaskState.UNFAMILIAR or not says_well(_message(body))


def _outputs(result: dict[str, Any]) -> list[Output]:
    return [
        Output(kind, text(item["url"]), text(item.get("id")), seconds(item.get("duration")))
        for name, kind in _KINDS.items()
        for item in rows(result.get(name))
        if item.get("url")
    ]


def _about(body: dict[str, Any]) -> dict[str, Any]:
    """The object that names a task: the answer itself or one that it holds; {} where none does."""
    values = [value if isinstance(value, list) else [value] for value in body.values()]
    places = (body, *(row for value in values for row in rows(value)))
    return next((place for place in places if first_id((place,))), {})


def _code(body: dict[str, Any]) -> str:
    """The code of an error, "" where there is none."""
    told = (
        text(code) for code in (body.get("code"), fields(body.get("error")).get("code")) if type(code) in (str, int)
    )
    return next((code for code in told if code and code not in _SUCCESS), "")


def _refusal(reply: Reply, body: dict[str, Any], dialect: str) -> Refusal:
    code, message = _code(body), _message(body)
    if not code and not message:
        found = unreadable(reply, _WHOSE)
    elif _is_klings(code, dialect) and reply.status < 500:
        found = _by_kling(reply, int(code), message)
    else:
        found = _by_table(reply, code, message, dialect)
    absent = found.answer is Answer.FINAL and (reply.status == 404 or _ABSENT.search(message))
    return replace(found, answer=Answer.ABSENT) if absent else found


def _by_table(reply: Reply, code: str, message: str, dialect: str) -> Refusal:
    errors = table(dialect)["errors"]
    entry = errors.get(code) or errors.get(str(reply.status)) or {}
    answer = _answer(reply.status, entry)
    if answer is Answer.LATER and says_no_money(f"{code} {message}"):
        answer, entry = Answer.FINAL, errors[table(dialect)["no_money"]]
    meaning = entry.get("meaning", "an error that is not in the documentation")
    said = f"Refused: {meaning} ('{message}')." if message else f"Refused: {meaning}."
    request_id = words(fields(reply.body).get("request_id"))
    named = words(code) or f"HTTP {reply.status}"
    return Refusal(answer, said, entry.get("advice", ""), named, request_id, reply.retry_after)


def _answer(status: int, entry: dict[str, Any]) -> Answer:
    """A server that breaks down in the middle may have made the task, whatever code it gives."""
    if status >= 500:
        return Answer.UNCLEAR
    if entry:
        later = entry["answer"] == Answer.LATER.name
        return Answer.UNCLEAR if later and 300 <= status < 400 else Answer[entry["answer"]]
    if status == 429:
        return Answer.LATER
    return Answer.FINAL if status in PLAIN_REFUSALS else Answer.UNCLEAR


def _is_klings(code: str, dialect: str) -> bool:
    """A code that the dialect's own document does not have, but Kling does."""
    return code_number(code) in _KLINGS and code not in table(dialect)["errors"]


def _by_kling(reply: Reply, code: int, message: str) -> Refusal:
    told = {"code": code, "message": message, "request_id": fields(reply.body).get("request_id")}
    found = official_answers.task(replace(reply, body=told))
    if not isinstance(found, Refusal):
        return unreadable(reply, _WHOSE)
    if code in _ABOUT_THE_ACCOUNT:
        return replace(found, advice="It is about the account that pays: check key and balance with this provider.")
    return found


def _message(body: dict[str, Any]) -> str:
    error = body.get("error")
    told = (fields(error).get("message"), body.get("message"), body.get("msg"), body.get("detail"), error)
    said = next((value for value in told if isinstance(value, str) and value), "")
    return words(said or "; ".join(text(row.get("msg")) for row in rows(body.get("detail"))))
