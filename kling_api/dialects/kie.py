"""kie.ai: one address for every model, whose id says what is made. Operation -> request; answers in kie_answers.

All facts, the fields of each model among them, come from data/kie.json. Orders take URLs: pictures are uploaded by a
request of their own before them, sounds and clips by the client (kling_api.kie_files).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from ..errors import InvalidRequest
from ..operations import MultiShot, Operation
from ..operations.media import Medium, stills_of, with_media
from ..stills import Still
from . import kie_answers as answers
from . import kie_pages
from .able import takers
from .gateway import Gateway
from .kie_checks import check_page
from .kie_pages import Page
from .offer import Offer, table
from .wire import Pack, Refusal, Reply, Request, Task

#: The fields of our operations that may hold a sound of ours.
_SOUNDS = frozenset({"sound_file", "voice_url"})
_PNG = b"\x89PNG"


class Kie(Gateway):
    """The dialect `kie`."""

    name = "kie"
    url_endings: tuple[str, ...] = ("/api/v1",)
    takes_klings_models = False
    keeps_files = True
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
        return (*super().check(operation), *check_page(operation, self._page(operation)))

    def urls_only(self, operation: str) -> frozenset[str]:
        return self.fields(operation) & _SOUNDS

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
        return with_media(operation, lambda medium: address if medium == first else medium)

    def create(self, operation: Operation, job_key: str) -> Request:
        """Raises InvalidRequest for what has not been uploaded."""
        page = self._page(operation)
        body: dict[str, Any] = {"model": page.model, "input": _input(operation, page)}
        if callback_url := getattr(operation, "callback_url", ""):
            body["callBackUrl"] = callback_url
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
    return written | dict(page.always) | _shots(getattr(operation, "multi_shot", None))


def _shots(multi_shot: MultiShot | None) -> dict[str, Any]:
    """A prompt for the whole is of no effect beside them."""
    if multi_shot is None:
        return {}
    shots = [{"prompt": shot.prompt, "duration": shot.duration} for shot in multi_shot.multi_prompt]
    return {"multi_shots": True, "multi_prompt": shots}


def _value(operation: Operation, field: str, page: Page) -> Any:
    """As the page writes it: seconds as text, a ratio that follows the picture not at all."""
    value = getattr(operation, field)
    if isinstance(value, Medium):
        raise InvalidRequest(f"{field} is not uploaded yet.", "The client uploads it before it sends the order.")
    if field == "duration":
        return str(value)
    if field == "cfg_scale":
        return round(value, 1)
    if field == "aspect_ratio" and value == "auto":
        return None
    return page.words.get(field, {}).get(value, value)
