"""Inputs by the labels that a Chinese reader sees: 「时长」 for `duration`. Done last, at the edge.

Only what stands as a word of ours: nothing in quotes, commands, addresses, file names and words of others.
"""

from __future__ import annotations

import functools
import json
import logging
import re
from collections.abc import Mapping
from pathlib import Path

log = logging.getLogger(__name__)

NODE_DEFS = Path(__file__).resolve().parents[1] / "locales" / "zh" / "nodeDefs.json"
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


def labelled(text: str, node: str) -> str:
    """A Chinese text with labels in place of ids: those of that node, else those that no two nodes tell apart."""
    names = _labels().get(node, _labels()[""])
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
