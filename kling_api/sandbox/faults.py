"""Faults that a sandbox makes when it is told to. Switched on by config, by code, or by POST /sandbox/faults.

| kind               | what happens                                                                                    |
|--------------------|-------------------------------------------------------------------------------------------------|
| refuse             | no task; an error answer with `code` (1301), `message`, `status` (that of the code)             |
| rate_429           | no task; 429 with code 1302, and a Retry-After header when `retry_after` (seconds) is given     |
| duplicate          | no task; 1201 `External_task_id ... already exists`, though nothing exists under it             |
| drop_before        | the connection is closed before a task is made                                                  |
| drop_after         | the task is made, then the connection is closed without an answer                               |
| error_before       | no task; 5xx with `code` (5000), `message`, `status`                                            |
| error_after        | the task is made, then 5xx                                                                      |
| garbage            | no task; 200 with a page of HTML                                                                |
| garbage_after      | the task is made, then 200 with a page of HTML                                                  |
| slow               | `seconds` (5) of waiting, then as usual                                                         |
| slow_after         | as usual, but the answer comes `seconds` (5) after the task was made                            |
| fail_task          | the task is made and then fails with `message`; not charged                                     |
| never_finish       | the task is made and stays `processing`                                                         |
| truncated_download | a download promises its length, sends half of it, or `bytes`, and closes                        |
| no_ranges          | a download is sent from its beginning, whichever part of it was asked for                       |

Each fault works `times` times (1; null: until it is removed) and on one `operation`: `create` (the default: any
create), a certain one (text2video, image2video, multi-image2video, motion-control, video-extend, avatar, lip-sync,
omni-video, effects, generations, omni-image, multi-image2image, expand, kolors-virtual-try-on, image-recognize,
ai-multi-shot, tts, text-to-audio, video-to-audio, custom-voices, advanced-custom-elements), or `query`, `list`,
`costs`, `upload`, `identify-face`, `delete`, `download`, `any`. A dialect answers with its own words and HTTP status
for Kling's `code`; `status` overrides the latter.
truncated_download and no_ranges work on downloads, fail_task and never_finish on creates. A fault "after" waits for a
request that succeeds. Faults are tried in the order in which they were added; at most one before and one after per
request.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

BEFORE = ("refuse", "rate_429", "duplicate", "drop_before", "error_before", "garbage", "slow")
AFTER = ("drop_after", "error_after", "garbage_after", "slow_after")
FATES = ("fail_task", "never_finish")
DOWNLOADS = ("truncated_download", "no_ranges")
KINDS = (*BEFORE, *AFTER, *FATES, *DOWNLOADS)
#: Operations that make no task; "create" means all others.
READING = ("query", "list", "costs", "download", "upload", "identify-face", "delete")


@dataclass(frozen=True)
class Fault:
    """One fault; the table above says what each field does for which kind."""

    kind: str
    times: int | None = 1
    operation: str = ""
    code: int | None = None
    status: int | None = None
    message: str = ""
    seconds: float = 5.0
    retry_after: float | None = None
    bytes: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault '{self.kind}'; known: {', '.join(KINDS)}")
        for name in ("times", "code", "status", "seconds", "retry_after", "bytes"):
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or value < 0):
                raise ValueError(f"{name} is {value!r}, not a number from 0")

    def concerns(self, operation: str) -> bool:
        wanted = self.operation or ("download" if self.kind in DOWNLOADS else "create")
        return wanted in ("any", operation) or (wanted == "create" and operation not in READING)


def read_fault(values: Mapping[str, Any]) -> Fault:
    """A fault from JSON. Raises ValueError with what is known instead."""
    known = [field.name for field in fields(Fault)]
    if unknown := sorted(set(values) - set(known)):
        raise ValueError(f"unknown field '{unknown[0]}'; known: {', '.join(known)}")
    if "kind" not in values:
        raise ValueError(f"kind is missing; known: {', '.join(KINDS)}")
    return Fault(**values)


class FaultBoard:
    """The faults still to be made, safe to share between threads."""

    def __init__(self, faults: tuple[Fault, ...] = ()) -> None:
        self._lock = threading.Lock()
        self._waiting = list(faults)
        self._fired: Counter[str] = Counter()

    def add(self, *faults: Fault) -> None:
        with self._lock:
            self._waiting.extend(faults)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def take(self, kinds: tuple[str, ...], operation: str) -> Fault | None:
        """The first waiting fault of one of these kinds that concerns the operation, used up once."""
        with self._lock:
            for index, fault in enumerate(self._waiting):
                if fault.kind in kinds and fault.concerns(operation):
                    self._fired[fault.kind] += 1
                    self._use_up(index, fault)
                    return fault
        return None

    def waiting(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for fault in self._waiting]

    def fired(self) -> dict[str, int]:
        with self._lock:
            return dict(self._fired)

    def _use_up(self, index: int, fault: Fault) -> None:
        if fault.times is None:
            return
        if fault.times > 1:
            self._waiting[index] = replace(fault, times=fault.times - 1)
        else:
            del self._waiting[index]
