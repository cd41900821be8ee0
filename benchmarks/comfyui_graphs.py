"""Graphs of one node and of eight in a real ComfyUI, from the folder in COMFYUI_DIR: ours, and nodes of the usual way.

The server and its start are those of the tests in ComfyUI.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kling_api.media import write_picture
from kling_api.sandbox.config import DEFAULT_API_KEY
from tests.comfyui.conftest import ComfyUI

from .clips import moving_picture
from .graphs import EIGHT, IMAGE, MODEL, PROMPT, SIZE, TEXT, Figures
from .provider import provider

#: A node of the usual way. It looks different to ComfyUI at each run, so that it is executed.
_PLAIN_NODE = """
from .plain import make_clip


class PlainKling:
    CATEGORY, FUNCTION, OUTPUT_NODE, RETURN_TYPES = "", "run", True, ("IMAGE",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"seed": ("INT", {"max": 2**31})}, "optional": {"image": ("IMAGE",)}}

    def run(self, seed, image=None):
        return (make_clip(image),)


NODE_CLASS_MAPPINGS = {"PlainKling": PlainKling}
"""
_PICTURE = "picture.png"


def run_graphs(runs: int) -> list[dict[str, Figures]]:
    """Seconds of one node of each kind and of eight, for each run: ours and the usual way in turn."""
    with TemporaryDirectory(prefix="kling-comfyui-") as name, provider(Path(name) / "provider") as url:
        folder = Path(name)
        keys = {"KLING_PROFILE": "sandbox", "KLING_BASE_URL": url, "PLAIN_URL": url, "PLAIN_KEY": DEFAULT_API_KEY}
        server = ComfyUI(folder / "comfyui", keys)
        _add_plain_node(server.base / "custom_nodes" / "plain")
        write_picture(server.base / "input" / _PICTURE, next(moving_picture(SIZE, 1)))
        server.start()
        try:
            return list(_runs(server, runs))
        finally:
            server.stop()


def _add_plain_node(folder: Path) -> None:
    folder.mkdir()
    (folder / "__init__.py").write_text(_PLAIN_NODE, encoding="utf-8")
    shutil.copy(Path(__file__).with_name("plain.py"), folder)


def _runs(server: ComfyUI, runs: int) -> Iterator[dict[str, Figures]]:
    seeds = iter(range(10**6))

    def seconds(way: str, kinds: Sequence[str]) -> float:
        return _duration(server.run(_graph(way, kinds, seeds)))

    for way in ("ours", "usual"):
        seconds(way, (TEXT, IMAGE))  # libraries are loaded, and the clips are drawn
    graphs = {TEXT: (TEXT,), IMAGE: (IMAGE,), "eight": EIGHT}
    for _ in range(runs):
        yield {way: {name: seconds(way, kinds) for name, kinds in graphs.items()} for way in ("ours", "usual")}


def _graph(way: str, kinds: Sequence[str], seeds: Iterator[int]) -> dict[str, Any]:
    graph: dict[str, Any] = {"picture": {"class_type": "LoadImage", "inputs": {"image": _PICTURE}}}
    for number, kind in enumerate(kinds):
        inputs: dict[str, Any] = {"seed": next(seeds)} | ({"image": ["picture", 0]} if kind == IMAGE else {})
        if way == "usual":
            graph[str(number)] = {"class_type": "PlainKling", "inputs": inputs}
            continue
        graph[str(number)] = {"class_type": kind, "inputs": _ours(kind) | inputs}
        graph[f"{number} id"] = {"class_type": "PreviewAny", "inputs": {"source": [str(number), 4]}}
    return graph


def _ours(kind: str) -> dict[str, Any]:
    """What the node requires, as it comes."""
    values = {"prompt": PROMPT, "model_name": MODEL, "mode": "std", "duration": 5, "negative_prompt": ""}
    values |= {"cfg_scale": 0.5, "sound": False, "decode": "all"}
    return values | ({"aspect_ratio": "16:9"} if kind == TEXT else {})


def _duration(entry: dict[str, Any]) -> float:
    """Seconds of the execution, by ComfyUI's own clock."""
    times = {name: data["timestamp"] for name, data in entry["status"]["messages"]}
    return (times["execution_success"] - times["execution_start"]) / 1000
