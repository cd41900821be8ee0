"""What the pack's routes answer. Each is short: it reads the request, lets a thread work, and says the result in JSON.

No answer holds a key, a URL with a signature or a path of this machine.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import web

from ..kling_api.errors import Charged, InvalidRequest, KlingError, LedgerError
from ..kling_api.redaction import redact
from . import host, job_files, job_list, profile_list, thumbnails
from . import language as languages
from .account_desk import AccountDesk
from .editor_words import in_the_editor
from .fetching import Fetching, NotToFetch
from .request_body import read_body, read_object, text_of
from .translation import translated
from .web_guard import why_turned_away

T = TypeVar("T")
#: A collected file does not change, and its name is its job's alone; still it is nobody's but this user's.
_KEEP = {"Cache-Control": "private, max-age=31536000, immutable"}
_ASK_AGAIN = {"Cache-Control": "no-store"}
_SAFE = {"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"}

_threads = ThreadPoolExecutor(4, thread_name_prefix="kling routes")
_fetching = Fetching()
_thumbnails = thumbnails.Thumbnails()
_accounts = AccountDesk()


@dataclass(frozen=True)
class Asked:
    """A request that may be answered: its data folder, and the language of the answer."""

    request: web.Request
    home: Path
    language: str

    def said(self, text: str) -> str:
        """A text for the user of the editor, in the language, without secrets and paths of this machine."""
        return translated(in_the_editor(_cleaned(text, self.home)), self.language)

    def first_line(self, text: str) -> str:
        return self.said(text).partition("\n")[0]


class NotThere(InvalidRequest):
    """What the path names does not exist."""


async def answer(name: str, request: web.Request) -> web.StreamResponse:
    """The answer of the handler of that name, or why there is none."""
    asked = Asked(request, await _in_a_thread(host.data_folder), _language(request.query.get("language", "")))
    if turned := _turned_away(request):
        return _error(asked, InvalidRequest(*turned[1:], charged=Charged.NOTHING_CHANGED), turned[0])
    try:
        response = await _HANDLERS[name](asked)
    except KlingError as error:
        return _error(asked, error, _status(error))
    response.headers.update(_SAFE)
    for header, value in _ASK_AGAIN.items():
        response.headers.setdefault(header, value)
    return response


async def _jobs(asked: Asked) -> web.StreamResponse:
    limit, state = asked.request.query.get("limit", "60"), asked.request.query.get("state", "all")
    if not (re.fullmatch(r"[0-9]{1,4}", limit) and 1 <= int(limit) <= job_list.MOST):
        raise InvalidRequest(f"limit must be a whole number from 1 to {job_list.MOST}.")
    if state not in ("all", "open"):
        raise InvalidRequest("state must be one of: all, open.")
    return web.json_response(await _in_a_thread(_listed, asked, int(limit), state == "open"))


def _listed(asked: Asked, limit: int, open_only: bool) -> dict[str, Any]:
    listed = job_list.job_list(asked.home, limit, open_only, _fetching.error)
    listed["default"] = profile_list.default_of(asked.home)
    for row in listed["jobs"]:
        row["error"] = row["error"] and asked.first_line(row["error"])
        row["live"] = row["live"] or _fetching.is_under_way(row["key"])
    return listed


async def _thumbnail(asked: Asked) -> web.StreamResponse:
    path = await _in_a_thread(job_files.first_shown, asked.home, asked.request.match_info["key"])
    if path is None:
        raise NotThere("There is no picture of this job.")
    try:
        tag, picture = await _in_a_thread(lambda: (thumbnails.etag(path), _thumbnails.of(path)))
    except OSError:
        raise NotThere("There is no picture of this job.") from None
    headers = {**_KEEP, "ETag": f'"{tag}"'}
    if any(known.value in (tag, "*") for known in asked.request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    data = await asyncio.shield(asyncio.wrap_future(picture))
    if data is None:
        raise NotThere("There is no picture of this job.")
    return web.Response(body=data, content_type="image/jpeg", headers=headers)


async def _file(asked: Asked) -> web.StreamResponse:
    match = asked.request.match_info
    path = await _in_a_thread(job_files.file_of, asked.home, match["key"], match["number"])
    if path is None:
        raise NotThere("There is no such file of this job.")
    disposition = f'inline; filename="{path.name}"'
    kind = job_files.CONTENT_TYPES[path.suffix.lower()]
    return web.FileResponse(path, headers={**_KEEP, "Content-Type": kind, "Content-Disposition": disposition})


async def _fetch(asked: Asked) -> web.StreamResponse:
    await read_body(asked.request)
    key = asked.request.match_info["key"]
    job = await _in_a_thread(job_files.job_of, asked.home, key)
    if job is None:
        raise NotThere("There is no such job on this machine.")
    begun = await _in_a_thread(_fetching.start, asked.home, job)
    return web.json_response({"key": job.key, "fetching": begun}, status=202 if begun else 200)


async def _profiles(asked: Asked) -> web.StreamResponse:
    listed = await _in_a_thread(profile_list.profile_list, asked.home)
    for profile in listed["profiles"]:
        profile["problem"] = asked.first_line(profile["problem"])
    return web.json_response(listed)


async def _choose_profile(asked: Asked) -> web.StreamResponse:
    from ..kling_api.default_profile import choose_default

    name = text_of(await read_body(asked.request), "name")
    await _in_a_thread(choose_default, name.strip(), asked.home)
    return await _profiles(asked)


async def _account(asked: Asked) -> web.StreamResponse:
    from ..kling_api.account import report
    from ..kling_api.limits import plain
    from ..kling_api.settings import load_profile

    profile = await _in_a_thread(load_profile, asked.request.query.get("profile", ""), asked.home)
    # Shielded: others may wait for the same answer when this browser goes away.
    account = await asyncio.shield(asyncio.wrap_future(_accounts.ask(profile)))
    remaining = None if account.remaining is None else plain(account.remaining)
    told = {"profile": account.profile, "remaining": remaining, "unit": account.unit}
    return web.json_response({**told, "report": asked.said(report(account))})


async def _advice(asked: Asked) -> web.StreamResponse:
    from .advice import advise

    inputs = read_object(asked.request.query.get("inputs", "{}"))
    node = asked.request.query.get("node", "")
    try:
        advised = await _in_a_thread(advise, node, inputs, asked.language)
    except KeyError:
        raise NotThere("There is no such node that orders anything.") from None
    return web.json_response(_cleaned(advised, asked.home))


async def _remember_language(asked: Asked) -> web.StreamResponse:
    body = await read_body(asked.request)
    languages.remember(text_of(body, "client_id"), _language(text_of(body, "language")))
    return web.Response(status=204)


_HANDLERS: dict[str, Callable[[Asked], Awaitable[web.StreamResponse]]] = {
    "jobs": _jobs,
    "thumbnail": _thumbnail,
    "file": _file,
    "fetch": _fetch,
    "profiles": _profiles,
    "choose_profile": _choose_profile,
    "account": _account,
    "advice": _advice,
    "remember_language": _remember_language,
}


async def _in_a_thread(work: Callable[..., T], *args: Any) -> T:
    """Not in the event loop's default pool, which other packs may keep busy."""
    return await asyncio.get_running_loop().run_in_executor(_threads, work, *args)


def _turned_away(request: web.Request) -> tuple[int, str, str] | None:
    local = request.transport.get_extra_info("sockname") if request.transport else None
    turned = why_turned_away(request.method, request.headers, request.content_type, local and tuple(local[:2]))
    return (turned.status, turned.what, turned.advice) if turned else None


def _language(told: str) -> str:
    return "zh" if told.lower().startswith("zh") else "en"


def _status(error: KlingError) -> int:
    if isinstance(error, NotThere):
        return 404
    if isinstance(error, NotToFetch):
        return 409
    if isinstance(error, InvalidRequest):
        return 400
    return 500 if isinstance(error, LedgerError) else 502


def _error(asked: Asked, error: KlingError, status: int) -> web.Response:
    return web.json_response({"error": asked.said(str(error))}, status=status, headers={**_ASK_AGAIN, **_SAFE})


def _cleaned(value: Any, home: Path) -> Any:
    """A text, or all texts in what JSON can say, without secrets and paths of this machine."""
    if isinstance(value, dict):
        return {name: _cleaned(one, home) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(one, home) for one in value]
    return _without_paths(redact(value), home) if isinstance(value, str) else value


def _without_paths(text: str, home: Path) -> str:
    """The data folder by its last name, the user's own folder as ~."""
    for folder, name in ((home, home.name), (Path.home(), "~")):
        for spelled in (str(folder), folder.as_posix()):
            text = text.replace(spelled, name) if len(spelled) > 3 else text
    return text
