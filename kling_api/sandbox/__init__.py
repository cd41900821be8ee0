"""A local Kling: the official platform in both generations of its API, on 127.0.0.1, with real clips and without cost.

    with Sandbox(SandboxConfig()) as sandbox:
        ... requests to sandbox.url with the key api-key-kling-sandbox ...

From the outside in: `server` puts the parts together, `http_app` carries HTTP and makes the faults (table in
`faults`), `official` is the dialect with its checks (`auth`, `fields`, `validation`, `validation_new`, `capability`)
and shapes (`official_shapes`), `core` keeps tasks, units and slots in `store`, `worker` has the clips rendered
(`render`, `scenes`, `camera`, `tones`, `pictures`), `callbacks` tells of changes. The core knows no dialect.

For tests: GET /sandbox/state (requests by route and under way, tasks made, charges, refusals), GET /sandbox/tasks (id,
account, external id, state, units charged and clip of each task; `?account=` for one account's), GET, POST and DELETE
/sandbox/faults. A request is under way until its answer is given or lost, also when its sender has gone long ago.

Nothing leaves this machine: a picture or callback URL on another host is not called. Such a picture makes the task fail
as an unreachable one does at Kling; such a callback is listed in /sandbox/state as not sent.

Inferred, not observed (everything else is documented or was seen live, 2025-12 to 2026-10):
- the texts of 1003, 1004, of a wrong signature, an unknown access key, and of 1202, 1203, 1300 to 1302 and 5xxx; that a
  token without `exp` is refused and one without `nbf` is not; that an unknown key that looks like an API key gets the
  same text in both generations; the body of a 404; the HTTP status of the text about discontinued models (400);
- validation: the wording about camera config, about fields that exclude each other, about sound and motion brush in an
  impossible combination, about the size of a picture; most wording of the new standard, of which only "rejected with
  its field path" is known; that a `camera_control` without a type is refused; that a picture's bytes are checked for
  size at once; that exactly one camera axis is enforced at all;
- queries: a task is not found under another product's path, nor one of the new standard under /v1; lists are in the
  order newest first; `count` of POST /tasks is that of the page, and its cursor is a task id;
- money: units of tasks under way count against the pack when a new one is created; a failed task costs 0; models
  without a published price cost 0.4 units per second; slots are counted by account, model version and kind of pack;
- time: how long a task is `submitted`; which changes a callback tells (all that are seen, each once, never twice, not
  signed), and that a URL expires exactly 30 days after the end of its task.
Not there: content safety, the limit on the rate of requests (both only as faults), and any effect of `multi_shot`,
`voice_list`, `element_list`, `static_mask`, `dynamic_masks`, `negative_prompt` and `cfg_scale` on what is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .config import DEFAULT_ACCESS_KEY, DEFAULT_API_KEY, DEFAULT_SECRET_KEY, Account, SandboxConfig
from .faults import Fault, FaultBoard

if TYPE_CHECKING:
    from .server import Sandbox, serve

__all__ = [
    "DEFAULT_ACCESS_KEY",
    "DEFAULT_API_KEY",
    "DEFAULT_SECRET_KEY",
    "Account",
    "Fault",
    "FaultBoard",
    "Sandbox",
    "SandboxConfig",
    "serve",
]


def __getattr__(name: str) -> Any:
    """The server needs aiohttp and is only loaded when it is asked for: its absence can then be explained."""
    if name not in ("Sandbox", "serve"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import server

    return getattr(server, name)
