"""What the tests of Kling's own dialect share: media, the body that an order has, and answers as Kling wraps them."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from kling_api.dialects.official import Official
from kling_api.dialects.wire import Refusal, Reply, Task
from kling_api.operations import Operation
from kling_api.recordings import Footage, Sound
from kling_api.stills import Still

OFFICIAL = Official()
REQUEST_ID = "13fef8e2-f5a0-4ee0-a81f-f40872d96095"
KEY = "kn-1"
HOOK = "https://me.example/hook"


def picture(name: str) -> Still:
    return Still(b"\x89PNG\r\n\x1a\n" + name.encode(), 640, 480)


def sound(seconds: float = 5.0) -> Sound:
    return Sound(b"ID3 a sound", "mp3", seconds)


def footage(seconds: float = 5.0, width: int = 1280, height: int = 720) -> Footage:
    return Footage(Path("clip.mp4"), seconds, width, height, 24.0, 1_000_000, "0a1b")


def written(medium: Still | Sound) -> str:
    return base64.b64encode(medium.data).decode()


def body_of(operation: Operation, key: str = KEY) -> dict[str, Any]:
    """The body as JSON has it."""
    body = OFFICIAL.create(operation, key).body
    assert body is not None
    return json.loads(json.dumps(body))


def envelope(data: Any) -> dict[str, Any]:
    return {"code": 0, "message": "SUCCEED", "request_id": REQUEST_ID, "data": data}


def done(result: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A finished task of the old standard."""
    data = {"task_id": "829611643369439283", "task_status": "succeed", "task_status_msg": "", "task_result": result}
    return envelope({**data, "final_unit_deduction": "2.5", "created_at": 5, "updated_at": 6, **more})


def read(document: Any, status: int = 200) -> Task | Refusal:
    return OFFICIAL.read(Reply(status, document))


def task_of(document: Any) -> Task:
    task = read(document)
    assert isinstance(task, Task)
    return task
