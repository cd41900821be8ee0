"""`kling sandbox`: a local Kling in the foreground."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..dialects import DIALECTS
from ..errors import InvalidRequest, NotConfigured
from . import flags
from .console import show, show_json

if TYPE_CHECKING:
    from ..sandbox import Fault, SandboxConfig


def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 0,
    folder: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keeps tasks and clips here; else they go with the sandbox.")
    ] = None,
    pace: Annotated[float, typer.Option(help="Seconds of waiting per second of clip.")] = 0.2,
    slots: Annotated[int, typer.Option(min=0, help="Tasks that may be under way at once.")] = 5,
    units: Annotated[float, typer.Option(min=0, help="Video units of the account.")] = 100_000,
    url_lifetime: Annotated[float, typer.Option(help="Seconds that a result URL is valid.")] = 30 * 86400.0,
    retired: Annotated[bool, typer.Option(help="Refuse the models that Kling has announced to retire.")] = False,
    faults: Annotated[
        str,
        typer.Option(metavar="JSON", help='Faults to make, such as \'[{"kind": "drop_after", "times": 2}]\'.'),
    ] = "",
    as_json: flags.AsJson = False,
) -> None:
    """Run a local Kling on 127.0.0.1 until Ctrl-C. It renders real clips and charges nothing."""
    try:
        from ..sandbox import SandboxConfig, serve
        from ..sandbox.shared import CANNOT_START, reason
    except ModuleNotFoundError as error:
        raise NotConfigured(
            f"The sandbox needs the package {error.name}.", 'Install it with: pip install "kling-nodes[cli]"'
        ) from None
    try:
        config = SandboxConfig(
            port=port,
            folder=folder,
            pace=pace,
            slots=slots,
            units=units,
            url_lifetime=url_lifetime,
            retired=retired,
            faults=_faults(faults),
        )
    except ValueError as error:
        raise InvalidRequest(f"The sandbox cannot be started: {error}.", "See `kling sandbox --help`.") from None
    try:
        serve(config, lambda url: _announce(url, config, as_json))
    except CANNOT_START as error:
        raise InvalidRequest(
            f"The sandbox cannot be started: {reason(error)}.", "Choose another --port or --folder."
        ) from None


def _faults(text: str) -> tuple[Fault, ...]:
    """Raises ValueError for what is not a fault."""
    from ..sandbox.faults import read_fault

    given = json.loads(text) if text else []
    faults = given if isinstance(given, list) else [given]
    if not all(isinstance(fault, dict) for fault in faults):
        raise ValueError('a fault is a JSON object such as {"kind": "drop_after"}')
    return tuple(read_fault(values) for values in faults)


def _announce(url: str, config: SandboxConfig, as_json: bool) -> None:
    """The keys are the sandbox's own and open nothing else."""
    from ..sandbox.shared import address_of

    account = config.accounts[0]
    addresses = {name: address_of(url, name) for name in DIALECTS}
    environment = {
        "KLING_BASE_URL": url,
        "KLING_API_KEY": account.api_keys[0],
        "KLING_ACCESS_KEY": account.access_key,
        "KLING_SECRET_KEY": account.secret_key,
    }
    if as_json:
        show_json({"url": url, "environment": environment, "dialects": addresses})
        return
    show(
        f"The sandbox answers at {url}; Ctrl-C ends it. To use it, set in another terminal the URL and one kind of key:"
    )
    for name, value in environment.items():
        show(f"{name}={value}")
    others = ", ".join(address for address in addresses.values() if address != url)
    show(f"As other providers speak (KLING_BASE_URL is one of these, KLING_DIALECT its last word): {others}")
    show(f"Its tasks and charges: {url}/sandbox/state")
