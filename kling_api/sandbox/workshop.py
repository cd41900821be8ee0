"""Turns requests into orders with their price and their work, and asks the faults what becomes of them."""

from __future__ import annotations

from collections.abc import Callable

from .clip_spec import MediaFolder, spec_of
from .drawable import refuse_undrawable
from .faults import FATES, FaultBoard
from .image_spec import IMAGE_SECONDS, image_milliunits, image_spec_of
from .models import any_model
from .orders import Fate, Order
from .video_request import ImageRequest, VideoRequest

_FAILED = "Failure to pass the risk control system"

#: Finds the clip of a video id or URL.
ClipOf = Callable[[str], str]


class Workshop:
    """`wake` says that there is work."""

    def __init__(self, faults: FaultBoard, media: MediaFolder, wake: Callable[[], None]) -> None:
        self._faults = faults
        self._media = media
        self.wake = wake

    def order(self, request: VideoRequest | ImageRequest, product: str, clip_of: ClipOf) -> Order:
        """Raises Refused for what cannot be drawn, and what `clip_of` raises."""
        refuse_undrawable(request)
        if isinstance(request, ImageRequest):
            return self._image_order(request, product)
        return Order(
            product=product,
            pack="video",
            version=request.model.version,
            seconds=request.seconds,
            milliunits=request.model.milliunits(request.mode, request.sound, request.seconds),
            work=spec_of(request, self._media.keep, clip_of).to_json(),
            external_id=request.external_id,
            callback_url=request.callback_url,
            watermark=request.watermark,
        )

    def fate(self, operation: str) -> Fate:
        fault = self._faults.take(FATES, operation)
        if fault is None:
            return Fate()
        return Fate(stuck=True) if fault.kind == "never_finish" else Fate(failure=fault.message or _FAILED)

    def _image_order(self, request: ImageRequest, product: str) -> Order:
        return Order(
            product=product,
            pack="image",
            version=any_model(request.model).version,
            seconds=IMAGE_SECONDS,
            milliunits=image_milliunits(request),
            work=image_spec_of(request, self._media.keep).to_json(),
            slots=request.n,
            external_id=request.external_id,
            callback_url=request.callback_url,
            watermark=request.watermark,
        )
