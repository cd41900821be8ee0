"""Which language the person reads who queued the prompt at hand: their browser says so (`remember`).

ComfyUI names that browser while it executes; of a prompt that is being validated, the request that posted it does.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from .translation import translated

log = logging.getLogger(__name__)

LANGUAGES = ("en", "zh")
#: A browser tab has an id of its own; more than these are not open at once.
_MOST = 256
_known: OrderedDict[str, str] = OrderedDict()
#: What a thread of ours speaks, or None. Threads begin without the context of the node that started them.
_spoken: ContextVar[str | None] = ContextVar("kling_language", default=None)
#: The browser whose prompt is being validated, in the task that ComfyUI's server answers it in; None elsewhere.
_posted_by: ContextVar[str | None] = ContextVar("kling_posted_by", default=None)
_listening: set[int] = set()


def remember(client_id: str, language: str) -> None:
    """`language` as a browser names it ("zh-CN"): any kind of Chinese is "zh", everything else "en"."""
    _known[client_id] = "zh" if language.lower().startswith("zh") else "en"
    _known.move_to_end(client_id)
    while len(_known) > _MOST:
        _known.popitem(last=False)


def current() -> str:
    """ "en" or "zh"; "en" where nobody said."""
    spoken = _spoken.get()
    return spoken if spoken is not None else _known.get(_client(), "en")


def said(text: str) -> str:
    """The text in the language of whoever queued the prompt."""
    return translated(text, current())


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """For a thread of ours, which knows nothing of the prompt."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def install() -> None:
    """Has ComfyUI's server tell who posts a prompt. Without a server, or with one that cannot, texts are English."""
    server = _server()
    if server is None or id(server) in _listening or not hasattr(server, "add_on_prompt_handler"):
        return
    server.add_on_prompt_handler(_posted)
    _listening.add(id(server))


def _posted(prompt: Any) -> Any:
    """Called by ComfyUI just before it validates the prompt, in the same task. Returns the prompt as it is."""
    _posted_by.set(str(prompt.get("client_id") or "") if isinstance(prompt, dict) else "")
    return prompt


def _client() -> str:
    posted_by = _posted_by.get()
    if posted_by is not None:
        return posted_by
    return str(getattr(_server(), "client_id", None) or "")


def _server() -> Any:
    try:
        from server import PromptServer
    except ImportError:
        return None
    return getattr(PromptServer, "instance", None)
