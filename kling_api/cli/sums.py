"""`kling jobs --costs`: the sums of the ledger as a table or as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..costs import Cost, Costs
from ..limits import plain
from .console import show
from .table import aligned

_NUMBERS = (3, 4, 5, 6)


def show_costs(costs: Mapping[str, Costs]) -> None:
    """A table for each unit that money is counted in."""
    for unit, part in costs.items():
        _show_part(unit, part)


def costs_document(costs: Mapping[str, Costs]) -> dict[str, Any]:
    """Units are decimal strings. `total` is None where there is more than one unit; `totals` has one for each."""
    totals = [{"unit": unit} | _document(part.total) for unit, part in costs.items()]
    return {
        "costs": [row for unit, part in costs.items() for row in _rows(unit, part)],
        "profiles": [
            {"profile": name, "unit": unit} | _document(cost)
            for unit, part in costs.items()
            for name, cost in part.profiles.items()
        ],
        "total": _document(next(iter(costs.values())).total) if len(costs) == 1 else None,
        "totals": totals,
        "elsewhere": sum(part.elsewhere for part in costs.values()),
    }


def _show_part(unit: str, costs: Costs) -> None:
    """One row per day, model and operation; a sum per profile where there are several."""
    headings = ("DAY", "MODEL", "OPERATION", "JOBS", unit.upper(), "EXPECTED", "FAILED")
    rows = [(*names, *_figures(cost)) for names, cost in costs.rows.items()]
    if len(costs.profiles) > 1:
        rows += [("profile", name, "", *_figures(cost)) for name, cost in costs.profiles.items()]
    rows.append(("total", "", "", *_figures(costs.total)))
    for line in aligned([headings, *rows], _NUMBERS):
        show(line)
    if costs.total.expected:
        show(f"EXPECTED is the estimate of jobs whose {unit} the provider has not told yet.")
    if costs.total.unpriced:
        show(f"{costs.total.unpriced} of these jobs have neither {unit} nor a known price.")
    if costs.elsewhere:
        show(f"Not counted: {costs.elsewhere} made elsewhere and only fetched here.")


def _rows(unit: str, costs: Costs) -> list[dict[str, Any]]:
    return [
        {"day": day, "model": model, "operation": operation, "unit": unit} | _document(cost)
        for (day, model, operation), cost in costs.rows.items()
    ]


def _figures(cost: Cost) -> tuple[str, ...]:
    return str(cost.jobs), plain(cost.units), plain(cost.expected), str(cost.failed)


def _document(cost: Cost) -> dict[str, Any]:
    return {
        "jobs": cost.jobs,
        "units": plain(cost.units),
        "expected": plain(cost.expected),
        "failed": cost.failed,
        "unpriced": cost.unpriced,
    }
