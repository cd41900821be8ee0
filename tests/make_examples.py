"""Writes the example workflows that `example_graphs` tells: `python tests/make_examples.py`.

Where a node lies, and in which order its widgets stand, is decided here alone.
"""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conftest import ROOT, STUB, load_like_comfyui, nodes_of
from example_graphs import EXAMPLES
from example_graphs.costs import FOR_FREE, cost_in_words
from example_graphs.definitions import Definition, Input, definitions
from example_graphs.graph import Example, Link, Node, Step

FOLDER = ROOT / "example_workflows"
WITHOUT_A_KEY = (
    "No key yet? Write `sandbox` into *profile* of each Kling node: it costs nothing. "
    "没有密钥？在每个可灵节点的「配置」（profile）里填 `sandbox`，免费试用。"
)
BEFORE = ("**Before you run it**: ", "**运行之前**：")
OWN_PICTURE = (
    "*Load Image* holds the `example.png` that ComfyUI brings: choose your own picture there. "
    "请在「加载图像」（Load Image）中换成自己的图片。"
)
#: Pixels; a node's title stands above its position. Those in _SIZES show what they find.
TITLE, GAP, COLUMN, TOP, GROUP_TITLE = 30, 40, 80, 60, 50
NOTE_WIDTH = 380
_SIZES = {
    "LoadImage": (320, 360),
    "PreviewImage": (320, 300),
    "MaskPreview": (320, 240),
    "PreviewAny": (320, 170),
    "SaveImage": (380, 380),
    "SaveVideo": (420, 420),
    "SaveAudioMP3": (380, 140),
    "KlingAccount": (580, 420),
    "KlingEstimate": (580, 720),
}
_WIDTH, _NARROW = 400, 320
#: Pixels for what a node says while it runs and when it is done; these say nothing.
_REPORT, _SILENT = 70, frozenset({"KlingShots", "KlingCameraControl", "KlingCameraPreset"})
#: Room below a node for the clip, picture or sound that it shows when it is done: by the first output that has one.
_SHOWN = {"VIDEO": 240, "IMAGE": 240, "AUDIO": 60}
_SHOWS_NOTHING = frozenset({"KlingElement", "KlingLastFrame", "KlingVideoFrames"})


@dataclass(frozen=True)
class Placed:
    """A node with its number, where it lies, and how many pixels it grows when it is done."""

    node: Node
    id: int
    pos: tuple[int, int]
    size: tuple[int, int]
    room: int


def workflow(example: Example, known: Mapping[str, Definition]) -> dict[str, Any]:
    """In ComfyUI's UI format 0.4."""
    note = Node("MarkdownNote", "Note / 说明", values={"text": note_text(example, known)})
    steps = (Step("", (note,)), *example.steps)
    placed = _place(steps, known)
    links = _links(placed, known)
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"kling-nodes/{example.name}")),
        "revision": 0,
        "last_node_id": len(placed),
        "last_link_id": len(links),
        "nodes": [_node(one, links, known[one.node.type]) for one in placed],
        "links": links,
        "groups": _groups(steps, placed),
        "config": {},
        "extra": {"ds": {"scale": 0.7, "offset": [120, 120]}},
        "version": 0.4,
    }


def as_file(example: Example, known: Mapping[str, Definition]) -> str:
    return json.dumps(workflow(example, known), ensure_ascii=False, indent=1) + "\n"


def note_text(example: Example, known: Mapping[str, Definition]) -> str:
    english, chinese = cost_in_words(example, known)
    paragraphs = [
        f"**{' / '.join(example.title)}**",
        *(f"{label}{text}" for label, text in zip(BEFORE, example.first, strict=False)),
        example.about,
        f"**Cost**: {english}",
        f"{example.chinese}{chinese if chinese == FOR_FREE else f'费用：{chinese}'}",
        *((OWN_PICTURE,) if any(node.type == "LoadImage" for node in example.nodes) else ()),
        *(() if chinese == FOR_FREE else (WITHOUT_A_KEY,)),
    ]
    return "\n\n".join(paragraphs)


def _place(steps: tuple[Step, ...], known: Mapping[str, Definition]) -> list[Placed]:
    """Each step is a column; its nodes lie one below the other and are equally wide."""
    placed, x = [], 40
    for step in steps:
        sizes = [_size(node, known[node.type]) for node in step.nodes]
        width, y = max(width for width, _ in sizes), TOP
        for node, (_, height) in zip(step.nodes, sizes, strict=True):
            placed.append(Placed(node, len(placed) + 1, (x, y), (width, height), _room(node, known[node.type])))
            y += height + placed[-1].room + TITLE + GAP
        x += width + COLUMN
    return placed


def _room(node: Node, definition: Definition) -> int:
    if not node.type.startswith("Kling") or node.type in _SHOWS_NOTHING:
        return 0
    types = {type for _, type in definition.outputs}
    return next((room for type, room in _SHOWN.items() if type in types), 0)


def _size(node: Node, definition: Definition) -> tuple[int, int]:
    if node.type == "MarkdownNote":
        return NOTE_WIDTH, _height_of(node.values["text"])
    if node.type in _SIZES:
        return _SIZES[node.type]
    texts = sum(one.multiline for one in definition.inputs)
    report = 0 if node.type in _SILENT or not node.type.startswith("Kling") else _REPORT
    return (_WIDTH if texts else _NARROW), least_height(definition) + 30 * texts + report


def least_height(definition: Definition) -> int:
    """What ComfyUI's front end (1.37) gives a node that nobody has resized, without its title."""
    sockets = sum(not one.is_widget for one in definition.inputs)
    lines = sum(1 + bool(one.beside) for one in definition.widgets if not one.multiline)
    texts = sum(one.multiline for one in definition.widgets)
    return (
        6 + 20 * max(1, sockets, len(definition.outputs)) + (8 if definition.widgets else 0) + 24 * lines + 54 * texts
    )


def _height_of(text: str) -> int:
    """Of a note: lines of about 64 letters, where a Chinese character is as wide as two."""
    height = 50
    for paragraph in text.split("\n\n"):
        wide = sum(2 if ord(letter) > 0x2E80 else 1 for letter in paragraph)
        height += 17 * (-(-wide // 64) + paragraph.count("\n")) + 16
    return height


def _links(placed: list[Placed], known: Mapping[str, Definition]) -> list[list[Any]]:
    """[id, from node, from slot, to node, to slot, type]; slots count the inputs that are in the file."""
    numbers = {one.node: one.id for one in placed}
    found: list[list[Any]] = []
    for target in placed:
        for slot, socket in enumerate(_sockets(target.node, known[target.node.type])):
            link = target.node.values.get(socket.name)
            if isinstance(link, Link):
                outputs = known[link.node.type].outputs
                source = next(number for number, (name, _) in enumerate(outputs) if name == link.output)
                ends = [numbers[link.node], source, target.id, slot]
                found.append([len(found) + 1, *ends, outputs[source][1]])
    return found


def _sockets(node: Node, definition: Definition) -> list[Input]:
    """The inputs that the file lists: real sockets, and widgets that are linked."""
    return [one for one in definition.inputs if not one.is_widget or isinstance(node.values.get(one.name), Link)]


def _node(placed: Placed, links: list[list[Any]], definition: Definition) -> dict[str, Any]:
    node = placed.node
    incoming = {(target, slot): number for number, _, _, target, slot, _ in links}
    made = {
        "id": placed.id,
        "type": node.type,
        "pos": list(placed.pos),
        "size": list(placed.size),
        "flags": {},
        "order": placed.id - 1,
        "mode": 0,
        "inputs": [
            _input(socket, incoming.get((placed.id, slot))) for slot, socket in enumerate(_sockets(node, definition))
        ],
        "outputs": [
            {"name": name, "type": type, "links": _outgoing(placed.id, slot, links)}
            for slot, (name, type) in enumerate(definition.outputs)
        ],
        **({"title": node.title} if node.title else {}),
        "properties": {} if node.type == "MarkdownNote" else {"Node name for S&R": node.type},
        **({"widgets_values": values} if (values := _widget_values(node, definition)) else {}),
    }
    return made | ({"color": "#432", "bgcolor": "#653"} if node.type == "MarkdownNote" else {})


def _input(socket: Input, link: int | None) -> dict[str, Any]:
    optional = {"shape": 7} if socket.optional else {}
    widget = {"widget": {"name": socket.name}} if socket.is_widget else {}
    return {"name": socket.name, **optional, "type": socket.type, **widget, "link": link}


def _outgoing(node: int, slot: int, links: list[list[Any]]) -> list[int] | None:
    return [link[0] for link in links if link[1:3] == [node, slot]] or None


def _widget_values(node: Node, definition: Definition) -> list[Any]:
    """A seed is 1, so that a second take is a seed that has not been seen; a linked widget keeps its default."""
    unknown = set(node.values) - {one.name for one in definition.inputs}
    assert not unknown, f"{node.type} has no {unknown}"
    values: list[Any] = []
    for one in definition.widgets:
        given = node.values.get(one.name, 1 if one.name == "seed" else one.default)
        values.append(one.default if isinstance(given, Link) else given)
        values += [one.beside] if one.beside else []
    return values


def _groups(steps: tuple[Step, ...], placed: list[Placed]) -> list[dict[str, Any]]:
    """A box around each step that has a title."""
    by_node = {one.node: one for one in placed}
    groups = []
    for step in steps:
        if step.title:
            first, last = by_node[step.nodes[0]], by_node[step.nodes[-1]]
            top = TOP - TITLE - GROUP_TITLE
            box = [first.pos[0] - 20, top, first.size[0] + 40, last.pos[1] + last.size[1] + last.room - top + 20]
            look = {"color": "#3f789e", "font_size": 24, "flags": {}}
            groups.append({"id": len(groups) + 1, "title": step.title, "bounding": box, **look})
    return groups


def main() -> None:
    sys.path.insert(0, str(STUB))
    known = definitions(nodes_of(load_like_comfyui(ROOT)))
    for example in EXAMPLES:
        (FOLDER / f"{example.name}.json").write_text(as_file(example, known), encoding="utf-8")


if __name__ == "__main__":
    main()
