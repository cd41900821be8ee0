"""KlingCollect: the clip of a job that was made before, in any graph and without paying."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..kling_api.dialects import clip_operations
from ..kling_api.errors import InvalidRequest
from ..kling_api.watch import Progress
from . import host, inputs
from .clips import hand_on, outputs
from .host import io, search_aliases

if TYPE_CHECKING:
    from ..kling_api.client import Result
    from ..kling_api.settings import Profile

FROM_LEDGER = "made on this machine"
_NO_KEY = "key is empty."
_WHERE_KEYS_ARE = (
    "Give a job key (kn-...) or a task id: the node Kling Account lists open jobs, an error text names both, and each "
    "clip in the folder user/__kling/results is named after its job."
)


class KlingCollect(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingCollect",
            display_name="Kling Collect",
            category="Kling/Video",
            description="Fetches the clip of a job that was made before: one that was stopped, one of another graph, "
            "or a task made elsewhere with the same account. Never orders anything, never costs anything.",
            inputs=[
                io.String.Input("key", default="", tooltip=f"The job or task to fetch. {_WHERE_KEYS_ARE}"),
                io.Combo.Input(
                    "operation",
                    options=[FROM_LEDGER, *clip_operations()],
                    default=FROM_LEDGER,
                    tooltip="Leave it as it is for jobs made on this machine. Only for a task made elsewhere: "
                    "what made it.",
                ),
                inputs.decode(),
                inputs.profile("The profile to ask with; empty for the one that made the job, else the default one."),
            ],
            outputs=outputs(),
            **search_aliases("可灵", "取回", "任务", "collect", "recover", "resume", "kling task"),
        )

    @classmethod
    def validate_inputs(cls, key: str | None = None) -> str | bool:
        """None: linked, known only when the graph runs."""
        return True if key is None or key.strip() else f"{_NO_KEY} {_WHERE_KEYS_ARE}"

    @classmethod
    async def execute(
        cls, key: str, operation: str = FROM_LEDGER, decode: str = "all", profile: str = ""
    ) -> io.NodeOutput:
        key = key.strip()
        if not key:  # it came by a link
            raise InvalidRequest(_NO_KEY, _WHERE_KEYS_ARE)

        def run(progress: Callable[[Progress], None], stop: threading.Event) -> Result:
            # Here, not above: it loads requests and sqlite3, and must not slow ComfyUI's start.
            from ..kling_api.client import Client

            elsewhere = "" if operation == FROM_LEDGER else operation
            return Client(_profile_of(key, profile, elsewhere)).collect(key, progress, stop, elsewhere)

        return await hand_on(run, decode)


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
