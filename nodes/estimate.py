"""KlingEstimate: what a request would cost and what would be sent for it, shown on the node. Sends nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ..kling_api import capabilities
from ..kling_api.bounds import KINDS
from ..kling_api.errors import NotConfigured
from ..kling_api.watch import Progress
from . import host, inputs, wording
from .host import io, search_aliases
from .judging import judged
from .language import said
from .workers import run_at_once

if TYPE_CHECKING:
    from ..kling_api.quote import Quote
    from ..kling_api.settings import Profile

#: What `units` is where no price is known.
UNKNOWN = -1.0
USUAL_MODEL = "the usual one"


class KlingEstimate(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingEstimate",
            display_name="Kling Estimate",
            category="Kling",
            description="Shows what a request would cost, what is left of the profile's budget, and the body that "
            "would be sent, without its media. Sends nothing; costs nothing.",
            inputs=[
                io.Combo.Input(
                    "operation",
                    options=list(KINDS),
                    default="text2video",
                    tooltip="What would be made, by the last part of Kling's own path; generations: pictures.",
                ),
                io.String.Input(
                    "prompt",
                    multiline=True,
                    default="",
                    tooltip="The prompt, or for tts the text to speak. May be empty.",
                ),
                *_inputs_of_the_price(),
                io.String.Input(
                    "parameters",
                    multiline=True,
                    default="{}",
                    tooltip="Further fields of the API as a JSON object, media by URL: "
                    '{"video_url": "https://...", "character_orientation": "image"}. They go before the inputs above.',
                ),
                inputs.profile("The profile that would pay; empty for the default one."),
            ],
            outputs=[
                io.String.Output("text", display_name="text", tooltip="The text that the node shows."),
                io.Float.Output(
                    "units",
                    display_name="units",
                    tooltip="The cost in the unit that the text names; -1 where no price is known.",
                ),
            ],
            is_output_node=True,
            **search_aliases("可灵", "价格", "费用", "预估", "积分", "price", "cost", "estimate", "kling credits"),
        )

    @classmethod
    def fingerprint_inputs(cls, **_inputs: Any) -> float:
        """A new value for each prompt: what is left of a budget changes."""
        return time.time()

    @classmethod
    def validate_inputs(cls, model_name: str | None = None, parameters: str | None = None) -> str | bool:
        """`model_name` is named so that one outside the menu is taken."""
        from ..kling_api.quote import read_parameters

        return judged(lambda: read_parameters(parameters or ""))

    @classmethod
    async def execute(
        cls,
        operation: str,
        prompt: str = "",
        model_name: str = USUAL_MODEL,
        mode: str = "std",
        duration: int = 5,
        sound: bool = False,
        resolution: str = "1k",
        n: int = 1,
        parameters: str = "{}",
        profile: str = "",
    ) -> io.NodeOutput:
        given = {"prompt": prompt, "text": prompt, "mode": mode, "duration": duration, "sound": sound}
        given |= {"resolution": resolution, "n": n, "model_name": _model(operation, model_name)}

        def work(progress: Callable[[Progress], None], _stop: threading.Event) -> tuple[str, float]:
            from ..kling_api.quote import operation_of, quote, read_parameters

            dialect = inputs.dialect(profile)
            asked = {name: value for name, value in given.items() if value is not None}
            told = quote(operation_of(operation, asked, read_parameters(parameters), dialect), dialect)
            about_it = [*_costs(told), *_budget(told, profile), *told.warnings]
            text = "\n".join((*map(said, about_it), f"{told.method} {told.path}", told.body))
            progress(Progress(text, 0.0, None, "", ""))
            return text, UNKNOWN if told.units is None else float(told.units)

        text, units = await run_at_once(work, wording.NONE)
        return io.NodeOutput(text, units, ui={"text": (text,)})


def _inputs_of_the_price() -> list[Any]:
    """model_name, mode, duration, sound, resolution, n."""
    models = [model for kind in KINDS for model in capabilities.models_for(kind)]
    return [
        io.Combo.Input(
            "model_name",
            options=[USUAL_MODEL, *dict.fromkeys(models)],
            default=USUAL_MODEL,
            tooltip="The model. The list has those of all operations; not each can do each.",
        ),
        io.Combo.Input(
            "mode",
            options=list(capabilities.modes()),
            default="std",
            tooltip="Of clips. std: 720p, pro: 1080p, 4k: 2160p.",
        ),
        io.Int.Input("duration", default=5, min=1, max=60, tooltip="Of clips and sounds: seconds, 1 to 60."),
        io.Boolean.Input("sound", default=False, tooltip="Of clips: whether sound is made as well."),
        io.Combo.Input(
            "resolution",
            options=["1k", "2k", "4k"],
            default="1k",
            tooltip="Of pictures, in pixels along a side: about 1024, 2048 or 4096.",
        ),
        io.Int.Input("n", default=1, min=1, max=9, tooltip="Of pictures: how many, 1 to 9."),
    ]


def _model(operation: str, chosen: str) -> str | None:
    """None: the operation's own default."""
    return (capabilities.default_model(operation) or None) if chosen == USUAL_MODEL else chosen


def _costs(told: Quote) -> list[str]:
    if told.units is None or told.price is None:
        return [f"{told.operation}: no price known for this."]
    from ..kling_api.limits import plain

    in_all = f" ({plain(told.price)} {told.of_budget} of a budget)" if told.unit != told.of_budget else ""
    return [f"{told.operation}: about {plain(told.units)} {told.unit}{in_all}"]


def _budget(told: Quote, name: str) -> list[str]:
    """What the profile's own budgets have left, by this machine's ledger."""
    # Here, not above: it loads the dialects, and must not slow ComfyUI's start.
    from ..kling_api.settings import load_profile

    try:
        profile = load_profile(name, host.data_folder())
    except NotConfigured as error:
        return [f"{error.what} {error.advice} What is told here holds for Kling's own platform."]
    if not profile.limits.has_budget:
        return [f"Profile {profile.name} has no budget."]
    return [_left(name, limit, spent, told) for name, limit, spent in _limits(profile)]


def _limits(profile: Profile) -> list[tuple[str, Decimal, Decimal]]:
    """The budgets that are set: name, limit, spent so far."""
    from ..kling_api.dialects import dialect_of
    from ..kling_api.ledger import open_ledger
    from ..kling_api.limits import midnight

    ledger, dialect = open_ledger(profile.home), dialect_of(profile).name
    since = {"budget_per_day": midnight(time.time()), "budget_total": 0.0}
    limits = {"budget_per_day": profile.limits.budget_per_day, "budget_total": profile.limits.budget_total}
    return [
        (name, limit, ledger.spent(profile.name, since[name], dialect=dialect))
        for name, limit in limits.items()
        if limit is not None
    ]


def _left(name: str, limit: Decimal, spent: Decimal, told: Quote) -> str:
    from ..kling_api.limits import plain

    left = limit - spent
    after = ""
    if told.price is not None:
        after = f", {plain(left - told.price)} after this" if left >= told.price else "; this would be refused"
    return f"{name} {plain(limit)}: {plain(spent)} spent or promised, {plain(left)} left{after}"
