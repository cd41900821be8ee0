"""The inputs that the video nodes share, and the check of their combination before a prompt is queued."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..kling_api import capabilities
from ..kling_api.bounds import MAX_SEED
from ..kling_api.errors import NotConfigured
from . import host, wording
from .clips import DECODE
from .host import io

if TYPE_CHECKING:
    from ..kling_api.dialects.wire import Dialect

CameraControlType = io.Custom("KLING_CAMERA_CONTROL")
MultiShotType = io.Custom("KLING_MULTI_SHOT")
#: Their values are ids at the provider.
VoiceType = io.Custom("KLING_VOICE")
ElementType = io.Custom("KLING_ELEMENT")
#: Stands for an input that is not in the prompt: a linked one arrives as None in validate_inputs.
NOT_GIVEN = "not given"
_NAMES = "A name from user/__kling/profiles.toml, never a key."


def prompt(operation: str, what: str = "What the clip should show.") -> Any:
    return io.String.Input("prompt", multiline=True, default="", tooltip=f"{what} {characters(operation)}")


def characters(operation: str) -> str:
    """How long a prompt may be, and the models that take a longer one."""
    usual = capabilities.prompt_limit("", operation)
    longer: dict[int, list[str]] = {}
    for model in capabilities.models_for(operation):
        if (most := capabilities.prompt_limit(model, operation)) != usual:
            longer.setdefault(most, []).append(model)
    more = "".join(f"; {most} with {' and '.join(models)}" for most, models in longer.items())
    return f"Up to {usual} characters{more}."


def model_and_length(operation: str) -> list[Any]:
    """model_name, mode and duration."""
    return [
        io.Combo.Input(
            "model_name",
            options=list(capabilities.models_for(operation)),
            default=capabilities.default_model(),
            tooltip="Kling's model; each has its own limits and its own price. Those after kling-2.5-turbo were "
            "announced for retirement.",
        ),
        mode(
            capabilities.modes(),
            "The clip's size. std: 720p, pro: 1080p, 4k: 2160p (kling-v3 and kling-3.0 only). A higher mode costs "
            "more.",
        ),
        duration("5 or 10 with most models, 3 to 15 with kling-v3, kling-3.0 and kling-3.0-turbo."),
    ]


def mode(modes: Sequence[str], tooltip: str) -> Any:
    return io.Combo.Input("mode", options=list(modes), default="std", tooltip=tooltip)


def duration(which: str) -> Any:
    return io.Int.Input("duration", default=5, min=1, max=60, tooltip=f"Seconds. {which} Each second is paid for.")


def negative_prompt_to_decode() -> list[Any]:
    """negative_prompt, cfg_scale, sound, seed, decode."""
    return [
        negative_prompt("Not with kling-3.0, kling-3.0-turbo, kling-2.6, kling-2.5-turbo."),
        cfg_scale(
            "Not with models v2.x, kling-3.0, kling-3.0-turbo, kling-2.6, kling-2.5-turbo; of kling-v3 "
            "Kling says nothing."
        ),
        io.Boolean.Input(
            "sound",
            default=False,
            tooltip="Make sound as well: kling-v3, kling-3.0, and in mode pro kling-v2-6 and kling-2.6. Costs more. "
            "kling-3.0-turbo always makes sound.",
        ),
        seed(),
        decode(),
    ]


def negative_prompt(which: str = "") -> Any:
    what = f"What should not appear. Up to {capabilities.prompt_limit('', 'text2video')} characters. {which}"
    return io.String.Input("negative_prompt", multiline=True, default="", tooltip=what.rstrip())


def cfg_scale(which: str) -> Any:
    what = "0 to 1: how closely the prompt is followed; the higher, the closer."
    return io.Float.Input(
        "cfg_scale", default=0.5, min=0.0, max=1.0, step=0.05, tooltip=f"{what} {which}", **host.advanced()
    )


def seed() -> Any:
    return io.Int.Input(
        "seed",
        default=0,
        min=0,
        max=MAX_SEED,
        control_after_generate=True,
        tooltip="Tells takes apart: same inputs and same seed are the same job, which is paid for once. "
        "A new seed makes and pays a new take. Kling itself is not sent the seed.",
    )


def decode() -> Any:
    return io.Combo.Input(
        "decode",
        options=list(DECODE),
        default="all",
        tooltip="What the output frames holds: all frames, or the first or the last one alone. A 1080p frame takes "
        "25 MB of memory; video and audio do not need them.",
    )


def camera_control() -> Any:
    return CameraControlType.Input(
        "camera_control",
        optional=True,
        tooltip="From Kling Camera Control or Kling Camera Preset. Only kling-v1 (text, mode std) and kling-v1-5 "
        "(image, mode pro) have one, both with duration 5.",
    )


def camera_output() -> Any:
    return CameraControlType.Output(
        "camera_control", display_name="camera_control", tooltip="For a video node's input of that name."
    )


def shots_and_voices(speaking: str) -> list[Any]:
    """multi_shot, voice_1, voice_2. `speaking`: the models that take voices."""
    return [
        multi_shot("Only models of the 3.0 family."),
        *(
            VoiceType.Input(
                f"voice_{number}",
                optional=True,
                tooltip=f"From Kling Voice: speaks where the prompt says <<<voice_{number}>>>. Needs sound and mode "
                f"pro; costs more. Only {speaking}.",
            )
            for number in (1, 2)
        ),
    ]


def multi_shot(tooltip: str) -> Any:
    return MultiShotType.Input(
        "multi_shot",
        optional=True,
        tooltip=f"From Kling Shots: the clip is cut into these shots. Their seconds add up to duration. {tooltip}",
    )


def elements(count: int, which: str = "Only models of the 3.0 family.") -> list[Any]:
    """element_1 to element_<count>."""
    return [
        ElementType.Input(
            f"element_{number}",
            optional=True,
            tooltip=f"A person or thing of Kling Element; the prompt cites it as <<<element_{number}>>>. {which}",
        )
        for number in range(1, count + 1)
    ]


def cited_pictures(count: int, what: str = "") -> list[Any]:
    """image_1 to image_<count>, then image_urls."""
    return [
        *(
            io.Image.Input(
                f"image_{number}",
                optional=True,
                tooltip=f"{what or f'The prompt cites it as <<<image_{number}>>>.'} One picture, at least 300 pixels "
                "on each side, at most 2.5 : 1.",
            )
            for number in range(1, count + 1)
        ),
        io.String.Input(
            "image_urls",
            default="",
            multiline=True,
            optional=True,
            tooltip="Pictures by their URLs, one per line, which Kling must be able to fetch. They count after those "
            "that are connected.",
            **host.advanced(),
        ),
    ]


def video_id(optional: bool) -> Any:
    return io.String.Input(
        "video_id",
        default="",
        optional=optional,
        tooltip="The video_id of another Kling node: a clip that Kling has made in the last 30 days. No upload.",
    )


def clip(what: str) -> list[Any]:
    """video, and video_url in its place."""
    return [
        io.Video.Input(
            "video",
            optional=True,
            tooltip=f"{what} It is uploaded to the profile's upload target, which user/__kling/profiles.toml names.",
        ),
        io.String.Input(
            "video_url",
            default="",
            optional=True,
            tooltip="A URL in place of video. Kling must be able to fetch it.",
        ),
    ]


def paying_profile() -> Any:
    return profile("The profile that pays; empty for the default one, sandbox to try without a key.")


def profile_and_callback() -> list[Any]:
    return [
        paying_profile(),
        io.String.Input(
            "callback_url",
            default="",
            optional=True,
            tooltip="A URL to which Kling reports how the job is getting on. Leave it empty if unsure. It is saved "
            "with the workflow: no token in it.",
            **host.advanced(),
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
    found = dialect(profile).problem(operation, model_name, known)
    return wording.refused(wording.told(found)) if found else True


def has(operation: str, field: str, profile: str | None) -> bool:
    """Whether the provider of that profile takes the field, with some model. None (linked): nobody knows yet."""
    return profile is not None and field in dialect(profile).fields(operation)


def on_or_off(sound: bool | None) -> str | None:
    """The feature `sound`."""
    return None if sound is None else "on" if sound else "off"


def dialect(profile: str) -> Dialect:
    """A profile that cannot be used says so when the node runs; until then Kling's own tables are a good guess."""
    # Here, not above: the dialects with their tables must not slow ComfyUI's start.
    from ..kling_api.dialects import dialect_of, named
    from ..kling_api.settings import load_profile

    try:
        return dialect_of(load_profile(profile, host.data_folder()))
    except NotConfigured:
        return named("official")
