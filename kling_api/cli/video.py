"""`kling text2video` and `kling image2video`: flags -> operation -> clip in the output folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .. import capabilities
from ..client import Client
from ..errors import InvalidRequest
from ..operations import Image2Video, Operation, Text2Video
from ..stills import Still
from . import flags
from .camera import read_camera
from .console import show, show_json
from .job_key import shortened
from .outcome import Outcome, collected
from .output import deliver, prepare_folder
from .waiting import run_visibly

_MODEL = capabilities.default_model()
_PICTURES = "Give a picture file or an http(s) URL."


def text2video(
    prompt: Annotated[str, typer.Option(help="What the clip should show.", rich_help_panel="The job")],
    model_name: flags.ModelName = _MODEL,
    mode: flags.Mode = Text2Video.mode,
    duration: flags.Duration = Text2Video.duration,
    aspect_ratio: flags.AspectRatio = Text2Video.aspect_ratio,
    negative_prompt: flags.NegativePrompt = "",
    cfg_scale: flags.CfgScale = Text2Video.cfg_scale,
    sound: flags.Sound = Text2Video.sound,
    seed: flags.Seed = Text2Video.seed,
    camera_control: flags.CameraMove = "",
    callback_url: flags.CallbackUrl = "",
    profile: flags.Profile = "",
    output: flags.Output = Path(),
    as_json: flags.AsJson = False,
) -> None:
    """Make a clip from a prompt."""
    operation = Text2Video(
        prompt=prompt,
        model_name=model_name,
        mode=mode,
        duration=duration,
        aspect_ratio=aspect_ratio,
        negative_prompt=negative_prompt,
        cfg_scale=cfg_scale,
        sound=sound,
        seed=seed,
        camera_control=read_camera(camera_control),
        callback_url=callback_url,
    )
    _make(operation, profile, output, as_json)


def image2video(
    image: Annotated[
        str,
        typer.Option(
            metavar="FILE|URL",
            help="The first frame: at least 300 pixels on each side, at most 2.5 : 1.",
            rich_help_panel="The job",
        ),
    ] = "",
    end_image: Annotated[
        str,
        typer.Option(metavar="FILE|URL", help="The last frame; not with a camera move.", rich_help_panel="The job"),
    ] = "",
    prompt: Annotated[str, typer.Option(help="How the picture should move.", rich_help_panel="The job")] = "",
    model_name: flags.ModelName = _MODEL,
    mode: flags.Mode = Image2Video.mode,
    duration: flags.Duration = Image2Video.duration,
    aspect_ratio: Annotated[
        str,
        typer.Option(
            help="auto: the clip follows the picture. Others reach only gateways that have the field.",
            rich_help_panel="The job",
        ),
    ] = "auto",
    negative_prompt: flags.NegativePrompt = "",
    cfg_scale: flags.CfgScale = Image2Video.cfg_scale,
    sound: flags.Sound = Image2Video.sound,
    seed: flags.Seed = Image2Video.seed,
    camera_control: flags.CameraMove = "",
    callback_url: flags.CallbackUrl = "",
    profile: flags.Profile = "",
    output: flags.Output = Path(),
    as_json: flags.AsJson = False,
) -> None:
    """Make a clip that starts on a picture, and may end on another."""
    _check_pictures(image, end_image, camera_control)
    operation = Image2Video(
        image=read_picture(image, model_name),
        image_tail=read_picture(end_image, model_name),
        prompt=prompt,
        model_name=model_name,
        mode=mode,
        duration=duration,
        aspect_ratio="" if aspect_ratio == "auto" else aspect_ratio,
        negative_prompt=negative_prompt,
        cfg_scale=cfg_scale,
        sound=sound,
        seed=seed,
        camera_control=read_camera(camera_control),
        callback_url=callback_url,
    )
    _make(operation, profile, output, as_json)


def read_picture(source: str, model_name: str) -> Still | str | None:
    """A file as an encoded picture within the model's limit, a URL as it is, None for "". Raises InvalidRequest."""
    source = source.strip()
    if not source or source.startswith(("http://", "https://")):
        return source or None
    if "://" in source or source.startswith("data:"):
        raise InvalidRequest(f"{shortened(source)} is no http(s) URL and no file.", _PICTURES)
    from ..media import read_still

    generation = capabilities.generation_of(model_name)
    try:
        file = Path(source).expanduser()
    except RuntimeError:  # ~somebody, where nobody has that name
        file = Path(source)
    return read_still(file, capabilities.image_limits().max_bytes[generation])


def show_outcome(outcome: Outcome, as_json: bool, paid_before: bool, unit: str = "units") -> None:
    """How a collected job is told: paths first, so that a script can read them line by line."""
    if as_json:
        show_json(outcome.document())
        return
    for file in outcome.files:
        show(file)
    units = f"{outcome.units} {unit}" if outcome.units else ""
    ids = f"job {outcome.job_key}, task id {outcome.task_id}"
    if paid_before:
        show(f"collected before: {ids}, paid once{f' ({units})' if units else ''}; nothing was charged now")
    else:
        show(f"collected: {ids}{f', {units}' if units else ''}")


def _check_pictures(image: str, end_image: str, camera_control: str) -> None:
    """What the operation would refuse in the API's words, in those of the command line."""
    if not image.strip() and not end_image.strip():
        raise InvalidRequest("There is no picture.", "Give --image or --end-image.")
    if end_image.strip() and camera_control.strip():
        raise InvalidRequest(
            "An end frame and a camera move cannot be used together.", "Leave out --end-image or --camera-control."
        )


def _make(operation: Operation, profile: str, output: Path, as_json: bool) -> None:
    client = Client(profile)
    folder = prepare_folder(output)
    result = run_visibly(client, lambda progress, stop: client.run(operation, progress, stop))
    files = deliver(result, folder, f"{operation.kind}-{result.job_key}")
    show_outcome(collected(result, files), as_json, result.paid_before, result.unit)
