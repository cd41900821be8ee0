"""An account at Kling's own platform: `GET /account/costs` with its resource packs, and its number as a creator."""

from __future__ import annotations

import hashlib
from typing import Any

from ..config import Account
from ..core import Task
from ..desk import Desk
from ..fields import Fields
from ..orders import Allowance

_DAY_MS = 86_400_000
#: How the packs are called in their names, by the kind that they are counted under.
_PACKS = {"video": "Video", "image": "Image"}


def creator(account: str) -> str:
    """What `owned_by` says of an account's own voices and elements: a number."""
    return str(int(_digest(account)[:8], 16))


def account_of(desk: Desk, task: Task) -> Account:
    return next(account for account in desk.accounts if account.name == task.row.account)


def costs(query: Fields, account: Account, desk: Desk) -> dict[str, Any]:
    """The inner data. Both times are required; Kling's own figure lags up to 12 h, this one does not."""
    for name in ("start_time", "end_time"):
        if not query.has(name):
            raise query.broken_rule(name, "must not be null")
        query.number(name, 0)
    wanted, packs = query.text("resource_pack_name"), []
    for pack in _PACKS:
        allowance = desk.allowance(account, pack)
        if wanted in ("", _name(pack, allowance)):
            packs.append(_pack(pack, allowance, desk.charged(account, pack), desk.now()))
    inner: dict[str, Any] = {"code": 0, "msg": "success"}
    return inner | ({"resource_pack_subscribe_infos": packs} if packs else {})


def _name(pack: str, allowance: Allowance) -> str:
    return f"Trial-{_PACKS[pack]}-{allowance.milliunits // 1000}Units-{allowance.slots}Con-1Months"


def _pack(pack: str, allowance: Allowance, charged: int, now: int) -> dict[str, Any]:
    """Always bought today, so that a sandbox never runs out of time."""
    bought = now // _DAY_MS * _DAY_MS
    return {
        "resource_pack_name": _name(pack, allowance),
        "resource_pack_id": _digest(f"{allowance.account}/{pack}")[:32],
        "resource_pack_type": "decreasing_total",
        "total_quantity": allowance.milliunits / 1000,
        "remaining_quantity": (allowance.milliunits - charged) / 1000,
        "purchase_time": bought,
        "effective_time": bought,
        "invalid_time": bought + 30 * _DAY_MS,
        "status": "online" if charged < allowance.milliunits else "runOut",
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
