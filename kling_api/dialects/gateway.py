"""What the dialects of other providers have in common: the checks against their tables, and what none of them has.

A dialect of this kind brings its table in data/, `create`, `query` and `read`; the rest only where it differs.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from .. import capabilities
from ..checks import check_still
from ..errors import InvalidRequest
from ..operations import Image2Video, Operation, Text2Video, VideoOperation
from ..operations.media import stills_of
from .able import accepting, others
from .offer import Offer, read_offer, table
from .wire import Answer, Kept, KeyKind, Pack, Refusal, Reply, Request, Round, Task

#: Not sent anywhere, or sent only where there is such a field (a clip that follows its picture is what is asked for).
_SILENT = frozenset({"seed", "session_id", "face_id", "face_index"})
#: Without these the result is still what was asked for, or nearly; the user is told.
_TOLD = frozenset({"cfg_scale", "callback_url", "image_fidelity", "human_fidelity", "keep_original_sound", "quality"})
#: The feature of the capability tables -> the field of the operation that it is about.
_FIELD_OF = {"sound": "sound", "frames": "image_tail", "camera": "camera_control"}


class Gateway:
    """Everything of `wire.Dialect` but `create`, `query` and `read`."""

    name = ""
    keyed = False
    unit = "units"
    hosts: tuple[str, ...] = ()
    base_url = ""
    url_endings: tuple[str, ...] = ("/v1",)
    keeps_files = False
    #: Whether a model's name means Kling's own model, passed on as it is.
    takes_klings_models = True

    @cached_property
    def offers(self) -> Mapping[str, Mapping[str, Offer]]:
        """By operation, then by Kling's id of the model; "" stands for any model."""
        operations = table(self.name)["operations"]
        return {kind: {"": read_offer(entry)} for kind, entry in operations.items()}

    @cached_property
    def models(self) -> Mapping[str, tuple[str, ...]]:
        """The models that the document lists, by operation; () where it lists none."""
        operations = table(self.name)["operations"]
        return {kind: tuple(entry.get("models", ())) for kind, entry in operations.items()}

    def keys(self, host: str) -> frozenset[KeyKind]:
        return frozenset({KeyKind.API_KEY})

    def keyed_at(self, route: str) -> bool:
        return self.keyed

    def unit_for(self, operation: str) -> str:
        return self.unit

    def worth(self, operation: str) -> Decimal:
        return Decimal(1)

    def urls_only(self, operation: str) -> frozenset[str]:
        found = [offer.urls_only for offer in self.offers.get(operation, {}).values()]
        return frozenset().union(*found)

    def fields(self, operation: str) -> frozenset[str]:
        found = [offer.fields for offer in self.offers.get(operation, {}).values()]
        return frozenset().union(*found)

    def models_for(self, operation: str) -> tuple[str, ...]:
        """Those that the document lists, else Kling's ids that the table knows by another name."""
        return self.models.get(operation) or tuple(name for name in self.offers.get(operation, {}) if name)

    def offer(self, operation: str, model: str) -> Offer | None:
        """None for an operation, or a model, that cannot be had here."""
        offers = self.offers.get(operation, {})
        return offers.get(model) or offers.get("")

    def problem(self, operation: str, model: str, asked: Mapping[str, Any]) -> str:
        offer = self.offer(operation, model)
        if offer is None:
            return self._no_offer(operation, model)
        for feature, value in asked.items():
            field = _FIELD_OF.get(feature)
            if field and _is_wanted(feature, value) and field not in offer.fields:
                return self._lacks(operation, model, field)
            if feature in ("mode", "duration") and value not in offer.values.get(feature, (value,)):
                return self._other_values(operation, model, feature, value)
        return ""

    def takes(self, operation: str, field: str, value: Any) -> bool:
        offers = self.offers.get(operation, {}).values()
        return any(field in offer.fields and value in offer.values.get(field, (value,)) for offer in offers)

    def check(self, operation: Operation) -> tuple[str, ...]:
        """Raises InvalidRequest for what the document does not have; returns warnings."""
        kind, model = operation.kind, getattr(operation, "model_name", "")
        offer = self.offer(kind, model)
        if offer is None:
            raise _impossible(self._no_offer(kind, model))
        if isinstance(operation, Text2Video | Image2Video) and (
            trouble := self.problem(kind, model, _features(operation))
        ):
            raise _impossible(trouble)
        warnings = self._unlisted(kind, model) + self._check_fields(operation, offer) + self._doubted(operation)
        self._check_values(operation, offer)
        for name, still in stills_of(operation).items():
            check_still(name, still)
        return tuple(warnings)

    def estimate(self, operation: Operation) -> Decimal | None:
        return None

    def before(self, operation: Operation) -> Request | None:
        return None

    def complete(self, operation: Operation, reply: Reply) -> Operation | Refusal:
        return operation

    def look_up(self, route: str, job_key: str) -> Request | None:
        return None

    def list_page(self, route: str, number: int) -> Request | None:
        return None

    def round(self, route: str, has_api_key: bool) -> Round | None:
        return None

    def ask_round(self, together: Round, task_ids: Sequence[str]) -> Request:
        raise AssertionError(f"{self.name} tells of one task at a time.")

    def packs(self, start: int, end: int) -> Request | None:
        return None

    def library(self, kind: str, page: int) -> Request | None:
        return None

    def delete(self, kind: str, id: str) -> Request | None:
        return None

    def read_library(self, reply: Reply) -> tuple[Kept, ...] | Refusal:
        return Refusal(Answer.ABSENT, "This provider has no list of voices or elements.")

    def read_deleted(self, reply: Reply) -> Refusal | None:
        return Refusal(Answer.ABSENT, "This provider has no way to delete a voice or an element.")

    def read_list(self, reply: Reply) -> tuple[Task, ...] | Refusal:
        return Refusal(Answer.ABSENT, "This provider has no list of tasks.")

    def read_packs(self, reply: Reply) -> tuple[Pack, ...] | Refusal:
        return Refusal(Answer.ABSENT, "This provider has no way to ask what is left.")

    def _doubted(self, operation: Operation) -> list[str]:
        """What Kling itself could not do: the provider may know more, or be refused by Kling."""
        if self.takes_klings_models and isinstance(operation, Text2Video | Image2Video):
            trouble = capabilities.problem(operation.model_name, operation.kind, _features(operation))
            if trouble:
                return [f"Kling's own platform refuses this: {trouble} It is passed on; this provider decides."]
        return []

    def _unlisted(self, kind: str, model: str) -> list[str]:
        listed = self.models.get(kind, ())
        if not model or not listed or model in listed:
            return []
        known = ", ".join(listed)
        told = f"Dialect {self.name} documents other models for {kind} ({known}); {model} is passed on as it is"
        return [f"{told}, and the provider decides."]

    def _check_fields(self, operation: Operation, offer: Offer) -> list[str]:
        """Every value that would be lost on the way is refused; returns warnings for those that hardly matter."""
        warnings = []
        kind, model = operation.kind, getattr(operation, "model_name", "")
        for field in dataclasses.fields(operation):
            name, value = field.name, getattr(operation, field.name)
            missing = value in (None, "", ())
            if name in offer.required and missing:
                raise _impossible(f"{name} is missing; dialect {self.name} requires it for {kind}.")
            if name in offer.fields or name in _SILENT or missing or value == _default_of(field):
                continue
            if name == "model_name" or (name == "aspect_ratio" and value == "auto"):
                continue
            if name not in _TOLD and not (name == "aspect_ratio" and isinstance(operation, Image2Video)):
                raise _impossible(self._lacks(kind, model, name))
            warnings.append(f"Dialect {self.name} has no {name} for {kind}; it is not sent.")
        return warnings

    def _check_values(self, operation: Operation, offer: Offer) -> None:
        model = getattr(operation, "model_name", "")
        for name, allowed in offer.values.items():
            value = getattr(operation, name, None)
            needs_one = name == "aspect_ratio" and isinstance(operation, Text2Video)  # there is no picture to follow
            is_said = needs_one or value not in (None, "", "auto")
            if is_said and value not in allowed and name in offer.fields:
                raise _impossible(self._other_values(operation.kind, model, name, value))
        for name, limit in offer.limits.items():
            length = len(getattr(operation, name, ""))
            if length > limit:
                raise InvalidRequest(
                    f"{name} has {length} characters; dialect {self.name} takes at most {limit}.",
                    f"Shorten it by {length - limit}.",
                )
        for name, (low, high) in offer.counts.items():
            number = len(getattr(operation, name))
            if not low <= number <= high:
                raise _impossible(f"{name} has {number} pictures; dialect {self.name} takes {low} to {high}.")

    def _no_offer(self, kind: str, model: str) -> str:
        offers, able = self.offers.get(kind), others(kind, but=self.name)
        if not offers:
            return f"Dialect {self.name} cannot do {kind}: its document names no address for it.{able}"
        return f"Dialect {self.name} has no model like {model} for {kind}. It has: {', '.join(offers)}.{able}"

    def _lacks(self, kind: str, model: str, field: str) -> str:
        """With the models and dialects that can."""
        models = [name for name, offer in self.offers[kind].items() if field in offer.fields and name]
        instead = f" Models that have it here: {', '.join(models)}." if models else ""
        here = f"{model} at dialect {self.name}" if models else f"dialect {self.name}"
        return f"{field} is not possible for {kind} with {here}.{instead}{others(kind, field, self.name)}"

    def _other_values(self, kind: str, model: str, field: str, value: Any) -> str:
        offer = self.offer(kind, model)
        allowed = offer.values[field] if offer else ()
        said = f"{field} {value} is not possible for {kind} with dialect {self.name}"
        models = [
            name
            for name, offer in self.offers[kind].items()
            if name and value in offer.values.get(field, (value,)) and field in offer.fields
        ]
        instead = f" Models that take {value} here: {', '.join(models)}." if models else ""
        able = accepting(kind, field, value, but=self.name)
        return f"{said}. Possible: {', '.join(map(str, allowed))}.{instead}{able}"


def _features(operation: VideoOperation) -> dict[str, Any]:
    return {
        "mode": operation.mode,
        "duration": operation.duration,
        "sound": "on" if operation.sound else "off",
        "frames": operation.frames if isinstance(operation, Image2Video) else "none",
        "camera": operation.camera_control.type if operation.camera_control else "none",
    }


def _default_of(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def _is_wanted(feature: str, value: Any) -> bool:
    """Whether the feature asks for more than every provider does."""
    return value not in {"sound": ("off",), "frames": ("none", "first"), "camera": ("none",)}[feature]


def _impossible(problem: str) -> InvalidRequest:
    return InvalidRequest(problem, "Change the values named, or choose a profile of another provider.")
