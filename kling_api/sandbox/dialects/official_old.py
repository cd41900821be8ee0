"""The old standard (`/v1/...`): one address per product, for its orders, its tasks and their list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ..config import Account
from ..core import State
from ..desk import Desk
from ..fields import Fields
from ..refusals import invalid
from ..validation import Customer
from ..validation_clips import (
    read_avatar,
    read_effects,
    read_motion_control,
    read_multi_image2video,
    read_video_extend,
)
from ..validation_frames import read_image2video, read_text2video
from ..validation_images import (
    read_ai_multi_shot,
    read_expand,
    read_generations,
    read_image_recognize,
    read_multi_image2image,
    read_omni_image,
    read_try_on,
)
from ..validation_lip_sync import read_lip_sync
from ..validation_omni import read_omni_video
from ..validation_sounds import (
    read_custom_element,
    read_custom_voice,
    read_text_to_audio,
    read_tts,
    read_video_to_audio,
)
from ..video_request import AssetRequest, ImageRequest, Request, VideoRequest
from ..wire import Call
from . import official_shapes as shapes
from .official_pages import Page, numbered, read_order, task_not_found

Read = Callable[[Fields, Customer], Request]


@dataclass(frozen=True)
class Product:
    """`operation`: what faults call it. `at_once`: it is answered when it is done, and cannot be asked for."""

    operation: str
    read: Read
    at_once: bool = False
    by_external_id: bool = True
    largest_page: int = 500


PRODUCTS = {
    "/v1/videos/text2video": Product("text2video", read_text2video),
    "/v1/videos/image2video": Product("image2video", read_image2video),
    "/v1/videos/omni-video": Product("omni-video", read_omni_video),
    "/v1/videos/multi-image2video": Product("multi-image2video", read_multi_image2video),
    "/v1/videos/motion-control": Product("motion-control", read_motion_control),
    "/v1/videos/video-extend": Product("video-extend", read_video_extend),
    "/v1/videos/effects": Product("effects", read_effects),
    "/v1/videos/avatar/image2video": Product("avatar", read_avatar),
    "/v1/videos/advanced-lip-sync": Product("lip-sync", read_lip_sync, by_external_id=False),
    "/v1/videos/image-recognize": Product("image-recognize", read_image_recognize, at_once=True),
    "/v1/images/generations": Product("generations", read_generations),
    "/v1/images/omni-image": Product("omni-image", read_omni_image),
    "/v1/images/multi-image2image": Product("multi-image2image", read_multi_image2image),
    "/v1/images/editing/expand": Product("expand", read_expand),
    "/v1/images/kolors-virtual-try-on": Product("kolors-virtual-try-on", read_try_on),
    "/v1/general/ai-multi-shot": Product("ai-multi-shot", read_ai_multi_shot, by_external_id=False),
    "/v1/audio/tts": Product("tts", read_tts, at_once=True),
    "/v1/audio/text-to-audio": Product("text-to-audio", read_text_to_audio),
    "/v1/audio/video-to-audio": Product("video-to-audio", read_video_to_audio),
    "/v1/general/custom-voices": Product("custom-voices", read_custom_voice, largest_page=1000),
    "/v1/general/advanced-custom-elements": Product("advanced-custom-elements", read_custom_element),
}
AT_ONCE = frozenset(path for path, product in PRODUCTS.items() if product.at_once)


class OldStandard:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def pages(self) -> Sequence[Page]:
        pages = []
        for path, product in PRODUCTS.items():
            if product.at_once:
                pages.append(Page("POST", path, product.operation, partial(self._make_now, path, product)))
                continue
            pages += [
                Page("POST", path, product.operation, partial(self._make, path, product)),
                Page("GET", path, "list", partial(self._list, path, product)),
                Page("GET", f"{path}/{{key}}", "query", partial(self._query, path, product)),
            ]
        return pages

    def _make(self, path: str, product: Product, call: Call, account: Account) -> dict[str, Any]:
        request = _noted(product.read(*read_order(call, account, self._desk)))
        return shapes.created(self._desk.make(request, account, path))

    def _make_now(self, path: str, product: Product, call: Call, account: Account) -> dict[str, Any]:
        request = product.read(*read_order(call, account, self._desk))
        task = self._desk.make_now(request, account, path)
        if task.state is State.FAILED and product.operation == "image-recognize":
            raise invalid(task.row.failure)  # its answer has no place for a reason
        return shapes.answered_at_once(self._desk, task)

    def _list(self, path: str, product: Product, call: Call, account: Account) -> list[dict[str, Any]]:
        wanted = numbered(call, product.largest_page)
        tasks = self._desk.page(account, path, wanted.number, wanted.size)
        return [shapes.task(self._desk, task) for task in tasks]

    def _query(self, path: str, product: Product, call: Call, account: Account) -> dict[str, Any]:
        key = call.parts["key"]
        task = self._desk.find(account, key, path)
        if task is None or (key != str(task.row.id) and not product.by_external_id):
            raise task_not_found(key)
        return shapes.task(self._desk, task)


def _noted(request: Request) -> Request:
    """With what its answers need and its outputs do not tell."""
    if isinstance(request, AssetRequest):
        return replace(request, note=request.document)
    if isinstance(request, ImageRequest):
        return replace(request, note="series" if request.series else "")
    if isinstance(request, VideoRequest) and request.operation not in ("video-extend", "lip-sync"):
        return request
    return replace(request, note=request.video)
