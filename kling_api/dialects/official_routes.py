"""Where orders go on Kling's own platform, and where their tasks are asked for. Pure.

Facts: official docs as copied 2026-02 and 2026-09.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from ..operations import OPERATIONS, ImageRecognize, LipSync, MultiShotImages, TextToSpeech, TryOnVideo, VirtualTryOn
from .official_new import SOLUTIONS, TASKS
from .wire import Request, Round

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
#: The size that they have when nobody asks for another.
_SMALLEST_PAGE = 30
#: Tasks that the new standard tells of in one answer (live, 2026-09: "cannot exceed 20 in total").
_MOST_IDS = 20


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


def round_of(route: str, has_api_key: bool) -> Round | None:
    """With an API key by their ids, old tasks too (live, 2026-09); with a key pair in the list of their route."""
    if route in _AT_ONCE or (route in _LISTS and not has_api_key):
        return None
    if has_api_key:
        return Round(route if route in _LISTS else TASKS, _MOST_IDS)
    return Round(route, _PAGE // 2)


def ask_round(together: Round, task_ids: Sequence[str]) -> Request:
    """Nobody says in which order a list is; twice as many as are sought are enough where the newest come first."""
    if together.path in _LISTS:
        query = {"task_ids": ",".join(task_ids)}
        return Request("GET", together.path, query=query, route=together.path, needs_api_key=True)
    return page(together.path, 1, max(_SMALLEST_PAGE, 2 * len(task_ids)))


def look_up(route: str, job_key: str) -> Request | None:
    if route in _LISTS:
        return Request("GET", route, query={"external_task_ids": job_key}, route=route, needs_api_key=True)
    return None if route in _ASKED_BY_TASK_ID_ONLY or route in _AT_ONCE else query(route, job_key)


def list_page(route: str, number: int) -> Request | None:
    return page(route, number) if route in _ASKED_BY_TASK_ID_ONLY else None


def page(path: str, number: int, size: int = _PAGE) -> Request:
    return Request("GET", path, query={"pageNum": str(number), "pageSize": str(size)}, route=path)


def routes(operation: str) -> tuple[str, ...]:
    """The old path takes both kinds of key; the new standard's query also knows the old tasks (live, 2026)."""
    if operation not in PATHS:
        return ()
    path = PATHS[operation]
    old = () if path in _AT_ONCE else (path,)
    return (*old, SOLUTIONS, TASKS) if operation == VirtualTryOn.kind else (*old, TASKS)
