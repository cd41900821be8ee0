"""How a job ended, in the words and exit codes that scripts rely on. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..client import Result
from ..errors import (
    DownloadFailed,
    InvalidRequest,
    KlingError,
    NotDelivered,
    OutcomeUnknown,
    OverBudget,
    Refused,
    StillRunning,
    TaskFailed,
)

#: Status word and exit code of each branch of the error tree.
_ENDINGS: dict[type[KlingError], tuple[str, int]] = {
    InvalidRequest: ("invalid", 2),
    NotDelivered: ("not_delivered", 1),
    OverBudget: ("refused", 1),
    Refused: ("refused", 1),
    TaskFailed: ("failed", 1),
    DownloadFailed: ("failed", 1),
    StillRunning: ("stopped", 3),
    OutcomeUnknown: ("unknown", 4),
}
_OTHERWISE = ("failed", 1)


@dataclass(frozen=True)
class Outcome:
    """`files` are absolute paths; `units` a decimal string, "" where nobody says; `error` the text of the error."""

    status: str
    job_key: str
    task_id: str
    files: tuple[str, ...]
    units: str
    error: str | None
    exit_code: int

    def document(self) -> dict[str, Any]:
        """The object that --json prints."""
        return {name: value for name, value in asdict(self).items() if name != "exit_code"}


def collected(result: Result, files: Sequence[Path]) -> Outcome:
    paths = tuple(str(file) for file in files)
    return Outcome("collected", result.job_key, result.task_id, paths, result.units, None, 0)


def failed(error: KlingError) -> Outcome:
    endings = (ending for kind, ending in _ENDINGS.items() if isinstance(error, kind))
    status, exit_code = next(endings, _OTHERWISE)
    return Outcome(status, error.job_key or "", error.task_id or "", (), "", str(error), exit_code)
