"""Which node speaks: what is said of an input is told with the label that it has on that node (see `labelling`)."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from .loading import load_packages

#: The node that speaks, "" where nobody knows.
_node: ContextVar[str] = ContextVar("kling_node", default="")


@contextmanager
def of_node(node: str) -> Iterator[None]:
    """What is said meanwhile is about that node's inputs."""
    before = _node.set(node)
    try:
        yield
    finally:
        _node.reset(before)


def current() -> str:
    """For a thread, which begins without the context of the node that started it."""
    return _node.get()


def known_by_name(node: Any) -> Any:
    """The node class; what its check and its execution say is about its own inputs, and what both need is loaded first.

    ComfyUI reads the names of the check's arguments, so they stay what they are.
    """
    name = node.__name__
    for method in ("validate_inputs", "execute"):
        own = vars(node).get(method)
        if own is not None and not hasattr(own.__func__, "__wrapped__"):
            setattr(node, method, classmethod(_in_its_name(name, own.__func__)))
    return node


def _in_its_name(name: str, method: Any) -> Any:
    if inspect.iscoroutinefunction(method):

        @functools.wraps(method)
        async def speak_while_running(*values: Any, **inputs: Any) -> Any:
            load_packages()
            with of_node(name):
                return await method(*values, **inputs)

        return speak_while_running

    @functools.wraps(method)
    def speak(*values: Any, **inputs: Any) -> Any:
        load_packages()
        with of_node(name):
            return method(*values, **inputs)

    # What inspect.getfullargspec looks at, which does not follow __wrapped__.
    speak.__signature__ = inspect.signature(method)  # pyright: ignore[reportAttributeAccessIssue]
    return speak
