"""Starts to be measured, each in a process of its own: the pack and a plain one, loaded as by ComfyUI or by ComfyUI."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

OURS, USUAL = "kling-nodes", "plain-pack"
_ROOT = Path(__file__).resolve().parents[1]
_STUB = _ROOT / "tests" / "comfy_stub"
_PACK = ("__init__.py", "nodes", "kling_api", "locales")

#: The usual way: a pack of our own making, as plain as can be, whose `__init__` imports what its nodes use.
_PLAIN = """
import cv2
import jwt
import requests
from comfy_api.v0_0_2 import ComfyExtension, io
from PIL import Image


class PlainNode(io.ComfyNode):
    @classmethod
    def define_schema(cls):
        return io.Schema(node_id="PlainNode", display_name="Plain", category="", inputs=[], outputs=[])

    @classmethod
    def execute(cls):
        return io.NodeOutput()


class PlainExtension(ComfyExtension):
    async def get_node_list(self):
        return [PlainNode]


async def comfy_entrypoint():
    return PlainExtension()
"""

#: As ComfyUI loads a pack; before it, what ComfyUI 0.10 has loaded by then. Garbage is collected first: the collection
#: that torch and others have brought near takes 70 ms, wherever it falls.
_LOAD = """
import gc, importlib.util, json, sys, time
import asyncio, concurrent.futures, dataclasses, decimal, inspect, logging, urllib.parse
import numpy, PIL.Image, requests, torch
sys.path.insert(0, sys.argv[1])
import comfy_api.v0_0_2, comfy_execution.utils, server
name = sys.argv[2]
spec = importlib.util.spec_from_file_location(name.replace(".", "_x_"), name + "/__init__.py")
module = importlib.util.module_from_spec(spec)
gc.collect()
before, begun, begun_cpu = set(sys.modules), time.perf_counter(), time.process_time()
sys.modules[spec.name] = module
spec.loader.exec_module(module)
imported, imported_cpu = time.perf_counter(), time.process_time()
extension = asyncio.run(module.comfy_entrypoint())
nodes = asyncio.run(extension.get_node_list())
schemas = {}
for node in nodes:
    start = time.perf_counter()
    node.define_schema()
    schemas[node.__name__] = 1000 * (time.perf_counter() - start)
new = set(sys.modules) - before
own = {one for one in new if one.startswith(spec.name)}
brought = {one.partition(".")[0] for one in new - own} - {one.partition(".")[0] for one in before}
print(json.dumps({
    "seconds": imported - begun, "cpu": imported_cpu - begun_cpu, "schemas": schemas,
    "modules": sorted(one.removeprefix(spec.name) for one in own),
    "packages": sorted(brought - sys.stdlib_module_names),
}))
"""

#: ComfyUI's own start up to the point where it would serve; around the function that it times itself, a better clock.
_COMFYUI = """
import json, os, sys, time
comfyui, base = sys.argv[1:]
sys.path.insert(0, comfyui)
sys.argv = ["main.py", "--cpu", "--quick-test-for-ci", "--base-directory", base, "--disable-api-nodes",
            "--disable-assets-autoscan", "--database-url", "sqlite:///:memory:"]
import main, nodes
load, found = nodes.load_custom_node, {}

async def timed(path, *values, module_parent, **named):
    before, known, begun = set(sys.modules), set(nodes.NODE_CLASS_MAPPINGS), time.perf_counter()
    loaded = await load(path, *values, module_parent=module_parent, **named)
    seconds = time.perf_counter() - begun
    if module_parent == "custom_nodes":
        new = {one for one in set(sys.modules) - before if not one.startswith(path.replace(".", "_x_"))}
        brought = {one.partition(".")[0] for one in new} - {one.partition(".")[0] for one in before}
        found[os.path.basename(path)] = {
            "seconds": seconds, "loaded": loaded, "packages": sorted(brought - sys.stdlib_module_names),
            "nodes": [name for name in nodes.NODE_CLASS_MAPPINGS if name not in known],
        }
    return loaded

nodes.load_custom_node = timed
try:
    main.start_comfyui()
except SystemExit:
    pass
for pack in found.values():
    begun = time.perf_counter()
    for name in pack["nodes"]:
        nodes.NODE_CLASS_MAPPINGS[name].GET_NODE_INFO_V1()
    pack["info"] = 1000 * (time.perf_counter() - begun)
print("found " + json.dumps(found))
"""


def make_packs(folder: Path) -> dict[str, Path]:
    """Both packs in the custom_nodes of a base directory; nothing is compiled yet."""
    packs = {way: folder / "custom_nodes" / way for way in (OURS, USUAL)}
    for pack in packs.values():
        pack.mkdir(parents=True)
    for name in _PACK:
        source, target = _ROOT / name, packs[OURS] / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    (packs[USUAL] / "__init__.py").write_text(_PLAIN, encoding="utf-8")
    return packs


def load(pack: Path, keep_compiled: bool = True) -> dict[str, Any]:
    """What loading the pack took: seconds, cpu (s), schemas (ms by node); modules of its own, packages it brought."""
    environment = _environment(pack) | ({} if keep_compiled else {"PYTHONDONTWRITEBYTECODE": "1"})
    return json.loads(_output([sys.executable, "-c", _LOAD, str(_STUB), str(pack)], environment, pack.parents[1]))


def start_comfyui(comfyui: Path, pack: Path) -> dict[str, dict[str, Any]]:
    """What it took by pack: seconds of load_custom_node, `listed` in ComfyUI's own list, info (ms), packages."""
    command = [os.environ.get("COMFYUI_PYTHON", sys.executable), "-c", _COMFYUI, str(comfyui), str(pack.parents[1])]
    output = _output(command, _environment(pack), pack.parents[1], with_log=True)
    found = json.loads(next(line for line in output.splitlines() if line.startswith("found "))[6:])
    for seconds, failed, name in re.findall(r"^ *(\d+\.\d) seconds( \(IMPORT FAILED\))?: .*[/\\](.+)$", output, re.M):
        if failed:
            raise RuntimeError(f"ComfyUI could not load {name}:\n{output[-4000:]}")
        found[name]["listed"] = float(seconds)
    return found


def _environment(pack: Path) -> dict[str, str]:
    """Python keeps what it has compiled; no setting of this machine's user is in force."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KLING_", "PYTHON"))}
    return kept | {"KLING_HOME": str(pack.parents[1] / "kling-home"), "HF_HUB_OFFLINE": "1"}


def _output(command: Sequence[str], environment: Mapping[str, str], cwd: Path, with_log: bool = False) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=cwd)
    if done.returncode:
        raise RuntimeError(f"The process to be measured broke off:\n{done.stderr[-4000:]}")
    return f"{done.stdout}\n{done.stderr}" if with_log else done.stdout
