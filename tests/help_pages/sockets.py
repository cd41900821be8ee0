"""A node's inputs and outputs as lists: labels, sorts, limits, defaults, tooltips; from its schema and the locales."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from conftest import ROOT

from .markdown import bullets, code, codes, figure, plain_text
from .subjects import OPERATIONS
from .words import WORDS

_NUMBERED = re.compile(r"(.+)_(\d+)")
_SORTS = {"STRING": "text", "INT": "whole number", "FLOAT": "number", "BOOLEAN": "switch"}
#: A menu with more choices than this is not written out.
_MOST_CHOICES = 12
_HUGE = 1_000_000


@dataclass(frozen=True)
class Locale:
    """What ComfyUI shows of a node in one language; the schema's own words until there are others."""

    node: str
    language: str

    def of(self, group: str, key: str, schema: Any) -> tuple[str, str]:
        """The name on the node, and the tooltip."""
        told = _definitions(self.language).get(self.node, {}).get(group, {}).get(key, {})
        name = told.get("name") or schema.options.get("display_name") or schema.id
        return plain_text(name), plain_text(told.get("tooltip") or schema.options.get("tooltip") or "")


def display_name(node: str, schema: Any, language: str) -> str:
    told = _definitions(language).get(node, {}).get("display_name")
    return plain_text(told or schema.display_name)


def labels(node: str, schema: Any, language: str) -> dict[str, str]:
    """Inputs and outputs by their ids, where their label on the node is another word."""
    locale, found = Locale(node, language), {}
    for number, output in enumerate(schema.outputs):
        found[output.id] = locale.of("outputs", str(number), output)[0]
    for one in schema.inputs:
        found[one.id] = locale.of("inputs", one.id, one)[0]
    return {name: label for name, label in found.items() if _is_another(label, name)}


def inputs(node: str, schema: Any, language: str) -> str:
    """Those with numbers together, where the first of them appears; required ones first, as on the node."""
    locale, groups = Locale(node, language), _grouped(_in_order(schema.inputs))
    return bullets(_input(group, locale) for group in groups)


def outputs(node: str, schema: Any, language: str) -> str:
    locale, words = Locale(node, language), WORDS[language]
    lines = []
    for number, output in enumerate(schema.outputs):
        name, tooltip = locale.of("outputs", str(number), output)
        sort = output.io_type + (words["brackets"].format(words["list output"]) if _is_list(output) else "")
        lines.append(_line([output.id], name, [sort], tooltip, words))
    return bullets(lines)


def _in_order(sockets: Iterable[Any]) -> list[Any]:
    return sorted(sockets, key=lambda one: bool(one.options.get("optional")))


def _is_list(output: Any) -> bool:
    return bool(output.options.get("is_output_list"))


def _grouped(sockets: list[Any]) -> list[list[Any]]:
    """image_1, image_2 ... are one; their tooltips differ by the number at most."""
    groups: dict[str, list[Any]] = {}
    for socket in sockets:
        found = _NUMBERED.fullmatch(socket.id)
        groups.setdefault(f"{found[1]} {socket.io_type}" if found else socket.id, []).append(socket)
    return list(groups.values())


def _input(group: list[Any], locale: Locale) -> str:
    words, first = WORDS[locale.language], group[0]
    name, tooltip = locale.of("inputs", first.id, first)
    return _line([one.id for one in group], name, _facts(locale.node, first, words), tooltip, words)


def _line(ids: list[str], name: str, facts: list[str], tooltip: str, words: dict[str, str]) -> str:
    own = f"**{name}** " if _is_another(name, ids[0]) else ""
    return f"{own}{codes(ids)}{words['colon']}{words['comma'].join(filter(None, facts))}<br>{tooltip}"


def _is_another(label: str, name: str) -> bool:
    return label.replace("\\", "") != name


def _facts(node: str, socket: Any, words: dict[str, str]) -> list[str]:
    options, sort = socket.options, socket.io_type
    if sort == "COMBO":
        facts = [_choices(node, socket, words)]
    elif sort in _SORTS:
        facts = [words[_SORTS[sort]] + _range(options, words)]
    else:
        facts = [sort]
    is_widget = sort == "COMBO" or sort in _SORTS
    if is_widget and (default := _default(options, words)):
        facts.append(words["default"].format(default))
    if not is_widget and not options.get("optional"):
        facts.append(words["required"])
    return facts


def _choices(node: str, socket: Any, words: dict[str, str]) -> str:
    choices = socket.options["options"]
    if socket.id == "model_name" and node in OPERATIONS:
        return words["menu of models"]
    if len(choices) > _MOST_CHOICES:
        return words["choices"].format(len(choices))
    return ", ".join(code(choice) if choice else words["empty"] for choice in choices)


def _range(options: dict[str, Any], words: dict[str, str]) -> str:
    """ " 0 to 10"; a bound that nobody meets is not told."""
    low, high = options.get("min"), options.get("max")
    if low is None or high is None or high >= _HUGE:
        return ""
    return f" {words['to'].format(figure(low), figure(high))}"


def _default(options: dict[str, Any], words: dict[str, str]) -> str:
    default = options.get("default")
    if isinstance(default, bool):
        return words["on" if default else "off"]
    if default in (None, ""):
        return ""
    return figure(default) if isinstance(default, int | float) else code(default)


@cache
def _definitions(language: str) -> dict[str, Any]:
    path = ROOT / "locales" / language / "nodeDefs.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
