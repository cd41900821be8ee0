"""Kling's own platform, both generations: `/v1/...` and the new standard. Operation -> request; answers beside it.

Facts: official docs as copied 2026-02 (old standard) and 2026-09 (new standard).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from .. import capabilities
from ..checks import check_operation
from ..estimate import estimate, price_of_faces, unit_of_operation, worth_of
from ..operations import CustomVoice, LipSync, Operation
from . import faces, official_fields, official_library, official_new, official_old
from . import official_answers as answers
from . import official_routes as routes
from .official_fields import must_be_done_here
from .official_routes import CLIPS
from .reading import fields, unreadable
from .wire import Kept, KeyKind, Pack, Refusal, Reply, Request, Round, Task

__all__ = ["CLIPS", "Official"]

_COSTS = "/account/costs"
_IDENTIFY_FACE = "/v1/videos/identify-face"
#: Milliseconds for which sound and face must be in the clip together.
_SHORTEST_OVERLAP = 2000
#: Seconds for which a session of faces can be used: 24 hours, but for the time that an order may take to be sent.
_SESSION = 20 * 3600.0


class Official:
    """The dialect `official`."""

    name = "official"
    unit = "units"
    hosts: tuple[str, ...] = (".klingai.com",)
    base_url = "https://api-singapore.klingai.com"
    url_endings: tuple[str, ...] = ("/v1",)
    keeps_files = False

    def __init__(self, keyed: bool = True) -> None:
        """`keyed` False: a gateway on the same paths, of which nobody knows whether it refuses a key sent twice."""
        self.keyed = keyed

    def keys(self, host: str) -> frozenset[KeyKind]:
        return frozenset({KeyKind.API_KEY, KeyKind.PAIR})

    def keyed_at(self, route: str) -> bool:
        return self.keyed and routes.refuses_duplicates(route)

    def unit_for(self, operation: str) -> str:
        """Pictures are paid from packs of their own."""
        return unit_of_operation(operation)

    def worth(self, operation: str) -> Decimal:
        return worth_of(unit_of_operation(operation))

    def urls_only(self, operation: str) -> frozenset[str]:
        return frozenset({"voice_url"}) if operation == CustomVoice.kind else frozenset()

    def fields(self, operation: str) -> frozenset[str]:
        """A model that lacks one of them is told by `problem`; the picture's own ratio is that of the clip."""
        return official_fields.of(operation)

    def models_for(self, operation: str) -> tuple[str, ...]:
        return capabilities.models_for(operation) if self.fields(operation) else ()

    def takes(self, operation: str, field: str, value: Any) -> bool:
        if field == "aspect_ratio":
            return field in self.fields(operation) and value in capabilities.aspect_ratios(operation)
        models = self.models_for(operation)
        if field not in capabilities.FEATURES or not models:
            return field in self.fields(operation)
        return any(not capabilities.problem(model, operation, {field: value}) for model in models)

    def problem(self, operation: str, model: str, asked: Mapping[str, Any]) -> str:
        """A model that cannot be silent is never refused for `sound` off."""
        sound = {"sound": capabilities.sound_of(model, operation, asked["sound"] == "on")} if "sound" in asked else {}
        return capabilities.problem(model, operation, {**asked, **sound})

    def check(self, operation: Operation) -> tuple[str, ...]:
        """Raises InvalidRequest for what Kling cannot do; returns warnings."""
        must_be_done_here(operation)
        return (*check_operation(operation), *official_fields.doubts(operation))

    def estimate(self, operation: Operation) -> Decimal | None:
        """By Kling's own price list (2026-09), in `unit_for(operation.kind)`.

        Kling bills whole seconds of the result when the task succeeds, and was not seen to bill a failed one.
        """
        must_be_done_here(operation)
        return estimate(operation)

    def before(self, operation: Operation) -> Request | None:
        """Lip sync chooses among the faces of the clip, which are looked for first; that is charged."""
        if not isinstance(operation, LipSync) or faces.is_known(operation):
            return None
        return Request("POST", _IDENTIFY_FACE, faces.clip_of(operation), costs=str(price_of_faces()), kept=_SESSION)

    def complete(self, operation: Operation, reply: Reply) -> Operation | Refusal:
        if not isinstance(operation, LipSync):
            return operation
        found = answers.envelope(reply)
        if isinstance(found, Refusal):
            return found
        return faces.with_face(operation, fields(found), _SHORTEST_OVERLAP) or unreadable(reply, "Kling's")

    def create(self, operation: Operation, job_key: str) -> Request:
        """Raises InvalidRequest for what this standard cannot write."""
        must_be_done_here(operation)
        new = official_new.sayable(operation)
        return official_new.order(new, job_key) if new else official_old.order(operation, job_key)

    def query(self, route: str, task_id: str) -> Request:
        return routes.query(route, task_id)

    def round(self, route: str, has_api_key: bool) -> Round | None:
        """Not at a gateway on the same paths: of those nobody knows what they make of such a question."""
        return routes.round_of(route, has_api_key) if self.keyed else None

    def ask_round(self, together: Round, task_ids: Sequence[str]) -> Request:
        return routes.ask_round(together, task_ids)

    def look_up(self, route: str, job_key: str) -> Request | None:
        return routes.look_up(route, job_key)

    def list_page(self, route: str, number: int) -> Request | None:
        return routes.list_page(route, number)

    def routes(self, operation: str) -> tuple[str, ...]:
        return routes.routes(operation)

    def packs(self, start: int, end: int) -> Request | None:
        return Request("GET", _COSTS, query={"start_time": str(start), "end_time": str(end)}, route=_COSTS)

    def library(self, kind: str, page: int) -> Request | None:
        return official_library.page(kind, page)

    def delete(self, kind: str, id: str) -> Request | None:
        return official_library.delete(kind, id)

    def read(self, reply: Reply) -> Task | Refusal:
        return answers.task(reply)

    def read_list(self, reply: Reply) -> tuple[Task, ...] | Refusal:
        return answers.tasks(reply)

    def read_packs(self, reply: Reply) -> tuple[Pack, ...] | Refusal:
        return answers.packs(reply)

    def read_library(self, reply: Reply) -> tuple[Kept, ...] | Refusal:
        return official_library.kept(reply)

    def read_deleted(self, reply: Reply) -> Refusal | None:
        return official_library.deleted(reply)
