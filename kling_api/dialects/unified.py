"""Kling behind a path table and error codes of a project's own; one address tells every task. Operation -> request.

All facts come from data/unified.json; answers are read in plain_answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields as fields_of
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from ..errors import InvalidRequest
from ..operations import CameraControl, Image2Video, LipSync, OmniImage, Operation, Text2Video
from ..stills import Still
from . import plain_answers
from .able import others
from .gateway import Gateway
from .moves import check_move, type_problem
from .offer import table
from .wire import KeyKind, Refusal, Reply, Request, Task

_ADVICE = "Choose a profile of another provider."


class Unified(Gateway):
    """The dialect `unified`. Its document names no host."""

    name = "unified"
    unit = "credits"

    def keys(self, host: str) -> frozenset[KeyKind]:
        return frozenset({KeyKind.PAIR, KeyKind.API_KEY})

    def problem(self, operation: str, model: str, asked: Mapping[str, Any]) -> str:
        trouble = super().problem(operation, model, asked)
        return trouble or type_problem(self.name, operation, asked.get("camera", "none"))

    def check(self, operation: Operation) -> tuple[str, ...]:
        """Raises InvalidRequest for what the document does not have; returns warnings."""
        if isinstance(operation, Text2Video | Image2Video):
            check_move(self.name, operation.kind, operation.model_name, operation.camera_control)
        warnings: tuple[str, ...] = ()
        if isinstance(operation, LipSync):
            operation, warnings = self._whole_sound(operation)
        warnings = super().check(operation) + warnings
        for name in table(self.name)["operations"][operation.kind].get("urls_only", ()):
            if isinstance(getattr(operation, name), Still):
                raise InvalidRequest(
                    f"{name} must be a URL for {operation.kind} with dialect {self.name}: it has no place for the "
                    f"picture itself.{others(operation.kind, name, self.name)}",
                    f"Give the URL of the picture, or {_ADVICE[0].lower()}{_ADVICE[1:]}",
                )
        return warnings

    def estimate(self, operation: Operation) -> Decimal | None:
        """The most credits that the document names: a budget must hold whatever the request turns out to cost."""
        entry = table(self.name)["operations"].get(operation.kind)
        return Decimal(entry["credits"][1]) if entry else None

    def create(self, operation: Operation, job_key: str) -> Request:
        entry = table(self.name)["operations"].get(operation.kind)
        if entry is None:
            raise InvalidRequest(self._no_offer(operation.kind, ""), _ADVICE)
        names = entry.get("names", {})
        body = {names.get(name, name): _written(name, getattr(operation, name)) for name in entry["fields"]}
        if isinstance(operation, OmniImage):
            body["image_list"] = _references(operation)
        told = {name: value for name, value in body.items() if value not in (None, "", [])}
        return Request("POST", entry["path"], told, route=table(self.name)["query"])

    def query(self, route: str, task_id: str) -> Request:
        return Request("GET", f"{route}/{quote(task_id, safe='')}", route=route)

    def routes(self, operation: str) -> tuple[str, ...]:
        return (table(self.name)["query"],) if operation in self.offers else ()

    def read(self, reply: Reply) -> Task | Refusal:
        return plain_answers.task(reply, self.name)

    def _whole_sound(self, operation: LipSync) -> tuple[LipSync, tuple[str, ...]]:
        """The whole sound is used, so where it ends needs no saying; which face speaks is not ours to choose."""
        if operation.face_index:
            raise InvalidRequest(self._lacks(operation.kind, "", "face_index"), _ADVICE)
        told = f"Dialect {self.name} uses the whole sound: sound_end_time is not sent."
        usual = next(field.default for field in fields_of(LipSync) if field.name == "sound_end_time")
        if operation.sound_start_time:  # refused with the other fields that it does not have
            return operation, ()
        return replace(operation, sound_end_time=usual), (told,)


def _written(name: str, value: Any) -> Any:
    if isinstance(value, Still):
        return value.base64()
    if isinstance(value, tuple):
        return [_written(name, item) for item in value]
    if isinstance(value, CameraControl):
        return {"type": value.type, "config": value.config()}
    return str(value) if name == "duration" else value


def _references(operation: OmniImage) -> list[dict[str, str]]:
    """`<<<image_N>>>` counts this list there, and `image` before it in our words: so `image` leads it where cited."""
    cited = operation.image is not None and "<<<image_" in operation.prompt
    pictures = (operation.image, *operation.image_list) if cited else operation.image_list
    return [{"image": _written("image", picture)} for picture in pictures]
