"""Starts and stops a sandbox: puts the parts together and runs them on 127.0.0.1, in a thread with its own loop."""

from __future__ import annotations

import asyncio
import atexit
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from .assets import Assets
from .callbacks import Callbacks
from .config import PACKS, SandboxConfig
from .core import Platform, Task, units_text
from .desk import Desk, House, dialect_of
from .dialects import DIALECTS
from .faults import FaultBoard
from .http_app import HttpApp
from .intake import Intake
from .links import Links
from .media_folder import MediaFolder
from .outputs import Outputs
from .results import ResultFolder
from .sessions import Sessions
from .store import Store
from .uploads import Uploads
from .wire import Dialect
from .worker import Worker
from .workshop import Workshop

HOST = "127.0.0.1"
#: Requests worked on at a time; each takes milliseconds.
_THREADS = 4
_EVER = 2**62


class Sandbox:
    """A local Kling. `with Sandbox(config) as sandbox: ... sandbox.url`, or start() and stop()."""

    def __init__(self, config: SandboxConfig | None = None, clock: Callable[[], float] = time.time) -> None:
        self.config = config or SandboxConfig()
        self.faults = FaultBoard(self.config.faults)
        self._clock = clock
        self._url = ""
        self._thread: threading.Thread | None = None
        self._stop: Callable[[], object] = lambda: None

    def __enter__(self) -> Sandbox:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """http://127.0.0.1:<port>, "" before the start."""
        return self._url

    def start(self) -> None:
        """Returns when it answers. Raises OSError when the port is taken."""
        if self._thread:
            raise RuntimeError("This sandbox runs already.")
        ready: Future[str] = Future()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="sandbox", daemon=True)
        self._thread.start()
        try:
            self._url = ready.result()
            atexit.register(self.stop)  # a folder of its own is deleted even if nobody stops the sandbox
        except BaseException:
            self._thread = None
            raise

    def stop(self) -> None:
        """Ends within a moment; a clip that is being rendered is begun anew at the next start over the same folder."""
        if self._thread:
            atexit.unregister(self.stop)
            self._stop()
            self._thread.join()
            self._thread = None

    def _run(self, ready: Future[str]) -> None:
        try:
            with _folder(self.config) as folder:
                asyncio.run(self._serve(folder, ready))
        except BaseException as error:  # handed to the thread that waits in start()
            if ready.done():
                raise
            ready.set_exception(error)

    async def _serve(self, folder: Path, ready: Future[str]) -> None:
        stopped, loop = asyncio.Event(), asyncio.get_running_loop()
        self._stop = lambda: loop.call_soon_threadsafe(stopped.set)
        parts = _Parts(self.config, self.faults, folder, self._clock)
        runner = web.AppRunner(parts.app, access_log=None, shutdown_timeout=0.2)
        try:
            await runner.setup()
            await web.TCPSite(runner, HOST, self.config.port).start()
            url = f"http://{HOST}:{runner.addresses[0][1]}"
            parts.start(url)
            ready.set_result(url)
            await stopped.wait()
        finally:
            await runner.cleanup()
            parts.stop()  # here and not in a thread: at the end of the interpreter there are no new threads


def serve(config: SandboxConfig, announce: Callable[[str], None]) -> None:
    """Runs until Ctrl-C or SIGTERM and then returns. `announce` is given the URL once it answers."""
    end = threading.Event()
    before = {number: signal.signal(number, lambda *_: end.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with Sandbox(config) as sandbox:
            announce(sandbox.url)
            while not end.wait(0.5):  # in pieces: on Windows a wait without an end cannot be interrupted
                pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _folder(config: SandboxConfig) -> Iterator[Path]:
    """The folder of the config, or one that is deleted at the end."""
    if config.folder:
        config.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield config.folder
        return
    with tempfile.TemporaryDirectory(prefix="kling-sandbox-", ignore_cleanup_errors=True) as temporary:
        yield Path(temporary)


class _Parts:
    """The objects of one running sandbox and how they know each other."""

    def __init__(self, config: SandboxConfig, faults: FaultBoard, folder: Path, clock: Callable[[], float]) -> None:
        self._config = config
        self._store = Store(folder / "sandbox.sqlite3")
        self._platform = Platform(self._store, config.pace, clock)
        media = MediaFolder(folder / "pictures")
        intake = Intake(media, folder / "clips")
        results = ResultFolder(folder / "clips", intake, config.shrink)
        self._links = Links(self._store.secret(), config.url_lifetime, clock)
        self._worker = Worker(self._store, self._platform, results.render)
        uploads = Uploads(media, self._links)
        outputs = Outputs(self._platform, self._links, results, intake, uploads)
        workshop = Workshop(faults, results.render, self._worker.wake, config.shrink)
        sessions = Sessions(uploads.add_picture)
        assets = Assets(self._platform, outputs, uploads)
        house = House(config, self._platform, self._links, media, workshop, outputs, uploads, sessions, assets)
        dialects = _open_desks(house)
        self._twins = {**dialects, "": next(iter(dialects.values()))}
        self._callbacks = Callbacks(self._store, self._platform, self._callback_body)
        self._threads = ThreadPoolExecutor(_THREADS, "sandbox-answer")
        told = (self._describe, self._list_tasks, self._threads)
        app = HttpApp(dialects, faults, outputs.file, uploads.file, media.new_part, *told)
        self.app = app.build()

    def start(self, url: str) -> None:
        self._links.base_url = url
        self._worker.start()
        self._callbacks.start()

    def stop(self) -> None:
        self._threads.shutdown(cancel_futures=True)
        self._worker.stop()
        self._callbacks.stop()
        self._store.close()

    def _callback_body(self, task: Task) -> dict[str, Any] | None:
        """None for a dialect that is not there any more, or that does not tell of this state."""
        dialect = self._twins.get(dialect_of(task))
        return dialect.callback_body(task) if dialect else None

    def _describe(self) -> dict[str, Any]:
        platform = self._platform
        accounts = {account.name: self._describe_account(account.name) for account in self._config.accounts}
        return {
            "tasks_made": platform.made(),
            "charges": platform.charges(),
            "units_charged": units_text(platform.charged()),
            "units_by_pack": _by_pack(platform),
            "accounts": accounts,
            "callbacks": self._callbacks.records(),
        }

    def _list_tasks(self, name: str) -> list[dict[str, Any]]:
        """One account's tasks, or all, the oldest first."""
        names = [account.name for account in self._config.accounts if name in ("", account.name)]
        tasks = [task for account in names for task in self._platform.between(account, 0, _EVER)]
        return [_describe_task(task) for task in sorted(tasks, key=lambda task: task.row.id)]

    def _describe_account(self, name: str) -> dict[str, Any]:
        platform = self._platform
        return {
            "tasks_made": platform.made(name),
            "charges": platform.charges(name),
            "units_charged": units_text(platform.charged(name)),
            "units_by_pack": _by_pack(platform, name),
        }


def _open_desks(house: House) -> dict[str, Dialect]:
    """The dialects by name. The first one's products are addresses of Kling's own, without a mark."""
    first = next(iter(DIALECTS))
    return {name: twin(Desk(house, "" if name == first else name)) for name, twin in DIALECTS.items()}


def _by_pack(platform: Platform, account: str | None = None) -> dict[str, str]:
    """A unit of one pack is not worth one of another."""
    return {pack: units_text(platform.charged(account, pack)) for pack in PACKS}


def _describe_task(task: Task) -> dict[str, Any]:
    return {
        "id": str(task.row.id),
        "account": task.row.account,
        "external_id": task.row.external_id,
        "state": task.state.value,
        "never_finishes": task.row.stuck,
        "units_charged": units_text(task.charged),
        "clip": task.row.result.partition(",")[0],
    }
