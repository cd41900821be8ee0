"""Kling's own platform, both generations: `/v1/...` and the new standard. Operation -> request; answers beside it.

Facts: official docs as copied 2026-02 (old standard) and 2026-09 (new standard).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from .. import capabilities
from ..checks import check_video
from ..errors import InvalidRequest
from ..estimate import estimate
from ..operations import Image2Video, Operation, Text2Video, VideoOperation
from ..stills import Still
from . import official_answers as answers
from .able import others
from .wire import KeyKind, Pack, Refusal, Reply, Request, Task

_NEW_STANDARD = {"text2video": "text-to-video", "image2video": "image-to-video"}
_TASKS = "/tasks"
#: The operations whose result is a clip: each has a path of its own in the old standard (official docs, 2026-02).
CLIPS = (
    *("text2video", "image2video", "omni-video", "multi-image2video", "multi-elements", "motion-control"),
    *("video-extend", "effects", "avatar/image2video", "advanced-lip-sync", "lip-sync"),
)
#: Their pages name only the task id as what they can be asked by (official docs, 2026-02).
_ASKED_BY_TASK_ID_ONLY = frozenset({"/v1/videos/advanced-lip-sync", "/v1/videos/lip-sync", "/v1/general/ai-multi-shot"})
#: The largest page that the old lists give (official docs, 2026-02).
_PAGE = 500
_COSTS = "/account/costs"
_FIELDS_OF_TEXT = frozenset(field.name for field in dataclasses.fields(Text2Video)) - {"seed"}
#: The clip follows its picture: there is no aspect_ratio.
_FIELDS_OF_IMAGE = frozenset(field.name for field in dataclasses.fields(Image2Video)) - {"seed", "aspect_ratio"}
#: std = 720p, pro = 1080p, 4k = 4k (new-standard pages, 2026-09).
_RESOLUTIONS = {"std": "720p", "pro": "1080p", "4k": "4k"}


class Official:
    """The dialect `official`."""

    name = "official"
    unit = "units"
    hosts: tuple[str, ...] = (".klingai.com",)
    base_url = "https://api-singapore.klingai.com"
    url_endings: tuple[str, ...] = ("/v1",)

    def __init__(self, keyed: bool = True) -> None:
        """`keyed` False: a gateway on the same paths, of which nobody knows whether it refuses a key sent twice."""
        self.keyed = keyed

    def keys(self, host: str) -> frozenset[KeyKind]:
        return frozenset({KeyKind.API_KEY, KeyKind.PAIR})

    def fields(self, operation: str) -> frozenset[str]:
        """A model that lacks one of them is told by `problem`; the picture's own ratio is that of the clip."""
        return {Text2Video.kind: _FIELDS_OF_TEXT, Image2Video.kind: _FIELDS_OF_IMAGE}.get(operation, frozenset())

    def models_for(self, operation: str) -> tuple[str, ...]:
        return capabilities.models_for(operation) if self.fields(operation) else ()

    def takes(self, operation: str, field: str, value: Any) -> bool:
        if field == "aspect_ratio":
            return field in self.fields(operation) and value in capabilities.aspect_ratios()
        models = self.models_for(operation) if field in capabilities.FEATURES else ()
        return any(not capabilities.problem(model, operation, {field: value}) for model in models)

    def problem(self, operation: str, model: str, asked: Mapping[str, Any]) -> str:
        """A model that cannot be silent is never refused for `sound` off."""
        sound = {"sound": capabilities.sound_of(model, operation, asked["sound"] == "on")} if "sound" in asked else {}
        return capabilities.problem(model, operation, {**asked, **sound})

    def check(self, operation: Operation) -> tuple[str, ...]:
        return check_video(_video(operation))

    def estimate(self, operation: Operation) -> Decimal | None:
        """Units of Kling's own price list (2026-09) for the seconds asked for.

        Kling bills whole seconds of the result when the task succeeds, and was not seen to bill a failed one.
        """
        return estimate(_video(operation))

    def before(self, operation: Operation) -> Request | None:
        return None

    def complete(self, operation: Operation, reply: Reply) -> Operation | Refusal:
        return operation

    def create(self, operation: Operation, job_key: str) -> Request:
        video = _video(operation)
        if capabilities.generation_of(video.model_name) == "new":
            path = f"/{_NEW_STANDARD[video.kind]}/{video.model_name}"
            return Request("POST", path, _new_body(video, job_key), route=_TASKS, needs_api_key=True)
        path = f"/v1/{video.category}/{video.kind}"
        return Request("POST", path, _old_body(video, job_key), route=path)

    def query(self, route: str, task_id: str) -> Request:
        if route == _TASKS:
            return Request("GET", _TASKS, query={"task_ids": task_id}, route=route, needs_api_key=True)
        return Request("GET", f"{route}/{quote(task_id, safe='')}", route=route)

    def look_up(self, route: str, job_key: str) -> Request | None:
        if route == _TASKS:
            return Request("GET", _TASKS, query={"external_task_ids": job_key}, route=route, needs_api_key=True)
        return None if route in _ASKED_BY_TASK_ID_ONLY else self.query(route, job_key)

    def list_page(self, route: str, number: int) -> Request | None:
        if route not in _ASKED_BY_TASK_ID_ONLY:
            return None
        return Request("GET", route, query={"pageNum": str(number), "pageSize": str(_PAGE)}, route=route)

    def routes(self, operation: str) -> tuple[str, ...]:
        """The old path takes both kinds of key; the new standard's query also knows the old tasks (live, 2026)."""
        return (f"/v1/videos/{operation}", _TASKS) if operation in CLIPS else ()

    def packs(self, start: int, end: int) -> Request | None:
        return Request("GET", _COSTS, query={"start_time": str(start), "end_time": str(end)}, route=_COSTS)

    def read(self, reply: Reply) -> Task | Refusal:
        return answers.task(reply)

    def read_list(self, reply: Reply) -> tuple[Task, ...] | Refusal:
        return answers.tasks(reply)

    def read_packs(self, reply: Reply) -> tuple[Pack, ...] | Refusal:
        return answers.packs(reply)


def _video(operation: Operation) -> VideoOperation:
    """Raises InvalidRequest for what this version does not do on Kling's own platform."""
    if isinstance(operation, Text2Video | Image2Video):
        return operation
    raise InvalidRequest(
        f"This version cannot do {operation.kind} on Kling's own platform.{others(operation.kind, but='official')}",
        "Choose a profile of another provider.",
    )


def _old_body(operation: VideoOperation, job_key: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model_name": operation.model_name,
        "prompt": operation.prompt,
        "negative_prompt": operation.negative_prompt,
        "cfg_scale": operation.cfg_scale,
        "mode": operation.mode,
        "duration": str(operation.duration),
        "external_task_id": job_key,
        "callback_url": operation.callback_url,
    }
    if _has_sound(operation):
        body["sound"] = "on" if operation.sound else "off"
    if isinstance(operation, Text2Video):
        body["aspect_ratio"] = operation.aspect_ratio
    else:
        body |= {"image": _media(operation.image), "image_tail": _media(operation.image_tail)}
    if operation.camera_control:
        config = operation.camera_control.config()
        body["camera_control"] = {"type": operation.camera_control.type} | ({"config": config} if config else {})
    return {name: value for name, value in body.items() if value != ""}


def _new_body(operation: VideoOperation, job_key: str) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "resolution": _RESOLUTIONS.get(operation.mode, operation.mode),
        "duration": operation.duration,
    }
    model = capabilities.video_models().get(operation.model_name)
    if model and model.multi_shot_default:
        settings["multi_shot"] = False  # the API's default is true: it would cut the clip into shots nobody asked for
    if _has_sound(operation):
        settings["audio"] = "native" if operation.sound else "off"
    options = {"external_task_id": job_key} | (
        {"callback_url": operation.callback_url} if operation.callback_url else {}
    )
    if isinstance(operation, Text2Video):
        settings["aspect_ratio"] = operation.aspect_ratio
        return {"prompt": operation.prompt, "settings": settings, "options": options}
    return {"contents": _contents(operation), "settings": settings, "options": options}


def _contents(operation: Image2Video) -> list[dict[str, str]]:
    contents = [{"type": "prompt", "text": operation.prompt}] if operation.prompt else []
    frames = {"first_frame": operation.image, "last_frame": operation.image_tail}
    return contents + [{"type": kind, "url": _media(frame)} for kind, frame in frames.items() if frame is not None]


def _has_sound(operation: VideoOperation) -> bool:
    """Whether the model has a sound switch: one that is always silent or never silent takes no such field."""
    model = capabilities.video_models().get(operation.model_name)
    if model is None:
        return operation.sound
    return {sound for way in model.ways[operation.kind] for sound in way.sound} == {"on", "off"}


def _media(value: Still | str | None) -> str:
    return value.base64() if isinstance(value, Still) else value or ""
