"""A JSON file beside each result, results/<job key>.json: what was asked for, by which model, and what came of it.

It holds the prompt, which the ledger does not; no media, no URL and no secret. Written when the task is accepted, so
that whoever collects the job later has the parameters, and completed when the files are there.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import uuid
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from . import __version__
from .job import Job
from .operations import Operation
from .recordings import Footage, Sound
from .redaction import redact
from .run import Run
from .stills import Still

log = logging.getLogger(__name__)

_FROM_ROW = ("operation", "model", "mode", "duration", "task_id", "request_id", "video_id", "units", "estimate")


def sidecar_path(results: Path, job: Job) -> Path:
    return results / f"{job.key}.json"


def write_sidecar(run: Run, files: tuple[str, ...] = ()) -> None:
    """Writes what is known by now. A disk that does not take it costs no result: the run goes on with a warning."""
    path = sidecar_path(run.results, run.job)
    told = parameters_of(run.operation) if run.operation else run.parameters
    parameters = _parameters_on_disk(path) if told is None else told
    try:
        _write(path, _document(run.job, parameters, files))
    except OSError as error:
        run.warnings.append(f"The description {path.name} of the result cannot be written: {error.strerror or error}.")
        log.warning("%s", run.warnings[-1])


def let_go_of_operation(run: Run) -> None:
    """Its pictures would stay in memory for as long as the provider works; what the sidecar tells is kept."""
    if run.operation is not None:
        run.parameters, run.operation = parameters_of(run.operation), None


def parameters_of(operation: Operation) -> dict[str, Any]:
    """The operation's fields by their API names. Of media only the measures; a URL may be signed and is not told."""
    values = {field.name: getattr(operation, field.name) for field in dataclasses.fields(operation)}
    return {name: _value(value) for name, value in values.items() if value not in (None, "", ())}


def _value(value: Any) -> Any:
    if isinstance(value, Still):
        return {"width": value.width, "height": value.height}
    if isinstance(value, Sound):
        return {"seconds": round(value.seconds, 3)}
    if isinstance(value, Footage):
        return {"width": value.width, "height": value.height, "seconds": round(value.seconds, 3)}
    if isinstance(value, tuple):
        return [_value(item) for item in value]
    if isinstance(value, str):
        return "a URL" if value.lstrip().lower().startswith(("http://", "https://")) else redact(value)
    return dataclasses.asdict(value) if dataclasses.is_dataclass(value) and not isinstance(value, type) else value


def _document(job: Job, parameters: dict[str, Any], files: tuple[str, ...]) -> dict[str, Any]:
    times = {name: _time(getattr(job, name)) for name in ("created_at", "accepted_at", "finished_at")}
    return {
        "job_key": job.key,
        **{name: getattr(job, name) for name in _FROM_ROW},
        "parameters": parameters,
        "profile": job.profile,
        "provider": job.account.partition("#")[0],
        "dialect": job.dialect,
        "files": list(files),
        **times,
        "seconds": job.seconds,
        "software": f"kling-nodes {__version__}",
    }


def _time(seconds: float | None) -> str | None:
    """ISO 8601 in UTC, to the second."""
    try:
        return None if seconds is None else datetime.fromtimestamp(int(seconds), timezone.utc).isoformat()
    except (ValueError, OverflowError, OSError):  # a gateway's time that no calendar has
        return None


def _parameters_on_disk(path: Path) -> dict[str, Any]:
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known.get("parameters", {}) if isinstance(known, dict) else {}


def _write(path: Path, document: dict[str, Any]) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        with part.open("w", encoding="utf-8", errors="backslashreplace") as file:
            json.dump(document, file, ensure_ascii=False, indent=2)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
