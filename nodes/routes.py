"""The pack's routes in ComfyUI's server, as a table. What they answer is in `handlers`, which loads with the first one.

GET reads; it never orders, changes or deletes anything. What changes something is POST.
"""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .loading import load_packages

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import web

#: Method, path, and the name of the function in `handlers`. ComfyUI serves them below /api as well.
ROUTES = (
    ("GET", "/kling/jobs", "jobs"),
    ("GET", "/kling/jobs/{key}/thumbnail", "thumbnail"),
    ("GET", "/kling/jobs/{key}/files/{number}", "file"),
    ("POST", "/kling/jobs/{key}/fetch", "fetch"),
    ("GET", "/kling/profiles", "profiles"),
    ("POST", "/kling/profiles/default", "choose_profile"),
    ("GET", "/kling/account", "account"),
    ("GET", "/kling/advice", "advice"),
    ("POST", "/kling/language", "remember_language"),
)


def register() -> None:
    """Adds the routes where a server is; there is none in a test or a program that only loads the nodes.

    Another copy of the pack, or the same one loaded again, leaves those that are there.
    """
    from server import PromptServer

    from . import language

    table = getattr(getattr(PromptServer, "instance", None), "routes", None)
    if table is None:
        return
    language.install()
    there = {getattr(route, "path", "") for route in table}
    for method, path, name in ROUTES:
        if path not in there:
            table.route(method, path)(_handler(name))


def _handler(name: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        # In a thread: it loads the dialects and sqlite3, which nobody needs who never looks at the sidebar.
        handlers = await asyncio.to_thread(load_handlers)
        return await handlers.answer(name, request)

    return handle


def load_handlers() -> Any:
    """The module; takes no time once it is there."""
    load_packages()
    return import_module(".handlers", __package__)
