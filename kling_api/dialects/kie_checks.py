"""What the page of a kie.ai model asks for beyond fields and values; and what is made otherwise than asked. Pure."""

from __future__ import annotations

from ..errors import InvalidRequest
from ..operations import Image2Video, MultiShot, Operation, Text2Video
from ..operations.media import media_of
from ..recordings import Footage, Sound
from ..stills import Still
from .kie_pages import Page

#: cfg_scale goes in tenths (pages of v2.1 and v2.5, 2026-09).
_STEPS = 10
#: Nobody has to choose it.
_USUAL_MODE = "std"


def check_page(operation: Operation, page: Page) -> list[str]:
    """Raises InvalidRequest for what the page does not allow; returns warnings."""
    if "cfg_scale" in page.input:
        _check_step(getattr(operation, "cfg_scale", 0.0))
    for name, pixels in page.larger_than.items():
        _check_larger(name, getattr(operation, name), pixels, page.model)
    for name, medium in media_of(operation).items():
        if name in page.media and isinstance(medium, Footage | Sound):
            low, high = page.media[name]["seconds"]
            _check_recording(name, medium, (low, high), page.media[name]["bytes"])
    if page.shots and isinstance(operation, Text2Video | Image2Video):
        _check_texts(operation, page)
    return _told(operation, page)


def _told(operation: Operation, page: Page) -> list[str]:
    """What the model does whatever is asked of it."""
    told, mode = [], getattr(operation, "mode", "")
    if page.makes and mode != page.makes:
        told.append(f"kie.ai's {page.model} has no mode but {page.makes}: that is made and charged, not {mode}.")
    if not page.makes and mode not in ("", _USUAL_MODE) and "mode" not in page.input.values():
        told.append(f"kie.ai's {page.model} has no mode; it is not sent.")
    if page.sounds and not getattr(operation, "sound", True):
        told.append(f"kie.ai's {page.model} has no sound switch; Kling's own model always makes sound.")
    if getattr(operation, "multi_shot", None) and getattr(operation, "prompt", ""):
        told.append(f"kie.ai's {page.model} looks at the shots alone; the prompt is of no effect beside them.")
    return told


def _check_texts(operation: Text2Video | Image2Video, page: Page) -> None:
    """One prompt, or shots: these only with sound, and only with a first frame."""
    if operation.multi_shot is None:
        if not operation.prompt.strip():
            raise InvalidRequest(
                f"prompt is missing; dialect kie requires it for {operation.kind}.", "Write what the clip should show."
            )
        return
    _check_shots(operation.multi_shot, page)
    if not operation.sound:
        raise InvalidRequest(
            "sound is off, but kie.ai makes several shots with sound alone.",
            "Turn sound on (it may cost more), or disconnect multi_shot.",
        )
    if getattr(operation, "image_tail", None) is not None:
        raise InvalidRequest(
            "An end frame and several shots cannot be used together at kie.ai.", "Disconnect image_tail or multi_shot."
        )


def _check_shots(multi_shot: MultiShot, page: Page) -> None:
    if not multi_shot.is_written:
        raise InvalidRequest(
            f"shot_type {multi_shot.shot_type} is not possible at kie.ai.", "Choose customize and write the shots."
        )
    most, longest, seconds = page.shots["most"], page.shots["prompt"], page.shots["seconds"]
    if len(multi_shot.multi_prompt) > most:
        raise InvalidRequest(f"{len(multi_shot.multi_prompt)} shots are given; kie.ai takes {most}.", "Remove some.")
    for number, shot in enumerate(multi_shot.multi_prompt, 1):
        if len(shot.prompt) > longest:
            raise InvalidRequest(
                f"The prompt of shot {number} has {len(shot.prompt)} characters; kie.ai takes at most {longest}.",
                f"Shorten it by {len(shot.prompt) - longest}.",
            )
        if shot.duration > seconds:
            raise InvalidRequest(
                f"Shot {number} lasts {shot.duration} s; kie.ai takes at most {seconds} s.", "Make two shots of it."
            )


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


def _check_recording(name: str, medium: Footage | Sound, seconds: tuple[float, float], most_bytes: int) -> None:
    size = medium.size if isinstance(medium, Footage) else len(medium.data)
    if not seconds[0] <= medium.seconds <= seconds[1]:
        between = f"{seconds[0]:g} to {seconds[1]:g} s" if seconds[0] else f"at most {seconds[1]:g} s"
        raise InvalidRequest(f"{name} lasts {medium.seconds:.2f} s.", f"Give {between}.")
    if size > most_bytes:
        raise InvalidRequest(
            f"{name} has {size / 1e6:,.1f} MB; kie.ai takes at most {most_bytes / 1e6:,.0f} MB.",
            "Shorten it or lower its bit rate.",
        )
