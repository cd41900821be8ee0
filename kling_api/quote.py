"""What a request would cost and what would be sent for it, without sending anything. Pure.

Pictures, sounds and clips need not be there: their fields' names stand in for them.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, get_args, get_type_hints

from .dialects.wire import Dialect
from .errors import InvalidRequest
from .operations import OPERATIONS, CameraControl, LipSync, MultiShot, Operation, Shot
from .operations.media import without_media

#: What an order cannot do without beside its words; of each group the first that the provider takes will do.
_NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "image2video": (("image",),),
    "multi-image2video": (("image_list",),),
    "motion-control": (("image_url",), ("video_url",)),
    "video-extend": (("video_id",),),
    "effects": (("effect_scene",), ("images",)),
    "avatar/image2video": (("image",), ("sound_file", "audio_id")),
    "advanced-lip-sync": (("video_id", "video_url"), ("sound_file", "audio_id")),
    "try-on-video": (("image",),),
    "multi-image2image": (("subject_image_list",),),
    "editing/expand": (("image",),),
    "kolors-virtual-try-on": (("human_image",), ("cloth_image",)),
    "image-recognize": (("image",),),
    "ai-multi-shot": (("element_frontal_image",),),
    "tts": (("voice_id",),),
    "video-to-audio": (("video_id", "video_url"),),
    "custom-voices": (("voice_name",), ("voice_url", "video_id")),
    "advanced-custom-elements": (("element_name",), ("element_description",), ("frontal_image",), ("refer_images",)),
}
_LISTS = frozenset({"image_list", "images", "subject_image_list", "refer_images"})
_MEDIA = frozenset(
    {
        *("image", "image_url", "video_url", "sound_file", "voice_url", "frontal_image", "element_frontal_image"),
        *("human_image", "cloth_image"),
    }
)
_STAND_IN = "https://stand-in.invalid/"
_KINDS = {operation.kind: operation for operation in OPERATIONS}


@dataclass(frozen=True)
class Quote:
    """`units`: what it would cost in `unit`, None where no price is known; a budget counts `price`, in `of_budget`.

    `body`: JSON as it would be sent, with `<image>` and the like for media.
    """

    operation: str
    units: Decimal | None
    unit: str
    price: Decimal | None
    of_budget: str
    method: str
    path: str
    body: str = field(repr=False)
    warnings: tuple[str, ...] = ()


def quote(operation: Operation, dialect: Dialect) -> Quote:
    """Raises InvalidRequest for what the provider cannot do."""
    warnings = [told for told in dialect.check(operation) if not _is_of_stand_in(told, operation)]
    request = dialect.create(_prepared(without_media(operation), dialect), "<job key>")
    units = dialect.estimate(operation)
    return Quote(
        operation=operation.kind,
        units=units,
        unit=dialect.unit_for(operation.kind),
        price=None if units is None else units * dialect.worth(operation.kind),
        of_budget=dialect.unit,
        method=request.method,
        path=request.path,
        body=_readable(json.dumps(request.body or {}, indent=2, ensure_ascii=False)),
        warnings=tuple(warnings),
    )


def operation_of(kind: str, said: Mapping[str, Any], more: Mapping[str, Any], dialect: Dialect) -> Operation:
    """The operation with the fields of `more`, those of `said` that it has, and stand-ins for the media that it needs.

    Raises InvalidRequest for a field of `more` that it has not, or whose value is of another sort.
    """
    if kind not in _KINDS:
        raise InvalidRequest(f"operation is '{kind[:60]}'.", f"Choose one of: {', '.join(_KINDS)}.")
    made = _KINDS[kind]
    names = [one.name for one in dataclasses.fields(made)]
    unknown = [name for name in more if name not in names]
    if unknown:
        raise InvalidRequest(f"{kind} has no field {unknown[0][:60]}.", f"It has: {', '.join(names)}.")
    hints = get_type_hints(made)
    values = {name: value for name, value in said.items() if name in names}
    values |= {name: _fitting(name, value, hints[name]) for name, value in more.items()}
    return made(**values | _stand_ins(made, values, dialect))


def read_parameters(text: str) -> dict[str, Any]:
    """A JSON object of fields; nothing at all is an empty one. Raises InvalidRequest."""
    try:
        parameters = json.loads(text or "{}")
    except json.JSONDecodeError as error:
        what = f"parameters is no JSON: it goes wrong at line {error.lineno}, column {error.colno}."
        raise InvalidRequest(what, 'For example {"resolution": "2k"}.') from None
    except ValueError:  # more digits than Python reads
        raise InvalidRequest(
            "parameters holds a number that is too long.", 'For example {"resolution": "2k"}.'
        ) from None
    if not isinstance(parameters, dict):
        raise InvalidRequest("parameters is no JSON object.", 'For example {"resolution": "2k"}.')
    return parameters


def _prepared(operation: Operation, dialect: Dialect) -> Operation:
    """As it is once the provider has been asked where the faces are."""
    if isinstance(operation, LipSync) and dialect.before(operation) is not None:
        return dataclasses.replace(operation, session_id="<session_id>", face_id="<face_id>")
    return operation


def _stand_ins(made: type[Operation], values: Mapping[str, Any], dialect: Dialect) -> dict[str, Any]:
    """For what is missing: media as addresses that lead nowhere, texts as their names."""
    taken = dialect.fields(made.kind)
    words = [one.name for one in dataclasses.fields(made) if one.name in ("prompt", "text")]
    wanted = [(name,) for name in words if name in taken or not hasattr(made, name)]  # no default: it must be there
    found: dict[str, Any] = {}
    for group in (*_NEEDED.get(made.kind, ()), *wanted):
        if not any(values.get(name) for name in group):
            chosen = next((name for name in group if name in taken), group[0])
            found[chosen] = _stand_in(chosen)
    return found


def _stand_in(name: str) -> Any:
    if name in _LISTS:
        return (f"{_STAND_IN}{name}",)
    return f"{_STAND_IN}{name}" if name in _MEDIA else f"<{name}>"


def _is_of_stand_in(warning: str, operation: Operation) -> bool:
    """What is not there yet deserves no warning, nor does a prompt that is not there for what it does not cite."""
    names = [f"<{one.name}>" for one in dataclasses.fields(operation)]
    left = [name for name in names if getattr(operation, name[1:-1]) == name]
    return any(name in warning for name in left) or ("<prompt>" in left and "<<<" in warning)


def _readable(body: str) -> str:
    return re.sub(rf"{re.escape(_STAND_IN)}(\w+)", r"<\1>", body)


def _fitting(name: str, value: Any, hint: Any) -> Any:
    """A JSON value as the field has it. Raises InvalidRequest when it cannot be."""
    sorts = {hint} if _is_tuple(hint) else {hint, *get_args(hint)}
    try:
        if isinstance(value, dict) and CameraControl in sorts:
            return CameraControl(**value)
        if isinstance(value, dict) and MultiShot in sorts:
            return _shots(value)
    except (TypeError, KeyError) as error:
        raise InvalidRequest(f"{name} cannot be read ({error}).", "Use the API's own field names.") from None
    if isinstance(value, list) and _is_tuple(hint) and all(isinstance(item, str) for item in value):
        return tuple(value)
    if isinstance(value, int) and not isinstance(value, bool) and float in sorts:
        return float(value)
    if type(value) in sorts:
        return value
    raise InvalidRequest(f"{name} is {json.dumps(value)[:60]}.", f"Give {_words(sorts, hint)}.")


def _shots(value: dict[str, Any]) -> MultiShot:
    shots = tuple(Shot(**shot) for shot in value.get("multi_prompt", ()))
    return MultiShot(shots, value.get("shot_type", "customize"))


def _is_tuple(hint: Any) -> bool:
    return getattr(hint, "__origin__", None) is tuple


def _words(sorts: set[Any], hint: Any) -> str:
    if _is_tuple(hint):
        return "a list of texts"
    words = {bool: "true or false", int: "a whole number", float: "a number", str: "a text or a URL"}
    known = [word for sort, word in words.items() if sort in sorts]
    return " or ".join(known) or "an object with the API's own field names"
