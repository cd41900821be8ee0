"""What the image nodes share: pictures and masks in, a job, its pictures out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..kling_api import capabilities
from ..kling_api.errors import InvalidRequest, MediaError
from ..kling_api.steps import Steps
from ..kling_api.watch import Progress
from . import previews, wording
from .clips import last_words, order
from .host import advanced, io
from .workers import Work, run_visibly

if TYPE_CHECKING:
    from ..kling_api.client import Result
    from ..kling_api.operations import Operation
    from ..kling_api.operations.rules import Picture
    from ..kling_api.stills import Still

#: What Kling takes (official docs, 2026-02).
LIMITS = "At least 300 pixels on each side, at most 2.5 : 1, 10 MB."
_CHARACTERS = f"Up to {capabilities.prompt_limit('', 'generations')} characters."
_SIDES = {"1k": "1k 1024", "2k": "2k 2048", "4k": "4k 4096, which costs more"}


def outputs() -> list[Any]:
    """The two outputs of every node that makes pictures."""
    return [
        io.Image.Output(
            "images",
            display_name="images",
            is_output_list=True,
            tooltip="All pictures as one batch; a list of single pictures where their sizes differ.",
        ),
        task_id(),
    ]


def task_id() -> Any:
    return io.String.Output(
        "task_id", display_name="task_id", tooltip="Kling's id of the task, for support and collecting."
    )


def socket(name: str, what: str) -> Any:
    """An IMAGE; its twin is `url`."""
    return io.Image.Input(name, optional=True, tooltip=f"{what} {LIMITS}")


def url(name: str, lines: bool = False) -> Any:
    """The twin of the socket `name`. `lines`: of a batch."""
    how = "One URL per line" if lines else "A URL"
    return io.String.Input(
        f"{name}_url",
        default="",
        multiline=lines,
        optional=True,
        tooltip=f"{how} in place of {name}, which is not sent as a file then. Kling must be able to fetch it.",
        **advanced(),
    )


def prompt(more: str = "", required: bool = True) -> Any:
    what = "What the picture should show." if required else "What the picture should show. May be empty."
    return io.String.Input(
        "prompt", multiline=True, default="", tooltip=" ".join(filter(None, (what, more, _CHARACTERS)))
    )


def count() -> Any:
    return io.Int.Input(
        "n",
        default=1,
        min=1,
        max=9,
        tooltip="How many pictures, 1 to 9. Each is paid for, and counts among the jobs that run at once.",
    )


def model_name(operation: str, more: str = "") -> Any:
    return io.Combo.Input(
        "model_name",
        options=list(capabilities.models_for(operation)),
        default=capabilities.default_model(operation),
        tooltip=f"Kling's model; each has its own limits and its own price. {more}".rstrip(),
    )


def aspect_ratio(operation: str, auto: bool = False) -> Any:
    ratios = list(capabilities.aspect_ratios(operation))
    follows = " auto: the model decides, by the pictures if there are any." if auto else ""
    return io.Combo.Input(
        "aspect_ratio",
        options=["auto", *ratios] if auto else ratios,
        default="auto" if auto else "16:9",
        tooltip=f"Width : height of the picture.{follows}",
    )


def resolution(operation: str) -> Any:
    sizes = capabilities.resolutions(operation)
    return io.Combo.Input(
        "resolution",
        options=list(sizes),
        default="1k",
        tooltip=f"About as many pixels along a side: {', '.join(_SIDES[size] for size in sizes)}.",
    )


def picture(name: str, image: Any, address: str) -> Picture | None:
    """The one picture of an IMAGE, or its address; None where there is neither. Raises InvalidRequest for both."""
    _must_not_be_both(name, image, address)
    return address.strip() or (None if image is None else still(name, image))


def needed(name: str, image: Any, address: str) -> Picture:
    """The same where there must be one."""
    found = picture(name, image, address)
    if found is None:
        raise InvalidRequest(f"{name} is missing.", f"Connect {name}, or fill in {name}_url.")
    return found


def pictures(name: str, images: Any, addresses: str) -> tuple[Picture, ...]:
    """Those of a batch, or those whose addresses stand one to a line."""
    _must_not_be_both(name, images, addresses)
    if images is None:
        return tuple(line.strip() for line in addresses.splitlines() if line.strip())
    return tuple(still(name, images[number : number + 1]) for number in range(images.shape[0]))


def mask(name: str, values: Any, address: str) -> Picture | None:
    """A MASK [1, H, W] as a picture, white where it is 1."""
    return picture(name, None if values is None else values[..., None], address)


def still(name: str, image: Any, generation: str = "legacy") -> Still:
    """Encoded within what Kling takes in that generation of its API. Raises MediaError that begins with the input."""
    from ..kling_api.media import encode_still

    try:
        return encode_still(image, capabilities.image_limits().max_bytes[generation])
    except MediaError as error:
        raise MediaError(f"{name}: {error.what}", error.advice) from None


async def make_pictures(
    build: Callable[[], Operation], profile: str, names: Mapping[str, str] = wording.INPUTS
) -> io.NodeOutput:
    """Builds the operation, runs it and reads its pictures, beside the loop."""
    result, images, shown = await run_visibly(reading(order(build, profile), lambda result: read(result.files)), names)
    return io.NodeOutput(images, result.task_id, ui=shown)


def reading(run: Work[Result], read_files: Callable[[Result], Any]) -> Work[tuple[Result, Any, dict[str, Any]]]:
    """The job that `run` brings home, what `read_files` makes of it, and what the node shows."""

    def work(progress: Callable[[Progress], None], stop: threading.Event) -> Steps[tuple[Result, Any, dict[str, Any]]]:
        result = yield from run(progress, stop)
        progress(last_words(result, "reading the pictures"))
        found = read_files(result)
        progress(last_words(result, "done"))
        return result, found, previews.of(result.files)

    return work


def read(paths: Sequence[Path]) -> list[Any]:
    """[one tensor [N, H, W, 3]] of pictures of one size, else a tensor [1, H, W, 3] each. A clip gives its frames."""
    from ..kling_api.media import read_frames, read_pictures

    found = [read_frames(path) if path.suffix == ".mp4" else read_pictures([path]) for path in paths]
    alike = len({tuple(images.shape[1:]) for images in found}) == 1
    return [together(found)] if alike and len(found) > 1 else found


def together(batches: Sequence[Any]) -> Any:
    """One batch of all pictures, which have one size."""
    whole = batches[0].new_empty((sum(len(batch) for batch in batches), *batches[0].shape[1:]))
    start = 0
    for batch in batches:
        whole[start : start + len(batch)] = batch
        start += len(batch)
    return whole


def _must_not_be_both(name: str, socket: Any, address: str) -> None:
    if socket is not None and address.strip():
        raise InvalidRequest(f"{name} and {name}_url are both given.", f"Disconnect {name}, or empty {name}_url.")
