"""`GET /account/costs`: the resource pack of an account."""

from __future__ import annotations

import hashlib
from typing import Any

from ..fields import Fields
from ..orders import Allowance

_DAY_MS = 86_400_000


def costs(query: Fields, allowance: Allowance, charged: int, now: int) -> dict[str, Any]:
    """The inner data. Both times are required; Kling's own figure lags up to 12 h, this one does not."""
    for name in ("start_time", "end_time"):
        if not query.has(name):
            raise query.broken_rule(name, "must not be null")
        query.number(name, 0)
    pack = f"Trial-Video-{allowance.milliunits // 1000}Units-{allowance.slots}Con-1Months"
    inner: dict[str, Any] = {"code": 0, "msg": "success"}
    if query.text("resource_pack_name") in ("", pack):
        inner["resource_pack_subscribe_infos"] = [_pack(pack, allowance, charged, now)]
    return inner


def _pack(name: str, allowance: Allowance, charged: int, now: int) -> dict[str, Any]:
    """Always bought today, so that a sandbox never runs out of time."""
    bought = now // _DAY_MS * _DAY_MS
    return {
        "resource_pack_name": name,
        "resource_pack_id": hashlib.sha256(allowance.account.encode()).hexdigest()[:32],
        "resource_pack_type": "decreasing_total",
        "total_quantity": allowance.milliunits / 1000,
        "remaining_quantity": (allowance.milliunits - charged) / 1000,
        "purchase_time": bought,
        "effective_time": bought,
        "invalid_time": bought + 30 * _DAY_MS,
        "status": "online" if charged < allowance.milliunits else "runOut",
    }
