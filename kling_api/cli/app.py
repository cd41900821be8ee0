"""The table of commands, and the one place where an error becomes text or JSON and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Annotated

import typer

from .. import __version__
from ..errors import InvalidRequest, KlingError
from . import jobs, library
from .collect import collect
from .console import show, show_error, show_json, warnings_shown
from .demo import demo
from .doctor import doctor
from .outcome import failed
from .sandbox import sandbox
from .usage import wrong_usage
from .video import image2video, text2video

app = typer.Typer(
    name="kling",
    help="Kling video with your own key. A job is never lost and never paid twice.",
    epilog="Exit codes: 0 done, 1 failed or refused, 2 wrong usage or input, 3 stopped while the job goes on, "
    "4 nobody knows whether a task was made.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (text2video, image2video, collect, doctor, sandbox, demo):
    app.command()(command)
app.add_typer(jobs.app, name="jobs")
app.add_typer(library.voices, name="voices")
app.add_typer(library.elements, name="elements")

#: The base of click's usage errors; newer versions of typer carry a click of their own.
_UsageError: type[Exception] = typer.BadParameter.__bases__[0]


def run(arguments: Sequence[str]) -> int:
    """Runs one command line; returns its exit code. Only defects end in a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a console that lacks a letter must not end a job
            stream.reconfigure(errors="backslashreplace")
    try:
        with warnings_shown():
            return app(args=list(arguments), prog_name="kling", standalone_mode=False) or 0
    except KlingError as error:
        return _end(error, "--json" in arguments)
    except typer.Abort:
        return 130
    except _UsageError as error:
        return _end(_wrong_usage(error), "--json" in arguments)


@app.callback(invoke_without_command=True)
def _kling(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    if version:
        show(f"kling {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        show(context.get_help())
        raise typer.Exit(2)


def _end(error: KlingError, as_json: bool) -> int:
    outcome = failed(error)
    if as_json:
        show_json(outcome.document())
    else:
        show_error(str(error))
    return outcome.exit_code


def _wrong_usage(error: Exception) -> InvalidRequest:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "kling"
    return InvalidRequest(wrong_usage(error), f"See `{command} --help`.")
