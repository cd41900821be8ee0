"""KlingCollect: the result of a job that was made before, in any graph and without paying."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..kling_api.bounds import KINDS, ONLY_COLLECTED
from ..kling_api.errors import InvalidRequest
from ..kling_api.steps import Steps
from ..kling_api.watch import Progress
from . import host, inputs, pictures, previews, wording
from .clips import decode_clip, last_words, outputs
from .host import advanced, io, search_aliases
from .judging import refused
from .workers import run_visibly

if TYPE_CHECKING:
    from ..kling_api.client import Result
    from ..kling_api.settings import Profile

FROM_LEDGER = "made on this machine"
#: Clips first; some of those are operations of old that no node makes any more.
MADE_BY = (*KINDS, *ONLY_COLLECTED)
_NO_KEY = "key is empty."
_WHERE_KEYS_ARE = (
    "Give a job key (kn-...) or a task id: the node Kling Account lists open jobs, an error text names both, and each "
    "file in the folder user/__kling/results is named after its job."
)


class KlingCollect(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingCollect",
            display_name="Kling Collect",
            category="Kling",
            description="Fetches the result of a job that was made before: one that was stopped, one of another graph, "
            "or a task made elsewhere with the same account. Never orders anything, never costs anything. Pictures "
            "come out as frames; an output that the job has nothing for blocks what is connected to it.",
            inputs=[
                io.String.Input("key", default="", tooltip=f"The job or task to fetch. {_WHERE_KEYS_ARE}"),
                io.Combo.Input(
                    "operation",
                    options=[FROM_LEDGER, *MADE_BY],
                    default=FROM_LEDGER,
                    tooltip="Leave it as it is for jobs made on this machine. Only for a task made elsewhere: "
                    "what made it.",
                    **advanced(),
                ),
                inputs.decode(),
                inputs.profile("The profile to ask with; empty for the one that made the job, else the default one."),
            ],
            outputs=[_frames(), *outputs()[1:]],
            **search_aliases("可灵", "取回", "找回", "任务", "collect", "recover", "resume", "task id", "kling task"),
        )

    @classmethod
    def validate_inputs(cls, key: str | None = None) -> str | bool:
        """None: linked, known only when the graph runs."""
        return True if key is None or key.strip() else refused(_NO_KEY, _WHERE_KEYS_ARE)

    @classmethod
    async def execute(
        cls, key: str, operation: str = FROM_LEDGER, decode: str = "all", profile: str = ""
    ) -> io.NodeOutput:
        key = key.strip()
        if not key:  # it came by a link
            with wording.of_a_node():
                raise InvalidRequest(_NO_KEY, _WHERE_KEYS_ARE)

        def run(progress: Callable[[Progress], None], stop: threading.Event) -> Steps[Result]:
            # Here, not above: it loads requests and sqlite3, and must not slow ComfyUI's start.
            from ..kling_api.client import Client

            elsewhere = "" if operation == FROM_LEDGER else operation
            client = Client(_profile_of(key, profile, elsewhere))
            return (yield from client.steps_to_collect(key, progress, stop, elsewhere))

        def work(
            progress: Callable[[Progress], None], stop: threading.Event
        ) -> Steps[tuple[list[Any], dict[str, Any]]]:
            result = yield from run(progress, stop)
            progress(last_words(result, "reading the files"))
            values = _values(result, decode)
            progress(last_words(result, "done"))
            return values, previews.of(result.files)

        values, shown = await run_visibly(work)
        return io.NodeOutput(*values, ui=shown)


def _frames() -> Any:
    return io.Image.Output(
        "frames",
        display_name="frames",
        is_output_list=True,
        tooltip="The frames or pictures that decode asks for; a list of single pictures where their sizes differ.",
    )


def _values(result: Result, decode: str) -> list[Any]:
    """The five outputs of a job of any kind."""
    frames, video, audio = _media(result, decode)
    return [frames, video, audio, result.video_id, result.task_id]


def _media(result: Result, decode: str) -> tuple[Any, Any, Any]:
    """frames, video and audio; what there is none of is blocked, with a reason."""
    if clip := _first(result, *previews.CLIPS):
        frames, audio = decode_clip(clip, decode)
        return [frames], host.video(clip), audio
    sound = _first(result, *previews.SOUNDS)
    images = [path for path in result.files if path.suffix in previews.PICTURES]
    made = "pictures" if images else "a sound" if sound else "an entry of the library"
    nothing = host.blocked(f"Job {result.job_key} made {made}: there is nothing for this output.")
    if images:
        chosen = {"first": images[:1], "last": images[-1:]}.get(decode, images)
        return pictures.read(chosen), nothing, nothing
    return nothing, nothing, _sound(sound) if sound else nothing


def _first(result: Result, *endings: str) -> Path | None:
    return next((path for path in result.files if path.suffix in endings), None)


def _sound(path: Path) -> Any:
    from ..kling_api.media import read_audio

    return read_audio(path)


def _profile_of(key: str, chosen: str, elsewhere: str) -> Profile:
    """The profile that was chosen, else the one that made the job, else the default one."""
    from ..kling_api.job import State
    from ..kling_api.ledger import open_ledger
    from ..kling_api.redaction import named
    from ..kling_api.settings import load_profile

    home = host.data_folder()
    if chosen.strip():
        return load_profile(chosen, home)
    job = open_ledger(home).get(key)
    if job is None and (not elsewhere or key.startswith("kn-")):
        raise InvalidRequest(f"There is no {named('job or task', key)} on this machine.", _WHERE_KEYS_ARE)
    # A task of others that was not found was asked for with a profile that need not be the right one.
    known = job is not None and not (job.elsewhere and job.state in (State.CREATED, State.REFUSED))
    return load_profile(job.profile if job and known else "", home)
