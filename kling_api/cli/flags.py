"""The flags that several commands share: the nodes' input names with dashes, and the same defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..capabilities import aspect_ratios, modes

_MODES = ", ".join(modes())
_JOB, _HOW = "The job", "How it is run"

ModelName = Annotated[str, typer.Option(help="Kling's model. An unknown name is passed on.", rich_help_panel=_JOB)]
Mode = Annotated[
    str, typer.Option(help=f"One of {_MODES}: 720p, 1080p, 2160p. A higher one costs more.", rich_help_panel=_JOB)
]
Duration = Annotated[int, typer.Option(help="Seconds of clip; each one is paid for.", rich_help_panel=_JOB)]
AspectRatio = Annotated[
    str, typer.Option(help=f"Width : height, one of {', '.join(aspect_ratios())}.", rich_help_panel=_JOB)
]
NegativePrompt = Annotated[str, typer.Option(help="What should not appear.", rich_help_panel=_JOB)]
CfgScale = Annotated[
    float,
    typer.Option(
        help="0 to 1: how closely the prompt is followed (models v1.x; v2.x ignore it).", rich_help_panel=_JOB
    ),
]
Sound = Annotated[bool, typer.Option("--sound/--no-sound", help="Make sound as well.", rich_help_panel=_JOB)]
Seed = Annotated[
    int,
    typer.Option(
        help="The same flags with the same seed are one job, paid once; another seed is another take.",
        rich_help_panel=_JOB,
    ),
]
CameraMove = Annotated[
    str,
    typer.Option(
        metavar="MOVE",
        help="'pan=5', 'zoom=-3' (one axis of horizontal, vertical, pan, tilt, roll, zoom; -10 to 10), or a preset: "
        "down_back, forward_up, right_turn_forward, left_turn_forward.",
        rich_help_panel=_JOB,
    ),
]
CallbackUrl = Annotated[str, typer.Option(help="URL that Kling reports to.", rich_help_panel=_JOB)]
Profile = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="The profile that pays; 'sandbox' needs no key. Default: KLING_PROFILE, else `use` in profiles.toml.",
        rich_help_panel=_HOW,
    ),
]
Output = Annotated[
    Path, typer.Option(metavar="DIR", help="The folder that the clip is copied to.", rich_help_panel=_HOW)
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on stdout, nothing else.", rich_help_panel=_HOW)
]
