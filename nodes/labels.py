"""Inputs by the labels that a Chinese reader sees: 「时长」 for `duration`. Done last, at the edge.

Only what stands as a word of ours: nothing in quotes, commands, addresses, file names and words of others.
"""

from __future__ import annotations

import functools
import inspect
import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

NODE_DEFS = Path(__file__).resolve().parents[1] / "locales" / "zh" / "nodeDefs.json"
#: The node that speaks, "" where nobody knows.
_node: ContextVar[str] = ContextVar("kling_node", default="")
#: What is not looked at, or words with one space between each two.
_PARTS = re.compile(
    r"'[^']*'|\"[^\"]*\"|`[^`]* [^`]*`|「[^」]*」|<<<.*?>>>|https?://[!-~]+|\{.*\}|\[[^\]]*\]"
    r"|(?:配置|任务 ID|任务|任务键|方言|模型) [!-~]+|`?(?P<words>[\w./\\:~@%+=()-]+(?: [\w./\\:~@%+=()-]+)*)`?",
    re.ASCII,
)
#: Somebody else's words, or a file's.
_NOT_OURS = re.compile(r"(?:^| )[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}|[/\\]|\.[A-Za-z]\w{1,4}(?: |$)")
_MARKED = re.compile(" ?\ue010([^\ue011]*)\ue011 ?")
_UNIT = re.compile(r"（(?:秒|毫秒)）$")
_WITH_UNIT = re.compile(r"(?: 为)? ?\d+(?:\.\d+)? (?:秒|毫秒)")
_NOTE = re.compile(r"（每行一个）$")
#: "首帧（「首帧」）".
_TWICE = re.compile(r"([\u4e00-\u9fff]+)（「\1」）")


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
    """The node class; what its check and its execution say is about its own inputs.

    ComfyUI reads the names of the check's arguments, so they stay what they are.
    """
    name = node.__name__
    for method in ("validate_inputs", "execute"):
        own = vars(node).get(method)
        if own is not None and not hasattr(own.__func__, "__wrapped__"):
            setattr(node, method, classmethod(_in_its_name(name, own.__func__)))
    return node


def labelled(text: str) -> str:
    """A Chinese text with labels in place of ids: those of the node that speaks, else those that no two nodes tell

    apart.
    """
    names = _labels().get(_node.get(), _labels()[""])
    marked = _PARTS.sub(lambda part: _marked(part, text, names), text)
    return text if marked == text else _TWICE.sub(r"「\1」", _MARKED.sub(r"「\1」", marked))


def _marked(part: re.Match[str], text: str, names: Mapping[str, str]) -> str:
    words = part["words"]
    if words is None or _NOT_OURS.search(words):
        return part[0]
    said, all_words = [], words.split(" ")
    ids = [word in names for word in all_words]
    for number, word in enumerate(all_words):
        # "character_orientation image": the second is a value.
        if ids[number] and not (number and ids[number - 1]):
            rest = "".join(f" {later}" for later in all_words[number + 1 :]) + text[part.end() :]
            said.append(f"\ue010{_short(names[word], rest)}\ue011")
        else:
            said.append(word)
    return " ".join(said) if any(ids) else part[0]


def _short(label: str, rest: str) -> str:
    """Without a unit where a number with its unit follows."""
    return _UNIT.sub("", label) if _WITH_UNIT.match(rest) else label


@functools.lru_cache(maxsize=1)
def _labels() -> Mapping[str, Mapping[str, str]]:
    """By node, its inputs with their labels; "": those of all nodes that agree. Without the file ids stay ids."""
    try:
        nodes = json.loads(NODE_DEFS.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        log.warning("The labels cannot be read from %s; inputs are told by their ids.", NODE_DEFS)
        return {"": {}}
    by_node = {node: _of_inputs(told.get("inputs", {})) for node, told in nodes.items()}
    several: dict[str, set[str]] = {}
    for labels in by_node.values():
        for name, label in labels.items():
            several.setdefault(name, set()).add(label)
    return by_node | {"": {name: next(iter(labels)) for name, labels in several.items() if len(labels) == 1}}


def _of_inputs(inputs: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {name: _NOTE.sub("", told["name"]) for name, told in inputs.items() if told.get("name")}


def _in_its_name(name: str, method: Any) -> Any:
    if inspect.iscoroutinefunction(method):

        @functools.wraps(method)
        async def speak_while_running(*values: Any, **inputs: Any) -> Any:
            with of_node(name):
                return await method(*values, **inputs)

        return speak_while_running

    @functools.wraps(method)
    def speak(*values: Any, **inputs: Any) -> Any:
        with of_node(name):
            return method(*values, **inputs)

    # What inspect.getfullargspec looks at, which does not follow __wrapped__.
    speak.__signature__ = inspect.signature(method)  # pyright: ignore[reportAttributeAccessIssue]
    return speak
