"""What all tests share: a data folder of their own without keys, and the pack loaded in the way of ComfyUI."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
STUB = Path(__file__).parent / "comfy_stub"
#: All that ComfyUI needs of the pack.
PACK = ("__init__.py", "nodes", "kling_api")

LoadPack = Callable[[str], ModuleType]


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


@pytest.fixture
def load_pack(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LoadPack]:
    """Loads a copy of the pack from a folder of that name as ComfyUI's `load_custom_node` does (ComfyUI 0.8)."""
    monkeypatch.syspath_prepend(str(STUB))
    before = set(sys.modules)
    yield lambda name: load_like_comfyui(copy_pack(tmp_path / "custom_nodes" / name))
    for name in set(sys.modules) - before:
        if _is_ours(sys.modules[name]):
            del sys.modules[name]


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
