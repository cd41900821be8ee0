"""What Kling's own platform answers, in both generations: tasks, lists of tasks, packs, and refusals. Pure.

Facts: official docs as copied 2026-02 (old standard) and 2026-09 (new standard), error texts as seen live in 2026.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from ..estimate import unit_of_operation
from ..operations import ImageGeneration
from .official_outputs import outputs
from .reading import (
    PLAIN_REFUSALS,
    code_number,
    decimal,
    fields,
    first_id,
    milliseconds,
    naming,
    rows,
    task_id,
    text,
    unreadable,
    words,
)
from .usual_words import says_well
from .wire import Answer, Pack, Refusal, Reply, Task, TaskState

_ERRORS = Path(__file__).parents[1] / "data" / "official_errors.json"
#: The old standard says `succeed`, the new one `succeeded`.
_STATES = {
    "submitted": TaskState.SUBMITTED,
    "processing": TaskState.PROCESSING,
    "succeed": TaskState.SUCCEEDED,
    "succeeded": TaskState.SUCCEEDED,
    "failed": TaskState.FAILED,
}
#: How an answer says that the address leads nowhere: Kling's own codes, and what a gateway's HTTP status leads to.
_NOTHING_THERE = frozenset({"1202", "1203", "HTTP 200", "HTTP 404", "HTTP 405", "HTTP 501"})
_ID_NAMES = ("task_id", "id")
_NOT_KLING = "If another provider answers at that address, name its dialect in the profile."
_DUPLICATE = re.compile(r"(?i)external_?task_?id\b.*already exists")
_ABSENT = re.compile(r"(?i)task not found")
#: Of lip sync: how long a clip or a speech of Kling's own is, only Kling knows.
_INSERTED = re.compile(r"(?i)inserted sound")
_WITHIN = (
    "Set sound_insert_time or sound_end_time so that the sound ends within the clip, or shorten the text of a speech."
)


def task(reply: Reply) -> Task | Refusal:
    body = fields(reply.body)
    found = next(iter(_named(body)), {})
    code = code_number(body.get("code"))
    if _id(found) and (code == 0 or _has_ended(found) or (code is None and _is_well(reply.status, body, found))):
        return _task(found, words(body.get("request_id")))
    if code == 0 and _is_result(found) and (request_id := task_id(body.get("request_id"))):
        return replace(_task(found, request_id), id=request_id, state=TaskState.SUCCEEDED, message="")
    if code:
        refusal = _refusal(reply, code)
    elif code == 0 and body.get("data") == [] and 200 <= reply.status < 300:  # the new standard's way to say it
        refusal = Refusal(Answer.ABSENT, "Kling knows no such task.")
    else:
        refusal = unreadable(reply, "Kling's")
    beside = first_id((body, fields(body.get("error"))))
    return naming(refusal, first_id(_named(body), _ID_NAMES) or beside)


def _is_result(data: dict[str, Any]) -> bool:
    """Image recognition answers with its result alone and names no task (2026-09); the request's id stands for it."""
    return not _id(data) and not _word(data) and bool(fields(data.get("task_result")))


def _word(data: dict[str, Any]) -> str:
    return words(data.get("task_status") or data.get("status"))


def _has_ended(data: dict[str, Any]) -> bool:
    """The record of a task that is over counts, also under the code of its error."""
    state = _STATES.get(_word(data))
    return state in (TaskState.SUCCEEDED, TaskState.FAILED)


def tasks(reply: Reply) -> tuple[Task, ...] | Refusal:
    data = envelope(reply)
    if isinstance(data, Refusal):
        return data
    if not isinstance(data, list):
        return unreadable(reply, "Kling's")
    return tuple(_task(row, "") for row in rows(data) if _id(row))


def packs(reply: Reply) -> tuple[Pack, ...] | Refusal:
    """An account without packs was seen to get an answer without the array (live, 2026-08).

    ABSENT: there is nothing at that address, as with gateways that take tasks alone (some give a page of their own).
    """
    data = envelope(reply)
    if isinstance(data, Refusal):
        return replace(data, answer=Answer.ABSENT) if data.code in _NOTHING_THERE else data
    if not isinstance(data, dict) or data.get("code") not in (None, 0):
        return unreadable(reply, "Kling's")
    return tuple(_pack(row) for row in rows(data.get("resource_pack_subscribe_infos")))


def envelope(reply: Reply) -> Any:
    """What the envelope of a success holds; a Refusal for everything else."""
    code = code_number(fields(reply.body).get("code"))
    if code is None:
        return unreadable(reply, "Kling's")
    return reply.body.get("data") if code == 0 else _refusal(reply, code)


def _named(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Where an answer names its tasks: one object, or a list of them."""
    data = body.get("data")
    return rows(data) if isinstance(data, list) else [fields(data)]


def _is_well(status: int, body: dict[str, Any], data: dict[str, Any]) -> bool:
    """Whether this is a task under a code that is no number: a proxy's "success", or none."""
    word = _word(data)
    is_task = word in _STATES or (not word and bool(first_id((data,))))
    error = body.get("error") or not says_well(words(body.get("message") or body.get("msg")))
    return 200 <= status < 300 and is_task and not error


def _pack(row: dict[str, Any]) -> Pack:
    return Pack(
        name=words(row.get("resource_pack_name")),
        total=decimal(row.get("total_quantity")) or Decimal(0),
        remaining=decimal(row.get("remaining_quantity")) or Decimal(0),
        state=words(row.get("status")),
        effective=milliseconds(row.get("effective_time")),
        expires=milliseconds(row.get("invalid_time")),
        unit=_unit_of(words(row.get("resource_pack_name"))),
    )


def _unit_of(pack: str) -> str:
    """Only its name says what a pack is for: "Trial-Video-100Units-5Con-1Months" (live, 2026-09)."""
    return unit_of_operation(ImageGeneration.kind) if re.search("(?i)image|图", pack) else ""


def _task(data: dict[str, Any], request_id: str) -> Task:
    word = _word(data)
    message = words(data.get("task_status_msg") or data.get("message"))
    return Task(
        id=_id(data),
        state=_STATES.get(word, TaskState.UNFAMILIAR),
        job_key=_job_key(data),
        message=message if word in _STATES else f"The status is '{word}', a word that this version does not know.",
        outputs=outputs(data),
        units=_units(data),
        created=milliseconds(data.get("created_at") or data.get("create_time")),
        updated=milliseconds(data.get("updated_at") or data.get("update_time")),
        request_id=request_id,
    )


def _id(data: dict[str, Any]) -> str:
    return first_id((data,), _ID_NAMES)


def _job_key(data: dict[str, Any]) -> str:
    """Our key as the answer names it: `task_info.external_task_id` (old), `external_id` (new)."""
    info = data.get("task_info")
    return text((info.get("external_task_id") if isinstance(info, dict) else "") or data.get("external_id"))


def _units(data: dict[str, Any]) -> str:
    """`final_unit_deduction` (old), or the units of `billing[]` (new): a decimal string, "" when not said."""
    if data.get("final_unit_deduction") not in (None, ""):
        units = decimal(data["final_unit_deduction"])
    else:
        amounts = [decimal(row.get("amount")) for row in rows(data.get("billing")) if row.get("charge_type") == "unit"]
        known = [amount for amount in amounts if amount is not None]
        units = sum(known, Decimal(0)) if known else None
    return "" if units is None else f"{units:f}"


def _refusal(reply: Reply, code: int) -> Refusal:
    body = reply.body
    message = words(body.get("message") or body.get("msg"))
    entry = _error_codes().get(str(code))
    if entry:
        answer, advice, meaning = Answer[entry["answer"]], entry["advice"], entry["meaning"]
    else:
        answer, advice, meaning = (
            _undocumented(reply.status, code),
            _NOT_KLING,
            "an error that is not in its documentation",
        )
    if _DUPLICATE.search(message) and code // 1000 != 5:
        answer = Answer.DUPLICATE
    elif code in (1201, 1203) and _ABSENT.search(message):
        answer = Answer.ABSENT
    elif _INSERTED.search(message):
        advice = _WITHIN
    said = f"Kling refused: {meaning} ('{message}')." if message else f"Kling refused: {meaning}."
    return Refusal(answer, said, advice, str(code), words(body.get("request_id")), reply.retry_after)


def _undocumented(status: int, code: int) -> Answer:
    """Refused for good only where the HTTP status says so; else nobody knows."""
    if code == status == 429:
        return Answer.LATER  # a gateway's own limit, not Kling's
    refused = (status in PLAIN_REFUSALS or status == 429) and code // 1000 != 5
    return Answer.FINAL if refused else Answer.UNCLEAR


@cache
def _error_codes() -> dict[str, dict[str, str]]:
    return json.loads(_ERRORS.read_text(encoding="utf-8"))["codes"]
