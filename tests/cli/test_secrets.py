"""A planted key is in nothing that the command prints or writes."""

from __future__ import annotations

from pathlib import Path

from .conftest import SHORT, Kling

KEY = "planted-0a1b2c3d4e5f-key"


def test_the_key_is_in_no_output_and_in_no_file(kling: Kling) -> None:
    request = ("text2video", "--prompt", "A paper boat", *SHORT)
    environment = {"KLING_API_KEY": KEY}
    ended = [kling(*request, **environment), kling(*request, "--json", **environment)]
    kling.fault("refuse", message=f"no account for {KEY}")
    ended += [kling(*request, "--json", **environment)]
    ended += [kling("doctor", **environment), kling("doctor", "--json", **environment)]
    key = ended[2].document["job_key"]
    ended += [kling("jobs"), kling("jobs", "--json"), kling("jobs", "--costs"), kling("jobs", "forget", key)]
    ended += [kling("jobs", "retry", key, **environment), kling("text2video", "--help", **environment)]
    ended += [kling(*request, **environment, KLING_BASE_URL=f"http://user:{KEY}@127.0.0.1:9")]
    assert all(KEY not in one.stdout + one.stderr for one in ended)
    assert ended[0].exit_code == 1
    assert _files_with(KEY, kling.home, kling.folder) == []


def _files_with(secret: str, *folders: Path) -> list[Path]:
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    assert any(file.name == "ledger.sqlite3" for file in files)
    return [file for file in files if secret.encode() in file.read_bytes()]
