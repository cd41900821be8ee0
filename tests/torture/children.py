"""Processes forked from this one, each with a pipe to tell through: what one has told outlives its SIGKILL."""

from __future__ import annotations

import faulthandler
import json
import os
import select
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from .steps import Tell

#: The signal at which a child writes down where all its threads are.
WHERE_ARE_YOU = signal.SIGUSR1


class Child:
    """Runs `work(tell)` in a process of its own; what it writes to stderr goes to the file `errors`."""

    def __init__(self, name: str, work: Callable[[Tell], None], errors: Path) -> None:
        self.name = name
        self.errors = errors
        self.told: list[dict[str, Any]] = []
        self.exit_code: int | None = None
        self._rest = b""
        errors.touch()
        self._pipe, write = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._pipe)
            _be_a_child(work, write, errors)
        os.close(write)

    def fileno(self) -> int:
        return self._pipe

    def read(self) -> None:
        """What it has told since; at the end of its process its exit code, minus the signal's number if killed."""
        data = os.read(self._pipe, 1 << 16)
        *lines, self._rest = (self._rest + data).split(b"\n")
        self.told += [json.loads(line) for line in lines]
        if not data:
            os.close(self._pipe)
            self.exit_code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def kill(self, number: int = signal.SIGKILL) -> None:
        if self.exit_code is None:
            os.kill(self.pid, number)

    def wait(self) -> None:
        while self.exit_code is None:
            self.read()


def read_some(children: Sequence[Child], seconds: float) -> None:
    """Waits for up to `seconds` until one of them tells something or ends."""
    living = [child for child in children if child.exit_code is None]
    for child in select.select(living, [], [], max(0.0, seconds))[0]:
        child.read()


def _be_a_child(work: Callable[[Tell], None], pipe: int, errors: Path) -> None:
    lock = threading.Lock()  # a long line is not written in one piece

    def tell(fact: dict[str, Any]) -> None:
        with lock:
            os.write(pipe, json.dumps(fact).encode() + b"\n")

    code = 1
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        descriptor = os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(descriptor, 2)
        faulthandler.register(WHERE_ARE_YOU, file=2, all_threads=True)
        threading.excepthook = lambda values: tell({"defect": "".join(traceback.format_exception(values.exc_value))})
        work(tell)
        code = 0
    except BaseException:  # noqa: BLE001 - the outermost edge of a process: whatever it is must be told
        tell({"defect": traceback.format_exc()})
    finally:
        sys.stderr.flush()
        os._exit(code)
