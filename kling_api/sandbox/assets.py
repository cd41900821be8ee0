"""The voices and elements that accounts keep, and those that everybody has."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass

from .config import Account
from .core import Platform, State, Task
from .outputs import IsVisible, Outputs
from .refusals import invalid
from .scenes import Landscape
from .sounds import as_mp3
from .speech import speak
from .uploads import Uploads

KLING = "kling"
_OPERATIONS = {"voice": "custom-voices", "element": "advanced-custom-elements"}
_NOT_FOUND = {"voice": "Voice id not found: {}", "element": "Element not found by id: {}"}
#: Made up: Kling's own presets are listed nowhere.
_VOICES = {"700000000000000001": "Calm", "700000000000000002": "Bright", "700000000000000003": "Deep"}
_ELEMENTS = {"710000000000000001": "Valley", "710000000000000002": "Shore"}
_PRESET_TEXT = "This is how this voice of the sandbox sounds."
_PORTRAIT = (512, 512)


@dataclass(frozen=True)
class Asset:
    """`kind` voice or element. `url`: its trial sound or its first picture. `document`: JSON as it was ordered with.

    `owner`: "kling" for a preset, else the name of the account. `created`: epoch ms.
    """

    kind: str
    id: str
    name: str
    document: str
    url: str
    owner: str
    created: int


class Assets:
    def __init__(self, platform: Platform, outputs: Outputs, uploads: Uploads) -> None:
        self._platform = platform
        self._outputs = outputs
        self._uploads = uploads
        self._lock = threading.Lock()
        self._presets: dict[str, list[Asset]] = {}

    def own(self, kind: str, account: Account, is_visible: IsVisible) -> list[Asset]:
        """Those of tasks that have succeeded, without the deleted ones, the newest first."""
        return [self._asset(kind, task) for task in self._tasks(kind, account, is_visible)]

    def presets(self, kind: str) -> list[Asset]:
        with self._lock:  # drawn when somebody first asks
            if kind not in self._presets:
                self._presets[kind] = self._draw_presets(kind)
            return self._presets[kind]

    def find(self, kind: str, account: Account, key: str, is_visible: IsVisible) -> Asset:
        """Raises Refused (1201) for an id that is neither the account's own nor a preset's."""
        every = [*self.own(kind, account, is_visible), *self.presets(kind)]
        for asset in every:
            if asset.id == key:
                return asset
        raise invalid(_NOT_FOUND[kind].format(key))

    def picture_of(self, account: Account, key: str, is_visible: IsVisible) -> str:
        """How a spec calls the first picture of an element. Raises Refused."""
        for task in self._tasks("element", account, is_visible):
            if task.output_id() == key:
                return self._outputs.picture_of(task)
        return self._uploads.name_in(self.find("element", account, key, is_visible).url)

    def of_task(self, task: Task) -> Asset | None:
        """What a task has put there; None once it is deleted, and for a task of another kind."""
        for kind, operation in _OPERATIONS.items():
            for kept in self._platform.versions(task.row.account, operation):
                if kept.row.id == task.row.id and _has_made(kind, kept):
                    return self._asset(kind, kept)
        return None

    def delete(self, kind: str, account: Account, key: str, is_visible: IsVisible) -> None:
        """Raises Refused (1201) for what the account does not have; presets are nobody's."""
        for task in self._tasks(kind, account, is_visible):
            if task.output_id() == key:
                self._platform.delete(task)
                return
        raise invalid(_NOT_FOUND[kind].format(key))

    def _tasks(self, kind: str, account: Account, is_visible: IsVisible) -> list[Task]:
        tasks = self._platform.versions(account.name, _OPERATIONS[kind])
        return [task for task in tasks if is_visible(task) and _has_made(kind, task)]

    def _asset(self, kind: str, task: Task) -> Asset:
        work = json.loads(task.row.work)
        made = self._outputs.of(task)[0]
        return Asset(kind, made.id, work["name"], work["document"], made.url, task.row.account, task.row.created)

    def _draw_presets(self, kind: str) -> list[Asset]:
        if kind == "voice":
            urls = {key: self._uploads.add(as_mp3(speak(_PRESET_TEXT, key, "en", 1.0))) for key in _VOICES}
        else:
            urls = {
                key: self._uploads.add_picture(Landscape(int(key[-3:]), _PORTRAIT, 1.0).draw(0.5)) for key in _ELEMENTS
            }
        names = _VOICES | _ELEMENTS
        return [Asset(kind, key, names[key], "{}", url, KLING, 0) for key, url in urls.items()]


def _has_made(kind: str, task: Task) -> bool:
    return task.state is State.SUCCEEDED and json.loads(task.row.work)["operation"] == _OPERATIONS[kind]
