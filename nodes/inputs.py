"""The inputs that the video nodes share, and the check of their combination before a prompt is queued."""

from __future__ import annotations

from typing import Any

from ..kling_api import capabilities
from ..kling_api.dialects import dialect_of, named
from ..kling_api.dialects.wire import Dialect
from ..kling_api.errors import NotConfigured
from ..kling_api.operations import MAX_SEED
from ..kling_api.settings import load_profile
from . import host
from .clips import DECODE
from .host import io

CameraControlType = io.Custom("KLING_CAMERA_CONTROL")
#: Stands for an input that is not in the prompt: a linked one arrives as None in validate_inputs.
NOT_GIVEN = "not given"
_NAMES = "A name from user/__kling/profiles.toml, never a key."


def prompt(required: bool) -> Any:
    what = "What the clip should show." if required else "How the picture should move. May be empty."
    return io.String.Input("prompt", multiline=True, default="", tooltip=f"{what} Up to 2500 characters.")


def model_and_length(operation: str) -> list[Any]:
    """model_name, mode and duration."""
    return [
        io.Combo.Input(
            "model_name",
            options=list(capabilities.models_for(operation)),
            default=capabilities.default_model(),
            tooltip="Kling's model. Those after kling-2.5-turbo were announced for retirement.",
        ),
        io.Combo.Input(
            "mode",
            options=list(capabilities.modes()),
            default="std",
            tooltip="std: 720p, pro: 1080p, 4k: 2160p (kling-v3 and kling-3.0 only). A higher mode costs more.",
        ),
        io.Int.Input(
            "duration",
            default=5,
            min=1,
            max=60,
            tooltip="Seconds. 5 or 10 with most models, 3 to 15 with kling-v3, kling-3.0 and kling-3.0-turbo. "
            "Each second is paid for.",
        ),
    ]


def negative_prompt_to_decode() -> list[Any]:
    """negative_prompt, cfg_scale, sound, seed, decode."""
    return [
        io.String.Input(
            "negative_prompt",
            multiline=True,
            default="",
            tooltip="What should not appear. Not with kling-3.0, kling-3.0-turbo, kling-2.6, kling-2.5-turbo.",
        ),
        io.Float.Input(
            "cfg_scale",
            default=0.5,
            min=0.0,
            max=1.0,
            step=0.05,
            tooltip="0 to 1: how closely the prompt is followed. Only models v1.x use it.",
        ),
        io.Boolean.Input(
            "sound", default=False, tooltip="Make sound as well (kling-v3, kling-v2-6 pro and newer). Costs more."
        ),
        io.Int.Input(
            "seed",
            default=0,
            min=0,
            max=MAX_SEED,
            control_after_generate=True,
            tooltip="Tells takes apart: same inputs and same seed are the same job, which is paid for once. "
            "A new seed makes and pays a new take. Kling itself is not sent the seed.",
        ),
        decode(),
    ]


def decode() -> Any:
    return io.Combo.Input(
        "decode",
        options=list(DECODE),
        default="all",
        tooltip="Which frames become IMAGE; a 1080p frame takes 25 MB. video and audio do not need them.",
    )


def camera_control() -> Any:
    return CameraControlType.Input(
        "camera_control", optional=True, tooltip="A camera move; only kling-v1 (text) and kling-v1-5 (image) have one."
    )


def profile_and_callback() -> list[Any]:
    return [
        profile("The profile that pays; empty for the default one, sandbox to try without a key."),
        io.String.Input(
            "callback_url", default="", optional=True, tooltip="URL that Kling reports to. Leave it empty if unsure."
        ),
    ]


def profile(what: str) -> Any:
    return io.String.Input("profile", default="", optional=True, tooltip=f"{what} {_NAMES}")


def problem(operation: str, profile: str | None, model_name: str | None, **asked: Any) -> str | bool:
    """For validate_inputs: True, or why this is impossible at the provider of that profile.

    None (linked, not known yet) is not judged.
    """
    known = {feature: value for feature, value in asked.items() if value is not None}
    if profile is None or model_name is None:
        return True
    found = _dialect(profile).problem(operation, model_name, known)
    return f"{found} Nothing was sent." if found else True


def on_or_off(sound: bool | None) -> str | None:
    """The feature `sound`."""
    return None if sound is None else "on" if sound else "off"


def _dialect(profile: str) -> Dialect:
    """A profile that cannot be used says so when the node runs; until then Kling's own tables are a good guess."""
    try:
        return dialect_of(load_profile(profile, host.data_folder()))
    except NotConfigured:
        return named("official")
