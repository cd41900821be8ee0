"""The routes of the sidebar on a real aiohttp server: what they tell, what they refuse, and what no answer holds."""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import requests
from aiohttp import web
from conftest import LoadPack, execute, part_of

from kling_api.sandbox.server import Sandbox

PLANTED = "api-key-kling-planted0routes0key"
PLANTED_PAIR = ("AKplanted0access0key0of0nobody00", "SKplanted0secret0key0of0nobody00")
PROFILES = f"""
[default]
api_key = "{PLANTED}"
budget_per_day = 12.50
max_parallel = 3

[studio]
access_key = "{PLANTED_PAIR[0]}"
secret_key = "{PLANTED_PAIR[1]}"
base_url = "https://gateway.example:8443/kling"
dialect = "official"

[broken]
api_key = "{PLANTED}"
dialect = "klingon"
"""
CLIP = {"prompt": "A paper boat", "model_name": "kling-v3", "duration": 3, "decode": "first"}


class Site:
    """The routes as ComfyUI serves them, on a port of this machine."""

    def __init__(self, pack: ModuleType, table: web.RouteTableDef) -> None:
        self.pack = pack
        self._table = table
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.port = 0

    def __enter__(self) -> Site:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_exception: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        runner = self._loop.run_until_complete(self._start())
        self._loop.call_soon(self._ready.set)
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())

    async def _start(self) -> web.AppRunner:
        app, api = web.Application(), web.RouteTableDef()
        for route in self._table:  # as ComfyUI's `add_routes` does
            assert isinstance(route, web.RouteDef)
            api.route(route.method, f"/api{route.path}")(route.handler, **route.kwargs)
        app.add_routes(api)
        app.add_routes(self._table)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        return runner

    def get(self, path: str, **headers: str) -> requests.Response:
        return requests.get(f"http://127.0.0.1:{self.port}{path}", headers=headers, timeout=60)

    def post(self, path: str, body: Any, **headers: str) -> requests.Response:
        return requests.post(f"http://127.0.0.1:{self.port}{path}", json=body, headers=headers, timeout=60)

    def jobs(self, query: str = "") -> list[dict[str, Any]]:
        answer = self.get(f"/kling/jobs{query}")
        assert answer.status_code == 200, answer.text
        return answer.json()["jobs"]

    def until(self, right: Callable[[dict[str, Any]], bool], seconds: float = 20.0) -> dict[str, Any]:
        """The newest job as soon as it is like that."""
        end = time.monotonic() + seconds
        while not right(job := self.jobs()[0]):
            assert time.monotonic() < end, job
            time.sleep(0.05)
        return job


@pytest.fixture
def site(pack: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    with Site(pack, _registered(pack, monkeypatch)) as running:
        yield running


def _registered(pack: ModuleType, monkeypatch: pytest.MonkeyPatch, times: int = 1) -> web.RouteTableDef:
    table = web.RouteTableDef()
    instance = SimpleNamespace(routes=table, client_id=None, add_on_prompt_handler=lambda _handler: None)
    monkeypatch.setattr(importlib.import_module("server").PromptServer, "instance", instance, raising=False)
    for _ in range(times):
        asyncio.run(pack.comfy_entrypoint())
    return table


@pytest.fixture
def folder(pack: ModuleType, home: Path) -> Path:
    """The data folder, with profiles that hold keys."""
    (home / "profiles.toml").write_text(PROFILES, encoding="utf-8")
    return home


def _row(pack: ModuleType, home: Path, number: int = 0, **values: Any) -> Any:
    """A job that is recorded and owned by nobody; its Claim."""
    ledger = part_of(pack, "kling_api.ledger")
    named = {"account": "sandbox", "profile": "sandbox", "dialect": "official", "route": "/v1", "mode": "std"}
    named |= {"operation": "text2video", "model": "kling-v3", "duration": 5, "estimate": "3", **values}
    return ledger.open_ledger(home).claim(ledger.NewJob(fingerprint=f"fingerprint {number}", **named))


def _collected(pack: ModuleType, home: Path, files: dict[str, bytes], **values: Any) -> str:
    """The key of a job that has these files, by what follows the key in their names."""
    ledger = part_of(pack, "kling_api.ledger").open_ledger(home)
    claim = _row(pack, home, len(ledger.jobs()), **values)
    (home / "results").mkdir(exist_ok=True)
    names = [f"{claim.job.key}{ending}" for ending in files]
    for name, data in zip(names, files.values(), strict=True):
        (home / "results" / name).write_bytes(data)
    ledger.sending(claim, "/v1")
    ledger.accepted(claim, f"task-{claim.job.key}", "")
    ledger.finished(claim, "1.8", "", 2.0)
    ledger.collected(claim, names, [len(data) for data in files.values()])
    ledger.release(claim)
    return claim.job.key


def _png(width: int, height: int) -> bytes:
    import cv2
    import numpy as np

    return cv2.imencode(".png", np.full((height, width, 3), 90, np.uint8))[1].tobytes()


def test_without_a_server_the_pack_loads_all_the_same(pack: ModuleType) -> None:
    assert not hasattr(importlib.import_module("server").PromptServer, "instance")
    assert asyncio.run(pack.comfy_entrypoint())


def test_registering_twice_and_a_second_copy_of_the_pack_add_nothing(
    load_pack: LoadPack, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = load_pack("one"), load_pack("two")
    table = _registered(one, monkeypatch, times=2)
    assert len(table) == len(part_of(one, "nodes.routes").ROUTES)
    asyncio.run(two.comfy_entrypoint())
    assert len(table) == len(part_of(one, "nodes.routes").ROUTES)


def test_registering_loads_none_of_what_the_answers_need(pack: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    _registered(pack, monkeypatch)
    assert f"{pack.__name__}.nodes.handlers" not in sys.modules
    assert f"{pack.__name__}.kling_api.ledger" not in sys.modules


def test_looking_at_an_empty_data_folder_leaves_it_empty(site: Site, home: Path) -> None:
    answer = site.get("/kling/jobs").json()
    assert (answer["jobs"], answer["open"]) == ([], 0)
    assert abs(answer["now"] - time.time()) < 60
    assert site.get("/kling/jobs/kn-20261121-abc/thumbnail").status_code == 404
    assert site.get("/kling/profiles").status_code == 200
    assert list(home.iterdir()) == []


@pytest.mark.usefixtures("in_haste")
def test_a_job_of_the_sandbox_is_listed_shown_and_opened(site: Site, provider: Sandbox) -> None:
    made = execute(site.pack, "KlingText2Video", **CLIP)
    job = site.jobs()[0]
    assert job.pop("key").startswith("kn-")
    assert abs(job.pop("created_at") - time.time()) < 60
    assert job.pop("finished_at") >= 0
    assert job.pop("seconds") >= 0
    assert job == {
        **{"state": "collected", "live": False, "operation": "text2video", "model": "kling-v3", "mode": "std"},
        **{"duration": 3, "profile": "sandbox", "task_id": made.args[4], "video_id": made.args[3], "usual": None},
        **{"units": "1.8", "unit": "units", "estimated": False, "charged": "once", "kind": "video", "files": 1},
        **{"error": "", "prompt": "", "free": True},
    }
    key = site.jobs("?state=all&limit=1")[0]["key"]
    picture = site.get(f"/kling/jobs/{key}/thumbnail")
    assert picture.headers["Content-Type"] == "image/jpeg"
    assert max(_size(picture.content)) == 256
    clip = Path(made.args[1].file).read_bytes()
    assert site.get(f"/api/kling/jobs/{key}/files/0").content == clip


def _size(picture: bytes) -> tuple[int, int]:
    import cv2
    import numpy as np

    image = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return image.shape[1], image.shape[0]


def test_each_state_says_what_it_does_to_the_money(site: Site, home: Path) -> None:
    ledger = part_of(site.pack, "kling_api.ledger").open_ledger(home)
    created, sending, unknown, running, refused, failed = (_row(site.pack, home, number) for number in range(6))
    for claim in (sending, unknown, running, refused, failed):
        ledger.sending(claim, "/v1")
    ledger.unanswered(unknown, "No answer came. Nobody knows.\nA second line.")
    for claim in (running, failed):
        ledger.accepted(claim, f"task-{claim.job.key}", "")
    ledger.refused(refused, "The text is not allowed.", "1301", "")
    ledger.failed(failed, "It broke.", "")
    ledger.release(running)
    found = {job["key"]: job for job in site.jobs()}
    shown = [
        tuple(found[claim.job.key][name] for name in ("state", "charged", "units", "estimated", "live"))
        for claim in (created, sending, unknown, running, refused, failed)
    ]
    assert shown == [
        ("created", "no", "3", True, True),
        ("sending", "perhaps", "3", True, True),
        ("unknown", "perhaps", "3", True, True),
        ("running", "will_be", "3", True, False),
        ("refused", "no", "", False, True),
        ("failed", "usually_not", "", False, True),
    ]
    assert found[unknown.job.key]["error"] == "No answer came. Nobody knows."
    assert found[running.job.key]["usual"] > 0
    assert site.get("/kling/jobs").json()["open"] == 4
    assert {job["state"] for job in site.jobs("?state=open")} == {"created", "sending", "unknown", "running"}


KINDS = [
    ("text2video", [], "video"),
    ("tts", [".mp3"], "sound"),
    ("video-to-audio", [".mp4", "-1.mp3"], "video"),
    ("generations", [".png"], "picture"),
    ("image-recognize", [".png"], "picture"),
    ("custom-voices", [], "entry"),
    ("lip-sync", [], "video"),
    ("a-word-of-the-future", [], ""),
]


def test_a_job_says_what_it_makes(site: Site, home: Path) -> None:
    for operation, endings, _ in KINDS:
        _collected(site.pack, home, dict.fromkeys(endings, b"x"), operation=operation)
    found = [(job["operation"], job["files"], job["kind"]) for job in reversed(site.jobs())]
    assert found == [(operation, len(endings), kind) for operation, endings, kind in KINDS]


def test_a_wrong_question_is_answered_with_what_would_do(site: Site) -> None:
    for query in (
        "limit=0",
        "limit=-1",
        "limit=x",
        "limit=1001",
        "limit=0000609999999",
        "limit=²",
        "limit=",
        "state=secret",
    ):
        answer = site.get(f"/kling/jobs?{query}")
        assert (query, answer.status_code) == (query, 400)
        assert "must be" in answer.json()["error"]


def test_a_thousand_rows_of_ten_thousand_come_within_half_a_second(site: Site, home: Path) -> None:
    _row(site.pack, home)
    ledger = part_of(site.pack, "kling_api.ledger").open_ledger(home)
    row = dict(ledger._row("profile = ?", "sandbox"))
    names = ", ".join(row)
    with ledger._transaction():
        ledger._connection.executemany(
            f"INSERT INTO jobs ({names}) VALUES ({', '.join('?' * len(row))})",
            [tuple((row | _another(number)).values()) for number in range(10_000)],
        )
    seconds = []
    for _ in range(3):
        begun = time.perf_counter()
        assert len(site.jobs("?limit=1000")) == 1000
        seconds.append(time.perf_counter() - begun)
    print("1,000 of 10,000 rows:", [round(one, 3) for one in seconds])
    assert min(seconds) < 0.5


def _another(number: int) -> dict[str, Any]:
    state = "running" if number % 20 == 0 else "collected"
    named = {"key": f"kn-20261121-{number:020d}", "fingerprint": f"one more {number}", "state": state, "owner": ""}
    return named | {"created_at": 1.7e9 + number, "files": json.dumps([f"kn-{number}.mp4"]), "model": f"m{number % 40}"}


def test_a_ledger_that_cannot_be_opened_is_said_in_three_lines_without_its_path(site: Site, home: Path) -> None:
    (home / "ledger.sqlite3").write_bytes(b"This is no database. " * 100)
    answer = site.get("/kling/jobs")
    assert answer.status_code == 500
    assert answer.json()["error"].startswith(f"The ledger {home.name}{os.sep}ledger.sqlite3 cannot be used")
    assert answer.json()["error"].count("\n") == 2
    assert str(home.parent) not in answer.text


def test_a_file_comes_inline_by_ranges_and_with_a_type_that_nobody_guesses(site: Site, home: Path) -> None:
    data = bytes(range(256)) * 8
    key = _collected(site.pack, home, {".mp4": data, "-1.mp3": b"sound"})
    whole = site.get(f"/kling/jobs/{key}/files/0")
    assert whole.content == data
    assert whole.headers["Content-Type"] == "video/mp4"
    assert whole.headers["Content-Disposition"] == f'inline; filename="{key}.mp4"'
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert whole.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    part = site.get(f"/kling/jobs/{key}/files/0", Range="bytes=100-199")
    assert (part.status_code, part.content) == (206, data[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(data)}"
    assert site.get(f"/kling/jobs/{key}/files/0", Range="bytes=99999-").status_code == 416
    assert site.get(f"/kling/jobs/{key}/files/1").headers["Content-Type"] == "audio/mpeg"
    assert site.get(f"/kling/jobs/{key}/files/2").status_code == 404


PATHS = [
    "/kling/jobs/{key}/files/../../profiles.toml",
    "/kling/jobs/{key}/files/..%2f..%2fprofiles.toml",
    "/kling/jobs/{key}/files/%2e%2e%2f%2e%2e%2fprofiles.toml",
    "/kling/jobs/{key}/files/..%5c..%5cprofiles.toml",
    "/kling/jobs/{key}/files/-1",
    "/kling/jobs/{key}/files/0x0",
    "/kling/jobs/{key}/files/%D9%A0",
    "/kling/jobs/{key}/files/99999999999999999999",
    "/kling/jobs/..%2f..%2fprofiles.toml/files/0",
    "/kling/jobs/{key}%00/files/0",
    "/kling/jobs/%ff%fe/files/0",
    "/kling/jobs/task-{key}/files/0",
    "/kling/jobs/kn-20261121-00000000000000000000/files/0",
    "/kling/jobs/{key}%2fprofiles.toml/thumbnail",
    "/kling/jobs/task-{key}/thumbnail",
]


def test_nothing_but_a_jobs_own_files_by_number_can_be_had(site: Site, folder: Path) -> None:
    key = _collected(site.pack, folder, {".mp4": b"a clip"})
    for path in PATHS:
        answer = _raw(site.port, "GET", path.format(key=key), {})
        assert (path, answer.split(b" ", 2)[1]) in [(path, b"404"), (path, b"400")]
        assert PLANTED.encode() not in answer
        assert b"a clip" not in answer


def _raw(port: int, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """Nothing is normalized on the way."""
    headers = {"Host": f"127.0.0.1:{port}", "Connection": "close", "Content-Length": str(len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        return b"".join(iter(lambda: connection.recv(65536), b""))


TAMPERED = [
    "../profiles.toml",
    "../beside.mp4",
    "link of a clip.mp4",
    "../../../etc/passwd",
    "/etc/passwd",
    "link.mp4",
    "page.html",
    ".",
    "nul\x00.mp4",
    "half a letter \ud800.mp4",
]


def test_a_row_that_was_tampered_with_leads_nowhere(site: Site, folder: Path) -> None:
    key = _collected(site.pack, folder, {".mp4": b"a clip"})
    (folder / "beside.mp4").write_bytes(b"another clip")
    (folder / "results" / "link of a clip.mp4").symlink_to(folder / "beside.mp4")
    (folder / "results" / "link.mp4").symlink_to(folder / "profiles.toml")
    (folder / "results" / "page.html").write_text("<script>", encoding="utf-8")
    ledger = part_of(site.pack, "kling_api.ledger").open_ledger(folder)
    for name in TAMPERED:
        with ledger._transaction():
            ledger._connection.execute("UPDATE jobs SET files = ? WHERE key = ?", (json.dumps([name]), key))
        assert (name, site.get(f"/kling/jobs/{key}/files/0").status_code) == (name, 404)
        assert (name, site.get(f"/kling/jobs/{key}/thumbnail").status_code) == (name, 404)


def test_a_small_picture_is_made_once_and_kept_by_the_browser(site: Site, home: Path) -> None:
    key = _collected(site.pack, home, {".png": _png(1000, 400)}, operation="generations")
    first = site.get(f"/kling/jobs/{key}/thumbnail")
    assert _size(first.content) == (256, 102)
    assert "immutable" in first.headers["Cache-Control"]
    again = site.get(f"/kling/jobs/{key}/thumbnail", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    with ThreadPoolExecutor(8) as browsers:
        same = list(browsers.map(lambda _: site.get(f"/kling/jobs/{key}/thumbnail").content, range(16)))
    assert set(same) == {first.content}
    assert len(part_of(site.pack, "nodes.handlers")._thumbnails._kept) == 1


def test_only_so_many_small_pictures_are_kept(
    pack: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = part_of(pack, "nodes.thumbnails")
    monkeypatch.setattr(module, "KEPT", 3)
    kept = module.Thumbnails()
    for number in range(6):
        (tmp_path / f"{number}.png").write_bytes(_png(30, 20))
        assert _size(kept.of(tmp_path / f"{number}.png").result(20)) == (30, 20)
    assert len(kept._kept) == 3


def test_a_job_without_a_picture_has_no_small_one(site: Site, home: Path) -> None:
    for files in ({}, {".mp3": b"a sound"}, {".mp4": b"no clip at all"}, {".png": b"no picture"}):
        answer = site.get(f"/kling/jobs/{_collected(site.pack, home, files)}/thumbnail")
        assert (files, answer.status_code) == (files, 404)
        assert answer.headers["Cache-Control"] == "no-store"


def _ordered(site: Site, home: Path, provider: Sandbox) -> str:
    """The key of a job that was ordered and that nobody waits for."""
    client = part_of(site.pack, "kling_api.client").Client("sandbox")
    operation = part_of(site.pack, "kling_api.operations").Text2Video(
        prompt="A boat", model_name="kling-v3", duration=3
    )
    stop = threading.Event()
    with pytest.raises(part_of(site.pack, "kling_api.errors").StillRunning) as stopped:
        client.run(operation, lambda report: stop.set() if report.task_id else None, stop)
    return str(stopped.value.job_key)


@pytest.mark.usefixtures("in_haste")
def test_an_open_job_is_fetched_without_a_graph_and_without_an_order(site: Site, home: Path, provider: Sandbox) -> None:
    key = _ordered(site, home, provider)
    assert (site.jobs()[0]["state"], site.jobs()[0]["live"]) == ("running", False)
    answers = [site.post(f"/kling/jobs/{key}/fetch", {}) for _ in range(3)]
    assert [answer.status_code for answer in answers[:1]] == [202]
    assert {answer.status_code for answer in answers} <= {200, 202}
    job = site.until(lambda job: job["state"] == "collected" and not job["live"])
    assert (job["key"], job["files"], job["charged"]) == (key, 1, "once")
    assert site.post(f"/kling/jobs/{key}/fetch", {}).json() == {"key": key, "fetching": False}
    state = requests.get(f"{provider.url}/sandbox/state", timeout=10).json()
    assert [state[name] for name in ("tasks_made", "charges")] == [1, 1]


@pytest.mark.usefixtures("in_haste")
def test_a_lost_file_of_a_collected_job_is_fetched_again(site: Site, home: Path, provider: Sandbox) -> None:
    made = execute(site.pack, "KlingText2Video", **CLIP)
    file = Path(made.args[1].file)
    data = file.read_bytes()
    file.unlink()
    assert site.post(f"/kling/jobs/{site.jobs()[0]['key']}/fetch", {}).status_code == 202
    site.until(lambda job: not job["live"])
    assert file.read_bytes() == data


def test_a_fetch_that_fails_says_why_in_the_list(site: Site, folder: Path) -> None:
    claim = _row(site.pack, folder, profile="studio", account="gateway.example:8443#x", dialect="kie")
    ledger = part_of(site.pack, "kling_api.ledger").open_ledger(folder)
    ledger.sending(claim, "/v1")
    ledger.accepted(claim, "task 1", "")
    ledger.release(claim)
    assert site.post(f"/kling/jobs/{claim.job.key}/fetch", {}).status_code == 202
    job = site.until(lambda job: bool(job["error"]))
    assert "was made in the dialect kie; profile studio speaks official now." in job["error"]
    assert (job["state"], job["live"]) == ("running", False)


def test_only_a_few_are_fetched_at_once_and_each_once(
    pack: ModuleType, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, ledger = part_of(pack, "nodes.fetching"), part_of(pack, "kling_api.ledger").open_ledger(home)
    jobs, begun, go_on = [], [], threading.Event()
    for number in range(module.AT_ONCE + 3):
        claim = _row(pack, home, number)
        ledger.sending(claim, "/v1")
        ledger.accepted(claim, f"task {number}", "")
        ledger.release(claim)
        jobs.append(ledger.get(claim.job.key))
    monkeypatch.setattr(module, "_collect", lambda _home, job: (begun.append(job.key), go_on.wait(20)))
    fetching = module.Fetching()
    assert all(fetching.start(home, job) for job in jobs * 2)
    time.sleep(0.3)
    assert len(begun) == module.AT_ONCE
    go_on.set()
    end = time.monotonic() + 20
    while any(fetching.is_under_way(job.key) for job in jobs):
        assert time.monotonic() < end
        time.sleep(0.02)
    assert sorted(begun) == sorted(job.key for job in jobs)


def test_what_is_not_to_fetch_is_not_fetched(site: Site, home: Path) -> None:
    ledger = part_of(site.pack, "kling_api.ledger").open_ledger(home)
    created, refused, running = (_row(site.pack, home, number) for number in range(3))
    ledger.release(created)
    ledger.refused(refused, "No.", "1301", "")
    ledger.release(refused)
    ledger.sending(running, "/v1")
    ledger.accepted(running, "task 1", "")
    said = []
    for claim in (created, refused, running):
        answer = site.post(f"/kling/jobs/{claim.job.key}/fetch", {})
        assert answer.status_code == 409
        said.append(answer.json()["error"].split("\n")[0])
    assert said == [
        "There is nothing to fetch: nothing was sent for the job.",
        "There is nothing to fetch: the job is refused.",
        "A run is waiting for the job already.",
    ]
    assert site.post("/kling/jobs/kn-20261121-00000000000000000000/fetch", {}).status_code == 404


def test_an_order_of_unknown_outcome_is_looked_up_and_never_sent_again(
    site: Site, home: Path, provider: Sandbox
) -> None:
    account = part_of(site.pack, "kling_api.settings").load_profile("sandbox").account()
    claim = _row(site.pack, home, account=account)
    ledger = part_of(site.pack, "kling_api.ledger").open_ledger(home)
    ledger.sending(claim, "/v1/videos/text2video")
    ledger.unanswered(claim, "No answer came.")
    ledger.release(claim)
    assert site.post(f"/kling/jobs/{claim.job.key}/fetch", {}).status_code == 202
    site.until(lambda job: not job["live"])
    state = requests.get(f"{provider.url}/sandbox/state", timeout=10).json()
    assert [state[name] for name in ("tasks_made", "charges")] == [0, 0]


def test_profiles_are_told_with_their_problems_and_never_with_a_key(site: Site, folder: Path) -> None:
    answer = site.get("/kling/profiles")
    told = answer.json()
    assert (told["default"], told["fixed_by"]) == ("default", "")
    found = {profile["name"]: profile for profile in told["profiles"]}
    assert list(found)[:4] == ["default", "studio", "broken", "sandbox"]
    assert found["default"] == {
        **{"name": "default", "provider": "api-singapore.klingai.com", "dialect": "official", "usable": True},
        **{"free": False, "problem": "", "limits": {"max_parallel": 3, "budget_per_day": "12.5", "budget_total": None}},
    }
    assert (found["studio"]["provider"], found["sandbox"]["provider"]) == ("gateway.example", "127.0.0.1")
    assert [name for name, profile in found.items() if profile["free"]] == list(found)[3:]
    assert not found["broken"]["usable"]
    assert found["broken"]["problem"] == "Profile broken: dialect is 'klingon'."


def test_a_file_of_profiles_that_is_broken_is_told_without_its_lines(site: Site, folder: Path) -> None:
    with (folder / "profiles.toml").open("a", encoding="utf-8") as file:
        file.write(f"\napi_key = {PLANTED}\n")
    told = site.get("/kling/profiles").json()
    assert [profile["name"] for profile in told["profiles"]][:2] == ["default", "sandbox"]
    assert not any(profile["usable"] for profile in told["profiles"])
    assert told["profiles"][0]["problem"].startswith(f"{folder.name}{os.sep}profiles.toml is not valid TOML (line ")


def test_a_key_that_stands_where_a_name_belongs_is_not_shown(
    site: Site, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KLING_PROFILE", PLANTED_PAIR[0])
    told = site.get("/kling/profiles")
    assert told.json()["default"] == "***"
    assert PLANTED_PAIR[0] not in told.text


def test_a_long_name_or_one_with_brackets_is_a_name_all_the_same(site: Site, folder: Path) -> None:
    names = ["工作室（上海）", "client@studio", "a-studio-with-a-rather-long-name"]
    with (folder / "profiles.toml").open("a", encoding="utf-8") as file:
        file.writelines(f'\n["{name}"]\napi_key = "sk-{"x" * 24}"\n' for name in names)
    told = [profile["name"] for profile in site.get("/kling/profiles").json()["profiles"]]
    assert set(names) <= set(told)
    assert site.post("/kling/profiles/default", {"name": names[0]}).json()["default"] == names[0]


def test_the_list_of_jobs_tells_which_profile_pays_so_that_a_change_elsewhere_is_seen(site: Site, folder: Path) -> None:
    assert site.get("/kling/jobs").json()["default"] == "default"
    site.post("/kling/profiles/default", {"name": "studio"})
    assert site.get("/kling/jobs").json()["default"] == "studio"


def test_the_profile_default_stays_in_the_list_whichever_is_chosen(site: Site, home: Path) -> None:
    before = [profile["name"] for profile in site.get("/kling/profiles").json()["profiles"]]
    told = site.post("/kling/profiles/default", {"name": "sandbox"}).json()
    assert (told["default"], [profile["name"] for profile in told["profiles"]]) == ("sandbox", before)
    assert told["profiles"][0]["problem"] == "Profile default has no key."


def test_a_job_of_the_sandbox_is_said_to_be_free(site: Site, home: Path) -> None:
    _row(site.pack, home)
    _row(site.pack, home, 1, account="api-singapore.klingai.com#0", profile="default")
    assert {job["profile"]: job["free"] for job in site.jobs()} == {"sandbox": True, "default": False}


def test_the_default_profile_is_chosen_and_written_down(site: Site, folder: Path) -> None:
    before = (folder / "profiles.toml").read_bytes()
    answer = site.post("/kling/profiles/default", {"name": "studio"})
    assert (answer.status_code, answer.json()["default"]) == (200, "studio")
    assert (folder / "profiles.toml").read_bytes() == b'use = "studio"\n' + before
    assert part_of(site.pack, "kling_api.settings").load_profile("", folder).name == "studio"
    assert site.get("/kling/profiles").json()["default"] == "studio"


def test_what_is_no_usable_profile_is_not_chosen(site: Site, folder: Path) -> None:
    before = (folder / "profiles.toml").read_bytes()
    for name in ("", "nobody", "broken", "../profiles", "a\nb", 3, None, ["studio"], "x" * 300):
        assert (name, site.post("/kling/profiles/default", {"name": name}).status_code) == (name, 400)
    assert (folder / "profiles.toml").read_bytes() == before
    assert [path.name for path in folder.iterdir()] == ["profiles.toml"]


def test_what_the_environment_decides_cannot_be_chosen(
    site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KLING_ACCESS_KEY", PLANTED_PAIR[0])
    assert site.get("/kling/profiles").json()["fixed_by"] == "KLING_ACCESS_KEY"
    answer = site.post("/kling/profiles/default", {"name": "studio"})
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("KLING_ACCESS_KEY in the environment decides")
    assert answer.json()["error"].endswith("Nothing was changed.")


def test_the_account_is_asked_once_for_all_who_want_to_know(site: Site, provider: Sandbox) -> None:
    def asked() -> int:
        log = requests.get(f"{provider.url}/sandbox/state", timeout=10).json()["requests"]
        return sum(number for path, number in log.items() if "/account/" in path)

    with ThreadPoolExecutor(6) as browsers:
        answers = list(browsers.map(lambda _: site.get("/kling/account?profile=").json(), range(6)))
    assert all(answer == answers[0] for answer in answers)
    assert (answers[0]["profile"], answers[0]["remaining"], answers[0]["unit"]) == ("sandbox", "100000", "units")
    assert "Trial-Video-100000Units-5Con-1Months" in answers[0]["report"]
    assert site.get("/kling/account?profile=sandbox").json() == answers[0]
    assert asked() == 1


def test_the_account_is_asked_again_after_a_while(
    site: Site, provider: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, now = part_of(site.pack, "nodes.account_desk"), [0.0]
    accounts = desk.AccountDesk(lambda: now[0])
    profile = part_of(site.pack, "kling_api.settings").load_profile("sandbox")
    first = accounts.ask(profile)
    first.result(20)
    now[0] = desk.KEPT - 0.1
    assert accounts.ask(profile) is first
    now[0] = desk.KEPT + 0.1
    second = accounts.ask(profile)
    assert second is not first
    second.result(20)


def test_an_account_that_cannot_be_asked_is_an_error_without_the_key(
    site: Site, provider: Sandbox, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert site.get("/kling/account?profile=nobody").status_code == 400
    assert site.get("/kling/account?profile=broken").status_code == 400
    monkeypatch.setenv("KLING_PROFILE", "default")
    answer = site.get("/kling/account")
    assert answer.status_code == 502
    assert "the key is not accepted" in answer.json()["error"]
    assert answer.json()["error"].count("\n") == 2
    assert PLANTED not in answer.text


def test_a_browser_says_its_language(site: Site) -> None:
    remembered = part_of(site.pack, "nodes.language")._known
    assert site.post("/kling/language", {"client_id": "tab 1", "language": "zh-CN"}).status_code == 204
    assert site.post("/kling/language", {"client_id": "tab 2", "language": "fr"}).status_code == 204
    assert (remembered["tab 1"], remembered["tab 2"]) == ("zh", "en")
    for wrong in ({}, {"client_id": "", "language": "zh"}, {"client_id": 1, "language": "zh"}, [], "zh"):
        assert site.post("/kling/language", wrong).status_code == 400


def test_advice_comes_from_the_data(site: Site) -> None:
    named = {"prompt": "A boat", "model_name": "kling-v3", "mode": "std", "duration": 5, "sound": False}
    inputs = json.dumps(named | {"profile": "sandbox"})
    answer = site.get(f"/kling/advice?node=KlingText2Video&inputs={inputs}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["units"] == "3"
    assert site.get("/kling/advice?node=KlingText2Video&inputs=[]").status_code == 400
    assert site.get(f"/kling/advice?node=Nobody&inputs={inputs}").status_code == 404


POSTS = ["/kling/jobs/kn-1/fetch", "/kling/profiles/default", "/kling/language"]


def test_what_changes_something_takes_json_alone(site: Site, folder: Path) -> None:
    before = (folder / "profiles.toml").read_bytes()
    for path in (*POSTS, "/kling/jobs", "/api/kling/profiles/default"):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
            headers = {"Content-Type": kind} if kind else {}
            status = _raw(site.port, "POST", path, headers, b'{"name": "studio"}').split(b" ", 2)[1]
            assert (path, kind, status) == (path, kind, b"405" if path == "/kling/jobs" else b"415")
    assert (folder / "profiles.toml").read_bytes() == before


GETS = ["/kling/jobs", "/kling/profiles", "/kling/account?profile=sandbox", "/kling/jobs/kn-1/files/0"]
ELSEWHERE = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "http://127.0.0.1.evil.example:{port}"},
    {"Origin": "http://user@localhost:{port}"},
    {"Origin": "http://[::1"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    {"Host": "evil.example:{port}", "Origin": "http://evil.example:{port}"},
    {"Host": "evil.example.:{port}"},
    {"Host": "evil.example:{port}", "Origin": "http://evil.example:{port}", "Sec-Fetch-Site": "same-origin"},
]


def test_another_site_in_the_same_browser_gets_nothing(site: Site, folder: Path) -> None:
    before = (folder / "profiles.toml").read_bytes()
    body, kind = b'{"name": "studio"}', {"Content-Type": "application/json"}
    for told in ELSEWHERE:
        headers = {name: value.format(port=site.port) for name, value in told.items()}
        answers = [_raw(site.port, "GET", path, headers) for path in GETS]
        answers += [_raw(site.port, "POST", path, headers | kind, body) for path in POSTS]
        assert (told, {answer.split(b" ", 2)[1] for answer in answers}) == (told, {b"403"})
    assert (folder / "profiles.toml").read_bytes() == before


OUR_OWN = [
    {},
    {"Origin": "http://127.0.0.1:{port}"},
    {"Host": "localhost:{port}", "Origin": "http://localhost:{port}"},
    {"Host": "[::1]:{port}", "Origin": "http://[::1]:{port}"},
    {"Host": "painter:{port}", "Origin": "http://painter:{port}"},
    {"Host": "painter.local:{port}", "Origin": "http://painter.local:{port}"},
    {"Host": "192.168.1.20:{port}", "Origin": "http://192.168.1.20:{port}"},
    {"Host": "comfy.example", "Origin": "https://comfy.example"},
    {"Host": "comfy.example", "Origin": "https://comfy.example:8443"},
    {"Host": "comfy.example:443", "Origin": "https://comfy.example"},
    {"Host": "comfy.example:8443", "Origin": "https://comfy.example:8443", "Sec-Fetch-Site": "same-origin"},
    {"Host": "comfyui:8188", "Origin": "https://comfy.example", "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
]


def test_comfyuis_own_pages_are_answered_whatever_the_host_is_called(site: Site) -> None:
    body, kind = b'{"client_id": "tab", "language": "zh"}', {"Content-Type": "application/json; charset=utf-8"}
    for told in OUR_OWN:
        headers = {name: value.format(port=site.port) for name, value in told.items()}
        assert (told, _raw(site.port, "GET", "/kling/jobs", headers).split(b" ", 2)[1]) == (told, b"200")
        status = _raw(site.port, "POST", "/kling/language", headers | kind, body).split(b" ", 2)[1]
        assert (told, status) == (told, b"204")


@pytest.mark.usefixtures("in_haste")
def test_no_answer_holds_a_key_a_signature_or_a_path(site: Site, provider: Sandbox, folder: Path) -> None:
    execute(site.pack, "KlingText2Video", **CLIP)
    key = site.jobs()[0]["key"]
    claim = _row(site.pack, folder, profile="studio")
    ledger = part_of(site.pack, "kling_api.ledger").open_ledger(folder)
    ledger.refused(claim, f"Bearer {PLANTED} at https://cdn.example/a.mp4?Signature=abc in {folder}/x", "1", "")
    answers = [
        *(site.get(path) for path in ("/kling/jobs?limit=9", "/kling/jobs?language=zh", "/kling/profiles?language=zh")),
        *(site.get(f"/kling/account?profile={name}") for name in ("sandbox", "broken", "nobody", PLANTED)),
        *(site.get(f"/kling/jobs/{one}/files/7") for one in (key, "kn-nobody")),
        site.post(f"/kling/jobs/{key}/fetch", {}),
        site.post("/kling/profiles/default", {"name": PLANTED}),
        site.post("/kling/profiles/default?language=zh", {"name": "broken"}),
    ]
    for answer in answers:
        for secret in (PLANTED, *PLANTED_PAIR, "Signature=abc", str(folder), str(folder.parent)):
            assert secret not in answer.text
            assert secret not in str(answer.headers)
        assert answer.headers["Cache-Control"] == "no-store"


def test_texts_are_chinese_for_a_chinese_browser(site: Site, folder: Path) -> None:
    translated = part_of(site.pack, "nodes.translation").translated
    told = {profile["name"]: profile for profile in site.get("/kling/profiles?language=zh-CN").json()["profiles"]}
    assert told["broken"]["problem"] == translated("Profile broken: dialect is 'klingon'.", "zh")
    refused = site.get("/kling/jobs?state=secret&language=zh").json()["error"]
    assert refused.split("\n")[0] == translated("state must be one of: all, open.", "zh")
