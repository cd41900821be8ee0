"""Is the process that owns a job still alive? Asked of real processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kling_api.processes import is_alive, this_process

NAME_AND_WAIT = "import sys; from kling_api.processes import this_process; print(this_process(), flush=True); input()"


@pytest.fixture
def child() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A living process and its name."""
    with subprocess.Popen(
        [sys.executable, "-c", NAME_AND_WAIT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        yield process, process.stdout.readline().strip()
        process.kill()


def test_this_process_is_alive() -> None:
    assert is_alive(this_process())


def test_every_process_has_a_name_of_its_own_and_keeps_it(child: tuple[subprocess.Popen[str], str]) -> None:
    assert this_process() == this_process()
    assert this_process() != child[1]
    host, pid, _, _ = this_process().rsplit(" ", 3)
    assert host.split("/")[0] == socket.gethostname()
    assert pid == str(os.getpid())


def test_nobody_can_tell_about_the_same_pid_in_another_pid_namespace() -> None:
    host, pid, started, _ = this_process().rsplit(" ", 3)
    elsewhere = f"{host}-elsewhere {pid} {started} 00000000"
    assert is_alive(elsewhere) is None


def test_another_living_process_is_alive(child: tuple[subprocess.Popen[str], str]) -> None:
    assert is_alive(child[1])


def test_a_killed_process_is_dead_at_once(child: tuple[subprocess.Popen[str], str]) -> None:
    process, name = child
    process.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 5
    while is_alive(name) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert process.returncode is None  # nobody has waited for it: a zombie is dead, too
    assert not is_alive(name)
    process.wait()
    assert not is_alive(name)


def test_a_process_id_in_use_again_is_not_the_old_process(child: tuple[subprocess.Popen[str], str]) -> None:
    host, pid, started, mark = child[1].rsplit(" ", 3)
    assert not is_alive(f"{host} {pid} {int(started) - 1} {mark}")


def test_a_host_name_with_spaces_does_no_harm() -> None:
    assert is_alive("my other machine 1 99 abcd") is None


def test_nobody_can_tell_about_a_process_of_another_machine_or_without_a_start_time() -> None:
    assert is_alive(f"not-{socket.gethostname()} {os.getpid()} 1 abcd") is None
    assert is_alive(f"{socket.gethostname()} 1 ? abcd") is None


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux tells the name of a process in /proc")
def test_a_process_whose_name_looks_like_its_numbers_is_read_right(tmp_path: Path) -> None:
    program = tmp_path / "a) Z 1 (b"
    program.symlink_to(sys.executable)
    code = f"import sys; sys.path[:] = {sys.path!r}; {NAME_AND_WAIT}"
    with subprocess.Popen([str(program), "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as odd:
        assert odd.stdout
        name = odd.stdout.readline().strip()
        assert name.rsplit(" ", 2)[1].isdigit()
        assert is_alive(name)
        odd.kill()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only systems with fork")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_has_a_name_of_its_own() -> None:
    reading, writing = os.pipe()
    this_process()
    if (pid := os.fork()) == 0:
        os.write(writing, this_process().encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(pid, 0)
    with os.fdopen(reading) as pipe:
        assert pipe.read() != this_process()
