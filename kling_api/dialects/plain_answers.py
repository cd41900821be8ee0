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
from .reading import PLAIN_REFUSALS, fields, milliseconds, rows, seconds, text, unreadable, words
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
    """What was made must not be lost to a wrapping: whatever object names the task is read."""
    body = fields(reply.body)
    data, states = _about(body), table(dialect)["states"]
    word = words(data.get("task_status"))
    is_error = bool(_code(body)) or (bool(body.get("error")) and word not in states)
    if not data or is_error or not 200 <= reply.status < 300:
        return _refusal(reply, body, dialect)
    said = words(data.get("task_status_msg"))
    return Task(
        id=_id(data),
        state=TaskState[states[word]] if word in states else TaskState.UNFAMILIAR,
        message=said if word in states else f"The status is '{word}', a word that this version does not know.",
        outputs=tuple(_outputs(fields(data.get("task_result")))),
        created=milliseconds(data.get("created_at")),
        updated=milliseconds(data.get("updated_at")),
        request_id=words(body.get("request_id")),
    )


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
    return next((place for place in (body, *(row for value in values for row in rows(value))) if _id(place)), {})


def _id(data: dict[str, Any]) -> str:
    named = data.get("task_id")
    return text(named) if type(named) in (str, int) else ""


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
    elif _is_klings(body, dialect) and reply.status < 500:
        found = _by_kling(reply)
    else:
        found = _by_table(reply, code, message, dialect)
    if _about(body):
        return replace(found, answer=Answer.UNCLEAR)  # whoever names a task may have made it, whatever else is said
    absent = found.answer is Answer.FINAL and (reply.status == 404 or _ABSENT.search(message))
    return replace(found, answer=Answer.ABSENT) if absent else found


def _by_table(reply: Reply, code: str, message: str, dialect: str) -> Refusal:
    errors = table(dialect)["errors"]
    entry = errors.get(code) or errors.get(str(reply.status)) or {}
    meaning = entry.get("meaning", "an error that is not in the documentation")
    said = f"Refused: {meaning} ('{message}')." if message else f"Refused: {meaning}."
    request_id = words(fields(reply.body).get("request_id"))
    named = words(code) or f"HTTP {reply.status}"
    return Refusal(_answer(reply.status, entry), said, entry.get("advice", ""), named, request_id, reply.retry_after)


def _answer(status: int, entry: dict[str, Any]) -> Answer:
    """A server that breaks down in the middle may have made the task, whatever code it gives."""
    if status >= 500 and entry.get("also_at") != status:
        return Answer.UNCLEAR
    if entry:
        return Answer[entry["answer"]]
    if status == 429:
        return Answer.LATER
    return Answer.FINAL if status in PLAIN_REFUSALS else Answer.UNCLEAR


def _is_klings(body: dict[str, Any], dialect: str) -> bool:
    """A code that the dialect's own document does not have, but Kling does."""
    code = body.get("code")
    return type(code) is int and code in _KLINGS and str(code) not in table(dialect)["errors"]


def _by_kling(reply: Reply) -> Refusal:
    found = official_answers.task(reply)
    if not isinstance(found, Refusal):
        return unreadable(reply, _WHOSE)
    if reply.body["code"] in _ABOUT_THE_ACCOUNT:
        return replace(found, advice="It is about the account that pays: check key and balance with this provider.")
    return found


def _message(body: dict[str, Any]) -> str:
    error = body.get("error")
    told = (fields(error).get("message"), body.get("message"), body.get("msg"), body.get("detail"), error)
    said = next((value for value in told if isinstance(value, str) and value), "")
    return words(said or "; ".join(text(row.get("msg")) for row in rows(body.get("detail"))))
