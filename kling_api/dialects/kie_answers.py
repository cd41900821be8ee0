"""What kie.ai answers: tasks with JSON inside JSON, uploads, credits, and refusals whose code is in the body. Pure.

All facts come from data/kie.json. The code in the body counts, whatever HTTP status below 500 it has (seen live, 2026).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from ..hosts import host_of, is_loopback
from .offer import table
from .reading import (
    PLAIN_REFUSALS,
    code_number,
    decimal,
    fields,
    first_id,
    inner_json,
    milliseconds,
    naming,
    text,
    texts,
    unreadable,
    words,
)
from .usual_words import says_well
from .wire import Answer, Output, Pack, Refusal, Reply, Task, TaskState

_WHOSE = "kie.ai's"
#: `task_id` stands in its samples of webhooks.
_ID_NAMES = ("taskId", "task_id")
_CREDITS = ("creditsConsumed", "consumeCredits")
_TIMES = ("createTime", "completeTime", "updateTime")


def task(reply: Reply) -> Task | Refusal:
    """A record of a task that has ended badly may come under the code of its error: the record counts."""
    body = fields(reply.body)
    data, code = fields(body.get("data")), _code(body)
    is_known = words(data.get("state")) in table("kie")["states"]
    is_task = code == _success() or (code is not None and is_known) or _is_well(reply.status, body, is_known)
    if _id(data) and is_task:
        return _task(data)
    return naming(_refusal(reply, code), _id(data) or _id(body))


def _is_well(status: int, body: dict[str, Any], is_known: bool) -> bool:
    """Whether it is a task although its code is none of kie.ai's, or missing, as nothing else speaks of an error."""
    is_documented = str(_code(body)) in table("kie")["errors"]
    has_state = "state" in fields(body.get("data"))
    well = says_well(words(body.get("msg") or body.get("message")))
    return 200 <= status < 300 and not is_documented and well and (is_known or not has_state)


def uploaded(reply: Reply) -> str | Refusal:
    """Where the file lies now. An upload makes no task."""
    body = fields(reply.body)
    code = _code(body)
    if code != _success():
        return _refusal(reply, code)
    data = fields(body.get("data"))
    address = text(data.get("downloadUrl") or data.get("fileUrl"))
    if _is_usable(address):
        return address
    return Refusal(
        Answer.FINAL,
        "kie.ai took the file, but named no https address for it.",
        "Give it as a URL instead, or report this.",
        str(code),
    )


def packs(reply: Reply) -> tuple[Pack, ...] | Refusal:
    body = fields(reply.body)
    code, credit = _code(body), decimal(body.get("data"))
    if code != _success() or credit is None:
        return _refusal(reply, code)
    return (Pack("kie.ai credits", None, credit, "online"),)


def _task(data: dict[str, Any]) -> Task:
    word = words(data.get("state"))
    known = table("kie")["states"].get(word)
    state = TaskState[known] if known else TaskState.UNFAMILIAR
    if "state" not in data:  # the answer to a create
        state = TaskState.SUBMITTED
    return Task(
        id=_id(data),
        state=state,
        message=_message(data, state, word),
        outputs=tuple(_outputs(data)) if state is TaskState.SUCCEEDED else (),
        units=_units(data),
        created=milliseconds(data.get("createTime")),
        updated=max(milliseconds(data.get(name)) for name in _TIMES),
    )


def _message(data: dict[str, Any], state: TaskState, word: str) -> str:
    if state is TaskState.UNFAMILIAR:
        return f"The state is '{word}', a word that this version does not know."
    if state is not TaskState.FAILED:
        return ""
    said, code = words(data.get("failMsg")) or "no reason was given", words(data.get("failCode"))
    return f"{said} (failCode {code})" if code else said


def _outputs(data: dict[str, Any]) -> list[Output]:
    """All that our operations make here are clips."""
    told = fields(inner_json(data.get("resultJson"))).get("resultUrls")
    return [Output("video", url) for url in texts([told] if isinstance(told, str) else told) if url]


def _units(data: dict[str, Any]) -> str:
    credit = next((found for name in _CREDITS if (found := decimal(data.get(name))) is not None), None)
    return "" if credit is None else f"{credit:f}"


def _refusal(reply: Reply, code: int | None) -> Refusal:
    """A server before kie.ai that breaks down may write a code of its own: only the same number says what is meant."""
    broke_down = reply.status >= 500 and code != reply.status
    if code is None or code == _success():  # the latter without what belongs there
        said = unreadable(reply if code is None else replace(reply, status=code), _WHOSE)
        return replace(said, answer=Answer.UNCLEAR) if broke_down else said
    entry = table("kie")["errors"].get(str(code)) or _undocumented(code)
    body = fields(reply.body)
    message = words(body.get("msg") or body.get("message"))
    answer = Answer.UNCLEAR if broke_down else Answer[entry["answer"]]
    if answer is Answer.FINAL and any(absent in message.lower() for absent in table("kie")["absent"]):
        answer = Answer.ABSENT
    return Refusal(
        answer,
        f"kie.ai refused: {entry['meaning']} ('{message}')." if message else f"kie.ai refused: {entry['meaning']}.",
        entry["advice"],
        str(code),
        retry_after=reply.retry_after,
    )


def _undocumented(code: int) -> dict[str, str]:
    answer = "FINAL" if code in PLAIN_REFUSALS else "UNCLEAR"
    return {"answer": answer, "meaning": f"error {code}, which is not in the documentation", "advice": ""}


def _success() -> int:
    return table("kie")["success"]


def upload_path() -> str:
    """Where files are uploaded to, as a multipart form."""
    return table("kie")["paths"]["stream"]


def upload_folder() -> str:
    """The folder of the account that uploads go to."""
    return table("kie")["upload_folder"]


def _code(body: dict[str, Any]) -> int | None:
    return code_number(body.get("code"))


def _id(data: dict[str, Any]) -> str:
    return first_id((data,), _ID_NAMES)


def _is_usable(address: str) -> bool:
    """https; plain http only on this machine itself."""
    if not host_of(address) or any(character.isspace() for character in address):
        return False
    scheme = urlsplit(address).scheme
    return scheme == "https" or (scheme == "http" and is_loopback(address))
