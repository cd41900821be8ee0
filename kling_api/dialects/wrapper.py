"""A service of one's own that wraps Kling's platform: `/api/v1/...`. Operation -> request; answers in wrapper_answers.

All facts come from data/wrapper.json. The service pays with the Kling account that it was set up with.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import quote

from ..errors import InvalidRequest
from ..estimate import estimate
from ..operations import (
    Image2Video,
    ImageGeneration,
    LipSync,
    MotionControl,
    MultiImage2Video,
    OmniImage,
    Operation,
    Text2Video,
)
from ..stills import Still
from . import faces
from . import wrapper_answers as answers
from .gateway import Gateway
from .inline import inline
from .offer import table
from .wire import KeyKind, Refusal, Reply, Request, Task

_TASKS = "/api/v1/tasks"
#: Written by name as they are, where the service has the field and they are given.
_PLAIN = (
    *("model_name", "prompt", "negative_prompt", "cfg_scale", "mode", "aspect_ratio", "resolution", "n"),
    *("video_id", "video_url", "character_orientation", "image_reference", "callback_url"),
)
_PICTURES = ("image", "image_tail", "image_url")


class Wrapper(Gateway):
    """The dialect `wrapper`."""

    name = "wrapper"
    url_endings: tuple[str, ...] = ("/api/v1",)

    def keys(self, host: str) -> frozenset[KeyKind]:
        """The service asks for none; a key is for a proxy before it."""
        return frozenset({KeyKind.NONE, KeyKind.API_KEY})

    def check(self, operation: Operation) -> tuple[str, ...]:
        """Raises InvalidRequest for what the document does not have; returns warnings."""
        only = table(self.name)["motion_control_model"]
        if isinstance(operation, MotionControl) and operation.model_name != only:
            raise InvalidRequest(
                f"{self._lacks(operation.kind, operation.model_name, 'model_name')} Here it is {only}.",
                f"Choose {only}, or a profile of another provider.",
            )
        return super().check(operation)

    def estimate(self, operation: Operation) -> Decimal | None:
        """Units of Kling's own price list: the service pays there (2026-09)."""
        return estimate(operation) if isinstance(operation, Text2Video | Image2Video) else None

    def before(self, operation: Operation) -> Request | None:
        """Lip sync chooses among the faces of the clip, which are looked for first."""
        if not isinstance(operation, LipSync) or faces.is_known(operation):
            return None
        return Request("POST", self._entry(operation.kind)["before"], faces.clip_of(operation))

    def complete(self, operation: Operation, reply: Reply) -> Operation | Refusal:
        return answers.with_face(operation, reply) if isinstance(operation, LipSync) else operation

    def create(self, operation: Operation, job_key: str) -> Request:
        entry = self._entry(operation.kind)
        body = _lip_sync(operation) if isinstance(operation, LipSync) else _body(operation, frozenset(entry["fields"]))
        return Request("POST", entry["path"], body, route=_route(entry))

    def query(self, route: str, task_id: str) -> Request:
        return Request("GET", f"{route}/{quote(task_id, safe='')}", route=route)

    def routes(self, operation: str) -> tuple[str, ...]:
        return (_route(self._entry(operation)),) if operation in self.offers else ()

    def read(self, reply: Reply) -> Task | Refusal:
        return answers.task(reply)

    def _entry(self, kind: str) -> dict[str, Any]:
        return table(self.name)["operations"][kind]


def _route(entry: dict[str, Any]) -> str:
    return f"{_TASKS}/{entry['task']}"


def _body(operation: Operation, fields: frozenset[str]) -> dict[str, Any]:
    body: dict[str, Any] = {name: getattr(operation, name) for name in _PLAIN if name in fields}
    body |= {name: inline(getattr(operation, name)) for name in _PICTURES if name in fields}
    if isinstance(operation, Text2Video | Image2Video | MultiImage2Video):
        body["duration"] = str(operation.duration)
    if isinstance(operation, Text2Video | Image2Video) and operation.camera_control:
        config = operation.camera_control.config()
        body["camera_control"] = {"type": operation.camera_control.type} | ({"config": config} if config else {})
    if isinstance(operation, MultiImage2Video):
        body["image_list"] = [inline(picture) for picture in operation.image_list]
    if isinstance(operation, MotionControl):
        body["keep_original_sound"] = "yes" if operation.keep_original_sound else "no"
    if isinstance(operation, OmniImage):
        body |= {"image": "", "image_list": [inline(picture) for picture in _cited(operation)]}
    elif body.get("aspect_ratio") == "auto":
        body["aspect_ratio"] = ""  # left to the service
    if isinstance(operation, ImageGeneration) and operation.image is not None:
        body |= {"image_fidelity": operation.image_fidelity, "human_fidelity": operation.human_fidelity}
    return {name: value for name, value in body.items() if value not in ("", [])}


def _cited(operation: OmniImage) -> tuple[Still | str, ...]:
    """In the order in which the prompt counts them; there is one list for all."""
    return operation.image_list if operation.image is None else (operation.image, *operation.image_list)


def _lip_sync(operation: LipSync) -> dict[str, Any]:
    callback = {"callback_url": operation.callback_url} if operation.callback_url else {}
    return faces.order_of(operation) | callback
