"""One server, many dialects: each under its own name, with its own refusals, and blind to the others' tasks."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from kling_api.sandbox import DEFAULT_API_KEY, DEFAULT_GATEWAY_KEY, Account, Fault, Sandbox, SandboxConfig
from kling_api.sandbox.dialects import DIALECTS

from .conftest import Listener
from .driver import SMALL, TEXT, Api, Start, as_base64, as_png, photo, token
from .toy import Toy, ToyApi

SQUARE = {"aspect_ratio": "1:1", "prompt": "a kite"}


@pytest.fixture(autouse=True)
def with_a_toy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sandbox that is started after this speaks one dialect more."""
    monkeypatch.setitem(DIALECTS, "toy", Toy)


@pytest.fixture(scope="module")
def sandbox(sandbox_folder: Callable[[], Path]) -> Iterator[Sandbox]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(DIALECTS, "toy", Toy)
        with Sandbox(SandboxConfig(folder=sandbox_folder(), pace=0.0, slots=10_000)) as running:
            yield running


@pytest.fixture
def toy(sandbox: Sandbox) -> ToyApi:
    return ToyApi(sandbox)


def test_the_first_dialect_answers_at_the_root_and_under_its_name_with_the_same_tasks(sandbox: Sandbox) -> None:
    key = Api(sandbox).create()
    assert next(iter(DIALECTS)) == "official"
    assert Api(f"{sandbox.url}/official").task(key)["task_id"] == key
    counted = Api(sandbox).state()["requests"]
    assert counted[f"POST {TEXT}"] == 1
    assert counted[f"GET /official{TEXT}/{{key}}"] == 1


def test_a_dialect_added_before_the_start_answers_under_its_name_alone(sandbox: Sandbox, toy: ToyApi) -> None:
    assert toy.get("/units").status_code == 200
    assert requests.get(f"{sandbox.url}/units", timeout=20).status_code == 404


@pytest.mark.parametrize("name", [*DIALECTS])
def test_every_dialect_refuses_an_unknown_path_in_its_own_shape(sandbox: Sandbox, name: str) -> None:
    answer = requests.get(f"{sandbox.url}/{name}/no/such/path", timeout=20)
    assert isinstance(answer.json(), dict)


def test_an_unknown_path_or_method_under_a_name_is_refused_by_that_dialect(toy: ToyApi) -> None:
    unknown, wrong = toy.get("/nothing"), toy.get("/make")
    assert (unknown.status_code, unknown.json()["kling"]) == (404, 1203)
    assert (wrong.status_code, wrong.json()["kling"]) == (405, 1202)
    official = requests.get(f"{toy.root}/official/nothing", timeout=20)
    assert (official.status_code, official.json()["code"]) == (404, 1203)


def test_a_refusal_has_the_dialects_own_body_and_status(toy: ToyApi) -> None:
    refused = toy.post("/upload", b"no picture")
    assert (refused.status_code, refused.json()["kling"]) == (400, 1201)
    assert refused.json()["toy"].startswith("Only PNG and JPEG pictures")


@pytest.mark.parametrize(
    "authorization",
    [f"Bearer {DEFAULT_GATEWAY_KEY}", DEFAULT_GATEWAY_KEY, DEFAULT_API_KEY, f"Bearer {token()}", token()],
)
def test_a_gateway_takes_any_key_with_or_without_bearer_and_a_token(sandbox: Sandbox, authorization: str) -> None:
    assert ToyApi(sandbox, authorization).get("/units").status_code == 200


@pytest.mark.parametrize(
    ("authorization", "code"),
    [("", 1001), ("Bearer ", 1001), ("sk-other", 1002), ("Basic sk-sandbox", 1002), (token(end=-1), 1004)],
)
def test_a_gateway_says_why_it_does_not_know_a_customer(sandbox: Sandbox, authorization: str, code: int) -> None:
    assert ToyApi(sandbox, authorization).get("/units").json()["kling"] == code


def test_klings_own_platform_does_not_know_a_gateways_key(sandbox: Sandbox) -> None:
    assert Api(sandbox, DEFAULT_GATEWAY_KEY).get(TEXT).json()["code"] == 1002


def test_tasks_of_different_dialects_are_kept_apart(start: Start) -> None:
    sandbox = start()
    toy, api = ToyApi(sandbox), Api(sandbox)
    theirs, ours = api.create(), toy.make(**SQUARE)
    assert toy.get("/list").json() == [ours]
    assert toy.get(f"/made/{theirs}").json()["kling"] == 1201
    assert toy.get(f"/made/{ours}", product="elsewhere").json()["kling"] == 1201
    assert toy.get(f"/made/{ours}", product="text2video").json()["id"] == ours
    assert api.get("/tasks", task_ids=f"{ours},{theirs}").json()["data"][0]["id"] == theirs
    assert [task["id"] for task in api.post("/tasks", {}).json()["data"]["result"]] == [theirs]
    assert api.get(f"{TEXT}/{ours}").json()["code"] == 1201
    assert [task["task_id"] for task in api.get(TEXT).json()["data"]] == [theirs]


def test_a_task_gives_back_its_product_its_note_and_the_measures_of_its_clip(toy: ToyApi) -> None:
    task = toy.finished(toy.make(**SQUARE, mode="pro", note='{"my": "参数"}'))
    made = task["made"][0]
    assert (task["product"], task["note"]) == ("text2video", '{"my": "参数"}')
    assert (made["kind"], made["seconds"], made["width"], made["height"], made["rate"]) == ("video", 1, 1080, 1080, 24)
    assert made["id"] == str(int(task["id"]) + 1)
    assert requests.get(made["url"], timeout=20).headers["Content-Type"] == "video/mp4"


def test_a_note_makes_no_other_clip(toy: ToyApi) -> None:
    one, two = (toy.outputs("text2video", **SQUARE, note=note)[0]["url"] for note in ("one", "two"))
    assert requests.get(one, timeout=20).content == requests.get(two, timeout=20).content


def test_units_and_slots_end_for_a_gateway_too_and_images_have_their_own(start: Start) -> None:
    toy = ToyApi(start(units=24.4, slots=3, pace=2.0))
    assert toy.get("/units").json() == {"total": 24.4, "remaining": 24.4}
    first = toy.make(**SQUARE)
    toy.make(**SQUARE)
    toy.make(**SQUARE)
    assert toy.post("/make", SQUARE).json()["kling"] == 1303
    toy.make("generations", n=3, **SQUARE)
    assert toy.post("/make", {"operation": "generations"}).json()["kling"] == 1102
    toy.finished(first)
    assert toy.get("/units").json()["remaining"] in (24.0, 23.6, 23.2)


def test_an_external_id_is_taken_once_and_finds_its_task(toy: ToyApi) -> None:
    key = toy.make(**SQUARE, external_id="toy-1")
    assert toy.get("/made/toy-1").json()["id"] == key
    again = toy.post("/make", SQUARE | {"external_id": "toy-1"})
    assert (again.status_code, again.json()["toy"]) == (400, "External_task_id toy-1 already exists")


def test_a_callback_is_written_by_the_dialect_in_which_the_task_was_ordered(start: Start, listener: Listener) -> None:
    sandbox = start()
    key = ToyApi(sandbox).make(**SQUARE, callback_url=f"{listener.url}/toy")
    for _ in range(200):
        if listener.bodies:
            break
        time.sleep(0.05)
    (told,) = (json.loads(body) for body in listener.bodies)
    assert (told["id"], told["state"], len(told["made"])) == (key, "succeeded", 1)


def test_a_fault_reaches_a_dialect_in_its_own_words_and_status(start: Start) -> None:
    toy = ToyApi(start())
    faults = (("rate_429", {}, (420, 1302)), ("refuse", {}, (400, 1301)), ("refuse", {"code": 1102}, (402, 1102)),
              ("error_before", {}, (599, 5000)), ("refuse", {"code": 1102, "status": 499}, (499, 1102)))  # fmt: skip
    for kind, fields, expected in faults:
        requests.post(f"{toy.root}/sandbox/faults", json={"kind": kind} | fields, timeout=20)
        answer = toy.post("/make", SQUARE)
        assert (answer.status_code, answer.json()["kling"]) == expected
    assert toy.get("/list").json() == []


@pytest.mark.parametrize(
    ("operation", "path", "body"),
    [
        ("image2video", "/make", {"operation": "image2video", "first": as_base64(photo(300, 300))}),
        ("omni-image", "/make", {"operation": "omni-image"}),
        ("upload", "/upload", as_png(photo(300, 300))),
        ("identify-face", "/faces", {"video": "https://example.invalid/a.mp4"}),
    ],
)
def test_a_fault_works_on_the_operation_that_it_names_and_create_means_what_makes_a_task(
    start: Start, operation: str, path: str, body: object
) -> None:
    sandbox = start(faults=(Fault("refuse", operation="video-extend"),))
    toy, makes_a_task = ToyApi(sandbox), path == "/make"
    assert toy.post(path, body).status_code == 200
    sandbox.faults.add(Fault("refuse", operation=operation))
    assert toy.post(path, body).status_code == 400
    sandbox.faults.add(Fault("error_before"))
    assert toy.post(path, body).status_code == (599 if makes_a_task else 200)


def test_a_task_may_be_doomed_in_any_dialect(start: Start) -> None:
    toy = ToyApi(start(faults=(Fault("fail_task", operation="text2video", message="bad luck"),)))
    assert toy.failure("text2video", **SQUARE) == "bad luck"


def test_an_uploaded_picture_has_one_url_and_can_be_used(toy: ToyApi) -> None:
    picture = as_png(photo(320, 320, 3))
    first, second = (toy.post("/upload", picture).json()["url"] for _ in range(2))
    assert first == second
    assert first.startswith(f"{toy.root}/uploads/")
    served = requests.get(first, timeout=20)
    assert (served.content, served.headers["Content-Type"]) == (picture, "image/png")
    assert toy.outputs("image2video", first=first)[0]["width"] == 960
    assert requests.get(f"{toy.root}/uploads/{'0' * 64}.png", timeout=20).status_code == 404
    assert requests.get(f"{toy.root}/uploads/..%2Fsandbox.sqlite3", timeout=20).status_code == 404


def test_accounts_do_not_see_each_others_clips_and_sessions(start: Start) -> None:
    sandbox = start(accounts=(Account("one", ("sk-one",)), Account("two", ("sk-two",), "other", "0" * 32)))
    one, two = ToyApi(sandbox, "sk-one"), ToyApi(sandbox, "sk-two")
    clip = one.outputs("text2video", **SQUARE)[0]["id"]
    session = one.post("/faces", {"video": clip}).json()["session"]
    assert two.post("/faces", {"video": clip}).json()["toy"] == f"Video not found by id: {clip}"
    assert two.post("/make", {"operation": "video-extend", "video": clip}).json()["kling"] == 1201
    body = {"session": session, "speech": {"file": "http://127.0.0.1:1/a.wav"}}
    assert two.post("/sync", body).json()["toy"] == f"Session not found by id: {session}"


def test_the_small_request_is_still_refused_by_the_strict_dialect(sandbox: Sandbox) -> None:
    answer = Api(sandbox).post(TEXT, SMALL | {"duration": "2"})
    assert (answer.status_code, answer.json()["message"]) == (400, "duration value '2' is invalid")


@pytest.mark.parametrize(
    "fields",
    [
        {"aspect_ratio": "0:1"},
        {"aspect_ratio": "99:1"},
        {"mode": "best"},
        {"seconds": 0},
        {"seconds": 1e9},
        {"operation": "generations", "n": 10},
        {"operation": "generations", "resolution": "8k"},
        {"operation": "image2video"},
        {"operation": "multi-image2video"},
        {"operation": "avatar", "first": as_base64(photo(300, 300)), "speech": {"file": "sha256:../sandbox.sqlite3"}},
    ],
)
def test_what_cannot_be_drawn_is_refused_though_a_dialect_lets_it_through(
    toy: ToyApi, fields: dict[str, object]
) -> None:
    assert toy.post("/make", fields).json()["kling"] == 1201
