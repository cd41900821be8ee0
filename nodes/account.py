"""KlingAccount: what is left on an account, shown on the node."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from ..kling_api.watch import Progress
from . import host, inputs
from .host import io, search_aliases
from .language import said
from .workers import run_at_once

#: What `remaining_units` is where the provider does not tell it.
UNTOLD = -1.0


class KlingAccount(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="KlingAccount",
            display_name="Kling Account",
            category="Kling",
            description="Shows the account's resource packs, what this machine's jobs have spent, which are still "
            "open, and the limits of the profile. Asks anew on each Run; costs nothing.",
            inputs=[inputs.profile("The profile to ask with; empty for the default one.")],
            outputs=[
                io.String.Output("report", display_name="report", tooltip="The text that the node shows."),
                io.Float.Output(
                    "remaining_units",
                    display_name="remaining_units",
                    tooltip="Units left in all packs that are online; Kling's figure lags by up to 12 hours. "
                    "-1 where the provider does not tell.",
                ),
            ],
            is_output_node=True,
            **search_aliases(
                "可灵", "余额", "积分", "灵感值", "资源包", "账号", "account", "balance", "units", "kling credits"
            ),
        )

    @classmethod
    def fingerprint_inputs(cls, **_inputs: Any) -> float:
        """A new value for each prompt: what was true before the last job is not true after it."""
        return time.time()

    @classmethod
    async def execute(cls, profile: str = "") -> io.NodeOutput:
        def work(progress: Callable[[Progress], None], _stop: threading.Event) -> tuple[str, float]:
            # Here, not above: they load requests and sqlite3, and must not slow ComfyUI's start.
            from ..kling_api.account import look_up, report
            from ..kling_api.client import Client
            from ..kling_api.settings import load_profile

            progress(_shown("asking for the account's packs"))
            account = look_up(Client(load_profile(profile, host.data_folder())), time.time())
            text = said(report(account))
            progress(_shown(text))
            return text, UNTOLD if account.remaining is None else float(account.remaining)

        text, remaining = await run_at_once(work)
        return io.NodeOutput(text, remaining, ui={"text": (text,)})


def _shown(text: str) -> Progress:
    return Progress(text, 0.0, None, "", "")
