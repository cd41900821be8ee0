"""What all tests share: a data folder of their own without keys, and the pack loaded in the way of ComfyUI."""

from __future__ import annotations

import asyncio
import gc
import importlib
import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from kling_api import polling, wait

if TYPE_CHECKING:
    from kling_api.sandbox.server import Sandbox

ROOT = Path(__file__).resolve().parents[1]
STUB = Path(__file__).parent / "comfy_stub"
#: All that ComfyUI needs of the pack.
PACK = ("__init__.py", "nodes", "kling_api", "locales")

LoadPack = Callable[[str], ModuleType]
#: A local provider is asked this much more often than outside of the tests.
_HASTE = 10


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keeps pytest from importing the pack itself: the root's `__init__.py` makes it look like a test package.

    Only the pack's own loader may import it: it needs ComfyUI, and a folder's name need not be a module's name.
    """
    for root in {node for item in items for node in item.listchain() if node.path == ROOT}:
        if isinstance(root, pytest.Package):
            root.setup = lambda: None


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder; no setting of the machine's user is in force."""
    for name in [name for name in os.environ if name.startswith("KLING_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "kling home"
    folder.mkdir()
    monkeypatch.setenv("KLING_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clips of all sandboxes, of all workers of this test run: the same clip need not be drawn for each test."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "rendered clips"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def sandbox_folder(tmp_path_factory: pytest.TempPathFactory, rendered: Path) -> Callable[[], Path]:
    """Makes a folder for a sandbox that keeps its clips with those of the others."""

    def make() -> Path:
        folder = tmp_path_factory.mktemp("sandbox")
        (folder / "clips").symlink_to(rendered)
        return folder

    return make


@pytest.fixture
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clips that are drawn already are ready in no time: then most of a test would be the pause between questions."""

    def hasty_plan(operation: str, local: bool, past: Sequence[float]) -> polling.Plan:
        plan = polling.make_plan(operation, local, past)
        names = ("first", "look", "interval") if local else ()
        return replace(plan, **{name: getattr(plan, name) / _HASTE for name in names})

    monkeypatch.setattr(wait, "make_plan", hasty_plan)


@pytest.fixture(scope="session")
def _pack_copies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch  # noqa: F401 - the largest of what is loaded once

    gc.collect()
    gc.freeze()  # what is there now stays: the collector need not look at it after each test
    return tmp_path_factory.mktemp("custom_nodes")


@pytest.fixture
def load_pack(_pack_copies: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoadPack]:
    """Loads a copy of the pack from a folder of that name as ComfyUI's `load_custom_node` does (ComfyUI 0.8).

    A copy is made once and compiled once; its modules are loaded anew for each test.
    """
    monkeypatch.syspath_prepend(str(STUB))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    before = set(sys.modules)

    def load(name: str) -> ModuleType:
        folder = _pack_copies / name
        return load_like_comfyui(folder if folder.exists() else copy_pack(folder))

    yield load
    for name in set(sys.modules) - before:
        if _is_ours(sys.modules[name]):
            del sys.modules[name]


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The pack's classes by their ids; loaded once, it takes longer than the tests that only look at them."""
    before = set(sys.modules)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(STUB))
        yield nodes_of(load_like_comfyui(copy_pack(tmp_path_factory.mktemp("custom_nodes") / "comfyui-kling@1.0")))
    gc.collect()
    for name in set(sys.modules) - before:
        if _is_ours(sys.modules[name]):
            del sys.modules[name]


@pytest.fixture
def pack(load_pack: LoadPack) -> Iterator[ModuleType]:
    yield load_pack("comfyui-kling@1.0")
    gc.collect()  # what asyncio has to say about a forgotten future belongs to the test that forgot it


@pytest.fixture
def provider(
    sandbox_folder: Callable[[], Path], pack: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Sandbox]:
    """A provider that the profile sandbox leads to."""
    from kling_api.sandbox.config import SandboxConfig
    from kling_api.sandbox.server import Sandbox

    with Sandbox(SandboxConfig(folder=sandbox_folder(), pace=0.02, shrink=4)) as running:
        monkeypatch.setenv("KLING_PROFILE", "sandbox")
        monkeypatch.setenv("KLING_BASE_URL", running.url)
        yield running


def nodes_of(pack: ModuleType) -> dict[str, Any]:
    """The classes of its nodes by their ids."""
    extension = asyncio.run(pack.comfy_entrypoint())
    return {node.define_schema().node_id: node for node in asyncio.run(extension.get_node_list())}


def part_of(pack: ModuleType, name: str) -> Any:
    """A module of the pack as it was loaded."""
    return importlib.import_module(f"{pack.__name__}.{name}")


def options_of(pack: ModuleType, node: str, name: str) -> dict[str, Any]:
    """Of one input."""
    return next(one.options for one in nodes_of(pack)[node].define_schema().inputs if one.id == name)


def execute(pack: ModuleType, node: str, **inputs: Any) -> Any:
    """The node's NodeOutput."""
    result = nodes_of(pack)[node].execute(**inputs)
    return asyncio.run(result) if asyncio.iscoroutine(result) else result


def copy_pack(target: Path) -> Path:
    """The pack as it lies in custom_nodes: no tests, no caches."""
    target.mkdir(parents=True)
    for name in PACK:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, target / name)
    return target


def load_like_comfyui(folder: Path) -> ModuleType:
    """The module's name is the folder's whole path; the folder is not on sys.path."""
    name = str(folder).replace(".", "_x_")
    spec = importlib.util.spec_from_file_location(name, folder / "__init__.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _is_ours(module: ModuleType) -> bool:
    file = getattr(module, "__file__", None) or ""
    return "custom_nodes" in file or file.startswith(str(STUB))
