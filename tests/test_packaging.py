"""What the registry's archive holds, and what the files that tools and people look up there say."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import load_like_comfyui

from kling_api import __version__
from kling_api.dialects import DIALECTS
from kling_api.settings import _ENVIRONMENT, CHINA_URL, GLOBAL_URL

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = {
    *("__init__.py", "nodes", "kling_api", "locales", "example_workflows", "pyproject.toml", "requirements.txt"),
    *("README.md", "README.zh.md", "LICENSE", "SECURITY.md"),
}


def _git(*arguments: str, given: str = "") -> list[str]:
    done = subprocess.run(["git", *arguments], cwd=ROOT, input=given.encode(), capture_output=True, check=False)
    if done.returncode > 1:  # 1: no file is ignored
        pytest.skip(f"git cannot say which files there are: {done.stderr.decode().strip()}")
    return [name for name in done.stdout.decode().split("\0") if name]


@pytest.fixture(scope="module")
def archive() -> list[Path]:
    """As the registry's own tool does it: what git would keep, without what .comfyignore names."""
    kept = _git("ls-files", "--cached", "--others", "--exclude-standard", "-z")
    ignore = f"core.excludesFile={ROOT / '.comfyignore'}"
    left_out = set(_git("-c", ignore, "check-ignore", "--no-index", "--stdin", "-z", given="\0".join(kept)))
    return [Path(name) for name in kept if name not in left_out and (ROOT / name).is_file()]


def test_the_archive_holds_what_runs_and_what_users_read_and_nothing_else(archive: list[Path]) -> None:
    assert {path.parts[0] for path in archive} == SHIPPED
    assert not [path for path in archive if path.suffix in (".pyc", ".part") or path.name == "texts.json"]


def test_the_archive_is_small(archive: list[Path]) -> None:
    assert sum((ROOT / path).stat().st_size for path in archive) < 8_000_000


def test_the_archive_loads_by_itself(archive: list[Path], tmp_path: Path, load_pack: object) -> None:
    folder = tmp_path / "kling-nodes@0.1.0"
    for path in archive:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, folder / path)
    pack = load_like_comfyui(folder)
    nodes = asyncio.run(asyncio.run(pack.comfy_entrypoint()).get_node_list())
    assert len(nodes) == 29
    assert (folder / pack.WEB_DIRECTORY).is_dir()


def test_the_change_log_begins_with_the_version_of_the_project() -> None:
    newest = re.search(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    project = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest
    assert project
    assert newest[1] == project[1] == __version__


def test_the_security_page_names_every_variable_and_usual_host() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    names = {name for names in _ENVIRONMENT.values() for name in names} | {"KLING_PROFILE", "KLING_HOME"}
    hosts = {url for url in (GLOBAL_URL, CHINA_URL, *(dialect.base_url for dialect in DIALECTS.values())) if url}
    assert {name for name in names if f"`{name}`" not in text} == set()
    assert {url for url in hosts if url.removeprefix("https://").partition("/")[0] not in text} == set()


def test_only_the_pack_s_own_repository_publishes_and_only_what_was_tested() -> None:
    workflow = (ROOT / ".github" / "workflows" / "publish.yml").read_text(encoding="utf-8")
    assert "github.repository_owner == 'kling-nodes'" in workflow
    assert "needs: test" in workflow
    assert re.findall(r"\$\{\{ (.+?) \}\}", workflow) == ["secrets.REGISTRY_ACCESS_TOKEN"]
