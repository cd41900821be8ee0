"""The aiohttp application: carries calls to the dialects, makes the faults, serves the files, tells its state.

Answers are worked out in threads, never on the loop. Nothing here writes a log line with a header in it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from aiohttp import web

from .bodies import LARGEST_BODY, NewPart, drop_files, read_call
from .faults import AFTER, BEFORE, Fault, FaultBoard, read_fault
from .file_answers import send, send_download
from .refusals import Refused
from .wire import Call, Dialect, Reply, Route

_GARBAGE = "<html><body><h1>It works!</h1></body></html>"
_DEFAULT_CODES = {"refuse": 1301, "rate_429": 1302, "duplicate": 1201, "error_before": 5000, "error_after": 5000}
_DEFAULT_TEXTS = {
    1301: "The content violates the content safety policy",
    1302: "The API request is too fast",
    1201: "External_task_id already exists",
    5000: "Server internal error",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
#: Name, expiry and signature of a result URL -> the file, or why it is not given.
FindResult = Callable[[str, str, str], Path | str]
#: Name of an upload -> the file.
FindUpload = Callable[[str], Path | None]


class HttpApp:
    """One sandbox's HTTP side. `dialects` by name, each under /<name>, and the first at the root, too."""

    def __init__(
        self,
        dialects: Mapping[str, Dialect],
        faults: FaultBoard,
        find_result: FindResult,
        find_upload: FindUpload,
        new_part: NewPart,
        describe: Callable[[], dict[str, Any]],
        list_tasks: Callable[[str], list[dict[str, Any]]],
        threads: Executor,
    ) -> None:
        self._dialects = dialects
        self._faults = faults
        self._root = next(iter(dialects.values()))
        self._find_result = find_result
        self._find_upload = find_upload
        self._new_part = new_part
        self._describe = describe
        self._list_tasks = list_tasks
        self._threads = threads
        self._requests: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._under_way = 0

    def build(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST_BODY, middlewares=[_for_nobody, self._without_a_route])
        for prefix, dialect in [("", self._root), *((f"/{name}", twin) for name, twin in self._dialects.items())]:
            for route in dialect.routes():
                app.router.add_route(route.method, prefix + route.pattern, self._handler(dialect, route, prefix))
        app.router.add_get("/results/{name}", self._download)
        app.router.add_get("/uploads/{name}", self._uploaded)
        app.router.add_get("/sandbox/state", self._state)
        app.router.add_get("/sandbox/tasks", self._tasks)
        app.router.add_get("/sandbox/faults", self._list_faults)
        app.router.add_post("/sandbox/faults", self._add_faults)
        app.router.add_delete("/sandbox/faults", self._clear_faults)
        return app

    def _handler(self, dialect: Dialect, route: Route, prefix: str) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            self._requests[f"{route.method} {prefix}{route.pattern}"] += 1
            self._under_way += 1
            try:
                return await self._answer(request, dialect, route)
            finally:
                self._under_way -= 1

        return handle

    async def _answer(self, request: web.Request, dialect: Dialect, route: Route) -> web.StreamResponse:
        call = await read_call(request, self._new_part)
        try:
            return await self._answer_call(request, call, dialect, route)
        finally:
            drop_files(call)

    async def _answer_call(
        self, request: web.Request, call: Call, dialect: Dialect, route: Route
    ) -> web.StreamResponse:
        operation = route.operation_of(call)
        before = self._faults.take(BEFORE, operation)
        if before and (answer := await _make_before(before, request, dialect)):
            return answer
        try:
            reply = await asyncio.get_running_loop().run_in_executor(self._threads, route.answer, call)
        except Refused as refused:
            self._refused[str(refused.code)] += 1
            return _response(dialect.refusal(refused))
        after = self._faults.take(AFTER, operation)
        return (after and await _make_after(after, request, dialect)) or _response(reply)

    @web.middleware
    async def _without_a_route(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """What Kling's body looks like for an unknown path (404) or method is not known; the codes are its own."""
        try:
            return await handler(request)
        except web.HTTPMethodNotAllowed:
            refused = Refused(1202, "The requested method is invalid")
        except web.HTTPNotFound:
            refused = Refused(1203, "The requested resource does not exist")
        prefix = request.path.split("/")[1]
        return _response(self._dialects.get(prefix, self._root).refusal(refused))

    async def _download(self, request: web.Request) -> web.StreamResponse:
        self._requests["GET /results/{name}"] += 1
        before = self._faults.take(BEFORE, "download")
        if before and (answer := await _make_before(before, request, self._root)):
            return answer
        name, query = request.match_info["name"], request.query
        # Not in the threads for answers: these may be waiting for this very file.
        found = await asyncio.to_thread(self._find_result, name, query.get("expires", ""), query.get("signature", ""))
        if isinstance(found, str):
            return web.Response(status=403, text=found)
        return await send_download(request, found, self._faults)

    async def _uploaded(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        found = self._find_upload(name)
        return send(found, Path(name).suffix) if found else _not_there()

    async def _state(self, request: web.Request) -> web.Response:
        described = await asyncio.get_running_loop().run_in_executor(self._threads, self._describe)
        counted = {"requests": dict(self._requests), "refused": dict(self._refused), "faults": self._faults.fired()}
        return web.json_response(described | counted | {"under_way": self._under_way})

    async def _tasks(self, request: web.Request) -> web.Response:
        account = request.query.get("account", "")
        tasks = await asyncio.get_running_loop().run_in_executor(self._threads, self._list_tasks, account)
        return web.json_response({"tasks": tasks})

    async def _list_faults(self, request: web.Request) -> web.Response:
        return web.json_response({"faults": self._faults.waiting()})

    async def _add_faults(self, request: web.Request) -> web.Response:
        try:
            given = await request.json()
            faults = [read_fault(values) for values in (given if isinstance(given, list) else [given])]
        except (ValueError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        self._faults.add(*faults)
        return await self._list_faults(request)

    async def _clear_faults(self, request: web.Request) -> web.Response:
        self._faults.clear()
        return await self._list_faults(request)


@web.middleware
async def _for_nobody(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ConnectionResetError:  # the caller went away in the middle of its request or of a file
        return web.Response()


async def _make_before(fault: Fault, request: web.Request, dialect: Dialect) -> web.Response | None:
    """The answer of a fault that comes instead of the real one, None when that comes after all."""
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        return None
    if fault.kind == "drop_before":
        return _drop(request)
    return _garbage() if fault.kind == "garbage" else _refusal(fault, dialect)


async def _make_after(fault: Fault, request: web.Request, dialect: Dialect) -> web.Response | None:
    if fault.kind == "slow_after":
        await asyncio.sleep(fault.seconds)
        return None
    if fault.kind == "drop_after":
        return _drop(request)
    return _garbage() if fault.kind == "garbage_after" else _refusal(fault, dialect)


def _refusal(fault: Fault, dialect: Dialect) -> web.Response:
    code = fault.code if fault.code is not None else _DEFAULT_CODES[fault.kind]
    reply = dialect.refusal(Refused(code, fault.message or _DEFAULT_TEXTS.get(code, "Refused by the sandbox")))
    headers = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
    return _response(Reply(fault.status or reply.status, reply.body, {**reply.headers, **headers}))


def _drop(request: web.Request) -> web.Response:
    """The connection is gone at once; the response is for aiohttp only."""
    if request.transport:
        request.transport.abort()
    return web.Response()


def _garbage() -> web.Response:
    return web.Response(text=_GARBAGE, content_type="text/html")


def _not_there() -> web.Response:
    return web.Response(status=404, text="There is no such file.")


def _response(reply: Reply) -> web.Response:
    return web.json_response(reply.body, status=reply.status, headers=dict(reply.headers))
