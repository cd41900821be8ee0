"""`kling voices` and `kling elements`: what the account keeps at Kling, and deleting one of them."""

from __future__ import annotations

from typing import Annotated

import typer

from ..client import Client
from ..dialects.wire import Kept
from ..library import delete, kept_things
from . import flags
from .console import show, show_error, show_json
from .decisions import Yes, ask
from .table import aligned

_HEADINGS = ("ID", "NAME", "OWNED BY", "STATUS")

Id = Annotated[str, typer.Argument(metavar="ID", help="As the list shows it.", show_default=False)]
Presets = Annotated[bool, typer.Option("--presets", help="Those that Kling has for everybody.")]
AskedProfile = Annotated[
    str,
    typer.Option(metavar="NAME", help="The profile to ask with. Default: KLING_PROFILE, else `use` in profiles.toml."),
]


def _commands(kind: str) -> typer.Typer:
    app = typer.Typer(invoke_without_command=True, help=f"List the account's {kind}s, or delete one. Free.")

    @app.callback()
    def listed(
        context: typer.Context, presets: Presets = False, profile: AskedProfile = "", as_json: flags.AsJson = False
    ) -> None:
        if context.invoked_subcommand is None:
            _list(kind, presets, profile, as_json)

    @app.command("delete", help=f"Delete one of the account's own {kind}s at Kling. It cannot be had back.")
    def deleted(id: Id, yes: Yes = False, profile: AskedProfile = "", as_json: flags.AsJson = False) -> None:
        _delete(kind, id.strip(), yes, profile, as_json)

    return app


def _list(kind: str, presets: bool, profile: str, as_json: bool) -> None:
    found = kept_things(Client(profile), f"preset-{kind}" if presets else kind)
    if as_json:
        show_json({"status": "listed", f"{kind}s": [_document(one) for one in found], "error": None})
        return
    if not found:
        show_error(f"There are no {kind}s. The node Kling {kind.title()} makes them; --presets lists Kling's own.")
        return
    for line in aligned([_HEADINGS, *((one.id, one.name, one.owned_by, one.status) for one in found)]):
        show(line)


def _delete(kind: str, id: str, yes: bool, profile: str, as_json: bool) -> None:
    client = Client(profile)
    ask(
        f"Delete {kind} {id} of profile {client.profile.name} at {client.base_url}? It cannot be had back.",
        yes,
        as_json,
    )
    delete(client, kind, id)
    if as_json:
        show_json({"status": "deleted", f"{kind}_id": id, "error": None})
    else:
        show(f"Deleted: {kind} {id}")


def _document(one: Kept) -> dict[str, str]:
    return {"id": one.id, "name": one.name, "owned_by": one.owned_by, "status": one.status}


voices = _commands("voice")
elements = _commands("element")
