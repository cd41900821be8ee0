"""One run of the client in a process of its own, to which something happens at one step.

`python child.py '<JSON>'` is one such process and prints what came of it as a line of JSON; without an argument it
forks one for each line that it reads, which saves the time to start. Patches are made in that process alone.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import requests

from kling_api import collect, polling, rounds, transport
from kling_api.client import Client
from kling_api.errors import KlingError
from kling_api.ledger import Ledger
from kling_api.media import probe
from kling_api.operations import Text2Video
from kling_api.settings import Credentials, Profile
from kling_api.transport import Transport

JOB = Text2Video(prompt="A paper boat on a river", duration=3)
KEY = "api-key-kling-sandbox"

#: In the order in which a run comes by; where it happens, and whether before or after that.
STEPS: dict[str, tuple[Any, str, str]] = {
    "the row is written": (Ledger, "claim", "after"),
    "the request is recorded, not sent": (Transport, "send", "before"),
    "the request is sent, the answer not read": (transport, "_json", "before"),
    "the answer is read, not recorded": (Ledger, "accepted", "before"),
    "the task is recorded": (Ledger, "accepted", "after"),
    "the task was asked about": (rounds, "_singly", "after"),
    "the download begins": (collect, "download", "before"),
    "half of the file is there": (requests.Response, "iter_content", "in the middle of"),
    "the file is whole, not renamed": (probe, "check_clip", "after"),
    "the file is renamed, not recorded": (Ledger, "collected", "before"),
    "the file is recorded": (Ledger, "collected", "after"),
    "the row is released": (Ledger, "release", "after"),
}

#: A process whose mounts nobody else sees; where that is not allowed, it ends with an error.
OWN_MOUNTS = ("unshare", "--user", "--map-root-user", "--mount")
#: Root without the right to pass over the modes of files.
MODES_COUNT = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")

Blow = Callable[[], None]


@dataclass(frozen=True)
class Came:
    """What came of a run: `error` is "" or the name of the class."""

    code: int
    error: str = ""
    text: str = ""
    charged: str = ""
    job_key: str = ""
    files: tuple[str, ...] = ()

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL


def run_child(url: str, home: Path, step: str = "", blow: str = "", prefix: tuple[str, ...] = ()) -> Came:
    """`prefix`: a command that starts it with other rights."""
    order = {"url": url, "home": str(home), "step": step, "blow": blow}
    code, said = _run_alone(prefix, order) if prefix else _nursery().run(order)
    return _read(code, said)[-1]


def run_child_on_a_small_disk(url: str, home: Path, step: str) -> tuple[Came, Came]:
    """On a disk of its own that is full from that step on; and once more when there is room again (Linux)."""
    code, said = _run_alone(OWN_MOUNTS, {"url": url, "home": str(home), "step": step, "blow": "fill the disk"})
    first, second = _read(code, said)
    return first, second


def _run_alone(prefix: tuple[str, ...], order: dict[str, Any]) -> tuple[int, str]:
    command = [*prefix, sys.executable, __file__, json.dumps(order)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=60, check=False, cwd="/")
    return done.returncode, done.stdout


def _read(code: int, said: str) -> list[Came]:
    assert code in (0, -signal.SIGKILL), f"the child ended with {code}, see its stderr"
    return [Came(code, **json.loads(line)) for line in said.splitlines()] or [Came(code)]


class _Nursery:
    """A process that forks children; it has no threads, which pytest with its sandboxes has."""

    def __init__(self) -> None:
        command = [sys.executable, __file__]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/")
        atexit.register(self._close)

    def run(self, order: dict[str, Any]) -> tuple[int, str]:
        """Exit code (negative: the signal) and output of one child."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        code, said = json.loads(self._process.stdout.readline())
        return code, said

    def _close(self) -> None:
        self._process.communicate(timeout=10)


@cache
def _nursery() -> _Nursery:
    return _Nursery()


def happen(step: str, blow: Blow) -> None:
    """Has the blow fall at that step, each time that the run comes by."""
    owner, name, when = STEPS[step]
    original = getattr(owner, name)

    def around(*values: Any, **more: Any) -> Any:
        if when == "before":
            blow()
        result = original(*values, **more)
        if when == "after":
            blow()
        return _broken_off(values[0], result, blow) if when == "in the middle of" else result

    setattr(owner, name, around)


def _broken_off(response: requests.Response, pieces: Iterator[bytes], blow: Blow) -> Iterator[bytes]:
    """Only for files: answers are read by the same method."""
    yield next(pieces)
    if "/results/" in response.url:
        blow()
    yield from pieces


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fill_up() -> None:
    """No file can be written any more, as on a full disk; Python has the signal for it ignored."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


def live(url: str, home: Path) -> dict[str, Any]:
    profile = Profile("test", url, "official", Credentials(api_key=KEY), home)
    try:
        result = Client(profile).run(JOB)
    except KlingError as error:
        words = {"error": type(error).__name__, "text": str(error), "charged": error.charged.name}
        return {**words, "job_key": error.job_key or ""}
    return {"job_key": result.job_key, "files": [str(path) for path in result.files]}


class SmallDisk:
    """A disk of 2 MB at that folder, which can be filled up by a file of rubbish."""

    def __init__(self, folder: Path) -> None:
        self._rubbish = folder / "rubbish"
        folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", folder], check=True)

    def fill(self) -> None:
        with suppress(OSError), self._rubbish.open("ab", buffering=0) as file:
            while file.write(bytes(4096)):
                pass

    def clear(self) -> None:
        self._rubbish.unlink()


def _main(order: dict[str, Any]) -> None:
    polling.LOCAL_SECONDS = 0.2
    home = Path(order["home"])
    disk = SmallDisk(home) if order["blow"] == "fill the disk" else None
    blow = disk.fill if disk else {"die": die, "fill up": fill_up, "": lambda: None}[order["blow"]]
    if order["step"]:
        happen(order["step"], lambda: None if _over else blow())
    else:
        blow()
    print(json.dumps(live(order["url"], home)))
    if disk:
        _over.append(True)
        disk.clear()
        print(json.dumps(live(order["url"], home)))


_over: list[bool] = []


def _fork_children() -> None:
    for line in sys.stdin:
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.dup2(writing, 1)
            os.close(reading)
            os.close(writing)
            _end_as_a_child(json.loads(line))
        os.close(writing)
        with os.fdopen(reading) as pipe:
            said = pipe.read()
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        print(json.dumps([code, said]), flush=True)


def _end_as_a_child(order: dict[str, Any]) -> None:
    try:
        _main(order)
        sys.stdout.flush()
        os._exit(0)
    finally:
        traceback.print_exc()
        os._exit(1)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _main(json.loads(sys.argv[1]))
    else:
        _fork_children()
