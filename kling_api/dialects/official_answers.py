"""What Kling's own platform answers, in both generations: tasks, lists of tasks, packs, and refusals. Pure.

Facts: official docs as copied 2026-02 (old standard) and 2026-09 (new standard), error texts as seen live in 2026.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from ..redaction import redact
from .wire import Answer, Output, Pack, Refusal, Reply, Task, TaskState

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
_LONGEST_TEXT = 500
_MOST_UNITS = 10**12
_DUPLICATE = re.compile(r"(?i)external_?task_?id\b.*already exists")
_ABSENT = re.compile(r"(?i)task not found")
#: HTTP statuses that say "not processed" even when the body cannot be read. Not among them: 408, 409 and 499, which a
#: server also sends when it gave up on work that it had begun, and 302 and 303, with which some answer finished work.
_PLAIN_REFUSALS = frozenset(
    {301, 307, 308, 400, 401, 402, 403, 404, 405, 407, 410, 411, 413, 414, 415, 417, 421, 422, 426, 431, 451, 501, 505}
)


def task(reply: Reply) -> Task | Refusal:
    data = _data(reply)
    if isinstance(data, Refusal):
        return data
    if data == []:  # the new standard's way to say it
        return Refusal(Answer.ABSENT, "Kling knows no such task.")
    found = data[0] if isinstance(data, list) else data
    if not isinstance(found, dict) or not _id(found):
        return _unreadable(reply)
    return _task(found, _words(reply.body.get("request_id")))


def tasks(reply: Reply) -> tuple[Task, ...] | Refusal:
    data = _data(reply)
    if isinstance(data, Refusal):
        return data
    if not isinstance(data, list):
        return _unreadable(reply)
    return tuple(_task(row, "") for row in _rows(data) if _id(row))


def packs(reply: Reply) -> tuple[Pack, ...] | Refusal:
    """An account without packs was seen to get an answer without the array (live, 2026-08).

    ABSENT: there is nothing at that address, as with gateways that take tasks alone (some give a page of their own).
    """
    data = _data(reply)
    if isinstance(data, Refusal):
        return replace(data, answer=Answer.ABSENT) if data.code in _NOTHING_THERE else data
    if not isinstance(data, dict) or data.get("code") not in (None, 0):
        return _unreadable(reply)
    return tuple(_pack(row) for row in _rows(data.get("resource_pack_subscribe_infos")))


def _data(reply: Reply) -> Any:
    """What the envelope of a success holds; a Refusal for everything else."""
    code = reply.body.get("code") if isinstance(reply.body, dict) else None
    if not isinstance(code, int) or isinstance(code, bool):
        return _unreadable(reply)
    return reply.body.get("data") if code == 0 else _refusal(reply, code)


def _pack(row: dict[str, Any]) -> Pack:
    return Pack(
        name=_words(row.get("resource_pack_name")),
        total=_decimal(row.get("total_quantity")) or Decimal(0),
        remaining=_decimal(row.get("remaining_quantity")) or Decimal(0),
        state=_words(row.get("status")),
        effective=_milliseconds(row.get("effective_time")),
        expires=_milliseconds(row.get("invalid_time")),
    )


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
        units = _decimal(data["final_unit_deduction"])
    else:
        amounts = [
            _decimal(row.get("amount")) for row in _rows(data.get("billing")) if row.get("charge_type") == "unit"
        ]
        known = [amount for amount in amounts if amount is not None]
        units = sum(known, Decimal(0)) if known else None
    return "" if units is None else f"{units:f}"


def _decimal(value: Any) -> Decimal | None:
    """A number, also one that is written as text; None for anything else."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < _MOST_UNITS and not isinstance(value, bool) else None


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
