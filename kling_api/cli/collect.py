"""`kling collect`: fetching what was paid for, also a task that was made elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..client import Client
from ..dialects import clip_operations
from ..job import State
from ..ledger import open_ledger
from ..operations import OPERATIONS
from ..settings import data_folder
from . import flags
from .job_key import Key, no_such_job, read_key
from .outcome import collected
from .output import deliver, prepare_folder
from .video import show_outcome
from .waiting import run_visibly

_OPERATIONS = tuple(dict.fromkeys((*clip_operations(), *(operation.kind for operation in OPERATIONS))))


def collect(
    key: Key,
    operation: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help=f"What made the task ({', '.join(_OPERATIONS)}): for a task id that is not in the ledger.",
        ),
    ] = "",
    profile: Annotated[str, typer.Option(metavar="NAME", help="Default: the profile that made the job.")] = "",
    output: flags.Output = Path(),
    as_json: flags.AsJson = False,
) -> None:
    """Fetch the result of a job that was made before, here or elsewhere. Never orders anything."""
    key, operation = read_key(key), operation.strip()
    job = open_ledger(data_folder()).get(key)
    if job is None and (not operation or key.startswith("kn-")):
        raise no_such_job(key, "For a task that was made elsewhere give its task id and --operation.")
    known = job if job and not (job.elsewhere and job.state in (State.CREATED, State.REFUSED)) else None
    client = Client(profile or (known.profile if known else ""))
    folder = prepare_folder(output)
    result = run_visibly(client, lambda progress, stop: client.collect(key, progress, stop, operation))
    files = deliver(result, folder, f"{job.operation if job else operation}-{result.job_key}")
    show_outcome(collected(result, files), as_json, result.paid_before, result.unit)
