"""kie.ai: one address for every model, whose id says what is made. Operation -> request; answers in kie_answers.

All facts, the fields of each model among them, come from data/kie.json. Pictures are uploaded first: orders take URLs.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from ..errors import InvalidRequest
from ..operations import Operation
from ..operations.pictures import stills_of, with_stills
from ..stills import Still
from . import kie_answers as answers
from . import kie_pages
from .able import takers
from .gateway import Gateway
from .kie_pages import Page
from .offer import Offer, table
from .wire import Pack, Refusal, Reply, Request, Task

#: cfg_scale goes in tenths (pages of v2.1 and v2.5, 2026-09).
_STEPS = 10
#: Nobody has to choose it.
_USUAL_MODE = "std"
_PNG = b"\x89PNG"


class Kie(Gateway):
    """The dialect `kie`."""

    name = "kie"
    url_endings: tuple[str, ...] = ("/api/v1",)
    takes_klings_models = False
    unit = "credits"
    hosts: tuple[str, ...] = ("api.kie.ai",)
    base_url = "https://api.kie.ai"

    @cached_property
    def offers(self) -> Mapping[str, Mapping[str, Offer]]:
        return {
            kind: {name: offer for name in kie_pages.names(kind) if (offer := kie_pages.offer_for(kind, name))}
            for kind in kie_pages.operations()
        }

    @cached_property
    def models(self) -> Mapping[str, tuple[str, ...]]:
        return {kind: tuple(filter(None, kie_pages.names(kind))) for kind in kie_pages.operations()}

    def models_for(self, operation: str) -> tuple[str, ...]:
        """kie.ai's own ids where Kling has none."""
        found = (name or page.model for page in kie_pages.pages(operation) for name in page.names)
        return tuple(dict.fromkeys(found))

    def offer(self, operation: str, model: str) -> Offer | None:
        return kie_pages.offer_for(operation, model)

    def problem(self, operation: str, model: str, asked: Mapping[str, Any]) -> str:
        """A mode may be a model of its own here, with an end frame or without."""
        trouble = super().problem(operation, model, asked)
        if trouble or "mode" not in asked or asked.get("frames", "none") in ("none", "first"):
            return trouble
        page = kie_pages.page_for(operation, model, asked["mode"])
        if page is None or "image_tail" in page.offer.fields:
            return ""
        able = [other.makes for other in kie_pages.pages_for(operation, model) if "image_tail" in other.offer.fields]
        said = f"image_tail is not possible for {operation} with {model} in mode {asked['mode']} at dialect {self.name}"
        return f"{said} ({page.model}). Possible with mode {' or '.join(able)}."

    def check(self, operation: Operation) -> tuple[str, ...]:
        """Raises InvalidRequest for what the page of the model does not have; returns warnings."""
        warnings = super().check(operation)
        page = self._page(operation)
        if "cfg_scale" in page.input:
            _check_step(getattr(operation, "cfg_scale", 0.0))
        for name, pixels in page.larger_than.items():
            _check_larger(name, getattr(operation, name), pixels, page.model)
        return (*warnings, *_told(operation, page))

    def estimate(self, operation: Operation) -> Decimal | None:
        """Credits, for the models whose price was seen."""
        sound = "sound on" if getattr(operation, "sound", False) else "sound off"
        price = self._page(operation).offer.price.get(sound)
        return Decimal(price) * getattr(operation, "duration", 1) if price else None

    def before(self, operation: Operation) -> Request | None:
        """The upload of the first picture that we hold: free, and under its digest, so that a repetition overwrites."""
        still = _first_still(operation)
        if still is None:
            return None
        name = f"{still.digest()[:32]}.{'png' if still.data.startswith(_PNG) else 'jpg'}"
        body = {"base64Data": still.base64(), "uploadPath": table(self.name)["upload_folder"], "fileName": name}
        return Request("POST", _path("upload"), body)

    def complete(self, operation: Operation, reply: Reply) -> Operation | Refusal:
        first, address = _first_still(operation), answers.uploaded(reply)
        if isinstance(address, Refusal):
            return address
        return with_stills(operation, lambda still: address if still == first else still)

    def create(self, operation: Operation, job_key: str) -> Request:
        """Raises InvalidRequest for a picture that has not been uploaded."""
        page = self._page(operation)
        body: dict[str, Any] = {"model": page.model, "input": _input(operation, page)}
        if operation.callback_url:
            body["callBackUrl"] = operation.callback_url
        return Request("POST", _path("create"), body, route=_path("query"))

    def query(self, route: str, task_id: str) -> Request:
        return Request("GET", route, query={"taskId": task_id}, route=route)

    def routes(self, operation: str) -> tuple[str, ...]:
        return (_path("query"),) if operation in self.offers else ()

    def packs(self, start: int, end: int) -> Request | None:
        return Request("GET", _path("credit"), route=_path("credit"))

    def read(self, reply: Reply) -> Task | Refusal:
        return answers.task(reply)

    def read_packs(self, reply: Reply) -> tuple[Pack, ...] | Refusal:
        return answers.packs(reply)

    def _page(self, operation: Operation) -> Page:
        """Raises InvalidRequest for a model that cannot be had here."""
        kind, model = operation.kind, getattr(operation, "model_name", "")
        page = kie_pages.page_for(kind, model, getattr(operation, "mode", ""))
        if page is None:
            raise InvalidRequest(self._no_offer(kind, model), "Choose another model, or a profile of another provider.")
        return page

    def _no_offer(self, kind: str, model: str) -> str:
        if kind not in self.offers:
            return super()._no_offer(kind, model)
        its_own = kie_pages.own_operation(model)
        said = f"Dialect {self.name} has no {model} for {kind}" + (f": it is for {its_own}" if its_own else "")
        return f"{said}. It has: {', '.join(self.models_for(kind))}.{takers(kind, model, self.name)}"


def _path(what: str) -> str:
    return table("kie")["paths"][what]


def _first_still(operation: Operation) -> Still | None:
    return next(iter(stills_of(operation).values()), None)


def _input(operation: Operation, page: Page) -> dict[str, Any]:
    written: dict[str, Any] = {}
    for name, ours in page.input.items():
        if isinstance(ours, list):
            value: Any = [found for field in ours if (found := _value(operation, field, page)) is not None]
        else:
            value = _value(operation, ours, page)
        if value not in (None, "", []) or name in page.may_be_empty:
            written[name] = value
    return written | dict(page.always)


def _value(operation: Operation, field: str, page: Page) -> Any:
    """As the page writes it: seconds as text, a ratio that follows the picture not at all."""
    value = getattr(operation, field)
    if isinstance(value, Still):
        raise InvalidRequest(f"{field} is not uploaded yet.", "The client uploads pictures before it sends the order.")
    if field == "duration":
        return str(value)
    if field == "cfg_scale":
        return round(value, 1)
    if field == "aspect_ratio" and value == "auto":
        return None
    return page.words.get(field, {}).get(value, value)


def _told(operation: Operation, page: Page) -> list[str]:
    """What the model does whatever is asked of it."""
    told, mode = [], getattr(operation, "mode", "")
    if page.makes and mode != page.makes:
        told.append(f"kie.ai's {page.model} has no mode but {page.makes}: that is made and charged, not {mode}.")
    if not page.makes and mode not in ("", _USUAL_MODE) and "mode" not in page.input.values():
        told.append(f"kie.ai's {page.model} has no mode; it is not sent.")
    if page.sounds and not getattr(operation, "sound", True):
        told.append(f"kie.ai's {page.model} has no sound switch; Kling's own model always makes sound.")
    return told


def _check_step(cfg_scale: float) -> None:
    tenths = cfg_scale * _STEPS
    if abs(tenths - round(tenths)) > 1e-6:
        low = int(tenths)
        raise InvalidRequest(
            f"cfg_scale is {cfg_scale:g}; dialect kie takes steps of 0.1.",
            f"Give {low / _STEPS:g} or {(low + 1) / _STEPS:g}.",
        )


def _check_larger(name: str, picture: Still | str, pixels: int, model: str) -> None:
    if isinstance(picture, Still) and min(picture.width, picture.height) <= pixels:
        raise InvalidRequest(
            f"{name} is {picture.width} x {picture.height} pixels; each side must have more than {pixels} for {model}.",
            "Scale the picture up or choose a larger one.",
        )
