"""The life of a task over HTTP: both shapes, both ids, lists, slots, units, callbacks, URLs, restarts."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests

from kling_api.sandbox import Sandbox, SandboxConfig

from .conftest import Listener
from .driver import IMAGE, SMALL, TEXT, Api, Start, as_base64, photo, url_of

TURBO = "/text-to-video/kling-3.0-turbo"
TURBO_BODY = {"prompt": "a kite", "settings": {"duration": 3, "aspect_ratio": "1:1"}}


def test_a_create_of_the_old_standard_has_the_documented_shape(api: Api) -> None:
    answer = api.post(TEXT, SMALL | {"external_task_id": "shape"})
    body, data = answer.json(), answer.json()["data"]
    assert (answer.status_code, body["code"], body["message"]) == (200, 0, "SUCCEED")
    assert re.fullmatch(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", body["request_id"])
    assert re.fullmatch(r"\d{18}", data["task_id"])
    assert abs(data["created_at"] - time.time() * 1000) < 5000
    assert data == {
        "task_id": data["task_id"],
        "task_status": "submitted",
        "task_info": {"external_task_id": "shape"},
        "created_at": data["created_at"],
        "updated_at": data["created_at"],
    }


def test_a_finished_task_of_the_old_standard_has_the_documented_shape(api: Api) -> None:
    task = api.finished(api.create(watermark_info={"enabled": True}))
    video = task["task_result"]["videos"][0]
    assert (task["task_status"], task["task_status_msg"], task["final_unit_deduction"]) == ("succeed", "", "1.8")
    assert video["duration"] == "3.0"
    assert video["watermark_url"]
    assert task["watermark_info"] == {"enabled": True}
    assert task["updated_at"] >= task["created_at"]


def test_a_task_of_the_new_standard_has_the_documented_shape(api: Api) -> None:
    answer = api.post(TURBO, TURBO_BODY | {"options": {"external_task_id": "new-shape"}}).json()["data"]
    assert set(answer) == {"id", "status", "create_time", "update_time", "external_id"}
    assert (answer["status"], answer["external_id"]) == ("submitted", "new-shape")
    task = api.finished_new(answer["id"])
    assert (task["status"], task["message"]) == ("succeeded", "")
    assert {key: task["outputs"][0][key] for key in ("type", "duration")} == {"type": "video", "duration": "3.0"}
    assert task["billing"] == [{"charge_type": "unit", "amount": "2.4", "package_type": "video", "list_price": "2.4"}]


def test_a_task_goes_through_submitted_and_processing_in_its_time(start: Start) -> None:
    api = Api(start(pace=0.5))
    began, key, seen = time.monotonic(), api.create(), []
    while (word := api.task(key)["task_status"]) != "succeed":
        seen.append(word)
        time.sleep(0.05)
    assert list(dict.fromkeys(seen)) == ["submitted", "processing"]
    assert time.monotonic() - began >= 1.5


def test_a_task_is_found_by_either_id_but_only_under_its_own_product(api: Api) -> None:
    key = api.create(external_task_id="mine-1")
    assert api.task("mine-1")["task_id"] == api.task(key)["task_id"] == key
    for path, unknown in ((IMAGE, key), (TEXT, "123"), (TEXT, "猫")):
        answer = api.get(f"{path}/{unknown}")
        assert answer.status_code == 400
        assert answer.json()["code"] == 1201
        assert answer.json()["message"] == f"Task not found by id/external id: {unknown}"


def test_an_external_id_is_taken_once_in_either_standard(api: Api) -> None:
    api.create(external_task_id="once")
    made = api.state()["tasks_made"]
    assert api.refused(external_task_id="once") == (400, 1201, "External_task_id once already exists")
    again = api.refused(TURBO, **TURBO_BODY, options={"external_task_id": "once"})
    assert again == (400, 1201, "External_task_id once already exists")
    assert api.state()["tasks_made"] == made


def test_an_external_id_is_taken_once_even_in_a_race(api: Api) -> None:
    answers: list[int] = []
    body = SMALL | {"external_task_id": "race"}
    threads = [threading.Thread(target=lambda: answers.append(api.post(TEXT, body).status_code)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [400] * 7


def test_lists_are_paged_and_the_newest_comes_first(start: Start) -> None:
    api = Api(start())
    assert api.get(TEXT).json()["data"] == []
    keys = [api.create() for _ in range(5)]
    pages = [api.get(TEXT, pageNum=number, pageSize=2).json()["data"] for number in (1, 2, 3)]
    assert [task["task_id"] for page in pages for task in page] == keys[::-1]
    assert api.get(IMAGE).json()["data"] == []
    assert api.get(TEXT, pageSize=501).json()["message"] == "pageSize: must be less than or equal to 500"
    assert api.get(TEXT, pageNum=0).json()["message"] == "pageNum: must be greater than or equal to 1"


def test_tasks_are_asked_for_by_up_to_20_ids_of_either_standard(api: Api) -> None:
    old, new = api.create(external_task_id="many-1"), api.create(TURBO, **TURBO_BODY)
    found = api.get("/tasks", task_ids=f"{new},5,{old}").json()["data"]
    assert [task["id"] for task in found] == [new, old]
    assert api.get("/tasks", external_task_ids="many-1,nothing").json()["data"][0]["id"] == old
    assert api.get("/tasks", task_ids="5").json()["data"] == []
    messages = [api.get("/tasks", **query).json() for query in ({}, {"task_ids": ",".join(map(str, range(21)))})]
    assert [answer["code"] for answer in messages] == [1201, 1201]
    assert messages[0]["message"] == "task_ids or external_task_ids is required"
    assert "cannot exceed 20 in total" in messages[1]["message"]


def test_the_cursor_list_goes_through_all_tasks_once(start: Start) -> None:
    api = Api(start())
    assert api.post("/tasks", {}).json()["data"] == {"count": 0, "has_more": False}
    keys = {api.create() for _ in range(3)} | {api.create(TURBO, **TURBO_BODY)}
    found, cursor = [], {}
    while cursor is not None:
        page = api.post("/tasks", {"limit": 3} | cursor).json()["data"]
        found += [task["id"] for task in page["result"]]
        cursor = {"cursor": page["next_cursor"]} if page["has_more"] else None
    assert sorted(found) == sorted(keys)
    none = {"filters": [{"key": "product_type", "values": ["image"]}]}
    assert api.post("/tasks", none).json()["data"]["count"] == 0


def test_a_slot_is_held_until_the_task_has_ended(start: Start) -> None:
    api = Api(start(slots=2, pace=0.3))
    first = api.create()
    api.create()
    assert api.refused() == (429, 1303, "parallel task over resource pack limit")
    assert api.create(TURBO, **TURBO_BODY)  # another model version has its own slots
    api.finished(first)
    assert api.create()


def test_units_are_deducted_at_success_and_run_out(start: Start) -> None:
    sandbox = start(units=4)
    api = Api(sandbox)
    api.fault(kind="fail_task", message="Failure to pass the risk control system")
    failed = api.finished(api.create())
    assert (failed["task_status"], failed["final_unit_deduction"]) == ("failed", "0")
    assert failed["task_status_msg"] == "Failure to pass the risk control system"
    assert failed["task_result"] == {}
    for _ in range(2):
        api.finished(api.create())
    assert api.refused() == (429, 1102, "Account balance not enough")
    state = api.state()
    assert (state["tasks_made"], state["charges"], state["units_charged"]) == (3, 2, "3.6")
    pack = api.get("/account/costs", start_time=0, end_time=1).json()["data"]["resource_pack_subscribe_infos"][0]
    assert (pack["total_quantity"], pack["remaining_quantity"], pack["status"]) == (4.0, 0.4, "online")


def test_the_costs_need_both_times(api: Api) -> None:
    assert api.get("/account/costs", start_time=0).json()["message"] == "endTime: must not be null"


def test_a_picture_that_cannot_be_used_fails_the_task_later(api: Api) -> None:
    def reason(image: str) -> str:
        task = api.finished(api.create(IMAGE, model_name="kling-v3", image=image), IMAGE)
        assert (task["task_status"], task["final_unit_deduction"]) == ("failed", "0")
        return task["task_status_msg"]

    unreachable = "Something went wrong when we tried to get the contents of the file."
    assert reason(as_base64(photo(299, 400))) == "Image pixel is invalid"
    assert reason(as_base64(photo(300, 800))) == "Image pixel is invalid"
    assert reason("abcd") == "Image pixel is invalid"
    assert reason("https://example.invalid/cat.png") == unreachable
    assert reason("http://[") == unreachable
    assert reason(f"{api.url}/nothing.png") == unreachable


def test_a_result_url_serves_ranges_and_refuses_a_wrong_signature(api: Api) -> None:
    url = url_of(api.finished(api.create()))
    whole = requests.get(url, timeout=20)
    part = requests.get(url, headers={"Range": "bytes=100-"}, timeout=20)
    assert whole.headers["Content-Type"] == "video/mp4"
    assert (part.status_code, part.content) == (206, whole.content[100:])
    assert requests.get(url.replace("signature=", "signature=0"), timeout=20).status_code == 403
    assert requests.get(re.sub(r"expires=\d+", "expires=9999999999", url), timeout=20).status_code == 403
    assert requests.get(url.partition("?")[0], timeout=20).status_code == 403


def test_a_result_url_expires(start: Start) -> None:
    api = Api(start(url_lifetime=1.0))
    url = url_of(api.finished(api.create()))
    assert requests.get(url, timeout=20).ok
    time.sleep(2.1)
    assert requests.get(url, timeout=20).status_code == 403


def test_a_result_url_is_good_for_30_days_after_the_end(api: Api) -> None:
    task = api.finished(api.create())
    expires = int(re.findall(r"expires=(\d+)", url_of(task))[0])
    assert abs(expires - task["updated_at"] / 1000 - 30 * 86400) < 2


def test_a_restarted_sandbox_knows_its_tasks_and_finishes_what_was_begun(tmp_path: Path) -> None:
    config = SandboxConfig(folder=tmp_path, pace=0.0, shrink=4)
    with Sandbox(config) as before:
        api = Api(before)
        done = api.finished(api.create(external_task_id="old"))
        begun = api.create(prompt="another kite", external_task_id="begun")
    with Sandbox(config) as after:
        api = Api(after)
        assert api.task("old")["task_id"] == done["task_id"]
        assert requests.get(url_of(api.task("old")), timeout=20).ok
        assert api.refused(external_task_id="old")[1] == 1201
        assert api.finished("begun")["task_id"] == begun
        assert (api.state()["tasks_made"], api.state()["charges"]) == (2, 2)


SERVE = """
import sys
from pathlib import Path
from kling_api.sandbox import SandboxConfig, serve
serve(SandboxConfig(folder=Path(sys.argv[1]), pace=0.0, shrink=2), lambda url: print(url, flush=True))
"""


def serve_in_a_process(folder: Path) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    return process, process.stdout.readline().strip()


def test_a_killed_sandbox_leaves_its_tasks_to_the_next_one(tmp_path: Path) -> None:
    process, url = serve_in_a_process(tmp_path)
    with process:
        key = Api(url).create(duration="15")
        time.sleep(0.2)
        process.kill()
    with Sandbox(SandboxConfig(folder=tmp_path, pace=0.0)) as after:
        assert Api(after).task(key)["task_status"] == "processing"
        assert Api(after).finished(key)["task_status"] == "succeed"


def test_an_interrupted_sandbox_ends_with_exit_code_0(tmp_path: Path) -> None:
    process, url = serve_in_a_process(tmp_path)
    with process:
        Api(url).create()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0


def test_two_sandboxes_over_one_folder_see_the_same_tasks(start: Start, tmp_path: Path) -> None:
    one, two = (Api(start(folder=tmp_path)) for _ in range(2))
    key = one.create(external_task_id="common")
    assert two.task("common")["task_id"] == key
    assert two.refused(external_task_id="common")[1] == 1201
    assert two.finished(key)["task_status"] == one.finished(key)["task_status"] == "succeed"
    assert requests.get(url_of(two.task(key)), timeout=20).ok
    assert two.state()["charges"] == 1


def test_a_callback_hears_of_each_state_once(start: Start, listener: Listener) -> None:
    api = Api(start(pace=0.4))
    key = api.create(callback_url=f"{listener.url}/hook?a=1")
    api.finished(key)
    for _ in range(100):
        if len(listener.bodies) == 3:
            break
        time.sleep(0.05)
    told = [json.loads(body) for body in listener.bodies]
    assert [(task["task_id"], task["task_status"]) for task in told] == [
        (key, word) for word in ("submitted", "processing", "succeed")
    ]
    assert told[-1]["task_result"]["videos"]


def test_a_callback_on_another_host_is_not_called_but_noted(start: Start) -> None:
    api = Api(start())
    api.finished(api.create(callback_url="https://example.invalid/hook"))
    time.sleep(0.3)
    assert {record["outcome"] for record in api.state()["callbacks"]} == {"not on this machine"}


def test_an_unknown_path_or_method_is_said_in_the_platforms_codes(api: Api) -> None:
    unknown, wrong = api.get("/v1/tasks/1"), requests.put(api.url + TEXT, timeout=20)
    assert (unknown.status_code, unknown.json()["code"]) == (404, 1203)
    assert (wrong.status_code, wrong.json()["code"]) == (404, 1202)


def test_the_port_may_be_chosen_and_a_taken_one_is_an_error(shared: Sandbox) -> None:
    port = int(shared.url.rpartition(":")[2])
    with pytest.raises(OSError, match=str(port)):
        Sandbox(SandboxConfig(port=port)).start()
