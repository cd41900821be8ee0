"""What a dialect works with: accounts, orders, tasks and their outputs, uploads, faces. One desk per dialect.

A dialect is routes, reading and JSON shapes; everything else is here. Tasks of other dialects are never seen.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from .auth import account_of
from .config import Account, SandboxConfig
from .core import Platform, State, Task
from .links import Links
from .orders import Allowance, NotPlaced
from .outputs import Made, Outputs
from .refusals import refusal_of
from .sessions import Session, Sessions
from .uploads import Uploads
from .video_request import ImageRequest, VideoRequest
from .workshop import Workshop


@dataclass(frozen=True)
class House:
    """What all desks of a sandbox share."""

    config: SandboxConfig
    platform: Platform
    links: Links
    workshop: Workshop
    outputs: Outputs
    uploads: Uploads
    sessions: Sessions


@dataclass(frozen=True)
class Units:
    """An account's resource pack for clips."""

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

    def allowance(self, account: Account) -> Allowance:
        config = self._house.config
        return Allowance(account.name, config.milliunits_of(account), config.slots_of(account))

    def charged(self, account: Account) -> int:
        """Thousandths of a unit that clips have cost so far."""
        return self._platform.charged(account.name, "video")

    def units(self, account: Account) -> Units:
        total = self._house.config.milliunits_of(account)
        return Units(total / 1000, (total - self.charged(account)) / 1000)

    def make(self, request: VideoRequest | ImageRequest, account: Account, product: str) -> Task:
        """Places the order. `product` is the dialect's own name for where it was ordered. Raises Refused."""
        shop = self._house.workshop
        order = shop.order(request, self._marked(product), partial(self.clip_of, account))
        try:
            task = self._platform.place(order, self.allowance(account), partial(shop.fate, request.operation))
        except NotPlaced as error:
            raise refusal_of(error) from None
        shop.wake()
        return task

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

    def upload(self, data: bytes) -> str:
        """Keeps a PNG or JPEG picture; its URL on this sandbox. Raises Refused (1201)."""
        return self._house.uploads.add(data)

    def identify(self, account: Account, video: str) -> Session:
        """Looks for faces in the clip of a video id or URL: there is always one. Raises Refused (1201)."""
        return self._house.sessions.open(account.name, video, self.clip_of(account, video))

    def session(self, account: Account, session_id: str) -> Session:
        """Raises Refused (1201) for an unknown one."""
        return self._house.sessions.find(account.name, session_id)

    def clip_of(self, account: Account, video: str) -> str:
        """Where the renderer finds the clip of a video id or URL. Raises Refused (1201) for an unknown id."""
        return self._house.outputs.clip_of(account.name, video, self._is_mine)

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
