"""What the wrapping service answers: tasks with Kling's own data in `raw_data`, faces, and `detail` errors. Pure.

All facts come from data/wrapper.json.
"""

from __future__ import annotations

from typing import Any

from ..operations import LipSync, Operation
from . import faces
from .offer import table
from .reading import (
    PLAIN_REFUSALS,
    decimal,
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
from .wire import Answer, Output, Refusal, Reply, Task, TaskState

_WHOSE = "the wrapping service's"
_KINDS = {"videos": "video", "images": "image"}
#: Where an answer may name a task.
_PLACES = ("raw_data", "data", "detail")
_MOST_FIELDS = 5
#: What `message` says of an order that was taken.
_TAKEN = "success"


def task(reply: Reply) -> Task | Refusal:
    body = fields(reply.body)
    if not 200 <= reply.status < 300:
        return _refusal(reply)
    data = fields(body.get("raw_data"))
    task_id = first_id((body, data))
    if not task_id:
        return naming(unreadable(reply, _WHOSE), _named(body))
    word = words(data.get("task_status") or body.get("message"))
    known = table("wrapper")["states"].get(word)
    message = words(data.get("task_status_msg"))
    outputs = tuple(_outputs(fields(data.get("task_result"))))
    if outputs and not data.get("task_status") and word == _TAKEN:  # the word of an order, beside what was made
        known = TaskState.SUCCEEDED.name
    units = decimal(data.get("final_unit_deduction"))
    return Task(
        id=task_id,
        state=TaskState[known] if known else TaskState.UNFAMILIAR,
        message=message if known else f"The status is '{word}', a word that this version does not know.",
        outputs=outputs,
        units="" if units is None else f"{units:f}",
        created=milliseconds(data.get("created_at")),
        updated=milliseconds(data.get("updated_at")),
        job_key=text(fields(data.get("task_info")).get("external_task_id")),
    )


def with_face(operation: LipSync, reply: Reply) -> Operation | Refusal:
    """The operation with the session and the face that it chose; a Refusal when the clip has no such face."""
    if not 200 <= reply.status < 300:
        return _refusal(reply)
    chosen = faces.with_face(operation, fields(reply.body), table("wrapper")["shortest_overlap"])
    return chosen or unreadable(reply, _WHOSE)


def _outputs(result: dict[str, Any]) -> list[Output]:
    return [
        Output(kind, text(item["url"]), text(item.get("id")), seconds(item.get("duration")))
        for name, kind in _KINDS.items()
        for item in rows(result.get(name))
        if item.get("url")
    ]


def _refusal(reply: Reply) -> Refusal:
    """Sorted by the HTTP status, but a known text says more: Kling's empty account comes as 429, too."""
    body, code = fields(reply.body), f"HTTP {reply.status}"
    if not body.get("detail"):
        return naming(unreadable(reply, _WHOSE), _named(body))
    said = _problems(body["detail"])
    entry = _entry(reply.status, said)
    message = f"Refused: {entry['meaning']} ('{said}')." if said else f"Refused: {entry['meaning']}."
    refusal = Refusal(Answer[entry["answer"]], message, entry["advice"], code, retry_after=reply.retry_after)
    return naming(refusal, _named(body))


def _entry(status: int, said: str) -> dict[str, str]:
    facts = table("wrapper")
    texts = [entry for entry in facts["texts"] if 400 <= status < 500 and entry["text"] in said.lower()]
    if texts and status != 422:  # there it is the service itself that speaks, of the names of fields
        return texts[0]
    answer = "FINAL" if status in PLAIN_REFUSALS else "UNCLEAR"
    undocumented = {"answer": answer, "meaning": f"HTTP {status}, which is not in the documentation", "advice": ""}
    return facts["errors"].get(str(status), undocumented)


def _problems(detail: Any) -> str:
    """One text, or a list of {loc, msg} that names a field each."""
    if not isinstance(detail, list):
        return words(detail if isinstance(detail, str) else fields(detail).get("message"))
    return words("; ".join(_problem(row) for row in rows(detail)[:_MOST_FIELDS]))


def _problem(row: dict[str, Any]) -> str:
    places = row.get("loc")
    path = [str(part) for part in places if isinstance(part, str | int)] if isinstance(places, list) else []
    where = ".".join(path[1:] if path[:1] == ["body"] else path)
    return f"{where}: {words(row.get('msg'))}" if where else words(row.get("msg"))


def _named(body: dict[str, Any]) -> str:
    return first_id((body, *(fields(body.get(name)) for name in _PLACES)))
