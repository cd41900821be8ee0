"""A whole help page: what is written by hand and what comes from data, in one order for all nodes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conftest import ROOT
from example_graphs import EXAMPLES
from make_locales import TAIWAN, taiwanese

from kling_api import catalog

from . import abilities, costs, limits, providers, sockets, texts
from .markdown import breakable, codes
from .recipes import RECIPES
from .subjects import FEATURES, OPERATIONS, nodes_with
from .words import LANGUAGES, WORDS

FOLDER = ROOT / "nodes" / "web" / "docs"
_MOST_EXAMPLES = 4
#: In what is written by hand: a node of ours, and the name of an input, with the spaces that Chinese quotes replace.
_NODE = re.compile(r" ?\{(Kling\w+)\} ?")
_CODE = re.compile(r" ?`(\w+)`")


def pages(nodes: Mapping[str, Any]) -> dict[Path, str]:
    """Every page of the pack by its file; `nodes` are the classes by their ids."""
    schemas = {name: node.define_schema() for name, node in nodes.items()}
    written = {file_of(name, language): page(name, schemas, language) for name in schemas for language in LANGUAGES}
    # ComfyUI shows the English page where a language has none, also to those who read traditional letters.
    taiwan = {file_of(name, TAIWAN): taiwanese(written[file_of(name, "zh")]) for name in schemas}
    return written | taiwan


def file_of(node: str, language: str) -> Path:
    """Where ComfyUI looks for it: the English one serves all languages without a page of their own."""
    return FOLDER / f"{node}.md" if language == "en" else FOLDER / node / f"{language}.md"


def page(node: str, schemas: Mapping[str, Any], language: str) -> str:
    words, schema = WORDS[language], schemas[node]
    text = {name: _labelled(body, node, schema, language) for name, body in texts.text_of(node, language).items()}
    parts = [
        text["about"],
        _picture(node, text),
        _section(words["use"], _use(node, text, language)),
        _section(words["inputs"], sockets.inputs(node, schema, language)),
        _section(words["outputs"], sockets.outputs(node, schema, language)),
        *_facts(node, schemas, text, language),
        _section(words["trouble"], text["trouble"]),
        _section(words["providers"], _providers(node, schema, language)),
    ]
    whole = _NODE.sub(lambda found: _node(found, schemas, language), "\n\n".join(filter(None, parts)))
    return (whole.replace("`, `", "`、`") if language == "zh" else whole) + "\n"


def _node(found: re.Match[str], schemas: Mapping[str, Any], language: str) -> str:
    """Its title as it is on the canvas."""
    title = sockets.display_name(found[1], schemas[found[1]], language)
    return f"「{title}」" if language == "zh" else found[0].replace(f"{{{found[1]}}}", f"*{title}*")


def _labelled(text: str, node: str, schema: Any, language: str) -> str:
    """The first time that an input or output is named, with the label that it has on the node."""
    labels = sockets.labels(node, schema, language)
    seen: set[str] = set()

    def told(found: re.Match[str]) -> str:
        name = found[1]
        if name in seen or name not in labels:
            return found[0]
        seen.add(name)
        return f"「{labels[name]}」{found[0].strip()}" if language == "zh" else found[0]

    return _CODE.sub(told, text)


def _section(heading: str, body: str) -> str:
    return f"## {heading}\n\n{body}" if body else ""


def _picture(node: str, text: Mapping[str, str]) -> str:
    """Beside the page's text, from the folder that ComfyUI's help panel starts at, whatever the language."""
    if node not in RECIPES:
        return ""
    caption = text["picture"]
    return f"![{caption}](pictures/{node}.jpg)\n\n*{caption}*"


def _use(node: str, text: Mapping[str, str], language: str) -> str:
    names = [example.name for example in EXAMPLES if any(one.type == node for one in example.nodes)]
    listed = WORDS[language]["and"].join(f"**{breakable(name)}**" for name in names[:_MOST_EXAMPLES])
    told = [WORDS[language]["examples"].format(listed)] if names else []
    return "\n\n".join([text["use"], *told])


def _facts(node: str, schemas: Mapping[str, Any], text: Mapping[str, str], language: str) -> list[str]:
    """What comes from data between the sockets and what can go wrong."""
    words, schema = WORDS[language], schemas[node]
    operation, types = OPERATIONS.get(node, ""), {one.id: one.io_type for one in schema.inputs}
    cost = [costs.of_operation(operation, language)] if operation else [words["free here"]]
    cost += [text.get("cost", "")]
    again = _labelled(texts.shared("second-take", language), node, schema, language) if "seed" in types else ""
    return [
        _section(words["models"], _models(node, schemas, language)),
        _section(words["limits"], limits.of_operation(operation, types, language) if operation else ""),
        _section(words["scenes"], _scenes(words) if "effect_scene" in types else ""),
        _section(words["voices"], _voices(words) if node == "KlingTextToSpeech" else ""),
        _section(words["cost"], "\n\n".join(filter(None, cost))),
        _section(words["again"], again),
    ]


def _models(node: str, schemas: Mapping[str, Any], language: str) -> str:
    if feature := FEATURES.get(node):
        wanted = ("text2video", "image2video", "omni-video", "motion-control", "generations", "omni-image")
        names = {
            operation: sockets.display_name(nodes_with(operation), schemas[nodes_with(operation)], language)
            for operation in wanted
        }
        return abilities.of_feature(feature, names, language)
    return abilities.of_operation(OPERATIONS.get(node, ""), language)


def _providers(node: str, schema: Any, language: str) -> str:
    if node not in OPERATIONS:
        return ""
    return providers.of_operation(OPERATIONS[node], [one.id for one in schema.inputs], language)


def _scenes(words: Mapping[str, str]) -> str:
    """Those that are live at Kling, newest first."""
    live = [effect for effect in catalog.effects().values() if not effect.retired]
    ended = len(catalog.effects()) - len(live)
    listed = [
        f"{words[heading]}{words['colon']}{codes(effect.scene for effect in live if effect.pictures == count)}"
        for count, heading in ((2, "two pictures"), (1, "one picture"))
    ]
    return "\n\n".join([*listed, words["scenes left"].format(ended)])


def _voices(words: Mapping[str, str]) -> str:
    return "\n\n".join(
        f"{words[f'language {language}']}{words['colon']}"
        + words["and"].join(f"`{voice.id}` {voice.name}" for voice in catalog.voices(language))
        for language in ("zh", "en")
    )
