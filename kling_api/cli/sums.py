"""`kling jobs --costs`: the sums of the ledger as a table or as JSON."""

from __future__ import annotations

from typing import Any

from ..costs import Cost, Costs
from ..limits import plain
from .console import show
from .table import aligned

_HEADINGS = ("DAY", "MODEL", "OPERATION", "JOBS", "UNITS", "EXPECTED", "FAILED")
_NUMBERS = (3, 4, 5, 6)


def show_costs(costs: Costs) -> None:
    """One row per day, model and operation; a sum per profile where there are several, as their units may differ."""
    rows = [(*names, *_figures(cost)) for names, cost in costs.rows.items()]
    if len(costs.profiles) > 1:
        rows += [("profile", name, "", *_figures(cost)) for name, cost in costs.profiles.items()]
    rows.append(("total", "", "", *_figures(costs.total)))
    for line in aligned([_HEADINGS, *rows], _NUMBERS):
        show(line)
    if costs.total.expected:
        show("EXPECTED is the estimate of jobs whose units the provider has not told yet.")
    if costs.total.unpriced:
        show(f"{costs.total.unpriced} of these jobs have neither units nor a known price.")
    if costs.elsewhere:
        show(f"Not counted: {costs.elsewhere} made elsewhere and only fetched here.")


def costs_document(costs: Costs) -> dict[str, Any]:
    """Units are decimal strings."""
    rows = [
        {"day": day, "model": model, "operation": operation} | _document(cost)
        for (day, model, operation), cost in costs.rows.items()
    ]
    return {
        "costs": rows,
        "profiles": [{"profile": name} | _document(cost) for name, cost in costs.profiles.items()],
        "total": _document(costs.total),
        "elsewhere": costs.elsewhere,
    }


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
