"""The direction of the imports, and what must not be in any file of the repository."""

from __future__ import annotations

import ast
import base64
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = ROOT / "kling_api"
NODES = ROOT / "nodes"
#: Data and pure functions: nothing of the outside world.
PURE = (
    *("bounds", "capabilities", "catalog", "costs", "errors", "estimate", "explain", "fingerprint", "hosts", "job"),
    *("job_errors", "limits", "media_limits", "models", "polling", "quote", "recordings", "redaction", "stills"),
    *("upload_settings", "upload_target"),
    *(
        f"{path.parent.name}/{path.stem}"
        for name in ("checks", "dialects", "operations")
        for path in (LIBRARY / name).glob("*.py")
    ),
)
OUTSIDE_WORLD = {
    *("requests", "urllib3", "aiohttp", "socket", "ssl", "http", "asyncio", "subprocess"),
    *("sqlite3", "os", "shutil", "tempfile", "torch", "numpy", "cv2", "av", "jwt", "psutil"),
}
#: Where a large or rare package may be imported, and nowhere else.
ONLY_IN = {
    "torch": "media",
    "cv2": "media",
    "av": "media",
    "sqlite3": ("ledger.py", "ledger_file.py", "sandbox"),
    "boto3": "s3.py",
    "jwt": ("auth.py", "sandbox"),
    "aiohttp": ("sandbox", "handlers.py"),
    "typer": ("__main__.py", "cli"),
    "rich": ("__main__.py", "cli"),
}


def _sources(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _imports(path: Path) -> Iterator[str]:
    """Every module that is imported anywhere in the file, but for types alone; relative ones with their dots."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from (f"{module.rstrip('.')}.{alias.name}" if not node.module else module for alias in node.names)


def _packages(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in _imports(path) if not name.startswith(".")}


def _above(path: Path) -> int:
    """How many dots lead out of kling_api or nodes."""
    return len(path.relative_to(ROOT).parts)


@pytest.mark.parametrize("path", _sources(LIBRARY), ids=_name)
def test_the_library_knows_neither_the_nodes_nor_comfyui(path: Path) -> None:
    assert not _packages(path) & {"nodes", "comfy", "comfy_api", "comfy_execution", "folder_paths", "server"}
    assert not [name for name in _imports(path) if name.startswith("." * _above(path))]


@pytest.mark.parametrize(
    "path", _sources(LIBRARY) + _sources(NODES), ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_the_pack_imports_itself_by_relative_names_only(path: Path) -> None:
    assert not _packages(path) & {"kling_api", "nodes", "kling_nodes", "tests"}
    assert "sys.path.insert" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PURE)
def test_data_and_decisions_know_nothing_of_the_outside_world(name: str) -> None:
    path = LIBRARY / f"{name}.py"
    assert not _packages(path) & OUTSIDE_WORLD
    ours = {module.lstrip(".").partition(".")[0] for module in _imports(path) if module.startswith(".")}
    assert not ours & {"client", "ledger", "transport", "download", "settings", "media", "sandbox", "submit", "wait"}


@pytest.mark.parametrize("package", ONLY_IN)
def test_a_large_package_is_imported_in_one_place_only(package: str) -> None:
    allowed = (ONLY_IN[package],) if isinstance(ONLY_IN[package], str) else ONLY_IN[package]
    found = {
        path.relative_to(folder).parts[0]
        for folder in (LIBRARY, NODES)
        for path in _sources(folder)
        if package in _packages(path)
    }
    assert found
    assert found <= set(allowed)


def test_the_client_knows_no_provider() -> None:
    for name in ("client", "submit", "find", "wait", "collect", "run", "ledger", "sidecar", "transport", "download"):
        known = [module for module in _imports(LIBRARY / f"{name}.py") if module.startswith(".dialects")]
        assert set(known) <= {".dialects", ".dialects.wire"}


def test_one_module_alone_reads_the_environment() -> None:
    readers = {
        _name(path)
        for path in _sources(LIBRARY) + _sources(NODES)
        if re.search(r"\bos\.(environ|getenv)|from os import .*(environ|getenv)", path.read_text(encoding="utf-8"))
    }
    assert readers == {"kling_api/settings.py"}


def test_a_status_word_of_the_wire_stands_in_the_dialects_alone() -> None:
    words = re.compile(r"""["'](succeed|succeeded|task_status|final_unit_deduction)["']""")
    users = {
        path.relative_to(LIBRARY).parts[0]
        for path in _sources(LIBRARY)
        if words.search(path.read_text(encoding="utf-8"))
    }
    assert users <= {"dialects", "sandbox"}
    assert "dialects" in users


def _tracked() -> list[Path]:
    """What git would put into a commit; without git every file that is no cache."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        skipped = {".git", ".venv", "__pycache__", "output", ".ruff_cache", ".pytest_cache", ".hypothesis"}
        return [path for path in ROOT.rglob("*") if path.is_file() and not skipped & set(path.parts)]
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def _texts() -> Iterator[tuple[str, str]]:
    for path in _tracked():
        try:
            yield _name(path), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


#: Written so that this file does not find itself.
FORBIDDEN = {
    "a package registry": r"pypi\.(org|python)|files\.pythonhosted|registry\.npm|download\.pytorch|conda\.anac[o]nda",
    "a path of somebody's machine": r"(?<![\w.])/(home|Users|root|work)/(?!user\b)[\w.-]+|[A-Z]:\\Users\\",
    "an API key": r"\bsk-(?!FAKE)[A-Za-z0-9]{16,}|api-key-kling-(?!FAKE|sandbox|BOGUS|planted|x+\b)[A-Za-z0-9]{8,}",
    "an access token": r"\bgh[pousr]_[A-Za-z0-9]{20,}|\bAKIA[0-9A-Z]{16}\b|\bhf_[A-Za-z]{30,}",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = {name: match[0] for name, text in _texts() if (match := pattern.search(text))}
    assert found == {}


def test_every_token_in_a_file_belongs_to_an_example() -> None:
    tokens = re.compile(r"eyJ[\w-]{10,}\.([\w-]{10,})\.[\w-]+")
    for name, text in _texts():
        for match in tokens.finditer(text):
            claims = base64.urlsafe_b64decode(match[1] + "===")
            assert b"EXAMPLE" in claims or b"FAKE" in claims, name


@pytest.mark.parametrize("path", sorted(ROOT.glob("kling_api/**/*.json")), ids=lambda path: path.name)
def test_every_table_names_its_source_and_date(path: Path) -> None:
    table = json.loads(path.read_text(encoding="utf-8"))
    assert len(table["source"]) > 20
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", table["date"])


def test_the_top_level_holds_what_a_tool_looks_up_there_and_nothing_else() -> None:
    found = {path.relative_to(ROOT).parts[0] for path in _tracked()}
    tools = {
        *(".ci", ".gitignore", "LICENSE", "Makefile", "README.md", "README.zh.md", "SECURITY.md", "pyproject.toml"),
        *("requirements.txt", "benchmarks", "locales", "example_workflows"),
        *(".comfyignore", ".github", "CHANGELOG.md"),
    }
    assert found <= {"__init__.py", "nodes", "kling_api", "tests"} | tools


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
    ours = [path for folder in (LIBRARY, NODES) for path in _sources(folder)]
    assert not [path for path in ours if path.stem in vague]
