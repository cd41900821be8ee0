"""The words in which an example workflow is told: its nodes, what links them, the steps that they stand in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, eq=False)
class Node:
    """`values`: what is not as it comes; a Link goes to a socket, or to a widget that it overrides.

    `lasting`: seconds of the result, for its price, where they come from what is linked.
    """

    type: str
    title: str = ""
    lasting: int = 0
    values: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, output: str) -> Link:
        return Link(self, output)


@dataclass(frozen=True)
class Link:
    node: Node
    output: str


@dataclass(frozen=True)
class Step:
    """A column of nodes, in a group if it has a title."""

    title: str
    nodes: tuple[Node, ...]


@dataclass(frozen=True)
class Example:
    """`title`: English, then Chinese. `about`: Markdown. `chinese`: what it does, in a sentence or two.

    `first`: what must be known before it is run, in English and Chinese; the note begins with it.
    """

    name: str
    title: tuple[str, str]
    about: str
    chinese: str
    steps: tuple[Step, ...]
    first: tuple[str, ...] = ()

    @property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(node for step in self.steps for node in step.nodes)


def node(type: str, title: str = "", lasting: int = 0, **values: Any) -> Node:
    return Node(type, title, lasting, values)


def step(title: str, *nodes: Node) -> Step:
    return Step(title, nodes)


def load_image(title: str = "") -> Node:
    """The picture that ComfyUI brings: a drawing of a girl in a pink dress."""
    return node("LoadImage", title, image="example.png")


def clip(prompt: str, **values: Any) -> Node:
    """A clip to go on from."""
    return node("KlingText2Video", prompt=prompt, **{"decode": "first", **values})


def picture(prompt: str, **values: Any) -> Node:
    return node("KlingImageGeneration", prompt=prompt, **values)


def save_video(made: Node, name: str, output: str = "video") -> Node:
    return node("SaveVideo", video=made[output], filename_prefix=f"kling/{name}")


def save_image(made: Node, name: str, output: str = "images") -> Node:
    return node("SaveImage", images=made[output], filename_prefix=f"kling/{name}")


def save_audio(made: Node, name: str) -> Node:
    return node("SaveAudioMP3", audio=made["audio"], filename_prefix=f"kling/{name}")


def show(made: Node, output: str = "images", title: str = "") -> Node:
    return node("PreviewImage", title, images=made[output])
