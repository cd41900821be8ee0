"""A server of a benchmark as a process of its own: it prints its URL, and ends when its standard input does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def serving(module: str, *arguments: str) -> Iterator[str]:
    """The URL that `python -m module` prints. RuntimeError where it prints none."""
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            url = process.stdout.readline().strip()
            if not url:
                raise RuntimeError(f"{module} ended before it served anything; see what it said above.")
            yield url
        finally:
            process.stdin.close()
