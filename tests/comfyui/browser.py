"""A browser in front of a running ComfyUI: Debian's Chromium through Playwright. It never leaves 127.0.0.1.

A test module imports the fixtures from here: `chromium`, and `browsed`, a ComfyUI with the built-in sandbox. Then
`with visit(chromium, browsed.url, "zh") as seen: seen.load(workflow); seen.run(); assert not seen.problems`.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from .conftest import ROOT, ComfyUI

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, Route

OUTPUT = ROOT / "output"
#: Seconds that the page may take on a busy machine.
READY = 120
#: Nothing that phones home, no name but this machine's; no sandbox, for containers run as root.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pings",
    "--disable-background-networking",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--proxy-server=direct://",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_OUTSIDE = re.compile(r"^(?!(https?|wss?)://127\.0\.0\.1[:/]|data:|blob:|about:)")
#: The front end asks for files that a fresh user does not have; what is ours must be there.
_OURS = re.compile(r"/kling/|/extensions/[^/]*kling|/i18n")
_LOCALES = {"en": "en-US", "zh": "zh-CN"}

_IS_READY = """() => window.app?.graph && window.app.canvas && window.LiteGraph
  && Object.keys(LiteGraph.registered_node_types).some((type) => type.startsWith('Kling'))"""
_LOAD = "async (workflow) => { await app.loadGraphData(workflow, true, true, null); }"
_PROMPT = "async () => (await app.graphToPrompt()).output"
_RUN = """async (limit) => {
  const ended = new Promise((resolve) => {
    for (const name of ['execution_success', 'execution_error', 'execution_interrupted'])
      app.api.addEventListener(name, (event) => resolve([name, JSON.stringify(event.detail)]), { once: true });
    setTimeout(() => resolve(['timeout', '']), limit * 1000);
  });
  await app.queuePrompt(0, 1);
  const refused = app.lastNodeErrors && Object.keys(app.lastNodeErrors).length;
  return refused ? ['refused', JSON.stringify(app.lastNodeErrors)] : await ended;
}"""
_BLANK = "() => app.extensionManager.command.execute('Comfy.NewBlankWorkflow')"
_FIT = "() => app.extensionManager.command.execute('Comfy.Canvas.FitView')"


@dataclass
class Visit:
    """One page. `problems`: errors of the page, of its console and of our own routes; `outside`: requests that were
    blocked because they left this machine."""

    page: Page
    problems: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def load(self, workflow: dict[str, Any]) -> None:
        self.page.evaluate(_LOAD, workflow)
        self.page.wait_for_timeout(500)  # widgets and Vue nodes settle

    def prompt(self) -> dict[str, Any]:
        """What Run would send."""
        return self.page.evaluate(_PROMPT)

    def run(self, seconds: float = 240) -> None:
        """Presses Run and waits for success; fails in the server's words."""
        end, told = self.page.evaluate(_RUN, seconds)
        assert end == "execution_success", f"{end}: {told[:4000]}"
        self.page.wait_for_timeout(500)  # what the nodes show of it

    def picture(self, name: str, fit: bool = False) -> Path:
        """output/<name>.png of the whole window; `fit`: with the whole graph in it."""
        if fit:
            self.page.evaluate(_FIT)
            self.page.wait_for_timeout(1000)  # the view glides there
        OUTPUT.mkdir(exist_ok=True)
        path = OUTPUT / f"{name}.png"
        self.page.screenshot(path=path)
        return path


def chromium_program() -> str | None:
    return next((path for path in map(shutil.which, _NAMES) if path), None)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Skips where Playwright or Chromium is missing. Ends with the module: while it is open, no test of the same thread
    can use asyncio.run."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is missing: pip install playwright")
    program = chromium_program()
    if program is None:
        pytest.skip(f"there is no Chromium: none of {', '.join(_NAMES)} is in PATH")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS, headless=True)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def browsed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComfyUI]:
    """As conftest's `comfyui`, with a pack that browsers can load."""
    server = for_browsers(ComfyUI(tmp_path_factory.mktemp("browsed"), {"KLING_PROFILE": "sandbox"}))
    server.start()
    yield server
    server.stop()


def for_browsers(server: ComfyUI) -> ComfyUI:
    """The server, before its start, with the pack under a name without a space: ComfyUI 0.10 answers 404 for every
    script of a pack whose folder has one in its name."""
    [copy] = [path.parent for path in server.base.glob("custom_nodes/*/kling_api")]
    copy.rename(copy.with_name("kling-nodes"))
    return server


@contextmanager
def visit(
    browser: Browser, url: str, language: str = "en", *, light: bool = False, vue_nodes: bool = False,
    width: int = 1600, height: int = 1000, **settings: Any,
) -> Iterator[Visit]:  # fmt: skip
    """ComfyUI's front end, ready, in English or Chinese, dark or light, with Nodes 2.0 or without. `settings`: further
    ones by their names with "." as "__". They are the server's, so of all its pages from then on."""
    _set(url, _settings(language, light, vue_nodes) | {name.replace("__", "."): x for name, x in settings.items()})
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale=_LOCALES[language], accept_downloads=True
    )
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
    page = context.new_page()
    seen = Visit(page)
    _listen(seen)
    context.route(_OUTSIDE, lambda route, request: _block(seen, route, request))
    try:
        page.goto(url, wait_until="domcontentloaded", timeout=READY * 1000)
        page.wait_for_function(_IS_READY, timeout=READY * 1000)
        page.evaluate(_BLANK)
        page.wait_for_timeout(1000)  # the extensions' own setup
        yield seen
    finally:
        context.close()


def _settings(language: str, light: bool, vue_nodes: bool) -> dict[str, Any]:
    return {
        "Comfy.TutorialCompleted": True,  # else the first visit opens the templates over everything
        "Comfy.Locale": language,
        "Comfy.ColorPalette": "light" if light else "dark",
        "Comfy.VueNodes.Enabled": vue_nodes,
        "Comfy.Workflow.Persist": False,  # a visit starts with a graph of its own, not with the last one's
    }


def _set(url: str, settings: dict[str, Any]) -> None:
    answer = requests.post(f"{url}/settings", data=json.dumps(settings), timeout=30)
    assert answer.status_code == 200, answer.text


def _listen(seen: Visit) -> None:
    def console(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            seen.problems.append(f"console: {message.text[:500]} @ {message.location.get('url', '')}")

    def error(error: Error) -> None:
        seen.problems.append(f"page: {error} @ {(error.stack or '')[:500]}")

    seen.page.on("console", console)
    seen.page.on("pageerror", error)
    seen.page.on("response", lambda answer: _judge(seen, answer.url, answer.status))


def _judge(seen: Visit, url: str, status: int) -> None:
    """What cannot be loaded is told here, with its address, and only where it is ours."""
    if status >= 400 and _OURS.search(url) and not url.endswith("/thumbnail"):
        seen.problems.append(f"{status} {url}")


def _block(seen: Visit, route: Route, request: Request) -> None:
    seen.outside.append(request.url[:200])
    route.abort()
