"""Camera moves where a provider takes some of them only, as the `camera` of its table says. Pure."""

from __future__ import annotations

from ..errors import InvalidRequest
from ..operations import CameraControl
from .able import doers
from .offer import table


def type_problem(dialect: str, operation: str, kind: str) -> str:
    """Why a move of that type cannot be made, "" when it can; "none" and "any" ask for no certain type."""
    types = table(dialect)["camera"]["types"]
    if kind in ("none", "any", *types):
        return ""
    said = f"camera_control type {kind} is not possible for {operation} with dialect {dialect}"
    return f"{said}. Possible: {', '.join(types)} (along {_axes(dialect)})."


def check_move(dialect: str, operation: str, model: str, camera: CameraControl | None) -> None:
    """Raises InvalidRequest, with the dialects that can."""
    if camera is None:
        return
    trouble = type_problem(dialect, operation, camera.type) or _axis_problem(dialect, operation, camera)
    if trouble:
        able = doers(operation, model, {"camera": camera.type}, but=dialect)
        raise InvalidRequest(f"{trouble}{able}", "Choose another move, or a profile of another provider.")


def _axis_problem(dialect: str, operation: str, camera: CameraControl) -> str:
    axis, _ = camera.move()
    if axis in table(dialect)["camera"]["axes"]:
        return ""
    said = f"camera_control along {axis} is not possible for {operation} with dialect {dialect}"
    return f"{said}. Possible: {_axes(dialect)}."


def _axes(dialect: str) -> str:
    return ", ".join(table(dialect)["camera"]["axes"])
