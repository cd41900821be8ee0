"""The gateway new-api: a generic route of its own, and Kling's body under /kling. Operation -> request.

Answers are in newapi_answers; all facts come from data/newapi.json.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from ..errors import InvalidRequest
from ..hosts import is_loopback, is_one_of
from ..operations import Image2Video, Operation, Text2Video, TryOnVideo
from ..stills import Still
from . import newapi_answers as answers
from .gateway import Gateway
from .offer import table
from .wire import KeyKind, Refusal, Reply, Request, Task


class NewApi(Gateway):
    """The dialect `newapi`. It has no usual address: everybody runs one of their own."""

    name = "newapi"
    url_endings: tuple[str, ...] = ("/v1", "/kling")
    unit = "quota"

    def keys(self, host: str) -> frozenset[KeyKind]:
        """A secret key goes to Kling's own hosts only, where it makes a JWT, and to the sandbox on this machine."""
        here = is_loopback(f"//[{host}]" if ":" in host else f"//{host}")
        if here or is_one_of(host, tuple(table(self.name)["key_pair_hosts"])):
            return frozenset({KeyKind.API_KEY, KeyKind.PAIR})
        return frozenset({KeyKind.API_KEY})

    def check(self, operation: Operation) -> tuple[str, ...]:
        """Raises InvalidRequest for what the document does not have; returns warnings."""
        warnings = super().check(operation)
        largest = table(self.name)["largest_seed"]
        if "seed" in self.fields(operation.kind) and operation.seed > largest:
            told = f"seed {operation.seed} is above {largest}, so it is not sent; it only tells this take from others."
            return (*warnings, told)
        return warnings

    def create(self, operation: Operation, job_key: str) -> Request:
        if not isinstance(operation, Text2Video | Image2Video | TryOnVideo):
            raise InvalidRequest(self._no_offer(operation.kind, ""), "Choose a profile of another provider.")
        entry = table(self.name)["operations"][operation.kind]
        path = _path(operation, entry)
        write = _generic_body if path == entry.get("path") else _native_body
        return Request("POST", path, write(operation, job_key), route=path)

    def query(self, route: str, task_id: str) -> Request:
        return Request("GET", f"{route}/{quote(task_id, safe='')}", route=route)

    def look_up(self, route: str, job_key: str) -> Request | None:
        """Gateways of this kind that hand Kling's own answers through find a native task by our key, too."""
        return self.query(route, job_key) if route in _native_paths() else None

    def routes(self, operation: str) -> tuple[str, ...]:
        """Both: the gateway knows a task wherever it was made."""
        entry = table(self.name)["operations"].get(operation, {})
        generic = table(self.name)["operations"]["text2video"]["path"]
        return (generic, entry["native"]) if entry else ()

    def read(self, reply: Reply) -> Task | Refusal:
        return answers.task(reply)


def _path(operation: Text2Video | Image2Video | TryOnVideo, entry: dict[str, Any]) -> str:
    """The generic route, but for what only Kling's own body has a place for."""
    beyond = any(getattr(operation, field) is not None for field in entry.get("native_only", ()))
    return entry["native"] if beyond or "path" not in entry else entry["path"]


def _generic_body(operation: Any, job_key: str) -> dict[str, Any]:
    body: dict[str, Any] = {"model": operation.model_name, "prompt": operation.prompt}
    if isinstance(operation, Image2Video):
        body["image"] = _media(operation.image)
    # Documented as a float64, which a whole number is, too. Not 10.0: newer versions read a whole number only, take
    # anything else for none and make 5 seconds of it (the gateway's code, 2026-11).
    body["duration"] = operation.duration
    if isinstance(operation, Text2Video):
        body |= _size(operation.aspect_ratio)
    if 0 < operation.seed <= table("newapi")["largest_seed"]:
        body["seed"] = operation.seed
    return body | {"metadata": _settings(operation, job_key)}


def _native_body(operation: Any, job_key: str) -> dict[str, Any]:
    body: dict[str, Any] = {"model_name": operation.model_name, "prompt": operation.prompt}
    if not isinstance(operation, Text2Video):
        body["image"] = _media(operation.image)
    body |= {"duration": str(operation.duration)} | _settings(operation, job_key)
    if isinstance(operation, TryOnVideo):
        return body | {"metadata": {"style": operation.style, "quality": operation.quality, "try_on": True}}
    if isinstance(operation, Image2Video) and operation.image_tail is not None:
        body["image_tail"] = _media(operation.image_tail)
    if operation.camera_control:
        config = operation.camera_control.config()
        body["camera_control"] = {"type": operation.camera_control.type} | ({"config": config} if config else {})
    return body


def _settings(operation: Text2Video | Image2Video | TryOnVideo, job_key: str) -> dict[str, Any]:
    """What both bodies call by the same names: the generic one in `metadata`, the native one beside the rest."""
    ratio = "" if operation.aspect_ratio == "auto" else operation.aspect_ratio
    settings = {
        "negative_prompt": operation.negative_prompt,
        "cfg_scale": operation.cfg_scale,
        "mode": operation.mode,
        "aspect_ratio": ratio,
        "sound": "on" if getattr(operation, "sound", False) else "",
        "callback_url": operation.callback_url,
        "external_task_id": job_key,
    }
    return {name: value for name, value in settings.items() if value != ""}


def _size(aspect_ratio: str) -> dict[str, int]:
    """The size that the gateway's table turns into this ratio; none for a ratio without a row. `mode` says how fine."""
    size = next(iter(table("newapi")["sizes"].get(aspect_ratio, ())), "")
    return dict(zip(("width", "height"), map(int, size.split("x")), strict=True)) if size else {}


def _native_paths() -> set[str]:
    return {entry["native"] for entry in table("newapi")["operations"].values()}


def _media(value: Still | str | None) -> str:
    return value.base64() if isinstance(value, Still) else value or ""
