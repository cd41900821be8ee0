"""A seventh dialect, plain and permissive: what is asked for is given in the words of the sandbox's own requests."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

import requests

from kling_api.sandbox import DEFAULT_GATEWAY_KEY, Sandbox
from kling_api.sandbox.core import State, Task
from kling_api.sandbox.desk import Desk
from kling_api.sandbox.models import any_model
from kling_api.sandbox.refusals import Refused, invalid
from kling_api.sandbox.validation import read_picture
from kling_api.sandbox.video_request import (
    ASSETS,
    IMAGES,
    SOUNDS,
    AssetRequest,
    ImageRequest,
    Picture,
    Request,
    SoundRequest,
    Speech,
    VideoRequest,
)
from kling_api.sandbox.wire import Call, Reply, Route

_STATUS = {1001: 401, 1002: 401, 1102: 402, 1202: 405, 1203: 404, 1302: 420, 1303: 429, 5000: 599}


class Toy:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[Route]:
        return [
            Route("POST", "/make", _operation, self._make),
            Route("GET", "/made/{key}", "query", self._made),
            Route("GET", "/list", "list", self._list),
            Route("POST", "/upload", "upload", self._upload),
            Route("POST", "/faces", "identify-face", self._faces),
            Route("POST", "/sync", "lip-sync", self._sync),
            Route("GET", "/units", "costs", self._units),
            Route("POST", "/now", _operation, self._make_now),
            Route("GET", "/assets/{kind}", "list", self._assets),
            Route("POST", "/assets/{kind}/{key}/delete", "delete", self._delete),
        ]

    def refusal(self, refused: Refused) -> Reply:
        return Reply(_STATUS.get(refused.code, 400), {"toy": refused.message, "kling": refused.code})

    def callback_body(self, task: Task) -> dict[str, Any] | None:
        return self._shape(task) if task.is_terminal else None

    def _make(self, call: Call) -> Reply:
        account, fields = self._desk.account(call.authorization), json.loads(call.body)
        task = self._desk.make(_request(fields), account, fields.get("operation", "text2video"))
        return Reply(200, {"id": str(task.row.id)})

    def _make_now(self, call: Call) -> Reply:
        account, fields = self._desk.account(call.authorization), json.loads(call.body)
        return Reply(200, self._shape(self._desk.make_now(_request(fields), account, "now")))

    def _assets(self, call: Call) -> Reply:
        account, voices = self._desk.account(call.authorization), call.parts["kind"] == "voices"
        own = (self._desk.voices if voices else self._desk.elements)(account)
        presets = (self._desk.preset_voices if voices else self._desk.preset_elements)()
        return Reply(200, {"own": [vars(one) for one in own], "presets": [vars(one) for one in presets]})

    def _delete(self, call: Call) -> Reply:
        delete = self._desk.delete_voice if call.parts["kind"] == "voices" else self._desk.delete_element
        delete(self._desk.account(call.authorization), call.parts["key"])
        return Reply(200, {})

    def _made(self, call: Call) -> Reply:
        account = self._desk.account(call.authorization)
        task = self._desk.find(account, call.parts["key"], call.query.get("product"))
        if task is None:
            raise invalid("no such task")
        return Reply(200, self._shape(task))

    def _list(self, call: Call) -> Reply:
        account = self._desk.account(call.authorization)
        tasks = self._desk.between(account, 0, self._desk.now() + 1)
        assert [task.row.id for task in self._desk.find_by_ids(account, [str(task.row.id) for task in tasks])] == [
            task.row.id for task in tasks
        ]
        return Reply(200, [str(task.row.id) for task in tasks])

    def _upload(self, call: Call) -> Reply:
        self._desk.account(call.authorization)
        return Reply(200, {"url": self._desk.upload(call.files.get("file", call.body)), "form": dict(call.form)})

    def _faces(self, call: Call) -> Reply:
        account, fields = self._desk.account(call.authorization), json.loads(call.body)
        session = self._desk.identify(account, fields["video"], fields.get("milliunits", 0))
        faces, seconds = [vars(face) for face in session.faces], self._desk.seconds_of(account, fields["video"])
        ends = [face["end"] for face in faces]
        return Reply(200, {"session": session.id, "ends": ends, "faces": faces, "seconds": seconds})

    def _sync(self, call: Call) -> Reply:
        account, fields = self._desk.account(call.authorization), json.loads(call.body)
        session = self._desk.session(account, fields.pop("session"))
        request = _request(fields | {"operation": "lip-sync", "video": session.video})
        return Reply(200, {"id": str(self._desk.make(request, account, "sync").row.id)})

    def _units(self, call: Call) -> Reply:
        units = self._desk.units(self._desk.account(call.authorization), call.query.get("pack", "video"))
        return Reply(200, {"total": units.total, "remaining": units.remaining})

    def _shape(self, task: Task) -> dict[str, Any]:
        return {
            "id": str(task.row.id),
            "state": task.state.value,
            "why": task.row.failure if task.state is State.FAILED else "",
            "product": self._desk.product(task),
            "note": self._desk.note(task),
            "charged": task.charged,
            "made": [vars(made) for made in self._desk.outputs(task)],
        }


def _operation(call: Call) -> str:
    """One address for all; what is no JSON is refused later."""
    return json.loads(call.body).get("operation", "text2video")


def _request(fields: dict[str, Any]) -> Request:
    operation = fields.pop("operation", "text2video")
    if operation in SOUNDS:
        return SoundRequest(operation, **fields)
    fields |= {name: tuple(fields[name]) for name in ("elements", "voices", "expansion") if name in fields}
    pictures = tuple(_picture(value) for value in fields.pop("pictures", ()))
    if operation in ASSETS:
        return AssetRequest(operation, pictures=pictures, **fields)
    if operation in IMAGES:
        given = {name: _picture(fields.pop(name, "")) for name in ("mask", "scene", "style")}
        return ImageRequest(operation, fields.pop("model", "toy-picture"), pictures=pictures, **given, **fields)
    fields["shots"] = tuple((text, seconds) for text, seconds in fields.get("shots", ()))
    speech = fields.pop("speech", None)
    frames = {name: _picture(fields.pop(name, "")) for name in ("first", "last")}
    model = any_model(fields.pop("model", "toy-9"))
    speech = Speech(**speech) if speech else None
    rest: dict[str, Any] = {"seconds": 1} | frames | fields
    return VideoRequest(operation, model, pictures=pictures, speech=speech, **rest)


def _picture(value: str) -> Picture:
    return read_picture(value, "legacy")


class ToyApi:
    """A customer of the toy."""

    def __init__(self, sandbox: Sandbox, authorization: str = DEFAULT_GATEWAY_KEY) -> None:
        self.root = sandbox.url
        self.url = f"{sandbox.url}/toy"
        self.headers = {"Authorization": authorization}

    def post(self, path: str, data: Any) -> requests.Response:
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        return requests.post(self.url + path, data=body, headers=self.headers, timeout=20)

    def get(self, path: str, **query: str) -> requests.Response:
        return requests.get(self.url + path, params=query, headers=self.headers, timeout=20)

    def make(self, operation: str = "text2video", path: str = "/make", **fields: Any) -> str:
        answer = self.post(path, fields if path == "/sync" else {"operation": operation} | fields)
        assert answer.status_code == 200, answer.text
        return answer.json()["id"]

    def finished(self, key: str) -> dict[str, Any]:
        for _ in range(600):
            task = self.get(f"/made/{key}").json()
            if task["state"] in ("succeeded", "failed"):
                return task
            time.sleep(0.05)
        raise AssertionError(f"task {key} did not finish")

    def outputs(self, operation: str, **fields: Any) -> list[dict[str, Any]]:
        task = self.finished(self.make(operation, **fields))
        assert task["state"] == "succeeded", task["why"]
        return task["made"]

    def failure(self, operation: str, **fields: Any) -> str:
        task = self.finished(self.make(operation, **fields))
        assert task["state"] == "failed"
        return task["why"]
