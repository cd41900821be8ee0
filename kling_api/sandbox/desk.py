"""What a dialect works with: accounts, orders, tasks and their outputs, uploads, faces. One desk per dialect.

A dialect is routes, reading and JSON shapes; everything else is here. Tasks of other dialects are never seen.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .assets import Asset, Assets
from .auth import account_of
from .config import Account, SandboxConfig
from .core import Platform, State, Task
from .links import Links
from .media_folder import MediaFolder
from .orders import Allowance, Order
from .outputs import Made, Outputs
from .refusals import refusing
from .sessions import Session, Sessions
from .sources import Sources
from .uploads import Uploads
from .video_request import Request
from .workshop import Workshop


@dataclass(frozen=True)
class House:
    """What all desks of a sandbox share."""

    config: SandboxConfig
    platform: Platform
    links: Links
    media: MediaFolder
    workshop: Workshop
    outputs: Outputs
    uploads: Uploads
    sessions: Sessions
    assets: Assets


@dataclass(frozen=True)
class Units:
    """A resource pack of an account."""

    total: float
    remaining: float


class Desk:
    """`name` marks the products of the dialect, "" for the one whose products are addresses of Kling's own."""

    def __init__(self, house: House, name: str) -> None:
        self._house = house
        self._platform = house.platform
        self._name = name

    @property
    def accounts(self) -> Sequence[Account]:
        return self._house.config.accounts

    @property
    def retired(self) -> bool:
        """Whether models that Kling has announced to retire are refused."""
        return self._house.config.retired

    def account(self, header: str | None) -> Account:
        """By `Bearer KEY`, the bare key, or a JWT of its key pair. Raises Refused (1001 to 1004)."""
        return account_of(header, self.accounts, self.now() / 1000)

    def first_account(self) -> Account:
        """For a provider that asks nobody who he is."""
        return self.accounts[0]

    def now(self) -> int:
        """Epoch milliseconds."""
        return self._platform.now()

    def allowance(self, account: Account, pack: str = "video") -> Allowance:
        config = self._house.config
        return Allowance(account.name, config.milliunits_of(account, pack), config.slots_of(account, pack))

    def charged(self, account: Account, pack: str = "video") -> int:
        """Thousandths of a unit that tasks of the pack (video, image) have cost so far."""
        return self._platform.charged(account.name, pack)

    def units(self, account: Account, pack: str = "video") -> Units:
        total = self._house.config.milliunits_of(account, pack)
        return Units(total / 1000, (total - self.charged(account, pack)) / 1000)

    def make(self, request: Request, account: Account, product: str) -> Task:
        """Places the order. `product` is the dialect's own name for where it was ordered. Raises Refused."""
        task = self._place(self._order(request, account, product), request.operation, account)
        self._house.workshop.wake()
        return task

    def make_now(self, request: Request, account: Account, product: str) -> Task:
        """The same, but the task has its files when this returns. Raises Refused for media of no use, too."""
        order = self._house.workshop.finish(self._order(request, account, product))
        return self._place(order, request.operation, account)

    def find(self, account: Account, key: str, product: str | None = None) -> Task | None:
        """By task id or external id; with `product` only among the tasks ordered there."""
        task = self._platform.find(account.name, key, None if product is None else self._marked(product))
        return task if task and self._is_mine(task) else None

    def find_by_ids(self, account: Account, ids: Sequence[str]) -> list[Task]:
        """In the order of the ids; unknown ones are left out."""
        return self._mine(self._platform.find_by_ids(account.name, ids))

    def find_by_external_ids(self, account: Account, external_ids: Sequence[str]) -> list[Task]:
        return self._mine(self._platform.find_by_external_ids(account.name, external_ids))

    def page(self, account: Account, product: str, number: int, size: int) -> list[Task]:
        """Page `number` (from 1) of the tasks ordered at `product`, the newest first."""
        return self._platform.page(account.name, self._marked(product), number, size)

    def between(self, account: Account, start: int, end: int, before_id: int = 0) -> list[Task]:
        """Tasks created from `start` to `end` (epoch ms), the newest first; with `before_id` only older ones."""
        return self._mine(self._platform.between(account.name, start, end, before_id))

    def product(self, task: Task) -> str:
        """As it was given to `make`."""
        return task.row.product.removeprefix(self._marked(""))

    def note(self, task: Task) -> str:
        """The `note` of its request."""
        return json.loads(task.row.work).get("note", "")

    def outputs(self, task: Task) -> list[Made]:
        """What a task has made; nothing before it has succeeded."""
        return self._house.outputs.of(task) if task.state is State.SUCCEEDED else []

    def url_of(self, task: Task) -> str:
        """Where the clip of a finished task is."""
        return self._house.links.url_of(task)

    def upload(self, data: bytes | Path) -> str:
        """Keeps a picture, a clip or a sound; its URL on this sandbox. A file is moved. Raises Refused (1201)."""
        return self._house.uploads.add(data)

    def seconds_of(self, account: Account, media: str) -> float | None:
        """The length of a video id, "audio:<id>", or a URL of this sandbox; None for what is elsewhere.

        Raises Refused (1201) for an unknown id.
        """
        sources = self._sources(account)
        return self._house.outputs.length_of(
            sources.sound(media) if media.startswith("audio:") else sources.clip(media)
        )

    def identify(self, account: Account, video: str, milliunits: int = 0) -> Session:
        """Looks for faces in the clip of a video id or URL, which may cost something. Raises Refused (1201, 1102)."""
        outputs, clip = self._house.outputs, self.clip_of(account, video)
        seconds, file, prompt = outputs.length_of(clip), outputs.file_of(clip), outputs.prompt_of(account.name, video)
        session = self._house.sessions.open(account.name, video, seconds, file, prompt)
        if milliunits:
            with refusing():
                self._platform.charge(self.allowance(account), "video", milliunits)
        return session

    def session(self, account: Account, session_id: str) -> Session:
        """Raises Refused (1201) for an unknown one."""
        return self._house.sessions.find(account.name, session_id)

    def clip_of(self, account: Account, video: str) -> str:
        """Where the renderer finds the clip of a video id or URL. Raises Refused (1201) for an unknown id."""
        return self._house.outputs.clip_of(account.name, video, self._is_mine)

    def voices(self, account: Account) -> list[Asset]:
        """The account's own, the newest first."""
        return self._house.assets.own("voice", account, self._is_mine)

    def elements(self, account: Account) -> list[Asset]:
        return self._house.assets.own("element", account, self._is_mine)

    def preset_voices(self) -> list[Asset]:
        return self._house.assets.presets("voice")

    def preset_elements(self) -> list[Asset]:
        return self._house.assets.presets("element")

    def voice(self, account: Account, key: str) -> Asset:
        """Its own or a preset. Raises Refused (1201)."""
        return self._house.assets.find("voice", account, key, self._is_mine)

    def element(self, account: Account, key: str) -> Asset:
        """Its own or a preset. Raises Refused (1201)."""
        return self._house.assets.find("element", account, key, self._is_mine)

    def asset(self, task: Task) -> Asset | None:
        """What a task has made for the account to keep; None before it has succeeded and once that is deleted."""
        return self._house.assets.of_task(task)

    def delete_voice(self, account: Account, key: str) -> None:
        """Raises Refused (1201) for what is not its own."""
        self._house.assets.delete("voice", account, key, self._is_mine)

    def delete_element(self, account: Account, key: str) -> None:
        """Raises Refused (1201) for what is not its own."""
        self._house.assets.delete("element", account, key, self._is_mine)

    def _order(self, request: Request, account: Account, product: str) -> Order:
        return self._house.workshop.order(request, self._marked(product), self._sources(account))

    def _place(self, order: Order, operation: str, account: Account) -> Task:
        with refusing():
            fate = partial(self._house.workshop.fate, operation)
            return self._platform.place(order, self.allowance(account, order.pack), fate)

    def _sources(self, account: Account) -> Sources:
        house = self._house
        return Sources(
            keep=house.media.keep,
            clip_of=partial(self.clip_of, account),
            sound_of=lambda audio: house.outputs.sound_of(account.name, audio, self._is_mine),
            element_of=lambda key: house.assets.picture_of(account, key, self._is_mine),
            check_voice=partial(self.voice, account),
        )

    def _marked(self, product: str) -> str:
        return f"{self._name}:{product}" if self._name else product

    def _is_mine(self, task: Task) -> bool:
        return dialect_of(task) == self._name

    def _mine(self, tasks: list[Task]) -> list[Task]:
        return [task for task in tasks if self._is_mine(task)]


def dialect_of(task: Task) -> str:
    """The name of the desk at which it was ordered."""
    name, mark, _ = task.row.product.partition(":")
    return name if mark else ""
