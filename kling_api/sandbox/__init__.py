"""A local Kling: its own platform in both generations of its API and the gateways that resell it, on 127.0.0.1.

    with Sandbox(SandboxConfig()) as sandbox:
        ... requests to sandbox.url with the key api-key-kling-sandbox ...

Real clips, pictures and sounds, no cost. Kling's own platform answers at the root; each dialect answers under its name,
so that sandbox.url + "/kie" is the base URL of that one, with the key sk-sandbox or any other of the account.

From the outside in: `server` puts the parts together, `http_app` carries HTTP and makes the faults (table in `faults`),
`dialects` has one twin per provider, each working with a `desk`. The official one checks strictly (`auth`, `fields`,
the `validation` modules, `capability`). `workshop` turns requests (`video_request`) into orders at their `prices`,
`core` keeps tasks, units and slots in `store`, `worker` has the work done: `intake` fetches what it needs, `results`
names the files, `films` makes clips (`render`, `shots`, `omni`, `scenes`, `camera`, `tones`, `footage`), `stills` and
`edits` pictures, `sounds` and `speech` sounds. `outputs`, `uploads` and `links` give files out, `assets` keeps voices
and elements, `sessions` faces, `callbacks` tells of changes. The core knows no dialect.

For tests: GET /sandbox/state (requests by route and under way, tasks made, charges, units by pack, refusals),
GET /sandbox/tasks (id, account, external id, state, units charged and clip of each task; `?account=` for one
account's), GET, POST and DELETE /sandbox/faults. A request is under way until its answer is given or lost, also when
its sender has gone long ago.

Nothing leaves this machine: no URL on another host is called. A picture, clip or sound there makes the task fail as an
unreachable one does at Kling; a callback there is listed in /sandbox/state as not sent.

What is drawn: a landscape or the pictures given, with the camera's move. `multi-image2video` goes through its pictures
in order. `motion-control` and `avatar` let the picture sway, for the length of the reference or the sound.
`video-extend` goes on for 5 s from the last frame. `lip-sync` gives the same pictures another sound; no mouth moves.
A clip of several shots has a cut before each. `omni-video` shows what its prompt refers to in the corner; a clip to
edit changes its colour. An effect lets one picture beat, or two come together. A clip whose prompt says "[two faces]"
has two for a lip sync.
`generations` and `omni-image` paint landscapes, or colour the first picture, with a mask only its white part; more
references and elements are in the corner. Several subjects stand side by side, an expanded picture is framed by its
own mirror image, a garment lies on the middle of the person, masks are ellipses, views are slanted or mirrored.
Speech is tones in the pitch of its voice, as long as the text takes; other sounds are chords.

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
- clips and sounds: the texts for one that cannot be read, for an unknown video or session id; that a clip's face is
  seen all the time, and in a clip on another host from 0 to 5000 ms; that every such URL is looked at only when the
  task is worked on, also in motion control;
- images: pixel sizes; 8 units per picture where no price is published, 20 for the try-on of 2026; an image task takes
  the time of a 2 s clip, `n` of the slots for images, and units of a pack of its own, as large as that for clips;
- voices and elements: the presets, which are made up; the texts for media of no use and for unknown ids; that they take
  no slot; that only the length of a sound, and length and size of a clip, are looked at;
- gateways: that they count units, slots and external ids as Kling does; clips of operations, models or modes without a
  published price cost 0.4 units per second of the length that the request names, also where another clip gives it;
- time: how long a task is `submitted`; which changes a callback tells (all that are seen, each once, never twice, not
  signed), and that a URL expires exactly 30 days after the end of its task.
Not there: content safety, the limit on the rate of requests (both only as faults), and any effect of `voice_list`,
`static_mask`, `dynamic_masks`, `negative_prompt`, `cfg_scale` and the fidelities of images on what is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .config import (
    DEFAULT_ACCESS_KEY,
    DEFAULT_API_KEY,
    DEFAULT_GATEWAY_KEY,
    DEFAULT_SECRET_KEY,
    Account,
    SandboxConfig,
)
from .faults import Fault, FaultBoard

if TYPE_CHECKING:
    from .server import Sandbox, serve

__all__ = [
    "DEFAULT_ACCESS_KEY",
    "DEFAULT_API_KEY",
    "DEFAULT_GATEWAY_KEY",
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
