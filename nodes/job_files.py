"""From a job's key to its own files in the data folder. Nothing that comes from outside becomes part of a path."""

from __future__ import annotations

import re
from pathlib import Path

from ..kling_api.job import Job
from .job_list import ledger_of

_NUMBER = re.compile(r"[0-9]{1,4}", re.ASCII)
#: All endings that a result can have. A browser must not guess: a page in a file would run as one of ComfyUI's own.
CONTENT_TYPES = {
    **{".mp4": "video/mp4", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"},
    **{".mp3": "audio/mpeg", ".wav": "audio/wav", ".m4a": "audio/mp4", ".aac": "audio/aac"},
}
_SHOWN = (".mp4", ".png", ".jpg", ".jpeg", ".webp")


def job_of(home: Path, key: str) -> Job | None:
    """The job with that very key, not one with that task id. Raises LedgerError."""
    ledger = ledger_of(home)
    job = ledger.get(key) if ledger else None
    return job if job and job.key == key else None


def file_of(home: Path, key: str, number: str) -> Path | None:
    """The job's file of that number from 0 on, None where it is not there. Raises LedgerError."""
    job = job_of(home, key)
    if job is None or not _NUMBER.fullmatch(number) or int(number) >= len(job.files):
        return None
    return _inside(home, job.files[int(number)])


def first_shown(home: Path, key: str) -> Path | None:
    """The job's first clip or picture, None where there is none. Raises LedgerError."""
    job = job_of(home, key)
    names = [name for name in job.files if name.lower().endswith(_SHOWN)] if job else []
    return _inside(home, names[0]) if names else None


def _inside(home: Path, name: str) -> Path | None:
    """Also a row that somebody has tampered with, or a link, leads to nothing outside of results."""
    results = (home / "results").resolve()
    try:
        path = (results / name).resolve()
    except ValueError:  # a letter that no name has
        return None
    inside = path.is_relative_to(results) and path.suffix.lower() in CONTENT_TYPES
    return path if inside and path.is_file() else None
