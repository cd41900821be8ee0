"""A third party's image2video without an envelope: one picture or several, on one address. Operation -> request.

All facts come from data/flat.json; answers are read in plain_answers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ..errors import InvalidRequest
from ..operations import CameraControl, Image2Video, MultiImage2Video, Operation
from ..stills import Still
from . import plain_answers
from .gateway import Gateway
from .moves import check_move, type_problem
from .offer import table
from .wire import Refusal, Reply, Request, Task

#: How far a picture may be from a ratio before the user is told: 3 of 100.
_NEAR = math.log(1.03)


class Flat(Gateway):
    """The dialect `flat`. Each provider of this kind has an address of its own."""

    name = "flat"

    def problem(self, operation: str, model: str, asked: Mapping[str, Any]) -> str:
        trouble = super().problem(operation, model, asked)
        return trouble or type_problem(self.name, operation, asked.get("camera", "none"))

    def check(self, operation: Operation) -> tuple[str, ...]:
        """Raises InvalidRequest for what the document does not have; returns warnings."""
        if isinstance(operation, Image2Video):
            check_move(self.name, operation.kind, operation.model_name, operation.camera_control)
        return super().check(operation) + tuple(_told(operation))

    def create(self, operation: Operation, job_key: str) -> Request:
        if not isinstance(operation, Image2Video | MultiImage2Video):
            raise InvalidRequest(self._no_offer(operation.kind, ""), "Choose a profile of another provider.")
        entry = table(self.name)["operations"][operation.kind]
        body = {name: _written(getattr(operation, name)) for name in entry["fields"]}
        body["aspect_ratio"] = _aspect_ratio(operation)
        if body["cfg_scale"] == table(self.name)["defaults"]["cfg_scale"]:
            del body["cfg_scale"]
        told = {name: value for name, value in body.items() if value not in (None, "")}
        return Request("POST", entry["path"], told, route=entry["path"])

    def query(self, route: str, task_id: str) -> Request:
        return Request("GET", f"{route}/{quote(task_id, safe='')}", route=route)

    def routes(self, operation: str) -> tuple[str, ...]:
        entry = table(self.name)["operations"].get(operation)
        return (entry["path"],) if entry else ()

    def read(self, reply: Reply) -> Task | Refusal:
        return plain_answers.task(reply, self.name)


def _written(value: Any) -> Any:
    if isinstance(value, Still):
        return value.base64()
    if isinstance(value, tuple):
        return [_written(item) for item in value]
    if isinstance(value, CameraControl):
        axis, amount = value.move()
        return {"type": axis, "config": {"value": amount}}
    return value


def _aspect_ratio(operation: Image2Video | MultiImage2Video) -> str:
    """A clip that is to follow its picture gets the ratio nearest to it, "" where we do not hold the picture."""
    if operation.aspect_ratio not in ("", "auto"):
        return operation.aspect_ratio
    picture = _first(operation)
    return min(_ratios(), key=lambda ratio: _distance(picture, ratio)) if isinstance(picture, Still) else ""


def _told(operation: Operation) -> list[str]:
    """Where the ratio is not quite what was asked for."""
    if not isinstance(operation, Image2Video | MultiImage2Video) or operation.aspect_ratio not in ("", "auto"):
        return []
    picture, ratio = _first(operation), _aspect_ratio(operation)
    if not isinstance(picture, Still):
        usual = table("flat")["defaults"]["aspect_ratio"]
        return [f"aspect_ratio is not given and a picture at a URL is not measured: the clip will be {usual}."]
    if _distance(picture, ratio) <= _NEAR:
        return []
    size = f"{picture.width} x {picture.height} pixels"
    return [f"The picture has {size}; dialect flat has seven ratios only, and {ratio}, the nearest, is asked for."]


def _first(operation: Image2Video | MultiImage2Video) -> Still | str | None:
    return operation.image if isinstance(operation, Image2Video) else operation.image_list[0]


def _distance(picture: Still, ratio: str) -> float:
    across, down = (int(part) for part in ratio.split(":"))
    return abs(math.log(picture.width * down / (picture.height * across)))


def _ratios() -> list[str]:
    return table("flat")["operations"]["image2video"]["values"]["aspect_ratio"]
