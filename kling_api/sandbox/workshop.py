"""Turns requests into orders with their price and their work, and asks the faults what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from .asset_spec import asset_spec_of
from .clip_spec import spec_of
from .drawable import refuse_undrawable
from .faults import FATES, FaultBoard
from .image_spec import image_spec_of
from .models import any_model
from .orders import Fate, Order
from .prices import asset_milliunits, image_milliunits, sound_milliunits, video_milliunits
from .refusals import invalid
from .sound_spec import sound_spec_of
from .sources import Sources
from .video_request import AssetRequest, ImageRequest, Request, SoundRequest, VideoRequest
from .worker import Unusable

_FAILED = "Failure to pass the risk control system"
#: Such a task takes the time of a clip of this length.
_IMAGE_SECONDS, _SOUND_SECONDS, _ASSET_SECONDS = 2.0, 2.0, 1.0

#: The names of the files for a spec in JSON; the second argument is called now and then.
Render = Callable[[str, Callable[[], None]], Sequence[str]]


class Workshop:
    """`wake` says that there is work; `render` does some at once. `shrink`: as in SandboxConfig."""

    def __init__(self, faults: FaultBoard, render: Render, wake: Callable[[], None], shrink: int) -> None:
        self._faults = faults
        self._render = render
        self.wake = wake
        self._shrink = shrink

    def order(self, request: Request, product: str, sources: Sources) -> Order:
        """Raises Refused for what cannot be drawn, and what `sources` raises."""
        refuse_undrawable(request)
        return replace(
            _order_of(request, sources, self._shrink),
            product=product,
            external_id=request.external_id,
            callback_url=request.callback_url,
        )

    def finish(self, order: Order) -> Order:
        """The same with its files, and no time to wait for them. Raises Refused (1201) for media of no use."""
        try:
            result = self._render(order.work, lambda: None)
        except Unusable as error:
            raise invalid(str(error)) from None
        return replace(order, seconds=0, result=",".join(result))

    def fate(self, operation: str) -> Fate:
        fault = self._faults.take(FATES, operation)
        if fault is None:
            return Fate()
        return Fate(stuck=True) if fault.kind == "never_finish" else Fate(failure=fault.message or _FAILED)


def _order_of(request: Request, sources: Sources, shrink: int) -> Order:
    if isinstance(request, VideoRequest):
        return _clip_order(request, sources, shrink)
    if isinstance(request, ImageRequest):
        return _image_order(request, sources)
    return _sound_order(request, sources) if isinstance(request, SoundRequest) else _asset_order(request, sources)


def _clip_order(request: VideoRequest, sources: Sources, shrink: int) -> Order:
    return Order(
        product="",
        pack="video",
        version=request.model.version,
        seconds=request.seconds,
        milliunits=video_milliunits(request),
        work=spec_of(request, sources, shrink).to_json(),
        watermark=request.watermark,
    )


def _image_order(request: ImageRequest, sources: Sources) -> Order:
    recognizes = request.operation == "image-recognize"
    one = request.operation in ("kolors-virtual-try-on", "ai-multi-shot")
    return Order(
        product="",
        pack="video" if recognizes else "image",
        version=any_model(request.model).version,
        seconds=_IMAGE_SECONDS,
        milliunits=image_milliunits(request),
        work=image_spec_of(request, sources).to_json(),
        slots=0 if recognizes else 1 if one else request.series or request.n,
        watermark=request.watermark,
    )


def _sound_order(request: SoundRequest, sources: Sources) -> Order:
    return Order(
        product="",
        pack="video",
        version=request.operation,
        seconds=_SOUND_SECONDS,
        milliunits=sound_milliunits(request),
        work=sound_spec_of(request, sources).to_json(),
        slots=0 if request.operation == "tts" else 1,
    )


def _asset_order(request: AssetRequest, sources: Sources) -> Order:
    return Order(
        product="",
        pack="video",
        version=request.operation,
        seconds=_ASSET_SECONDS,
        milliunits=asset_milliunits(request),
        work=asset_spec_of(request, sources).to_json(),
        slots=0,
    )
