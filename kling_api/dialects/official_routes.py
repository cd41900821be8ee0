"""Where orders go on Kling's own platform, and where their tasks are asked for. Pure.

Facts: official docs as copied 2026-02 and 2026-09.
"""

from __future__ import annotations

from urllib.parse import quote

from ..operations import OPERATIONS, ImageRecognize, LipSync, MultiShotImages, TextToSpeech, TryOnVideo, VirtualTryOn
from .official_new import SOLUTIONS, TASKS
from .wire import Request

#: The operations whose result is a clip: each has a path of its own in the old standard.
CLIPS = (
    *("text2video", "image2video", "omni-video", "multi-image2video", "multi-elements", "motion-control"),
    *("video-extend", "effects", "avatar/image2video", "advanced-lip-sync", "lip-sync"),
)
#: By operation: its path in the old standard.
PATHS = {kind: f"/v1/videos/{kind}" for kind in CLIPS} | {
    made.kind: f"/v1/{made.category}/{made.kind}" for made in OPERATIONS if made is not TryOnVideo
}
#: Their pages name only the task id as what they can be asked by.
_ASKED_BY_TASK_ID_ONLY = frozenset({PATHS[LipSync.kind], PATHS["lip-sync"], PATHS[MultiShotImages.kind]})
#: Answered at once, with no place for our key and no page on how to ask again.
_AT_ONCE = frozenset({PATHS[TextToSpeech.kind], PATHS[ImageRecognize.kind]})
#: Tasks of the new standard: where they are listed by id.
_LISTS = frozenset({TASKS, SOLUTIONS})
#: The largest page that the old lists give.
_PAGE = 500


def is_at_once(route: str) -> bool:
    return route in _AT_ONCE


def refuses_duplicates(route: str) -> bool:
    """Whether a second order under our key is refused; of the solutions, the newest pages, nobody has seen it yet."""
    return route not in _AT_ONCE and route != SOLUTIONS


def query(route: str, task_id: str) -> Request:
    """What is answered at once can be asked for among all tasks, if anywhere."""
    if route in _LISTS or route in _AT_ONCE:
        path = TASKS if route in _AT_ONCE else route
        return Request("GET", path, query={"task_ids": task_id}, route=route, needs_api_key=True)
    return Request("GET", f"{route}/{quote(task_id, safe='')}", route=route)


def look_up(route: str, job_key: str) -> Request | None:
    if route in _LISTS:
        return Request("GET", route, query={"external_task_ids": job_key}, route=route, needs_api_key=True)
    return None if route in _ASKED_BY_TASK_ID_ONLY or route in _AT_ONCE else query(route, job_key)


def list_page(route: str, number: int) -> Request | None:
    return page(route, number) if route in _ASKED_BY_TASK_ID_ONLY else None


def page(path: str, number: int) -> Request:
    return Request("GET", path, query={"pageNum": str(number), "pageSize": str(_PAGE)}, route=path)


def routes(operation: str) -> tuple[str, ...]:
    """The old path takes both kinds of key; the new standard's query also knows the old tasks (live, 2026)."""
    if operation not in PATHS:
        return ()
    path = PATHS[operation]
    old = () if path in _AT_ONCE else (path,)
    return (*old, SOLUTIONS, TASKS) if operation == VirtualTryOn.kind else (*old, TASKS)
