"""A seventh dialect is a module, its twin, and a line in each of two tables: nothing else has to know of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pytest

from kling_api import dialects
from kling_api.account import look_up, report
from kling_api.cli.demo_requests import from_text
from kling_api.client import Client
from kling_api.dialects.gateway import Gateway
from kling_api.dialects.offer import Offer
from kling_api.dialects.wire import Answer, Output, Refusal, Reply, Request, Task, TaskState
from kling_api.errors import InvalidRequest, NotConfigured, Refused
from kling_api.operations import CameraControl, Image2Video, Operation, Text2Video
from kling_api.sandbox import dialects as twins
from kling_api.sandbox import wire
from kling_api.sandbox.core import State
from kling_api.sandbox.desk import Desk
from kling_api.sandbox.fields import read_body
from kling_api.sandbox.models import any_model
from kling_api.sandbox.refusals import Refused as TurnedDown
from kling_api.sandbox.refusals import invalid
from kling_api.sandbox.video_request import VideoRequest
from kling_api.settings import load_profile, profile_names

LIBRARY = Path(dialects.__file__).parents[1]
_STATES = {"wip": TaskState.PROCESSING, "tada": TaskState.SUCCEEDED, "oops": TaskState.FAILED}


class Toy(Gateway):
    """`POST /toys {"say", "for"}`, then `GET /toys/{number}`: {"number", "is", "at", "why"}."""

    name = "toy"
    unit = "credits"
    hosts = ("toys.example",)

    @cached_property
    def offers(self) -> Mapping[str, Mapping[str, Offer]]:
        return {"text2video": {"": Offer(fields=frozenset({"prompt", "duration"}), values={"duration": (3, 5)})}}

    @cached_property
    def models(self) -> Mapping[str, tuple[str, ...]]:
        return {}

    def create(self, operation: Operation, job_key: str) -> Request:
        assert isinstance(operation, Text2Video)
        return Request("POST", "/toys", {"say": operation.prompt, "for": operation.duration}, route="/toys")

    def query(self, route: str, task_id: str) -> Request:
        return Request("GET", f"{route}/{task_id}", route=route)

    def routes(self, operation: str) -> tuple[str, ...]:
        return ("/toys",)

    def read(self, reply: Reply) -> Task | Refusal:
        if reply.status >= 400:
            answer = Answer.ABSENT if reply.status == 404 else Answer.FINAL
            return Refusal(answer, f"The toy maker says: {reply.body['why']}.")
        outputs = (Output("video", reply.body["at"]),) if reply.body.get("at") else ()
        return Task(str(reply.body["number"]), _STATES[reply.body["is"]], reply.body.get("why", ""), outputs)


class ToyTwin:
    """What a maker of toys answers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[wire.Route]:
        return (
            wire.Route("POST", "/toys", "text2video", partial(self._answered, self._create)),
            wire.Route("GET", "/toys/{number}", "query", partial(self._answered, self._query)),
        )

    def refusal(self, refused: TurnedDown) -> wire.Reply:
        return wire.Reply(404 if "no such" in refused.message else 400, {"why": refused.message})

    def callback_body(self, task: Any) -> dict[str, Any]:
        return self._shape(task)

    def _answered(self, answer: Any, call: wire.Call) -> wire.Reply:
        try:
            return wire.Reply(200, answer(call))
        except TurnedDown as refused:
            return self.refusal(refused)

    def _create(self, call: wire.Call) -> dict[str, Any]:
        body = read_body(call.body)
        if "frog" in body.text("say"):
            raise invalid("no frogs")
        request = VideoRequest(
            "text2video",
            any_model("kling-v1"),
            body.text("say"),
            seconds=int(body.number("for", 5)),
            aspect_ratio="1:1",
        )
        return self._shape(self._desk.make(request, self._desk.account(call.authorization), "/toys"))

    def _query(self, call: wire.Call) -> dict[str, Any]:
        task = self._desk.find(self._desk.account(call.authorization), call.parts["number"], "/toys")
        if task is None:
            raise invalid("no such toy")
        return self._shape(task)

    def _shape(self, task: Any) -> dict[str, Any]:
        word = {State.SUCCEEDED: "tada", State.FAILED: "oops"}.get(task.state, "wip")
        made = self._desk.outputs(task)
        return {"number": task.row.id, "is": word, "why": task.row.failure, "at": made[0].url if made else ""}


@pytest.fixture
def toys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(dialects.DIALECTS, "toy", Toy())
    monkeypatch.setitem(twins.DIALECTS, "toy", ToyTwin)


@pytest.mark.usefixtures("toys")
def test_a_clip_is_made_in_a_dialect_that_was_just_added(tmp_path: Path) -> None:
    client = Client(load_profile("sandbox-toy", tmp_path))
    assert client.base_url.endswith("/toy")
    result = client.run(Text2Video("a kite", duration=3))
    assert result.files[0].stat().st_size > 1000
    assert (result.unit, client.ledger.jobs()[0].dialect) == ("credits", "toy")
    assert client.run(Text2Video("a kite", duration=3)).paid_before
    with pytest.raises(Refused, match="The toy maker says: no frogs"):
        client.run(Text2Video("a frog", duration=3))
    assert "The provider has no way to tell" in report(look_up(client, 0.0))


@pytest.mark.usefixtures("toys")
def test_what_it_cannot_do_is_refused_with_those_that_can(tmp_path: Path) -> None:
    client = Client(load_profile("sandbox-toy", tmp_path))
    with pytest.raises(InvalidRequest, match=r"cannot do image2video.*Dialects that can: official, "):
        client.run(Image2Video("https://me.example/a.png"))
    with pytest.raises(InvalidRequest, match=r"camera_control is not possible.*Dialects that can: official, "):
        client.run(Text2Video("a kite", duration=3, camera_control=CameraControl(pan=1)))
    with pytest.raises(InvalidRequest, match=r"duration 7 is not possible.*Possible: 3, 5\."):
        client.run(Text2Video("a kite", duration=7))
    assert client.ledger.jobs() == []


@pytest.mark.usefixtures("toys")
def test_profiles_hosts_and_the_demo_know_it_at_once(tmp_path: Path) -> None:
    (tmp_path / "profiles.toml").write_text('[t]\napi_key = "sk-xxxxxxxx"\nbase_url = "https://toys.example"\n')
    assert dialects.dialect_of(load_profile("t", tmp_path)).name == "toy"
    assert "sandbox-toy" in profile_names(tmp_path)
    step = from_text(dialects.named("toy"))
    assert step is not None
    assert step.title == "Text to video"
    (tmp_path / "profiles.toml").write_text('[t]\napi_key = "sk-xxxxxxxx"\ndialect = "joy"\n')
    with pytest.raises(NotConfigured) as caught:
        load_profile("t", tmp_path)
    assert "wrapper, toy" in caught.value.advice


def test_no_module_outside_the_dialects_and_their_twins_names_one_of_them() -> None:
    words = re.compile(r"""["'](newapi|flat|unified|kie|wrapper)["']""")
    homes = (LIBRARY / "dialects", LIBRARY / "sandbox" / "dialects")
    others = [
        path
        for folder in (LIBRARY, LIBRARY.parent / "nodes")
        for path in folder.rglob("*.py")
        if not any(home in path.parents for home in homes)
    ]
    assert len(others) > 50
    assert not [path.name for path in others if words.search(path.read_text(encoding="utf-8"))]
