"""From a finished task to files on disk. The URL is never the result; the file is."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from .dialects.wire import Output, Task, TaskState
from .download import Broken, LinkExpired, download
from .errors import DownloadFailed
from .job import Job, State
from .job_errors import not_fetched
from .operations import ImageRecognize, VideoToAudio
from .part_file import PartFile
from .run import Run
from .sidecar import write_sidecar

TRIES = 4
_PICTURE = re.compile(r"\.(png|jpe?g|webp)(?=[?#]|$)")
_SOUND = re.compile(r"\.(mp3|wav|m4a|aac)(?=[?#]|$)")
#: In the order in which a task that has made several is taken to mean them.
_KINDS = ("video", "image", "audio", "voice", "element")
_MAY_FIND_NOTHING = (ImageRecognize.kind,)
_NAME = re.compile(r"[^0-9A-Za-z_-]")
_LONGEST_NAME = 40


def collect(run: Run, task: Task) -> None:
    """Fetches every result of the succeeded task; afterwards the job is `collected`. Raises DownloadFailed."""
    results = _results(task, run.job.operation)
    if not results and run.job.operation not in _MAY_FIND_NOTHING:
        raise not_fetched(run.job, "The task succeeded, but its answer names no result.")
    first = results[0].id if results else ""
    run.job = run.ledger.finished(run.claim, run.job.with_steps(task.units), first, _seconds(run, task))
    outputs = [output for output in results if output.url]
    names = _names(run.job, outputs)
    for number, name in enumerate(names):
        if not _is_whole(run.results / name, _size(run.job, number)):
            _fetch(run, outputs, number, run.results / name)
    write_sidecar(run, tuple(names))
    sizes = [(run.results / name).stat().st_size for name in names]
    run.job = run.ledger.collected(run.claim, names, sizes)


def _seconds(run: Run, task: Task) -> float | None:
    """How long the provider worked by its own clock; None when that cannot be, as it took longer than we waited."""
    seconds = (task.updated - task.created) / 1000
    return seconds if task.created > 0 and 0 < seconds <= run.watch.seconds + 5 else None


def is_collected(job: Job, results: Path) -> bool:
    """Whether all files of the job are there: one that is missing or was cut off is fetched again for free.

    A result that is an id alone has none.
    """
    whole = (_is_whole(results / name, _size(job, number)) for number, name in enumerate(job.files))
    return job.state is State.COLLECTED and all(whole)


def _is_whole(path: Path, size: int | None) -> bool:
    """`size` None: nobody has written it down, but a file comes to its name only when it is whole.

    A larger one has been worked on by its owner; that is not ours to undo.
    """
    return path.is_file() and path.stat().st_size >= (size or 1)


def _size(job: Job, number: int) -> int | None:
    return job.sizes[number] if number < len(job.sizes) else None


def _fetch(run: Run, outputs: list[Output], number: int, target: Path) -> None:
    trouble, tries, in_vain = "", 0, 0
    with PartFile(target) as part:
        while in_vain < TRIES:
            if in_vain:
                run.back_off(in_vain)
            run.watch.tell("downloading")
            tries += 1
            try:
                return _fetch_once(run, outputs[number], part)
            except LinkExpired as error:
                trouble = f"the link to it has expired ({error})"
                outputs = _fresh_outputs(run, outputs)
            except Broken as error:
                trouble = str(error)
            in_vain = 1 if part.has_moved_on() else in_vain + 1
    raise not_fetched(run.job, f"The result could not be fetched in {tries} tries: {trouble}.")


def _fetch_once(run: Run, output: Output, part: PartFile) -> None:
    from .media.probe import check_clip, check_picture, check_sound

    check = {"image": check_picture, "video": check_clip}.get(output.kind, check_sound)
    try:
        download(output.url, part, run.base_url, check, lambda _got, _total: run.watch.check())
    except DownloadFailed as error:
        error.job_key, error.task_id = run.job.key, run.job.task_id
        raise


def _fresh_outputs(run: Run, known: list[Output]) -> list[Output]:
    """URLs are signed for a time; the task names new ones while the provider keeps the file. As `known` in order."""
    task = run.question(run.dialect.query(run.job.route, run.job.task_id))
    results = _results(task, run.job.operation) if isinstance(task, Task) and _is_this_one(run, task) else []
    outputs = [output for output in results if output.url]
    if len(outputs) != len(known):
        raise not_fetched(run.job, "The provider does not offer the result any more; Kling keeps results for 30 days.")
    by_id = {output.id: output for output in outputs}
    told_apart = len(by_id) == len(outputs) and by_id.keys() == {output.id for output in known}
    return [by_id[output.id] for output in known] if told_apart else outputs


def _is_this_one(run: Run, task: Task) -> bool:
    return task.id == run.job.task_id and task.state is TaskState.SUCCEEDED


def _results(task: Task, operation: str) -> list[Output]:
    """What was asked for, clips first: covers and the like beside a clip are not, but the sound made for one is."""
    found = {kind: [output for output in task.outputs if output.kind == kind] for kind in _KINDS}
    if operation == VideoToAudio.kind:
        return found["video"] + found["audio"]
    return next((outputs for outputs in found.values() if outputs), [])


def _names(job: Job, outputs: list[Output]) -> list[str]:
    names: list[str] = []
    for number, output in enumerate(outputs):
        name = _name(job, number, output)
        names.append(_name(job, number, replace(output, name=f"{output.name}-{number}")) if name in names else name)
    return names


def _name(job: Job, number: int, output: Output) -> str:
    """What the provider calls it, else its number from the second on."""
    told = _NAME.sub("", output.name)[:_LONGEST_NAME]
    return f"{job.key}{f'-{told}' if told else f'-{number}' if number else ''}{_suffix(output)}"


def _suffix(output: Output) -> str:
    if output.kind == "video":
        return ".mp4"
    pattern, usual = (_PICTURE, ".png") if output.kind == "image" else (_SOUND, ".mp3")
    named = pattern.search(output.url.lower())
    return named[0] if named else usual
